"""What the reader may have meant: words of our own stories, near to the words that found nothing.

Nothing is suggested that finds nothing among what the reader may see: the table of words knows
drafts too, the answer never does.
"""

import time
from functools import partial

from news.models import SearchWord
from news.search.deadline import TooSlow, within
from news.search.finding import finds, left
from news.search.query import read
from portal.lib.tokens import plain, quick

SECONDS = 0.08
MOST_WORDS, MOST_CANDIDATES = 5, 1_500
_LATIN, _CYRILLIC = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"
_LAYOUTS = (str.maketrans(_LATIN, _CYRILLIC), str.maketrans(_CYRILLIC, _LATIN))


def suggestion(stories, query, began=None, *, with_all=False):
    """The text of a better question, which finds something among `stories`, or "".

    began: the time.monotonic() of the search, whose deadline it keeps; None is now. with_all: no
    word may be left out.
    """
    if not query or '"' in query.typed:
        return ""
    try:
        with within(min(SECONDS, left(began or time.monotonic()))):
            return next(filter(partial(_finds, stories, query), _attempts(query, with_all)), "")
    except TooSlow:
        return ""


def _finds(stories, query, attempt):
    return finds(stories, read(attempt, query.languages))


def _attempts(query, with_all):
    """Better questions, the likeliest first: typed on the other keyboard, a slip, a word less."""
    typed = plain(query.typed)
    for layout in _LAYOUTS:
        swapped = typed.translate(layout)
        if swapped != typed and all(word in _known(swapped, query) for word in swapped.split()):
            yield swapped
    terms = query.terms[:MOST_WORDS]
    texts = [term.text for term in terms]
    known = _known(" ".join(texts), query)
    near = _nearest([text for text in texts if text not in known], query.languages)
    meant = [text if text in known else near.get(text) for text in texts]
    words = [word or text for word, text in zip(meant, texts, strict=True)]
    for attempt in (" ".join(words), "" if with_all else " ".join(filter(None, meant))):
        if attempt and attempt != typed:
            yield attempt


def _known(text, query):
    words = SearchWord.objects.filter(language__in=query.languages, word__in=text.split())
    return set(words.values_list("word", flat=True))


def _nearest(texts, languages):
    """{word that was typed: the known word nearest to it}, where one is near. Two queries."""
    typed = {text: quick(text) for text in texts if text.isalpha() and 3 < len(text) <= 30}
    near = {}
    for end, of in (("front", slice(2)), ("back", slice(-2, None))) if typed else ():
        for begun, word, stories in _candidates(end, typed.values(), of, languages):
            for text, easy in typed.items():
                away = distance(easy, quick(word), _most(easy)) if easy[of] == begun else None
                if away is not None:
                    near[text] = min(near.get(text, (99,)), (away, -stories, word))
    return {text: best[2] for text, best in near.items()}


def _most(easy):
    return 1 if len(easy) < 6 else 2


def _candidates(end, words, of, languages):
    """(end, word, stories) of known words with the end of one of these and about their length; the
    common ones first.
    """
    ends, lengths = {easy[of] for easy in words}, [len(easy) for easy in words]
    rows = SearchWord.objects.filter(
        language__in=languages,
        stories__gt=0,
        length__range=(min(lengths) - 2, max(lengths) + 2),
        **{f"{end}__in": ends},
    )
    found = rows.order_by("-stories", "word").values_list(end, "word", "stories")
    return found[: MOST_CANDIDATES * len(ends)]


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
