"""The board, an instrument's page and the pieces other pages borrow."""

import functools
import gzip
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.html import strip_tags

from markets import sample
from markets.models import Instrument, Observation, Override, Series
from markets.tests.factories import (
    MONDAY,
    make_instrument,
    make_series,
    make_slot,
    record,
    record_days,
)

CODES = list(sample.HISTORIES)


def words(response):
    markup = response if isinstance(response, str) else response.content.decode()
    return re.sub(r"\s+", " ", strip_tags(markup)).strip()


def main(response):
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


put = functools.partial(record, guard=False)  # jumps on purpose, for nobody to look at


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
    assert page.count('scope="rowgroup"') == 4  # currencies, oil, fuel in two countries
    assert page.count('<svg class="spark') == page.count('<svg class="rng"') == len(CODES)
    for code in CODES:
        assert f'href="{prefix}/markets/{code}/"' in page


def test_the_board_says_whose_figures_it_shows(seeded, client):
    page = words(main(client.get("/markets/")))
    assert "Sample data: USD, EUR, CNY, KZT, USD/KZT, EUR/KZT, RUB/KZT, EUR/USD, BRENT, " in page
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
    put(series, MONDAY - timedelta(days=363), "1.5", nominal=1)
    put(series, MONDAY - timedelta(days=365), "1.1", nominal=1)
    put(series, MONDAY, "120", nominal=100)
    put(series, MONDAY + timedelta(days=1), "300", nominal=100)
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
        put(series, MONDAY - timedelta(days=days), value)
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
        put(series, MONDAY - timedelta(days=days), value)
    put(series, MONDAY, "64")
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
    for key in ("1m", "3m", "6m", "1y", "5y", "all"):
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


def downloaded(response):
    return b"".join(response.streaming_content).decode()


def test_tomorrows_rate_is_named_as_such_and_is_no_part_of_the_history(client, db):
    series = make_series()
    put(series, MONDAY, "64")
    put(series, MONDAY + timedelta(days=1), "77")
    page = main(client.get("/markets/usd-rub/"))
    head = page.partition("<h2")[0]
    assert "Tomorrow" in words(head) and 'datetime="2026-11-24"' in head and "77.0000" in head
    assert '<data value="64.0000">' in page
    assert "77.0000" not in page.partition("<h2")[2]
    csv, json = (client.get(f"/markets/usd-rub.{kind}") for kind in ("csv", "json"))
    assert "77.0000" not in downloaded(csv)
    assert "77.0000" not in downloaded(json).partition('"observations"')[2]


def test_a_revised_value_is_marked_and_says_what_it_was(client, db, monday_noon):
    series = make_series()
    put(series, MONDAY - timedelta(days=3), "63")
    put(series, MONDAY, "99")
    monday_noon.shift(timedelta(hours=2))
    put(series, MONDAY, "64")
    page = main(client.get("/markets/usd-rub/"))
    assert "Revised on 23 Nov 2026; before: 99.0000" in words(page)
    assert page.count('class="rev"') == 1
    assert re.findall(r'<td class="val">(\d[\d.]+)', page) == ["64.0000", "63.0000"]
    for kind in ("csv", "json"):
        assert "99.0000" not in downloaded(client.get(f"/markets/usd-rub.{kind}"))


@pytest.mark.parametrize("path", ["/markets/", "/markets/usd-rub/", "/markets/usd-rub/?range=5y"])
@pytest.mark.parametrize("prefix", ["", "/ru", "/kk"])
def test_pages_stay_light_and_without_inline_code(five_years, client, prefix, path):
    content = client.get(prefix + path).content
    assert len(gzip.compress(content)) < 15_000
    html = content.decode()
    assert " style=" not in html and "<style" not in html
    assert not re.search(r'<script(?![^>]* (?:src=|type="application/ld\+json"))', html)
    assert not re.search(r"\son\w+=", html)


def test_five_years_are_drawn_with_few_points(five_years, client):
    page = main(client.get("/markets/usd-rub/?range=5y"))
    wide, narrow = page.split('<svg class="c-narrow"')
    for part, most in ((wide, 260), (narrow, 160)):
        drawn = re.findall(r'<path class="ln" d="([^"]+)"', part)
        assert 100 < sum(line.count("V") + 1 for line in drawn) <= most


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


# The order of the board --------------------------------------------------------------------------


def rows_of(page):
    return re.findall(r'<th scope="row"><a href="/markets/([\w-]+)/"', page)


