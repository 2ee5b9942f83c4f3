"""From the figures of one answer to rows: all of them in one transaction, doubts included."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from markets import guards
from markets.guards import FINE
from markets.models import Observation, Reading, Series, State
from markets.weighing import weigh

# Two banks that price the same two currencies check each other: role -> (source, series).
CROSS = {"usd": ("cbr", "R01235"), "eur": ("cbr", "R01239"), "ecb": ("ecb", "USD")}
CROSS_DAYS = timedelta(days=14)  # older days are history and have been compared in their time
LAG = timedelta(days=5)  # Moscow's rate of a day goes with Frankfurt's newest before it


def store(series, parsed, run, *, is_dry=False):
    """Write what an answer brought and count it on the run. All or nothing.

    series: those that were asked for. is_dry: count as if, and keep nothing.
    """
    found = defaultdict(list)
    known = {one.external_id: one for one in series}
    for point in parsed.points:
        one = known.get(point.external_id)
        if one is None:
            continue
        reading = Reading(point.as_of, point.value, point.nominal, point.raw)
        # The day alone decides here; everything else that is doubtful a person may let in.
        if guards.judge(one, reading).state == State.REJECTED:
            parsed.refused.append(f"{point.external_id}: {point.as_of} is too far ahead")
            continue
        found[one].append(reading)
        run.seen += 1
    run.rejected += len(parsed.refused)
    with transaction.atomic():
        doubts, beside = cross_doubts(found)
        for one, readings in found.items():
            rows = Observation.objects.record(
                one, readings, run=run if run.pk else None, doubts=doubts.get(one.pk)
            )
            for row in rows:
                if row.state == State.HELD:
                    run.held += 1
                elif row.rev == 1:
                    run.new += 1
                else:
                    run.revised += 1
        for pk, reason in beside:
            Observation.objects.filter(pk=pk, is_flagged=False).update(
                is_flagged=True, hold_reason=reason
            )
        if is_dry:
            transaction.set_rollback(True)


def cross_doubts(found):
    """What Moscow's two rates and Frankfurt's one say of each other.

    found: {series: readings} about to be stored. Returns ({series: {day: Verdict}} for them, and
    [(observation, reason)] for accepted rows of the other bank that deserve the same warning).
    """
    doubts, beside = defaultdict(dict), []
    names = {(one.source.key, one.external_id): one for one in found}
    if not names.keys() & set(CROSS.values()):
        return doubts, beside
    roles = _roles()
    if len(roles) < len(CROSS):
        return doubts, beside
    today = roles["usd"].instrument.today()
    units = {role: _units(one, found.get(one, []), today) for role, one in roles.items()}
    for day in units["usd"].keys() & units["eur"].keys():
        before = [other for other in units["ecb"] if day - LAG <= other < day]
        if not before:
            continue
        three = {"usd": (day, units["usd"][day]), "eur": (day, units["eur"][day])}
        three["ecb"] = (max(before), units["ecb"][max(before)])
        verdict = guards.crossed(*(three[role][1][0] for role in CROSS))
        if verdict is FINE:
            continue
        for role, (as_of, (_unit, pk)) in three.items():
            if pk is None:
                doubts[roles[role].pk][as_of] = verdict
            else:
                beside.append((pk, verdict.reason))
    return doubts, beside


def _roles():
    wanted = Q()
    for source, external_id in CROSS.values():
        wanted |= Q(source__key=source, external_id=external_id)
    rows = Series.objects.filter(wanted, is_active=True).select_related("instrument", "source")
    by_name = {(one.source.key, one.external_id): one for one in rows}
    return {role: by_name[name] for role, name in CROSS.items() if name in by_name}


def _units(one, readings, today):
    """{day: (price of one unit, pk of the accepted row, None for news)} of recent days.

    A reading that is held for its own sake says nothing about the others.
    """
    since = today - CROSS_DAYS
    rows = Observation.objects.accepted().filter(series=one, as_of__gte=since)
    units = {row.as_of: (row.value / row.nominal, row.pk) for row in rows}
    recent = [reading for reading in readings if reading.as_of >= since]
    for news in weigh(one, recent):
        if news.verdict.state == State.ACCEPTED:
            units[news.reading.as_of] = (news.known.unit, None)
        else:
            units.pop(news.reading.as_of, None)
    return units
