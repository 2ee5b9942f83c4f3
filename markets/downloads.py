"""Histories for machines: dots in numbers, ISO dates, numbers as strings so no digit is lost."""

import csv
import json
from datetime import timedelta

from django.http import StreamingHttpResponse

from markets.models import Observation
from portal.lib import numbers

COLUMNS = ("as_of", "value", "nominal", "unit", "source")


def rows(quote, chosen=None):
    """(day, value, nominal) of the accepted values in force, oldest first, as they are read."""
    found = Observation.objects.accepted().filter(series=quote.series, as_of__lte=quote.today)
    if chosen:
        found = found.filter(as_of__gt=quote.today - timedelta(days=chosen.days))
    places = quote.instrument.store_scale
    found = found.order_by("as_of").values_list("as_of", "value", "nominal")
    for day, value, nominal in found.iterator(chunk_size=2000):
        yield day.isoformat(), numbers.plain(numbers.rounded(value, places)), nominal


def cell(text):
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


class Line:
    """A file for csv.writer that hands each line on instead of keeping it."""

    def write(self, line):
        return line


def as_csv(quote, chosen=None):
    writer = csv.writer(Line())
    unit, source = cell(quote.instrument.unit), cell(quote.source.name if quote.source else "")

    def lines():
        yield writer.writerow(COLUMNS)
        for row in rows(quote, chosen):
            yield writer.writerow((*row, unit, source))

    return named(
        StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8"), quote, "csv"
    )


def as_json(quote, chosen=None):
    """{"code", "name", "unit", "source", "attribution", "observations": [{…}, …]}."""
    head = {
        "code": quote.instrument.code,
        "name": quote.instrument.name,
        "unit": quote.instrument.unit,
        "source": quote.source.name if quote.source else "",
        "attribution": quote.source.attribution if quote.source else "",
    }

    def parts():
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "observations": ['
        before = "\n"
        for day, value, nominal in rows(quote, chosen):
            yield f'{before}{{"as_of":"{day}","value":"{value}","nominal":{nominal}}}'
            before = ",\n"
        yield "]}\n"

    return named(StreamingHttpResponse(parts(), content_type="application/json"), quote, "json")


def named(response, quote, extension):
    name = f"{quote.instrument.code}.{extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
