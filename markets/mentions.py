"""Prices a story names: what readers were shown when it came out, and what it is now."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.template.loader import render_to_string

from markets import quotes, sample, states
from markets.models import Holiday, Observation, Series, State
from markets.quotes import Quote, change_of
from portal.lib import languages, numbers


@dataclass(frozen=True, slots=True)
class Then:
    """The value in force when the story came out: frozen, whatever happened to it since."""

    observation: int
    value: Decimal
    nominal: int
    as_of: date
    source: int
    source_name: str


@dataclass(frozen=True)
class Price:
    """An instrument of a story: its Quote now and, once the story is out, its value then."""

    quote: Quote
    then: Then | None

    @property
    def then_value(self):
        """For the number of units the Quote is for."""
        return self.then.value * self.quote.nominal / self.then.nominal

    @property
    def then_text(self):
        return quotes.written(self.quote.instrument, self.then_value)

    @property
    def is_same(self):
        """Nothing was published since: then and now are one figure."""
        quote = self.quote
        return (
            bool(self.then)
            and self.then.observation == quote.observation_id
            and (not quote.is_override)
        )

    @property
    def change(self):
        """The Change from then to now; None where it is not honest: two sources, an old value."""
        quote = self.quote
        if (
            self.then is None
            or not quote.is_known
            or quote.is_override
            or not quote.state.shows_change
            or self.then.source != quote.source.pk
        ):
            return None
        share = numbers.rounded((quote.value / self.then_value - 1) * 100, 2)
        return change_of(share, numbers.percent(share))


@dataclass(frozen=True)
class Named:
    """The prices of one story, in its order."""

    prices: list = field(default_factory=list)

    @cached_property
    def chips(self):
        """{code: markup} for the chips in the text."""
        return {
            price.quote.instrument.code: render_to_string(
                "markets/_chip.html", {"price": price}
            ).strip()
            for price in self.prices
        }


# Column of the frozen Observation -> where a mention finds it.
FROZEN = {
    "then": "observation",
    "then_value": "observation__value",
    "then_nominal": "observation__nominal",
    "then_as_of": "observation__as_of",
    "then_source": "observation__series__source",
    "then_position": "position",
}


def named(mentions):
    """The prices that a story's mentions name. One query; values without a Quote are left out.

    mentions: a query-set of rows with `instrument`, `observation` and `position`.
    """
    mentions = mentions.order_by()
    mine = mentions.filter(instrument=OuterRef("instrument"))
    name = Coalesce(
        NullIf(f"observation__series__source__name_{languages.current()}", Value("")),
        f"observation__series__source__name_{languages.DEFAULT}",
    )
    rows = list(
        Series.objects.in_force()
        .filter(instrument__in=mentions.values("instrument"))
        .annotate(
            **{column: Subquery(mine.values(path)[:1]) for column, path in FROZEN.items()},
            then_source_name=Subquery(mine.values(name=name)[:1]),
        )
    )
    frozen = {row.instrument.code: row for row in rows}
    found = []
    for code, quote in quotes.best(rows).items():
        row = frozen[code]
        if quote.is_known:
            found.append((row.then_position, quote.instrument.position, code, quote, row))
    return Named([Price(quote, then_of(row)) for *_order, quote, row in sorted(found, key=order)])


def order(item):
    return item[:3]


def then_of(row):
    if row.then is None:
        return None
    return Then(
        row.then,
        row.then_value,
        row.then_nominal,
        row.then_as_of,
        row.then_source,
        row.then_source_name,
    )


def in_force_at(instrument, moment):
    """The Observation of an instrument that readers saw at an aware instant, or None.

    As it was known then: later revisions do not count. Where nothing was known then (a history
    that was loaded later) it is the value that counts now. A few queries for each source.
    """
    day = moment.astimezone(ZoneInfo(instrument.tz)).date()
    found = []
    for series in instrument.series.filter(is_active=True):
        rows = Observation.objects.filter(series=series, as_of__lte=day)
        shown = rows.filter(state__in=[State.ACCEPTED, State.SUPERSEDED], seen_at__lte=moment)
        shown = shown.filter(Q(reviewed_at=None) | Q(reviewed_at__lte=moment))
        row = shown.order_by("-as_of", "-rev").first()
        row = row or rows.accepted().order_by("-as_of").first()
        if row:
            found.append((rank(series, row, instrument, moment), series.priority, row))
    return min(found, key=lambda item: item[:2])[2] if found else None


def rank(series, row, instrument, moment):
    """The order of quotes.best: real before made-up, in time before late."""
    state = states.judge(
        as_of=row.as_of,
        now=moment,
        tz=instrument.tz,
        calendar=series.calendar,
        holidays=Holiday.objects.of(series.calendar),
        soft=instrument.soft_stale_days,
        hard=instrument.hard_stale_days,
    )
    return series.priority >= sample.PRIORITY, quotes.RANKS.get(state.kind, 0)
