"""When a value is fresh, awaited, late or outdated: a table of frozen moments.

Each case: the calendar, the day of the newest value, the clock on the wall of the calendar's city,
and what a reader should be told: the kind, the day of the next value, how many did not come.
"""

import os
import time
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone, translation

from markets import calendars, states
from markets.tests.test_calendars import moved

# Calendar: zone of its instruments, soft and hard limit, as the seeds have them.
SEEDS = {
    "cbr": ("Europe/Moscow", 5, 12),
    "nbk": ("Asia/Almaty", 5, 12),
    "target": ("Europe/Berlin", 5, 12),
    "eia": ("Europe/Moscow", 11, 18),
    "weekly": ("Europe/Moscow", 10, 21),
    "workdays": ("Europe/Moscow", 5, 12),
    "none": ("Europe/Moscow", 10, 21),
}
MONDAY_OFF = {date(2020, 2, 24): False}

CASES = """
# Bank of Russia, an ordinary week: 21 November 2026 is a Saturday.
cbr 2026-11-20 2026-11-20T12:00 fresh 2026-11-21 0
cbr 2026-11-21 2026-11-21T00:30 fresh 2026-11-24 0
cbr 2026-11-21 2026-11-21T23:30 fresh 2026-11-24 0
cbr 2026-11-21 2026-11-22T00:30 gap   2026-11-24 0
cbr 2026-11-21 2026-11-22T12:00 gap   2026-11-24 0
cbr 2026-11-21 2026-11-23T00:30 gap   2026-11-24 0
cbr 2026-11-21 2026-11-23T12:00 gap   2026-11-24 0
cbr 2026-11-21 2026-11-23T23:30 gap   2026-11-24 0
# At midnight Tuesday's rate is in force; without it the strip shows Saturday's, and says so.
cbr 2026-11-24 2026-11-24T00:30 fresh 2026-11-25 0
cbr 2026-11-21 2026-11-24T00:30 late  2026-11-25 1
cbr 2026-11-21 2026-11-24T23:30 late  2026-11-25 1
cbr 2026-11-21 2026-11-25T00:30 late  2026-11-26 2
cbr 2026-11-20 2026-11-21T00:30 late  2026-11-24 1
cbr 2026-11-20 2026-11-22T12:00 late  2026-11-24 1
cbr 2026-11-20 2026-11-23T23:59 late  2026-11-24 1
# Four missed business days are late, the fifth is outdated.
cbr 2026-11-14 2026-11-17T12:00 late  2026-11-18 1
cbr 2026-11-14 2026-11-19T12:00 late  2026-11-20 3
cbr 2026-11-14 2026-11-20T23:59 late  2026-11-21 4
cbr 2026-11-14 2026-11-21T00:00 stale 2026-11-24 5
cbr 2026-11-14 2026-11-22T12:00 stale 2026-11-24 5
cbr 2026-11-14 2026-12-14T12:00 stale 2026-12-15 20
# Hundreds of missed days are counted up to the horizon.
cbr 2020-02-22 2026-11-23T12:00 stale 2026-11-24 70
# New Year: the rate of 31 December holds until 12 January 2026, thirteen days.
cbr 2025-12-31 2025-12-31T23:30 fresh 2026-01-13 0
cbr 2025-12-31 2026-01-01T00:30 gap   2026-01-13 0
cbr 2025-12-31 2026-01-02T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-03T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-04T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-05T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-06T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-07T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-08T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-09T12:00 gap   2026-01-13 0
cbr 2025-12-31 2026-01-12T23:30 gap   2026-01-13 0
cbr 2025-12-31 2026-01-13T00:30 stale 2026-01-14 1
cbr 2026-01-13 2026-01-13T00:30 fresh 2026-01-14 0
# 2020: one rate from 1 to 9 January; the rate of 22 February holds over the day off of the 24th.
cbr 2020-01-01 2020-01-01T12:00 fresh 2020-01-10 0
cbr 2020-01-01 2020-01-09T23:30 gap   2020-01-10 0
cbr 2020-01-01 2020-01-10T00:30 late  2020-01-11 1
cbr 2020-02-22 2020-02-23T12:00 gap   2020-02-26 0
cbr 2020-02-22 2020-02-24T12:00 gap   2020-02-26 0
cbr 2020-02-22 2020-02-25T23:30 gap   2020-02-26 0
cbr 2020-02-22 2020-02-26T00:30 late  2020-02-27 1
# Single holidays: 4 November 2026 is a Wednesday, 11 May 2026 a moved Monday.
cbr 2026-11-04 2026-11-05T12:00 gap   2026-11-06 0
cbr 2026-05-09 2026-05-12T12:00 gap   2026-05-13 0
cbr 2026-05-09 2026-05-13T00:30 late  2026-05-14 1
# National Bank of Kazakhstan: working days, missed from noon on.
nbk 2026-11-20 2026-11-22T12:00 gap   2026-11-23 0
nbk 2026-11-20 2026-11-23T11:59 fresh 2026-11-23 0
nbk 2026-11-20 2026-11-23T12:00 late  2026-11-24 1
nbk 2026-10-23 2026-10-26T15:00 gap   2026-10-27 0
nbk 2026-03-20 2026-03-25T15:00 gap   2026-03-26 0
nbk 2026-11-13 2026-11-20T12:00 stale 2026-11-23 5
# ECB: about 16:00 in Frankfurt on TARGET days, missed from 18:00 on, also when clocks change.
target 2026-11-20 2026-11-20T20:00 fresh 2026-11-23 0
target 2026-11-20 2026-11-21T12:00 gap   2026-11-23 0
target 2026-11-20 2026-11-23T10:00 fresh 2026-11-23 0
target 2026-11-20 2026-11-23T18:00 late  2026-11-24 1
target 2026-03-27 2026-03-29T01:59 gap   2026-03-30 0
target 2026-03-27 2026-03-29T03:01 gap   2026-03-30 0
target 2026-03-27 2026-03-30T17:59 fresh 2026-03-30 0
target 2026-03-27 2026-03-30T18:00 late  2026-03-31 1
target 2026-10-23 2026-10-25T02:30 gap   2026-10-26 0
target 2026-10-23 2026-10-26T17:59 fresh 2026-10-26 0
target 2026-10-23 2026-10-26T18:00 late  2026-10-27 1
target 2026-04-02 2026-04-06T20:00 gap   2026-04-07 0
target 2025-12-24 2025-12-28T12:00 gap   2025-12-29 0
target 2026-11-13 2026-11-20T18:00 stale 2026-11-23 5
# EIA: Wednesday's release has data to Monday, so a good value is 3 to 10 days old.
eia 2026-11-16 2026-11-19T12:00 fresh 2026-11-25 0
eia 2026-11-16 2026-11-22T12:00 fresh 2026-11-25 0
eia 2026-11-16 2026-11-25T12:00 fresh 2026-11-25 0
# The mirror of its files is often a day behind: until the soft limit it is awaited, not late.
eia 2026-11-16 2026-11-26T12:00 fresh 2026-11-26 0
eia 2026-11-16 2026-11-27T12:00 fresh 2026-11-27 0
eia 2026-11-16 2026-11-28T12:00 late  2026-12-02 1
eia 2026-11-16 2026-12-04T12:00 late  2026-12-09 2
eia 2026-11-16 2026-12-05T12:00 stale 2026-12-09 2
eia 2026-11-23 2026-11-26T12:00 fresh 2026-12-02 0
eia 2026-08-31 2026-09-09T23:00 fresh 2026-09-10 0
# A weekly survey of fuel: Monday's prices, typed in by Wednesday or a little later.
weekly 2026-11-16 2026-11-20T12:00 fresh 2026-11-25 0
weekly 2026-11-16 2026-11-25T12:00 fresh 2026-11-25 0
weekly 2026-11-16 2026-11-26T12:00 fresh 2026-11-26 0
weekly 2026-11-16 2026-11-27T12:00 late  2026-12-02 1
weekly 2026-11-16 2026-12-07T12:00 late  2026-12-09 2
weekly 2026-11-16 2026-12-08T12:00 stale 2026-12-09 2
weekly 2026-11-23 2026-11-23T12:00 fresh 2026-12-02 0
# Collected on another weekday: it belongs to the survey of the Monday after it.
weekly 2026-11-17 2026-11-24T12:00 fresh 2026-12-02 0
weekly 2026-11-20 2026-11-27T12:00 fresh 2026-12-02 0
# Monday to Friday, by the end of the day.
workdays 2026-11-20 2026-11-22T12:00 gap   2026-11-23 0
workdays 2026-11-20 2026-11-23T23:59 fresh 2026-11-23 0
workdays 2026-11-20 2026-11-24T00:00 late  2026-11-24 1
# No fixed days: only the limits speak.
none 2026-11-23 2026-11-23T12:00 fresh - 0
none 2026-11-13 2026-11-23T23:59 fresh - 0
none 2026-11-13 2026-11-24T00:01 late  - 0
none 2026-11-02 2026-11-23T12:00 late  - 0
none 2026-11-02 2026-11-24T12:00 stale - 0
# Nothing was ever published.
cbr  - 2026-11-22T12:00 none 2026-11-24 0
none - 2026-11-22T12:00 none -          0
"""
TABLE = [line.split() for line in CASES.strip().splitlines() if not line.startswith("#")]


