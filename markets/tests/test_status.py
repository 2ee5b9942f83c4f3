"""The public page on our data: when each source last answered, what it owes, what went wrong."""

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from markets.models import FetchRun, Series, Source
from markets.tests.factories import MONDAY, make_instrument, make_series, make_source, record
from portal.lib import lifetime

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Europe/Moscow"))


def text(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def sources(client, prefix=""):
    return {
        one["key"]: one for one in client.get(f"{prefix}/markets/status.json").json()["sources"]
    }


def run(source, hours, status, kind=""):
    """A run that began that many hours ago."""
    begun = NOON - timedelta(hours=hours)
    return FetchRun.objects.create(
        source=source, started_at=begun, finished_at=begun, status=status, error_kind=kind
    )


def test_a_source_tells_when_it_answered_what_comes_next_and_its_terms(client):
    bank = make_source(
        "cbr",
        homepage="https://bank.example/",
        terms_url="https://bank.example/terms",
        licence="Free <with> credit",
        attribution_en="Rates of the Bank.",
        last_success_at=NOON - timedelta(hours=3),
    )
    series = make_series(source=bank, calendar="cbr")
    record(series, MONDAY - timedelta(days=2), "64")
    assert sources(client) == {
        "cbr": {
            "key": "cbr",
            "name": "The Bank",
            "homepage": "https://bank.example/",
            "terms_url": "https://bank.example/terms",
            "licence": "Free <with> credit",
            "attribution": "Rates of the Bank.",
            "is_enabled": True,
            "last_success_at": "2026-11-23T06:00:00Z",
            "next_expected": "2026-11-24",
            "missed": 0,
            "problem": "",
            "problem_since": None,
            "instruments": [
                {
                    "code": "usd-rub",
                    "name": "Name of usd-rub",
                    "is_shown": True,
                    "as_of": "2026-11-21",
                    "state": "gap",
                    "missed": 0,
                    "next_expected": "2026-11-24",
                }
            ],
        }
    }
    answer = client.get("/markets/status/")
    for part in (
        "The Bank",
        "23 Nov 2026, 09:00 MSK",
        "Tue 24 Nov",
        "Rates of the Bank.",
        "Free &lt;with&gt; credit",
        "No publication today",
    ):
        assert part in text(answer)


def test_the_worst_instrument_and_the_nearest_publication_speak_for_a_source(client):
    bank = make_source("cbr")
    for code, days in (("usd-rub", 2), ("eur-rub", 5), ("brent", 9)):
        record(
            make_series(make_instrument(code), bank, calendar="cbr"),
            MONDAY - timedelta(days=days),
            "64",
        )
    record(make_series(make_instrument("weekly"), bank, calendar="weekly"), MONDAY, "64")
    (one,) = sources(client).values()
    assert (one["missed"], one["next_expected"]) == (5, "2026-11-24")
    assert [line["state"] for line in one["instruments"]] == ["stale", "late", "gap", "fresh"]
    assert one["instruments"][-1]["next_expected"] == "2026-12-02"


def test_what_went_wrong_is_told_in_words_and_since_the_first_failure(client):
    bank = make_source("cbr", open_until=NOON + timedelta(minutes=30))
    make_series(source=bank, calendar="cbr")
    run(bank, 50, "failed", "network")
    run(bank, 30, "ok")
    run(bank, 20, "failed", "timeout")
    run(bank, 10, "failed", "schema")
    run(bank, 5, "skipped", "busy")
    run(bank, 1, "running")
    (one,) = sources(client).values()
    assert one["problem"] == "The answer is not in the form we know; nothing of it was stored."
    assert one["problem_since"] == "2026-11-22T13:00:00Z"
    page = text(client.get("/markets/status/"))
    assert "Since 22 Nov 2026, 16:00 MSK." in page
    assert "We ask again after 23 Nov 2026, 12:30 MSK." in page
    run(bank, 0, "unchanged")
    (one,) = sources(client).values()
    assert (one["problem"], one["problem_since"]) == ("", None)


def test_a_source_that_never_answered_well_fails_since_its_first_run(client):
    bank = make_source("cbr")
    make_series(source=bank, calendar="cbr")
    run(bank, 50, "failed", "network")
    run(bank, 10, "partial", "items")
    (one,) = sources(client).values()
    assert one["problem_since"] == "2026-11-21T07:00:00Z"
    assert one["last_success_at"] is None
    assert one["instruments"][0]["state"] == "none"


def test_the_failures_of_one_source_are_not_those_of_another(client):
    for key in ("cbr", "ecb", "nbk"):
        make_series(make_instrument(f"of-{key}"), make_source(key))
    run(Source.objects.get(key="nbk"), 20, "failed", "network")
    run(Source.objects.get(key="cbr"), 3, "failed", "network")
    run(Source.objects.get(key="ecb"), 2, "ok")
    found = sources(client)
    assert found["cbr"]["problem"] and not found["ecb"]["problem"]
    assert found["cbr"]["problem_since"] == "2026-11-23T06:00:00Z"


def test_a_source_that_is_not_asked_says_so_and_one_that_people_type_does_not(client):
    for key in ("cbr", "editorial"):
        make_series(make_instrument(f"of-{key}"), make_source(key, is_enabled=False))
    record(Series.objects.get(source__key="editorial"), MONDAY, "64")
    found = sources(client)
    assert found["cbr"]["problem"] == "We do not ask this source at present."
    assert found["editorial"]["problem"] == ""
    assert found["editorial"]["last_success_at"] == "2026-11-23T09:00:00Z"
    assert text(client.get("/markets/status/")).count("We do not ask this source") == 2


def test_a_source_in_reserve_is_named_as_such(client):
    instrument = make_instrument()
    record(make_series(instrument), MONDAY, "64")
    record(make_series(instrument, make_source("other"), priority=1), MONDAY, "65")
    found = sources(client)
    assert found["bank"]["instruments"][0]["is_shown"]
    assert not found["other"]["instruments"][0]["is_shown"]
    assert text(client.get("/markets/status/")).count("in reserve") == 1


def test_only_series_in_use_are_listed(client):
    make_series(make_instrument("old", is_active=False), make_source("old"))
    make_series(make_instrument("unused"), make_source("unused"), is_active=False)
    assert sources(client) == {}
    assert "No source is in use." in text(client.get("/markets/status/"))


@pytest.mark.parametrize("prefix", ["", "/ru", "/kk"])
def test_the_page_stands_in_every_language_with_the_words_of_its_states(seeded, client, prefix):
    answer = client.get(f"{prefix}/markets/status/")
    assert answer.status_code == 200
    assert f'href="{prefix}/markets/status.json"' in answer.content.decode()
    assert answer.content.decode().count("<h1") == 1
    names = {"": "Sample data", "/ru": "Демонстрационные данные", "/kk": "Үлгі деректер"}
    assert sources(client, prefix)["sample"]["name"] == names[prefix]


def test_the_json_is_cacheable_and_unchanged_while_nothing_changes(seeded, client):
    answer = client.get("/markets/status.json")
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == lifetime.SHARED
    assert answer["X-Robots-Tag"] == "noindex"
    again = client.get("/markets/status.json", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert json.loads(answer.content)["sources"]


def test_the_page_costs_six_queries_at_most_however_many_sources(
    client, django_assert_max_num_queries
):
    for number in range(20):
        source = make_source(f"bank-{number}")
        record(make_series(make_instrument(f"x-{number}"), source, calendar="cbr"), MONDAY, "64")
        run(source, 2, "failed", "network")
        run(source, 1, "failed", "network")
    with django_assert_max_num_queries(6):
        assert client.get("/markets/status/").status_code == 200
    with django_assert_max_num_queries(3):
        assert len(sources(client)) == 20


def test_a_held_row_is_seen_without_its_figure(client):
    series = make_series(calendar="cbr")
    record(series, MONDAY - timedelta(days=2), "64")
    series.observations.create(
        as_of=MONDAY - timedelta(days=2), rev=2, value=999, state="held", hold_reason="jump"
    )
    (one,) = sources(client).values()
    assert one["instruments"][0]["state"] == "held"
    page = client.get("/markets/status/").content.decode()
    assert "Being checked" in page and "999" not in page
    assert timezone.now() == NOON
