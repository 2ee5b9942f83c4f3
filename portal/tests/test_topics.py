"""The database itself notes what readers will see changed, whoever writes it and however."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from markets import freshness as of_markets
from markets.models import Instrument, Override
from markets.tests.factories import make_instrument, make_series, make_slot, record
from news import freshness as of_news
from news.models import (
    Article,
    Autosave,
    Correction,
    FrontSlot,
    Mention,
    OldAddress,
    PendingChanges,
    Policy,
    Section,
)
from news.tests.factories import make_article, make_author, make_picture, make_source, make_tag
from portal import freshness
from portal.lib import topics, triggers
from portal.models import Banner, Notice, Topic


@pytest.fixture
def touched(db):
    """`touched(act)`: the topics whose token an act moves."""

    def told(act):
        before = topics.current(fresh=True).tokens
        act()
        after = topics.current(fresh=True).tokens
        return {name for name in after if after[name] != before.get(name, 0)}

    return told


def test_every_table_is_watched_or_known_to_be_the_newsrooms_own():
    watched = {watch.table for watch in topics.watches}
    tables = {
        model._meta.db_table
        for app in ("portal", "news", "markets")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    assert tables == watched | freshness.PRIVATE
    assert not watched & freshness.PRIVATE


def test_what_readers_see_moves_a_token_by_whatever_door_it_is_written(touched, editor):
    story, other, author, tag = make_article(), make_article(), make_author(), make_tag()
    picture, source = make_picture(), make_source()
    instrument = make_instrument("x-rub")
    series = make_series(instrument)

    def by_hand():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE news_article SET headline = 'X' WHERE id = %s", [story.pk])

    news = {
        "saved": story.save,
        "bulk": lambda: Article.objects.filter(pk=story.pk).update(lead="Another lead."),
        "SQL": by_hand,
        "byline": lambda: story.bylines.create(author=author, position=1),
        "author": lambda: type(author).objects.update(name_en="B. Serikova"),
        "tags": lambda: story.tags.add(tag),
        "tag": lambda: type(tag).objects.update(name_en="Pipes"),
        "source": lambda: type(source).objects.update(name_en="Register"),
        "picture": lambda: type(picture).objects.update(alt_en="Another"),
        "correction": lambda: Correction.objects.create(article=story, text="Nine, not ten."),
        "price named": lambda: Mention.objects.create(article=story, instrument=instrument),
        "slot": lambda: FrontSlot.objects.create(
            language="en", zone="lead", position=1, article=story
        ),
        "old address": lambda: OldAddress.objects.create(kind="tag", slug="x", target=tag.pk),
        "withdrawn": lambda: Article.objects.update(
            status="withdrawn", withdrawn_at=timezone.now()
        ),
        "deleted": lambda: Article.objects.filter(pk=other.pk).delete(),
    }
    found = {name: touched(act) for name, act in news.items()}
    assert found == {name: {"news"} for name in news}
    frame = {
        "section": lambda: Section.objects.update(name_en="Petrol"),
        "policy": lambda: Policy.objects.create(
            slug="about", language="en", title="About", body="x", effective_on=date(2026, 1, 1)
        ),
    }
    found = {name: touched(act) for name, act in frame.items()}
    assert found == {name: {"news", "frame"} for name in frame}
    markets = {
        "value": lambda: record(series, date(2026, 1, 5), "64.3"),
        "instrument": lambda: Instrument.objects.update(name_en="Dollar"),
        "slot": lambda: make_slot(instrument, 99),
        "manual": lambda: Override.objects.create(
            instrument=instrument,
            value=65,
            as_of=date(2026, 1, 5),
            reason="The bank was late.",
            expires_at=timezone.now() + timedelta(hours=1),
            entered_by=editor,
        ),
        "source renamed": lambda: type(series.source).objects.update(name_en="The Other Bank"),
    }
    found = {name: touched(act) for name, act in markets.items()}
    assert found == {name: {"markets"} for name in markets}
    assert touched(lambda: Notice.objects.create(text_en="A demonstration")) == {"frame"}
    until = timezone.now() + timedelta(hours=1)
    assert touched(lambda: Banner.objects.create(text_en="!", ends_at=until)) == {"banner"}


def test_work_that_no_reader_sees_moves_nothing(touched, editor):
    draft = make_article(status="draft", published_at=None)
    live = make_article()
    series = make_series(make_instrument("x-rub"))
    acts = [
        draft.save,
        lambda: make_article(status="review", published_at=None),
        lambda: draft.bylines.create(author=author, position=1),
        lambda: draft.tags.add(tag),
        lambda: Autosave.objects.create(user=editor, key=uuid4(), article=live, turn=1, fields=[]),
        lambda: PendingChanges.objects.create(article=live, content={}, base=1, by=editor),
        lambda: type(series.source).objects.update(last_success_at=timezone.now(), etag="x"),
        draft.delete,
    ]
    author, tag = make_author(), make_tag()
    assert [touched(act) for act in acts] == [set()] * len(acts)


def test_a_draft_that_comes_out_and_a_story_taken_back_both_count(touched):
    story = make_article(status="draft", published_at=None)
    now = timezone.now()

    def come_out():
        Article.objects.filter(pk=story.pk).update(status="published", published_at=now)

    def go_back():
        Article.objects.filter(pk=story.pk).update(status="draft")

    assert touched(come_out) == {"news"}
    assert touched(go_back) == {"news"}


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_has_moved_nothing():
    story = make_article()
    before = topics.current(fresh=True).tokens
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        story.save()
        assert topics.current(fresh=True).tokens != before
        raise ZeroDivisionError
    assert topics.current(fresh=True).tokens == before


@pytest.mark.django_db(transaction=True)
def test_triggers_lost_with_a_rebuilt_table_are_made_again():
    topics.install_triggers(using="default")  # of a database that is as it should be: nothing
    watch = next(watch for watch in topics.watches if watch.table == "news_tag")
    make = triggers._sqlite if connection.vendor == "sqlite" else triggers._postgresql
    names = [name for name, _sql in make(watch)]
    with connection.cursor() as cursor:
        for name in names:
            on = " ON news_tag" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
    before = topics.current(fresh=True).tokens.get("news", 0)
    make_tag("unseen")
    assert topics.current(fresh=True).tokens.get("news", 0) == before
    topics.install_triggers(using="default")
    make_tag("seen")
    assert topics.current(fresh=True).tokens["news"] > before


def test_folding_the_notes_of_many_connections_changes_no_token(db, monkeypatch):
    monkeypatch.setattr(topics, "ROWS_KEPT", 3)
    for writer in range(1, 6):
        Topic.objects.create(name="news", writer=writer, token=writer)
        Topic.objects.create(name="markets", writer=writer, token=10)
    before = topics.current(fresh=True).tokens
    assert topics.fold() == 10
    assert topics.current(fresh=True).tokens == before
    assert set(Topic.objects.values_list("writer", flat=True)) == {0}
    assert topics.fold() == 0


# Hours -------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def hours(*numbers):
    return [NOW + timedelta(hours=number) for number in numbers]


def test_the_next_hour_of_the_news_is_that_of_the_next_story_or_place(db):
    assert of_news.next_hour(NOW) is None
    first, second, third, gone, long_ago = hours(1, 2, 3, -1, -9)
    make_article(published_at=long_ago, expires_at=third)
    make_article(published_at=long_ago, expires_at=gone)
    assert of_news.next_hour(NOW) == third
    make_article(status="scheduled", published_at=second)
    assert of_news.next_hour(NOW) == second
    story = make_article(published_at=long_ago)
    FrontSlot.objects.create(language="en", zone="lead", position=1, article=story, until=first)
    assert of_news.next_hour(NOW) == first
    assert of_news.next_hour(first) == second
    assert of_news.next_hour(third) is None


def test_the_next_hour_of_a_banner_is_its_beginning_then_its_end(db):
    begins, ends = hours(1, 30)
    Banner.objects.create(text_en="!", starts_at=begins, ends_at=ends)
    assert freshness.next_banner(NOW) == begins
    assert freshness.next_banner(begins) == begins + Banner.LONGEST  # whatever the row says
    assert freshness.next_banner(begins + Banner.LONGEST) is None


def test_figures_change_at_midnight_of_each_zone_and_at_each_hour_of_publication(db, editor):
    moments, at = [], NOW - timedelta(hours=12)
    while (at := of_markets.next_hour(at)) <= NOW + timedelta(hours=12):
        moments.append(at)
    midnights = {
        datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
        for zone in ("Asia/Almaty", "Europe/Moscow", "UTC", "America/New_York", "Europe/Berlin")
        for day in (date(2026, 11, 23), date(2026, 11, 24))
    }
    noon_in_almaty = datetime(2026, 11, 23, 7, tzinfo=UTC)
    evening_in_berlin = datetime(2026, 11, 23, 17, tzinfo=UTC)
    within = {at for at in midnights if NOW - timedelta(hours=12) < at <= NOW + timedelta(hours=12)}
    assert set(moments) == within | {noon_in_almaty, evening_in_berlin}
    begins, ends = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    Override.objects.create(
        instrument=make_instrument("x-rub"),
        value=65,
        as_of=date(2026, 11, 23),
        reason="The bank was late.",
        starts_at=begins,
        expires_at=ends,
        entered_by=editor,
    )
    assert of_markets.next_hour(NOW) == begins
    assert of_markets.next_hour(begins) == ends


def test_the_frame_changes_at_the_newsrooms_midnight(settings):
    settings.TIME_ZONE = "Europe/Moscow"
    assert freshness.next_midnight(NOW) == datetime(2026, 11, 23, 21, tzinfo=UTC)
    # The night of the change of clocks: the day is an hour shorter, midnight is midnight.
    zone = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 30, tzinfo=zone)
    assert topics.midnight_after(before, zone) == datetime(2026, 3, 29, tzinfo=zone)


@pytest.mark.django_db(transaction=True)
def test_tokens_are_looked_at_four_times_a_second_at_most(django_assert_num_queries, time_machine):
    topics.forget_all()
    first = topics.current()
    with django_assert_num_queries(0):
        assert topics.current() is first
    topics.forget()
    with django_assert_num_queries(1):  # nothing was written: no boundary is asked for again
        assert topics.current() is first
