"""Money from one currency into another, through the published rates of one source and day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import permutations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from markets import sample
from markets.models import Instrument, Kind, Observation, Source
from portal.lib import dates, numbers

# A rate older than this is not in force, whatever its instrument allows. New Year takes nine days.
LONGEST = timedelta(days=30)
PRECISION = 40
NAMES = {
    "RUB": gettext_lazy("Russian rouble"),
    "USD": gettext_lazy("US dollar"),
    "EUR": gettext_lazy("Euro"),
    "KZT": gettext_lazy("Tenge"),
    "CNY": gettext_lazy("Yuan"),
}


class NoRate(Exception):
    """No source has rates that lead from the one currency to the other on that day."""


class MixedDays(Exception):
    """The rates that lead there are of different days; `rates` are the two."""

    def __init__(self, rates):
        super().__init__("rates of different days")
        self.rates = rates


@dataclass(frozen=True, slots=True)
class Rate:
    """A published rate: `nominal` units of `base` cost `value` of `quote`, from `as_of` on."""

    instrument: Instrument
    source: Source
    priority: int
    as_of: date
    value: Decimal
    nominal: int = 1

    @property
    def base(self):
        return self.instrument.base

    @property
    def quote(self):
        return self.instrument.quote

    @property
    def digits(self):
        """How many digits it is published with."""
        return len(numbers.rounded(self.value, self.instrument.show_max).as_tuple().digits)

    @property
    def value_text(self):
        return numbers.written(self.value, self.instrument.show_max, 8)

    @property
    def text(self):
        """100 KZT = 13.5313 RUB"""
        return _("{nominal} {base} = {value} {quote}").format(
            nominal=numbers.written(self.nominal),
            base=self.base,
            value=self.value_text,
            quote=self.quote,
        )


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of a conversion: with the published rate, or against it."""

    rate: Rate
    is_inverse: bool

    @property
    def ends(self):
        pair = self.rate.base, self.rate.quote
        return pair[::-1] if self.is_inverse else pair

    def apply(self, amount):
        rate = self.rate
        if self.is_inverse:
            return amount * rate.nominal / rate.value
        return amount * rate.value / rate.nominal

    @property
    def formula(self):
        """× 64.3008, or ÷ 13.5313 × 100"""
        units = numbers.written(self.rate.nominal)
        signs = ("÷", "×") if self.is_inverse else ("×", "÷")
        text = f"{signs[0]} {self.rate.value_text}"
        return f"{text} {signs[1]} {units}" if self.rate.nominal > 1 else text


@dataclass(frozen=True, slots=True)
class Answer:
    """An amount converted: by which rates of which source, and how it was reckoned."""

    amount: Decimal
    start: str
    end: str
    legs: tuple[Leg, ...]

    @property
    def source(self):
        return self.legs[0].rate.source

    @property
    def rates(self):
        return [leg.rate for leg in self.legs]

    @property
    def as_of(self):
        return self.rates[0].as_of

    @property
    def value(self):
        """The result, rounded once, half up: to hundredths, or to four digits below one."""
        with localcontext() as context:
            context.prec = PRECISION
            value = self.amount
            for leg in self.legs:
                value = leg.apply(value)
            places = 2 if value >= 1 else min(10, 3 - value.adjusted())
            return numbers.rounded(value, places)

    @property
    def plain(self):
        return numbers.plain(self.value)

    @property
    def text(self):
        return money(self.value, self.end)

    @property
    def amount_text(self):
        return money(self.amount, self.start)

    @property
    def formula(self):
        steps = " ".join(leg.formula for leg in self.legs)
        return f"{self.amount_text} {steps} = {self.text}"

    @property
    def kind(self):
        """How the published rates were used, in words."""
        if len(self.legs) > 1:
            return _("Cross rate through {currency}").format(currency=self.legs[0].ends[1])
        return (
            _("Inverse of the published rate") if self.legs[0].is_inverse else _("Published rate")
        )


def money(value, currency):
    """6,430.08 USD, unbroken; an amount keeps the decimals it was given."""
    places = max(0, -value.as_tuple().exponent)
    return f"{numbers.written(value, places)}{numbers.NBSP}{currency}"


