"""The board: every instrument in its group, in the editors' order or as a reader sorts it."""

from markets import charts, history, quotes
from markets.models import Kind
from portal.lib import sorting


def by_name(row):
    return sorting.key(row.quote.instrument.name)


def by_change(row):
    quote = row.quote
    return quote.value / quote.previous if quote.is_comparable else None


def by_day(row):
    return row.quote.as_of


# What `?sort=` may say; a minus before it turns the order round.
KEYS = {"name": by_name, "change": by_change, "day": by_day}
SORTS = {*KEYS, *(f"-{key}" for key in KEYS)}


def groups(sort=""):
    """[(name, [history.Row, …]), …], currencies first, fuel by region. Three queries.

    sort: one of SORTS, or the editors' order. Rows without a value to sort by come last.
    """
    shown = list(quotes.standing().values())
    shown.sort(key=lambda quote: (quote.instrument.position, quote.instrument.code))
    recent, extremes = history.points(shown, 30), history.spans(shown)
    found = {}
    order = list(Kind)
    for quote in sorted(shown, key=lambda quote: group_order(quote.instrument, order)):
        row = history.Row(
            quote,
            charts.sparkline(recent[quote.series]),
            *extremes.get(quote.series, (None, None)),
        )
        found.setdefault(group_name(quote.instrument), []).append(row)
    if sort:
        found = {name: in_order(rows, sort) for name, rows in found.items()}
    return list(found.items())


def group_order(instrument, kinds):
    region = instrument.region
    return kinds.index(instrument.kind), region.position if region else 0


def group_name(instrument):
    kind = Kind(instrument.kind).label
    return f"{kind}: {instrument.region.name}" if instrument.region else str(kind)


def in_order(rows, sort):
    """Rows by a key of SORTS; those that have nothing to compare stay last in either direction."""
    key = KEYS[sort.lstrip("-")]
    known = [row for row in rows if key(row) is not None]
    known.sort(key=key, reverse=sort.startswith("-"))
    return known + [row for row in rows if key(row) is None]


def sources(found):
    """[(Source, [label, …]), …]: whose figures the board shows."""
    named = {}
    for _name, rows in found:
        for row in rows:
            if row.quote.is_known:
                _source, labels = named.setdefault(row.quote.source.pk, (row.quote.source, []))
                labels.append(row.quote.instrument.label)
    return list(named.values())
