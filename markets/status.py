"""The public page on our data: when each source last answered, what it owes, what went wrong."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.conf import settings
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from markets import fetching, quotes
from markets.models import FetchRun, Series, Source
from markets.quotes import Quote
from portal.lib.caching import public_page

# Runs that say how a source is doing; one that is under way, or was not needed, says nothing.
GOOD = (FetchRun.Status.OK, FetchRun.Status.UNCHANGED)
BAD = (FetchRun.Status.FAILED, FetchRun.Status.PARTIAL)


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument as this source has it, and whether readers are shown this source's value."""

    quote: Quote
    is_shown: bool
    seen_at: datetime | None = None


@dataclass(slots=True)
class Report:
    """One source: its lines and the last run that ended (None: never asked)."""

    source: Source
    run: FetchRun | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def last_success(self):
        """When it last answered well; for figures typed in, when the newest was recorded."""
        recorded = [line.seen_at for line in self.lines if line.seen_at]
        return self.source.last_success_at or max(recorded, default=None)

    @property
    def next_expected(self) -> date | None:
        return min((one.until for one in self._states if one.until), default=None)

    @property
    def missed(self):
        """Publications that did not come: of the instrument that misses most."""
        return max((one.missed for one in self._states), default=0)

    @property
    def _states(self):
        return [line.quote.state for line in self.lines]

    @property
    def is_typed(self):
        """Whether people enter its figures: no machine asks for them."""
        return self.source.key not in settings.MARKETS["PROVIDERS"]

    @property
    def is_failing(self):
        return self.run is not None and self.run.status in BAD

    @property
    def problem(self):
        """What went wrong at the last attempt, in plain words; empty when all is well."""
        if not self.source.is_enabled and not self.is_typed:
            return _("We do not ask this source at present.")
        return fetching.say(self.run) or _("The last fetch failed.") if self.is_failing else ""

    @property
    def problem_since(self):
        """The first bad attempt since the last good one."""
        return self.source.bad_since if self.is_failing else None

    @property
    def asked_again(self):
        """The instant before which the source is left alone, while that lies ahead."""
        until = self.source.open_until
        return until if until and until > timezone.now() else None


def reports():
    """A Report for each source that has a series in use, by key. Three queries."""
    now = timezone.now()
    rows = list(Series.objects.in_force())
    shown = {quote.series for quote in quotes.best(rows).values()}
    sources = with_runs(Source.objects.filter(pk__in={row.source_id for row in rows}))
    found = {source.pk: Report(source) for source in sources.order_by("key")}
    runs = FetchRun.objects.in_bulk([one.source.last_run for one in found.values()])
    for report in found.values():
        report.run = runs.get(report.source.last_run)
    for row in sorted(rows, key=lambda row: (row.instrument.position, row.instrument.code)):
        line = Line(Quote.from_series(row, now), row.pk in shown, row.seen_at)
        found[row.source_id].lines.append(line)
    return list(found.values())


def with_runs(sources):
    """Adds last_run, the key of the newest run that ended, and bad_since; None where none is."""
    good = FetchRun.objects.filter(source=OuterRef("source"), status__in=GOOD)
    last_good = Coalesce(
        Subquery(good.order_by("-started_at").values("started_at")[:1]),
        Value(datetime(1970, 1, 1, tzinfo=UTC)),
    )
    ended = FetchRun.objects.filter(source=OuterRef("pk"), status__in=GOOD + BAD)
    bad = FetchRun.objects.filter(
        source=OuterRef("pk"), status__in=BAD, started_at__gt=last_good
    ).order_by("started_at")
    return sources.annotate(
        last_run=Subquery(ended.order_by("-started_at", "-pk").values("pk")[:1]),
        bad_since=Subquery(bad.values("started_at")[:1]),
    )


# Not kept: each fetch that finds nothing new changes it.
@public_page("markets", is_kept=False)
def page(request):
    """The page on our data. Three queries past the frame and the ticker."""
    context = {"reports": reports(), "in_markets": True}
    return render(request, "markets/status.html", context)


@public_page("markets", is_kept=False)
def as_json(request):
    """The same for machines: instants in UTC, days as ISO dates, states by their words."""
    response = JsonResponse(
        {"sources": [described(report) for report in reports()]},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def described(report):
    source = report.source
    return {
        "key": source.key,
        "name": source.name,
        "homepage": source.homepage,
        "terms_url": source.terms_url,
        "licence": source.licence,
        "attribution": source.attribution,
        "is_enabled": source.is_enabled,
        "last_success_at": stamp(report.last_success),
        "next_expected": iso(report.next_expected),
        "missed": report.missed,
        "problem": report.problem,
        "problem_since": stamp(report.problem_since),
        "instruments": [
            {
                "code": line.quote.instrument.code,
                "name": line.quote.instrument.name,
                "is_shown": line.is_shown,
                "as_of": iso(line.quote.as_of),
                "state": line.quote.state.kind,
                "missed": line.quote.state.missed,
                "next_expected": iso(line.quote.state.until),
            }
            for line in report.lines
        ],
    }


def iso(day):
    return day.isoformat() if day else None


def stamp(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None
