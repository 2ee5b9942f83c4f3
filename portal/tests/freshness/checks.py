"""What must be true of a site whose pages are kept. Each check raises AssertionError."""

import time
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import chain

from django.utils import timezone

from markets import freshness as of_markets
from portal import freshness
from portal.lib import lifetime
from portal.tests.freshness.asking import PROCESSES, Lines, watched
from portal.tests.freshness.table import NOT_KEPT, addresses

LATEST = 1.5  # seconds after a change by which every reader sees it
WARM, ASKED = 2, 6  # of each process
LIFETIMES = {lifetime.SHARED, lifetime.LAST_SECOND}
QUIET = timedelta(seconds=20)


def seen(cell, scene, before, answer):
    """What is wrong with an answer that should show a change, or ""."""
    old, new = (words.lower() for words in (scene.old, scene.new))
    text = answer.text.lower()
    if cell == "x":
        return "" if answer.status == 410 else f"{answer.status}, not 410"
    if cell == "=":
        return "" if answer.looks == before.looks else "is not as it was"
    if answer.looks == before.looks:
        return "is as it was"
    if cell == "o" and answer.status != 200:
        return f"{answer.status}, not 200"
    if cell in "o+a" and new not in text:
        return f"does not say {new!r}"
    if cell in "o+-" and old and old in text:
        return f"still says {old!r}"
    return ""


def check_scene(row, scene, before):
    """Before a change all processes agree, and the words of the change are where they should be.

    No other cache is told to keep anything for longer than a second.
    """
    wrong = [
        f"{answer.path} may be kept: {told}"
        for answer in chain(*before.values())
        if (told := answer.headers["cache-control"]) not in LIFETIMES
    ]
    for name, answers in before.items():
        if len({answer.looks for answer in answers}) != 1:
            wrong.append(f"{name} {answers[0].path} is shown in several ways")
        text, cell = answers[0].text.lower(), row[name]
        if scene.new and scene.new.lower() in text:
            wrong.append(f"{name} says {scene.new!r} before anything was done")
        if scene.old and cell in "+-" and scene.old.lower() not in text:
            wrong.append(f"{name} did not say {scene.old!r} before")
    assert not wrong, wrong


def check_shown(row, scene, before, after):
    wrong = {
        f"{name} {answer.path} of {answer.process}: {problem}"
        for name, answers in after.items()
        for answer in answers
        if (problem := seen(row[name], scene, before[name][0], answer))
    }
    assert not wrong, f"not as it should be after {LATEST} s: {sorted(wrong)}"


def check_not_early(before, answers, at):
    """Nothing that was answered before `at` (POSIX time) differs from what was shown before."""
    early = {
        f"{name} {at - answer.got_at:.3f} s too early"
        for name, some in answers.items()
        for answer in some
        if answer.got_at < at and answer.looks != before[name][0].looks
    }
    assert not early, sorted(early)


def away_from_midnights():
    """Wait until no page is about to change by the clock alone."""
    now = timezone.now()
    at = min(of_markets.next_hour(now), freshness.next_midnight(now))
    if at - now < QUIET:
        time.sleep((at - now).total_seconds() + 1)


@contextmanager
def finished(steps):
    """What was begun is done and tidied up, whatever became of the check."""
    try:
        yield
    finally:
        for _step in steps:
            pass


def check_change(site, steps, row):
    """One change as every reader of every page and process sees it."""
    away_from_midnights()
    with closing(Lines(site)) as lines, finished(steps):
        scene = next(steps)
        paths = addresses(scene.story)
        before = lines.ask_all(paths, WARM)
        check_scene(row, scene, before)
        kept = {name: path for name, path in paths.items() if name not in NOT_KEPT}
        with watched(site, kept) as meanwhile:
            hour = next(steps)
            at = hour.timestamp() if hour else time.time()
            time.sleep(max(0, at + LATEST - time.time()))
        if hour:
            check_not_early(before, meanwhile, at)
            assert any(answer.got_at < at for answer in chain(*meanwhile.values()))
        after = lines.ask_all(paths, WARM) | lines.ask_all(kept, ASKED)
        assert all(len({a.process for a in some}) == PROCESSES for some in after.values())
        check_shown(row, scene, before, after)
