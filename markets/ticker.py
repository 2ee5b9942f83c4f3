"""The strip of prices above every page: at most one query, and never a reason for it to fail."""

import logging
from dataclasses import dataclass, field
from datetime import date

from django.db import Error
from django.db.models import F
from django.shortcuts import render
from django.utils import translation

from markets import quotes
from markets.models import Series
from portal.lib import languages
from portal.lib.caching import public_page
from portal.lib.shared import shared

log = logging.getLogger(__name__)
# {language: Ticker} as this process showed them last: for the hours of a broken database.
_shown = {}
_broken = False


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
    """The Ticker of a language. One query, or none while no figure has changed; on a database
    error the last one shown, or an empty one.
    """
    global _broken
    try:
        ticker = shared(("ticker", language), ("markets",), lambda: load(language))
        _shown[language] = ticker
    except Error as error:
        if not _broken:  # once for each outage, not once for each page
            log.error("The ticker shows what it showed last: %s", error)
        _broken = True
        return _shown.get(language, Ticker())
    _broken = False
    return ticker


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


@public_page("markets")
def fragment(request):
    """The strip's own markup, for the script that re-reads it; empty without values. One query."""
    response = render(request, "chrome/ticker.html", {"ticker": current(languages.current())})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def ticker_text(language):
    """The strip as plain text: "USD 64.3008  EUR 69.4191  BRENT 58.45"."""
    with translation.override(language):
        return "  ".join(
            f"{quote.instrument.label} {quote.text}" for quote in current(language).cells
        )
