"""U.S. Energy Information Administration, API v2: spot price of Brent, dollars per barrel.

https://www.eia.gov/opendata/documentation.php. Released on Wednesdays with data to Monday. Needs a
free key. Values are texts since v2.1.6 and numbers before; unknown keys come and go.
"""

import json
from datetime import time, timedelta

from markets.providers import base
from markets.providers.base import BadItem, Call, Parsed, Point, Provider, ProviderError, Window

JSON = frozenset({"application/json"})
FORM = "%Y-%m-%d"
UNITS = "$/BBL"
CHUNK = 2 * 366  # days in one question, about 200 KB; the limit of the API is 5,000 rows
ROWS = 5_000


class EnergyInformationAdministration(Provider):
    key = "eia"
    hosts = frozenset({"api.eia.gov"})
    key_param = "api_key"
    tz = "America/New_York"
    windows = (Window("23", time(10), time(18), timedelta(hours=2)),)
    first_days = 400

    def plan(self, ids, first, last, today):
        spans = [(None, None)] if first is None else list(base.chunks(first, last, CHUNK))
        return [
            Call(
                "/v2/petroleum/pri/spt/data/",
                self._asked(one, start, end),
                form="data",
                about=one,
                media=JSON,
            )
            for one in ids
            for start, end in spans
        ]

    def _asked(self, one, start, end):
        span = ()
        if start:
            span = (("start", start.isoformat()), ("end", end.isoformat()))
        return (
            ("frequency", "daily"),
            ("data[0]", "value"),
            ("facets[series][]", one),
            ("sort[0][column]", "period"),
            ("sort[0][direction]", "desc"),
            ("offset", "0"),
            ("length", str(ROWS if start else 30)),
            *span,
        )

    def has_all(self, newest, today):
        """Wednesday brings the days up to Monday; until the next one there is nothing more."""
        wednesday = today - timedelta(days=(today.weekday() - 2) % 7)
        return newest >= wednesday - timedelta(days=2)

    def parse(self, body, call, ids=()):
        try:
            document = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise ProviderError("schema", "not JSON") from None
        if not isinstance(document, dict):
            raise ProviderError("schema", "the document is no object")
        if "error" in document:
            raise self._error(document["error"])
        response = document.get("response")
        rows = response.get("data") if isinstance(response, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProviderError("schema", "response.data is no list of rows")
        parsed = Parsed(warnings=self._warnings(document) + self._warnings(response))
        for row in rows:
            self._read(parsed, row, call.about)
        return parsed

    def _read(self, parsed, row, asked):
        for name, right in (("series", asked), ("units", UNITS)):
            if row.get(name) != right:
                raise ProviderError("schema", f"{name} is {str(row.get(name))[:20]!r}, not {right}")
        if row.get("value") is None:  # a holiday, in some releases
            return
        try:
            day = base.day(str(row.get("period")), FORM)
            raw = str(row["value"])
            parsed.points.append(Point(asked, day, base.number(raw), 1, raw))
        except BadItem as error:
            parsed.refused.append(f"{str(row.get('period'))[:20]}: {error}")

    def _warnings(self, document):
        found = document.get("warnings") or []
        return [json.dumps(one)[:200] for one in (found if isinstance(found, list) else [found])]

    def _error(self, error):
        code = error.get("code") if isinstance(error, dict) else error
        kind = "auth" if "API_KEY" in str(code) else "upstream_error"
        return ProviderError(kind, str(code)[:100])
