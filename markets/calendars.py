"""When each source publishes: pure arithmetic over days, hours and their zones.

`holidays` is always {day: whether it is a working day all the same} of one calendar, as
`Holiday.objects.of` gives it. It wins over the rules below, which know the holidays of fixed
dates and those that follow from Easter or from a weekday; a day moved by decree is a row.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from markets.models.series import Calendar

DAY = timedelta(days=1)
# The next publication is sought this many days ahead; the longest gap is New Year's thirteen.
AHEAD = 40
# One value for each working day; the other calendars publish once a week or when they like.
DAILY = frozenset({Calendar.CBR, Calendar.NBK, Calendar.TARGET, Calendar.WORKDAYS})
WEEKLY = frozenset({Calendar.EIA, Calendar.WEEKLY})
# The clock of the source. Calendars not named here go by the instrument's own zone.
ZONES = {
    Calendar.CBR: "Europe/Moscow",
    Calendar.NBK: "Asia/Almaty",
    Calendar.TARGET: "Europe/Berlin",
    Calendar.EIA: "America/New_York",
}
# From this hour on a value of that day is missed. Moscow sets the rate on the day before, so it is
# due at midnight; Frankfurt publishes at about 16:00; where nothing is said, the day must be over.
DUE_HOURS = {Calendar.CBR: 0, Calendar.NBK: 12, Calendar.TARGET: 18}

# Labour Code of Russia, article 112; the moved days of each year are rows of Holiday.
RUSSIA = frozenset(
    [(1, day) for day in range(1, 9)]
    + [(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]
)  # fmt: skip
# Law of Kazakhstan on holidays; Kurban Ait follows the moon and is a row, too.
KAZAKHSTAN = frozenset(
    {(1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9)}
    | {(7, 6), (8, 30), (10, 25), (12, 16)}
)


@dataclass(frozen=True, slots=True)
class Publication:
    """One expected publication.

    since: a value dated from this day on belongs to it or to a later one. day: on which readers
    see it, in the calendar's zone. due: the instant from which it is missed.
    """

    since: date
    day: date
    due: datetime


def zone_of(calendar, tz):
    """The zone whose days and hours count: the source's, or `tz` where none is known."""
    return ZoneInfo(ZONES.get(calendar, tz))


def easter(year):
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


@lru_cache(maxsize=64)
def target_closed(year):
    """Days on which the euro's payment system, and so the ECB's list of rates, rests."""
    sunday = easter(year)
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(fixed | {sunday - 2 * DAY, sunday + DAY})


@lru_cache(maxsize=64)
def us_closed(year):
    """Federal holidays of the United States, observed on the nearest weekday."""

    def nth(month, weekday, number):
        first = date(year, month, 1)
        return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (number - 1))

    memorial = date(year, 5, 31)
    found = {nth(1, 0, 3), nth(2, 0, 3), memorial - DAY * memorial.weekday(), nth(9, 0, 1)}
    found |= {nth(10, 0, 2), nth(11, 3, 4)}
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4)]
    fixed += [date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    shift = {5: -DAY, 6: DAY}
    return frozenset(found | {day + shift.get(day.weekday(), 0 * DAY) for day in fixed})


def works(calendar, day, holidays):
    """Whether the source works on that day."""
    known = holidays.get(day)
    if known is not None:
        return known
    if day.weekday() > 4:
        return False
    if calendar == Calendar.CBR:
        return (day.month, day.day) not in RUSSIA
    if calendar == Calendar.NBK:
        return (day.month, day.day) not in KAZAKHSTAN
    if calendar == Calendar.TARGET:
        return day not in target_closed(day.year)
    if calendar == Calendar.EIA:
        return day not in us_closed(day.year)
    return True


def between(first, last):
    return (first + DAY * number for number in range((last - first).days + 1))


def days(calendar, first, last, holidays):
    """The dates that values of the calendar bear, from first to last, both included.

    The Bank of Russia sets a rate on a working day for the next calendar day, so its dates run
    from Tuesday to Saturday. Empty for a calendar without fixed days.
    """
    if calendar == Calendar.CBR:
        return [day for day in between(first, last) if works(calendar, day - DAY, holidays)]
    if calendar == Calendar.WEEKLY:
        return [day for day in between(first, last) if day.weekday() == 0]
    if calendar == Calendar.NONE:
        return []
    return [day for day in between(first, last) if works(calendar, day, holidays)]


def publications(calendar, first, last, holidays, tz="UTC"):
    """The Publications that readers see from first to last, both included, in order.

    tz names the zone of calendars that have none of their own.
    """
    zone = zone_of(calendar, tz)
    if calendar in DAILY:
        hour = DUE_HOURS.get(calendar, 24)
        for day in days(calendar, first, last, holidays):
            yield Publication(day, day, at(day, hour, zone))
    elif calendar in WEEKLY:
        # Wednesday's release carries data to Monday; a holiday before it moves it to Thursday.
        for monday in between(first - 7 * DAY, last):
            if monday.weekday() != 0:
                continue
            on_time = all(works(calendar, monday + DAY * number, holidays) for number in range(3))
            day = monday + DAY * (2 if on_time else 3)
            if first <= day <= last:
                yield Publication(monday - 6 * DAY, day, at(day, 24, zone))


def next_publication(calendar, after, holidays):
    """The first day after `after` on which readers see a new value; None without fixed days."""
    following = publications(calendar, after + DAY, after + AHEAD * DAY, holidays)
    return next((one.day for one in following), None)


def at(day, hour, zone):
    """The instant of a day and hour in a zone; hour 24 is the midnight that ends the day."""
    if hour == 24:
        day, hour = day + DAY, 0
    return datetime.combine(day, time(hour), zone)
