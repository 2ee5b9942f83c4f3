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


@lru_cache(maxsize=50_000)
def _forms(word, language):
    """Tokens and marked stems of a word as it stands in a text."""
    pieces = parts(plain(word))
    roots = (words.stem(quick(piece), language) for piece in pieces)
    return tuple(map(token, pieces)), tuple(SAME.get(root) or f"{MARK}{root}" for root in roots)


class Marker:
    """Marks the words of a question in texts of one language."""

    def __init__(self, query, language):
        self._whole, self._begun = query.marks
        self._language = language
        self._known = {}

    def spans(self, text):
        """Where the words that were asked for stand; words so begun, if there are none of them."""
        found = [(one.span(), self._look(one[0])) for one in _WORD.finditer(text)]
        return [span for span, how in found if how == WHOLE] or [
            span for span, how in found if how == BEGUN
        ]

    def _look(self, word):
        known = self._known.get(word)
        if known is None:
            tokens, roots = _forms(word, self._language)
            known = NOT
            if not self._whole.isdisjoint(tokens) or not self._whole.isdisjoint(roots):
                known = WHOLE
            elif self._begun and any(found.startswith(self._begun) for found in tokens):
                known = BEGUN
            self._known[word] = known
        return known

    def marked(self, text):
        """The whole text, escaped."""
        return _with_marks(text, self.spans(text))

    def passage(self, text):
        """The part of a long text with the most different words that were asked for, or ""."""
        spans = self.spans(text)
        if not spans:
            return ""
        best, most = 0, -1
        for start, _end in spans[:40]:
            near = {text[s:e].casefold() for s, e in spans if start <= s < start + LENGTH - BEFORE}
            if len(near) > most:
                best, most = start, len(near)
        begin, end = _edges(text, best)
        inside = [(s - begin, e - begin) for s, e in spans if s >= begin and e <= end]
        shown = _with_marks(text[begin:end].rstrip(), inside)
        return mark_safe(  # noqa: S308  escaped by _with_marks
            f"{'… ' if begin else ''}{shown}{' …' if end < len(text) else ''}"
        )


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