def currencies():
    """The codes that rates are kept for, in the editors' order. One query."""
    rows = Instrument.objects.active().of_kind(Kind.CURRENCY).order_by("position", "code")
    pairs = list(rows.values_list("base", "quote"))
    return list(dict.fromkeys(code for pair in zip(*pairs, strict=True) for code in pair))


class Rates:
    """Published rates of a few weeks, to be asked for a day. One query."""

    def __init__(self, first, last, **only):
        """first, last: the days that will be asked for. only: further conditions on the rows."""
        rows = (
            Observation.objects.accepted()
            .filter(
                series__is_active=True,
                series__instrument__is_active=True,
                series__instrument__kind=Kind.CURRENCY,
                as_of__range=(max(first, date.min + LONGEST) - LONGEST, last),
                **only,
            )
            .select_related("series__instrument", "series__source")
            .order_by("series__priority", "series", "-as_of")
        )
        self._of_series = defaultdict(list)
        for row in rows:
            series = row.series
            rate = Rate(
                series.instrument, series.source, series.priority, row.as_of, row.value, row.nominal
            )
            self._of_series[series.pk].append(rate)

    def in_force(self, day):
        """The newest rate of each series up to that day, unless it is too old to count."""
        found = []
        for newest_first in self._of_series.values():
            rate = next((rate for rate in newest_first if rate.as_of <= day), None)
            if rate and (day - rate.as_of).days <= rate.instrument.hard_stale_days:
                found.append(rate)
        return found

    def convert(self, amount, start, end, day, *, is_ahead=False):
        """[Answer, …], one for each source that can, the best first. NoRate, MixedDays.

        is_ahead: the day has not come, so only rates published for that very day count.
        """
        rates = [rate for rate in self.in_force(day) if not is_ahead or rate.as_of == day]
        answers, mixed = {}, None
        for legs in sorted(ways(rates, start, end), key=worth):
            if len({leg.rate.as_of for leg in legs}) > 1:
                mixed = mixed or [leg.rate for leg in legs]
                continue
            answers.setdefault(legs[0].rate.source.pk, Answer(amount, start, end, legs))
        if answers:
            return list(answers.values())
        raise MixedDays(mixed) if mixed else NoRate


def ways(rates, start, end):
    """Every way from one currency to the other in at most two steps through one source."""
    of_source = defaultdict(list)
    for rate in rates:
        of_source[rate.source.pk] += [Leg(rate, False), Leg(rate, True)]
    for legs in of_source.values():
        yield from ((leg,) for leg in legs if leg.ends == (start, end))
        for first, second in permutations(legs, 2):
            if (first.ends[0], second.ends[1]) == (start, end) and first.ends[1] == second.ends[0]:
                yield first, second


def worth(legs):
    """For sorting: real before made-up, published before inverse before cross, then priority.

    A cross is made of the rates with the most digits: one published as 7.39 would spoil it.
    """
    priority = max(leg.rate.priority for leg in legs)
    digits = min(leg.rate.digits for leg in legs) if len(legs) > 1 else 0
    is_inverse = sum(leg.is_inverse for leg in legs)
    is_sample = priority >= sample.PRIORITY
    return is_sample, len(legs), -digits, is_inverse, priority, legs[0].rate.source.key


def worth_of_rate(rate):
    """The same for a single rate."""
    return worth((Leg(rate, False),))


def words_of(error, start, end, day):
    """What a reader is told when there is no answer."""
    if isinstance(error, MixedDays):
        told = _(
            "The rates that lead from {start} to {end} are of different days: {first} of "
            "{first_day}, {second} of {second_day}. They are not mixed; try an earlier day."
        )
        first, second = error.rates
        return told.format(
            start=start,
            end=end,
            first=f"{first.base}/{first.quote}",
            first_day=dates.written(first.as_of, "long"),
            second=f"{second.base}/{second.quote}",
            second_day=dates.written(second.as_of, "long"),
        )
    return _("No source has a rate from {start} to {end} in force on {day}.").format(
        start=start, end=end, day=dates.written(day, "long")
    )


def of_quote(quote):
    """The Rate that a Quote of a currency shows: for the panel on its own page."""
    return Rate(quote.instrument, quote.source, 0, quote.as_of, quote.value, quote.nominal)
