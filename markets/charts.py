"""Numbers to the geometry of an SVG: what the templates draw. No colours, no markup, no queries.

Coordinates are ready strings with a decimal point, whatever the language of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from statistics import median

from portal.lib import dates, numbers

Point = tuple[date, Decimal]
WIDE, NARROW, BAND = (820, 360), (360, 250), (440, 310)
# Room for the labels at the end side, above the highest line and below the axis.
END, ABOVE, BELOW = 52, 14, 26
STEPS = [Decimal(step) for step in ("1", "2", "2.5", "5", "10")]


@dataclass(frozen=True, slots=True)
class Label:
    """A line of the grid or a tick of the axis: where it is and what it says."""

    at: str
    text_at: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    right: str  # where lines end and labels begin
    bottom: str
    tick: str  # end of the small ticks under the axis
    text_y: str  # base line of the labels under the axis
    lines: list[str]  # the path of each unbroken stretch, without its M
    areas: list[str]  # the same down to the axis, without M and Z
    grid: list[Label]
    marks: list[Label]
    end: tuple[str, str]
    start: date  # the day at x = 0
    length: int  # days from there to `right`
    floor: str  # the value at the axis
    room: str  # from there to the top line
    low: Point
    high: Point
    last: Point
    is_step: bool = False  # each value holds until the next one


@dataclass(frozen=True, slots=True)
class Spark:
    line: str
    base: str
    end: tuple[str, str]
    direction: str


def n(value: float) -> str:
    """A coordinate to a tenth: 193.1, 0, 768."""
    return f"{value:.1f}".removesuffix(".0")


def thin(points: Sequence[Point], limit: int) -> list[Point]:
    """At most `limit` points (four or more) that keep the first, the last and all extremes."""
    limit = max(4, limit)
    if len(points) <= limit:
        return list(points)
    inner = points[1:-1]
    stretches = (limit - 2) // 2
    kept = [points[0]]
    for number in range(stretches):
        stretch = inner[number * len(inner) // stretches : (number + 1) * len(inner) // stretches]
        low = min(stretch, key=lambda point: point[1])
        high = max(stretch, key=lambda point: point[1])
        kept += sorted({low, high})
    return [*kept, points[-1]]


def unbroken(points: Sequence[Point]) -> list[list[Point]]:
    """The points in stretches: where values are missing for long, the line has a gap.

    Long is three usual distances and a week, so weekends and the holidays of January are not.
    """
    if len(points) < 2:
        return [list(points)]
    gaps = [(after[0] - before[0]).days for before, after in pairwise(points)]
    longest = 3 * median(gaps) + 7
    stretches = [[points[0]]]
    for gap, point in zip(gaps, points[1:], strict=True):
        if gap > longest:
            stretches.append([])
        stretches[-1].append(point)
    return stretches


def ticks(low: Decimal, high: Decimal, most: int) -> list[Decimal]:
    """Round numbers, evenly apart, that enclose low and high: at most `most` steps of room."""
    if low == high:
        low, high = low * Decimal("0.99"), high * Decimal("1.01")
    span = high - low
    power = Decimal(1).scaleb((span / most).adjusted())
    step = next(step * power for step in STEPS if span <= step * power * most)
    first = (low / step).to_integral_value(ROUND_FLOOR)
    last = (high / step).to_integral_value(ROUND_CEILING)
    return [step * number for number in range(int(first), int(last) + 1)]


def places_of(step: Decimal) -> int:
    return max(0, -step.normalize().as_tuple().exponent)


def days_to_mark(start: date, end: date) -> list[tuple[date, str]]:
    """What the axis names: weeks of a short range, months, years of a long one."""
    length = (end - start).days
    days = (start + timedelta(days=number) for number in range(1, length + 1))
    if length <= 45:
        return [(day, dates.written(day, "short")) for day in days if day.weekday() == 0]
    if length <= 400:
        return [(day, dates.month(day)) for day in days if day.day == 1]
    return [(day, str(day.year)) for day in days if (day.month, day.day) == (1, 1)]


def line_chart(
    points: Sequence[Point], size: tuple[int, int], *, since: date, most: int = 260
) -> Chart | None:
    """The chart of points (day, value), oldest first, from the day `since` to the last point.

    None when there is nothing to draw. At most `most` points are drawn.
    """
    return _chart(points, size, since, most, is_step=False)


def step_chart(
    points: Sequence[Point], size: tuple[int, int], *, since: date, most: int = 260
) -> Chart | None:
    """The same for official rates: each is in force from its own day until the next one's."""
    return _chart(points, size, since, most, is_step=True)


