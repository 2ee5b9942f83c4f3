"""European Central Bank: reference rates, 1 euro in other currencies.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/: about 16:00 in Frankfurt on TARGET
days. The full history is some eight megabytes, so it is read piece by piece.
"""

from datetime import time, timedelta

from markets.providers import base
from markets.providers.base import BadItem, Call, Parsed, Point, Provider, ProviderError, Window

FORM = "%Y-%m-%d"
NAMES = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}"
ENVELOPE = "{http://www.gesmes.org/xml/2002-08-01}Envelope"
FOLDER = "/stats/eurofxref/eurofxref-"
MOST = 1_000  # beginnings and ends of elements in one day; forty currencies have eighty
QUARTER = timedelta(days=85)  # what the file of ninety days surely holds


class EuropeanCentralBank(Provider):
    key = "ecb"
    hosts = frozenset({"www.ecb.europa.eu"})
    tz = "Europe/Berlin"
    windows = (Window("01234", time(16), time(19), timedelta(minutes=30)),)
    first_days = 84

    def plan(self, ids, first, last, today):
        if first is None:
            return [Call(f"{FOLDER}daily.xml", form="daily")]
        if first >= today - QUARTER:
            return [Call(f"{FOLDER}hist-90d.xml", form="90d")]
        return [Call(f"{FOLDER}hist.xml", form="full", max_bytes=14_000_000)]

    def parse(self, body, call, ids=()):
        wanted, parsed, days, root = set(ids), Parsed(), set(), None
        count = 0
        for event, element in base.elements(body):
            root = element if root is None else root
            count += 1
            if count > MOST:
                raise ProviderError("schema", "a day of too many currencies")
            if event == "end" and element.tag == f"{NAMES}Cube" and "time" in element.attrib:
                self._day(parsed, element, wanted, days)
                element.clear()
                count = 0
        if root.tag != ENVELOPE:
            raise ProviderError("schema", f"the document is a {root.tag[-40:]!r}")
        return parsed

    def _day(self, parsed, cube, wanted, days):
        day = base.required(base.day, cube.get("time"), FORM)
        if day in days:
            raise ProviderError("schema", f"{day} stands twice")
        days.add(day)
        parsed.items += len(cube)
        for item in cube:
            one, raw = item.get("currency", ""), item.get("rate", "")
            if raw == "N/A":  # as in the CSV files: no value that day
                continue
            try:
                value = base.number(raw)
            except BadItem as error:
                parsed.refused.append(f"{one[:20]} of {day}: {error}")
                continue
            if one in wanted:
                parsed.points.append(Point(one, day, value, 1, raw))
