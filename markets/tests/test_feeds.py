"""The feed of an instrument: one entry for a day, its revisions told in the same entry."""

import json
from datetime import date, timedelta
from decimal import Decimal

import feedparser
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets.models import Observation, Reading
from markets.tests.factories import make_instrument, make_series
from portal.lib import feeds, languages


@pytest.fixture
def series(db):
    return make_series(make_instrument("usd-rub"))


def record(series, day, value):
    Observation.objects.record(series, [Reading(day, Decimal(value))], guard=False)


def items(client, path="/markets/usd-rub/feed.json"):
    return json.loads(client.get(path).content)["items"]


def test_every_new_value_is_an_entry_newest_first(client, series):
    today = timezone.localdate()
    record(series, today - timedelta(days=1), "80")
    record(series, today, "81.5")
    found = feedparser.parse(client.get("/markets/usd-rub/feed.rss").content)
    assert not found.bozo
    assert [entry.title[:16] for entry in found.entries]
    assert len(found.entries) == 2
    newest, first = items(client)
    assert newest["_instrument"]["as_of"] == today.isoformat()
    assert Decimal(newest["_instrument"]["value"]) == Decimal("81.5")
    assert "81.5" in newest["title"]
    assert first["_instrument"]["as_of"] < newest["_instrument"]["as_of"]
    assert newest["url"] == f"{settings.SITE_URL}/markets/usd-rub/"


def test_a_revision_is_the_same_entry_with_another_value(client, series, time_machine):
    today = timezone.localdate()
    record(series, today, "80")
    before = items(client)[0]
    time_machine.move_to(timezone.now() + timedelta(minutes=1))
    record(series, today, "80.4")
    (after,) = items(client)
    assert after["id"] == before["id"]
    assert after["date_published"] == before["date_published"]
    assert after["date_modified"] > before["date_modified"]
    assert after["_instrument"]["rev"] == 2
    assert "80.0" in after["summary"]


def test_a_held_value_and_tomorrows_are_not_told(client, series):
    today = timezone.localdate()
    record(series, today, "80")
    record(series, today + timedelta(days=1), "81")
    Observation.objects.record(series, [Reading(today - timedelta(days=1), Decimal("800"))])
    assert [item["_instrument"]["as_of"] for item in items(client)] == [today.isoformat()]


@pytest.mark.parametrize("code", languages.CODES)
def test_each_language_names_the_price_in_its_own_words(client, series, code):
    record(series, timezone.localdate(), "80.5")
    told = json.loads(client.get(languages.path_in("/markets/usd-rub/feed.json", code)).content)
    assert told["language"] == code
    assert ("80,5" in told["items"][0]["title"]) == (code != "en")


@pytest.mark.parametrize("form", feeds.TYPES)
def test_without_values_it_is_empty_and_an_unknown_one_is_404(client, series, form):
    assert client.get(f"/markets/usd-rub/feed.{form}").status_code == 200
    assert client.get(f"/markets/none/feed.{form}").status_code == 404


def test_it_costs_four_queries_at_most_and_nothing_when_unchanged(client, series):
    start = date.today() - timedelta(days=60)
    readings = [Reading(start + timedelta(days=n), Decimal(80 + n)) for n in range(60)]
    Observation.objects.record(series, readings, guard=False)
    record(series, start + timedelta(days=59), "99")
    with CaptureQueriesContext(connection) as queries:
        first = client.get("/markets/usd-rub/feed.atom")
    assert len(queries) <= 4
    assert len(items(client)) == feeds.MOST
    again = client.get("/markets/usd-rub/feed.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    since = {"If-Modified-Since": first["Last-Modified"]}
    assert client.get("/markets/usd-rub/feed.atom", headers=since).status_code == 304


def test_the_page_leads_to_it(client, series):
    text = client.get("/markets/usd-rub/").text
    for form in feeds.TYPES:
        assert f'href="/markets/usd-rub/feed.{form}"' in text
