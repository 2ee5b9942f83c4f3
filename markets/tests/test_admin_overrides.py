"""A manual value: set with a reason and an end, labelled, ended early, never rewritten."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from markets import ticker
from markets.models import Instrument, Override
from markets.tests.factories import MONDAY, make_instrument, make_series, make_slot, record

LIST = f"/{settings.ADMIN_PATH}/markets/override/"


@pytest.fixture
def desk(member):
    return member("Market editors")


@pytest.fixture
def dollar(db):
    series = make_series(make_instrument(name_en="US dollar"))
    make_slot(series.instrument)
    record(series, MONDAY, "64.3008")
    return series.instrument


def typed(instrument, value="65,5", day="2026-11-24", hour="12:00:00", **changes):
    fields = {"instrument": instrument.pk, "value": value, "as_of": "2026-11-23"}
    ends = {"reason": "The bank's page is wrong", "expires_at_0": day, "expires_at_1": hour}
    return fields | ends | changes


def test_a_manual_value_is_shown_with_its_reason_until_its_end(desk, dollar, monday_noon):
    assert desk.post(f"{LIST}add/", typed(dollar)).status_code == 302
    row = Override.objects.get()
    assert (row.value, row.entered_by) == (Decimal("65.5"), desk.user)
    assert row.expires_at == timezone.now() + timedelta(days=1)
    assert ticker.ticker_text("en") == "USD 65.5000"
    page = desk.get(LIST).content.decode()
    for text in ("US dollar", "65.5000", "24 Nov 2026, 12:00 MSK", "in force", "page is wrong"):
        assert text in page, text
    monday_noon.shift(24 * 3600)
    assert ticker.ticker_text("en") == "USD 64.3008"
    desk.force_login(desk.user)  # a day later the session has ended too
    assert "ended" in desk.get(LIST).content.decode()


def test_an_instrument_without_a_series_takes_none(desk, db, monday_noon):
    """There would be no source beside it and no calendar to judge its age by."""
    page = desk.post(f"{LIST}add/", typed(make_instrument()))
    assert page.status_code == 200
    assert "no series in use" in str(page.context["adminform"].form.errors["instrument"])
    assert not Override.objects.exists()


def test_the_page_names_the_history_s_source_not_the_value_s(desk, dollar, monday_noon):
    address = dollar.get_absolute_url()
    assert "Source of the history:" not in desk.get(address).text
    desk.post(f"{LIST}add/", typed(dollar))
    page = desk.get(address).text
    assert "Source of the history:" in page
    assert "Set by the newsroom until" in page


def test_it_is_ended_early_by_a_button(desk, dollar, monday_noon):
    desk.post(f"{LIST}add/", typed(dollar))
    row = Override.objects.get()
    monday_noon.shift(60)
    assert "End it now" in desk.get(f"{LIST}{row.pk}/change/").content.decode()
    page = desk.post(f"{LIST}{row.pk}/end/", follow=True)
    assert "has ended" in page.content.decode()
    assert ticker.ticker_text("en") == "USD 64.3008"
    assert "End it now" not in desk.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "had ended already" in desk.post(f"{LIST}{row.pk}/end/", follow=True).content.decode()


def test_it_may_be_ended_in_the_second_it_was_set(desk, dollar, monday_noon):
    desk.post(f"{LIST}add/", typed(dollar))
    row = Override.objects.get()
    assert desk.post(f"{LIST}{row.pk}/end/").status_code == 302
    monday_noon.shift(1)
    assert ticker.ticker_text("en") == "USD 64.3008"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"value": "sixty"}, "value", "such as 64.3008"),
        ({"value": "0"}, "value", "above zero"),
        ({"value": "6550"}, "value", "Not plausible"),
        ({"value": "65.12345"}, "value", "keeps 4 decimals"),
        ({"reason": " "}, "reason", "required"),
        ({"as_of": "2026-11-27"}, "as_of", "days ahead"),
        ({"expires_at_0": "2026-11-22"}, "expires_at", "has passed"),
        ({"expires_at_0": "2027-02-01"}, "expires_at", "31 days"),
        ({"expires_at_0": ""}, "expires_at", "required"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(desk, dollar, changes, field, message):
    page = desk.post(f"{LIST}add/", typed(dollar, **changes))
    assert page.status_code == 200
    assert message in str(page.context["adminform"].form.errors[field])
    assert not Override.objects.exists()


def test_a_second_one_waits_for_the_end_of_the_first(desk, dollar):
    desk.post(f"{LIST}add/", typed(dollar))
    page = desk.post(f"{LIST}add/", typed(dollar, "66"))
    assert "end that one first" in page.content.decode()
    assert Override.objects.count() == 1


def test_what_readers_were_told_is_never_rewritten(desk, dollar):
    desk.post(f"{LIST}add/", typed(dollar))
    row = Override.objects.get()
    assert desk.post(f"{LIST}{row.pk}/change/", typed(dollar, "70")).status_code == 403
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert Override.objects.get().value == Decimal("65.5")


def test_only_a_post_ends_it(desk, dollar):
    desk.post(f"{LIST}add/", typed(dollar))
    row = Override.objects.get()
    assert desk.get(f"{LIST}{row.pk}/end/").status_code == 405
    assert desk.post(f"{LIST}999999/end/").status_code == 404
    assert Instrument.objects.get().overrides.filter(expires_at__gt=timezone.now()).exists()
