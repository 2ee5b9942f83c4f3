"""Rendered pages in the memory of one process: bounded in bytes, and proof against a crawl.

A page asked for once stands in a waiting room; only one asked for again moves in. So whoever walks
through the archive pushes out other passers-by, never the front page.
"""

import gzip
import re
import threading
from collections import Counter, OrderedDict
from hashlib import sha256

import brotli

# What stands in a page in place of a fragment: no text holds a NUL, and no reader could send one.
MARK = "\x00{}\x00"
_MARKED = re.compile(rb"\x00(ticker|banner|rail)\x00")
SMALL = 600  # bytes below which packing does not pay
RESIDENTS = 0.8  # the share of the memory for pages asked for more than once
OVERHEAD = 2_000  # bytes of a page's headers and of the objects around it
GZIP_LEVEL, BROTLI_QUALITY = 6, 5
PACKED = ("text/", "application/json", "application/xml", "application/rss+xml")
PACKED += ("application/atom+xml", "application/feed+json", "application/manifest+json")
PACKED += ("image/svg+xml",)


class Entry:
    """One answer, ready to be sent: its parts between the marks, its headers, its encodings.

    state: that of its topics when it was rendered. until: POSIX time of its next change by itself.
    """

    __slots__ = ("headers", "is_packed", "language", "names", "pieces", "ready", "state", "status")
    __slots__ += ("seen", "topics", "until")

    def __init__(self, response, *, topics=(), state=(), until=float("inf"), language=""):
        self.status = response.status_code
        self.headers = {
            name.lower(): (name, value)
            for name, value in response.items()
            if name not in {"Cache-Control", "Content-Length", "ETag", "Vary"}
        }
        kind = response.headers.get("Content-Type", "")
        self.is_packed = kind.startswith(PACKED)
        # At even places the page's own bytes, at odd ones the names of what stands between.
        is_page = kind.startswith("text/html")
        self.pieces = _MARKED.split(response.content) if is_page else [response.content]
        self.names = tuple(name.decode() for name in self.pieces[1::2])
        self.topics, self.state, self.until, self.language = topics, state, until, language
        self.ready = self.seen = None

    def is_good(self, snapshot, now):
        """Whether it shows the state of a topics.Snapshot; the last good one is known at once."""
        if self.seen is not snapshot:
            if snapshot.of(self.topics) != self.state:
                return False
            self.seen = snapshot
        return now < self.until

    def assembled(self, live):
        """The Body with these fragments (a Live, or None for a page without marks)."""
        ready, of = self.ready, live.id if live else ""
        if ready is None or ready.of != of:
            pieces = list(self.pieces)
            for place, name in enumerate(self.names):
                pieces[2 * place + 1] = live.parts[name]
            ready = self.ready = Body(pieces, of, self.is_packed)
        return ready

    @property
    def last_modified(self):
        return self.headers.get("last-modified", ("", ""))[1]

    @property
    def size(self):
        ready = self.ready
        return OVERHEAD + sum(map(len, self.pieces)) + (ready.size if ready else 0)


class Body:
    """The whole bytes of an answer, and the same packed; each made once, when first asked for."""

    __slots__ = ("etag", "headers", "is_packed", "of", "packed", "pieces")

    def __init__(self, pieces, of, is_packed):
        self.pieces, self.of = pieces, of  # the fragments are shared by all pages
        plain = self.plain
        self.is_packed = is_packed and len(plain) > SMALL
        self.etag = sha256(plain).hexdigest()[:32]
        self.packed, self.headers = {}, {}

    @property
    def plain(self):
        return b"".join(self.pieces)

    def encoded(self, accepted):
        """(bytes, name of the encoding or "") for an Accept-Encoding header."""
        if self.is_packed:
            for name, pack in (("br", _brotli), ("gzip", _gzip)):
                if name in accepted and accepts(accepted, name):
                    if name not in self.packed:
                        self.packed[name] = pack(self.plain)
                    return self.packed[name], name
        return self.plain, ""

    @property
    def size(self):
        return sum(map(len, list(self.packed.values())))


def _brotli(data):
    return brotli.compress(data, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)


def _gzip(data):
    return gzip.compress(data, GZIP_LEVEL, mtime=0)


def accepts(header, name):
    """Whether an Accept-Encoding header (RFC 9110, 12.5.3) allows an encoding by its name."""
    for part in header.split(","):
        coding, _, options = part.strip().partition(";")
        if coding.strip().lower() == name:
            return options.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


class Memory:
    """Entries by key, the least recently asked for going first. Safe between threads.

    flights: the keys that somebody is rendering this moment, so that others wait for it.
    """

    def __init__(self, limit):
        self.limit = limit
        self.counts = Counter()
        self._lock = threading.Lock()
        self.forget()

    def forget(self):
        with self._lock:
            self._passing, self._resident = OrderedDict(), OrderedDict()
            self._sizes, self.bytes, self._resident_bytes = {}, 0, 0
            self._flights = {}

    def __len__(self):
        return len(self._sizes)

    def get(self, key):
        """The Entry of a key, however old; it has been asked for."""
        with self._lock:
            entry = self._resident.get(key)
            if entry is not None:
                self._resident.move_to_end(key)
                return entry
            entry = self._passing.get(key)
            if entry is not None and entry.status == 200:
                self._settle(key, entry)
            return entry

    def put(self, key, entry):
        with self._lock:
            is_resident = key in self._resident
            self._drop(key)
            size = self._sizes[key] = entry.size
            self.bytes += size
            if is_resident and entry.status == 200:
                self._resident[key] = entry
                self._resident_bytes += size
            else:
                self._passing[key] = entry
            self._shrink()

    def weigh(self, key, entry):
        """Count again what has grown by an encoding."""
        with self._lock:
            is_resident = self._resident.get(key) is entry
            if not is_resident and self._passing.get(key) is not entry:
                return
            more = entry.size - self._sizes[key]
            self._sizes[key] += more
            self.bytes += more
            self._resident_bytes += more if is_resident else 0
            self._shrink()

    def _settle(self, key, entry):
        del self._passing[key]
        self._resident[key] = entry
        self._resident_bytes += self._sizes[key]
        while self._resident_bytes > RESIDENTS * self.limit and len(self._resident) > 1:
            old, gone = self._resident.popitem(last=False)
            self._resident_bytes -= self._sizes[old]
            self._passing[old] = gone

    def _drop(self, key):
        if key in self._sizes:
            size = self._sizes.pop(key)
            self.bytes -= size
            if self._resident.pop(key, None) is not None:
                self._resident_bytes -= size
            else:
                self._passing.pop(key, None)

    def _shrink(self):
        while self.bytes > self.limit and self._sizes:
            self._drop(next(iter(self._passing or self._resident)))

    # One render at a time ---------------------------------------------------------------------

    def begin(self, key):
        """None for who may render this key now; else the Event that tells when it is done."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is None:
                self._flights[key] = threading.Event()
            return flight

    def end(self, key):
        with self._lock:
            flight = self._flights.pop(key, None)
        if flight is not None:
            flight.set()