def day_or_none(text):
    return None if text == "-" else date.fromisoformat(text)


def judged(calendar, as_of, now, **more):
    tz, soft, hard = SEEDS[calendar]
    holidays = moved(calendar) | (MONDAY_OFF if calendar == "cbr" else {})
    limits = {"soft": soft, "hard": hard, "holidays": holidays}
    return states.judge(as_of=as_of, now=now, tz=tz, calendar=calendar, **limits | more)


def on_the_wall(calendar, moment):
    """The instant when the clock in the calendar's city shows that."""
    zone = calendars.ZONES.get(calendar, SEEDS[calendar][0])
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("calendar", "as_of", "moment", "kind", "until", "missed"),
    TABLE,
    ids=[" ".join(case[:3]) for case in TABLE],
)
def test_the_state_of_a_value(calendar, as_of, moment, kind, until, missed):
    with time_machine.travel(on_the_wall(calendar, moment), tick=False):
        state = judged(calendar, day_or_none(as_of), timezone.now())
    assert (state.kind, state.until, state.missed) == (kind, day_or_none(until), int(missed))


def test_the_table_has_sixty_different_cases():
    assert len({tuple(case[:3]) for case in TABLE}) == len(TABLE) >= 60
    assert {case[3] for case in TABLE} | {"held"} == set(states.KINDS)


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Almaty"])
def server_elsewhere(request, settings, monkeypatch):
    """A machine, and a newsroom, in another zone."""
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    settings.TIME_ZONE = request.param
    yield
    monkeypatch.undo()
    assert os.environ.get("TZ") == before
    time.tzset()


