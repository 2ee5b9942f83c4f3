"""Pages of prices: the board, one instrument, and its history for machines."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from markets import downloads, history, quotes
from markets.models import Instrument, Observation
from portal.lib import dates
from portal.lib.listing import page_of


def board(request):
    """All instruments in groups. Three queries past the frame of the page."""
    groups = history.board()
    sources = {}
    for _name, rows in groups:
        for row in rows:
            if row.quote.is_known:
                _source, labels = sources.setdefault(row.quote.source.pk, (row.quote.source, []))
                labels.append(row.quote.instrument.label)
    context = {"groups": groups, "sources": list(sources.values()), "in_markets": True}
    return render(request, "markets/board.html", context)


def instrument(request, code):
    """One instrument: value, chart over `?range=`, history by `?page=`. Five queries."""
    quote = found(code)
    chosen = range_of(request, default="6m")
    query = f"range={chosen.key}&" if "range" in request.GET else ""
    rows = Observation.objects.accepted().filter(series=quote.series, as_of__lte=quote.today)
    page = page_of(
        rows.order_by("-as_of"),
        request,
        load=lambda rows: [quote.on(row) for row in rows.with_previous()],
        size=30,
        query=query,
    )
    return render(
        request,
        "markets/instrument.html",
        {
            "instrument": quote.instrument,
            "quote": quote,
            "description": described(quote),
            "ranges": history.RANGES.values(),
            "range": chosen,
            "drawn": history.page(quote, chosen) if quote.is_known else None,
            # Past the last page the note under the table names the download, not the archive.
            "page": replace(page, is_cut=False),
            "is_cut": page.is_cut,
            "canonical": request.path + (f"?page={page.number}" if page.number > 1 else ""),
            "in_markets": True,
        },
    )


def history_csv(request, code):
    """The accepted history as CSV, streamed, oldest first."""
    return downloads.as_csv(found(code), range_of(request))


def history_json(request, code):
    """The accepted history as JSON, streamed, oldest first; `?range=5y` for its last part."""
    return downloads.as_json(found(code), range_of(request))


def found(code):
    """The Quote of an active instrument, with or without a value; Http404 for an unknown code."""
    return quotes.of([get_object_or_404(Instrument.objects.active(), code=code)])[code]


def range_of(request, default=None):
    """The Range that `?range=` names, or the default; Http404 for a name that is none."""
    asked = request.GET.get("range", default)
    if asked is not None and asked not in history.RANGES:
        raise Http404("no such range")
    return history.RANGES.get(asked)


def described(quote):
    """A sentence for search engines: what, how much, when, whose."""
    if not quote.is_known:
        return capfirst(f"{quote.instrument.name}, {quote.instrument.unit}.")
    return _(
        "{name}: {value} {unit} on {day}. Chart, history and download. Source: {source}."
    ).format(
        name=quote.instrument.name,
        value=quote.aligned,
        unit=quote.instrument.unit,
        day=dates.written(quote.as_of, "long"),
        source=quote.source.name,
    )
