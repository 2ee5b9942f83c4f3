"""How old a value is, judged by its source's own calendar: one pure function and its words."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from markets import calendars
from portal.lib import dates, languages

DAY = timedelta(days=1)
# Missed publications are counted over this many days: an older value is outdated in any case.
HORIZON = 100

FRESH, GAP, LATE, STALE, HELD, NONE = "fresh", "gap", "late", "stale", "held", "none"
KINDS = (FRESH, GAP, LATE, STALE, HELD, NONE)


@dataclass(frozen=True, slots=True)
class State:
    """What a reader should know of a value's age.

    kind, the word for machines: "fresh" (the newest there is), "gap" (a weekend or a holiday:
    nothing is published), "late" (a publication did not come), "stale" (outdated), "held" (a newer
    one waits for a person) or "none" (no value at all). until: the day on which the next value is
    expected, if the calendar says. missed: publications that did not come (of the last HORIZON
    days).
    """

    kind: str
    until: date | None = None
    missed: int = 0

    @property
    def is_old(self):
        """Late or stale: the date is shown, the change is not."""
        return self.kind in (LATE, STALE)

    @property
    def shows_change(self):
        """Whether a comparison with the value before is honest."""
        return self.kind in (FRESH, GAP)

    @property
    def label(self):
        """The state in a word or two, for a column."""
        return {
            FRESH: _("Up to date"),
            GAP: _("No publication today"),
            LATE: _("Late"),
            STALE: _("Outdated"),
            HELD: _("Being checked"),
            NONE: _("No value"),
        }[self.kind]

    @property
    def words(self):
        """The state in sentences."""
        if self.kind == HELD:
            return _("A newer value is being checked by the newsroom.")
        said = {
            FRESH: _("Up to date."),
            GAP: _("Nothing is published today: a weekend or a holiday."),
            LATE: _("Late."),
            STALE: _("Outdated."),
            NONE: _("No value yet."),
        }[self.kind]
        if self.missed:
            said += " " + ngettext(
                "{number} expected value has not come.",
                "{number} expected values have not come.",
                self.missed,
            ).format(number=self.missed)
        if self.until:
            said += " " + _("Next value expected on {day}.").format(day=spoken(self.until))
        return said


UP_TO_DATE = State(FRESH)


def spoken(day):
    """A day inside a sentence: Tuesday, 24 November 2026; вторник, 24 ноября 2026."""
    text = dates.written(day, "week")
    return text if languages.current() == "en" else text[:1].lower() + text[1:]


def judge(*, as_of, now, tz, calendar, holidays, soft, hard, has_held=False):
    """The State of the value dated `as_of` (None: there is none) at the instant `now`.

    tz: the instrument's zone, whose date decides the value's age. holidays: {day: is working} of
    the calendar. hard: calendar days of age after which any value is outdated. soft: for a
    source that publishes on working days, the number of missed publications that outdate its
    value; for a weekly one or one without fixed days, the age in calendar days up to which it is
    not late yet.
    has_held: a value at least as new, and not of tomorrow, waits for a person.
    """
    zone = calendars.zone_of(calendar, tz)
    here = now.astimezone(zone).date()
    age = (now.astimezone(calendars.ZoneInfo(tz)).date() - as_of).days if as_of else 0
    missed, until = 0, None
    start = max(as_of or here, here - HORIZON * DAY)
    ahead = calendars.publications(
        calendar, start, max(here, start) + calendars.AHEAD * DAY, holidays, tz
    )
    for one in ahead:
        if as_of is not None and one.since <= as_of:
            continue
        if one.due > now:
            until = one.day
            break
        missed += as_of is not None
    if as_of is None:
        return State(NONE, until)
    is_daily = calendar in calendars.DAILY
    if age > hard or (is_daily and missed >= soft):
        kind = STALE
    elif has_held:
        kind = HELD
    elif is_daily:
        is_gap = as_of < here and until is not None and until > here
        kind = LATE if missed else GAP if is_gap else FRESH
    elif age <= soft:
        kind = FRESH
        if missed:  # a weekly release is often a day behind: it may come any hour now
            missed, until = 0, here
    else:
        kind = LATE if missed or calendar not in calendars.WEEKLY else FRESH
    return State(kind, until, missed)
