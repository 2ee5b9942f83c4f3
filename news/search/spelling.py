"""What the reader may have meant: words of our own stories, near to the words that found nothing.

Nothing is suggested that finds nothing among what the reader may see: the table of words knows
drafts too, the answer never does.
"""

from functools import partial

from django.db.models import Q

from news.models import SearchWord
from news.search.deadline import TooSlow, within
from news.search.finding import finds
from news.search.query import read
from portal.lib.tokens import plain, quick

SECONDS = 0.08
MOST_WORDS, MOST_CANDIDATES = 5, 1_500
_LATIN, _CYRILLIC = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"
_LAYOUTS = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))


def suggestion(stories, query):
    """The text of a better question, which finds something among `stories`, or ""."""
    if not query or '"' in query.typed:
        return ""
    try:
        with within(SECONDS):
            return next(filter(partial(_finds, stories, query), _attempts(query)), "")
    except TooSlow:
        return ""


def _finds(stories, query, attempt):
    return finds(stories, read(attempt, query.languages))


def _attempts(query):
    """Better questions, the likeliest first: typed on the other keyboard, a slip, a word less."""
    typed = plain(query.typed)
    for layout in _LAYOUTS:
        swapped = typed.translate(layout)
        if swapped != typed and all(word in _known(swapped, query) for word in swapped.split()):
            yield swapped
    terms = query.terms[:MOST_WORDS]
    meant = [_nearest(term.text, query.languages) for term in terms]
    words = [word or term.text for word, term in zip(meant, terms, strict=True)]
    for attempt in (" ".join(words), " ".join(filter(None, meant))):
        if attempt and attempt != typed:
            yield attempt


def _known(text, query):
    words = SearchWord.objects.filter(language__in=query.languages, word__in=text.split())
    return set(words.values_list("word", flat=True))


def _nearest(text, languages):
    """The known word nearest to one that was typed; None if none is near."""
    if not text.isalpha() or not 3 < len(text) <= 30:
        return None
    easy = quick(text)
    most = 1 if len(easy) < 6 else 2
    near = [
        (away, -stories, word)
        for word, stories in _candidates(easy, languages, most)
        if (away := distance(easy, quick(word), most)) is not None
    ]
    return min(near)[2] if near else None


def _candidates(easy, languages, most):
    """Known words with its beginning or its end, and about its length; the common ones first."""
    near = Q(length__range=(len(easy) - most, len(easy) + most))
    rows = SearchWord.objects.filter(near, language__in=languages, stories__gt=0)
    for ends in ({"front": easy[:2]}, {"back": easy[-2:]}):
        found = rows.filter(**ends).order_by("-stories", "word")
        yield from found.values_list("word", "stories")[:MOST_CANDIDATES]


def distance(one, other, most):
    """Letters to change, add, drop or swap with the next; None if more than `most`."""
    if abs(len(one) - len(other)) > most:
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
