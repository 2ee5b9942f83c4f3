"""A figure on other people's pages: small, complete in itself, and honest about its date."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from markets.tests.factories import MONDAY, make_instrument, make_series, record


def badge(client, prefix="", code="usd-rub"):
    return client.get(f"{prefix}/markets/{code}/badge.svg")


def words(response):
    root = ElementTree.fromstring(response.content)  # noqa: S314  our own answer
    return " ".join(" ".join(text.itertext()) for text in root.iter() if "text" in text.tag)


def test_it_says_label_value_unit_and_date(seeded, client):
    answer = badge(client, code="brent")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert words(answer) == "BRENT 23 Nov 2026 58.45 US dollars per barrel"
    assert words(badge(client, "/ru", "fuel-ai98-ru")).startswith("АИ-98 23 ноября 2026 52,1 ")


@pytest.mark.parametrize("prefix", ["", "/ru", "/kk"])
def test_it_stands_alone_and_is_light(seeded, client, prefix):
    answer = badge(client, prefix)
    text = answer.content.decode()
    assert len(answer.content) < 1500
    assert not re.search(r"<(style|script|image|use|a|foreignObject)|href|url\(|@import|\son", text)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert not answer.cookies


def test_a_late_value_says_so(client, db):
    series = make_series(make_instrument(soft_stale_days=3), calendar="workdays")
    record(series, MONDAY - timedelta(days=4), "64")
    assert "19 Nov 2026 · Late" in words(badge(client))


def test_a_weekend_is_nothing_to_speak_of(client, db, monday_noon):
    monday_noon.shift(-timedelta(days=1))
    record(make_series(calendar="workdays"), MONDAY - timedelta(days=3), "64")
    assert words(badge(client)).startswith("USD 20 Nov 2026 64.0000")


def test_without_a_value_it_is_a_badge_too(client, db):
    make_series()
    assert "No value" in words(badge(client)) and "—" in words(badge(client))


def test_names_are_written_as_text(client, db):
    one = make_instrument(label_en="<b>&", unit_en="]]></svg>", name_en='"><script>')
    record(make_series(one), MONDAY, "64")
    assert "<b>&" in words(badge(client))


def test_who_has_it_is_told_so(seeded, client):
    etag = badge(client).headers["ETag"]
    again = client.get("/markets/usd-rub/badge.svg", headers={"if-none-match": etag})
    assert again.status_code == 304
    assert badge(client, "/ru").headers["ETag"] != etag


def test_an_unknown_instrument_has_none(client, db):
    assert badge(client, code="gold").status_code == 404
