"""Bank of Russia: official rates in roubles. https://cbr.ru/development/sxml/

A rate set on a working day is in force from the next calendar day: `Date` of the document is the
truth, neither the date asked for nor the clock. Days without a new rate are absent. The Bank's
minute of publication has changed four times since 2019, so the afternoon is watched instead.
"""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal

from markets.providers import base
from markets.providers.base import BadItem, Call, Parsed, Point, Provider, ProviderError, Window

FORM = "%d.%m.%Y"
ASKED = "%d/%m/%Y"
CHUNK = 2 * 366  # days of one currency in one question, about 60 KB
# What the Bank's identifiers mean: a currency under another's name is a broken document.
CODES = {
    "R01010": "AUD", "R01020A": "AZN", "R01035": "GBP", "R01060": "AMD", "R01090B": "BYN",
    "R01210": "GEL", "R01230": "AED", "R01235": "USD", "R01239": "EUR", "R01270": "INR",
    "R01335": "KZT", "R01370": "KGS", "R01375": "CNY", "R01589": "XDR", "R01700J": "TRY",
    "R01717": "UZS", "R01720": "UAH", "R01775": "CHF", "R01820": "JPY",
}  # fmt: skip
# VunitRate drops zeros and takes an exponent: 5,39256E-05.
_UNIT = re.compile(r"[0-9]{1,11}(?:,[0-9]{1,20})?(?:E[+-]?[0-9]{1,2})?", re.ASCII)
CLOSE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Currency:
    """A line of the directory: the identifier that questions use, and what it stands for."""

    external_id: str
    code: str  # ISO 4217, empty in the short directory
    name: str
    nominal: int


class BankOfRussia(Provider):
    key = "cbr"
    hosts = frozenset({"www.cbr.ru", "cbr.ru"})
    tz = "Europe/Moscow"
    windows = (Window("012345", time(11, 30), time(20), timedelta(minutes=30)),)

    def plan(self, ids, first, last, today):
        if first is None:
            return [Call("/scripts/XML_daily.asp", form="daily")]
        return [
            Call(
                "/scripts/XML_dynamic.asp",
                (
                    ("date_req1", start.strftime(ASKED)),
                    ("date_req2", end.strftime(ASKED)),
                    ("VAL_NM_RQ", one),
                ),
                form="dynamic",
                about=one,
            )
            for one in ids
            for start, end in base.chunks(first, last, CHUNK)
        ]

    def plan_directory(self):
        """The call that lists every currency with its identifier and ISO code."""
        return Call("/scripts/XML_valFull.asp", (("d", "0"),), form="directory")

    def has_all(self, newest, today):
        return newest > today  # tomorrow's rate is known

    def parse(self, body, call, ids=()):
        root = base.xml(body)
        if root.tag != "ValCurs":
            raise ProviderError("schema", f"the document is a {root.tag[:40]!r}")
        if not root.attrib and "error" in (root.text or "").lower():
            raise ProviderError("upstream_error", (root.text or "").strip()[:100])
        if call.form == "dynamic":
            return self._dynamic(root, call.about)
        return self._daily(root, set(ids))

    def parse_directory(self, body):
        """Every Currency of the Bank's directory; ProviderError when it is none."""
        root = base.xml(body)
        if root.tag != "Valuta":
            raise ProviderError("schema", f"the document is a {root.tag[:40]!r}")
        found = []
        for item in root.iter("Item"):
            fields = base.texts(item)
            found.append(
                Currency(
                    item.get("ID", "").strip(),
                    fields.get("ISO_Char_Code", ""),
                    fields.get("EngName", ""),
                    base.required(base.count, fields.get("Nominal")),
                )
            )
        return found

    def _daily(self, root, wanted):
        if root.get("name") != "Foreign Currency Market":
            raise ProviderError("schema", "these are not currency rates")
        day = base.required(base.day, root.get("Date"), FORM)
        parsed, seen = Parsed(), set()
        for item in root.iter("Valute"):
            one, fields = item.get("ID", "").strip(), base.texts(item)
            if one in seen:
                raise ProviderError("schema", f"{one[:20]} stands twice")
            seen.add(one)
            if CODES.get(one, fields.get("CharCode")) != fields.get("CharCode"):
                raise ProviderError("schema", f"{one[:20]} is given as {fields['CharCode'][:20]}")
            self._read(parsed, one, day, fields, one in wanted)
        parsed.items = len(seen)
        return parsed

    def _dynamic(self, root, asked):
        if root.get("ID", "").strip() != asked:
            raise ProviderError("schema", f"{root.get('ID', '')[:20]!r} came instead of {asked}")
        parsed = Parsed()
        for item in root.iter("Record"):
            if item.get("Id", "").strip() != asked:
                raise ProviderError("schema", f"{item.get('Id', '')[:20]!r} stands among {asked}")
            try:
                day = base.day(item.get("Date"), FORM)
            except BadItem as error:
                parsed.refused.append(str(error))
                continue
            self._read(parsed, asked, day, base.texts(item), True)
        return parsed

    def _read(self, parsed, one, day, fields, is_wanted):
        try:
            value = base.number(fields.get("Value"), comma=True)
            nominal = base.count(fields.get("Nominal"))
            self._agree(fields.get("VunitRate"), value / nominal)
        except BadItem as error:
            parsed.refused.append(f"{one[:20]} of {day}: {error}")
        else:
            if is_wanted:
                parsed.points.append(Point(one, day, value, nominal, fields["Value"]))

    def _agree(self, text, unit):
        """The Bank's own price of one unit, where it gives one, must be ours."""
        if text is None:
            return
        if not _UNIT.fullmatch(text):
            raise BadItem(f"{text[:20]!r} is no unit rate")
        if abs(Decimal(text.replace(",", ".")) / unit - 1) > CLOSE:
            raise BadItem(f"the unit rate {text[:20]} is not value by nominal")
