"""Hours on the newsroom's clock, and how far away they are."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from news import hours

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (125, "2 h 5 min"),
        (24 * 60, "1 d"),
        (24 * 60 + 61, "1 d 1 h"),
        (400 * 24 * 60 + 5, "400 d"),
    ],
)
def test_a_time_is_told_in_its_two_largest_units(minutes, words):
    assert hours.from_now(NOW + timedelta(minutes=minutes), NOW) == f"in {words}"
    assert hours.from_now(NOW - timedelta(minutes=minutes), NOW) == f"{words} ago"


@pytest.mark.parametrize(
    ("zone", "typed", "utc"),
    [
        ("Europe/Moscow", datetime(2026, 3, 29, 2, 30), "2026-03-28 23:30"),
        ("Asia/Almaty", datetime(2026, 11, 23, 9, 0), "2026-11-23 04:00"),  # +5 since 2024
        ("Asia/Tashkent", datetime(2026, 11, 23, 9, 0), "2026-11-23 04:00"),
        ("Europe/Berlin", datetime(2026, 7, 1, 9, 0), "2026-07-01 07:00"),
        ("Europe/Berlin", datetime(2026, 10, 25, 3, 0), "2026-10-25 02:00"),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, 59), "2026-10-24 23:59"),
    ],
)
def test_an_hour_is_read_on_the_clock_of_the_newsroom(settings, zone, typed, utc):
    settings.TIME_ZONE = zone
    instant = hours.from_wall(typed)
    assert f"{instant.astimezone(timezone.get_fixed_timezone(0)):%Y-%m-%d %H:%M}" == utc
    assert hours.on_wall(instant) == f"{typed:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (datetime(2026, 10, 25, 2, 0), "twice"),
        (datetime(2026, 10, 25, 2, 59), "twice"),
        (datetime(2026, 3, 29, 2, 0), "never"),
        (datetime(2026, 3, 29, 2, 59), "never"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_an_hour_that_happens_twice_or_never_is_refused_with_both_readings(
    settings, typed, code, language
):
    settings.TIME_ZONE = "Europe/Berlin"
    with translation.override(language), pytest.raises(ValidationError) as refused:
        hours.from_wall(typed)
    assert refused.value.code == code
    assert refused.value.messages[0].count("UTC)") == 2
