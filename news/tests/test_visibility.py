"""The one rule: who may see a story, and when. Query-set and row must say the same."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.models import Article
from news.models.article import Status
from news.tests.factories import make_article, make_section

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PAST, FUTURE = NOON - HOUR, NOON + HOUR
# What "no expiry", "expired" and "not yet expired" are for an hour of publication.
EXPIRIES = {"never": None, "expired": NOON - HOUR / 2, "later": NOON + 2 * HOUR}


def is_listed(article, now=None):
    return Article.objects.published(now).filter(pk=article.pk).exists()


@pytest.mark.parametrize("expiry", EXPIRIES)
@pytest.mark.parametrize("hour", [PAST, FUTURE], ids=["past hour", "future hour"])
@pytest.mark.parametrize("status", list(Status))
@time_machine.travel(NOON, tick=False)
def test_a_story_is_public_when_released_due_and_not_expired(db, status, hour, expiry):
    expires_at = EXPIRIES[expiry]
    if expires_at and expires_at <= hour:
        expires_at = hour + HOUR / 2  # no story ends before it begins: this one never began
    article = make_article(status=status, published_at=hour, expires_at=expires_at)
    expected = (
        status in {Status.SCHEDULED, Status.PUBLISHED} and hour == PAST and expiry != "expired"
    )
    assert article.is_public is expected
    assert is_listed(article) is expected


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEW, Status.WITHDRAWN])
def test_a_story_without_an_hour_is_not_public(db, status):
    article = make_article(status=status, published_at=None)
    assert article.is_public is False
    assert not is_listed(article)


def test_a_released_story_that_has_no_hour_yet_is_not_public():
    # A form asks this of a row the database would refuse.
    assert Article(status=Status.SCHEDULED, published_at=None).is_public is False
    assert Article(status=Status.PUBLISHED, published_at=None).is_public is False


instants = st.datetimes(
    min_value=datetime(2026, 11, 23, 11, 59, 57),
    max_value=datetime(2026, 11, 23, 12, 0, 3),
    timezones=st.just(UTC),
)


@pytest.fixture
def story(db):
    return make_article()


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    status=st.sampled_from(list(Status)),
    hour=instants,
    life=st.none() | st.timedeltas(min_value=SECOND, max_value=timedelta(seconds=4)),
    now=instants,
)
def test_query_set_and_row_agree_at_every_instant(story, status, hour, life, now):
    """Fractions of a second on any side make no difference between the two."""
    story.status, story.published_at = status, hour
    story.expires_at = hour + life if life else None
    story.save()
    assert is_listed(story, now) is story.is_public_at(now)
    again = Article.objects.get(pk=story.pk)
    assert again.is_public_at(now) is story.is_public_at(now)
    assert not (again.is_public_at(now) and again.was_public_before(now))


def test_a_scheduled_story_becomes_public_at_its_second_by_the_clock_alone(db):
    article = make_article(status=Status.SCHEDULED, published_at=NOON)
    with time_machine.travel(NOON - timedelta(milliseconds=1), tick=False):
        assert not is_listed(article)
        assert article.is_public is False
    with time_machine.travel(NOON, tick=False):
        assert is_listed(article)
        assert article.is_public is True
    article.refresh_from_db()
    assert article.status == Status.SCHEDULED


def test_a_scheduled_story_appears_on_its_page_and_in_its_section_without_any_job(client, db):
    article = make_article(
        status=Status.SCHEDULED, published_at=NOON, headline="The gates open at noon"
    )
    path = article.get_absolute_url()
    with time_machine.travel(NOON - SECOND, tick=False):
        assert client.get(path).status_code == 404
        assert "The gates open" not in client.get("/fuel/").text
    with time_machine.travel(NOON, tick=False):
        assert client.get(path).status_code == 200
        assert "The gates open" in client.get("/fuel/").text
        assert "The gates open" in client.get("/").text


def test_a_story_ends_at_its_second_by_the_clock_alone(client, db):
    article = make_article(published_at=PAST, expires_at=NOON, headline="Open until noon")
    path = article.get_absolute_url()
    with time_machine.travel(NOON - SECOND, tick=False):
        assert is_listed(article)
        assert client.get(path).status_code == 200
        assert "Open until noon" in client.get("/").text
    with time_machine.travel(NOON, tick=False):
        assert not is_listed(article)
        assert client.get(path).status_code == 410
        assert "Open until noon" not in client.get("/").text


def stored(article, column="published_at"):
    """The text the database itself keeps, past every conversion of the field."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CAST({column} AS VARCHAR(40)) FROM news_article WHERE id = %s",  # noqa: S608
            [article.pk],
        )
        return cursor.fetchone()[0]


FRACTION = NOON.replace(microsecond=999_999)


def test_save_cuts_the_fraction_of_a_second(db):
    article = make_article(published_at=FRACTION)
    assert article.published_at == NOON
    assert Article.objects.get().published_at == NOON
    assert "." not in stored(article)


def test_update_cuts_the_fraction_of_a_second(db):
    article = make_article()
    Article.objects.update(published_at=FRACTION, expires_at=FRACTION + HOUR)
    assert "." not in stored(article) + stored(article, "expires_at")
    assert Article.objects.get().published_at == NOON


def test_bulk_create_and_bulk_update_cut_the_fraction_of_a_second(db):
    section = make_section()
    [article] = Article.objects.bulk_create(
        [Article(section=section, headline="One", slug="one", published_at=FRACTION)]
    )
    assert "." not in stored(article)
    article.updated_at = FRACTION
    Article.objects.bulk_update([article], ["updated_at"])
    assert "." not in stored(article, "updated_at")


def test_get_or_create_finds_what_it_has_just_written(db):
    section = make_section()
    for _ in range(2):
        Article.objects.get_or_create(
            published_at=FRACTION, defaults={"section": section, "headline": "One"}
        )
    assert Article.objects.count() == 1


@time_machine.travel(NOON, tick=False)
def test_a_story_withdrawn_again_is_gone_from_the_second_time_on(client, db):
    article = make_article(published_at=PAST)
    with time_machine.travel(NOON - HOUR / 2, tick=False):
        article.status = Status.WITHDRAWN
        article.save()
    article.status, article.published_at = Status.PUBLISHED, NOON
    article.save()
    with time_machine.travel(FUTURE, tick=False):
        article.status = Status.WITHDRAWN
        article.save()
        assert article.withdrawn_at == FUTURE
        assert client.get(article.get_absolute_url()).status_code == 410


def test_a_story_withdrawn_before_its_hour_was_never_there(client, db):
    article = make_article(
        status=Status.WITHDRAWN, published_at=PAST, withdrawn_at=PAST - HOUR, headline="Never"
    )
    with time_machine.travel(NOON, tick=False):
        assert client.get(article.get_absolute_url()).status_code == 404
