"""Matching two sequences quickly: the arithmetic below every comparison."""

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher

CELLS = 10_000  # a stretch this large (old × new) is matched exactly
MOST_PAIRS = 2_500


def opcodes(old, new):
    """[(tag, i1, i2, j1, j2)] as difflib's, for hashable items, in nearly linear time.

    Long stretches are first cut at items that stand once on both sides; what has none and is
    longer than CELLS counts as replaced.
    """
    matches = [*_matches(old, new, 0, 0), (len(old), len(new), 0)]
    steps, i, j = [], 0, 0
    for at, to, size in matches:
        if i < at or j < to:
            tag = "replace" if i < at and j < to else "delete" if i < at else "insert"
            steps.append((tag, i, at, j, to))
        if size:
            if steps and steps[-1][0] == "equal":  # two matches that touch are one
                _tag, i1, _i2, j1, _j2 = steps.pop()
                steps.append(("equal", i1, at + size, j1, to + size))
            else:
                steps.append(("equal", at, at + size, to, to + size))
        i, j = at + size, to + size
    return steps


def _matches(old, new, i, j):
    """Yield (place in old, place in new, length), in order; i and j are where the lists begin."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if head:
        yield i, j, head
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if left and right:
        if len(left) * len(right) <= CELLS:
            matcher = SequenceMatcher(None, left, right, autojunk=False)
            for at, to, size in matcher.get_matching_blocks()[:-1]:
                yield i + head + at, j + head + to, size
        else:
            anchors = _anchors(left, right)
            at = to = 0
            for next_at, next_to in [*anchors, (len(left), len(right))] if anchors else []:
                part = left[at:next_at], right[to:next_to]
                yield from _matches(*part, i + head + at, j + head + to)
                if next_at < len(left):
                    yield i + head + next_at, j + head + next_to, 1
                at, to = next_at + 1, next_to + 1
    if tail:
        yield i + len(old) - tail, j + len(new) - tail, tail


def _anchors(old, new):
    """Pairs of places of the items that stand once in both, the longest row in one order."""
    once = _once(old) & _once(new)
    places = {item: place for place, item in enumerate(new)}
    found = [(at, places[item]) for at, item in enumerate(old) if item in once]
    tops, links, last = [], {}, []
    for number, (_at, to) in enumerate(found):
        pile = bisect_left(tops, to)
        if pile == len(tops):
            tops.append(to)
            last.append(number)
        else:
            tops[pile], last[pile] = to, number
        links[number] = last[pile - 1] if pile else None
    row, number = [], last[-1] if last else None
    while number is not None:
        row.append(found[number])
        number = links[number]
    return row[::-1]


def _once(items):
    return {item for item, times in Counter(items).items() if times == 1}


def pairs(old, new, alike, least):
    """[(item of old or None, item of new or None)] in order: which became which.

    `alike(one, other)` is 0…1; below `least` they are two different things.
    """
    if len(old) * len(new) > MOST_PAIRS:
        return _side_by_side(old, new, alike, least)
    score = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    likeness = [[alike(one, other) for other in new] for one in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            best = max(score[i + 1][j], score[i][j + 1])
            if likeness[i][j] >= least:
                best = max(best, score[i + 1][j + 1] + likeness[i][j])
            score[i][j] = best
    found, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        is_pair = i < len(old) and j < len(new) and likeness[i][j] >= least
        if is_pair and score[i][j] == score[i + 1][j + 1] + likeness[i][j]:
            found.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif j == len(new) or (i < len(old) and score[i][j] == score[i + 1][j]):
            found.append((old[i], None))
            i += 1
        else:
            found.append((None, new[j]))
            j += 1
    return found


def _side_by_side(old, new, alike, least):
    """Too many to weigh each against each: one beside the other, as they stand."""
    found = []
    for place in range(max(len(old), len(new))):
        one = old[place] if place < len(old) else None
        other = new[place] if place < len(new) else None
        if one is not None and other is not None and alike(one, other) < least:
            found += [(one, None), (None, other)]
        else:
            found.append((one, other))
    return found
