"""The queue of held values: seen with what helps to judge, decided by a second person, once."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from markets import ticker
from markets.models import Observation, Series, State
from markets.tests.factories import MONDAY, make_instrument, make_series, make_slot, record

QUEUE = f"/{settings.ADMIN_PATH}/markets/heldquote/"


@pytest.fixture
def anna(member):
    return member("Market editors", "anna")


@pytest.fixture
def boris(member):
    return member("Market editors", "boris")


@pytest.fixture
def dollar(db):
    """64.3008 was good a week ago; readers see it."""
    series = make_series(make_instrument(name_en="US dollar"))
    make_slot(series.instrument)
    record(series, MONDAY - timedelta(days=7), "64.3008")
    return series


@pytest.fixture
def jump(dollar, anna):
    """Anna typed 80, which is 24 per cent more."""
    (row,) = record(dollar, MONDAY, "80", entered_by=anna.user, note="by phone")
    assert row.state == State.HELD
    return row


def state(row):
    return Observation.objects.get(pk=row.pk).state


def act(client, *rows, action="accept", note=""):
    chosen = {"action": action, "note": note, "_selected_action": [row.pk for row in rows]}
    return client.post(QUEUE, chosen, follow=True)


def test_the_queue_shows_value_last_good_value_change_and_reason(boris, jump):
    page = boris.get(QUEUE).content.decode()
    for text in ("80.0000", "64.3008", "16 Nov 2026", "+24.42%", "unusually large", "anna"):
        assert text in page, text


def test_one_value_is_judged_beside_the_ones_before_it(boris, jump):
    page = boris.get(f"{QUEUE}{jump.pk}/change/").content.decode()
    for text in ("80.0000", "64.3008", "+24.42%", "by phone", "The values before it"):
        assert text in page, text


def test_accepted_by_a_second_person_it_is_in_the_ticker_of_the_next_page(boris, jump):
    assert "USD 64.3008" in ticker.ticker_text("en")
    response = boris.post(f"{QUEUE}{jump.pk}/change/", {"decision": "accept", "note": "checked"})
    assert response.status_code == 302
    row = Observation.objects.get(pk=jump.pk)
    assert (row.state, row.reviewed_by) == (State.ACCEPTED, boris.user)
    assert "USD 80.0000" in ticker.ticker_text("en")


def test_who_typed_a_value_cannot_accept_it_but_may_take_it_back(anna, jump):
    path = f"{QUEUE}{jump.pk}/change/"
    assert 'value="accept"' not in anna.get(path).content.decode()
    page = anna.post(path, {"decision": "accept"})
    assert "another person" in page.content.decode()
    page = act(anna, jump)
    assert "another person" in page.content.decode()
    assert state(jump) == State.HELD
    anna.post(path, {"decision": "reject", "note": "misread"})
    assert state(jump) == State.REJECTED


def test_a_superuser_is_one_person_too(client, django_user_model, dollar):
    chief = django_user_model.objects.create_superuser("root", password="x")
    client.force_login(chief)
    (row,) = record(dollar, MONDAY, "80", entered_by=chief)
    act(client, row)
    assert state(row) == State.HELD


def test_a_rejection_needs_a_note_and_what_was_noted_is_kept_on_the_page(boris, jump):
    path = f"{QUEUE}{jump.pk}/change/"
    page = boris.post(path, {"decision": "reject", "note": "  "})
    assert page.status_code == 200
    assert "Say in the note" in page.content.decode()
    assert state(jump) == State.HELD
    boris.post(path, {"decision": "reject", "note": "the bank says 64.80"})
    row = Observation.objects.get(pk=jump.pk)
    assert (row.state, row.reviewed_by) == (State.REJECTED, boris.user)
    assert "the bank says 64.80" in row.note
    assert "USD 64.3008" in ticker.ticker_text("en")


def test_several_are_decided_at_once_with_one_note(boris, anna, dollar):
    euro = make_series(make_instrument("eur-rub"))
    record(euro, MONDAY - timedelta(days=7), "70")
    rows = [record(series, MONDAY, "90", entered_by=anna.user)[0] for series in (dollar, euro)]
    page = act(boris, *rows, action="reject")
    assert "Say in the note" in page.content.decode()
    assert {state(row) for row in rows} == {State.HELD}
    page = act(boris, *rows, action="reject", note="wrong sheet")
    assert "Rejected: 2" in page.content.decode()
    assert {state(row) for row in rows} == {State.REJECTED}


def test_a_value_is_decided_once(anna, boris, jump):
    vera_page = f"{QUEUE}{jump.pk}/change/"
    boris.post(vera_page, {"decision": "accept"})
    page = boris.post(vera_page, {"decision": "reject", "note": "no"}, follow=True)
    assert "Decided already: accepted" in page.content.decode()
    assert state(jump) == State.ACCEPTED


def test_an_accepted_revision_supersedes_the_value_of_its_day_and_both_stay_visible(
    anna, boris, dollar
):
    record(dollar, MONDAY, "64.5")
    (row,) = record(dollar, MONDAY, "80", entered_by=anna.user)
    boris.post(f"{QUEUE}{row.pk}/change/", {"decision": "accept", "note": "the bank corrected it"})
    rows = Observation.objects.filter(series=dollar, as_of=MONDAY).order_by("rev")
    assert [one.state for one in rows] == ["superseded", "accepted"]
    page = boris.get(
        f"/{settings.ADMIN_PATH}/markets/observation/{row.pk}/change/"
    ).content.decode()
    for text in ("64.5000", "80.0000", "superseded", "boris", "the bank corrected it"):
        assert text in page, text


def test_a_value_that_is_not_there_is_a_plain_404(boris):
    assert boris.get(f"{QUEUE}999999/change/").status_code == 404
    assert boris.get(f"{QUEUE}nonsense/change/").status_code == 404


def test_a_held_value_is_not_added_or_deleted_here(boris, jump):
    assert boris.get(f"{QUEUE}add/").status_code == 403
    assert boris.post(f"{QUEUE}{jump.pk}/delete/", {"post": "yes"}).status_code == 403
    act(boris, jump, action="delete_selected")
    assert state(jump) == State.HELD


def test_fifty_held_values_cost_no_more_queries_than_one(boris, anna, jump):
    def queries():
        boris.get(QUEUE)
        with CaptureQueriesContext(connection) as captured:
            assert boris.get(QUEUE).status_code == 200
        return len(captured)

    few = queries()
    for number in range(50):
        series = make_series(make_instrument(f"x-{number}"))
        record(series, MONDAY - timedelta(days=1), "50")
        record(series, MONDAY, "90", entered_by=anna.user)
    assert Observation.objects.filter(state=State.HELD).count() == 51
    assert queries() == few <= 15


def test_the_list_of_quotes_says_how_many_wait(boris, jump):
    page = boris.get(f"/{settings.ADMIN_PATH}/markets/observation/").content.decode()
    assert "1 value waits for a person" in page
    assert Series.objects.count() == 1
