"""What happened before the value in force: histories for charts, tables and comparisons."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from markets import charts, quotes
from markets.models import Calendar, Kind, Observation, State
from markets.models.series import today_where
from markets.quotes import Quote

YEAR = 364  # 52 weeks
# Rates that are in force by law from their day until the next one's: drawn as steps.
OFFICIAL = frozenset({Calendar.CBR, Calendar.NBK, Calendar.TARGET})


@dataclass(frozen=True, slots=True)
class Range:
    key: str
    days: int | None  # None: from the first value on
    label: str
    name: str

    def since(self, today):
        """The last day before the range, or None where it has no beginning."""
        return today - timedelta(days=self.days) if self.days else None


RANGES = {
    one.key: one
    for one in (
        Range("1m", 31, _("1M"), _("one month")),
        Range("3m", 92, _("3M"), _("three months")),
        Range("6m", 184, _("6M"), _("six months")),
        Range("1y", 366, _("1Y"), _("one year")),
        Range("5y", 1827, _("5Y"), _("five years")),
        Range("all", None, pgettext_lazy("range", "All"), _("all values")),
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of prices."""

    quote: Quote
    spark: charts.Spark | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def mark(self):
        return charts.place_between(self.quote.value, self.low, self.high)

    @property
    def span(self):
        """Lowest and highest of 52 weeks, written."""
        return [quotes.written(self.quote.instrument, bound) for bound in (self.low, self.high)]


def observed(known, days):
    """Accepted values of these Quotes' series of the last `days` days (None: of all days), none of
    them tomorrow's.
    """
    rows = Observation.objects.accepted().filter(
        series__in=known, as_of__lte=today_where("series__instrument__tz")
    )
    if days is None:
        return rows
    return rows.filter(as_of__gt=min(one.today for one in known.values()) - timedelta(days=days))


def points(shown, days):
    """{series: [(day, value), …]} of the last `days` days (None: all), oldest first.

    Values are for the number of units the Quote is for. One query.
    """
    known = {quote.series: quote for quote in shown if quote.is_known}
    found = defaultdict(list)
    if known:
        rows = observed(known, days).order_by("series", "as_of")
        for series, day, value, nominal in rows.values_list("series", "as_of", "value", "nominal"):
            units = known[series].nominal
            found[series].append((day, value if nominal == units else value * units / nominal))
    return found


def spans(shown):
    """{series: (lowest, highest)} of 52 weeks, for the Quotes' numbers of units. One query."""
    known = {quote.series: quote for quote in shown if quote.is_known}
    found = {}
    if known:
        rows = observed(known, YEAR).order_by().values_list("series", "nominal")
        for series, nominal, *bounds in rows.annotate(Min("value"), Max("value")):
            bounds = [bound * known[series].nominal / nominal for bound in bounds]
            bounds += found.get(series, ())
            found[series] = (min(bounds), max(bounds))
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """The chart of an instrument over a range, in two sizes, and the comparisons under it."""

    charts: list
    stats: list


def page(quote, chosen, calendar=""):
    """What an instrument's page draws. calendar: that of the quote's series. One query."""
    longest = max(chosen.days, YEAR + 16) if chosen.days else None
    found = points([quote], longest)[quote.series]
    since = chosen.since(quote.today)
    drawn = [point for point in found if since is None or point[0] > since]
    since = since or (drawn[0][0] if drawn else quote.today)
    chart = charts.step_chart if calendar in OFFICIAL else charts.line_chart
    return Page(
        [
            ("wide", chart(drawn, charts.WIDE, since=since)),
            ("narrow", chart(drawn, charts.NARROW, since=since, most=160)),
        ],
        stats(quote, found),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A day of the history table: the value that counts, and what was said before it."""

    quote: Quote
    row: Observation
    earlier: list  # superseded Observations of the same day, newest first


def lines(quote, rows):
    """The Lines of accepted observations of the quote's series. One query, two with revisions.

    rows: a query-set of them in the order of the table, not evaluated.
    """
    shown = list(rows.with_previous())
    revised = [row.as_of for row in shown if row.rev > 1]
    earlier = defaultdict(list)
    if revised:
        before = Observation.objects.filter(series=quote.series, state=State.SUPERSEDED)
        for row in before.filter(as_of__in=revised).order_by("-rev"):
            earlier[row.as_of].append(row)
    return [Line(quote.on(row), row, earlier[row.as_of]) for row in shown]


def stats(quote, found):
    """[(name, day or None, value text)]: the values a reader compares the last one with."""

    def on(day):
        """The value in force on a day: the newest up to it, if it is not much older."""
        before = [point for point in found if day - timedelta(days=14) < point[0] <= day]
        return before[-1] if before else (None, None)

    year = [point for point in found if point[0] > quote.today - timedelta(days=YEAR)]
    nothing = (None, None)
    compared = [
        (_("Previous"), (quote.previous_as_of, quote.previous)),
        (_("Week ago"), on(quote.as_of - timedelta(days=7))),
        (_("Month ago"), on(quote.as_of - timedelta(days=30))),
        (_("Year ago"), on(quote.as_of - timedelta(days=365))),
        (_("52-week low"), min(year, key=lambda point: point[1], default=nothing)),
        (_("52-week high"), max(year, key=lambda point: point[1], default=nothing)),
    ]
    return [
        (name, day, quotes.MISSING if value is None else quotes.written(quote.instrument, value))
        for name, (day, value) in compared
    ]


def band(shown):
    """The front page's two columns: the leading Quote with its chart, and a Row for each Quote.

    The first oil of the ticker leads. One query.
    """
    known = [quote for quote in shown if quote.is_known]
    lead = next((quote for quote in known if quote.instrument.kind == Kind.OIL), known[0])
    found = points(known, RANGES["3m"].days)
    since = lead.today - timedelta(days=RANGES["3m"].days)
    rows = []
    for quote in shown:
        month_ago = quote.today - timedelta(days=30)
        recent = [point for point in found[quote.series] if point[0] > month_ago]
        rows.append(Row(quote, charts.sparkline(recent)))
    return lead, charts.line_chart(found[lead.series], charts.BAND, since=since, most=120), rows
