"""The sheet of fuel prices: typed at once, doubted before it is saved, stored whole or not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from markets import ticker
from markets.models import Instrument, Observation, Series, State
from markets.tests.factories import MONDAY, make_instrument, make_series, record

SHEET = f"/{settings.ADMIN_PATH}/markets/fuelprice/"


@pytest.fixture
def desk(instruments, member):
    return member("Market editors")


@pytest.fixture
def grades(instruments):
    """{label: Series} of the Russian grades."""
    rows = Series.objects.filter(instrument__region__code="ru", source__key="editorial")
    return {row.instrument.label_en: row for row in rows}


@pytest.fixture
def known(grades):
    """A week ago the same editor's desk wrote these."""
    for label, value in (("AI-92", "42.40"), ("AI-95", "46.30"), ("AI-98", "52.10")):
        record(grades[label], MONDAY - timedelta(days=7), value)
    return grades


def typed(prices, *, day="2026-11-23", **more):
    fields = {"as_of": day, "source_url": "", "note": "", "_save": ""}
    return fields | {f"price-{series.pk}": text for series, text in prices.items()} | more


def today():
    return {
        row.series.instrument.label_en: row
        for row in Observation.objects.filter(as_of=MONDAY, entered_by__isnull=False)
    }


def test_the_sheet_shows_every_grade_of_every_region_with_its_last_value(desk, known):
    page = desk.get(SHEET).content.decode()
    assert page.count("data-price") == 7
    assert "Russia" in page and "Kazakhstan" in page
    assert "42.40" in page and "16 Nov" in page
    assert 'value="2026-11-23"' in page


def test_prices_typed_with_point_or_comma_are_stored_together_and_shown(desk, known):
    response = desk.post(
        SHEET,
        typed(
            {known["AI-92"]: "42,61", known["AI-95"]: " 46.50 "},
            note="weekly survey",
            source_url="https://example.org/survey",
        ),
        follow=True,
    )
    assert "2 prices saved" in response.content.decode()
    rows = today()
    assert {label: row.value for label, row in rows.items()} == {
        "AI-92": Decimal("42.61"),
        "AI-95": Decimal("46.50"),
    }
    assert rows["AI-92"].raw_value == "42,61"
    assert rows["AI-92"].entered_by == desk.user
    assert rows["AI-92"].note == "weekly survey"
    assert rows["AI-92"].source_url == "https://example.org/survey"


def test_the_ticker_of_the_next_page_shows_what_was_saved(desk, known):
    assert "AI-92 42.4 " in ticker.ticker_text("en")
    desk.post(SHEET, typed({known["AI-92"]: "42.61"}))
    assert "AI-92 42.61" in ticker.ticker_text("en")


def test_checking_says_what_would_happen_and_stores_nothing(desk, known):
    fields = typed({known["AI-92"]: "42.61", known["AI-95"]: "47.90", known["AI-98"]: "60"})
    del fields["_save"]
    page = desk.post(SHEET, fields | {"_check": ""}).content.decode()
    assert today() == {}
    assert 'value="47.90"' in page and "Unusual" in page
    assert 'value="60"' in page and "Will be held" in page
    assert "+3.46%" in page and "+15.16%" in page


def test_an_unusual_price_is_saved_only_once_it_is_confirmed(desk, known):
    fields = typed({known["AI-92"]: "42.61", known["AI-95"]: "47.90"})
    page = desk.post(SHEET, fields)
    assert today() == {}, "not even the price nobody doubts"
    mark = page.context["sheet"].mark
    assert f'name="confirm" value="{mark}"' in page.content.decode()
    assert desk.post(SHEET, fields | {"confirm": mark}).status_code == 302
    row = today()["AI-95"]
    assert (row.state, row.is_flagged) == (State.ACCEPTED, True)


def test_a_confirmation_holds_for_the_price_that_was_shown_and_no_other(desk, known):
    mark = desk.post(SHEET, typed({known["AI-95"]: "47.90"})).context["sheet"].mark
    assert desk.post(SHEET, typed({known["AI-95"]: "48.10"}, confirm=mark)).status_code == 200
    other_day = typed({known["AI-95"]: "47.90"}, day="2026-11-22", confirm=mark)
    assert desk.post(SHEET, other_day).status_code == 200
    assert not Observation.objects.filter(entered_by=desk.user).exists()


