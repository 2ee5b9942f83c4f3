"""Which value is in force, and what it is compared with."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils import timezone, translation

from markets import quotes, sample
from markets.models import Holiday, Instrument, Observation, Override, Reading
from markets.tests import factories
from markets.tests.factories import MONDAY, make_instrument, make_series, make_source

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
TUESDAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 20)


SATURDAY = date(2026, 11, 21)
# What is shown is the matter here, not what is believed.
record = partial(factories.record, guard=False)


def quote_of(instrument):
    return quotes.of([instrument])[instrument.code]


def hold(series, as_of, value):
    """A row that waits for a person, as guards write it."""
    rev = Observation.objects.filter(series=series, as_of=as_of).count() + 1
    fields = {"value": Decimal(value), "state": "held", "hold_reason": "jump"}
    return Observation.objects.create(series=series, as_of=as_of, rev=rev, **fields)


def set_by_hand(instrument, by, value="70", **changes):
    now = timezone.now()
    fields = {"as_of": MONDAY, "reason": "Trading is suspended.", "starts_at": now}
    fields |= {"expires_at": now + timedelta(hours=2)}
    return Override.objects.create(
        instrument=instrument, value=Decimal(value), entered_by=by, **fields | changes
    )


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


def test_a_weekend_is_told_with_the_day_of_the_next_value():
    series = make_series(calendar="cbr")
    record(series, FRIDAY, "64")
    record(series, SATURDAY, "65")
    quote = quote_of(series.instrument)
    assert (quote.state.kind, quote.state.until, quote.is_old) == ("gap", TUESDAY, False)
    assert quote.percent.text == "+1.56%"
    assert quote.about.endswith(
        "21 November 2026 · Nothing is published today: a weekend or a holiday. "
        "Next value expected on Tuesday, 24 November 2026."
    )


def test_a_publication_that_did_not_come_takes_the_change_away():
    series = make_series(calendar="cbr")
    record(series, date(2026, 11, 19), "64")
    record(series, FRIDAY, "65")
    quote = quote_of(series.instrument)
    assert (quote.state.kind, quote.state.missed) == ("late", 1)
    assert quote.is_old and quote.percent is None and quote.absolute is None


def test_a_holiday_in_the_table_is_heeded_and_one_of_another_calendar_is_not():
    series = make_series(calendar="nbk")
    record(series, FRIDAY, "480")
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=ZoneInfo("Asia/Almaty"))):
        assert quote_of(series.instrument).state.kind == "late"
        Holiday.objects.create(calendar="cbr", day=MONDAY)
        assert quote_of(series.instrument).state.kind == "late"
        Holiday.objects.create(calendar="nbk", day=MONDAY)
        state = quote_of(series.instrument).state
        assert (state.kind, state.until) == ("gap", TUESDAY)


def test_tomorrow_s_rate_is_known_but_not_in_force():
    series = make_series(calendar="cbr")
    record(series, SATURDAY, "64")
    assert quote_of(series.instrument).tomorrow is None
    record(series, TUESDAY, "0.65", nominal=100)
    record(series, date(2026, 11, 25), "66")
    quote = quote_of(series.instrument)
    assert (quote.value, quote.as_of, quote.state.kind) == (64, SATURDAY, "gap")
    assert quote.tomorrow == Reading(TUESDAY, Decimal("0.65"), 100)
    said = render_to_string("markets/_state.html", {"quote": quote})
    assert "Tomorrow, <time" in said and "0.6500" in said and "100 × roubles" in said
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=MOSCOW)):
        said = render_to_string("markets/_state.html", {"quote": quote_of(series.instrument)})
        assert "From <time" in said
    with time_machine.travel(datetime(2026, 11, 24, 0, 30, tzinfo=MOSCOW)):
        quote = quote_of(series.instrument)
        assert (quote.as_of, quote.tomorrow.as_of) == (TUESDAY, date(2026, 11, 25))


def test_a_value_that_waits_for_a_person_leaves_the_last_good_one_and_says_so():
    series = make_series(calendar="cbr")
    record(series, FRIDAY, "64")
    record(series, SATURDAY, "65")
    hold(series, FRIDAY, "99")  # of a day before the one shown: no doubt about this one
    assert quote_of(series.instrument).state.kind == "gap"
    hold(series, TUESDAY, "650")  # of tomorrow: nothing is missing today
    assert quote_of(series.instrument).state.kind == "gap"
    with time_machine.travel(datetime(2026, 11, 24, 12, tzinfo=MOSCOW)):
        quote = quote_of(series.instrument)
        assert (quote.value, quote.state.kind, quote.percent) == (65, "held", None)
        assert "being checked by the newsroom" in quote.about


def test_a_late_source_yields_to_the_second_and_the_change_waits_for_two_points():
    instrument = make_instrument("brent", show_min=2, show_max=2)
    first = make_series(instrument, calendar="cbr")
    second = make_series(instrument, make_source("other"), priority=1, calendar="cbr")
    record(first, date(2026, 11, 19), "60")
    record(first, FRIDAY, "61")
    record(second, SATURDAY, "62")
    quote = quote_of(instrument)
    assert (quote.source.key, quote.state.kind) == ("other", "gap")
    assert quote.percent is None and quote.absolute is None
    record(second, FRIDAY, "60")
    assert quote_of(instrument).percent.text == "+3.33%"
    record(first, SATURDAY, "63")
    quote = quote_of(instrument)
    assert (quote.source.key, quote.previous) == ("bank", 61)


def test_an_expected_gap_or_a_doubt_never_switches_the_source():
    instrument = make_instrument("brent")
    first = make_series(instrument, calendar="cbr")
    second = make_series(instrument, make_source("other"), priority=1, calendar="none")
    record(first, SATURDAY, "61")
    record(second, MONDAY, "62")
    assert quote_of(instrument).source.key == "bank"
    hold(first, SATURDAY, "99")
    assert quote_of(instrument).state.kind == "held"
    assert quote_of(instrument).source.key == "bank"


def test_two_late_sources_keep_their_order_and_an_outdated_one_yields_to_a_late_one():
    instrument = make_instrument("brent")
    first = make_series(instrument, calendar="cbr")
    second = make_series(instrument, make_source("other"), priority=1, calendar="cbr")
    record(first, date(2026, 11, 18), "61")
    record(second, FRIDAY, "62")
    assert quote_of(instrument).source.key == "bank"
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=MOSCOW)):
        assert quote_of(instrument).source.key == "other"


def test_made_up_values_never_take_the_place_of_an_old_real_one():
    instrument = make_instrument(soft_stale_days=5)
    real = make_series(instrument)
    made_up = make_series(instrument, make_source("sample"), priority=sample.PRIORITY)
    record(made_up, MONDAY, "65")
    assert quote_of(instrument).source.key == "sample"
    record(real, MONDAY - timedelta(days=300), "64")
    quote = quote_of(instrument)
    assert (quote.source.key, quote.state.kind) == ("bank", "stale")


def test_a_value_set_by_hand_is_shown_until_its_hour_labelled_and_not_compared(market_editor):
    series = make_series(calendar="cbr")
    record(series, FRIDAY, "64")
    (row,) = record(series, SATURDAY, "65")
    set_by_hand(series.instrument, market_editor, "70")
    quote = quote_of(series.instrument)
    assert (quote.value, quote.as_of, quote.is_override) == (70, MONDAY, True)
    assert quote.state.kind == "fresh"
    assert quote.percent is None and quote.absolute is None
    assert quote.override.words == (
        "Set by the newsroom until 23 Nov 2026, 14:00 MSK: Trading is suspended."
    )
    assert quote.override.words in quote.about
    said = render_to_string("markets/_state.html", {"quote": quote})
    assert quote.override.words in said and "Up to date" not in said
    assert quote.source.name not in quote.about
    assert series.instrument.latest() == row
    with time_machine.travel(datetime(2026, 11, 23, 14, tzinfo=MOSCOW)):
        quote = quote_of(series.instrument)
        assert (quote.value, quote.is_override) == (65, False)


def test_of_several_values_set_by_hand_the_newest_in_force_counts(market_editor, monday_noon):
    series = make_series(calendar="cbr")
    record(series, SATURDAY, "65")
    now = timezone.now()
    set_by_hand(series.instrument, market_editor, "70")
    later = now + timedelta(hours=1)
    set_by_hand(series.instrument, market_editor, "71", starts_at=later)
    gone = {"starts_at": now - timedelta(hours=2), "expires_at": now - timedelta(hours=1)}
    set_by_hand(series.instrument, market_editor, "72", **gone)
    assert quote_of(series.instrument).value == 70
    monday_noon.move_to(later)
    assert quote_of(series.instrument).value == 71


def test_a_value_set_by_hand_stands_where_no_source_has_one_and_grows_old_like_any(market_editor):
    series = make_series(calendar="cbr")
    set_by_hand(series.instrument, market_editor, as_of=date(2026, 11, 10))
    quote = quote_of(series.instrument)
    assert quote.is_known and quote.state.kind == "stale"
    assert series.instrument.latest() is None


def test_state_tomorrow_and_hand_cost_no_further_query(market_editor, django_assert_num_queries):
    series = make_series(calendar="cbr")
    record(series, SATURDAY, "65")
    record(series, TUESDAY, "66")
    hold(series, SATURDAY, "99")
    set_by_hand(series.instrument, market_editor)
    Holiday.objects.create(calendar="cbr", day=MONDAY)
    with django_assert_num_queries(1):
        quote = quote_of(series.instrument)
        assert quote.state.words and quote.tomorrow and quote.override.words


def test_the_words_are_those_of_the_page_s_language_when_they_are_read():
    series = make_series(calendar="cbr")
    record(series, SATURDAY, "65")
    quote = quote_of(series.instrument)
    with translation.override("ru"):
        assert "вторник, 24 ноября 2026" in quote.about


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


@pytest.mark.parametrize(
    ("kind", "unit", "nominal", "told"),
    [
        ("currency", "roubles per 100 tenge", 100, "roubles per 100 tenge"),
        ("currency", "roubles per 100 tenge", 10, "roubles per 10 tenge"),
        ("currency", "roubles per 100 tenge", 1, "roubles per 1 tenge"),
        ("currency", "roubles per 10 dirhams", 100, "roubles per 100 dirhams"),
        ("currency", "roubles per yuan", 10, "10 × roubles per yuan"),
        ("currency", "roubles per yuan", 1, "roubles per yuan"),
        ("fuel", "euros per 1000 litres", 1, "euros per 1000 litres"),
        ("fuel", "tenge per litre of AI-95", 1, "tenge per litre of AI-95"),
        ("fuel", "tenge per litre of AI-95", 95, "95 × tenge per litre of AI-95"),
    ],
)
def test_the_unit_names_the_number_of_units_that_the_price_is_for(kind, unit, nominal, told):
    one = Instrument(kind=kind, unit_en=unit)
    assert quotes.unit_of(one, nominal) == told
