"""Lists of stories: what belongs to which of them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from news import loading
from news.models import Article, Byline
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_section,
    make_source,
    make_tag,
)

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def shown(response):
    """Keys of the stories on a page of a list, in their order."""
    return [story.pk for story in response.context["page"].items]


def listed(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return set(shown(response))


# What belongs where ------------------------------------------------------------------------------


def test_a_section_lists_its_own_stories_in_its_language(client, db):
    mine = make_article(section="fuel")
    russian = make_article(section="fuel", language="ru")
    make_article(section="power")
    assert listed(client, "/fuel/") == {mine.pk}
    assert listed(client, "/ru/fuel/") == {russian.pk}
    assert listed(client, "/kk/fuel/") == set()


def test_a_tag_lists_the_stories_that_carry_it_once_each(client, db):
    tag, other = make_tag("pipelines"), make_tag("ports")
    both = make_article(tags=[tag, other])
    one = make_article(tags=[tag])
    make_article(tags=[other])
    assert listed(client, "/tag/pipelines/") == {both.pk, one.pk}
    assert len(shown(client.get("/tag/pipelines/"))) == 2


def test_an_author_lists_what_they_wrote_alone_and_with_others_in_any_role(client, db):
    author, other = make_author(slug="serikova"), make_author(slug="orlov")
    alone = make_article(authors=[author])
    together = make_article(authors=[other, author])
    helped = make_article(authors=[other])
    Byline.objects.create(article=helped, author=author, role=Byline.Role.DATA, position=9)
    Byline.objects.create(article=together, author=author, role=Byline.Role.PHOTO, position=9)
    make_article(authors=[other])
    assert listed(client, "/author/serikova/") == {alone.pk, together.pk, helped.pk}
    assert client.get("/author/serikova/").context["page"].count == 3


def test_a_source_lists_the_stories_that_rely_on_it(client, db):
    source = make_source("register")
    mine = make_article(source=source)
    make_article(source=make_source("gazette"))
    make_article()
    assert listed(client, "/source/register/") == {mine.pk}


@pytest.mark.parametrize("kind", ["tag", "author", "source"])
def test_a_name_nobody_knows_is_not_found(client, db, kind):
    assert client.get(f"/{kind}/nobody/").status_code == 404


def test_a_list_shows_a_picture_once(client, db):
    picture = make_picture()
    for _ in range(3):
        make_article(picture=picture)
    assert len(re.findall(r"<picture>", client.get("/fuel/").text)) == 1


# The archive -------------------------------------------------------------------------------------

MSK = {
    "23:30 on the 22nd": datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
    "00:30 on the 23rd": datetime(2026, 11, 22, 21, 30, tzinfo=UTC),
    "midnight of the 23rd": datetime(2026, 11, 22, 21, 0, 0, tzinfo=UTC),
    "the last second of the 22nd": datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC),
}


@pytest.mark.parametrize("hour", MSK.values(), ids=MSK.keys())
@time_machine.travel(NOON, tick=False)
def test_a_story_belongs_to_the_day_of_the_newsroom(client, db, hour):
    story = make_article(published_at=hour)
    midnight = datetime(2026, 11, 22, 21, 0, 0, tzinfo=UTC)
    days = {"22": set(), "23": set()}
    days["23" if hour >= midnight else "22"] = {story.pk}
    for day, expected in days.items():
        assert listed(client, f"/archive/2026/11/{day}/") == expected


@time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=UTC), tick=False)
def test_a_story_belongs_to_the_month_of_the_newsroom(client, db):
    november = make_article(published_at=datetime(2026, 11, 30, 20, 59, 59, tzinfo=UTC))
    december = make_article(published_at=datetime(2026, 11, 30, 21, 0, 0, tzinfo=UTC))
    assert listed(client, "/archive/2026/11/") == {november.pk}
    assert listed(client, "/archive/2026/12/") == {december.pk}
    assert "/archive/2026/11/30/" in client.get("/archive/2026/11/").text
    assert "/archive/2026/12/01/" in client.get("/archive/2026/12/").text


@time_machine.travel(NOON, tick=False)
def test_the_archive_names_every_month_since_the_first_story(client, db):
    make_article(published_at=datetime(2025, 12, 31, 22, tzinfo=UTC))  # 1 January in the newsroom
    text = client.get("/archive/").text
    months = re.findall(r'href="/archive/(\d{4}/\d\d)/"', text)
    assert months == [f"2026/{month:02}" for month in range(11, 0, -1)]


def test_the_days_of_a_month_are_asked_for_in_one_query(client, db, django_assert_num_queries):
    make_article(published_at=datetime(2026, 11, 2, 9, tzinfo=UTC))
    month = [date(2026, 11, day) for day in range(1, 31)]
    with django_assert_num_queries(1):
        assert loading.days_with_stories("en", month) == [date(2026, 11, 2)]
    assert loading.days_with_stories("ru", month) == []


def test_the_archive_of_a_month_or_day_without_stories_is_an_empty_page(client, db):
    assert listed(client, "/archive/2020/01/") == set()
    assert listed(client, "/archive/2020/01/01/") == set()


@pytest.mark.parametrize(
    "date",
    [
        "2026/00",
        "2026/13",
        "2026/02/30",
        "2026/02/29",
        "2026/11/31",
        "2026/11/00",
        "2026/1",
        "2026/11/1",
        "0000/01",
        "0999/01",
        "3000/01",
        "9999/12/31",
        "٢٠٢٦/١١",
        "2026/11/23/12",
        "2026",
        "abcd/ef",
    ],
)
def test_a_day_that_never_was_is_not_found(client, db, date):
    assert client.get(f"/archive/{date}/").status_code == 404


@pytest.mark.parametrize("date", ["2024/02/29", "1000/01/01", "2999/12", "2999/12/31"])
def test_a_day_far_away_is_only_empty(client, db, date):
    assert listed(client, f"/archive/{date}/") == set()


@time_machine.travel(NOON, tick=False)
def test_the_archive_of_a_month_offers_the_days_that_have_stories(client, db):
    for day in (2, 21, 23):
        make_article(published_at=datetime(2026, 11, day, 9, tzinfo=UTC))
    text = client.get("/archive/2026/11/").text
    assert re.findall(r'href="/archive/2026/11/(\d\d)/"', text) == ["02", "21", "23"]


@time_machine.travel(NOON, tick=False)
def test_a_busy_month_still_leads_to_its_oldest_story(client, db):
    """A list turns over a thousand stories: past that only the days lead to what is older."""
    make_many(1010, published_at=NOON - HOUR)
    make_article(published_at=datetime(2026, 11, 2, 12, tzinfo=UTC))
    text = client.get("/archive/2026/11/").text
    days = re.findall(r'href="/archive/2026/11/(\d\d)/"', text)
    published = Article.objects.values_list("published_at", flat=True)
    assert days == sorted({f"{timezone.localdate(at):%d}" for at in published})
    assert days[0] == "02"


# Small lists -------------------------------------------------------------------------------------


def test_an_empty_list_has_one_page(client, db):
    make_section("fuel")
    assert client.get("/fuel/").status_code == 200
    assert client.get("/fuel/?page=2").status_code == 404


def test_a_topic_without_stories_in_a_language_is_no_page_to_be_found(client, db):
    tag, source = make_tag(), make_source()
    make_article(tags=[tag], source=source)
    for path in [tag.get_absolute_url(), source.get_absolute_url()]:
        assert 'name="robots"' not in client.get(path).text
        assert '<meta name="robots" content="noindex">' in client.get(f"/ru{path}").text


def test_stories_of_the_same_second_keep_their_order_over_pages(client, db):
    moment = timezone.now() - HOUR
    made = [make_article(published_at=moment).pk for _ in range(25)]
    pages = [shown(client.get(f"/fuel/?page={page}")) for page in (1, 2)]
    assert [*pages[0], *pages[1]] == sorted(made, reverse=True)


@pytest.mark.skipif("connection.vendor != 'sqlite'")  # the other one weighs both bounds
def test_a_day_long_ago_is_not_sought_from_today_on(db):
    stories = make_many(600)

    def steps(oldest, newest):
        """How much SQLite does for ten stories of those between, in hundreds of its steps."""
        done = []
        hours = stories[oldest].published_at, stories[newest].published_at
        rows = Article.objects.published().in_language("en").between(*hours).newest()
        connection.connection.set_progress_handler(lambda: done.append(1), 100)
        try:
            assert len(rows.values_list("pk")[:10]) == 10
        finally:
            connection.connection.set_progress_handler(None, 0)
        return len(done)

    assert steps(590, 560) <= 2 * steps(40, 10) + 2
