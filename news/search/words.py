"""A text as tokens: one way for what is indexed and for what is asked.

A token is folded (case, ё, accents, Kazakh letters as a Russian keyboard has them). Beside each
exact token stand, marked by MARK, its stem in the language of the story, and, unmarked, the form in
its own Kazakh letters and hyphenated words written together. Tokens hold letters and digits only,
so that no database needs an opinion of its own about where a word ends.
"""

import re
import threading
from collections import Counter
from functools import lru_cache

import snowballstemmer

from news.search import kazakh
from portal.lib.tokens import LONGEST, SAME, chunks, parts, plain, quick, token

# Rises when the rules below change: rows written by older ones are rewritten by `tick`.
RECIPE = 1
MARK = "·"  # before a stem; a letter for both databases, and for no reader
GAP = "¶"  # no phrase goes across it
OFTEN = 3  # a text is about a word that it says so many times

_STEMMERS = {"en": "english", "ru": "russian"}
_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ ,.]\d{3})+(?![\d])")
_LATIN = re.compile(r"[a-z]")
_lock = threading.Lock()


@lru_cache(maxsize=4)
def _stemmer(name):
    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=300_000)
def stem(word, language):
    """The stem of a folded word. Latin words are English in every story; without a stemmer for
    its language a word is its own stem."""
    if not word[:1].isalpha():
        return word
    if _LATIN.match(word):
        language = "en"
    elif language == "kk":
        return kazakh.stem(word)
    elif language == "en":
        language = "ru"
    name = _STEMMERS.get(language)
    if name is None:
        return word
    with _lock:  # stemmers keep state of their own
        return _stemmer(name).stemWord(word).replace("'", "") or word


def joined(chunk, pieces):
    """A hyphenated word written together, or "": нефте-газовый is нефтегазовый."""
    if len(pieces) > 1 and "-" in chunk and all(piece.isalpha() for piece in pieces):
        return quick("".join(pieces))[:LONGEST]
    return ""


@lru_cache(maxsize=300_000)
def _of_chunk(chunk, language):
    """(exact tokens, other forms, words to spell, stems) of one chunk."""
    pieces = parts(chunk)
    exact, forms, spelt, stems = [], set(), [], []
    together = joined(chunk, pieces)
    for piece in pieces:
        word = token(piece)
        exact.append(word)
        root = stem(quick(piece[:LONGEST]), language)
        stems.append(root)
        if root != word:
            forms.add(SAME.get(root) or MARK + root)
        own = piece[:LONGEST]
        if own != quick(own):
            forms.add(own)
        if 4 <= len(piece) <= 30 and piece.isalpha():
            spelt.append(piece)
    if together:
        forms.add(together)
        forms.add(MARK + stem(together, language))
    return tuple(exact), frozenset(forms), tuple(spelt), tuple(stems)


class Text:
    """The tokens of a text in a language: `stream` to be indexed, `often`, `spelt`."""

    def __init__(self, text, language):
        folded = plain(text)
        exact, forms = [], set()
        self.spelt, self.stems = Counter(), Counter()
        for chunk in chunks(folded):
            words, others, spelt, stems = _of_chunk(chunk, language)
            exact += words
            forms |= others
            self.spelt.update(spelt)
            self.stems.update(stems)
        for figure in _GROUPS.findall(folded):
            forms.add(re.sub(r"\D", "", figure))
        forms.difference_update(exact)
        self.exact = exact
        self.stream = f" {' '.join(exact)} {GAP} {' '.join(sorted(forms))} {GAP} "

    @property
    def often(self):
        """Marked stems of the words it keeps coming back to."""
        roots = sorted(root for root, count in self.stems.items() if count >= OFTEN)
        return f" {' '.join(MARK + root for root in roots)} "
