"""The board, an instrument's page and the pieces other pages borrow."""

import gzip
import re
from datetime import timedelta

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.html import strip_tags

from markets.models import Instrument, Observation, Series
from markets.tests.factories import (
    MONDAY,
    make_instrument,
    make_series,
    make_slot,
    record,
    record_days,
)

CODES = [
    "usd-rub",
    "eur-rub",
    "brent",
    "fuel-ai92-ru",
    "fuel-ai95-ru",
    "fuel-ai98-ru",
    "fuel-diesel-ru",
]


def words(response):
    markup = response if isinstance(response, str) else response.content.decode()
    return re.sub(r"\s+", " ", strip_tags(markup)).strip()


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize(
    ("prefix", "names", "dollar"),
    [
        ("", ["US dollar to rouble", "Brent crude", "AI-98 petrol"], "64.3008"),
        ("/ru", ["Доллар США к рублю", "Нефть Brent", "Бензин АИ-98"], "64,3008"),
        ("/kk", ["АҚШ долларының рубльге бағамы", "Brent мұнайы", "АИ-98 бензині"], "64,3008"),
    ],
)
def test_the_board_shows_every_instrument_with_its_numbers(seeded, client, prefix, names, dollar):
    page = main(client.get(f"{prefix}/markets/"))
    for text in (*names, f'<data value="64.3008">{dollar}</data>', '<data value="52.10">'):
        assert text in page
    assert page.count('scope="rowgroup"') == 3
    assert page.count('<svg class="spark') == page.count('<svg class="rng"') == 7
    for code in CODES:
        assert f'href="{prefix}/markets/{code}/"' in page


def test_the_board_says_whose_figures_it_shows(seeded, client):
    page = words(main(client.get("/markets/")))
    assert "Sample data: USD, EUR, BRENT, AI-92, AI-95, AI-98, Diesel." in page
    assert "they are no market prices" in page


def test_the_board_without_prices_is_a_page_too(client, db):
    page = client.get("/markets/")
    assert page.status_code == 200
    assert "No prices have been recorded yet" in words(page)
    make_series()
    page = main(client.get("/markets/"))
    assert "—" in page and "<data" not in page


def test_the_range_of_a_year_is_that_of_the_number_of_units_shown(client, db):
    series = make_series()
    record(series, MONDAY - timedelta(days=363), "1.5", nominal=1)
    record(series, MONDAY - timedelta(days=365), "1.1", nominal=1)
    record(series, MONDAY, "120", nominal=100)
    record(series, MONDAY + timedelta(days=1), "300", nominal=100)
    assert "120.0000 to 150.0000" in words(client.get("/markets/"))


@pytest.mark.parametrize("path", ["/markets/", "/markets/usd-rub/", "/markets/usd-rub/?range=1m"])
def test_pages_cost_the_same_at_ten_values_and_at_a_thousand(client, db, path):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return [query["sql"] for query in queries if "news_" not in query["sql"]]

    series = make_series()
    make_slot(series.instrument)
    record_days(series, MONDAY, 10)
    few = cost()
    record_days(series, MONDAY - timedelta(days=10), 1000)
    for number in range(10 if path == "/markets/" else 0):
        more = make_series(make_instrument(f"x-{number}"))
        make_slot(more.instrument, number + 2)
        record_days(more, MONDAY, 40)
    assert len(cost()) == len(few)
    assert len(few) <= (4 if path == "/markets/" else 6)  # the frame's own query names news


@pytest.mark.parametrize(
    ("prefix", "title", "dollar", "low"),
    [
        ("", "US dollar to rouble", "64.3008", "Lowest"),
        ("/ru", "Доллар США к рублю", "64,3008", "2026"),
        ("/kk", "АҚШ долларының рубльге бағамы", "64,3008", "2026"),
    ],
)
def test_an_instrument_has_its_page_in_each_language(seeded, client, prefix, title, dollar, low):
    response = client.get(f"{prefix}/markets/usd-rub/")
    html = response.content.decode()
    assert f"<title>{title} | " in html
    assert f"<h1>{title}</h1>" in html
    assert f'<data value="64.3008">{dollar}</data>' in main(response)
    assert low in re.search(r"<desc[^>]*>(.*?)</desc>", html)[1]


