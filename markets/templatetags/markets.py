"""Words for templates that show prices. What asks the database says so."""

from datetime import date

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from markets import answers, history, mentions, quotes
from markets import ticker as strip
from markets.mentions import Named
from portal.lib import dates, languages, numbers
from portal.lib.shared import shared

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
def sorted_head(sort, key, name, css=""):
    """The head of a column that sorts the table: a link, and aria-sort where it has sorted it.

    The first use sorts names upwards and figures downwards; the next turns the order round.
    """
    first, second = (key, f"-{key}") if key == "name" else (f"-{key}", key)
    state = {key: "ascending", f"-{key}": "descending"}.get(sort)
    return format_html(
        '<th scope="col"{}{}><a href="?sort={}">{}{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        format_html(' aria-sort="{}"', state) if state else "",
        second if sort == first else first,
        name,
        format_html('<i aria-hidden="true">{}</i>', "▲" if state == "ascending" else "▼")
        if state
        else "",
    )


@register.simple_tag
def typed(form, name):
    """What the reader wrote in a field of a form."""
    return form.typed(name)


@register.simple_tag
def field_said(form, name, id_):
    """What is wrong with a field; an empty line where nothing is, for the script to fill."""
    return format_html(
        '<p class="field__said" id="{}" data-part="{}">{}</p>', id_, id_, form.said(name)
    )


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
    """Two columns of the front's Markets band; empty without quotes. One query past the ticker,
    or none while no figure has changed.
    """
    ticker = ticker_of(context)

    def band():
        lead, chart, rows = history.band(ticker.cells)
        return render_to_string("markets/_band.html", {"lead": lead, "chart": chart, "rows": rows})

    key = ("band", languages.current())
    return shared(key, ("markets",), band) if ticker.cells else ""


@register.simple_tag(takes_context=True)
def market_rail(context):
    """The small table of a rail, from the ticker: no query of its own. Empty without quotes.

    In a page that is kept only its mark: the table is put there on the way out.
    """
    if marks := context.get("marks"):
        return marks["rail"]
    ticker = ticker_of(context)
    return render_to_string("markets/_rail.html", {"ticker": ticker}) if ticker.cells else ""


@register.simple_tag(takes_context=True)
def prices_asked(context, words):
    """Quotes of the instruments that a search names. A query or two when figures have changed."""
    return answers.answers(words, lambda: ticker_of(context).cells)


@register.simple_tag
def prices_named(article):
    """The mentions.Named of a story: its prices, and its chips by code. One query; none where it
    is known (has_prices) that it names none.
    """
    if getattr(article, "has_prices", True) is False:
        return Named()
    if article.is_look_alike:  # a text that readers do not have names what it names
        return mentions.named(article.mentions.all())
    return mentions.named_by(article.mentions.model, article.pk)


@register.filter
def units(quote):
    """The unit, with the number of units the price is for."""
    return quote.units


@register.filter
def units_of(reading, instrument):
    """The same of a Reading or a Quote of another day."""
    return quotes.unit_of(instrument, reading.nominal)
