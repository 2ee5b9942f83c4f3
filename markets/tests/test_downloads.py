"""Histories for machines."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta

import pytest

from markets.tests.factories import (
    MONDAY,
    make_instrument,
    make_series,
    make_source,
    record,
    record_days,
)
from portal.lib import lifetime

COLUMNS = "as_of,value,nominal,unit,source,state,rev"


def body(response):
    return b"".join(response.streaming_content).decode()


def test_the_csv_is_the_whole_accepted_history_newest_last(five_years, client):
    response = client.get("/markets/usd-rub.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="usd-rub.csv"'
    rows = list(csv.reader(io.StringIO(body(response))))
    assert rows[0] == ["as_of", "value", "nominal", "unit", "source", "state", "rev"]
    unit, source = "roubles per US dollar", "Sample data"
    assert rows[-1] == ["2026-11-23", "64.3008", "1", unit, source, "fresh", "1"]
    assert rows[-2] == ["2026-11-20", "64.1666", "1", unit, source, "past", "1"]
    assert len(rows) > 1300
    assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])


@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_the_json_keeps_every_digit_as_a_string(seeded, client, prefix):
    response = client.get(f"{prefix}/markets/fuel-ai98-ru.json")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"] == 'attachment; filename="fuel-ai98-ru.json"'
    data = json.loads(body(response))
    last = {"as_of": "2026-11-23", "value": "52.10", "nominal": 1, "state": "fresh", "rev": 1}
    assert data["observations"][-1] == last
    assert data["observations"][-2]["state"] == "past"
    assert data["code"] == "fuel-ai98-ru"
    assert data["source"] == ("Sample data" if not prefix else "Демонстрационные данные")
    assert (data["state"], data["tomorrow"], data["override"]) == ("fresh", None, None)
    assert set(data) == {
        *("code", "name", "unit", "source", "attribution", "state", "state_words"),
        *("tomorrow", "override", "observations"),
    }


def test_the_json_may_be_asked_for_its_last_part(seeded, client):
    days = [
        row["as_of"]
        for row in json.loads(body(client.get("/markets/usd-rub.json?range=1m")))["observations"]
    ]
    assert days[0] == "2026-10-26" and days[-1] == "2026-11-23"


def test_an_instrument_without_values_has_an_empty_history(client, db):
    make_series()
    assert json.loads(body(client.get("/markets/usd-rub.json")))["observations"] == []
    assert body(client.get("/markets/usd-rub.csv")).strip() == COLUMNS


def test_an_instrument_nobody_publishes_has_an_empty_history_too(client, db):
    make_instrument()
    assert json.loads(body(client.get("/markets/usd-rub.json")))["observations"] == []
    assert client.get("/markets/usd-rub/").status_code == 200


def test_a_spreadsheet_takes_no_name_for_a_formula(client, db):
    series = make_series(source=make_source(name_en='=HYPERLINK("http://evil")'))
    record(series, MONDAY, "64")
    rows = list(csv.reader(io.StringIO(body(client.get("/markets/usd-rub.csv")))))
    assert rows[1][4].startswith("'=")


def test_a_long_history_is_read_in_one_query(seeded, client, django_assert_num_queries):
    client.get("/markets/usd-rub.csv")
    with django_assert_num_queries(3):  # the instrument, what the file holds, the values
        body(client.get("/markets/usd-rub.csv"))


def days_of(client, query):
    answer = client.get(f"/markets/usd-rub.json?{query}")
    return [row["as_of"] for row in json.loads(body(answer))["observations"]]


def test_days_from_and_to_are_included(seeded, client):
    week = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    assert days_of(client, "from=2026-11-16&to=2026-11-20") == week
    assert days_of(client, "from=2026-11-19") == ["2026-11-19", "2026-11-20", "2026-11-23"]
    assert days_of(client, "to=2020-01-01") == []
    lines = body(client.get("/markets/usd-rub.csv?from=2026-11-20&to=")).splitlines()
    assert [line[:10] for line in lines[1:]] == ["2026-11-20", "2026-11-23"]


@pytest.mark.parametrize("extension", ["csv", "json"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=yesterday", "“yesterday” is no date. Write it as 2020-02-22."),
        ("to=2026-02-30", "“2026-02-30” is no date."),
        ("from=22.02.2020", "“22.02.2020” is no date."),
        ("from=٢٠٢٠-٠٢-٢٢", "is no date."),
        ("from=<script>x", "“&lt;script&gt;x” is no date."),
        ("from=2026-11-20&to=2026-11-19", "The first day is after the last one."),
    ],
)
def test_a_bad_day_is_refused_in_words(seeded, client, extension, query, told):
    answer = client.get(f"/markets/usd-rub.{extension}?{query}")
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["usd-rub.csv", "usd-rub.json?from=2026-01-01", "all.csv"])
def test_who_has_the_file_already_is_told_so_without_it(seeded, client, path):
    first = client.get(f"/markets/{path}")
    etag = first.headers["ETag"]
    assert etag.startswith('"') and first.headers["Cache-Control"] == lifetime.SHARED
    again = client.get(f"/markets/{path}", headers={"if-none-match": etag})
    assert (again.status_code, again.headers["ETag"]) == (304, etag)
    assert not again.streaming and again.content == b""
    if since := first.headers.get("Last-Modified"):
        assert (
            client.get(f"/markets/{path}", headers={"if-modified-since": since}).status_code == 304
        )


@pytest.mark.parametrize("path", ["usd-rub.csv", "usd-rub.json", "all.csv", "usd-rub/badge.svg"])
def test_a_new_value_a_revision_and_another_language_are_other_files(client, db, monday_noon, path):
    series = make_series()
    seen = set()

    def etag(prefix=""):
        return client.get(f"{prefix}/markets/{path}").headers["ETag"]

    for value in ("63", "64", "63"):  # the third is the first again, and yet a revision
        record(series, MONDAY, value, guard=False)
        seen.add((etag(), value))
        assert etag() == etag()
    tags = [tag for tag, _value in seen]
    if "usd-rub." in path:
        assert len(set(tags)) == 3
    else:  # these hold the value alone
        assert len(set(tags)) == 2
    assert etag("/ru") not in tags


def test_yesterdays_word_on_an_age_is_not_confirmed_today(client, db, monday_noon):
    record(make_series(calendar="workdays"), MONDAY, "64")
    first = client.get("/markets/usd-rub.json")
    monday_noon.shift(timedelta(days=2))
    since = first.headers["Last-Modified"]
    later = client.get("/markets/usd-rub.json", headers={"if-modified-since": since})
    assert later.status_code == 200
    assert json.loads(body(later))["state"] == "late"


def test_the_table_of_all_has_a_line_for_each_instrument(seeded, client):
    answer = client.get("/markets/all.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="all.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 16
    tenge = next(row for row in rows if row["code"] == "kzt-rub")
    assert (tenge["value"], tenge["nominal"], tenge["as_of"]) == ("13.5313", "100", "2026-11-23")
    diesel = next(row for row in rows if row["code"] == "fuel-diesel-kz")
    assert (diesel["region"], diesel["state"], diesel["source"]) == ("kz", "fresh", "Sample data")
    assert (diesel["previous_value"], diesel["previous_as_of"]) == ("295.00", "2026-11-16")


def test_an_instrument_without_a_value_has_its_line_too(client, db):
    make_series()
    (row,) = csv.DictReader(io.StringIO(client.get("/markets/all.csv").content.decode()))
    assert (row["value"], row["as_of"], row["state"]) == ("", "", "none")


def test_a_million_bytes_of_history_are_never_held_at_once(client, db):
    """What is read is handed on: the peak does not grow with the length of the history."""
    series = make_series()

    def peak(days):
        record_days(series, MONDAY, days)
        tracemalloc.start()
        for _part in client.get("/markets/usd-rub.json").streaming_content:
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10)
    assert peak(7300) < peak(2500) * 1.5
