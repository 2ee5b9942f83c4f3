"""What many pages have in common, made once for each state of the topics it is made of.

As true as a page that is kept (docs/decisions/0012-fast-and-fresh.md): the database's own word
ends it, or the hour at which its topic changes by itself. Nothing here has a lifetime of its own.
"""

import threading
import time

from django.db import connection

from portal.lib import topics

MOST = 1_000  # things; each is the size of a list of stories, or of the head of a page
_kept = {}
_lock = threading.Lock()


def shared(key, names, make):
    """make(), or what it gave before in the present state of the topics `names`.

    The thing belongs to all pages and threads: nobody may change it. Within a transaction there
    may be rows that are never committed: then it is made anew and not kept.
    """
    if connection.in_atomic_block:
        return make()
    snapshot = topics.current()
    state = snapshot.of(names)
    is_now = time.time() < snapshot.ends(names)
    known = _kept.get(key)
    if known is not None and is_now and known[0] == state:
        return known[1]
    # The state was read before this: what is made now is of that state or of a newer one.
    made = make()
    if not topics.are_known():
        return made
    with _lock:
        _kept.pop(key, None)
        while len(_kept) >= MOST:
            del _kept[next(iter(_kept))]
        _kept[key] = state, made
    return made


def forget():
    """As a process that has just begun."""
    _kept.clear()
