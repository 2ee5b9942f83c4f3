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
from itertools import chain
from typing import NamedTuple

import snowballstemmer

from news.search import kazakh
from portal.lib.tokens import LONGEST, SAME, chunks, parts, plain, quick, token

# Rises when the rules below change: rows written by older ones are rewritten by `tick`.
RECIPE = 1
MARK = "·"  # before a stem; a letter for both databases, and for no reader
GAP = "¶"  # no phrase goes across it
SCOPE = "§"  # before what a filter asks for: §len, §s4, §knews, §a12
OFTEN = 3  # a text is about a word that it says so many times

_STEMMERS = {"en": "english", "ru": "russian"}
# Begins with a digit, so that the text between figures is skipped quickly.
_GROUPS = re.compile(r"\d(?<![\d.,]\d)\d{0,2}(?:[ ,.]\d{3})+(?!\d)")
_LATIN = re.compile(r"[a-z]")
# Vowels that come and go, which the stemmer leaves: ставка, ставок; копейка, копеек; рынок, рынка.
_FLEETING = re.compile(r"(?<=\w\w)(?:(?<=[бвгджзклмнпрстфхцчшщ])[ое]к|еек|(?<=[вднл])ец)$")
_FLED = {"ок": "к", "ек": "к", "еек": "ейк", "ец": "ц"}
_lock = threading.Lock()


@lru_cache(maxsize=4)
def _stemmer(name):
    return snowballstemmer.stemmer(name)


@lru_cache(maxsize=300_000)
def stem(word, language):
    """The stem of a folded word. Latin words are English in every story; without a stemmer for
    its language a word is its own stem."""
    if not word[:1].isalpha():
        return word.replace("'", "")
    if _LATIN.match(word):
        language = "en"
    elif language == "kk":
        return kazakh.stem(word.replace("'", ""))
    elif language == "en":
        language = "ru"
    name = _STEMMERS.get(language)
    if name is None:
        return word.replace("'", "")
    with _lock:  # stemmers keep state of their own
        root = _stemmer(name).stemWord(word).replace("'", "") or word
    return _FLEETING.sub(lambda found: _FLED[found[0]], root) if language == "ru" else root


def scope(language, section, kind, authors):
    """Groups of marks for a language (or several), a section, a kind, authors; None is any."""
    groups = [[f"{SCOPE}l{code}" for code in language or ()]]
    groups.append([f"{SCOPE}s{section}"] if section else [])
    groups.append([f"{SCOPE}k{kind}"] if kind else [])
    groups.append([f"{SCOPE}a{author}" for author in authors or ()])
    return tuple(tuple(group) for group in groups if group)


def joined(chunk, pieces):
    """A hyphenated word written together, or "": нефте-газовый is нефтегазовый."""
    if len(pieces) > 1 and "-" in chunk and all(piece.isalpha() for piece in pieces):
        return quick("".join(pieces))[:LONGEST]
    return ""


class Chunk(NamedTuple):
    exact: tuple  # tokens in their order
    forms: frozenset  # other tokens it is found by
    spelt: tuple  # words to be offered as a correction
    stems: tuple
    text: str  # the exact tokens, as they stand in a stream


_NOTHING = Chunk((), (), (), (), ())


class _Chunks(dict):
    """{chunk: Chunk} of those met in a language: a newsroom has fewer words than sentences."""

    def __init__(self, language):
        self.language = language

    def __missing__(self, chunk):
        if len(self) >= MOST_KNOWN:
            self.clear()
        found = self[chunk] = _of_chunk(chunk, self.language)
        return found


MOST_KNOWN = 150_000
_known = lru_cache(maxsize=8)(_Chunks)


def _of_chunk(chunk, language):
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
        own = piece.replace("'", "")[:LONGEST]
        if own != quick(own):
            forms.add(own)
        if 4 <= len(piece) <= 30 and piece.isalpha():
            spelt.append(piece)
    if together:
        forms.add(together)
        forms.add(MARK + stem(together, language))
    return Chunk(tuple(exact), frozenset(forms), tuple(spelt), tuple(stems), " ".join(exact))


class Text:
    """The tokens of a text in a language: `stream` to be indexed, `often`, `spelt`."""

    def __init__(self, text, language):
        folded = plain(text)
        found = chunks(folded)
        known, counts = _known(language), Counter(found)
        # As columns: a long text has hundreds of different chunks, and looking each up once is
        # most of what is done here.
        of = Chunk(*zip(*[known[chunk] for chunk in counts], strict=True)) if counts else _NOTHING
        forms = set().union(*of.forms)
        for figure in _GROUPS.findall(folded):
            forms.add(re.sub(r"\D", "", figure))
        forms.difference_update(*of.exact)
        # Most words are their own token.
        others = {chunk: one for chunk, one in zip(counts, of.text, strict=True) if chunk != one}
        exact = " ".join([others.get(chunk, chunk) for chunk in found] if others else found)
        self.spelt = set().union(*of.spelt)
        self.stream = f" {exact} {GAP} {' '.join(sorted(forms))} {GAP} "
        self._met = counts.values(), of.stems

    @property
    def often(self):
        """Marked stems of the words it keeps coming back to."""
        counts, every = self._met
        roots = Counter(chain.from_iterable(every))
        for count, stems in zip(counts, every, strict=True):
            if count > 1:  # one of each is counted
                for root in stems:
                    roots[root] += count - 1
        marked = sorted(MARK + root for root, count in roots.items() if count >= OFTEN)
        return f" {' '.join(marked)} "
