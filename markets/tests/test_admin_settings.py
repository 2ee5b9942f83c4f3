"""The settings of the desk: what an instrument's limits do, and the order of the ticker."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from markets import ticker
from markets.models import Instrument, Observation, Series, TickerSlot
from markets.tests.factories import MONDAY, record, record_days

ROOT = f"/{settings.ADMIN_PATH}/markets/"
EXAMPLE = f"{ROOT}instrument/example/"
ASKED = {
    **{"store_scale": "2", "show_min": "1", "show_max": "2", "warn_pct": "2", "hold_pct": "5"},
    **{"min_value": "20", "max_value": "250", "soft_stale_days": "10", "hard_stale_days": "21"},
}


@pytest.fixture
def desk(instruments, member):
    return member("Market editors")


@pytest.fixture
def petrol(instruments):
    series = Series.objects.get(instrument__code="fuel-ai98-ru", source__key="editorial")
    record(series, MONDAY, "52.10")
    return series.instrument


def test_the_form_shows_how_the_newest_value_is_written_and_when_it_is_doubted(desk, petrol):
    page = desk.get(f"{ROOT}instrument/{petrol.pk}/change/").content.decode()
    for text in ("AI-98 52.1<", "АИ-98 52,1<", "52.10", "52,10", "Below 49.5 or above 54.71"):
        assert text in page, text
    assert "Outside 20 to 250" in page
    # A weekly survey of Mondays, late after ten days and outdated after twenty-one.
    assert "“Late” from Friday, 4 December 2026" in page
    assert "“Outdated” from Tuesday, 15 December 2026" in page
    assert 'value="250"' in page


def test_the_example_follows_settings_that_are_not_saved_yet(desk, petrol):
    asked = ASKED | {"instrument": petrol.pk, "show_min": "2", "hold_pct": "10"}
    page = desk.get(EXAMPLE, asked).content.decode()
    assert "AI-98 52.10<" in page and "Below 46.89 or above 57.31" in page
    assert Instrument.objects.get(pk=petrol.pk).show_min == 1


def test_the_example_says_which_settings_contradict_each_other(desk, petrol):
    page = desk.get(EXAMPLE, ASKED | {"show_min": "4"}).content.decode()
    assert "fewest ≤ most shown ≤ kept" in page
    page = desk.get(EXAMPLE, ASKED | {"hold_pct": "1"}).content.decode()
    assert "0 &lt; warn ≤ hold" in page


@pytest.mark.parametrize("wrong", ["", "x", "-1", "99999999999", "1e9", "NaN"])
@pytest.mark.parametrize("name", sorted(ASKED))
def test_the_example_answers_any_half_typed_setting(desk, petrol, name, wrong):
    page = desk.get(EXAMPLE, ASKED | {name: wrong})
    assert page.status_code == 200
    assert desk.get(EXAMPLE, {"instrument": wrong}).status_code == 200


def test_an_example_of_a_new_instrument_is_made_up_and_says_so(desk):
    page = desk.get(f"{ROOT}instrument/add/").content.decode()
    assert "What these settings do" in page
    assert "the example is made up" in desk.get(EXAMPLE, ASKED).content.decode()


def test_every_setting_of_an_instrument_is_explained(desk, petrol):
    response = desk.get(f"{ROOT}instrument/{petrol.pk}/change/")
    form = response.context["adminform"].form
    named = ("label", "name", "unit")
    silent = [
        name
        for name, field in form.fields.items()
        if not field.help_text and not name.startswith(named)
    ]
    assert silent == []


def order(language=""):
    slots = TickerSlot.objects.filter(language=language).order_by("position")
    return [slot.instrument.label_en for slot in slots]


def test_an_instrument_changes_places_with_its_neighbour(desk, seeded):
    before = order()
    euro = TickerSlot.objects.get(instrument__code="eur-rub")
    desk.post(f"{ROOT}tickerslot/{euro.pk}/move/up/")
    assert order() == [before[1], before[0], *before[2:]]
    assert ticker.ticker_text("en").startswith("EUR 69.4191  USD 64.3008")
    page = desk.get(f"{ROOT}tickerslot/").content.decode()
    assert "EUR 69.4191  USD 64.3008" in page and "EUR 69,4191" in page
    desk.post(f"{ROOT}tickerslot/{euro.pk}/move/down/")
    assert order() == before


def test_the_first_does_not_move_up_nor_the_last_down(desk):
    before = order()
    first, last = TickerSlot.objects.order_by("position")[0], TickerSlot.objects.last()
    page = desk.post(f"{ROOT}tickerslot/{first.pk}/move/up/", follow=True)
    assert "at the end already" in page.content.decode()
    desk.post(f"{ROOT}tickerslot/{last.pk}/move/down/")
    assert order() == before


def test_places_of_one_language_move_among_themselves(desk):
    brent, dollar = (Instrument.objects.get(code=code) for code in ("brent", "cny-rub"))
    TickerSlot.objects.create(language="ru", position=2, instrument=dollar)
    last = TickerSlot.objects.create(language="ru", position=20, instrument=brent)
    before = order()
    desk.post(f"{ROOT}tickerslot/{last.pk}/move/up/")
    assert order("ru") == ["BRENT", dollar.label_en]
    assert order() == before


def test_only_a_post_moves_and_only_up_or_down(desk):
    slot = TickerSlot.objects.order_by("position")[1]
    before = order()
    assert desk.get(f"{ROOT}tickerslot/{slot.pk}/move/up/").status_code == 405
    assert desk.post(f"{ROOT}tickerslot/{slot.pk}/move/sideways/").status_code == 404
    assert order() == before


def test_a_new_place_is_the_last_one(desk):
    page = desk.get(f"{ROOT}tickerslot/add/").content.decode()
    assert 'name="position" value="8"' in page


@pytest.mark.parametrize(
    "path",
    [
        *("instrument/", "series/", "source/", "region/", "holiday/", "tickerslot/"),
        *(
            "override/",
            "heldquote/",
            "fetchrun/",
            "observation/",
            "fuelprice/",
            "observation/?q=usd",
        ),
        "observation/?state__exact=held",
    ],
)
def test_no_list_asks_more_than_fifteen_questions_or_counts_everything(desk, path):
    series = Series.objects.get(instrument__code="usd-rub", source__key="cbr")
    record_days(series, MONDAY, 1200)
    desk.get(ROOT + path)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(ROOT + path).status_code == 200
    assert len(captured) <= 15
    for query in captured:
        if "COUNT(" in query["sql"] and "markets_observation" in query["sql"]:
            assert "LIMIT 1001" in query["sql"]


def test_the_newest_quotes_are_read_from_their_index_without_joins(desk):
    """Beside a join SQLite sorts two million rows for the newest fifty: eleven seconds."""
    record_days(Series.objects.get(instrument__code="usd-rub", source__key="cbr"), MONDAY, 60)
    with CaptureQueriesContext(connection) as captured:
        desk.get(f"{ROOT}observation/")
    page = [query["sql"] for query in captured if '"raw_value"' in query["sql"]]
    assert len(page) == 1 and " JOIN " not in page[0]


def test_no_list_offers_to_count_its_filters(desk):
    record_days(Series.objects.get(instrument__code="usd-rub", source__key="cbr"), MONDAY, 5)
    page = desk.get(f"{ROOT}observation/?_facets=True").content.decode()
    assert "Show counts" not in page and "accepted (5)" not in page


def test_quotes_of_a_day_are_found_by_its_date(desk):
    series = Series.objects.get(instrument__code="usd-rub", source__key="cbr")
    record_days(series, MONDAY, 5)
    found = desk.get(f"{ROOT}observation/?q=usd-rub+2026-11-22").context["cl"].queryset
    assert [row.as_of.day for row in found] == [22]
    assert desk.get(f"{ROOT}observation/?q=2026-02-31").context["cl"].result_count == 0
    assert Observation.objects.count() == 5


def test_pages_of_the_desk_hold_no_style_or_script_of_their_own(desk, petrol):
    import re

    for path in ("fuelprice/", "heldquote/", "fetchrun/", "override/add/", "tickerslot/",
                 "observation/import/", f"instrument/{petrol.pk}/change/", ""):  # fmt: skip
        page = desk.get(ROOT + path).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", page), path
