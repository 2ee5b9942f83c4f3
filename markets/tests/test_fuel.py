"""Pump prices side by side: in local money, and in dollars at the rate of the same day."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.html import strip_tags

from markets import fuel
from markets.models import Observation, Reading, Region, Series
from markets.tests.factories import MONDAY, make_instrument, make_series

WEEK = timedelta(days=7)


def publish(series, day, value):
    Observation.objects.record(series, [Reading(day, Decimal(value))], guard=False)


@pytest.fixture
def stations(db):
    """AI-95 in two countries and a city, surveyed on different Mondays; diesel in one."""
    ru = Region.objects.create(code="ru", name_en="Russia", currency="RUB", position=1)
    kz = Region.objects.create(code="kz", name_en="Kazakhstan", currency="KZT", position=2)
    city = Region.objects.create(code="almaty", name_en="Almaty", currency="KZT", position=3)
    for position, (code, base, region, value, day) in enumerate(
        (
            ("ai95-ru", "AI-95", ru, "46.32", MONDAY),
            ("ai95-kz", "AI-95", kz, "245", MONDAY - WEEK),
            ("ai95-almaty", "AI-95", city, "250", MONDAY),
            ("diesel-ru", "Diesel", ru, "48.21", MONDAY),
        )
    ):
        one = make_instrument(
            code, kind="fuel", base=base, quote=region.currency, region=region, position=position,
            name_en=f"{base} fuel", show_min=1, show_max=2, max_value=2000,
        )  # fmt: skip
        series = make_series(one, calendar="weekly")
        publish(series, day - WEEK, value)
        publish(series, day, value)


@pytest.fixture
def rates(db):
    """The dollar on the Friday before, and on Monday."""
    for code, values in {"usd-rub": ("60", "64.3008"), "usd-kzt": ("470", "475.20")}.items():
        one = make_instrument(code, base="USD", quote=code[4:].upper(), max_value=2000)
        series = make_series(one, calendar="cbr")
        for day, value in zip((MONDAY - timedelta(days=10), MONDAY), values, strict=True):
            publish(series, day, value)


def found():
    return {price.quote.instrument.code: price for price in fuel.prices()}


def test_dollars_are_of_the_rate_in_force_on_the_day_of_the_survey(stations, rates):
    prices = found()
    assert prices["ai95-ru"].dollars_text == "0.72"  # 46.32 / 64.3008
    assert prices["ai95-ru"].rate.as_of == MONDAY
    # Surveyed a week ago: Friday's rate was in force then, today's is not used.
    assert prices["ai95-kz"].rate.as_of == MONDAY - timedelta(days=10)
    assert prices["ai95-kz"].dollars == Decimal(245) / 470
    assert prices["ai95-almaty"].dollars == Decimal(250) / Decimal("475.20")


def test_a_missing_rate_is_a_dash_with_its_reason(stations, rates, client):
    Series.objects.filter(instrument__code="usd-kzt").update(is_active=False)
    price = found()["ai95-kz"]
    assert (price.dollars, price.dollars_text) == (None, "—")
    page = strip_tags(client.get("/markets/fuel/").content.decode())
    assert "No official rate of the dollar in force on 16 Nov 2026." in page


def test_a_rate_that_comes_later_is_not_used_for_an_earlier_survey(stations, db):
    one = make_instrument("usd-kzt", base="USD", quote="KZT", max_value=2000)
    publish(make_series(one), MONDAY - timedelta(days=6), "470")
    prices = found()
    assert prices["ai95-kz"].dollars is None
    assert prices["ai95-almaty"].dollars is not None


def test_a_price_in_dollars_needs_no_rate(db):
    region = Region.objects.create(code="sv", name_en="El Salvador", currency="USD")
    one = make_instrument("ai95-sv", kind="fuel", base="AI-95", quote="USD", region=region)
    publish(make_series(one), MONDAY, "1.05")
    assert found()["ai95-sv"].dollars_text == "1.05"


def test_the_page_compares_each_grade_across_regions_and_shows_both_days(stations, rates, client):
    page = client.get("/markets/fuel/").content.decode().partition("<main")[2]
    compared, regions = page.split("</table>", 1)
    groups = re.findall(r'scope="rowgroup">(.*?)<', compared)
    assert groups == ["AI-95 fuel", "Diesel fuel"]
    names = re.findall(r'<th scope="row"><a [^>]*>(.*?)<', compared)
    assert names == ["Russia", "Kazakhstan", "Almaty", "Russia"]
    almaty = compared.partition(">Kazakhstan<")[2].partition("</tr>")[0]
    assert {"2026-11-16", "2026-11-13"} <= set(re.findall(r'datetime="(.*?)"', almaty))
    assert "1 USD = 470.0000 KZT" in almaty
    assert re.findall(r'<h2 id="region-(\w+)"', regions) == ["ru", "kz", "almaty"]


def test_the_page_costs_the_same_for_many_regions(
    stations, rates, client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(5):
        client.get("/markets/fuel/")


def test_without_prices_the_page_says_so(client, db):
    assert "No prices have been recorded yet" in client.get("/markets/fuel/").content.decode()


def test_an_instrument_without_a_price_has_a_dash_and_a_reason(client, db):
    region = Region.objects.create(code="ru", name_en="Russia", currency="RUB")
    make_series(make_instrument("x-ru", kind="fuel", region=region))
    page = client.get("/markets/fuel/").content.decode()
    assert "There is no price yet." in page
