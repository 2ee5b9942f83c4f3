"""The strip of prices above every page: at most one query, and never a reason for it to fail."""

import logging
import time
from dataclasses import dataclass, field
from datetime import date

from django.db import Error, connection, transaction
from django.db.models import F
from django.db.models.signals import post_delete, post_save
from django.shortcuts import render
from django.utils import translation

from markets import quotes
from markets.downloads import known_by_content
from markets.models import Holiday, Instrument, Override, Series, Source, TickerSlot
from markets.models.observations import values_changed
from portal.lib import languages

log = logging.getLogger(__name__)
# {language: (second, Ticker)} as this process built them last: for a quarter of a second more,
# and for the hours of a broken database.
_shown = {}
_broken = False
KEPT_SECONDS = 0.25
# How long a shared cache may answer for the strip: a third of the time between two readings.
FRAGMENT_SECONDS = 20


@dataclass(frozen=True)
class Ticker:
    """Cells in the editors' order and the newest day among them. No values: no cells."""

    cells: list = field(default_factory=list)
    as_of: date | None = None
    today: date | None = None

    @property
    def is_old(self):
        """Older than a day: the head then names the weekday."""
        return self.as_of is not None and (self.today - self.as_of).days > 1


def current(language):
    """The Ticker of a language, never older than KEPT_SECONDS; what this process has written it
    shows at once. One query, or none; on a database error the last one shown, or none.
    """
    global _broken
    now = time.time()
    built, ticker = _shown.get(language, (0, Ticker()))
    # Within a transaction there may be values that are never committed: nothing is kept of them.
    is_own = connection.in_atomic_block
    if not is_own and abs(now - built) < KEPT_SECONDS:
        return ticker
    try:
        ticker = load(language)
    except Error as error:
        if not _broken:  # once for each outage, not once for each page
            log.error("The ticker shows what it showed last: %s", error)
        _broken = True
        return ticker
    _broken = False
    _shown[language] = (0 if is_own else now), ticker
    return ticker


def forget(**_signal):
    """Let the next page ask the database; the last strip stays for an outage."""
    for language, (_built, ticker) in list(_shown.items()):
        _shown[language] = 0, ticker


def forget_later(**_signal):
    transaction.on_commit(forget)


values_changed.connect(forget)
for model in (Holiday, Instrument, Override, Series, Source, TickerSlot):
    post_save.connect(forget_later, model)
    post_delete.connect(forget_later, model)


def load(language):
    """The cells of a language's own places, or of the general ones if it has none of its own."""
    rows = list(
        Series.objects.in_force()
        .filter(instrument__slots__language__in=["", language])
        .annotate(slot=F("instrument__slots__position"), slot_of=F("instrument__slots__language"))
    )
    own = language if any(row.slot_of == language for row in rows) else ""
    found = quotes.best(row for row in rows if row.slot_of == own)
    cells = sorted(found.values(), key=lambda quote: quote.slot)
    known = [quote for quote in cells if quote.is_known]
    if not known:
        return Ticker()
    newest = max(known, key=lambda quote: quote.as_of)
    return Ticker(cells, newest.as_of, newest.today)


def fragment(request):
    """The strip's own markup, for the script that re-reads it; empty without values. One query."""
    context = {"ticker": current(languages.current())}
    response = known_by_content(request, render(request, "chrome/ticker.html", context))
    response.headers["Cache-Control"] = f"public, max-age={FRAGMENT_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def ticker_text(language):
    """The strip as plain text: "USD 64.3008  EUR 69.4191  BRENT 58.45"."""
    with translation.override(language):
        return "  ".join(
            f"{quote.instrument.label} {quote.text}" for quote in current(language).cells
        )
