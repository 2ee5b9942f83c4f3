"""What stands in every page and changes most often: the ticker, the banner, the rail of prices.

Pages are kept with a mark in their place and filled in on the way out, so that a new quote costs
one small rendering for each language, not one for each page.
"""

import logging
import threading
import time
from dataclasses import dataclass
from hashlib import sha256

from django.db import Error
from django.template.loader import render_to_string
from django.utils import translation

from markets import ticker
from markets.templatetags.markets import market_rail as rail
from portal import chrome
from portal.lib import topics

log = logging.getLogger(__name__)
TOPICS = ("markets", "news", "banner", "frame")
TRIES = 3


@dataclass(eq=False)
class Live:
    """The fragments of one language and one state. id: of their bytes."""

    id: str
    parts: dict
    state: tuple = ()
    until: float = topics.FAR
    seen: topics.Snapshot | None = None

    def is_good(self, snapshot):
        if self.seen is not snapshot:
            if self.state != snapshot.of(TOPICS):
                return False
            self.seen = snapshot
        return time.time() < self.until


kept = {}  # {language: the last Live}
_lock = threading.Lock()


def current(language, snapshot):
    """The Live of a language in the state of a topics.Snapshot, or of a newer one."""
    last = kept.get(language)
    if last is not None and last.is_good(snapshot):
        return last
    with _lock:
        last, snapshot = kept.get(language), topics.current()
        if last is not None and last.is_good(snapshot):
            return last
        return _renew(language, snapshot, last)


def _renew(language, before, last):
    for _try in range(TRIES):
        try:
            parts = render(language)
        except Error as error:
            log.error("The ticker and the banner stay as they were: %s", error)
            return last or _made({"ticker": b"", "banner": b"", "rail": b""})
        after = topics.current(fresh=True)
        state, until = before.of(TOPICS), before.ends(TOPICS)
        if after.of(TOPICS) == state and time.time() < until:
            live = kept[language] = _made(parts, state, until)
            return live
        before = after
    # Changed under each of our looks: for this visitor, not to be kept.
    return _made(parts, (), time.time())


def _made(parts, *state):
    whole = b"\x00".join(parts[name] for name in sorted(parts))
    return Live(sha256(whole).hexdigest()[:16], parts, *state)


def render(language):
    """{name: bytes} as they are now. Two queries."""
    with translation.override(language):
        strip = {"ticker": ticker.current(language)}
        parts = {
            "ticker": render_to_string("chrome/ticker.html", strip),
            "banner": render_to_string("chrome/banner.html", {"chrome": chrome.load(language)}),
            "rail": rail(strip),
        }
    return {name: text.encode() for name, text in parts.items()}


def forget():
    kept.clear()
