"""What becomes of readings beside what is known of their series: the decision alone."""

from dataclasses import dataclass

from markets import guards
from markets.guards import FINE, Known
from markets.models.observations import PLACES, Observation, Reading, State


@dataclass(slots=True)
class Weighed:
    """A Reading that is news, the Verdict on it, and the row of its day that it would replace.

    releases: the held row of an earlier day, or its Weighed, that this reading shows to be real.
    """

    reading: Reading
    verdict: guards.Verdict
    rev: int = 1
    replaces: Observation | None = None  # the accepted row of the day
    drops: Observation | None = None  # the held row of the day
    releases: "Observation | Weighed | None" = None

    @property
    def known(self):
        return Known(self.reading.as_of, self.reading.value, self.reading.nominal)


def known(row):
    return Known(row.as_of, row.value, row.nominal) if row else None


def weigh(series, readings, *, guard=True, doubts=None, is_typed=False):
    """A Weighed for each reading that would write a row, oldest day first.

    Left out: what is accepted already, what waits for a person already and, unless a person
    types it again, what a person has refused for that day. guard=False believes everything.
    doubts: {day: Verdict} that others have passed. Three queries, one when nothing is new.
    """
    wanted = {reading.as_of: reading for reading in readings}
    if not wanted:
        return []
    days = _Days(series, wanted)
    found = [day for day in sorted(wanted) if not days.has(wanted[day], is_typed)]
    if not found:
        return []
    if not guard:
        return [days.weighed(wanted[day], FINE) for day in found]
    return list(_judged(series, wanted, set(found), days, doubts or {}))


def is_same(row, figure):
    return row is not None and (row.value, row.nominal) == figure


class _Days:
    """The rows of a series from the first day to the last, by day."""

    def __init__(self, series, wanted):
        self.series, self.first = series, min(wanted)
        self.accepted, self.held, self.refused, self.revisions = {}, {}, set(), {}
        rows = Observation.objects.filter(series=series, as_of__range=(self.first, max(wanted)))
        for row in rows.iterator():
            self.revisions[row.as_of] = max(row.rev, self.revisions.get(row.as_of, 0))
            if row.state == State.ACCEPTED:
                self.accepted[row.as_of] = row
            elif row.state == State.HELD:
                self.held[row.as_of] = row
            elif row.state == State.REJECTED:
                self.refused.add((row.as_of, row.value, row.nominal))

    def has(self, reading, is_typed):
        figure = reading.value.quantize(PLACES), reading.nominal
        accepted, held = self.accepted.get(reading.as_of), self.held.get(reading.as_of)
        if is_same(accepted, figure):
            return True
        # What waits because two banks disagreed is weighed anew: the other one may have been wrong.
        if is_same(held, figure) and not held.hold_reason.startswith("cross"):
            return True
        return not is_typed and (reading.as_of, *figure) in self.refused

    def weighed(self, reading, verdict):
        day = reading.as_of
        rev = self.revisions.get(day, 0) + 1
        return Weighed(reading, verdict, rev, self.accepted.get(day), self.held.get(day))

    def before(self):
        """The accepted row before the first day, and the newest held one that came after it."""
        rows = Observation.objects.filter(series=self.series, as_of__lt=self.first)
        accepted = rows.filter(state=State.ACCEPTED).order_by("-as_of").first()
        held = rows.filter(state=State.HELD).order_by("-as_of").first()
        if accepted and held and held.as_of < accepted.as_of:
            held = None
        return known(accepted), held


def _judged(series, wanted, found, days, doubts):
    today = series.instrument.today()
    previous, waiting = days.before()
    for day in sorted(wanted.keys() | days.accepted.keys() | days.held.keys()):
        if day not in found:
            if day in days.accepted:
                previous, waiting = known(days.accepted[day]), None
            elif day in days.held:
                waiting = days.held[day]
            continue
        reading = wanted[day]
        own = known(days.accepted.get(day))
        verdict = guards.judge(series, reading, previous, own, today=today)
        releases = None
        if (
            waiting is not None
            and verdict.state == State.HELD
            and _is_confirmed(series, reading, verdict, waiting, previous)
        ):
            releases = waiting
            verdict = guards.judge(series, reading, _figure(waiting), own, today=today)
        verdict = guards.worse(verdict, doubts.get(day, FINE))
        if verdict.state != State.ACCEPTED:
            releases = None
            held = days.held.get(day)
            if is_same(held, (reading.value.quantize(PLACES), reading.nominal)):
                waiting = held
                continue
        result = days.weighed(reading, verdict)
        result.releases = releases
        if verdict.state == State.ACCEPTED:
            previous, waiting = result.known, None
        elif verdict.state == State.HELD and own is None:
            waiting = result
        yield result


def _figure(held):
    return held.known if isinstance(held, Weighed) else known(held)


def _is_confirmed(series, reading, verdict, held, previous):
    reason = held.verdict.reason if isinstance(held, Weighed) else held.hold_reason
    is_jump = verdict.word == "jump" and reason.startswith("jump")
    return is_jump and guards.confirms(series.instrument, reading, _figure(held), previous)
