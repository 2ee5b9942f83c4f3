"""Which of the stories that answer come first: where the words stand, how, and how long ago.

Computed here and not by the database, from the tokens stored with each story, so that FTS5 and
PostgreSQL give the same stories in the same order.
"""

import math

# What a word is worth in the headline, the lead, the names (authors, tags, instruments, source),
# as something the text keeps saying, and anywhere else in it.
WEIGHTS = (10.0, 6.0, 4.0, 2.5)
ELSEWHERE = 1.0
OWN_LETTERS = 1.15  # the very form that was typed, in Kazakh letters
ALL_IN_HEADLINE = 1.25
SIDE_BY_SIDE = 1.3
# An old story keeps this part of its worth, and half of the rest goes in so many days.
KEPT, HALF_LIFE = 0.35, 90
_DAY = 86_400


def ranked(rows, query, now):
    """Keys of rows (key, second of publication, head), the best first; then the newest."""
    sought = [_wanted(term) for term in query.terms]
    marks = [[_worth(head, wanted) for wanted in sought] for _key, _at, head in rows]
    rarity = _rarity(marks, len(sought))
    tokens = [term.ways[0].tokens for term in query.terms]
    in_a_row = f" {' '.join(token for one in tokens for token in one)} " if len(tokens) > 1 else ""
    scored = []
    for (key, at, head), worth in zip(rows, marks, strict=True):
        score = sum(one * rare for (one, _in_title), rare in zip(worth, rarity, strict=True))
        if len(worth) > 1 and all(in_title for _one, in_title in worth):
            score *= ALL_IN_HEADLINE
        if in_a_row and in_a_row in head:
            score *= SIDE_BY_SIDE
        age = max(0.0, (now - at) / _DAY)
        score *= KEPT + (1 - KEPT) * 0.5 ** (age / HALF_LIFE)
        scored.append((-round(score, 9), -at, -key))
    return [-key for _score, _at, key in sorted(scored)]


def _wanted(term):
    """[(what to look for in a line, its worth)] and the forms in the reader's own letters."""
    ways = []
    for way in term.ways:
        text = " ".join(way.tokens)
        ways.append((f" {text}" if way.is_beginning else f" {text} ", way.worth))
    ways.sort(key=lambda way: -way[1])
    return ways, [f" {form} " for form in term.own]


def _worth(head, wanted):
    """(worth of a term in a story, whether it stands in the headline)."""
    ways, own = wanted
    best, in_title = ELSEWHERE * 0.5, False
    ways = [way for way in ways if way[0] in head]
    if not ways:
        return best, in_title
    for number, (line, weight) in enumerate(zip(head.split("\n"), WEIGHTS, strict=False)):
        if weight <= best:
            break
        for text, worth in ways:
            if weight * worth <= best:
                break
            if text in line:
                best = weight * worth
                in_title = in_title or number == 0
                if any(form in line for form in own):
                    best *= OWN_LETTERS
                break
    return best, in_title


def _rarity(marks, terms):
    """A word that few of the headlines have says more than one that all of them have."""
    rarity = []
    for number in range(terms):
        having = sum(worth[number][0] > ELSEWHERE for worth in marks)
        rarity.append(1 + math.log10((len(marks) + 1) / (having + 1)))
    return rarity
