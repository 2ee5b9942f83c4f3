"""A thousand readers of a page that nobody has made yet cost one rendering in each process."""

import re
from contextlib import closing

import pytest

from portal.tests.freshness.asking import Lines
from portal.tests.freshness.polling import crowd
from portal.tests.freshness.room import word

READERS = 1_000


def renders(lines):
    """{process: pages it has rendered}, in agreement with what /metrics says of all."""
    lines.ask_each("/metrics")  # each process notes its own
    told = lines.ask_each("/metrics")
    found = {answer.process: answer.renders for answer in told}
    total = int(re.search(r"^meridian_page_renders_total (\d+)$", told[-1].text, re.M)[1])
    assert total == sum(found.values())
    return found


def check_stampede(site, path):
    with closing(Lines(site)) as lines:
        before = renders(lines)
        answers = crowd(site, path, READERS)
        after = renders(lines)
    assert sum(answers.values()) == READERS
    assert {status for status, _body in answers} == {200}
    assert len(answers) == 1, "readers saw different pages"
    made = {process: after[process] - before[process] for process in before}
    assert max(made.values()) <= 1, f"rendered more than once: {made}"
    assert sum(made.values()) >= 1


def test_a_thousand_readers_of_a_cold_page_cost_one_rendering_in_each_process(site, room):
    check_stampede(site, room.story(word()).get_absolute_url())


def test_without_flights_it_is_rendered_more_often(sabotaged, room):
    with pytest.raises(AssertionError, match="rendered more than once"):
        check_stampede(sabotaged, room.story(word()).get_absolute_url())