def test_the_server_s_zone_changes_nothing(server_elsewhere):
    for calendar, as_of, moment, kind, until, missed in TABLE:
        instant = on_the_wall(calendar, moment)
        with time_machine.travel(instant.timestamp(), tick=False):
            state = judged(calendar, day_or_none(as_of), timezone.now())
        wanted = (kind, day_or_none(until), int(missed))
        assert (state.kind, state.until, state.missed) == wanted, (calendar, as_of, moment)


@pytest.mark.parametrize(
    ("as_of", "moment", "kind"),
    [
        ("2026-11-21", "2026-11-21T12:00", "held"),
        ("2026-11-21", "2026-11-24T12:00", "held"),
        # What is outdated is outdated, whoever should have looked at the newer one.
        ("2026-11-14", "2026-11-21T12:00", "stale"),
    ],
)
def test_a_value_that_waits_for_a_person_is_told(as_of, moment, kind):
    now = on_the_wall("cbr", moment)
    assert judged("cbr", date.fromisoformat(as_of), now, has_held=True).kind == kind


def test_an_unseeded_holiday_makes_a_value_late_and_its_row_mends_it():
    now = on_the_wall("cbr", "2026-05-12T12:00")
    as_of = date(2026, 5, 9)
    assert judged("cbr", as_of, now, holidays={}).kind == "late"
    assert judged("cbr", as_of, now, holidays={date(2026, 5, 11): False}).kind == "gap"


def test_a_calendar_full_of_holidays_does_not_keep_a_value_for_ever():
    every = {date(2026, 11, number): False for number in range(1, 31)}
    for day, kind in ((13, "gap"), (14, "stale")):
        now = on_the_wall("cbr", f"2026-11-{day}T12:00")
        assert judged("cbr", date(2026, 11, 1), now, holidays=every).kind == kind


def test_only_fresh_values_and_those_before_a_day_off_are_compared():
    assert [kind for kind in states.KINDS if states.State(kind).shows_change] == ["fresh", "gap"]
    assert [kind for kind in states.KINDS if states.State(kind).is_old] == ["late", "stale"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (states.State("fresh"), "Up to date."),
        (
            states.State("fresh", date(2026, 11, 24)),
            "Up to date. Next value expected on Tuesday, 24 November 2026.",
        ),
        (
            states.State("gap", date(2026, 11, 24)),
            "Nothing is published today: a weekend or a holiday. "
            "Next value expected on Tuesday, 24 November 2026.",
        ),
        (
            states.State("late", date(2026, 11, 25), 1),
            "Late. 1 expected value has not come. "
            "Next value expected on Wednesday, 25 November 2026.",
        ),
        (states.State("stale", None, 5), "Outdated. 5 expected values have not come."),
        (states.State("held"), "A newer value is being checked by the newsroom."),
        (states.State("none"), "No value yet."),
    ],
)
def test_a_state_speaks_in_sentences(state, words):
    assert state.words == words
    assert state.label


def test_a_day_inside_a_russian_sentence_is_not_capitalised():
    with translation.override("ru"):
        assert states.spoken(date(2026, 11, 24)) == "вторник, 24 ноября 2026"
        assert "вторник, 24 ноября 2026" in states.State("gap", date(2026, 11, 24)).words
