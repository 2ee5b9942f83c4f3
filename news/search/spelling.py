"""What the reader may have meant: words of our own stories, near to the words that found nothing.

The table of words knows drafts too: an attempt is only offered where it finds a story that the
reader may see.
"""

from dataclasses import dataclass

from django.db import connection

from news.search.deadline import TooSlow, within
from portal.lib.tokens import plain, quick

SECONDS = 0.08
MOST_WORDS, MOST_CANDIDATES = 5, 1_500
_LATIN, _CYRILLIC = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"
_LAYOUTS = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))
_OURS = "SELECT '', word, 0 FROM news_searchword WHERE {language} AND word IN ({marks})"
# Of a word that we have not, those that begin or end like it and are about as long, the common ones
# first: each end has an index of its own, and a limit.
_NEAR = """SELECT * FROM (SELECT %s AS typed, word, stories FROM news_searchword
WHERE {language} AND {end} = %s AND length BETWEEN %s AND %s AND stories > 0
AND NOT EXISTS (SELECT 1 FROM news_searchword WHERE {language} AND word = %s)
ORDER BY stories DESC, word LIMIT %s) AS near"""


@dataclass(frozen=True)
class Attempt:
    """The text of what may be a better question. is_shorter: a word of the first one is missing."""

    text: str
    is_shorter: bool = False


def attempts(query, seconds):
    """Better questions, the likeliest first: typed on the other keyboard, a slip, a word less.

    One query, of so many seconds at most; none in time are none.
    """
    if '"' in query.typed:
        return []
    typed = plain(query.typed)
    swapped = [text for layout in _LAYOUTS if (text := typed.translate(layout)) != typed]
    texts = [term.text for term in query.terms[:MOST_WORDS]]
    try:
        with within(min(SECONDS, seconds)):
            known, near = _met([*texts, *" ".join(swapped).split()], texts, query.languages)
    except TooSlow:
        return []
    meant = [text if text in known else near.get(text, "") for text in texts]
    right = " ".join(word or text for word, text in zip(meant, texts, strict=True))
    made = [text for text in swapped if known.issuperset(text.split())]
    found = {text: Attempt(text) for text in (*made, right)}
    shorter = " ".join(filter(None, meant))
    found.setdefault(shorter, Attempt(shorter, is_shorter=True))
    return [one for text, one in found.items() if text and text != typed]


def _met(words, texts, codes):
    """Which of the words are ours; {one of the texts that is not: the word of ours nearest to it}.
    One query.
    """
    easy = {text: quick(text) for text in texts if text.isalpha() and 3 < len(text) <= 30}
    language = f"language IN ({_marks(codes)})"
    arms, params = [_OURS.format(language=language, marks=_marks(words))], [*codes, *words]
    for text, word in easy.items():
        for end, letters in (("front", word[:2]), ("back", word[-2:])):
            shortest, longest = len(word) - _most(word), len(word) + _most(word)
            arms.append(_NEAR.format(end=end, language=language))
            params += [text, *codes, letters, shortest, longest, *codes, text, MOST_CANDIDATES]
    known, near = set(), {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(arms), params)
        for typed, word, stories in cursor.fetchall():
            if not typed:
                known.add(word)
            elif (away := distance(easy[typed], quick(word), _most(easy[typed]))) is not None:
                near[typed] = min(near.get(typed, (99,)), (away, -stories, word))
    return known, {typed: best[2] for typed, best in near.items()}


def _marks(values):
    return ", ".join(["%s"] * len(values))


def _most(easy):
    return 1 if len(easy) < 6 else 2


def distance(one, other, most):
    """Letters to change, add, drop or swap with the next; None if more than `most`."""
    # A slip takes away one letter: most pairs need no further look.
    if abs(len(one) - len(other)) > most or len({*one} - {*other}) > most:
        return None
    before, last = None, list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
