"""The list of stories as a file: what its filters leave, all of it, harmless in a spreadsheet."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.admin.export import COLUMNS
from news.tests.desk import client_of
from news.tests.factories import make_article, make_author, make_many

EXPORT = "/admin/news/article/export/"


def rows(client, query=""):
    answer = client.get(EXPORT + query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_story_is_a_row_with_its_hours_in_the_newsrooms_zone(desk, settings):
    settings.TIME_ZONE = "Europe/Moscow"
    at = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    authors = [make_author("A. Serikova"), make_author("N. Karim")]
    story = make_article(published_at=at, kicker="Fuel", authors=authors)
    (row,) = rows(desk)
    assert tuple(row) == COLUMNS
    assert row["id"] == str(story.pk)
    assert row["status"] == "live"
    assert row["byline"] == "A. Serikova, N. Karim"
    assert row["published_at"] == "2026-11-23T09:05:00+03:00"
    assert row["expires_at"] == row["changes_wait"] == ""
    assert row["address"] == settings.SITE_URL + story.get_absolute_url()


def test_the_file_holds_what_filters_and_search_leave_in_the_order_of_the_list(desk, committed):
    with committed():
        for headline, language in (("Depots fill", "en"), ("Depots empty", "en"), ("Депо", "ru")):
            make_article(headline=headline, language=language)
    found = rows(desk, "?language__exact=en&q=depots&o=1")
    assert [row["headline"] for row in found] == ["Depots empty", "Depots fill"]
    assert len(rows(desk)) == 3


def test_the_file_has_no_pages(desk):
    make_many(60)
    assert len(rows(desk, "?p=2")) == len(rows(desk, "?all=")) == 60


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_cell_is_a_formula(desk, editor, first):
    story = make_article(kicker="=2+2", authors=[make_author("@SUM(1)")])
    type(story).objects.filter(pk=story.pk).update(headline=f"{first}HYPERLINK(1)")
    (row,) = rows(desk)
    assert row["headline"] == f"'{first}HYPERLINK(1)"
    assert row["kicker"] == "'=2+2"
    assert row["byline"] == "'@SUM(1)"


def test_changes_that_wait_are_told_and_are_not_in_the_file(desk, editor):
    story = make_article(no_byline_reason="From a wire.", published_at=timezone.now())
    story.edit(story.content() | {"headline": "Not yet"}, by=editor, base=1)
    (row,) = rows(desk)
    assert (row["headline"], row["changes_wait"]) == (story.headline, "yes")


@pytest.mark.parametrize("who", ["reporter", "editor", "chief", "market_editor"])
def test_who_may_read_the_list_may_take_it_along(request, who):
    client = client_of(request.getfixturevalue(who))
    make_article(status="draft", published_at=None)
    assert (
        f'href="{EXPORT}?language__exact=en"'
        in client.get("/admin/news/article/?language__exact=en").text
    )
    assert len(rows(client)) == 1


def test_nobody_else_does(db, client, django_user_model):
    nobody = django_user_model.objects.create_user("nobody", password="x", is_staff=True)
    assert client_of(nobody).get(EXPORT).status_code == 403
    assert client.get(EXPORT)["Location"].startswith("/admin/login/")
    assert client_of(nobody).post(EXPORT).status_code in {403, 405}


def test_an_address_that_is_no_filter_leads_back_to_the_list(desk):
    answer = desk.get(f"{EXPORT}?section__id__exact=x")
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/news/article/?e=1"


def test_a_thousand_rows_cost_as_many_questions_as_ten(desk, django_assert_max_num_queries):
    make_many(10)
    with django_assert_max_num_queries(12):
        assert len(rows(desk)) == 10
    make_many(600, published_at=timezone.now() - timedelta(days=1))
    with django_assert_max_num_queries(12):
        assert len(rows(desk)) == 610


def test_the_list_looks_for_words_once_and_the_file_has_what_its_pages_cannot_show(
    desk, committed, monkeypatch
):
    monkeypatch.setattr("news.admin.article.MOST", 55)
    with committed():
        for number in range(60):
            make_article(headline=f"Depot {number}")
    with CaptureQueriesContext(connection) as queries:
        page = desk.get("/admin/news/article/?q=depot&p=2&o=1")
    looked = [query for query in queries if "LIKE" in query["sql"]]
    assert len(looked) == 1
    headlines = sorted(f"Depot {number}" for number in range(60))
    shown = re.findall(r">(Depot \d+)</a>", page.text)
    assert shown == headlines[50:56]  # in the order that was asked for, up to the cap
    assert [row["headline"] for row in rows(desk, "?q=depot&o=1")] == headlines
