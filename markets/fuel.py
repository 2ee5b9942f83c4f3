"""Pump prices side by side: the same grade in each region, in its own money and in dollars."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from markets import charts, history, quotes
from markets.converter import Rate, Rates, worth_of_rate
from markets.models import Kind, Region
from markets.quotes import Quote
from portal.lib import dates, numbers

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Price:
    """A grade in a region: its Quote, and what it is in dollars, or why that is not known."""

    quote: Quote
    region: Region | None
    rate: Rate | None = None
    dollars: Decimal | None = None
    reason: str = ""
    spark: charts.Spark | None = None

    @property
    def dollars_text(self):
        return numbers.written(self.dollars, 2) if self.dollars is not None else quotes.MISSING

    @property
    def week(self) -> date | None:
        """The Monday of the week the price was surveyed in."""
        return self.quote.as_of


def prices():
    """A Price for each fuel instrument, in the editors' order. Three queries."""
    shown = [one for one in quotes.standing().values() if one.instrument.kind == Kind.FUEL]
    shown.sort(key=lambda quote: (quote.instrument.position, quote.instrument.code))
    sparks = history.points(shown, history.YEAR)
    known = [quote for quote in shown if quote.is_known]
    rates = None
    if any(quote.instrument.quote != DOLLAR for quote in known):
        days = [quote.as_of for quote in known]
        rates = Rates(
            min(days),
            max(days),
            series__instrument__base=DOLLAR,
            series__instrument__quote__in={quote.instrument.quote for quote in known},
        )
    return [
        Price(
            quote,
            quote.instrument.region,
            spark=charts.sparkline(sparks[quote.series]),
            **in_dollars(quote, rates),
        )
        for quote in shown
    ]


def in_dollars(quote, rates):
    """What a price is in dollars at the official rate in force on its own day."""
    if not quote.is_known:
        return {"reason": _("There is no price yet.")}
    if quote.instrument.quote == DOLLAR:
        return {"dollars": quote.value / quote.nominal}
    found = [rate for rate in rates.in_force(quote.as_of) if rate.quote == quote.instrument.quote]
    if not found:
        return {
            "reason": _("No official rate of the dollar in force on {day}.").format(
                day=dates.written(quote.as_of, "day")
            )
        }
    rate = min(found, key=worth_of_rate)
    return {"rate": rate, "dollars": quote.value / quote.nominal * rate.nominal / rate.value}


def by_grade(found):
    """[(name of the grade, [Price, …]), …]: the same fuel in each region."""
    groups = {}
    for price in found:
        groups.setdefault(price.quote.instrument.base, []).append(price)
    return [(group[0].quote.instrument.name, group) for group in groups.values()]


def by_region(found):
    """[(Region, [Price, …]), …] in the editors' order of regions."""
    groups = {}
    for price in found:
        if price.region:
            groups.setdefault(price.region.pk, (price.region, []))[1].append(price)
    return sorted(groups.values(), key=lambda group: (group[0].position, group[0].code))