@pytest.fixture
def three(db):
    """Changes of +1 %, -2 % and none to compare, in this order of the editors."""
    for position, (code, before, now) in enumerate(
        (("b-up", "100", "101"), ("c-down", "100", "98"), ("a-new", None, "100"))
    ):
        series = make_series(make_instrument(code, position=position, name_en=code.upper()))
        if before:
            put(series, MONDAY - timedelta(days=2), before)
        put(series, MONDAY - timedelta(days=position == 1), now)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["b-up", "c-down", "a-new"]),
        ("?sort=name", ["a-new", "b-up", "c-down"]),
        ("?sort=-name", ["c-down", "b-up", "a-new"]),
        ("?sort=change", ["c-down", "b-up", "a-new"]),
        ("?sort=-change", ["b-up", "c-down", "a-new"]),
        ("?sort=day", ["c-down", "b-up", "a-new"]),
    ],
)
def test_a_reader_sorts_the_board_and_rows_without_a_change_stay_last(client, three, sort, order):
    page = main(client.get(f"/markets/{sort}"))
    assert rows_of(page) == order


def test_the_head_says_how_the_board_is_sorted_and_turns_it_round(client, three):
    page = main(client.get("/markets/?sort=-change"))
    assert '<th scope="col" aria-sort="descending"><a href="?sort=change">Change, %' in page
    assert page.count("aria-sort") == 1
    assert "aria-sort" not in main(client.get("/markets/"))
    assert client.get("/markets/?sort=colour").status_code == 404
    canonical = '<link rel="canonical" href="http://127.0.0.1:8000/markets/">'
    assert canonical in client.get("/markets/?sort=name").content.decode()


def test_the_board_leads_to_the_other_pages_of_prices(client, three):
    page = client.get("/markets/").content.decode()
    board, footer = page.partition("<footer")[::2]
    for path in ("/markets/converter/", "/markets/fuel/", "/markets/status/", "/markets/all.csv"):
        assert f'href="{path}"' in board and f'href="{path}"' in footer


def test_a_late_value_says_so_on_board_and_page_and_hides_its_change(client, db):
    series = make_series(make_instrument(soft_stale_days=3), calendar="workdays")
    put(series, MONDAY - timedelta(days=5), "63")
    put(series, MONDAY - timedelta(days=4), "64")
    board = main(client.get("/markets/"))
    assert 'data-state="late">Late, <time datetime="2026-11-19">' in board
    page = main(client.get("/markets/usd-rub/"))
    assert 'data-state="late"' in page and "Late. 1 expected value has not come." in page
    for shown in (board, page.partition("<h2")[0]):
        assert 'class="chg' not in shown


def test_a_value_set_by_hand_is_labelled_wherever_it_stands(client, db, market_editor):
    series = make_series()
    put(series, MONDAY - timedelta(days=1), "63")
    put(series, MONDAY, "64")
    now = timezone.now()
    Override.objects.create(
        instrument=series.instrument,
        value="70",
        as_of=MONDAY,
        reason="Trading was suspended.",
        starts_at=now - timedelta(hours=1),
        expires_at=now + timedelta(hours=1),
        entered_by=market_editor,
    )
    assert "Set by the newsroom" in words(main(client.get("/markets/")))
    page = words(main(client.get("/markets/usd-rub/")))
    assert "70.0000" in page and "Trading was suspended." in page
    assert "Convert" not in page  # nobody converts by a figure that no bank has published
    assert "Set by the newsroom" in client.get("/markets/usd-rub/badge.svg").content.decode()
    assert client.get("/markets/all.csv").content.decode().rstrip().endswith("override")


def test_sixty_instruments_cost_the_board_six_queries(client, db, django_assert_max_num_queries):
    for number in range(60):
        series = make_series(make_instrument(f"x-{number}"))
        record_days(series, MONDAY, 40)
        make_slot(series.instrument, number + 1)
    with django_assert_max_num_queries(6):
        page = client.get("/markets/?sort=-change")
    assert page.content.count(b'<svg class="spark') == 60


def test_twenty_years_of_daily_values_fit_a_page(client, db, django_assert_max_num_queries):
    series = make_series(calendar="cbr")
    record_days(series, MONDAY, 7300)
    put(series, MONDAY, "70")  # a revision, which costs a query of its own
    make_slot(series.instrument)
    with django_assert_max_num_queries(8):
        page = client.get("/markets/usd-rub/?range=all")
    assert len(gzip.compress(page.content)) < 25_000
    assert "All values" in words(page)


@pytest.mark.parametrize("code", ["all", "fuel", "converter", "status", "ticker"])
def test_no_instrument_may_have_the_address_of_another_page(db, code):
    with pytest.raises(ValidationError, match="address of another page"):
        make_instrument(code).full_clean()
