"""Words for templates that show prices. What asks the database says so."""

from datetime import date

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from markets import history, quotes
from markets import ticker as strip
from markets.models import Series
from portal.lib import dates, languages, numbers

register = template.Library()

GLYPHS = {"up": "▲", "down": "▼"}


def ticker_of(context):
    """The page's ticker, already loaded or about to be; a bare template loads its own."""
    return context.get("ticker") or strip.current(languages.current())


@register.filter
def change(move):
    """A Change as glyph, hidden word and signed figure; nothing for None."""
    if move is None:
        return ""
    glyph = GLYPHS.get(move.direction)
    return format_html(
        '<span class="chg chg--{}">{}<span class="vh">{} </span>{}</span>',
        move.direction,
        mark_safe(f'<i aria-hidden="true">{glyph}</i>') if glyph else "",  # noqa: S308  constants
        move.word,
        move.text,
    )


@register.filter
def price(value, instrument):
    """A value as tables write it, without a date or a unit: both stand beside it."""
    return quotes.written(instrument, value)


@register.simple_tag
def quote_day(day, weekday=False, form="short"):
    """A day as a <time>; with its weekday where the figures are older than a day."""
    text = dates.written(day, form)
    if weekday:
        text = f"{dates.weekday(day)} {text}"
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), text)


@register.simple_tag
def number_signs():
    """How the page writes numbers and months, as attributes for its script."""
    point, group = numbers.signs()
    months = " ".join(dates.month(date(2000, number, 1)) for number in range(1, 13))
    return format_html(' data-point="{}" data-group="{}" data-months="{}"', point, group, months)


@register.simple_tag(takes_context=True)
def as_of(context):
    """The newest day of the ticker, for the head of a block: "As of 23 Nov". Nothing without."""
    ticker = ticker_of(context)
    if not ticker.cells:
        return ""
    day = quote_day(ticker.as_of, ticker.is_old)
    return format_html("<span>{}</span>", mark_safe(_("As of {day}").format(day=day)))  # noqa: S308


@register.simple_tag(takes_context=True)
def market_band(context):
    """Two columns of the front's Markets band; empty without quotes. One query past the ticker."""
    ticker = ticker_of(context)
    if not ticker.cells:
        return ""
    lead, chart, rows = history.band(ticker.cells)
    return render_to_string("markets/_band.html", {"lead": lead, "chart": chart, "rows": rows})


@register.simple_tag(takes_context=True)
def market_rail(context):
    """The small table of a rail, from the ticker: no query of its own. Empty without quotes."""
    ticker = ticker_of(context)
    return render_to_string("markets/_rail.html", {"ticker": ticker}) if ticker.cells else ""


@register.simple_tag
def prices(instruments):
    """The prices a story names, as they are now. One query; nothing for a story without any."""
    if hasattr(instruments, "all"):
        instruments = instruments.order_by().values("pk")  # a subquery, not a query
    shown = quotes.best(Series.objects.in_force().filter(instrument__in=instruments)).values()
    found = [quote for quote in shown if quote.is_known]
    found.sort(key=lambda quote: (quote.instrument.position, quote.instrument.code))
    return render_to_string("markets/_prices.html", {"quotes": found}) if found else ""
