"""The strip above every page: its exact words, and that it never breaks a page."""

import gzip
import logging
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import OperationalError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.html import strip_tags

from markets import context_processors
from markets import ticker as strip
from markets.models import Instrument, Observation, Override, Series, TickerSlot
from markets.tests.factories import (
    MONDAY,
    make_instrument,
    make_series,
    make_slot,
    record,
    record_days,
)
from portal.lib import lifetime

EN = "USD 64.3008  EUR 69.4191  BRENT 58.45  AI-92 42.43  AI-95 46.32  AI-98 52.1  Diesel 48.21"
RU = "USD 64,3008  EUR 69,4191  BRENT 58,45  АИ-92 42,43  АИ-95 46,32  АИ-98 52,1  ДТ 48,21"
KK = "USD 64,3008  EUR 69,4191  BRENT 58,45  АИ-92 42,43  АИ-95 46,32  АИ-98 52,1  Дизель 48,21"


def html(language="en"):
    with translation.override(language):
        ticker = strip.current(language)
        return render_to_string("chrome/ticker.html", {"ticker": ticker})


def words(markup):
    return re.sub(r"\s+", " ", strip_tags(markup)).strip()


@pytest.mark.parametrize(("language", "text"), [("en", EN), ("ru", RU), ("kk", KK)])
def test_the_strip_reads_exactly(seeded, language, text):
    assert strip.ticker_text(language) == text
    shown = words(html(language))
    for part in text.split("  "):
        assert part in shown


def test_machines_read_a_point_whatever_the_language(seeded):
    assert '<data value="64.3008">64,3008</data>' in html("ru")
    assert '<data value="52.10">52,1</data>' in html("kk")


def test_changes_are_those_of_the_same_series(seeded):
    found = re.findall(r"chg--(\w+).*?</span>([^<]+)</span>", html())
    assert found == [
        ("up", "+0.21%"),
        ("down", "−0.13%"),
        ("up", "+1.26%"),
        ("up", "+0.05%"),
        ("flat", "0.00%"),
        ("down", "−0.08%"),
        ("up", "+0.23%"),
    ]


def test_a_cell_names_its_unit_its_source_and_its_day_and_leads_to_its_page(seeded):
    shown = html()
    assert 'href="/markets/usd-rub/" title="US dollar to rouble, roubles per US dollar' in shown
    assert "· Sample data · 23 November 2026" in shown
    assert '<span class="vh"> roubles per US dollar, </span>' in shown
    assert 'href="/ru/markets/usd-rub/"' in html("ru")
    assert "Демонстрационные данные · 23 ноября 2026" in html("ru")


@pytest.mark.parametrize(
    ("days", "head"), [(0, "as of 23 Nov"), (1, "as of 22 Nov"), (2, "as of Sat 21 Nov")]
)
@pytest.mark.django_db
def test_the_head_names_the_weekday_when_the_figures_are_older_than_a_day(days, head):
    series = make_series()
    make_slot(series.instrument)
    record(series, MONDAY - timedelta(days=days), "64")
    assert f"Markets{head}" in words(html())


@pytest.mark.django_db
def test_a_cell_of_another_day_says_so_and_an_old_one_says_it_aloud_without_its_change():
    usd, brent, ai95 = (
        make_instrument(code, soft_stale_days=5) for code in ("usd-rub", "brent", "ai95")
    )
    for place, (one, age) in enumerate(((usd, 0), (brent, 5), (ai95, 6)), 1):
        series = make_series(one)
        record(series, MONDAY - timedelta(days=age + 1), "60")
        record(series, MONDAY - timedelta(days=age), "64")
        make_slot(one, place)
    first, second, third = html().split("<li>")[1:]
    assert "as of" not in first
    assert '<span class="vh">as of <time datetime="2026-11-18">18 Nov</time> </span>' in second
    assert "+6.67%" in second
    assert '<span class="ticker__old">as of <time datetime="2026-11-17">17 Nov' in third
    assert "%" not in words(third)


def test_one_missing_value_leaves_the_others_in_their_places(seeded):
    Series.objects.filter(instrument__code="brent", source__key="sample").update(is_active=False)
    assert strip.ticker_text("en") == EN.replace("58.45", "—")
    assert "<data" in html() and '<b>BRENT</b> <span>—<span class="vh">' in html()


def test_an_instrument_out_of_use_has_no_cell(seeded):
    Instrument.objects.filter(code="eur-rub").update(is_active=False)
    assert strip.ticker_text("en") == EN.replace("EUR 69.4191  ", "")


@pytest.mark.django_db
def test_without_any_value_there_is_no_strip():
    assert html().strip() == ""
    make_slot(make_series().instrument)
    assert html().strip() == ""
    assert strip.ticker_text("en") == ""


def test_a_place_may_belong_to_one_language(seeded):
    TickerSlot.objects.filter(instrument__code="eur-rub").update(language="kk")
    assert "EUR" in strip.ticker_text("kk")
    assert "EUR" not in strip.ticker_text("ru")


