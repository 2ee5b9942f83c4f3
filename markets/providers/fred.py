"""FRED of the Federal Reserve Bank of St. Louis: the same Brent price as CSV, without a key.

A row for each weekday; a day without a value is empty now and was a full stop before. Second to
EIA: its terms restrict what may be done with series that others own.
"""

import csv
import io
from datetime import time, timedelta

from markets.providers import base
from markets.providers.base import BadItem, Call, Parsed, Point, Provider, ProviderError, Window
from markets.providers.eia import EnergyInformationAdministration

FORM = "%Y-%m-%d"
NO_VALUE = ("", ".")


class Fred(Provider):
    key = "fred"
    hosts = frozenset({"fred.stlouisfed.org"})
    tz = "America/New_York"
    windows = (Window("234", time(11), time(19), timedelta(hours=4)),)
    first_days = 400
    has_all = EnergyInformationAdministration.has_all  # it publishes EIA's release

    def plan(self, ids, first, last, today):
        # Without days the whole history would come, 1987 included.
        first, last = first or today - timedelta(days=35), last or today
        return [
            Call(
                "/graph/fredgraph.csv",
                (("id", one), ("cosd", first.isoformat()), ("coed", last.isoformat())),
                form="csv",
                about=one,
                media=frozenset({"text/csv", "application/csv"}),
            )
            for one in ids
        ]

    def parse(self, body, call, ids=()):
        try:
            return self._rows(csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True), call)
        except (UnicodeDecodeError, csv.Error):
            raise ProviderError("schema", "not CSV") from None

    def _rows(self, rows, call):
        names = next(rows, [])
        if names not in (["observation_date", call.about], ["DATE", call.about]):
            raise ProviderError("schema", f"the columns are {str(names)[:80]}")
        parsed = Parsed()
        for row in rows:
            if not row or (len(row) == 2 and row[1] in NO_VALUE):
                continue
            if len(row) != 2:
                raise ProviderError("schema", f"a row of {len(row)} cells")
            try:
                point = Point(call.about, base.day(row[0], FORM), base.number(row[1]), 1, row[1])
                parsed.points.append(point)
            except BadItem as error:
                parsed.refused.append(str(error))
        return parsed
