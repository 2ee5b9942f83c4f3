"""The word of a change is part of the change: no crash comes between them."""

import pytest

from portal.lib import topics, triggers
from portal.tests.freshness import table
from portal.tests.freshness.checks import check_change

ROWS = table.rows()


def unnoticed(steps):
    """A change of which the database says nothing."""
    yield next(steps)
    triggers.install([], "default")
    try:
        yield next(steps)
    finally:
        topics.install_triggers(using="default")


@pytest.mark.parametrize("change", ["edit", "quote"])
def test_without_the_databases_word_pages_stay_as_they_were(site, room, change):
    with pytest.raises(AssertionError, match=r"not as it should be .* is as it was"):
        check_change(site, unnoticed(getattr(room, change)()), ROWS[change])
    room.touch_all()


def test_a_process_killed_right_after_its_commit_has_told_everybody(site, room):
    check_change(site, room.publish_and_die(), ROWS["publish"])


def test_a_killed_process_whose_word_is_not_in_the_database_told_nobody(site, room):
    with pytest.raises(AssertionError, match=r"home / of \d+: is as it was"):
        check_change(site, unnoticed(room.publish_and_die()), ROWS["publish"])
    room.touch_all()
