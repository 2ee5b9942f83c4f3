"""The days and hours of each source, checked against published lists of holidays."""

import json
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from markets import calendars
from markets.models import Calendar, Holiday
from markets.models.series import holidays_from

SEEDED = json.loads((settings.BASE_DIR / "fixtures" / "holidays.json").read_text())


def moved(calendar):
    """The exceptions that seed_base brings."""
    return {
        date.fromisoformat(row["fields"]["day"]): row["fields"]["is_working"]
        for row in SEEDED
        if row["fields"]["calendar"] == calendar
    }


def day(text):
    return date.fromisoformat(text)


def dates(calendar, first, last, holidays=None):
    return [str(one) for one in calendars.days(calendar, day(first), day(last), holidays or {})]


def test_the_bank_of_russia_dates_its_rates_from_tuesday_to_saturday():
    assert dates("cbr", "2026-11-16", "2026-11-23") == [
        "2026-11-17",
        "2026-11-18",
        "2026-11-19",
        "2026-11-20",
        "2026-11-21",
    ]


def test_the_rate_of_22_february_2020_stayed_in_force_until_the_25th():
    """BYN of the Bank of Russia: 29.0849 on 22 to 25 February 2020, then 29.1401 on the 26th."""
    shifted = {day("2020-02-24"): False}
    assert dates("cbr", "2020-02-22", "2020-02-26", shifted) == ["2020-02-22", "2020-02-26"]


def test_one_rate_holds_from_1_to_9_january_2020():
    assert dates("cbr", "2019-12-31", "2020-01-11") == [
        "2019-12-31",
        "2020-01-01",
        "2020-01-10",
        "2020-01-11",
    ]


def test_a_day_off_moved_by_decree_comes_from_the_seed():
    holidays = moved("cbr")
    assert dates("cbr", "2025-12-31", "2026-01-13", holidays) == ["2025-12-31", "2026-01-13"]
    assert dates("cbr", "2026-05-12", "2026-05-13", holidays) == ["2026-05-13"]
    assert dates("cbr", "2026-05-12", "2026-05-13") == ["2026-05-12", "2026-05-13"]


def test_a_holiday_may_be_a_working_day_all_the_same():
    saturday = {day("2026-11-21"): True}
    assert dates("cbr", "2026-11-22", "2026-11-24", saturday) == ["2026-11-22", "2026-11-24"]


@pytest.mark.parametrize(
    "off",
    "2026-01-01 2026-01-08 2026-02-23 2026-05-01 2026-06-12 2026-11-04 2027-03-08".split(),
)
def test_russian_holidays_of_fixed_dates_need_no_table(off):
    assert not calendars.works("cbr", day(off), {})


def test_seeded_days_are_weekdays_that_the_rules_do_not_know():
    for calendar in ("cbr", "nbk"):
        assert moved(calendar)
        for one, is_working in moved(calendar).items():
            assert calendars.works(calendar, one, {}) != is_working, one


def test_kazakhstan_rests_at_nauryz_and_on_republic_day():
    assert dates("nbk", "2026-03-20", "2026-03-27", moved("nbk")) == [
        "2026-03-20",
        "2026-03-26",
        "2026-03-27",
    ]
    assert dates("nbk", "2026-10-23", "2026-10-27", moved("nbk")) == ["2026-10-23", "2026-10-27"]


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1999, "1999-04-04"),
        (2008, "2008-03-23"),
        (2011, "2011-04-24"),
        (2020, "2020-04-12"),
        (2025, "2025-04-20"),
        (2026, "2026-04-05"),
        (2027, "2027-03-28"),
        (2038, "2038-04-25"),
    ],
)
def test_easter_is_where_the_tables_have_it(year, sunday):
    assert calendars.easter(year) == day(sunday)


def test_easter_is_always_a_sunday_between_22_march_and_25_april():
    for year in range(1900, 2200):
        sunday = calendars.easter(year)
        assert sunday.weekday() == 6
        assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


def test_the_ecb_rests_at_easter_on_labour_day_and_at_christmas():
    assert dates("target", "2026-04-01", "2026-04-08") == [
        "2026-04-01",
        "2026-04-02",
        "2026-04-07",
        "2026-04-08",
    ]
    assert dates("target", "2026-04-30", "2026-05-04") == ["2026-04-30", "2026-05-04"]
    assert dates("target", "2025-12-24", "2026-01-02") == [
        "2025-12-24",
        "2025-12-29",
        "2025-12-30",
        "2025-12-31",
        "2026-01-02",
    ]


def test_the_ecb_published_255_rates_in_2025():
    assert len(dates("target", "2025-01-01", "2025-12-31")) == 255


