"""Prices a story names: what readers were shown when it came out, and what it is now."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.template.loader import render_to_string

from markets import quotes, sample, states
from markets.models import Holiday, Observation, State
from markets.quotes import Quote, change_of
from portal.lib import languages, numbers, prepared


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


# What a Then is made of, by way of the mention; the name comes after.
FROZEN = ("", "__value", "__nominal", "__as_of", "__series__source")


def named(mentions):
    """The prices that a story's mentions name. One query; values without a Quote are left out.

    mentions: a query-set of rows with `instrument`, `observation` and `position`.
    """
    return _named(mentions.order_by().values_list(*_columns(languages.current())))


def named_by(model, article):
    """The same of all rows that name a story (its number), by a question written once."""
    code = languages.current()

    def question(article):
        rows = model._default_manager.filter(article=article)
        return rows.order_by().values_list(*_columns(code))

    return _named(prepared.values(("prices named", code), question, article=article))


def _columns(code):
    path = "observation__series__source__name"
    name = Coalesce(NullIf(f"{path}_{code}", Value("")), f"{path}_{languages.DEFAULT}")
    return ["position", "instrument__code", *(f"observation{part}" for part in FROZEN), name]


def _named(rows):
    known, found = quotes.standing(), []
    for position, code, *then in rows:
        quote = known.get(code)
        if quote is not None and quote.is_known:
            was = Then(*then) if then[0] is not None else None
            found.append((position, quote.instrument.position, code, Price(quote, was)))
    return Named([price for *_order, price in sorted(found, key=order)])


def order(item):
    return item[:3]


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
