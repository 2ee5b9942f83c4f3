"""Pages of a long list: which there are, what they hold, what they cost."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.models import Article, Correction
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_section,
    make_source,
    make_tag,
)

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def shown(response):
    """Keys of the stories on a page of a list, in their order."""
    return [story.pk for story in response.context["page"].items]


# Pages -------------------------------------------------------------------------------------------

NO_PAGE = [
    "abc",
    "",
    "0",
    "00",
    "01",
    "-1",
    "+1",
    "1.5",
    "1e0",
    " 1",
    "1 ",
    "٣",
    "１",
    "²",
    "3",
    "51",
    "50",
    "9999",
    "10000",
    "99999999999999999999",
    "9" * 5000,
    "1%00",
    "%F1",
    "None",
    "1' OR '1'='1",
]
LISTS = ["/fuel/", "/tag/pipelines/", "/author/serikova/", "/source/register/", "/search/?q=depot"]
KINDS = [*LISTS, "{month}", "{day}", "/corrections/"]


@pytest.fixture(scope="module")
def _two_pages(module_db):
    with module_db():
        author, source = make_author(slug="serikova"), make_source("register")
        tag = make_tag("pipelines")
        for _ in range(21):
            story = make_article(
                authors=[author],
                source=source,
                tags=[tag],
                section=make_section("fuel"),
                published_at=NOON - HOUR,
            )
            Correction.objects.create(article=story, text="A figure was wrong.")


@pytest.fixture
def two_pages(_two_pages, db):
    """One story more than a page holds, in every list there is."""
    with time_machine.travel(NOON, tick=False):
        yield lambda path: path.format(month="/archive/2026/11/", day="/archive/2026/11/23/")


@pytest.mark.parametrize("path", KINDS)
def test_what_is_no_page_of_a_list_is_not_found(client, two_pages, path):
    path = two_pages(path)
    joint = "&" if "?" in path else "?"
    for number in NO_PAGE:
        assert client.get(f"{path}{joint}page={number}").status_code == 404, number


@pytest.mark.parametrize("path", KINDS)
def test_a_list_has_twenty_stories_a_page_and_the_rest_on_the_last(client, two_pages, path):
    path = two_pages(path)
    joint = "&" if "?" in path else "?"
    first, second = client.get(path), client.get(f"{path}{joint}page=2")
    assert (len(shown(first)), len(shown(second))) == (20, 1)
    assert set(shown(first)).isdisjoint(shown(second))
    assert shown(client.get(f"{path}{joint}page=1")) == shown(first)
    assert first.context["page"].next in first.text.replace("&amp;", "&")
    assert second.context["page"].previous == path


@pytest.mark.parametrize("path", KINDS)
def test_a_question_nobody_understands_changes_nothing(client, two_pages, path):
    path = two_pages(path)
    joint = "&" if "?" in path else "?"
    plain = client.get(path)
    for extra in ("utm_source=x", "fbclid=1&gclid=2", "PAGE=2", "page%20=2", "order=old&size=1000"):
        assert shown(client.get(f"{path}{joint}{extra}")) == shown(plain)


def test_the_pager_of_a_search_keeps_the_words(client, two_pages):
    page = client.get("/search/?q=depot+fills&utm_source=x")
    assert page.context["page"].next == "/search/?q=depot+fills&page=2"
    assert client.get(page.context["page"].next).status_code == 200


@pytest.fixture(scope="module")
def _many(module_db):
    """More stories than a list turns over."""
    with module_db():
        make_many(
            1030,
            section=make_section("power"),
            headline="The grid holds",
            published_at=datetime(2024, 5, 20, tzinfo=UTC),
        )


@pytest.fixture
def many(_many, db):
    """1,030 stories of the section power."""


def test_a_list_of_many_stories_has_fifty_pages_and_no_fifty_first(client, many):
    last = client.get("/power/?page=50")
    assert last.status_code == 200
    assert len(shown(last)) == 20
    assert last.context["page"].next is None
    assert 'href="/archive/"' in last.text
    assert client.get("/power/?page=51").status_code == 404
    assert client.get("/power/?page=1٣").status_code == 404


def test_all_pages_together_are_newest_first_and_hold_no_story_twice(client, many):
    keys = [key for page in range(1, 51) for key in shown(client.get(f"/power/?page={page}"))]
    newest = Article.objects.in_section(make_section("power").pk).newest()
    assert keys == list(newest.values_list("pk", flat=True)[:1000])
    assert len(set(keys)) == 1000


def test_no_more_than_a_thousand_and_one_rows_are_counted(client, many):
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/power/").context["page"]
    assert (page.count, page.pages, page.is_cut) == (1001, 50, True)
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 1001" in sql for sql in counts)


def test_the_number_of_queries_is_the_same_on_every_page(client, many):
    counted = []
    for number in (1, 2, 25, 50):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/power/?page={number}")
        counted.append(len(queries))
    assert len(set(counted)) == 1
