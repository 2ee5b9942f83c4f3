"""Asking the sources: by the clock, by command and on a person's request; never inside a request.

markets.asking does one run; here is when, and what is said of it.
"""

import logging
import subprocess
import sys
import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from markets import asking, calendars, providers
from markets.asking import UnknownSource, fetch
from markets.models import FetchRun, Holiday, Source

log = logging.getLogger(__name__)
KEPT = timedelta(days=180)
__all__ = ["UnknownSource", "fetch", "fetch_due", "purge", "request_fetch", "run_queued", "say"]


def fetch_due(now=None):
    """Ask every source whose hour has come; returns how many were asked. `tick` calls it.

    One source that breaks stops no other. Nothing is asked of a source that is switched off or,
    after failures, left alone; when its rest is over, one question tries.
    """
    now = now or timezone.now()
    count = run_queued()
    for source in Source.objects.filter(key__in=providers.ALL, is_enabled=True):
        if source.open_until and source.open_until > now:
            continue
        first_last = _due(source, now)
        if first_last is None:
            continue
        count += 1
        first, last = first_last
        _safely(source.key, first=first, last=last, trigger=FetchRun.Trigger.TICK)
    if count:
        purge(now)
    return count


def _due(source, now):
    """The days to ask for, (None, None) for the newest alone, or None when it is not the time."""
    provider, asked = providers.ALL[source.key], source.last_attempt_at
    is_first_today = provider.is_catch_up(now, asked)
    if provider.key_param and not providers.key_of(source.key) and not is_first_today:
        return None  # one failed run a day reminds of the key
    series, newest = asking.series_of(source.key), asking.newest_of(source.key)
    if not series or not provider.due(now, asked, newest):
        return None
    if not is_first_today and not _works(provider, series[0].calendar, now):
        return None  # on days off the morning's look is enough: now and then there is a rate
    return asking.span(source.key) if is_first_today or newest is None else (None, None)


def _works(provider, calendar, now):
    """Whether the source works on its own today."""
    day = now.astimezone(ZoneInfo(provider.tz)).date()
    return calendars.works(calendar, day, Holiday.objects.of(calendar))


def _safely(key, **options):
    try:
        return fetch(key, **options)
    except Exception:
        log.exception("Fetching %s broke", key)


def request_fetch(source, by):
    """Ask a source soon, outside this request; returns the FetchRun to watch.

    It waits as "queued" until a process of its own, started after the commit, takes it; should
    that fail, the next `tick` does. A run that waits already is returned instead; UnknownSource
    for a source that no machine reads.
    """
    if source.key not in providers.ALL:
        raise UnknownSource(source.key)
    waiting = FetchRun.objects.filter(source=source, status=FetchRun.Status.QUEUED).first()
    if waiting:
        return waiting
    run = FetchRun.objects.create(
        source=source,
        trigger=FetchRun.Trigger.PERSON,
        status=FetchRun.Status.QUEUED,
        requested_by=by,
    )
    transaction.on_commit(start_queued)
    return run


def start_queued():
    """`manage.py fetch_quotes --queued` in a process that outlives the request."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "fetch_quotes", "--queued"]
    try:
        process = subprocess.Popen(  # noqa: S603  our own command, no words of a visitor
            command,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        log.warning("The fetch waits for the next tick: %s", error)
        return
    threading.Thread(target=process.wait, daemon=True).start()  # leaves no zombie


def run_queued():
    """Do what people have asked for; returns how many. Each is taken by one process only."""
    count = 0
    for run in FetchRun.objects.filter(status=FetchRun.Status.QUEUED).select_related("source"):
        taken = FetchRun.objects.filter(pk=run.pk, status=FetchRun.Status.QUEUED).update(
            status=FetchRun.Status.RUNNING
        )
        if taken:
            first, last = asking.span(run.source.key)
            _safely(run.source.key, first=first, last=last, run=run)
            count += 1
    return count


def purge(now=None):
    """Forget runs older than 180 days, but the last of each day and those that brought values."""
    old = FetchRun.objects.annotate(day=TruncDate("started_at"))
    later = old.filter(
        source=OuterRef("source"), day=OuterRef("day"), started_at__gt=OuterRef("started_at")
    )
    limit = (now or timezone.now()) - KEPT
    gone = old.filter(Exists(later), started_at__lt=limit, new=0, revised=0, held=0)
    return FetchRun.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()[0]


def say(run):
    """What went wrong with a run, in plain words of the language being rendered; "" if nothing."""
    return {
        "network": _("The source could not be reached."),
        "timeout": _("The source did not answer in time."),
        "http_5xx": _("The source has a fault of its own."),
        "http_4xx": _("The source does not know the address we asked."),
        "rate_limited": _("The source asks us to come less often."),
        "auth": _("The key for this source is missing or not accepted."),
        "blocked": _("The source answered with a web page or sent us elsewhere: it keeps us out."),
        "upstream_error": _("The source answered with an error message."),
        "schema": _("The answer is not in the form we know; nothing of it was stored."),
        "encoding": _("The answer could not be decoded; nothing of it was stored."),
        "too_big": _("The answer is larger than any real one; it was not read to its end."),
        "xml_forbidden": _("The answer holds instructions to the reading machine; it was refused."),
        "items": _("Some figures were missing or could not be read; the others were stored."),
        "busy": _("Another fetch of this source was at work."),
        "off": _("Fetching from this source is switched off."),
        "interrupted": _("The fetch was cut short; the next one goes on."),
        "crash": _("A fault of our own; the log of the server tells more."),
    }.get(run.error_kind, run.error)
