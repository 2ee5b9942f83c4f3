"""What a reader typed, as terms; and the terms as FTS5 and as PostgreSQL read them.

"two words" is a phrase, -word leaves out, word* and the last word are beginnings. Everything else
that looks like an operator is a word or nothing, so no question is ever an error.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from news.search import synonyms, words
from news.search.words import MARK
from portal.lib.text import address_words, one_line
from portal.lib.tokens import LONGEST as LONGEST_WORD
from portal.lib.tokens import SAME, chunks, parts, plain, quick, token

LONGEST = 200
MOST_TERMS = 10
# How much each way of meeting a word is worth.
EXACT, STEM, LIKE, BEGINNING, SOUND = 1.0, 0.85, 0.7, 0.6, 0.5
# A question of so many words may be answered by stories that have most of them; of more words than
# the second number only the first ones are looked for then.
LOOSE, LOOSE_TERMS = 3, 7

_STOP = {
    "en": "a an and are as at be by for from has have how in is it its no not of on or that the "
    "this to was were what when where which who why will with do does did can could should would i "
    "you we they my our your their there about than so such vs very much many",
    "ru": "а в во для до за и из или к как ко который ли на не о об от по под при про с со такое "
    "так то у что чтобы это почему когда где кто сколько какой какая какие есть был была было бы",
    "kk": "бен мен пен және жане да де та те үшін ушин бұл бул сол осы бойынша туралы немесе не "
    "қалай калай неге қайда кайда",
}
STOP = {code: frozenset(map(quick, text.split())) for code, text in _STOP.items()}
_ASKED = re.compile(r'(?:(?<=\s)|^)(-?)"([^"]*)"|(\S+)')
_LETTERS = re.compile(r"[^\W\d_]")
_HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
_CYRILLIC = [
    *(("shch", "щ"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю")),
    *(("ya", "я"), ("yo", "е"), ("ye", "е")),
    *zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхийклмнопкрстуввхйз", strict=True),
]
_SOUNDS = re.compile("|".join(latin for latin, _letter in _CYRILLIC))
_LETTER_OF = dict(_CYRILLIC)


@dataclass(frozen=True)
class Way:
    """One way a term may stand in a story: tokens side by side, the last maybe only begun."""

    tokens: tuple
    worth: float = EXACT
    is_beginning: bool = False


@dataclass(frozen=True)
class Term:
    """One thing a story must say, in any of these ways."""

    text: str  # as typed, folded
    ways: tuple
    is_stop: bool = False
    own: tuple = ()  # forms in Kazakh letters, where the reader typed them


@dataclass(frozen=True)
class Query:
    typed: str
    languages: tuple
    terms: tuple = ()
    excluded: tuple = ()
    is_cut: bool = False
    # What a filter leaves, in the index's own marks (words.scope): of each group one must stand
    # there. Only a quicker way to the rows; which of them may be shown is asked of the stories.
    scope: tuple = ()
    places: tuple = ()  # from, to
    least: int = 0  # so many of the terms are enough; 0 is all of them

    def __bool__(self):
        return bool(self.terms)

    @cached_property
    def loosened(self):
        """The question for stories that have most of the words; None where all are needed.

        A hyphenated word is then several: coal-fired plant finds the coal plant.
        """
        apart = read(_HYPHEN.sub(" ", self.typed), self.languages)
        terms = apart.terms[:LOOSE_TERMS]
        if len(terms) < LOOSE:
            return None
        return replace(self, terms=terms, least=max(2, round(len(terms) * 0.6)))

    def _any_of(self, written, both, either):
        """The terms in a database's own words."""
        sets = combinations(self.terms, self.least or len(self.terms))
        texts = [both.join(map(written, one)) for one in sets]
        return texts[0] if len(texts) == 1 else f"({either.join(f'({text})' for text in texts)})"

    @cached_property
    def fts(self):
        """The question for an FTS5 table: every token in quotes."""
        return self._fts(self._any_of(_fts_term, " AND ", " OR "))

    @cached_property
    def fts_head(self):
        """The same with every word in the headline, the lead or the names."""
        return self._fts(f"{{head}} : ({self._any_of(_fts_term, ' AND ', ' OR ')})")

    def _fts(self, text):
        for group in self.scope:
            text = f"({text}) AND ({' OR '.join(map(_quoted, group))})"
        if self.excluded:
            text = f"({text}) NOT ({' OR '.join(map(_fts_term, self.excluded))})"
        return text

    @cached_property
    def tsquery(self):
        """The question as the text of a tsquery: every token in quotes."""
        scope = (f"({' | '.join(repr(mark) for mark in group)})" for group in self.scope)
        excluded = (f"!({_ts_term(term)})" for term in self.excluded)
        return " & ".join([self.tsquery_terms, *scope, *excluded])

    @cached_property
    def tsquery_terms(self):
        return self._any_of(_ts_term, " & ", " | ")

    @cached_property
    def marks(self):
        """(tokens, beginnings) that a snippet shows in bold."""
        whole, begun = set(), set()
        for term in self.terms:
            for way in term.ways:
                whole.update(way.tokens)
                if way.is_beginning:
                    begun.add(way.tokens[-1])
        return whole, tuple(sorted(begun))