def test_the_own_places_of_a_language_replace_the_general_ones(seeded):
    for place, code in enumerate(("fuel-ai95-ru", "usd-rub"), 1):
        make_slot(Instrument.objects.get(code=code), place, "kk")
    assert strip.ticker_text("kk") == "АИ-95 46,32  USD 64,3008"
    assert strip.ticker_text("ru") == RU
    TickerSlot.objects.filter(language="kk").delete()
    assert strip.ticker_text("kk") == KK


@pytest.mark.django_db
def test_a_late_cell_is_marked_dated_and_explained_and_a_weekend_is_not():
    for place, (code, days) in enumerate({"usd-rub": 2, "eur-rub": 3}.items(), 1):
        series = make_series(make_instrument(code), calendar="cbr")
        record(series, MONDAY - timedelta(days=days + 1), "60")
        record(series, MONDAY - timedelta(days=days), "64")
        make_slot(series.instrument, place)
    gap, late = html().split("<li>")[1:]
    assert 'data-state="gap"' in gap and "+6.67%" in gap
    assert "Next value expected on Tuesday, 24 November 2026." in gap
    assert "Next value expected" not in words(gap)
    assert 'data-state="late"' in late and "%" not in words(late)
    assert 'ticker__old">as of <time datetime="2026-11-20">' in late
    assert "Late. 1 expected value has not come." in words(late)


def test_a_cell_set_by_hand_says_so_in_its_title_and_to_a_screen_reader(seeded, market_editor):
    brent = Instrument.objects.get(code="brent")
    now = timezone.now()
    Override.objects.create(
        instrument=brent,
        value=Decimal("61.5"),
        as_of=MONDAY,
        reason="The <exchange> is closed.",
        starts_at=now,
        expires_at=now + timedelta(hours=1),
        entered_by=market_editor,
    )
    assert strip.ticker_text("en") == EN.replace("58.45", "61.50")
    cell = html().split("<li>")[3]
    said = "Set by the newsroom until 23 Nov 2026, 13:00 MSK: The &lt;exchange&gt; is closed."
    assert cell.count(said) == 2
    assert "%" not in words(cell)


@pytest.mark.parametrize("prefix", ["", "/ru", "/kk"])
def test_the_fragment_is_the_strip_of_the_page_and_nothing_else(seeded, client, prefix):
    page = client.get(f"{prefix}/markets/").content.decode()
    answer = client.get(f"{prefix}/markets/ticker/")
    fragment = answer.content.decode().strip()
    assert fragment.startswith("<aside") and fragment.endswith("</aside>")
    assert fragment in page
    assert f'data-ticker="{prefix}/markets/ticker/"' in fragment


def test_the_fragment_is_short_lived_not_indexed_and_unchanged_when_nothing_changed(
    seeded, client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        answer = client.get("/markets/ticker/")
    assert answer["Cache-Control"] == lifetime.SHARED
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    again = client.get("/markets/ticker/", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    record(Series.objects.get(instrument__code="usd-rub", source__key="cbr"), MONDAY, "64.3009")
    again = client.get("/markets/ticker/", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 200 and b"64.3009" in again.content


@pytest.mark.django_db
def test_without_any_value_the_fragment_is_empty(client):
    answer = client.get("/markets/ticker/")
    assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_every_page_names_the_script_of_the_strip_which_is_small(seeded, client):
    assert '<script type="module" src="/static/js/site.js"></script>' in (
        client.get("/markets/").content.decode()
    )
    folder = settings.BASE_DIR / "static" / "js"
    assert '"./ticker.js"' in (folder / "site.js").read_text()
    script = (folder / "ticker.js").read_bytes()
    assert len(gzip.compress(script, 9)) <= 0.8 * 1024


@pytest.mark.django_db
def test_the_strip_costs_one_query_however_long_its_histories(django_assert_num_queries):
    for place in range(5):
        series = make_series(make_instrument(f"x-{place}"))
        make_slot(series.instrument, place)
        record_days(series, MONDAY, 10 if place else 1000)
    with django_assert_num_queries(1):
        html()


@pytest.mark.django_db
def test_a_page_that_prints_no_strip_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        context_processors.ticker(RequestFactory().get("/admin/"))


def test_a_broken_database_leaves_the_last_strip_standing_and_one_line_in_the_log(
    seeded, monkeypatch, caplog
):
    before = html()

    def broken(language):
        raise OperationalError("no such table: markets_series")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "markets.ticker"):
        patch.setattr(strip, "load", broken)
        assert html() == before
        assert html() == before
        # This process has shown no Kazakh strip yet: it shows none.
        assert html("kk").strip() == ""
    assert len(caplog.records) == 1
    # The database is back.
    record(Series.objects.get(instrument__code="usd-rub", source__key="cbr"), MONDAY, "64.3009")
    assert "USD 64.3009" in words(html())
    assert Observation.objects.accepted().filter(as_of=MONDAY).exists()
