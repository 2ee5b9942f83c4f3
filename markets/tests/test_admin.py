"""A market editor's way in: one value typed, seen at once, refused beside the field when wrong."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from markets import ticker
from markets.models import Observation, Series
from markets.tests.factories import MONDAY, make_instrument, make_series, record_days

ADD = f"/{settings.ADMIN_PATH}/markets/observation/add/"
LIST = f"/{settings.ADMIN_PATH}/markets/observation/"


@pytest.fixture
def desk(client, market_editor):
    client.force_login(market_editor)
    return client


@pytest.fixture
def dollar(seeded):
    return Series.objects.get(instrument__code="usd-rub", source__key="cbr")


def typed(series, value="64,3009", as_of="2026-11-23", **changes):
    fields = {"series": series.pk, "as_of": as_of, "value": value, "nominal": "1"}
    return fields | {"note": "", "source_url": ""} | changes


def test_a_value_typed_with_a_comma_is_in_the_ticker_at_once(desk, dollar, market_editor):
    response = desk.post(
        ADD, typed(dollar, note="by phone", source_url="https://www.cbr.ru/eng/currency_base/")
    )
    assert response.status_code == 302
    (row,) = Observation.objects.filter(series=dollar)
    assert (row.value, row.raw_value, row.rev) == (Decimal("64.3009"), "64,3009", 1)
    assert (row.entered_by, row.note) == (market_editor, "by phone")
    assert "USD 64.3009" in ticker.ticker_text("en")
    assert "64.3009" in desk.get("/markets/usd-rub/").content.decode()


def test_a_second_value_for_a_day_is_a_revision(desk, dollar):
    desk.post(ADD, typed(dollar))
    desk.post(ADD, typed(dollar, "64.301"))
    rows = Observation.objects.filter(series=dollar).order_by("rev")
    assert [(row.rev, row.state) for row in rows] == [(1, "superseded"), (2, "accepted")]
    assert "USD 64.3010" in ticker.ticker_text("en")


def test_a_value_already_known_changes_nothing_and_says_so(desk, dollar):
    desk.post(ADD, typed(dollar))
    response = desk.post(ADD, typed(dollar, "64.3009"), follow=True)
    assert Observation.objects.filter(series=dollar).count() == 1
    assert "already known" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "wrong", "message"),
    [
        ("value", "", "required"),
        ("value", "sixty", "such as 64.3008"),
        ("value", "-64.3", "such as 64.3008"),
        ("value", "NaN", "such as 64.3008"),
        ("value", "Infinity", "such as 64.3008"),
        ("value", "1e5", "such as 64.3008"),
        ("value", "1,234.56", "such as 64.3008"),
        ("value", "٦٤", "such as 64.3008"),
        ("value", "0", "above zero"),
        ("value", "0,0000", "above zero"),
        ("value", "64.30081", "keeps 4 decimals"),
        ("value", "6430.08", "Not plausible"),
        ("value", "0.64", "Not plausible"),
        ("nominal", "0", "greater than or equal to 1"),
        ("nominal", "100", "Not plausible"),
        ("as_of", "2026-11-26", "More than 2 days ahead"),
        ("as_of", "today-ish", "valid date"),
        ("series", "", "required"),
        ("series", "999999", "valid choice"),
        ("source_url", "javascript:alert(1)", "valid URL"),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_nothing_typed_is_lost(
    desk, dollar, field, wrong, message
):
    before = Observation.objects.count()
    response = desk.post(ADD, typed(dollar, note="kept & shown") | {field: wrong})
    assert response.status_code == 200
    form = response.context["adminform"].form
    place = "value" if message == "Not plausible" else field
    assert message in str(form.errors[place])
    html = response.content.decode()
    assert 'value="kept &amp; shown"' in html
    if field == "value" and wrong:
        assert f'value="{wrong}"' in html
    elif field != "value":
        assert 'value="64,3009"' in html
    assert Observation.objects.count() == before


def test_tomorrows_rate_may_be_typed_today_and_waits(desk, dollar):
    desk.post(ADD, typed(dollar, "64.9", as_of="2026-11-24"))
    assert Observation.objects.filter(series=dollar, as_of=date(2026, 11, 24)).exists()
    assert "USD 64.3008" in ticker.ticker_text("en")


def test_a_price_of_a_hundred_units_is_judged_by_the_unit(desk, seeded):
    tenge = make_series(make_instrument("uzs-rub", min_value="0.05", max_value="1"))
    assert desk.post(ADD, typed(tenge, "12.5", nominal="100")).status_code == 302
    assert Observation.objects.get(series=tenge).nominal == 100


def test_a_recorded_value_is_read_only(desk, dollar):
    desk.post(ADD, typed(dollar))
    (row,) = Observation.objects.filter(series=dollar)
    page = desk.get(f"{LIST}{row.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert desk.post(f"{LIST}{row.pk}/change/", typed(dollar, "1.5")).status_code == 403
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(LIST, {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert Observation.objects.get(pk=row.pk).value == Decimal("64.3009")


def test_every_list_and_form_of_the_desk_opens(desk, seeded):
    for model in (
        *("instrument", "source", "series", "tickerslot", "observation"),
        *("region", "holiday", "override"),
    ):
        root = f"/{settings.ADMIN_PATH}/markets/{model}/"
        for path in (root, f"{root}add/", f"{root}?q=brent"):
            assert desk.get(path).status_code == 200, path
    pk = Series.objects.get(instrument__code="brent", source__key="eia").instrument_id
    assert desk.get(f"/{settings.ADMIN_PATH}/markets/instrument/{pk}/change/").status_code == 200
    for query in ("?state__exact=accepted", "?series__instrument__id__exact=1", "?o=2", "?p=2"):
        assert desk.get(LIST + query).status_code == 200


def test_quotes_are_found_by_instrument_or_source(desk, seeded):
    found = desk.get(f"{LIST}?q=brent").context["cl"].queryset
    assert {row.series.instrument.code for row in found[:10]} == {"brent"}
    assert desk.get(f"{LIST}?q=sample").context["cl"].result_count == 1001
    assert desk.get(f"{LIST}?q=gold").context["cl"].result_count == 0


def test_the_list_of_quotes_costs_the_same_for_ten_rows_and_for_thousands(desk, db):
    series = make_series()
    record_days(series, MONDAY, 10)

    def queries(path):
        desk.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(path).status_code == 200
        return captured

    few = len(queries(LIST))
    record_days(series, MONDAY - timedelta(days=10), 3000)
    for number in range(5):
        record_days(make_series(make_instrument(f"x-{number}")), MONDAY, 10)
    many = queries(LIST)
    assert len(many) == few
    for query in many:
        if "COUNT(" in query["sql"] and "markets_observation" in query["sql"]:
            assert "LIMIT 1001" in query["sql"]


def test_the_list_is_sorted_only_by_what_has_an_index(desk, seeded):
    assert desk.get(LIST).content.decode().count('class="sortable') == 1


def test_the_series_of_the_form_is_found_by_words(desk, seeded):
    path = f"/{settings.ADMIN_PATH}/autocomplete/"
    names = {"app_label": "markets", "model_name": "observation", "field_name": "series"}
    with CaptureQueriesContext(connection) as captured:
        found = desk.get(path, names | {"term": "дизел"}).json()["results"]
    assert {one["text"].split(" · ")[0] for one in found} == {
        "fuel-diesel-ru",
        "fuel-diesel-kz",
    }
    assert len(captured) <= 6


def test_a_stranger_and_a_reporter_cannot_add(client, seeded, dollar, django_user_model):
    assert client.get(ADD).status_code == 302
    reporter = django_user_model.objects.create_user("reporter", password="x", is_staff=True)
    client.force_login(reporter)
    assert client.post(ADD, typed(dollar)).status_code == 403
    assert not Observation.objects.filter(series=dollar).exists()


def test_a_page_of_the_admin_does_not_ask_for_the_ticker(desk, seeded):
    with CaptureQueriesContext(connection) as captured:
        desk.get(f"/{settings.ADMIN_PATH}/")
    assert not any("markets_tickerslot" in query["sql"] for query in captured)


def test_the_code_of_an_instrument_stays_what_addresses_know(desk, seeded):
    series = Series.objects.get(instrument__code="brent", source__key="eia")
    page = desk.get(f"/{settings.ADMIN_PATH}/markets/instrument/{series.instrument_id}/change/")
    assert 'name="code"' not in page.content.decode()
