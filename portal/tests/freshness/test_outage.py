"""While the database does not answer, what is kept is served; afterwards nothing has stuck."""

import time
from contextlib import closing

import pytest

from portal.tests.freshness import table
from portal.tests.freshness.asking import Lines
from portal.tests.freshness.checks import WARM, away_from_midnights, check_change
from portal.tests.freshness.room import word

SECONDS = 2
KEPT = "article home section tag author rss atom json board dollar strip about archive".split()
COLD = "/kk/archive/2019/01/"


def check_outage(site, room, away):
    away_from_midnights()
    story = room.story(word())
    paths = {name: path for name, path in table.addresses(story).items() if name in KEPT}
    with closing(Lines(site)) as lines:
        time.sleep(0.8)  # or the pages are of the state before the story
        before = lines.ask_all(paths, WARM)
        with away():
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                for name, answers in lines.ask_all(paths, 1).items():
                    wrong = [a.status for a in answers if a.looks != before[name][0].looks]
                    assert not wrong, f"{name} is not served from memory: {wrong}"
            for answer in lines.ask_each(COLD):
                assert answer.status == 500
                assert answer.headers["cache-control"] == "private, no-store"
        assert {answer.status for answer in lines.ask_each(COLD)} == {200}


def test_kept_pages_are_served_while_the_database_is_away(serve, room, db):
    with serve("connections") as site:
        check_outage(site, room, db[1])
        check_change(site, room.edit(), table.rows()["edit"])


def test_without_memory_they_are_not(serve, room, db):
    not_served = pytest.raises(AssertionError, match="is not served from memory")
    with serve("connections", PAGE_MEMORY_MB="0") as site, not_served:
        check_outage(site, room, db[1])
