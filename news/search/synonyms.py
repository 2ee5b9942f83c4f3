"""Words that readers use for what our stories call otherwise: gasoline is petrol, KZT is tenge.

A group a line. Only words that mean the same wherever a newsroom of this trade writes them: a
near miss costs a reader more than a word less.
"""

from functools import cache

from news.search import words
from portal.lib.tokens import SAME, quick

_GROUPS = {
    "en": """
        petrol gasoline
        rouble rub
        dollar usd
        tenge kzt
        euro eur
        yuan cny renminbi
        railway railroad
        storm gale
        lorry truck
    """,
    "ru": """
        заправка азс автозаправка
        дизель дизтопливо
        рубль rub
        доллар usd
        тенге kzt
        евро eur
        юань cny
        ветростанция ветряк ветропарк вэс
        накопитель аккумулятор
        гэс гидростанция гидроэлектростанция
        отопление тепло
    """,
    "kk": """
        жылу жылыту
        аккумулятор батарея
        доллар usd
        теңге kzt
        рубль rub
        еуро eur
        юань cny
    """,
}


@cache
def _table(language):
    groups = _GROUPS.get(language, "").strip().splitlines()
    found = {}
    for group in groups:
        roots = [_root(word, language) for word in group.split()]
        for root in roots:
            found[root] = tuple(other for other in roots if other != root)
    return found


def _root(word, language):
    root = words.stem(quick(word), language)
    return SAME.get(root, root)


def like(word, language):
    """Stems of the words that mean the same as a folded word; none for most words."""
    return _table(language).get(_root(word, language), ())
