"""Which prices a question is about: "brent", "курс доллара", "АИ95" have an answer before stories.

A question is about an instrument when each of its words is one of the instrument's (its names and
labels in every language, its code), or one that every price has.
"""

from django.db import connection

from markets import quotes
from markets.models import Instrument
from portal.lib import languages, topics
from portal.lib.languages import columns
from portal.lib.shared import shared
from portal.lib.tokens import tokens

MOST = 3
MOST_WORDS = 6
SHORTEST = 4  # from so many letters on an ending may differ
LONGEST_ENDING = 4
# What is said of any price; alone it names none.
COMMON = frozenset(
    tokens(
        "price prices rate rates quote cost today now to of the in "
        "цена цены курс стоимость котировка сегодня сейчас на к в за "
        "баға бағасы бағам бағамы құны бүгін қазір нарығы"
    )
)

# (state of the topic, names) as this process read them last.
_kept = (None, {})


def answers(words, known=list):
    """Quotes of the instruments a question names, at most MOST. known(): quotes already loaded,
    asked for only where there is an answer.

    When something about prices has changed since the last time one query for the names, and one
    where an answer is not among the known.
    """
    asked = tokens(words)[:MOST_WORDS]
    telling = [word for word in asked if word not in COMMON]
    if not telling or len(tokens(words)) > MOST_WORDS:
        return []
    fit = {}
    for code, (strong, weak) in _names().items():
        ways = [_fits(word, strong) or (0.5 if _fits(word, weak) else 0) for word in telling]
        if all(ways) and max(ways) >= 1:
            fit[code] = sum(ways)
    best = sorted(fit, key=lambda code: -fit[code])  # equals keep the editors' order
    best = [code for code in best if fit[code] == fit[best[0]]][:MOST]
    if not best:
        return []
    loaded = {quote.instrument.code: quote for quote in known()}
    missing = [code for code in best if code not in loaded]
    if missing:
        loaded |= _loaded(tuple(missing))
    return [loaded[code] for code in best if code in loaded and loaded[code].is_known]


def _loaded(codes):
    """{code: quote} in the language being rendered."""
    instruments = Instrument.objects.active().filter(code__in=codes)
    key = ("answers", languages.current(), codes)
    return shared(key, ("markets",), lambda: quotes.of(instruments))


def _fits(word, names):
    """1 for the word itself, a little less for another ending of it."""
    if word in names:
        return 1.0
    if len(word) < SHORTEST:
        return 0
    for name in names:
        if len(name) >= SHORTEST and _same_but_ending(word, name):
            return 1.0
    return 0


def _same_but_ending(one, other):
    same = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        same += 1
    longest = max(len(one), len(other))
    return same >= SHORTEST and longest - same <= LONGEST_ENDING and same * 5 >= longest * 3


def _names():
    """{code: (words that name it, words it shares with others)}, in the editors' order."""
    global _kept
    if connection.in_atomic_block:  # what is not committed yet may never be
        return _read_names()
    now, (state, names) = topics.current().of(["markets"]), _kept
    if state != now:
        names = _read_names()
        _kept = now, names
    return names


def _read_names():
    return {one.code: _words(one) for one in Instrument.objects.active()}


def _words(instrument):
    named = [getattr(instrument, name) for name in (*columns("name"), *columns("label"))]
    every = {word for text in named for word in tokens(text)} - COMMON
    every |= {instrument.base.lower(), instrument.kind}
    weak = {word for word in every if len(word) < 3 and word.isascii() and word.isalpha()}
    others = {*tokens(instrument.code.replace("-", " ")), instrument.quote.lower()}
    return every - weak, weak | others
