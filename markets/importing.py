"""Prices out of a file: read and judged line by line, then stored all or not at all."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from markets import guards
from markets.asking import UnknownSource
from markets.models import FetchRun, Kind, Observation, Reading, Series, Source, State
from markets.providers import files
from markets.weighing import weigh

EDITORIAL = "editorial"  # the source of what the newsroom collects itself
# What a file may write for the unit of each kind; currencies have none but their own names.
UNITS = {
    Kind.FUEL: {"l", "litre", "liter", "л"},
    Kind.OIL: {"bbl", "barrel", "$/bbl"},
    Kind.CURRENCY: set(),
}
_is_url = URLValidator(["http", "https"])


class NotClean(Exception):
    """The report has errors: nothing of it may be stored."""


@dataclass(slots=True)
class Line:
    """A line of the file and what becomes of it.

    verdict: new, same (known already), revision, held (stored for a person to look at) or error.
    message: in the language of whoever reads the report; "" when there is nothing to say.
    """

    number: int
    instrument: str = ""
    as_of: date | None = None
    value: Decimal | None = None
    verdict: str = "error"
    message: str = ""
    series: Series | None = None
    reading: Reading | None = None
    source_url: str = ""
    note: str = ""


@dataclass(slots=True)
class Report:
    """All Lines of a file; `error` instead when it is no file of prices."""

    lines: list[Line] = field(default_factory=list)
    error: str = ""

    @property
    def is_clean(self):
        return not self.error and all(line.verdict != "error" for line in self.lines)

    def count(self, verdict):
        return sum(line.verdict == verdict for line in self.lines)


def read(body, source_key=EDITORIAL):
    """The Report on the bytes of a CSV file, for the series of one source. Writes nothing."""
    try:
        rows = files.parse(body)
    except files.BadFile as bad:
        return Report(error=_of_file(bad))
    every = {}
    for one in Series.objects.filter(is_active=True).select_related("instrument", "source"):
        every.setdefault(one.instrument.code, {})[one.source.key] = one
    lines, seen = [], set()
    for row in rows:
        line = _line(row, every, source_key)
        if line.series and (line.series.pk, line.as_of) in seen:
            line.message, line.series = _("This instrument and day stand twice in the file."), None
        elif line.series:
            seen.add((line.series.pk, line.as_of))
        lines.append(line)
    _judge(lines)
    return Report(lines)


def apply(report, by, source_key=EDITORIAL):
    """Store every line of a clean Report in one transaction; returns the FetchRun of it.

    NotClean when it has errors, UnknownSource when there is no such source. by: whose figures
    they are; None only for a machine's file.
    """
    if not report.is_clean:
        raise NotClean
    source = Source.objects.filter(key=source_key).first()
    if source is None:
        raise UnknownSource(source_key)
    days = [line.as_of for line in report.lines]
    with transaction.atomic():
        run = FetchRun.objects.create(
            source=source,
            trigger=FetchRun.Trigger.IMPORT,
            requested_by=by,
            first_day=min(days),
            last_day=max(days),
            parser_version="1",
        )
        groups = defaultdict(list)
        for line in report.lines:
            groups[line.series, line.source_url, line.note].append(line.reading)
        for (one, source_url, note), readings in groups.items():
            rows = Observation.objects.record(
                one, readings, run=run, entered_by=by, note=note, source_url=source_url
            )
            for row in rows:
                name = "held" if row.state == State.HELD else "new" if row.rev == 1 else "revised"
                setattr(run, name, getattr(run, name) + 1)
        run.seen = len(report.lines)
        has_news = run.new or run.revised or run.held
        run.status = FetchRun.Status.OK if has_news else FetchRun.Status.UNCHANGED
        run.finished_at = timezone.now()
        run.save()
    return run


def _line(row, every, source_key):
    line = Line(row.number, row.fields.get("instrument", "")[:50], row.as_of, row.value)
    if row.bad:
        # What looks like a formula is not written out again, not even here.
        line.instrument = "" if row.bad == "formula" else line.instrument
        line.message = _of_row(row.bad)
        return line
    region = row.fields.get("region", "").lower()
    code = row.fields["instrument"].lower()
    sources = every.get(code) or every.get(f"{code}-{region}")
    if sources is None:
        line.message = _("There is no such instrument.")
    elif source_key not in sources:
        line.message = _("This instrument has no series of the source {source}.").format(
            source=source_key
        )
    else:
        line.message = _differs(row.fields, sources[source_key].instrument, region)
    if line.message:
        return line
    line.series = sources[source_key]
    line.instrument = line.series.instrument.code
    line.reading = Reading(row.as_of, row.value, 1, row.fields["value"])
    line.source_url = row.fields.get("source_url", "")
    named = row.fields.get("source", "")
    named = "" if named == source_key else named
    line.note = ": ".join(filter(None, [named, row.fields.get("note", "")]))[:200]
    return line


def _differs(fields, instrument, region):
    """What in a line contradicts the instrument, in words; "" when nothing does."""
    if (currency := fields.get("currency", "")) and currency.upper() != instrument.quote:
        return _("The currency of this instrument is {currency}.").format(currency=instrument.quote)
    unit = fields.get("unit", "").lower()
    if unit and unit not in UNITS[instrument.kind] | {instrument.base.lower()}:
        return _("The unit is not that of the instrument: {unit}.").format(unit=instrument.unit)
    own = instrument.region.code if instrument.region_id else ""
    if region and region != own:
        return _("The region is not that of the instrument.")
    if url := fields.get("source_url", ""):
        try:
            _is_url(url)
        except ValidationError:
            return _("The address of the original is no web address.")
    return ""


def _judge(lines):
    """Give each readable line its verdict, in the order of days, each series beside its past."""
    by_series = defaultdict(dict)
    for line in lines:
        if line.series:
            by_series[line.series][line.as_of] = line
    for one, days in by_series.items():
        for line in days.values():
            line.verdict = "same"
            line.message = _decimals(line)
            if line.message:
                line.verdict = "error"
        sound = [line.reading for line in days.values() if line.verdict != "error"]
        for news in weigh(one, sound, is_typed=True):
            line, reason = days[news.reading.as_of], news.verdict.reason
            line.verdict = "revision" if news.rev > 1 else "new"
            line.message = guards.words(reason) if reason else ""
            if news.verdict.word in ("scale", "inverted", "bounds", "future"):
                line.verdict = "error"  # a slip of whoever made the file: mended there
            elif news.verdict.state == State.HELD:
                line.verdict = "held"


def _decimals(line):
    places = max(0, -line.value.normalize().as_tuple().exponent)
    most = line.series.instrument.store_scale
    return _("This instrument keeps %(n)s decimals.") % {"n": most} if places > most else ""


def _of_row(bad):
    return {
        "formula": _("A cell begins like a formula (= + - @)."),
        "cells": _("The line has another number of cells than the first one."),
        "date": _("This is no date; write 2020-02-21 or 21.02.2020."),
        "number": _("This is no price; write 42.43 or 42,43."),
    }[bad]


def _of_file(bad):
    return {
        "too_big": _("The file is larger than one megabyte."),
        "encoding": _("The file is neither UTF-8 nor Windows-1251 text."),
        "rows": _("The file has more than {n} lines.").format(n=files.MOST_ROWS),
        "empty": _("The file has no lines with prices."),
        "missing": _(
            "The first line must name the columns instrument, as_of and value: {name} is missing."
        ).format(name=str(bad)),
        "columns": _(
            "The first line may name instrument, as_of, value, currency, unit, region, source, "
            "source_url and note, each once: not “{name}”."
        ).format(name=str(bad)),
    }[bad.kind]
