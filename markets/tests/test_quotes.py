"""Which value is in force, and what it is compared with."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from markets import quotes
from markets.tests.factories import MONDAY, make_instrument, make_series, make_source, record

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
TUESDAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 20)


def quote_of(instrument):
    return quotes.of([instrument])[instrument.code]


def test_the_value_before_is_the_one_of_the_nearest_earlier_day_not_of_yesterday():
    series = make_series()
    for day, value in ((MONDAY, "64.3008"), (date(2026, 11, 6), "60"), (FRIDAY, "64.1666")):
        record(series, day, value)
    quote = quote_of(series.instrument)
    assert (quote.as_of, quote.previous_as_of) == (MONDAY, FRIDAY)
    assert quote.absolute.text == "+0.1342"
    assert (quote.percent.direction, quote.percent.text) == ("up", "+0.21%")


def test_the_value_before_is_never_that_of_another_source():
    instrument = make_instrument()
    record(make_series(instrument), MONDAY, "64.3008")
    record(make_series(instrument, make_source("other"), priority=1), FRIDAY, "50")
    quote = quote_of(instrument)
    assert quote.source.key == "bank"
    assert quote.previous is None
    assert quote.absolute is None and quote.percent is None


def test_the_source_asked_first_wins_even_when_another_is_newer():
    instrument = make_instrument()
    record(make_series(instrument), FRIDAY, "64")
    record(make_series(instrument, make_source("other"), priority=1), MONDAY, "65")
    assert quote_of(instrument).value == 64


def test_a_source_without_values_or_with_old_ones_yields_to_a_fresh_one():
    instrument = make_instrument(soft_stale_days=5)
    first = make_series(instrument)
    second = make_series(instrument, make_source("other"), priority=1)
    record(second, FRIDAY, "65")
    assert quote_of(instrument).source.key == "other"
    record(first, MONDAY - timedelta(days=6), "64")
    assert quote_of(instrument).source.key == "other"
    record(first, MONDAY - timedelta(days=5), "64.5")
    assert quote_of(instrument).source.key == "bank"


def test_a_series_out_of_use_is_not_shown():
    series = make_series(is_active=False)
    record(series, MONDAY, "64")
    assert not quote_of(series.instrument).is_known


@pytest.mark.parametrize(
    ("hour", "shown"), [("23:30", "64.1666"), ("23:59:59", "64.1666"), ("00:30", "64.3008")]
)
def test_tomorrows_rate_comes_into_force_at_midnight_in_moscow(hour, shown):
    series = make_series()
    record(series, MONDAY, "64.1666")
    record(series, TUESDAY, "64.3008")
    day = TUESDAY if hour < "12" else MONDAY
    moment = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=MOSCOW)
    with time_machine.travel(moment, tick=False):
        assert quote_of(series.instrument).plain == shown


def test_each_instrument_has_the_midnight_of_its_own_zone():
    here, east = make_instrument(), make_instrument("usd-kzt", tz="Asia/Almaty")
    west = make_instrument("wti", tz="America/New_York")
    for priority, one in enumerate((here, east, west)):
        series = make_series(one, priority=priority)
        record(series, MONDAY, "64")
        record(series, TUESDAY, "65")
    with time_machine.travel(datetime(2026, 11, 23, 23, tzinfo=MOSCOW), tick=False):
        found = quotes.of([here, east, west])
    values = {code: int(quote.value) for code, quote in found.items()}
    assert values == {"usd-rub": 64, "usd-kzt": 65, "wti": 64}


def test_a_revision_takes_the_place_of_the_value_it_corrects():
    series = make_series()
    record(series, FRIDAY, "64")
    record(series, MONDAY, "650")
    record(series, MONDAY, "65")
    assert quote_of(series.instrument).value == 65
    assert quote_of(series.instrument).previous == 64


def test_an_older_value_that_arrives_late_does_not_move_the_quote_back():
    series = make_series()
    record(series, MONDAY, "64")
    record(series, FRIDAY, "63")
    quote = quote_of(series.instrument)
    assert (quote.value, quote.previous) == (64, 63)


def test_a_new_number_of_units_is_no_change_of_price():
    series = make_series()
    record(series, FRIDAY, "1.25", nominal=10)
    record(series, MONDAY, "12.5", nominal=100)
    quote = quote_of(series.instrument)
    assert quote.previous == Decimal("12.5")
    assert quote.percent.direction == "flat"


def test_an_old_value_shows_no_change():
    series = make_series(make_instrument(soft_stale_days=5))
    record(series, MONDAY - timedelta(days=7), "63")
    record(series, MONDAY - timedelta(days=6), "64")
    quote = quote_of(series.instrument)
    assert quote.is_old
    assert quote.percent is None and quote.absolute is None


def test_many_instruments_are_asked_in_one_query(django_assert_num_queries):
    many = [make_instrument(f"x-{number}") for number in range(20)]
    for one in many[:15]:
        record(make_series(one), MONDAY, "64")
    with django_assert_num_queries(1):
        found = quotes.of(many)
    assert list(found) == [one.code for one in many]
    assert sum(quote.is_known for quote in found.values()) == 15
    with django_assert_num_queries(0):
        assert quotes.of([]) == {}


def test_an_instrument_answers_for_its_latest_observation():
    series = make_series()
    assert series.instrument.latest() is None
    (row,) = record(series, MONDAY, "64")
    record(series, TUESDAY, "65")
    assert series.instrument.latest() == row


@pytest.mark.parametrize(
    ("value", "places", "ticker", "table", "plain"),
    [
        ("64.3008", (4, 4, 4), "64.3008", "64.3008", "64.3008"),
        ("52.1", (2, 1, 2), "52.1", "52.10", "52.10"),
        ("42.43", (2, 1, 2), "42.43", "42.43", "42.43"),
        ("58.4", (2, 2, 2), "58.40", "58.40", "58.40"),
        ("1234.5", (4, 2, 4), "1,234.50", "1,234.5000", "1234.5000"),
        ("0.00005392", (8, 2, 8), "0.00005392", "0.00005392", "0.00005392"),
    ],
)
def test_decimals_are_those_of_the_source(value, places, ticker, table, plain):
    store, least, most = places
    instrument = make_instrument(store_scale=store, show_min=least, show_max=most)
    record(make_series(instrument), MONDAY, value)
    quote = quote_of(instrument)
    assert (quote.text, quote.aligned, quote.plain) == (ticker, table, plain)