def test_the_page_names_source_terms_and_licence(client, seeded):
    eia = Series.objects.get(instrument__code="brent", source__key="eia")
    record(eia, MONDAY, "58.60")
    page = main(client.get("/markets/brent/"))
    assert '<a href="https://www.eia.gov/" rel="external">U.S. Energy Information' in page
    assert "Public domain</a>" in page
    assert "Source: U.S. Energy Information Administration." in page


def test_the_finding_of_a_chart_is_told_in_words(client, db):
    series = make_series()
    for days, value in ((9, "64"), (6, "60.5"), (3, "66.25"), (0, "64.3008")):
        record(series, MONDAY - timedelta(days=days), value)
    page = main(client.get("/markets/usd-rub/"))
    desc = re.search(r"<desc[^>]*>(.*?)</desc>", page)[1]
    assert desc == (
        "Lowest 60.5000 on 17 Nov 2026, highest 66.2500 on 20 Nov 2026, "
        "last 64.3008 on 23 Nov 2026; roubles per US dollar."
    )


def test_comparisons_are_with_the_values_in_force_on_those_days(client, db):
    series = make_series()
    values = {366: "50", 364: "55", 363: "40", 31: "60", 29: "61", 8: "62", 6: "63", 3: "70"}
    for days, value in values.items():
        record(series, MONDAY - timedelta(days=days), value)
    record(series, MONDAY, "64")
    page = main(client.get("/markets/usd-rub/"))
    stats = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page)
    assert stats == [
        ("Previous", "70.0000"),
        ("Week ago", "62.0000"),
        ("Month ago", "60.0000"),
        ("Year ago", "50.0000"),
        ("52-week low", "40.0000"),
        ("52-week high", "70.0000"),
    ]


def test_a_comparison_without_a_value_is_a_dash(client, db):
    record(make_series(), MONDAY, "64")
    page = main(client.get("/markets/usd-rub/"))
    assert "<dt>Year ago</dt><dd>—</dd>" in page


def test_ranges_are_links_and_the_current_one_is_marked(seeded, client):
    for key in ("1m", "3m", "6m", "1y", "5y"):
        page = main(client.get(f"/markets/brent/?range={key}"))
        assert re.findall(r'range=(\w+)" aria-current="true"', page) == [key]
        assert page.count('role="img"') == 2
    assert 'range=6m" aria-current="true"' in main(client.get("/markets/brent/"))


@pytest.mark.parametrize(
    "path",
    [
        "/markets/gold/",
        "/markets/gold.csv",
        "/markets/gold.json",
        "/markets/usd-rub/?range=9y",
        "/markets/usd-rub/?range=",
        "/markets/usd-rub/?range=6m%00",
        "/markets/usd-rub.json?range=9y",
        "/markets/usd-rub/?page=0",
        "/markets/usd-rub/?page=99",
        "/markets/usd-rub/?page=two",
    ],
)
def test_what_does_not_exist_is_not_found(seeded, client, path):
    assert client.get(path).status_code == 404


def test_an_instrument_out_of_use_is_not_found(seeded, client):
    Instrument.objects.filter(code="brent").update(is_active=False)
    assert client.get("/markets/brent/").status_code == 404
    assert "brent" not in main(client.get("/markets/"))


def test_an_instrument_without_values_has_a_plain_page(client, db):
    make_series()
    response = client.get("/markets/usd-rub/")
    assert response.status_code == 200
    assert "<svg class=" not in main(response)
    assert "chart.js" not in response.content.decode()


def test_the_history_is_turned_by_pages_and_each_row_knows_the_one_before(seeded, client):
    first = main(client.get("/markets/usd-rub/"))
    rows = re.findall(r'<th scope="row"><time datetime="([\d-]+)">', first)
    assert len(rows) == 30 and rows[0] == "2026-11-23" and rows[1] == "2026-11-20"
    second = main(client.get("/markets/usd-rub/?range=1y&page=2"))
    following = re.findall(r'<th scope="row"><time datetime="([\d-]+)">', second)
    assert rows[-1] > following[0]
    assert 'href="/markets/usd-rub/?range=1y"' in second  # the first page, range kept
    assert len(re.findall(r'<td class="c-abs"><span class="chg', first)) == 30
    assert (
        '<link rel="canonical" href="http://127.0.0.1:8000/markets/usd-rub/?page=2">'
        in client.get("/markets/usd-rub/?range=1y&page=2").content.decode()
    )


