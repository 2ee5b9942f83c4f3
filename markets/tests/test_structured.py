"""The page of a price as machines read it: the same value, day, unit and source as on the page."""

from datetime import timedelta
from decimal import Decimal

import extruct
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.utils import timezone

from markets.tests.factories import make_instrument, make_series, make_source, record
from portal.lib import languages

SITE = settings.SITE_URL


def nodes_of(client, path):
    text = client.get(path).text
    (found,) = extruct.extract(text, syntaxes=["json-ld"])["json-ld"]
    return {node["@type"]: node for node in found["@graph"]}, BeautifulSoup(text, "lxml")


@pytest.fixture
def series(db):
    source = make_source(homepage="https://bank.example/", terms_url="https://bank.example/terms")
    return make_series(make_instrument("usd-rub"), source)


@pytest.mark.parametrize("code", languages.CODES)
def test_the_value_its_day_and_its_source_are_those_of_the_page(client, series, code):
    today = timezone.localdate()
    record(series, today - timedelta(days=1), "64.1")
    record(series, today, "64.3008")
    path = languages.path_in("/markets/usd-rub/", code)
    nodes, page = nodes_of(client, path)
    value = nodes["Observation"]
    shown = page.select_one(".bignum data")
    assert Decimal(str(value["value"])) == Decimal(shown["value"]) == Decimal("64.3008")
    assert value["observationDate"] == page.select_one(".inst__said time")["datetime"]
    assert value["unitText"] in page.select_one(".bignum").get_text()
    data = nodes["Dataset"]
    assert data["name"] == page.h1.get_text()
    assert data["url"] == SITE + path
    assert data["inLanguage"] == code
    assert data["creator"]["name"] in page.select_one(".inst__said").get_text()
    assert data["license"] == "https://bank.example/terms"
    assert len(data["description"]) >= 50
    for download in data["distribution"]:
        response = client.get(download["contentUrl"].removeprefix(SITE))
        assert response["Content-Type"].startswith(download["encodingFormat"])
    assert value["observationAbout"]["@id"] == data["@id"]


def test_without_a_value_nothing_is_claimed(client, series):
    nodes, _page = nodes_of(client, "/markets/usd-rub/")
    assert not {"Dataset", "Observation"} & set(nodes)
    assert "BreadcrumbList" in nodes
