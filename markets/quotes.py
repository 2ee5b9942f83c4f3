"""What readers are shown: the value in force of each instrument, ready to be written."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from markets import sample, states
from markets.models import Instrument, Kind, Reading, Series, Source
from markets.models.series import holidays_from
from markets.states import State
from portal.lib import dates, numbers
from portal.lib.shared import shared

MISSING = "—"
# A number of units that a unit names: "roubles per 100 tenge", not the 95 of AI-95.
_UNITS = re.compile(r"(?<![\w-])\d+(?![\w-])")


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
class SetByHand:
    """Why the newsroom shows a value of its own, and until when."""

    reason: str
    until: datetime

    @property
    def words(self):
        """Set by the newsroom until 24 Nov 2026, 12:00 MSK: trading was suspended."""
        return _("Set by the newsroom until {moment}: {reason}").format(
            moment=dates.moment(self.until), reason=self.reason
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """An instrument's value in force, with the accepted value before it of the same series.

    value is the price of `nominal` units, as published; None when there is none yet. `state` says
    how old it is by its source's calendar. `tomorrow` is the Reading already known for a later
    day. Where the newsroom has set a value by hand, value and as_of are the newsroom's and
    `override` says why; source and observation_id stay those of the series. All texts are in the
    language being rendered.
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
    state: State = states.UP_TO_DATE
    tomorrow: Reading | None = None
    override: SetByHand | None = None
    calendar: str = ""  # of its series

    @classmethod
    def from_series(cls, row, now):
        """The Quote of a Series.in_force row at an instant: its value, not yet the newsroom's."""
        names = ("value", "as_of", "previous_value", "previous_nominal", "previous_as_of")
        known_next = row.next_value is not None
        return cls(
            row.instrument,
            row.source,
            row.pk,
            row.today,
            observation_id=row.observation,
            nominal=row.nominal or 1,
            slot=getattr(row, "slot", None),
            calendar=row.calendar,
            state=state_of(row, row.as_of, now),
            tomorrow=Reading(row.next_as_of, row.next_value, row.next_nominal)
            if known_next
            else None,
            **{name: getattr(row, name) for name in names},
        )

    def set_by_hand(self, row, now):
        """This Quote with the value an editor has put in its place, if the row has one."""
        if row.override_value is None:
            return self
        return replace(
            self,
            value=row.override_value,
            nominal=1,
            as_of=row.override_as_of,
            state=state_of(row, row.override_as_of, now),
            override=SetByHand(row.override_reason, row.override_until),
        )

    def on(self, row):
        """The Quote of an earlier Observation of the same series (with_previous), as of its day."""
        return replace(
            self,
            state=states.UP_TO_DATE,
            tomorrow=None,
            override=None,
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
        """Late or outdated by its source's calendar: the date is shown, the change is not."""
        return self.is_known and self.state.is_old

    @property
    def is_override(self):
        return self.override is not None

    @property
    def is_tomorrow_next(self):
        """Whether `tomorrow` is the very next day, not one after a weekend or a holiday."""
        return self.tomorrow is not None and (self.tomorrow.as_of - self.today).days == 1

    @property
    def is_comparable(self):
        """Whether a change is honest: neither value is old, under doubt or set by hand."""
        return self.previous is not None and self.state.shows_change and not self.override

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
    def units(self):
        """The unit of the value as it was published: roubles per 100 tenge."""
        return unit_of(self.instrument, self.nominal)

    @property
    def previous(self):
        """The value before, for the same number of units, or None."""
        if self.previous_value is None:
            return None
        return self.previous_value * self.nominal / self.previous_nominal

    @property
    def absolute(self):
        """The Change in the unit of the price; None where it would not be honest."""
        if not self.is_comparable:
            return None
        move = numbers.rounded(self.value - self.previous, self.instrument.store_scale)
        return change_of(move, written(self.instrument, move, sign=True))

    @property
    def percent(self):
        """The Change in per cent, or None as above."""
        if not self.is_comparable:
            return None
        share = numbers.rounded((self.value / self.previous - 1) * 100, 2)
        return change_of(share, numbers.percent(share))

    @property
    def about(self):
        """For the pointer: what it is, whose figure, of which day, and what is wrong with it."""
        what = f"{self.instrument.name}, {self.units}"
        if not self.is_known:
            return what
        whose = self.override.words if self.override else self.source.name
        parts = [what, whose, dates.written(self.as_of, "long")]
        if self.state.kind != states.FRESH:
            parts.append(self.state.words)
        return " · ".join(parts)


def written(instrument, value, *, sign=False):
    """A value of the instrument as tables write it: all its decimals."""
    return numbers.written(value, instrument.show_max, sign=sign)


def unit_of(instrument, nominal):
    """The unit of a price of so many units; a source may change their number at any time.

    Where the unit names a number it is that one: roubles per 10 tenge. Of what is no currency the
    unit's own number stays as long as the price is not for several of them: euros per 1000 litres.
    """
    unit, is_currency = instrument.unit, instrument.kind == Kind.CURRENCY
    if (nominal == 1 and not is_currency) or str(nominal) in _UNITS.findall(unit):
        return unit
    if _UNITS.search(unit) and is_currency:
        return _UNITS.sub(str(nominal), unit, count=1)
    return unit if nominal == 1 else f"{numbers.written(Decimal(nominal))} × {unit}"


def state_of(row, as_of, now):
    """The State of a day's value, by the calendar and the limits of a Series.in_force row."""
    one = row.instrument
    return states.judge(
        as_of=as_of,
        now=now,
        tz=one.tz,
        calendar=row.calendar,
        holidays=holidays_from(row.holidays),
        soft=one.soft_stale_days,
        hard=one.hard_stale_days,
        has_held=bool(as_of and row.held_as_of and row.held_as_of >= as_of),
    )


# Where two sources have a value, the better state wins. A weekend or a value that waits for a
# person is no reason to leave a source: only a publication that did not come is.
RANKS = {states.LATE: 1, states.STALE: 2, states.NONE: 3}


def best(rows):
    """One Quote for each instrument out of Series.in_force rows, by code, in the rows' order.

    The first source by priority wins; one that is late by its own calendar yields to one that is
    not. Made-up values never take the place of real ones. Each value keeps its own source, so the
    change after such a switch compares two values of the new source or is not shown at all.
    """
    now = timezone.now()
    chosen = {}
    for row in rows:
        quote = Quote.from_series(row, now)
        is_sample = quote.is_known and row.priority >= sample.PRIORITY
        rank = (not quote.is_known, is_sample, RANKS.get(quote.state.kind, 0))
        code = row.instrument.code
        if code not in chosen or rank < chosen[code][0]:
            chosen[code] = rank, quote, row
    return {code: quote.set_by_hand(row, now) for code, (_rank, quote, row) in chosen.items()}


def standing():
    """{code: Quote} of every instrument in use, with its region: what all pages share.

    One query, or none while no figure has changed.
    """

    def load():
        return best(Series.objects.in_force().select_related("source", "instrument__region"))

    return shared("quotes", ("markets",), load)


def of(instruments):
    """{code: Quote} for instruments, in their order. One query; none for no instruments."""
    instruments = list(instruments)
    if not instruments:
        return {}
    found = best(Series.objects.in_force().filter(instrument__in=instruments))
    return {
        one.code: found.get(one.code) or Quote(one, None, 0, one.today(), state=State(states.NONE))
        for one in instruments
    }
