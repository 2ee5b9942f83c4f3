"""How long an answer may be kept, in the words of each cache, and what a visitor has already.

- Browsers ask each time (max-age=0) and are mostly told 304.
- Shared caches may answer for one second, and for ten days when we cannot.
- nginx takes X-Accel-Expires before all else. It counts whole seconds and the last one in full:
  "1" may mean nearly two. So our own nginx says what its clock shows (X-Edge-Time), and is told
  "until the end of this second"; clocks that differ do no harm. Before an instant T at which the
  page will differ, it is told T-1, never T.
"""

import time

from django.utils.http import parse_http_date_safe

SHARED = "public, max-age=0, s-maxage=1, stale-if-error=864000"
LAST_SECOND = "public, max-age=0, s-maxage=0, stale-if-error=864000"
_SHARED, _LAST_SECOND = ("Cache-Control", SHARED), ("Cache-Control", LAST_SECOND)
_ONE_SECOND = ("X-Accel-Expires", "1")
# Clocks nearer than this are one clock.
SAME_CLOCK = 0.05
FAR = float("inf")


class Asked:
    """What a request says of its visitor's caches; the rest of it is the address."""

    __slots__ = ("asks", "edge", "encoding", "is_shared", "known", "method", "since")

    def __init__(self, meta, *, is_shared):
        """meta: the request as WSGI tells of it (PEP 3333)."""
        self.method, self.is_shared = meta["REQUEST_METHOD"], is_shared
        self.encoding = meta.get("HTTP_ACCEPT_ENCODING", "")
        self.known = meta.get("HTTP_IF_NONE_MATCH", "")
        self.since = meta.get("HTTP_IF_MODIFIED_SINCE", "")
        self.asks = self.known or self.since
        self.edge = _edge(meta.get("HTTP_X_EDGE_TIME", ""))

    def has(self, etag, last_modified):
        """Whether the visitor has the page already, in whatever encoding (RFC 9110, 13.2.2)."""
        if self.known:
            return self.known.strip() == "*" or etag in {
                part.strip().removeprefix("W/").strip('"').removesuffix("-br").removesuffix("-gzip")
                for part in self.known.split(",")
            }
        if self.since and last_modified:
            since = parse_http_date_safe(self.since)
            return since is not None and parse_http_date_safe(last_modified) <= since
        return False


def _edge(told):
    """How far the clock of the nginx in front is ahead of ours, in seconds; None without one."""
    if not told:
        return None
    try:
        ahead = float(told) - time.time()
    except ValueError:
        return None
    if not abs(ahead) < 86_400:
        return None
    return 0.0 if abs(ahead) < SAME_CLOCK else ahead


def tell(store, asked, until):
    """Write the lifetime of an answer that will differ at `until` (POSIX time) by itself.

    store: headers as Django keeps them, {lower name: (name, value)}.
    """
    now = time.time()
    store["cache-control"] = _SHARED if until - now >= 1 else _LAST_SECOND
    if asked.edge is not None:
        second = int(now + asked.edge)
        if until != FAR:
            second = min(second, int(until + asked.edge) - 1)
        store["x-accel-expires"] = ("X-Accel-Expires", f"@{second}")
    elif until - now < 2:
        store["x-accel-expires"] = ("X-Accel-Expires", f"@{int(until) - 1}")
    else:
        store["x-accel-expires"] = _ONE_SECOND
