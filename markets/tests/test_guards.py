"""What a person sees before readers do: verdicts on figures, one by one and in a row."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from markets import guards
from markets.guards import Known
from markets.models import (
    AppendOnly,
    BadReading,
    NotHeld,
    Observation,
    Reading,
    SamePerson,
)
from markets.tests.factories import MONDAY, make_instrument, make_series, record

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
FRIDAY = MONDAY - timedelta(days=3)
YESTERDAY = Known(FRIDAY, Decimal("64"), 1)


class Plain:
    """A series without a database: warn at 4 %, hold at 10 %, 1 to 500."""

    class instrument:
        warn_pct, hold_pct = Decimal(4), Decimal(10)
        min_value, max_value = Decimal(1), Decimal(500)
        today = staticmethod(lambda: MONDAY)


def verdict(value, nominal=1, day=MONDAY, previous=YESTERDAY, revised=None):
    reading = Reading(day, Decimal(value), nominal)
    found = guards.judge(Plain, reading, previous, revised)
    return found.state, found.word


@pytest.mark.parametrize(
    ("value", "nominal", "expected"),
    [
        ("64", 1, ("accepted", "")),
        ("66.56", 1, ("accepted", "")),  # exactly the warning limit
        ("66.57", 1, ("accepted", "jump")),
        ("61.43", 1, ("accepted", "jump")),
        ("70.40", 1, ("accepted", "jump")),  # exactly the holding limit
        ("70.41", 1, ("held", "jump")),
        ("57.59", 1, ("held", "jump")),
        ("640", 1, ("held", "scale")),
        ("645", 1, ("held", "scale")),  # ten times, and a day's move
        ("6.4", 1, ("held", "scale")),
        ("6400", 1, ("held", "scale")),
        ("0.64", 1, ("held", "scale")),
        ("64000000", 1, ("held", "scale")),
        ("0.015625", 1, ("held", "inverted")),
        ("0.0157", 1, ("held", "inverted")),
        ("501", 1, ("held", "bounds")),
        ("0.9", 1, ("held", "bounds")),
        ("6400", 100, ("accepted", "")),  # other units, the same price
        ("64", 10, ("held", "scale")),  # other units, the same figure
        ("65", 5, ("held", "scale")),
    ],
)
def test_a_change_is_judged_by_the_price_of_one_unit(value, nominal, expected):
    assert verdict(value, nominal) == expected


def test_the_first_figure_of_all_is_held_only_for_its_bounds():
    assert verdict("490", previous=None) == ("accepted", "")
    assert verdict("501", previous=None) == ("held", "bounds")


def test_a_revision_is_judged_beside_what_it_replaces_too():
    before = Known(MONDAY, Decimal("70"), 1)
    assert verdict("64", revised=before) == ("accepted", "jump")
    assert verdict("62", revised=before) == ("held", "jump")


@pytest.mark.parametrize(("days", "state"), [(2, "accepted"), (3, "rejected"), (900, "rejected")])
def test_a_figure_of_the_day_after_tomorrow_is_the_last_believed(days, state):
    assert verdict("64", day=MONDAY + timedelta(days=days))[0] == state


def test_a_rate_near_one_is_not_taken_for_its_inverse():
    near_one = Known(FRIDAY, Decimal("1.01"), 1)
    assert verdict("1.02", previous=near_one) == ("accepted", "")


@pytest.mark.parametrize(
    ("eur", "state", "word"),
    [
        ("69.4191", "accepted", ""),  # 1.0796 beside 1.0801, as on 22 February 2020
        ("70.6", "accepted", "cross"),
        ("68.3", "accepted", "cross"),
        ("72", "held", "cross"),
    ],
)
def test_two_banks_check_each_other(eur, state, word):
    found = guards.crossed(Decimal("64.3008"), Decimal(eur), Decimal("1.0801"))
    assert (found.state, found.word) == (state, word)


def test_reasons_are_told_in_words():
    found = guards.judge(Plain, Reading(MONDAY, Decimal("80")), YESTERDAY)
    assert guards.words(found.reason) == (
        "an unusually large change: +25.00% from 64 on 20 Nov 2026"
    )
    with translation.override("ru"):
        assert guards.words(found.reason).endswith("+25,00\u00a0% к значению 64 на 20 ноября 2026")
    assert guards.words("bounds 1 500").endswith("1 – 500")
    assert guards.words("typed by a person") == "typed by a person"
    assert guards.words("") == ""


# In the database

pytestmark = pytest.mark.django_db


def rows(series):
    found = series.observations.order_by("as_of", "rev")
    return [(row.as_of.day, row.rev, f"{row.value.normalize():f}", row.state) for row in found]


@pytest.fixture
def series():
    one = make_series()
    record(one, FRIDAY, "64")
    return one


def test_a_held_value_changes_nothing_that_readers_see(series):
    (row,) = record(series, MONDAY, "80")
    assert (row.state, row.is_flagged) == ("held", False)
    assert row.hold_reason.startswith("jump")
    assert series.instrument.latest().value == 64


def test_the_same_held_value_again_is_not_held_twice(series):
    record(series, MONDAY, "80")
    assert record(series, MONDAY, "80") == []


def test_a_further_doubtful_value_takes_the_place_of_the_held_one(series):
    record(series, MONDAY, "80")
    record(series, MONDAY, "640")
    assert rows(series)[1:] == [(23, 1, "80", "superseded"), (23, 2, "640", "held")]


def test_a_plausible_value_ends_the_waiting_of_a_held_one(series):
    record(series, MONDAY, "80.5")
    (row,) = record(series, MONDAY, "64.5")
    assert row.state == "accepted"
    assert rows(series)[1:] == [(23, 1, "80.5", "superseded"), (23, 2, "64.5", "accepted")]


def test_accepting_shows_the_value_and_says_who_did(series, market_editor):
    (row,) = record(series, MONDAY, "80.5")
    row.accept(market_editor, "seen on the bank's page")
    assert (row.state, row.reviewed_by, row.note) == (
        "accepted",
        market_editor,
        "seen on the bank's page",
    )
    assert row.reviewed_at is not None
    assert series.instrument.latest() == row


def test_accepting_a_revision_supersedes_the_day_it_corrects(series, market_editor):
    record(series, MONDAY, "64.5")
    (row,) = record(series, MONDAY, "80.5")
    row.accept(market_editor)
    assert rows(series)[1:] == [(23, 1, "64.5", "superseded"), (23, 2, "80.5", "accepted")]


def test_what_a_person_has_refused_does_not_come_back(series, market_editor):
    (row,) = record(series, MONDAY, "80.5")
    row.reject(market_editor, "a slip of the bank")
    assert row.state == "rejected"
    assert record(series, MONDAY, "80.5") == []
    assert len(record(series, MONDAY, "80.5", entered_by=market_editor)) == 1  # unless typed


def test_a_value_is_decided_once(series, market_editor):
    (row,) = record(series, MONDAY, "80.5")
    again = Observation.objects.get(pk=row.pk)
    row.reject(market_editor, "no")
    for decide in (again.accept, lambda by: again.reject(by, "no")):
        with pytest.raises(NotHeld):
            decide(market_editor)
    (good,) = record(series, TUESDAY, "64.1")
    with pytest.raises(NotHeld):
        good.reject(market_editor, "too late")


def test_who_typed_a_held_value_does_not_let_it_in(series, market_editor, django_user_model):
    (row,) = record(series, MONDAY, "80.5", entered_by=market_editor)
    with pytest.raises(SamePerson):
        row.accept(market_editor)
    row.accept(django_user_model.objects.create_user("second"))
    assert row.state == "accepted"


def test_the_next_print_within_the_limit_shows_that_a_jump_was_real(series):
    record(series, MONDAY, "80")
    (row,) = record(series, TUESDAY, "81")
    assert (row.state, row.is_flagged) == ("accepted", False)
    held = series.observations.get(as_of=MONDAY)
    assert (held.state, held.is_flagged) == ("accepted", True)


def test_so_it_is_when_both_come_in_one_answer(series):
    readings = [Reading(MONDAY, Decimal(80)), Reading(TUESDAY, Decimal(81))]
    written = Observation.objects.record(series, readings)
    assert [(row.state, row.is_flagged) for row in written] == [
        ("accepted", True),
        ("accepted", False),
    ]


def test_a_print_that_goes_back_leaves_the_spike_held(series):
    record(series, MONDAY, "80")
    record(series, TUESDAY, "64.2")
    assert [state for *_row, state in rows(series)] == ["accepted", "held", "accepted"]


@pytest.mark.parametrize(("first", "second"), [("6.40", "6.41"), ("150", "151"), ("640", "641")])
def test_a_slip_of_units_is_not_believed_because_it_is_repeated(series, first, second):
    record(series, MONDAY, first)
    record(series, TUESDAY, second)
    assert [state for *_row, state in rows(series)] == ["accepted", "held", "held"]


def test_a_future_day_is_refused_before_anything_is_written(series):
    readings = [Reading(MONDAY, Decimal(65)), Reading(MONDAY + timedelta(days=9), Decimal(65))]
    with pytest.raises(BadReading):
        Observation.objects.record(series, readings)
    assert len(rows(series)) == 1


def test_without_guards_everything_is_believed(series):
    reading = Reading(date(2030, 1, 1), Decimal(400))
    (row,) = Observation.objects.record(series, [reading], guard=False)
    assert row.state == "accepted"


def test_a_history_is_judged_in_the_order_of_its_days(series):
    before = [Reading(FRIDAY - timedelta(days=n), Decimal(64 - n)) for n in range(1, 20)]
    written = Observation.objects.record(series, before)
    assert {row.state for row in written} == {"accepted"}


def test_reviews_change_nothing_but_the_review(series, market_editor):
    (row,) = record(series, MONDAY, "80.5")
    with pytest.raises(AppendOnly):
        Observation.objects.filter(pk=row.pk).update(value=1, state="accepted")


def test_a_nominal_change_with_the_same_price_is_one_value_for_readers():
    one = make_series(make_instrument("kzt-rub", min_value="0.01", max_value=10))
    record(one, FRIDAY, "17.0524", nominal=100)
    (row,) = record(one, MONDAY, "1.7052", nominal=10)
    assert row.state == "accepted"
    (row,) = record(one, TUESDAY, "17.0524", nominal=10) or (None,)
    assert row.state == "held"
