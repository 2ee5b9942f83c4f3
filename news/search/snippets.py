"""The passage of a story that answers a question, with the words that do in <mark>."""

import re
from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import mark_safe

from news.search import words
from news.search.words import MARK
from portal.lib.tokens import SAME, parts, plain, quick, token

BEFORE, LENGTH = 60, 220
NOT, BEGUN, WHOLE = range(3)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What stands before and after a whole word of that kind.
_START, _END = r"(?<![^\W_])(?<![^\W_]['’])", r"(?!['’]?[^\W_])"


@lru_cache(maxsize=50_000)
def _forms(word, language):
    """Tokens and marked stems of a word as it stands in a text."""
    pieces = parts(plain(word))
    roots = (words.stem(quick(piece), language) for piece in pieces)
    return tuple(map(token, pieces)), tuple(SAME.get(root) or f"{MARK}{root}" for root in roots)


@lru_cache(maxsize=2_000)
def _letter(sign):
    """A first letter as tokens and stems begin with it."""
    return quick(plain(sign))[:1]


class Marker:
    """Marks the words of a question in texts of one language."""

    def __init__(self, query, language):
        self._whole, self._begun = query.marks
        self._language = language
        self._seen, self._met = set(), {WHOLE: set(), BEGUN: set()}
        every = {*self._whole, *self._begun}
        every |= {word for word, same in SAME.items() if same in every}
        self._letters = {word.removeprefix(MARK)[:1] for word in every}

    def spans(self, text):
        """Where the words that were asked for stand; words so begun, if there are none of them."""
        words = {*_WORD.findall(text)}
        for word in words - self._seen:
            if (how := self._look(word)) is not NOT:
                self._met[how].add(word)
        self._seen |= words
        for met in self._met.values():
            if here := words & met:
                every = "|".join(sorted(map(re.escape, here), key=len, reverse=True))
                return [one.span() for one in re.finditer(f"{_START}(?:{every}){_END}", text)]
        return []

    def _look(self, word):
        # No ending changes how a word begins: most words need no stem.
        if word.isalpha() and _letter(word[0]) not in self._letters:
            return NOT
        tokens, roots = _forms(word, self._language)
        if not self._whole.isdisjoint(tokens) or not self._whole.isdisjoint(roots):
            return WHOLE
        if self._begun and any(found.startswith(self._begun) for found in tokens):
            return BEGUN
        return NOT

    def marked(self, text):
        """The whole text, escaped."""
        return _with_marks(text, self.spans(text))

    def passage(self, text):
        """The part of a long text with the most different words that were asked for, or ""."""
        spans = self.spans(text)
        if not spans:
            return ""
        best = _densest([(start, text[start:end].casefold()) for start, end in spans])
        begin, end = _edges(text, best)
        inside = [(s - begin, e - begin) for s, e in spans if s >= begin and e <= end]
        shown = _with_marks(text[begin:end].rstrip(), inside)
        return mark_safe(  # noqa: S308  escaped by _with_marks
            f"{'… ' if begin else ''}{shown}{' …' if end < len(text) else ''}"
        )


def _densest(found):
    """The first of the places (place, word) from which on most different words are near."""
    best, most, every = found[0][0], 0, len({word for _place, word in found})
    for number, (start, _word) in enumerate(found[:40]):
        near = set()
        for place, word in found[number:]:
            if place >= start + LENGTH - BEFORE:
                break
            near.add(word)
        if len(near) > most:
            best, most = start, len(near)
        if most == every:
            break
    return best


def _edges(text, place):
    """Where a passage round a place begins and ends: at a sentence if one is near, else a word."""
    begin = max(0, place - BEFORE)
    sentence = max(text.rfind(". ", begin, place), text.rfind("? ", begin, place))
    if sentence >= 0:
        begin = sentence + 2
    elif begin:
        begin = text.find(" ", begin, place) + 1 or place
    end = min(len(text), begin + LENGTH)
    if end < len(text):
        end = max(text.rfind(" ", place, end), place + 1)
        if end == place + 1:
            end = min(len(text), begin + LENGTH)
    return begin, end


def _with_marks(text, spans):
    made, done = [], 0
    for start, end in spans:
        made += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return mark_safe("".join([*made, escape(text[done:])]))  # noqa: S308  every part is escaped
