"""One run: a source is asked under its lock, what it says is stored, and how it went is kept."""

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from markets import providers
from markets.models import FetchRun, Observation, Series, Source
from markets.providers import ProviderError
from markets.providers.base import Provider, refuse_page
from markets.storing import store
from portal.lib import http
from portal.lib.locks import only_one

log = logging.getLogger(__name__)
Status, Trigger = FetchRun.Status, FetchRun.Trigger
FAILURES = 5  # in a row, then the source is left alone
REST, LONGEST_REST = timedelta(minutes=30), timedelta(hours=6)
OVERLAP = timedelta(days=7)  # asked again: revisions, and days that were missed


class UnknownSource(LookupError):
    """No provider reads a source of this name."""


def fetch(
    source_key,
    *,
    first=None,
    last=None,
    trigger=Trigger.COMMAND,
    by=None,
    dry_run=False,
    client=None,
    progress=None,
    run=None,
):
    """Ask a source and store what it says; the finished FetchRun tells how it went.

    first, last: days of a history, else the newest values. A history comes in parts, each stored
    before the next is asked; one that was cut short goes on where it stopped. dry_run: nothing is
    written, the returned run is unsaved. progress(done, of, run) is told after each part. Failures
    of the source are in the run; UnknownSource and what is broken here are raised.
    """
    provider = providers.ALL.get(source_key)
    source = Source.objects.filter(key=source_key).first()
    if provider is None or source is None:
        raise UnknownSource(source_key)
    run = run or FetchRun(source=source, trigger=trigger, requested_by=by)
    run.first_day, run.last_day = first, last
    run.parser_version = provider.version
    with only_one(f"fetch-{source_key}") as is_mine:
        if not is_mine or not source.is_enabled:
            return _skipped(run, "busy" if source.is_enabled else "off", dry_run)
        work = _Work(provider, source, run, client or client_for(provider), dry_run, progress)
        return work.done()


def client_for(provider, **changes):
    """The way out to one provider's hosts; `changes` are fields of portal.lib.http.Client."""
    return http.Client(
        hosts=providers.hosts(provider),
        agent=f"Portal-markets/1.0 (+{settings.SITE_URL}; {settings.NEWSROOM_EMAIL})",
        allow_loopback=settings.MARKETS["ALLOW_LOOPBACK"],
        **changes,
    )


def today_of(provider):
    return timezone.now().astimezone(ZoneInfo(provider.tz)).date()


def series_of(source_key):
    """The series that a source is asked for."""
    return list(
        Series.objects.filter(source__key=source_key, is_active=True)
        .select_related("instrument", "source")
        .order_by("pk")
    )


def _skipped(run, why, dry_run):
    run.status, run.error_kind, run.finished_at = Status.SKIPPED, why, timezone.now()
    if not dry_run:
        run.save()
    return run