def _quoted(token):
    return f'"{token}"'


def _fts_term(term):
    ways = (f'"{" ".join(w.tokens)}"{" *" if w.is_beginning else ""}' for w in term.ways)
    return f"({' OR '.join(ways)})"


def _ts_term(term):
    ways = (
        " <-> ".join(f"'{token}'" for token in way.tokens) + (":*" if way.is_beginning else "")
        for way in term.ways
    )
    return f"({' | '.join(f'({way})' for way in ways)})"


def read(typed, languages):
    """The Query of what was typed, for stories in these languages."""
    typed = one_line(typed)
    is_cut = len(typed) > LONGEST
    typed = typed[:LONGEST].rstrip()
    asked = list(_pieces(plain(typed)))
    terms, excluded = [], []
    for number, (text, is_out, is_phrase, is_begun) in enumerate(asked):
        is_last = number == len(asked) - 1 and not is_cut
        found = (
            _phrase(text)
            if is_phrase
            else _terms(text, languages, is_last and not is_out, is_begun)
        )
        (excluded if is_out else terms).extend(found)
    terms = list({term.text: term for term in terms}.values())
    telling = [term for term in terms if not term.is_stop]
    terms = (telling or terms)[:MOST_TERMS]
    return Query(typed, tuple(languages), tuple(terms), tuple(excluded[:MOST_TERMS]), is_cut)


def _pieces(text):
    """(text, leaves out, is a phrase, is only begun) of each thing asked for."""
    if text.count('"') % 2:  # a quotation mark without its twin marks nothing
        head, _quote, tail = text.rpartition('"')
        text = f"{head} {tail}"
    for minus, phrase, word in _ASKED.findall(text):
        if not word:
            yield phrase, bool(minus), True, False
            continue
        is_out = len(word) > 1 and word[0] == "-" and (word[1].isalnum())
        is_begun = len(word) > 2 and word[-1] == "*"
        yield word, is_out, False, is_begun


def _phrase(text):
    tokens = [token(p) for chunk in chunks(text) for p in parts(chunk)]
    return [Term(text, (Way(tuple(tokens)),))] if tokens else []


def _terms(text, languages, is_last, is_begun):
    found = []
    for chunk in chunks(text):
        pieces = parts(chunk)
        ways = _ways_of_one(pieces[0], languages) if len(pieces) == 1 else _ways(chunk, languages)
        last = token(pieces[-1])
        # One letter begins too much, two letters are enough only for who asks for it.
        if (is_begun and len(last) > 1) or (is_last and (len(last) > 2 or last.isdigit())):
            tokens = tuple(token(piece) for piece in pieces)
            ways.append(Way(tokens, BEGINNING, is_beginning=True))
        own = tuple(p.replace("'", "") for p in pieces if p != quick(p))
        is_stop = len(pieces) == 1 and (
            (len(last) == 1 and last.isalpha())
            or any(last in STOP.get(code, ()) for code in {*languages, "en"})
        )
        found.append(Term(chunk, tuple(dict.fromkeys(ways)), is_stop and not is_begun, own))
    return found


def _ways_of_one(piece, languages):
    exact = token(piece)
    ways = [Way((exact,)), *_stems(quick(piece), languages, STEM)]
    for code in languages:
        for root in synonyms.like(quick(piece), code):
            ways += [Way((words.MARK + root,), LIKE), Way((root,), LIKE)]
    if len(exact) > 3 and _LETTERS.match(exact):
        for sound in _sounds(piece):
            ways += [Way((sound,), SOUND), *_stems(sound, languages, SOUND)]
    known, first = set(), []
    for way in ways:
        if way.tokens not in known:
            known.add(way.tokens)
            first.append(way)
    return first


def _stems(word, languages, worth):
    """Its stems, for a story that inflects it (marked) and for one that has the stem itself."""
    ways = []
    for code in languages:
        root = words.stem(word, code)
        root = SAME.get(root, root)
        ways += [Way((MARK + root,), worth), Way((root,), worth)]
    return ways


def _ways(chunk, languages):
    pieces = parts(chunk)
    ways = [Way(tuple(token(piece) for piece in pieces))]
    together = words.joined(chunk, pieces)
    if together:
        ways += [Way((together,)), *_stems(together, languages, STEM)]
    elif all(piece.isdigit() for piece in pieces):
        ways.append(Way(("".join(pieces)[:LONGEST_WORD],)))
    return ways


def _sounds(piece):
    """The word in the other alphabet, where that is a matter of letters: газпром, gazprom."""
    if quick(piece).isascii():
        yield _SOUNDS.sub(lambda found: _LETTER_OF[found[0]], piece.replace("'", ""))
    else:
        latin = address_words(quick(piece)).replace("-", "")
        if len(latin) > 3:
            yield latin
