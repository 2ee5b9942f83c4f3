"""Pages of prices: the board, one instrument, the converter, fuel, and all of it for machines."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from markets import badge as picture
from markets import board as table
from markets import converter as exchange
from markets import downloads, forms, fuel, history, quotes
from markets.models import Instrument, Kind, Observation
from portal.lib import dates, languages
from portal.lib.caching import public_page
from portal.lib.listing import page_of

# What the converter shows before anything is typed: amount, from, to.
FIRST = {"kk": ("100", "USD", "KZT"), "": ("100", "USD", "RUB")}


@public_page("markets", params=["sort"])
def board(request):
    """All instruments in groups, sorted by `?sort=`. Three queries past the frame of the page."""
    sort = request.GET.get("sort", "")
    if sort and sort not in table.SORTS:
        raise Http404("no such order")
    groups = table.groups(sort)
    context = {
        "groups": groups,
        "sort": sort,
        "sources": table.sources(groups),
        "in_markets": True,
    }
    return render(request, "markets/board.html", context)


@public_page("markets")
def all_csv(request):
    """The board as one CSV."""
    return downloads.all_as_csv(table.groups())


@public_page("markets", "news", params=["range", "page", "amount", "from", "to"])
def instrument(request, code):
    """One instrument: value, chart over `?range=`, history by `?page=`. Five queries."""
    quote, calendar = found(code)
    chosen = range_of(request, default="6m")
    query = f"range={chosen.key}&" if "range" in request.GET else ""
    rows = Observation.objects.accepted().filter(series=quote.series, as_of__lte=quote.today)
    page = page_of(
        rows.order_by("-as_of"),
        request,
        load=lambda rows: history.lines(quote, rows),
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
            "drawn": history.page(quote, chosen, calendar) if quote.is_known else None,
            "panel": panel(request, quote),
            # Past the last page the note under the table names the download, not the archive.
            "page": replace(page, is_cut=False),
            "is_cut": page.is_cut,
            "in_markets": True,
        },
    )


def panel(request, quote):
    """The converter of a currency's own page: its one rate, either way. No query."""
    if quote.instrument.kind != Kind.CURRENCY or not quote.is_known or quote.is_override:
        return None
    pair = (quote.instrument.base, quote.instrument.quote)
    start = request.GET.get("from", pair[0])
    end = pair[0] if start == pair[1] else pair[1]
    typed = {"amount": request.GET.get("amount", FIRST[""][0]), "from": start, "to": end}
    form = forms.ConverterForm(typed, pair)
    answer = None
    if form.is_valid():
        leg = exchange.Leg(exchange.of_quote(quote), is_inverse=start == pair[1])
        answer = exchange.Answer(form.cleaned_data["amount"], start, end, (leg,))
    return {"form": form, "answer": answer, "currencies": pair}


@public_page("markets", params=["amount", "from", "to", "on"])
def converter(request):
    """`?amount=100&from=USD&to=RUB&on=2020-02-22`, answered in words whatever is typed."""
    known = exchange.currencies()
    usual = FIRST.get(languages.current(), FIRST[""])
    today = timezone.localdate()
    typed = dict(zip(("amount", "from", "to"), usual, strict=True))
    typed |= {
        name: request.GET[name] for name in ("amount", "from", "to", "on") if name in request.GET
    }
    form = forms.ConverterForm(typed, known)
    answers, problem, day = [], "", today
    if form.is_valid():
        asked = form.cleaned_data
        day = asked["on"] or today
        rates = exchange.Rates(day, day)
        try:
            answers = rates.convert(
                asked["amount"], asked["from"], asked["to"], day, is_ahead=day > today
            )
        except (exchange.NoRate, exchange.MixedDays) as error:
            problem = exchange.words_of(error, asked["from"], asked["to"], day)
    context = {
        "form": form,
        "currencies": [(code, exchange.NAMES.get(code, "")) for code in known],
        "answer": answers[0] if answers else None,
        "others": answers[1:],
        "problem": problem,
        "day": day,
        # A date field knows ISO alone; what it cannot read is shown as it was typed.
        "day_typed": form.typed("on") if "on" in form.errors else day.isoformat(),
        "is_today": day == today,
        "in_markets": True,
    }
    return render(request, "markets/converter.html", context)


@public_page("markets")
def fuel_prices(request):
    """Pump prices of all regions beside each other. Three queries past the frame of the page."""
    found = fuel.prices()
    context = {
        "grades": fuel.by_grade(found),
        "regions": fuel.by_region(found),
        "rates": sorted(
            {price.rate for price in found if price.rate}, key=lambda rate: (rate.quote, rate.as_of)
        ),
        "newest": max((price.week for price in found if price.week), default=None),
        "in_markets": True,
    }
    return render(request, "markets/fuel.html", context)


def badge(request, code):
    """The figure as a small SVG for other sites."""
    return picture.answer(request, found(code)[0])


def history_csv(request, code):
    """The accepted history as CSV, streamed, oldest first; see `download`."""
    return download(request, code, downloads.as_csv)


def history_json(request, code):
    """The accepted history as JSON, streamed, oldest first; see `download`."""
    return download(request, code, downloads.as_json)


def download(request, code, written):
    """A history between `?from=` and `?to=` (ISO days, both included), or over `?range=`."""
    quote, _calendar = found(code)
    days = {}
    for name in ("from", "to"):
        text = request.GET.get(name, "")
        try:
            days[name] = forms.iso_day(text) if text else None
        except ValueError:
            return not_read(
                request, _("“{text}” is no date. Write it as 2020-02-22.").format(text=text[:40])
            )
    if days["from"] and days["to"] and days["from"] > days["to"]:
        return not_read(request, _("The first day is after the last one."))
    window = downloads.Window(days["from"], days["to"])
    if not any(days.values()):
        window = downloads.Window.of(range_of(request), quote.today)
    return written(request, quote, window)


def not_read(request, text):
    """A 400 that says what was wrong with the address."""
    request.editions = {}
    title = _("We could not read that request")
    context = {"status": 400, "title": title, "text": text}
    return render(request, "error.html", context, status=400)


def found(code):
    """(Quote, calendar of its series) of an active instrument; Http404 for an unknown code."""
    quote = quotes.standing().get(code)
    if quote is None:
        one = get_object_or_404(Instrument.objects.active(), code=code)
        return quotes.of([one])[code], ""
    return quote, quote.calendar


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
        unit=quote.units,
        day=dates.written(quote.as_of, "long"),
        source=quote.source.name,
    )
