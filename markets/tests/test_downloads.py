"""Histories for machines."""

import csv
import io
import json

import pytest

from markets.tests.factories import MONDAY, make_instrument, make_series, make_source, record


def body(response):
    return b"".join(response.streaming_content).decode()


def test_the_csv_is_the_whole_accepted_history_newest_last(five_years, client):
    response = client.get("/markets/usd-rub.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="usd-rub.csv"'
    rows = list(csv.reader(io.StringIO(body(response))))
    assert rows[0] == ["as_of", "value", "nominal", "unit", "source"]
    assert rows[-1] == ["2026-11-23", "64.3008", "1", "roubles per US dollar", "Sample data"]
    assert rows[-2][:2] == ["2026-11-20", "64.1666"]
    assert len(rows) > 1300
    assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])


@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_the_json_keeps_every_digit_as_a_string(seeded, client, prefix):
    response = client.get(f"{prefix}/markets/fuel-ai98-ru.json")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"] == 'attachment; filename="fuel-ai98-ru.json"'
    data = json.loads(body(response))
    assert data["observations"][-1] == {"as_of": "2026-11-23", "value": "52.10", "nominal": 1}
    assert data["code"] == "fuel-ai98-ru"
    assert data["source"] == ("Sample data" if not prefix else "Демонстрационные данные")
    assert set(data) == {"code", "name", "unit", "source", "attribution", "observations"}


def test_the_json_may_be_asked_for_its_last_part(seeded, client):
    days = [
        row["as_of"]
        for row in json.loads(body(client.get("/markets/usd-rub.json?range=1m")))["observations"]
    ]
    assert days[0] == "2026-10-26" and days[-1] == "2026-11-23"


def test_an_instrument_without_values_has_an_empty_history(client, db):
    make_series()
    assert json.loads(body(client.get("/markets/usd-rub.json")))["observations"] == []
    assert body(client.get("/markets/usd-rub.csv")).strip() == "as_of,value,nominal,unit,source"


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
    with django_assert_num_queries(3):
        body(client.get("/markets/usd-rub.csv"))
