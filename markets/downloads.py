"""Figures for machines: dots in numbers, ISO dates, numbers as strings so no digit is lost.

Columns and keys are a promise (docs/markets.md): new ones are added at the end, none is renamed.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Sum
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from markets.models import Observation
from portal.lib import languages, lifetime, numbers, sheets

COLUMNS = ("as_of", "value", "nominal", "unit", "source", "state", "rev")
ALL_COLUMNS = (
    *("code", "name", "kind", "region", "value", "nominal", "unit", "as_of"),
    *("previous_value", "previous_as_of", "source", "state"),
)
PAST = "past"  # the state of a value that a later one has followed


@dataclass(frozen=True, slots=True)
class Window:
    """The days a reader asks for, both included; None: no bound on that side."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, chosen, today):
        """The days of a history.Range."""
        since = chosen.since(today) if chosen else None
        return cls(since + timedelta(days=1) if since else None)


def observed(quote, window):
    """The accepted values in force of the quote's series, within the window."""
    found = Observation.objects.accepted().filter(series=quote.series, as_of__lte=quote.today)
    if window.first:
        found = found.filter(as_of__gte=window.first)
    return found.filter(as_of__lte=window.last) if window.last else found


def rows(quote, window):
    """(day, value, nominal, state, rev), oldest first, as they are read from the database."""
    places = quote.instrument.store_scale
    found = observed(quote, window).order_by("as_of")
    found = found.values_list("pk", "as_of", "value", "nominal", "rev")
    for pk, day, value, nominal, rev in found.iterator(chunk_size=2000):
        state = quote.state.kind if pk == quote.observation_id else PAST
        yield day.isoformat(), numbers.plain(numbers.rounded(value, places)), nominal, state, rev


def as_csv(request, quote, window):
    writer = sheets.writer()
    unit, source = (
        sheets.cell(quote.instrument.unit),
        sheets.cell(quote.source.name if quote.source else ""),
    )

    def lines():
        yield writer.writerow(COLUMNS)
        for day, value, nominal, state, rev in rows(quote, window):
            yield writer.writerow((day, value, nominal, unit, source, state, rev))

    return answer(request, quote, window, lines, "csv")


def as_json(request, quote, window):
    """{"code", "name", …, "state", "tomorrow", "override", "observations": [{…}, …]}."""
    head = head_of(quote)

    def parts():
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "observations": ['
        before = "\n"
        for day, value, nominal, state, rev in rows(quote, window):
            yield (
                f'{before}{{"as_of":"{day}","value":"{value}","nominal":{nominal},'
                f'"state":"{state}","rev":{rev}}}'
            )
            before = ",\n"
        yield "]}\n"

    return answer(request, quote, window, parts, "json")


def head_of(quote):
    """What the JSON says before the values."""
    places = quote.instrument.store_scale
    tomorrow, override = quote.tomorrow, quote.override
    return {
        "code": quote.instrument.code,
        "name": quote.instrument.name,
        "unit": quote.instrument.unit,
        "source": quote.source.name if quote.source else "",
        "attribution": quote.source.attribution if quote.source else "",
        "state": quote.state.kind,
        "state_words": quote.state.words,
        "tomorrow": tomorrow
        and {
            "as_of": tomorrow.as_of.isoformat(),
            "value": numbers.plain(numbers.rounded(tomorrow.value, places)),
            "nominal": tomorrow.nominal,
        },
        "override": override
        and {
            "as_of": quote.as_of.isoformat(),
            "value": quote.plain,
            "reason": override.reason,
            "until": override.until.isoformat(),
        },
    }


CONTENT_TYPES = {"csv": sheets.CONTENT_TYPE, "json": "application/json"}


def answer(request, quote, window, parts, extension):
    """The stream of `parts()`, or 304 when the reader has it already.

    Values never change, so which of them count tells what the file holds; its head and the state
    of the newest value are the rest.
    """
    found = observed(quote, window).aggregate(
        Count("pk"), Max("pk"), Sum("pk"), Max("seen_at"), Max("reviewed_at")
    )
    shown = (languages.current(), extension, COLUMNS, window, quote.observation_id, head_of(quote))
    etag = quoted(repr((shown, sorted(found.items()))))
    # A value's state may change with the day: nobody may keep yesterday's word for it.
    midnight = datetime(*quote.today.timetuple()[:3], tzinfo=ZoneInfo(quote.instrument.tz))
    moments = [midnight, found["seen_at__max"], found["reviewed_at__max"]]
    changed = int(max(moment for moment in moments if moment).timestamp())
    response = StreamingHttpResponse(content_type=CONTENT_TYPES[extension])
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed)
    response = get_conditional_response(request, etag, changed, response)
    if response.status_code == 200:
        response.streaming_content = parts()
        name_file(response, f"{quote.instrument.code}.{extension}")
    return public(response)


def all_as_csv(groups):
    """The board as one table: each instrument's value in force. groups: those of board.groups."""
    writer, lines = sheets.writer(), []
    lines.append(writer.writerow(ALL_COLUMNS))
    for _name, found in groups:
        lines += [writer.writerow(all_row(row.quote)) for row in found]
    response = HttpResponse("".join(lines), content_type=CONTENT_TYPES["csv"])
    name_file(response, "all.csv")
    return public(response)


def all_row(quote):
    one, places = quote.instrument, quote.instrument.store_scale
    previous = quote.previous
    return (
        one.code,
        sheets.cell(one.name),
        one.kind,
        one.region.code if one.region else "",
        quote.plain if quote.is_known else "",
        quote.nominal,
        sheets.cell(one.unit),
        quote.as_of.isoformat() if quote.is_known else "",
        "" if previous is None else numbers.plain(numbers.rounded(previous, places)),
        quote.previous_as_of.isoformat() if quote.previous_as_of else "",
        sheets.cell(quote.source.name if quote.source else ""),
        "override" if quote.is_override else quote.state.kind,
    )


def known_by_content(request, response):
    """The answer with an ETag of its text, on GET and HEAD alike, or 304 for who has that text."""
    etag = response.headers["ETag"] = quoted(response.text)
    return get_conditional_response(request, etag, None, response)


def quoted(text):
    """A strong ETag of a text."""
    return f'"{sha256(text.encode()).hexdigest()[:32]}"'


def name_file(response, name):
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'


def public(response):
    """Figures are for everybody: shared caches and other sites' scripts may have them."""
    response.headers["Cache-Control"] = lifetime.SHARED
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
