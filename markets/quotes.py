"""What readers are shown: the value in force of each instrument, ready to be written."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from markets.models import Instrument, Series, Source
from portal.lib import dates, numbers

MISSING = "—"


@dataclass(frozen=True, slots=True)
class Change:
    """A move for readers: up, down or flat, with its sign. Colour never says it alone."""

    direction: str
    text: str

    @property
    def word(self):
        return {"up": _("up"), "down": _("down"), "flat": _("unchanged")}[self.direction]


def change_of(move, text):
    return Change("up" if move > 0 else "down" if move < 0 else "flat", text)


@dataclass(frozen=True, slots=True)
class Quote:
    """An instrument's value in force, with the accepted value before it of the same series.

    value is the price of `nominal` units, as published; None when there is none yet. All texts
    are in the language being rendered.
    """

    instrument: Instrument
    source: Source
    series: int
    today: date  # in the instrument's zone
    observation_id: int | None = None
    value: Decimal | None = None
    nominal: int = 1
    as_of: date | None = None
    previous_value: Decimal | None = None
    previous_nominal: int | None = None
    previous_as_of: date | None = None
    slot: int | None = None

    @classmethod
    def from_series(cls, row):
        names = ("value", "as_of", "previous_value", "previous_nominal", "previous_as_of")
        return cls(
            row.instrument,
            row.source,
            row.pk,
            row.today,
            observation_id=row.observation,
            nominal=row.nominal or 1,
            slot=getattr(row, "slot", None),
            **{name: getattr(row, name) for name in names},
        )

    def on(self, row):
        """The Quote of an earlier Observation of the same series (with_previous), as of its day."""
        return replace(
            self,
            today=row.as_of,
            observation_id=row.pk,
            value=row.value,
            nominal=row.nominal,
            as_of=row.as_of,
            previous_value=row.previous_value,
            previous_nominal=row.previous_nominal,
        )

    @property
    def is_known(self):
        return self.value is not None

    @property
    def age(self):
        """Calendar days since the day the value is for."""
        return (self.today - self.as_of).days

    @property
    def is_old(self):
        """Past the soft limit: the date is shown, the change is not."""
        return self.is_known and self.age > self.instrument.soft_stale_days

    @property
    def url(self):
        return self.instrument.get_absolute_url()

    @property
    def plain(self):
        return numbers.plain(numbers.rounded(self.value, self.instrument.store_scale))

    @property
    def text(self):
        """As in the ticker: 52.1."""
        places = self.instrument.show_min, self.instrument.show_max
        return numbers.written(self.value, *places) if self.is_known else MISSING

    @property
    def aligned(self):
        """As in a column, where points align: 52.10."""
        return written(self.instrument, self.value) if self.is_known else MISSING

    @property
    def previous(self):
        """The value before, for the same number of units, or None."""
        if self.previous_value is None:
            return None
        return self.previous_value * self.nominal / self.previous_nominal

    @property
    def absolute(self):
        """The Change in the unit of the price; None without a previous value, or when old."""
        if self.previous is None or self.is_old:
            return None
        move = numbers.rounded(self.value - self.previous, self.instrument.store_scale)
        return change_of(move, written(self.instrument, move, sign=True))

    @property
    def percent(self):
        """The Change in per cent, or None as above."""
        if self.previous is None or self.is_old:
            return None
        share = numbers.rounded((self.value / self.previous - 1) * 100, 2)
        return change_of(share, numbers.percent(share))

    @property
    def about(self):
        """For the pointer: what it is, whose figure, of which day."""
        what = f"{self.instrument.name}, {self.instrument.unit}"
        if not self.is_known:
            return what
        return f"{what} · {self.source.name} · {dates.written(self.as_of, 'long')}"


def written(instrument, value, *, sign=False):
    """A value of the instrument as tables write it: all its decimals."""
    return numbers.written(value, instrument.show_max, sign=sign)


def best(rows):
    """One Quote for each instrument out of Series.in_force rows, by code, in the rows' order.

    The first source by priority wins; one whose value has grown old yields to one that is fresh.
    """
    chosen = {}
    for quote in map(Quote.from_series, rows):
        code = quote.instrument.code
        now = chosen.get(code)
        if now is None or (quote.is_known, not quote.is_old) > (now.is_known, not now.is_old):
            chosen[code] = quote
    return chosen


def of(instruments):
    """{code: Quote} for instruments, in their order. One query; none for no instruments."""
    instruments = list(instruments)
    if not instruments:
        return {}
    found = best(Series.objects.in_force().filter(instrument__in=instruments))
    return {
        one.code: found.get(one.code) or Quote(one, None, 0, one.today()) for one in instruments
    }