def test_the_oldest_value_has_no_change(client, db):
    series = make_series()
    record(series, MONDAY - timedelta(days=1), "63")
    record(series, MONDAY, "64")
    page = main(client.get("/markets/usd-rub/"))
    cells = re.findall(r'<td class="c-abs">(.*?)</td>', page)
    assert "+1.0000" in cells[0] and cells[1] == ""


def test_neither_superseded_values_nor_tomorrows_are_in_the_history(client, db):
    series = make_series()
    record(series, MONDAY, "99")
    record(series, MONDAY, "64")
    record(series, MONDAY + timedelta(days=1), "77")
    for path in ("/markets/usd-rub/", "/markets/usd-rub.csv", "/markets/usd-rub.json"):
        response = client.get(path)
        text = (
            b"".join(response.streaming_content) if response.streaming else response.content
        ).decode()
        assert "64.0000" in text
        assert "99.0000" not in text and "77.0000" not in text


@pytest.mark.parametrize("path", ["/markets/", "/markets/usd-rub/", "/markets/usd-rub/?range=5y"])
@pytest.mark.parametrize("prefix", ["", "/ru", "/kk"])
def test_pages_stay_light_and_without_inline_code(five_years, client, prefix, path):
    content = client.get(prefix + path).content
    assert len(gzip.compress(content)) < 15_000
    html = content.decode()
    assert " style=" not in html and "<style" not in html
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r"\son\w+=", html)


def test_five_years_are_drawn_with_few_points(five_years, client):
    page = main(client.get("/markets/usd-rub/?range=5y"))
    wide, narrow = page.split('<svg class="c-narrow"')
    for part, most in ((wide, 260), (narrow, 160)):
        drawn = re.findall(r'<polyline class="ln" points="([^"]+)"', part)
        assert 100 < sum(len(line.split()) for line in drawn) <= most


def render(text, language="en", **context):
    with translation.override(language):
        return Template("{% load markets %}" + text).render(Context(context))


def test_the_band_shows_the_oil_and_every_instrument_of_the_ticker(
    seeded, django_assert_num_queries
):
    with django_assert_num_queries(2):
        band = render("{% market_band %}")
    assert "Brent crude" in band and "58.45" in band and "+0.73 (+1.26%)" in band
    assert band.count('<svg class="spark') == 7
    assert band.count('role="img"') == 1
    assert "Sample data" in band
    assert "58,45" in render("{% market_band %}", "ru")


def test_the_rail_is_made_of_the_ticker_alone(seeded, django_assert_num_queries):
    from markets import ticker

    strip = ticker.current("en")
    with django_assert_num_queries(0):
        rail = render("{% market_rail %}{% as_of %}", ticker=strip)
    assert "52.10" in rail
    assert 'As of <time datetime="2026-11-23">23 Nov</time>' in rail


def test_the_pieces_are_empty_without_prices(db):
    assert render("{% market_band %}{% market_rail %}{% as_of %}") == ""
    assert render("{% prices instruments %}", instruments=[make_instrument()]) == ""
    assert render("{% prices instruments %}", instruments=[]) == ""


def test_the_prices_of_a_story_cost_one_query(seeded, django_assert_num_queries):
    named = list(Instrument.objects.filter(code__in=["brent", "usd-rub"]))
    with django_assert_num_queries(1):
        shown = render("{% prices named %}", named=named)
    assert "BRENT" in shown and "58.45" in shown and "Sample data" in shown
    assert shown.index("USD") < shown.index("BRENT")


def test_hostile_names_are_written_as_text(client, db):
    evil = '<script>alert(1)</script>"'
    instrument = make_instrument(name_en=evil, unit_en=evil, label_en="<b>X")
    series = make_series(instrument)
    type(series.source).objects.update(name_en=evil, attribution_en=evil)
    record(series, MONDAY - timedelta(days=1), "63")
    record(series, MONDAY, "64")
    make_slot(instrument)
    for path in ("/markets/", "/markets/usd-rub/"):
        assert "<script>alert" not in client.get(path).content.decode()
    for tag in ("{% market_band %}", "{% market_rail %}"):
        assert "<script>alert" not in render(tag)
    assert Observation.objects.count() == 2