def _chart(points, size, since, most, *, is_step):
    if not points:
        return None
    width, height = size
    right, bottom = width - END, height - BELOW
    low, high = (extreme(points, key=lambda point: point[1]) for extreme in (min, max))
    levels = ticks(low[1], high[1], 5 if width > 500 else 4)
    # A range that begins on a Sunday begins with Monday's value; an empty month stays empty.
    start = points[0][0] if (points[0][0] - since).days <= 7 else since
    # The last rate is in force for a day at least: its step has that width.
    length = max(1, (points[-1][0] - start).days + is_step)
    floor, room = levels[0], levels[-1] - levels[0]

    def x(day):
        return right * (day - start).days / length

    def y(value):
        return ABOVE + (bottom - ABOVE) * (1 - float((value - floor) / room))

    def joined(stretch):
        drawn = [f"{n(x(day))},{n(y(value))}" for day, value in stretch]
        return " ".join(drawn if len(drawn) > 1 else drawn * 2)  # a lone value is a dot

    def stepped(stretch):
        (day, value), *following = stretch
        steps = "".join(f"H{n(x(day))}V{n(y(value))}" for day, value in following)
        return f"{n(x(day))},{n(y(value))}{steps}H{n(x(stretch[-1][0] + timedelta(days=1)))}"

    lines, areas = [], []
    for stretch in unbroken(points):
        share = most * len(stretch) // len(points)
        lines.append((stepped if is_step else joined)(thin(stretch, share)))
        first, last = (n(x(day)) for day in (stretch[0][0], stretch[-1][0]))
        start_of_line, _comma, rest = lines[-1].partition(",")
        areas.append(
            f"{start_of_line},{bottom}V{rest}V{bottom}"
            if is_step
            else f"{first},{bottom} {lines[-1]} {last},{bottom}"
        )
    places = places_of(levels[1] - levels[0])
    marks, taken = [], -99.0
    for day, text in days_to_mark(start, points[-1][0]):
        at = x(day)
        if at - taken > 58 and 14 < at < right - 20:
            marks.append(Label(n(at), n(at), text))
            taken = at
    return Chart(
        width,
        height,
        right=n(right),
        bottom=n(bottom),
        tick=n(bottom + 5),
        text_y=n(height - 6),
        lines=lines,
        areas=areas,
        grid=[
            Label(n(y(level)), n(y(level) + 4.5), numbers.written(level, places))
            for level in levels
        ],
        marks=marks,
        end=(n(right if is_step else x(points[-1][0])), n(y(points[-1][1]))),
        start=start,
        length=length,
        floor=numbers.plain(floor),
        room=numbers.plain(room),
        low=low,
        high=high,
        last=points[-1],
        is_step=is_step,
    )


def sparkline(points: Sequence[Point]) -> Spark | None:
    """A line of 104 by 28 units with a base at its first value; None for fewer than two points."""
    if len(points) < 2:
        return None
    values = [value for _day, value in points]
    low, room = min(values), max(values) - min(values)
    start, length = points[0][0], (points[-1][0] - points[0][0]).days

    def y(value):
        return n(25 - 22 * float((value - low) / room)) if room else "14"

    drawn = [(n(2 + 98 * (day - start).days / length), y(value)) for day, value in points]
    move = values[-1] - values[0]
    return Spark(
        line=" ".join(f"{x},{height}" for x, height in drawn),
        base=y(values[0]),
        end=drawn[-1],
        direction="up" if move > 0 else "down" if move < 0 else "flat",
    )


def place_between(value: Decimal, low: Decimal, high: Decimal) -> str:
    """Where a value lies between two others, on a track from 6 to 106 units."""
    share = float((value - low) / (high - low)) if high > low else 0.5
    return n(6 + 100 * min(1.0, max(0.0, share)))
