"""National Bank of Kazakhstan: official rates in tenge.

Any day by `get_rates.cfm?fdate=`, the current ones as RSS. Rates are set on a working day for the
next one; a document without items says that nothing was published. Two decimals only.
"""

from datetime import time, timedelta

from markets.providers import base
from markets.providers.base import BadItem, Call, Parsed, Point, Provider, ProviderError, Window

FORM = "%d.%m.%Y"


class NationalBankOfKazakhstan(Provider):
    key = "nbk"
    hosts = frozenset({"nationalbank.kz", "www.nationalbank.kz"})
    tz = "Asia/Almaty"
    windows = (Window("01234", time(14), time(19), timedelta(hours=1)),)
    first_days = 35  # a question for each day

    def plan(self, ids, first, last, today):
        if first is None:
            return [Call("/rss/rates_all.xml", form="rss")]
        return [
            Call(
                "/rss/get_rates.cfm",
                (("fdate", day.strftime(FORM)),),
                form="archive",
                about=day.isoformat(),
            )
            for day in base.days_between(first, last)
            # A rate of Friday is for Saturday to Monday: Sunday never brings another.
            if day.weekday() < 6
        ]

    def has_all(self, newest, today):
        return newest > today

    def parse(self, body, call, ids=()):
        root = base.xml(body)
        if root.tag not in ("rates", "rss"):
            raise ProviderError("schema", f"the document is a {root.tag[:40]!r}")
        wanted, parsed, seen = set(ids), Parsed(), set()
        items = list(root.iter("item"))
        parsed.items = len(items)
        day = None
        if items and root.tag == "rates":
            day = base.required(base.day, (root.findtext("date") or "").strip(), FORM)
        for item in items:
            fields = base.texts(item)
            one = fields.get("title", "")
            if one in seen:
                raise ProviderError("schema", f"{one[:20]} stands twice")
            seen.add(one)
            try:
                as_of = day or base.day(fields.get("pubDate"), FORM)
                value = base.number(fields.get("description"))
                nominal = base.count(fields.get("quant"))
            except BadItem as error:
                parsed.refused.append(f"{one[:20]}: {error}")
                continue
            if one in wanted:
                parsed.points.append(Point(one, as_of, value, nominal, fields["description"]))
        return parsed