@dataclass
class _Work:
    """One run under the source's lock."""

    provider: Provider
    source: Source
    run: FetchRun
    client: http.Client
    is_dry: bool
    progress: object = None
    refused: list = field(default_factory=list)
    marks: dict = field(default_factory=dict)  # by which the same answer is known again

    def done(self):
        self._begin()
        try:
            self._ask_all()
        except (http.HttpError, ProviderError) as error:
            self._failed(self._kind(error), str(error), wait=getattr(error, "wait", None))
        except BaseException as error:
            is_ours = isinstance(error, Exception)
            self._failed("crash" if is_ours else "interrupted", type(error).__name__)
            raise
        else:
            self._succeeded()
        return self.run

    def _begin(self):
        run = self.run
        run.status, run.started_at = Status.RUNNING, timezone.now()
        if self.is_dry:
            return
        # Whoever left these behind is dead: the lock is ours.
        FetchRun.objects.filter(source=self.source, status=Status.RUNNING).exclude(
            pk=run.pk
        ).update(status=Status.FAILED, error_kind="interrupted", finished_at=run.started_at)
        run.save()
        self._remember(last_attempt_at=run.started_at)

    def _ask_all(self):
        run, key = self.run, providers.key_of(self.source.key)
        if self.provider.key_param and not key:
            name = settings.MARKETS["PROVIDERS"][self.source.key]["key_env"]
            raise ProviderError("auth", f"{name} is not set")
        series = series_of(self.source.key)
        ids = [one.external_id for one in series]
        calls = self.provider.plan(ids, run.first_day, run.last_day, today_of(self.provider))
        is_newest = run.first_day is None and len(calls) == 1 and _have_values(series)
        begin = self._resumed(calls)
        for number, call in enumerate(calls[begin:], begin + 1):
            if number > begin + 1:
                self.client.sleep(self.provider.pause)
            answer = self._answer(call, key, is_newest)
            if answer is not None:
                self._take(answer, call, series)
            if self.progress:
                self.progress(number, len(calls), run)

    def _answer(self, call, key, is_newest):
        """The Answer to a call, or None when it is what we have read last time."""
        run, url = self.run, providers.base_url(self.source.key) + call.path
        run.url = http.with_params(url, call.params)[:500]
        if run.pk:
            FetchRun.objects.filter(pk=run.pk).update(url=run.url)  # a later run goes on from here
        conditions = {}
        if is_newest:
            known = {
                "If-None-Match": self.source.etag,
                "If-Modified-Since": self.source.last_modified,
            }
            conditions = {name: value for name, value in known.items() if value}
        answer = self.client.get(
            url,
            call.params,
            secrets={self.provider.key_param: key} if self.provider.key_param else None,
            media=call.media,
            max_bytes=call.max_bytes,
            headers=conditions,
        )
        run.http_status, run.content_type = answer.status, answer.media[:80]
        run.bytes += len(answer.body)
        run.sha256 = answer.sha256
        if answer.status == 304:
            return None
        seen = f"{self.provider.version} {call.form} {answer.sha256}"
        mark = hashlib.sha256(seen.encode()).hexdigest()
        if is_newest and mark == self.source.body_sha256:
            return None
        if run.first_day is None:
            self.marks = {
                "etag": answer.headers.get("etag", "")[:200],
                "last_modified": answer.headers.get("last-modified", "")[:60],
                "body_sha256": mark,
            }
        return answer

    def _take(self, answer, call, series):
        refuse_page(answer.body, answer.media)
        ids = [one.external_id for one in series]
        parsed = self.provider.parse(answer.body, call, ids)
        run = self.run
        missing = set(ids) - {point.external_id for point in parsed.points}
        if run.first_day is None:
            if parsed.items and missing:
                self.refused.append(f"missing: {', '.join(sorted(missing))}")
        else:
            days = run.first_day, run.last_day
            parsed.points = [one for one in parsed.points if days[0] <= one.as_of <= days[1]]
        store(series, parsed, run, is_dry=self.is_dry)
        self.refused += parsed.refused
        for warning in parsed.warnings:
            log.warning("%s says: %s", self.source.key, self._clean(warning))

    def _resumed(self, calls):
        """How many of the calls a like run, cut short within a day, has behind it."""
        run = self.run
        if run.first_day is None or self.is_dry:
            return 0
        before = (
            FetchRun.objects.filter(
                source=self.source,
                first_day=run.first_day,
                last_day=run.last_day,
                started_at__gte=run.started_at - timedelta(days=1),
            )
            .exclude(pk=run.pk)
            .exclude(status=Status.SKIPPED)
            .order_by("-started_at", "-pk")
            .first()
        )
        if before is None or before.status != Status.FAILED:
            return 0
        base = providers.base_url(self.source.key)
        asked = [http.with_params(base + call.path, call.params)[:500] for call in calls]
        return asked.index(before.url) if before.url in asked else 0

    def _kind(self, error):
        # Without a key to be wrong, 401 and 403 are somebody keeping us out.
        is_out = error.kind == "auth" and not self.provider.key_param
        return "blocked" if is_out else error.kind

    def _clean(self, text):
        return http.redacted(text, [providers.key_of(self.source.key)])

    def _failed(self, kind, text, wait=None):
        run, now = self.run, timezone.now()
        run.status, run.error_kind, run.finished_at = Status.FAILED, kind, now
        run.error = self._clean(text)[:300]
        log.error("Fetching %s failed: %s, %s", self.source.key, kind, run.error)
        if self.is_dry:
            return
        run.save()
        failures = self.source.failures + 1
        rest = timedelta(seconds=wait or 0)
        if failures >= FAILURES:
            rest = max(rest, min(REST * 2 ** (failures - FAILURES), LONGEST_REST))
        self._remember(failures=failures, open_until=now + rest if rest else None)

    def _succeeded(self):
        run, now = self.run, timezone.now()
        run.finished_at = now
        if self.refused:
            run.status, run.error_kind = Status.PARTIAL, "items"
            run.error = self._clean("; ".join(self.refused[:8]))[:300]
            log.warning("Fetching %s: %s", self.source.key, run.error)
        else:
            run.status = Status.OK if run.new or run.revised or run.held else Status.UNCHANGED
        if self.is_dry:
            return
        run.save()
        marks = {} if self.refused else self.marks
        self._remember(failures=0, open_until=None, last_success_at=now, **marks)

    def _remember(self, **changes):
        for name, value in changes.items():
            setattr(self.source, name, value)
        Source.objects.filter(pk=self.source.pk).update(**changes)


def _have_values(series):
    """Whether each series has a value: only then can an unchanged answer bring nothing."""
    has = Observation.objects.filter(series=OuterRef("pk"))
    pks = [one.pk for one in series]
    return not Series.objects.filter(~Exists(has), pk__in=pks).exists()


def newest_of(source_key):
    """The day up to which every series of a source has a value; None when one has none."""
    last = Max("observations__as_of", filter=Q(observations__state="accepted"))
    rows = Series.objects.filter(source__key=source_key, is_active=True).annotate(newest=last)
    days = [row.newest for row in rows]
    return min(days) if days and None not in days else None


def span(source_key) -> tuple[date, date]:
    """The days to ask for so that nothing is missing: a week of overlap, more on the first time."""
    provider = providers.ALL[source_key]
    today = today_of(provider)
    first, newest = today - timedelta(days=provider.first_days), newest_of(source_key)
    if newest is not None:
        first = max(first, min(newest, today) - OVERLAP)
    return first, today + timedelta(days=1)
