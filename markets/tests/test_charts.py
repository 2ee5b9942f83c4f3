"""Geometry without a database: what the lines, ticks and gaps of a chart must be."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from markets import charts

MONDAY = date(2026, 11, 23)


def daily(values, last=MONDAY, step=1):
    count = len(values)
    return [
        (last - timedelta(days=step * (count - 1 - number)), Decimal(value))
        for number, value in enumerate(values)
    ]


def chart(points, size=charts.WIDE, **options):
    options.setdefault("since", points[0][0] if points else MONDAY)
    return charts.line_chart(points, size, **options)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=900), st.integers(4, 300))
def test_thinning_keeps_both_ends_both_extremes_the_order_and_the_limit(values, limit):
    points = daily(values)
    kept = charts.thin(points, limit)
    assert len(kept) <= max(limit, 4)
    assert set(kept) <= set(points)
    assert kept == sorted(kept)
    assert len(set(kept)) == len(kept)
    assert kept[0] == points[0] and kept[-1] == points[-1]
    assert {min(values), max(values)} <= {int(value) for _day, value in kept}


@given(
    st.decimals(Decimal("0.0001"), 10**6, places=4),
    st.decimals(Decimal("0.0001"), 10**6, places=4),
    st.integers(3, 6),
)
def test_levels_are_even_round_and_enclose_the_values(one, other, most):
    low, high = sorted((one, other))
    levels = charts.ticks(low, high, most)
    assert levels[0] <= low and high <= levels[-1]
    steps = {after - before for before, after in pairwise(levels)}
    assert len(steps) == 1
    (step,) = steps
    assert step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}
    assert 2 <= len(levels) <= most + 2


def test_a_line_stands_on_its_axis_and_ends_at_its_last_value():
    drawn = chart(daily([62, 66, 64]))
    assert [level.text for level in drawn.grid] == ["62", "63", "64", "65", "66"]
    assert drawn.grid[0].at == drawn.bottom == "334"
    assert drawn.lines == ["0,334 384,14 768,174"]
    assert drawn.areas == ["0,334 0,334 384,14 768,174 768,334"]
    assert drawn.end == ("768", "174")
    assert (drawn.low[1], drawn.high[1], drawn.last[1]) == (62, 66, 64)


def test_distance_on_the_axis_is_time():
    points = [
        (MONDAY - timedelta(days=10), Decimal(1)),
        (MONDAY - timedelta(days=9), Decimal(2)),
        (MONDAY, Decimal(3)),
    ]
    (line,) = chart(points).lines
    assert [pair.split(",")[0] for pair in line.split()] == ["0", "76.8", "768"]


def test_a_month_without_values_is_a_gap_and_a_weekend_is_none():
    before = daily([60] * 30, last=MONDAY - timedelta(days=40))
    assert len(chart([*before, *daily([61] * 10)]).lines) == 2
    working = [point for point in daily([60] * 60) if point[0].weekday() < 5]
    assert len(chart(working).lines) == 1
    assert len(chart(daily([60] * 20, step=7)).lines) == 1


def test_a_rate_is_in_force_until_the_next_one():
    """Friday's step is as long as the week-end; the last one has the width of its day."""
    friday, monday = MONDAY - timedelta(days=3), MONDAY
    drawn = charts.step_chart(
        [(friday, Decimal(62)), (monday, Decimal(66))], charts.WIDE, since=friday
    )
    assert drawn.is_step and drawn.length == 4
    assert drawn.lines == ["0,334H576V14H768"]
    assert drawn.areas == ["0,334V334H576V14H768V334"]
    assert drawn.end == ("768", "14")


def test_a_month_without_rates_is_a_gap_in_the_steps_too():
    before = daily([60] * 30, last=MONDAY - timedelta(days=40))
    drawn = charts.step_chart([*before, *daily([61] * 10)], charts.WIDE, since=before[0][0])
    assert len(drawn.lines) == len(drawn.areas) == 2
    ends = float(drawn.lines[0].rpartition("H")[2])
    assert ends < float(drawn.lines[1].partition(",")[0]) - 200


def test_a_lone_value_between_gaps_is_a_dot_not_nothing():
    lone = [(MONDAY - timedelta(days=90), Decimal(60))]
    drawn = chart([*daily([60] * 30, last=MONDAY - timedelta(days=150)), *lone, *daily([61] * 30)])
    (dot,) = (line for line in drawn.lines if len(line.split()) == 2)
    assert len(set(dot.split())) == 1


def test_a_history_shorter_than_its_range_is_not_stretched():
    drawn = chart(daily([60, 61]), since=MONDAY - timedelta(days=100))
    assert not drawn.lines[0].startswith("0,")
    assert drawn.length == 100


def test_one_value_and_a_price_that_never_moves_are_drawn_too():
    for values in (["46.32"], ["46.32"] * 50):
        drawn = chart(daily(values))
        assert drawn.end[1] not in {"14", drawn.bottom}
    assert chart([]) is None


@pytest.mark.parametrize("size", [charts.WIDE, charts.NARROW, charts.BAND])
def test_five_years_are_thinned_and_stay_inside_the_picture(size):
    points = daily([50 + (number * 37 % 101) / 7 for number in range(1827)])
    drawn = chart(points, size)
    pairs = [pair.split(",") for pair in " ".join(drawn.lines).split()]
    assert len(pairs) <= 260
    assert all(0 <= float(x) <= size[0] - charts.END for x, _y in pairs)
    assert all(charts.ABOVE <= float(y) <= float(drawn.bottom) for _x, y in pairs)
    assert [mark.text for mark in drawn.marks][-1] == "2026"


def test_labels_of_the_axis_leave_room_for_each_other():
    for days in (31, 92, 184, 366, 1827):
        for size in (charts.WIDE, charts.NARROW):
            drawn = chart(daily(list(range(1, days + 1))), size)
            places = [float(mark.at) for mark in drawn.marks]
            assert places, (days, size)
            assert all(b - a > 58 for a, b in pairwise(places))


def test_coordinates_have_a_point_and_labels_the_sign_of_the_language():
    with translation.override("ru"):
        drawn = chart(daily(["64.1", "64.15", "64.3"]))
    assert [level.text for level in drawn.grid][:2] == ["64,10", "64,15"]
    for text in (*drawn.lines, *drawn.areas, drawn.grid[1].at):
        assert re.fullmatch(r"[0-9., ]+", text)
        assert not re.search(r",\d+,", text)


def test_months_are_named_in_the_language_of_the_page():
    def names(language):
        with translation.override(language):
            return [mark.text for mark in chart(daily([1, 2] * 50)).marks]

    assert names("en") == ["Sep", "Oct", "Nov"]
    assert names("ru") == ["сен", "окт", "ноя"]
    assert names("kk") == ["қыр", "қаз", "қар"]


def test_a_sparkline_goes_the_way_of_its_own_month():
    up, down = charts.sparkline(daily([1, 3, 2])), charts.sparkline(daily([2, 3, 1]))
    assert (up.direction, down.direction) == ("up", "down")
    assert up.line == "2,25 51,3 100,14"
    assert (up.base, up.end) == ("25", ("100", "14"))
    assert charts.sparkline(daily([5, 5])).direction == "flat"
    assert charts.sparkline(daily([5])) is None


@pytest.mark.parametrize(("value", "place"), [(10, "6"), (20, "106"), (15, "56"), (25, "106")])
def test_the_mark_of_a_range_stays_on_its_track(value, place):
    assert charts.place_between(Decimal(value), Decimal(10), Decimal(20)) == place
    assert charts.place_between(Decimal(5), Decimal(5), Decimal(5)) == "56"