def test_a_jump_is_held_for_another_person_and_readers_keep_the_last_value(desk, known):
    fields = typed({known["AI-92"]: "49.90"})
    mark = desk.post(SHEET, fields).context["sheet"].mark
    page = desk.post(SHEET, fields | {"confirm": mark}, follow=True).content.decode()
    assert "1 price waits for another person" in page
    assert today()["AI-92"].state == State.HELD
    assert "AI-92 42.4 " in ticker.ticker_text("en")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("forty", "such as 64.3008"),
        ("-42.4", "such as 64.3008"),
        ("=1+1", "such as 64.3008"),
        ("NaN", "such as 64.3008"),
        ("1e2", "such as 64.3008"),
        ("0", "above zero"),
        ("0,00", "above zero"),
        ("42.431", "keeps 2 decimals"),
        ("4243", "Not plausible"),
        ("<b>42</b>", "such as 64.3008"),
        ("9" * 60, "such as 64.3008"),
    ],
)
def test_a_wrong_cell_keeps_what_was_typed_and_nothing_is_stored(desk, known, wrong, message):
    fields = typed({known["AI-92"]: wrong, known["AI-95"]: "46.50"}, note="kept & shown")
    page = desk.post(SHEET, fields)
    assert page.status_code == 200
    (cell,) = [cell for cell in page.context["sheet"].cells if cell.error]
    assert cell.series == known["AI-92"] and message in cell.error
    html = page.content.decode()
    assert f'aria-describedby="{cell.name}-last {cell.name}-said" aria-invalid="true"' in html
    assert "<b>42</b>" not in html and "kept &amp; shown" in html and 'value="46.50"' in html
    assert wrong.startswith(cell.typed[:41])
    assert today() == {}


def test_a_wrong_day_keeps_the_prices(desk, known):
    page = desk.post(SHEET, typed({known["AI-92"]: "42.61"}, day="yesterday"))
    assert page.status_code == 200
    assert "Enter a valid date" in page.content.decode()
    assert 'value="42.61"' in page.content.decode()
    assert not Observation.objects.filter(entered_by=desk.user).exists()


def test_a_day_too_far_ahead_is_refused_in_the_cell(desk, known):
    page = desk.post(SHEET, typed({known["AI-92"]: "42.61"}, day="2026-11-26"))
    assert "More than 2 days ahead" in page.content.decode()


def test_a_price_of_the_same_day_typed_again_becomes_a_revision(desk, known):
    desk.post(SHEET, typed({known["AI-92"]: "42.61"}))
    page = desk.post(SHEET, typed({known["AI-92"]: "42.61"}), follow=True)
    assert "known already" in page.content.decode()
    fields = typed({known["AI-92"]: "42.60"}, _check="")
    del fields["_save"]
    assert "replaces the value of this day" in desk.post(SHEET, fields).content.decode()
    desk.post(SHEET, typed({known["AI-92"]: "42.60"}))
    rows = Observation.objects.filter(series=known["AI-92"], as_of=MONDAY).order_by("rev")
    assert [(row.rev, row.state) for row in rows] == [(1, "superseded"), (2, "accepted")]


def test_an_empty_sheet_stores_nothing_and_says_so(desk, known):
    page = desk.post(SHEET, typed({}), follow=True)
    assert "No price was typed" in page.content.decode()


def test_a_database_that_fails_halfway_keeps_nothing_of_the_sheet(desk, known, monkeypatch):
    kept = type(Observation.objects.all()).record
    calls = []

    def failing(self, *args, **options):
        calls.append(args)
        if len(calls) == 2:
            raise DatabaseError("disk full")
        return kept(self, *args, **options)

    monkeypatch.setattr(type(Observation.objects.all()), "record", failing)
    with pytest.raises(DatabaseError):
        desk.post(SHEET, typed({known["AI-92"]: "42.61", known["AI-95"]: "46.50"}))
    assert len(calls) == 2
    assert not Observation.objects.filter(as_of=MONDAY, entered_by=desk.user).exists()


def test_the_sheet_of_an_earlier_day_compares_with_the_value_before_it(desk, known):
    page = desk.get(f"{SHEET}?as_of=2026-11-16").content.decode()
    assert "this day" in page and 'value="2026-11-16"' in page
    assert desk.get(f"{SHEET}?as_of=never").status_code == 200


def test_an_instrument_read_by_a_machine_or_out_of_use_is_not_on_the_sheet(desk, known):
    Instrument.objects.filter(code="fuel-ai98-ru").update(is_active=False)
    assert desk.get(SHEET).content.decode().count("data-price") == 6


def test_forty_regions_cost_no_more_queries_than_two(desk, known):
    def queries():
        desk.get(SHEET)
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(SHEET).status_code == 200
        return len(captured)

    few = queries()
    for number in range(40):
        grade = make_instrument(f"fuel-{number}", kind="fuel", show_min=2, show_max=2)
        record(make_series(grade), date(2026, 11, 16), "42")
    assert queries() == few <= 8


def test_the_admin_keeps_no_form_or_page_of_a_single_fuel_price(desk, known):
    row = Observation.objects.first()
    for path in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert desk.get(SHEET + path).status_code == 404