def test_american_holidays_are_those_of_the_federal_list():
    """OPM, federal holidays 2026 and 2027; New Year's Day of 2028 is observed in 2027."""
    assert calendars.us_closed(2026) - {day("2027-01-01")} == {
        day(one)
        for one in (
            "2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 "
            "2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25"
        ).split()
    }
    assert day("2027-12-31") in calendars.us_closed(2027)
    assert day("2027-07-05") in calendars.us_closed(2027)


def test_the_eia_releases_on_wednesday_and_a_day_later_after_a_holiday():
    following = calendars.next_publication
    assert following("eia", day("2026-11-18"), {}) == day("2026-11-25")
    assert following("eia", day("2026-11-24"), {}) == day("2026-11-25")
    # Labor Day is Monday 7 September 2026, Veterans Day Wednesday 11 November.
    assert following("eia", day("2026-09-05"), {}) == day("2026-09-10")
    assert following("eia", day("2026-11-05"), {}) == day("2026-11-12")


def test_a_weekly_survey_is_of_monday_and_comes_on_wednesday():
    assert dates("weekly", "2026-11-14", "2026-11-30") == ["2026-11-16", "2026-11-23", "2026-11-30"]
    assert calendars.next_publication("weekly", day("2026-11-23"), {}) == day("2026-11-25")
    assert calendars.next_publication("weekly", day("2026-11-25"), {}) == day("2026-12-02")


def test_a_calendar_without_fixed_days_expects_nothing():
    assert dates("none", "2026-11-01", "2026-11-30") == []
    assert calendars.next_publication("none", day("2026-11-23"), {}) is None


@pytest.mark.parametrize("calendar", [one for one in Calendar if one != "none"])
def test_publications_come_in_order_and_the_next_is_the_first_of_them(calendar):
    first = day("2024-12-20")
    listed = list(calendars.publications(calendar, first, day("2028-01-10"), moved(calendar)))
    assert len(listed) > 150
    assert [one.day for one in listed] == sorted({one.day for one in listed})
    for one, after in pairwise(listed):
        assert calendars.next_publication(calendar, one.day, moved(calendar)) == after.day
        assert one.since <= one.day
        assert after.day - one.day <= timedelta(days=14)
    assert [one.due for one in listed] == sorted(one.due for one in listed)


@pytest.mark.parametrize(
    ("calendar", "value", "due"),
    [
        ("cbr", "2026-11-24", "2026-11-23T21:00+00:00"),
        ("nbk", "2026-11-24", "2026-11-24T07:00+00:00"),
        ("target", "2026-03-27", "2026-03-27T17:00+00:00"),  # winter time
        ("target", "2026-03-30", "2026-03-30T16:00+00:00"),  # summer time began on the 29th
        ("target", "2026-10-23", "2026-10-23T16:00+00:00"),
        ("target", "2026-10-26", "2026-10-26T17:00+00:00"),
        ("eia", "2026-11-25", "2026-11-26T05:00+00:00"),
        ("eia", "2026-07-22", "2026-07-23T04:00+00:00"),
        ("workdays", "2026-11-24", "2026-11-24T19:00+00:00"),
        ("weekly", "2026-11-25", "2026-11-25T19:00+00:00"),
    ],
)
def test_each_source_goes_by_its_own_clock(calendar, value, due):
    (one,) = calendars.publications(calendar, day(value), day(value), {}, tz="Asia/Almaty")
    assert one.due == datetime.fromisoformat(due)
    assert one.due.tzinfo == ZoneInfo(calendars.ZONES.get(calendar, "Asia/Almaty"))


@pytest.mark.django_db
def test_holidays_travel_as_a_text_and_arrive_as_days():
    Holiday.objects.create(calendar="cbr", day=day("2026-11-04"))
    Holiday.objects.create(calendar="cbr", day=day("2026-11-28"), is_working=True)
    Holiday.objects.create(calendar="nbk", day=day("2026-10-26"))
    wanted = {day("2026-11-04"): False, day("2026-11-28"): True}
    assert Holiday.objects.of("cbr") == wanted
    text = Holiday.objects.as_text("cbr", day("2026-11-01"), day("2026-11-30"))
    found = Holiday.objects.annotate(text=text).values_list("text", flat=True)[0]
    assert holidays_from(found) == wanted
    nothing = Holiday.objects.as_text("target", day("2026-11-01"), day("2026-11-30"))
    found = Holiday.objects.annotate(text=nothing).values_list("text", flat=True)[0]
    assert found is None and holidays_from(found) == {}
