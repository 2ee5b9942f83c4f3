"""What pages share is made once for a state of its topics; a question written once stays true."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from news.models import Article
from news.tests.factories import make_article, make_picture, make_section, make_source
from portal.lib import prepared, topics
from portal.lib.shared import MOST, _kept, shared


@pytest.fixture
def stories(db, monkeypatch):
    """`stories()`: how many stories there are, as pages share it; its `made` counts the making."""
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)

    def count():
        made.append(1)
        return Article.objects.count()

    def told():
        return shared("stories", ("news",), count)

    made = told.made = []
    return told


@pytest.mark.django_db(transaction=True)
def test_it_is_made_once_until_the_database_tells_of_a_change(stories):
    make_article()
    assert [stories(), stories(), len(stories.made)] == [1, 1, 1]
    make_article()
    assert [stories(), stories(), len(stories.made)] == [2, 2, 2]


@pytest.mark.django_db(transaction=True)
def test_what_is_never_committed_is_not_shared(stories):
    make_article()
    assert stories() == 1
    with transaction.atomic():
        make_article()
        assert stories() == 2
        transaction.set_rollback(True)
    assert stories() == 1


@pytest.mark.django_db(transaction=True)
def test_an_hour_at_which_a_topic_changes_by_itself_ends_it(stories, time_machine):
    time_machine.move_to(timezone.now())
    make_article(published_at=timezone.now() + timedelta(hours=1))
    stories()
    time_machine.shift(3500)
    stories()
    assert len(stories.made) == 1
    time_machine.shift(200)
    stories()
    assert len(stories.made) == 2


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_while_the_state_cannot_be_read(stories, monkeypatch):
    monkeypatch.setattr(topics, "SUM", "SELECT name FROM no_such_table")
    stories()
    stories()
    assert len(stories.made) == 2


@pytest.mark.django_db(transaction=True)
def test_it_has_a_bound():
    for number in range(MOST + 50):
        shared(("number", number), ("news",), object)
    assert len(_kept) <= MOST


def ids(language, now, section):
    stories = Article.objects.published(now).in_language(language).in_section(section)
    return stories.newest().values_list("pk")[:2]


def test_a_question_written_once_answers_for_other_values(db):
    now = timezone.now().replace(microsecond=0)
    fuel, power = make_section("fuel"), make_section("power")
    for section in (fuel, power):
        for code in ("en", "ru"):
            for hours in (3, 2, 1, -1):
                make_article(
                    section=section, language=code, published_at=now - timedelta(hours=hours)
                )
    for section in (fuel, power):
        for language in ("en", "ru"):
            for moment in (now, now + timedelta(hours=2), now - timedelta(hours=5)):
                values = {"language": language, "now": moment, "section": section.pk}
                found = prepared.rows("ids", ids, **values)
                assert [tuple(row) for row in found] == list(ids(**values)), values


def test_several_questions_in_one_keep_their_limits_and_their_numbers(
    db, django_assert_num_queries
):
    now = timezone.now().replace(microsecond=0)
    sections = [make_section("fuel"), make_section("power")]
    for section in sections:
        for hours in (3, 2, 1):
            make_article(section=section, published_at=now - timedelta(hours=hours))

    def both(language, now):
        return [ids(language, now, section.pk) for section in sections]

    for moment, most in ((now, 2), (now - timedelta(hours=2, minutes=30), 1)):
        values = {"language": "en", "now": moment}
        with django_assert_num_queries(1):
            found = prepared.groups("both", both, **values)
        asked = enumerate(both(**values))
        assert found == [(number, row) for number, rows in asked for row in rows]
        assert len(found) == 2 * most


def test_a_count_written_once_keeps_to_its_limit(db):
    now, section = timezone.now().replace(microsecond=0), make_section("fuel")
    for hours in (3, 2, 1, -1):
        make_article(section=section, published_at=now - timedelta(hours=hours))
    values = {"language": "en", "section": section.pk}
    assert prepared.count("ids", ids, now=now, **values) == 2
    assert prepared.count("ids", ids, now=now - timedelta(hours=2, minutes=30), **values) == 1
    assert prepared.count("ids", ids, now=now - timedelta(days=1), **values) == 0


def test_a_value_that_does_not_reach_the_question_is_refused(db):
    with pytest.raises(ValueError, match="not among the parameters"):
        prepared.rows("lost", lambda code: Article.objects.values_list("pk"), code="en")


def loaded(row):
    """What an instance holds, without what belongs to Django."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_an_object_of_a_question_written_once_is_the_one_of_the_query_set(db):
    picture, source = make_picture(), make_source()
    stories = [make_article(picture=picture, source=source), make_article()]

    def one(pk):
        return Article.objects.for_page().filter(pk=pk)

    for story in stories:
        (made,) = prepared.objects("whole", one, pk=story.pk)
        known = one(story.pk).get()
        assert made == known
        assert loaded(made) == loaded(known)
        assert made.get_deferred_fields() == known.get_deferred_fields()
        assert not made._state.adding
        assert made._state.fields_cache.keys() == known._state.fields_cache.keys()
        for name, other in known._state.fields_cache.items():
            mine = made._state.fields_cache[name]
            assert mine == other
            assert mine is None or loaded(mine) == loaded(other)
    assert prepared.objects("whole", one, pk=0) == []


def test_columns_that_a_question_leaves_out_are_asked_for_when_they_are_read(db):
    story = make_article(headline="Depots fill")
    (made,) = prepared.objects(
        "headline only", lambda pk: Article.objects.only("slug").filter(pk=pk), pk=story.pk
    )
    assert "headline" in made.get_deferred_fields()
    assert made.headline == "Depots fill"


def test_as_many_numbers_as_a_list_has(db):
    stories = [make_article() for _number in range(3)]

    def question(**pks):
        return Article.objects.filter(pk__in=pks.values()).order_by("pk")

    for count in (1, 2, 3):
        wanted = [story.pk for story in stories[:count]]
        found = prepared.objects(("numbers", count), question, **prepared.named("pk", wanted))
        assert [story.pk for story in found] == wanted


def test_values_come_as_django_gives_them(db):
    story = make_article()
    ((at, group),) = prepared.values(
        "hour and group",
        lambda pk: Article.objects.filter(pk=pk).values_list("published_at", "story"),
        pk=story.pk,
    )
    assert (at, group) == (story.published_at, story.story)
