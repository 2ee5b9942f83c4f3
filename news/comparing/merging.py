"""Three texts brought together: the one both began from, mine and theirs."""

from enum import StrEnum

from news import prose

from .blocks import pieces
from .matching import opcodes


class State(StrEnum):
    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    CONFLICT = "conflict"


def three_way(base, mine, theirs):
    """{field: State} for every field of `mine`: who changed what since `base`."""
    return {name: _state(name, base.get(name), mine[name], theirs.get(name)) for name in mine}


def _state(name, base, mine, theirs):
    base, mine, theirs = (plain(name, value) for value in (base, mine, theirs))
    if mine == theirs:
        return State.SAME if mine == base else State.BOTH
    if mine == base:
        return State.THEIRS
    return State.MINE if theirs == base else State.CONFLICT


def plain(name, value):
    """The value as it will be stored: forms send other line ends, tuples for lists, "" for None."""
    if name == "body":
        return "\n".join(piece.strip() for piece in pieces(prose.clean(value or "")))
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, (list, tuple)):
        return [list(v) if isinstance(v, (list, tuple)) else v for v in value]
    return "" if value is None else value


def merge(base, mine, theirs):
    """One body with both sides' changes, or None where they changed the same place differently."""
    base, mine, theirs = (pieces(prose.clean(body)) for body in (base, mine, theirs))
    hunks = sorted({*_hunks(base, mine), *_hunks(base, theirs)})
    merged, at = [], 0
    last = None
    for start, end, text in hunks:
        is_same_point = last is not None and start == end == last[0] == last[1]
        if start < at or is_same_point:
            return None
        merged += [*base[at:start], *text]
        at, last = end, (start, end)
    return "\n".join(piece.strip() for piece in [*merged, *base[at:]])


def _hunks(base, other):
    """(start, end, new pieces) of each change, in places of `base`."""
    keys = [[piece.strip() for piece in side] for side in (base, other)]
    return [
        (i1, i2, tuple(keys[1][j1:j2])) for tag, i1, i2, j1, j2 in opcodes(*keys) if tag != "equal"
    ]


def merge_contents(base, mine, theirs):
    """(content, [fields still in conflict]): what one side changed is taken from it, bodies are
    merged where they can be; a field in conflict holds mine.
    """
    merged, conflicts = dict(mine), []
    for name, state in three_way(base, mine, theirs).items():
        if state == State.THEIRS:
            merged[name] = theirs[name]
        elif state == State.CONFLICT:
            body = merge(base["body"], mine["body"], theirs["body"]) if name == "body" else None
            if body is None:
                conflicts.append(name)
            else:
                merged[name] = body
    return merged, conflicts
