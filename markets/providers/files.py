"""Prices that no machine publishes: the CSV that editors import. UTF-8 or cp1251, `,` or `;`.

Columns: instrument, as_of, value; and if wanted currency, unit, region, source, source_url, note.
Dates are 2020-02-21 or 21.02.2020, decimals have a point or a comma.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markets.providers import base
from markets.providers.base import BadItem

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
NEEDED = ("instrument", "as_of", "value")
COLUMNS = frozenset({*NEEDED, "currency", "unit", "region", "source", "source_url", "note"})
# A spreadsheet runs a cell that begins so. A minus also begins a negative number: no price either.
FORMULA = ("=", "+", "-", "@")


class BadFile(ValueError):
    """Not a file of prices at all. `kind` is one of too_big, encoding, missing, columns, rows,
    empty; of missing and columns the text is the column's name."""

    def __init__(self, kind, text=""):
        super().__init__(text or kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file. `bad` names what is wrong with it: formula, cells, date or number."""

    number: int  # in the file, the line of names is 1
    fields: dict[str, str]
    as_of: date | None = None
    value: Decimal | None = None
    bad: str = ""


def parse(body):
    """The Rows of a file, every one of them, good or bad; BadFile when it is no such file."""
    if len(body) > MOST_BYTES:
        raise BadFile("too_big")
    text = _decoded(body)
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",")
    rows = []
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check(names)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(reader.line_num, names, [cell.strip() for cell in cells]))
            if len(rows) > MOST_ROWS:
                raise BadFile("rows")
    except csv.Error:
        raise BadFile("encoding") from None
    if not rows:
        raise BadFile("empty")
    return rows


def _decoded(body):
    if b"\0" in body:
        raise BadFile("encoding")
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile("encoding")


def _check(names):
    if not any(names):
        raise BadFile("empty")
    for name in NEEDED:
        if name not in names:
            raise BadFile("missing", name)
    for name in names:
        if name not in COLUMNS or names.count(name) > 1:
            raise BadFile("columns", name[:40])


def _row(number, names, cells):
    if len(cells) != len(names):
        return Row(number, {}, bad="cells")
    fields = dict(zip(names, cells, strict=True))
    if any(cell.startswith(FORMULA) for name, cell in fields.items() if name != "note"):
        return Row(number, fields, bad="formula")
    try:
        as_of = base.day(fields["as_of"], "%d.%m.%Y" if "." in fields["as_of"] else "%Y-%m-%d")
    except BadItem:
        return Row(number, fields, bad="date")
    try:
        value = base.number(fields["value"], comma="," in fields["value"])
    except BadItem:
        return Row(number, fields, as_of, bad="number")
    return Row(number, fields, as_of, value)
