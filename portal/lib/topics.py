"""What has changed, and when it will next: the state of each topic, looked at when it is needed.

A topic is a word for what pages are made of ("news", "markets"). Its token is a number that
grows in the very transaction that changes anything under it (portal.lib.triggers). Time is a
change too: a topic knows the next instant at which readers will see something else though nobody
writes anything, such as the hour of a scheduled story.

Each process looks at the tokens at most every LOOK_SECONDS, on the way of a request; there is no
thread, no queue and no message to lose.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as clock

from django.apps import apps
from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone

from portal.lib import triggers

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
# Rows of PostgreSQL's connections are folded into one when there are more than these.
ROWS_KEPT = 200
SUM = f"SELECT name, SUM(token) FROM {triggers.TABLE} GROUP BY name"  # noqa: S608  no input
FAR = float("inf")

watches = []
_boundaries = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Snapshot:
    """The tokens as a process saw them. until: {topic: POSIX time of its next change by itself}.

    While nothing changes it is one and the same object.
    """

    tokens: dict = field(default_factory=dict)
    until: dict = field(default_factory=dict)

    def of(self, names):
        """The state of some topics: equal states mean equal pages, until `ends` of them."""
        return tuple((self.tokens.get(name, 0), self.until.get(name, FAR)) for name in names)

    def ends(self, names):
        return min((self.until.get(name, FAR) for name in names), default=FAR)


_seen = Snapshot()
_looked_at = -FAR
_first_end = FAR  # the nearest `until` of all
_is_broken = False


def register(*, tables=(), boundaries=()):
    """Called by each room when it is ready.

    tables: Watches. boundaries: (topic, function of an aware instant to the next instant after it
    at which the topic differs by itself, or None).
    """
    watches.extend(tables)
    for topic, function in boundaries:
        _boundaries.setdefault(topic, []).append(function)


def install_triggers(using, **_signal):
    triggers.install(watches, using)


def current(*, fresh=False):
    """The Snapshot, at most LOOK_SECONDS old; `fresh`: of this very moment.

    While the database does not answer it is the last one, so what is kept stays good; what has a
    boundary in time ends there all the same.
    """
    if fresh:
        _lock.acquire()
    elif _is_recent() or not _lock.acquire(blocking=False):
        return _seen  # or somebody is looking this very moment
    try:
        return _look()
    finally:
        _lock.release()


def known():
    """The Snapshot, or None if it is time to look: for who must not ask the database."""
    return _seen if _is_recent() else None


def are_known():
    """Whether the last look was answered."""
    return not _is_broken


def _is_recent():
    return abs(time.monotonic() - _looked_at) < LOOK_SECONDS and time.time() < _first_end


def _look():
    global _seen, _looked_at, _first_end, _is_broken
    began, seen = time.monotonic(), _seen
    try:
        with connection.cursor() as cursor:
            cursor.execute(SUM)
            tokens = {name: int(token) for name, token in cursor.fetchall()}
        now = time.time()
        until = {
            topic: seen.until[topic]
            if tokens.get(topic) == seen.tokens.get(topic) and now < seen.until.get(topic, 0)
            else _next_change(topic)
            for topic in _boundaries
        }
    except Error as error:
        if not _is_broken:  # once for each outage
            log.error("The state of the pages cannot be read, the last one stands: %s", error)
        _is_broken, _looked_at = True, time.monotonic()  # it may have taken seconds to fail
        return seen
    _is_broken = False
    if (tokens, until) != (seen.tokens, seen.until):
        _seen, _first_end = Snapshot(tokens, until), min(until.values(), default=FAR)
    _looked_at = began
    return _seen


def _next_change(topic):
    now = timezone.now()
    found = (function(now) for function in _boundaries[topic])
    return min((at.timestamp() for at in found if at is not None), default=FAR)


def forget():
    """Look again before the next answer."""
    global _looked_at
    _looked_at = -FAR


def forget_all():
    """As a process that has just begun."""
    global _seen
    _seen = Snapshot()
    forget()


def fold():
    """Put the rows of many connections into one, without a change of any sum. For `tick`."""
    rows = apps.get_model("portal", "Topic").objects
    if rows.exclude(writer=0).count() <= ROWS_KEPT:
        return 0
    with transaction.atomic():
        old = list(rows.select_for_update().exclude(writer=0).order_by("pk"))
        for row in old:
            rows.get_or_create(name=row.name, writer=0, defaults={"token": 0})
            rows.filter(name=row.name, writer=0).update(token=F("token") + row.token)
        return rows.filter(pk__in=[row.pk for row in old]).delete()[0]


def midnight_after(now, zone):
    """The instant at which the next day begins in a zone."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, clock(), zone)
