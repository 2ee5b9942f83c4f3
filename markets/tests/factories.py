"""Instruments with a history, complete unless a test says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

from markets.models import Instrument, Observation, Reading, Series, Source, TickerSlot


def make_source(key="bank", **changes):
    fields = {"name_en": "The Bank", "name_ru": "Банк", "name_kk": "Банкі"}
    return Source.objects.get_or_create(key=key, defaults=fields | changes)[0]


def make_instrument(code="usd-rub", **changes):
    fields = {
        "kind": "currency",
        "base": "USD",
        "quote": "RUB",
        "label_en": code.split("-")[0].upper(),
        "name_en": f"Name of {code}",
        "unit_en": "roubles per US dollar",
        "unit_ru": "рублей за доллар США",
        "min_value": 1,
        "max_value": 500,
        "show_min": 4,
        "show_max": 4,
    }
    return Instrument.objects.create(code=code, **fields | changes)


def make_series(instrument=None, source=None, **changes):
    return Series.objects.create(
        instrument=instrument or make_instrument(), source=source or make_source(), **changes
    )


def make_slot(instrument, position=1, language=""):
    return TickerSlot.objects.create(instrument=instrument, position=position, language=language)


def record(series, as_of, value, nominal=1, **more):
    """One value through the door that every value takes; returns the rows written."""
    reading = Reading(as_of, Decimal(value), nominal, raw=str(value))
    return Observation.objects.record(series, [reading], **more)


def record_days(series, last, count, value="64.3008"):
    """`count` values on consecutive days up to `last`, each 0.0001 above the one before."""
    start = Decimal(value) - Decimal(count - 1) / 10_000
    Observation.objects.record(
        series,
        [
            Reading(last - timedelta(days=count - 1 - number), start + Decimal(number) / 10_000)
            for number in range(count)
        ],
    )


MONDAY = date(2026, 11, 23)
