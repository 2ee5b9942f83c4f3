"""Values are written once; what changes is a further revision."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, models, transaction

from markets.models import AppendOnly, BadReading, Observation, Reading
from markets.tests.factories import MONDAY, make_instrument, make_series, make_source, record

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)


def states(series, day=MONDAY):
    rows = series.observations.filter(as_of=day).order_by("rev")
    return [(row.rev, row.value, row.state) for row in rows]


def test_a_new_day_is_revision_one():
    series = make_series()
    (row,) = record(series, MONDAY, "64.3008")
    assert row.pk
    assert states(series) == [(1, Decimal("64.3008"), "accepted")]


def test_the_same_value_again_writes_nothing():
    series = make_series()
    record(series, MONDAY, "64.3008")
    assert record(series, MONDAY, "64.30080") == []
    assert series.observations.count() == 1


def test_a_changed_value_is_the_next_revision_and_the_old_one_stays_readable():
    series = make_series()
    for value in ("64.3008", "64.3009", "64.3010"):
        record(series, MONDAY, value)
    assert states(series) == [
        (1, Decimal("64.3008"), "superseded"),
        (2, Decimal("64.3009"), "superseded"),
        (3, Decimal("64.3010"), "accepted"),
    ]


def test_the_same_price_for_another_number_of_units_is_a_revision():
    series = make_series()
    record(series, MONDAY, "12.5", nominal=10)
    assert len(record(series, MONDAY, "12.5", nominal=100)) == 1


def test_many_days_are_recorded_at_once_and_only_what_is_new():
    series = make_series()
    days = [MONDAY - timedelta(days=number) for number in range(1200)]
    readings = [Reading(day, Decimal(60)) for day in days]
    assert len(Observation.objects.record(series, readings)) == 1200
    readings[5] = Reading(days[5], Decimal(61))
    assert [row.as_of for row in Observation.objects.record(series, readings)] == [days[5]]


def test_a_long_history_is_recorded_in_few_queries(django_assert_max_num_queries):
    series = make_series()
    readings = [Reading(MONDAY - timedelta(days=number), Decimal(60)) for number in range(1000)]
    # SQLite takes 999 parameters in a statement, so a thousand rows are eighteen inserts.
    with django_assert_max_num_queries(25):
        Observation.objects.record(series, readings)
    with django_assert_max_num_queries(4):
        Observation.objects.record(series, readings)


def test_nothing_of_a_set_is_kept_when_one_reading_cannot_be_stored(monkeypatch):
    series = make_series()
    record(series, MONDAY, "64")

    def broken(self, rows, **options):
        raise IntegrityError("disk full")

    monkeypatch.setattr(models.QuerySet, "bulk_create", broken)
    with pytest.raises(IntegrityError):
        record(series, MONDAY, "65")
    assert states(series) == [(1, Decimal("64"), "accepted")]


@pytest.mark.parametrize("value", ["0", "-1", "NaN", "Infinity", "0.000000001"])
def test_what_is_no_price_is_no_reading(value):
    with pytest.raises(BadReading):
        Reading(MONDAY, Decimal(value))


def test_a_reading_is_of_at_least_one_unit():
    with pytest.raises(BadReading):
        Reading(MONDAY, Decimal(1), nominal=0)


def test_an_observation_is_neither_changed_nor_deleted():
    series = make_series()
    (row,) = record(series, MONDAY, "64.3008")
    row.value = Decimal(1)
    rows = Observation.objects.filter(pk=row.pk)
    for attempt in (
        row.save,
        row.delete,
        rows.delete,
        lambda: rows.update(value=1),
        lambda: rows.update(as_of=FRIDAY),
        lambda: Observation.objects.bulk_update([row], ["value"]),
        lambda: Observation.objects.update_or_create(pk=row.pk, defaults={"value": 1}),
    ):
        with pytest.raises(AppendOnly), transaction.atomic():
            attempt()
    assert states(series) == [(1, Decimal("64.3008"), "accepted")]


def test_instruments_and_sources_with_a_history_cannot_be_deleted():
    series = make_series()
    record(series, MONDAY, "64")
    for thing in (series, series.instrument, series.source):
        with pytest.raises(models.ProtectedError):
            thing.delete()


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0},
        {"value": -1},
        {"nominal": 0},
        {"state": "held"},
        {"state": "unheard of"},
        {"rev": 1, "state": "superseded"},
        {"rev": 2},
    ],
    ids=str,
)
def test_the_database_itself_refuses(wrong):
    series = make_series()
    record(series, MONDAY, "64")
    fields = {"series": series, "as_of": MONDAY, "value": 64}
    if not wrong.keys() & {"rev"}:
        fields["as_of"] = FRIDAY
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.create(**fields | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"show_min": 5},
        {"show_max": 5},
        {"store_scale": 9},
        {"warn_pct": 11},
        {"warn_pct": 0},
        {"min_value": 0},
        {"min_value": 501},
        {"soft_stale_days": 13},
        {"soft_stale_days": 0},
        {"kind": "stamps"},
    ],
    ids=str,
)
def test_the_database_refuses_an_instrument_that_contradicts_itself(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_instrument(**wrong)


def test_one_priority_is_given_once_among_the_series_in_use():
    instrument = make_instrument()
    make_series(instrument)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_series(instrument, make_source("other"))
    make_series(instrument, make_source("other"), is_active=False)
