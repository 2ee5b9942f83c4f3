"""An hour is kept to the instant: nobody is early, however often they ask, and all are in time."""

import time
from contextlib import closing
from itertools import chain

import pytest

from portal.tests.freshness import table
from portal.tests.freshness.asking import Lines
from portal.tests.freshness.checks import (
    LATEST,
    WARM,
    away_from_midnights,
    check_scene,
    check_shown,
    finished,
)
from portal.tests.freshness.polling import poll

ROWS = table.rows()
EVERY = 0.005
SELDOM = 0.04  # pages that are made for each reader
LEAD = 1.5
ENOUGH = 10  # sights of a page before its hour
TRIES = 4  # on a machine that has other things to do
ROUNDS = [
    ("schedule", EVERY, "article home section tag author"),
    ("schedule", EVERY, "source day rss atom json none"),
    ("schedule", SELDOM, "search stories news index"),
    ("expire", EVERY, "article home section rss"),
    ("banner_ends", EVERY, "article home archive board"),
]


def check_hour(site, begin, row, names, every, *, later=0):
    """`later`: seconds by which the hour is claimed to come after it does. For controls."""
    for _try in range(TRIES):
        if min(look(site, begin(), row, names, every, later)) >= ENOUGH:
            return
    raise AssertionError("the pages were hardly asked for before their hour")


def look(site, steps, row, names, every, later):
    """How often each page was asked for before its hour, and shown in its hour."""
    away_from_midnights()
    with closing(Lines(site)) as lines, finished(steps):
        scene = next(steps)
        paths = {name: table.addresses(scene.story)[name] for name in names}
        row = {name: row[name] for name in names}
        before = lines.ask_all(paths, WARM)
        check_scene(row, scene, before)
        at = next(steps).timestamp() + later
        time.sleep(max(0, at - LEAD - time.time()))
        known = {name: answers[0] for name, answers in before.items()}
        seen = poll(site, known, every, at + LATEST)
        check_sights(seen, at)
        check_shown(row, scene, before, lines.ask_all(paths, WARM))
        return [sum(s.got_at < at for s in chain(*lines)) for lines in seen.values()]


def check_sights(seen, at):
    wrong = []
    for name, processes in seen.items():
        sights = [sight for some in processes for sight in some]
        early = [at - sight.got_at for sight in sights if sight.is_changed and sight.got_at < at]
        last = [sight for sight in sights if sight.sent_at >= at + LATEST]
        if early:
            wrong.append(f"{name} was seen {max(early):.3f} s too early")
        if not last or not all(sight.is_changed for sight in last):
            wrong.append(f"{name} is not seen after {LATEST} s")
    assert not wrong, wrong


@pytest.mark.parametrize(("change", "every", "names"), ROUNDS)
def test_nobody_is_early_and_all_are_in_time(site, room, change, every, names):
    check_hour(site, getattr(room, change), ROWS[change], names.split(), every)


def test_a_reader_who_is_early_would_be_noticed(site, room):
    with pytest.raises(AssertionError, match=r"home was seen .* too early"):
        check_hour(site, room.schedule, ROWS["schedule"], ["home"], EVERY, later=0.5)


def test_without_its_hours_a_process_is_late(serve, room):
    late = pytest.raises(AssertionError, match="home is not seen after")
    with serve("boundaries") as site, late:
        check_hour(site, room.schedule, ROWS["schedule"], ["home"], EVERY)
