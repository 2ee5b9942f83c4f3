"""Bylines and tags say of their story what it says itself, by whatever way it was written."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from news import lines
from news.merging import merge
from news.models import Article, Byline, Tagging
from news.models.status import Status
from news.tests.factories import make_article, make_author, make_many, make_section, make_tag

NAMES = ("language", "status", "published_at", "expires_at")
HOUR = timedelta(hours=1)


def wrong():
    """Lines that say something else than their story."""
    return [
        line
        for model in (Byline, Tagging)
        for line in model.objects.select_related("article")
        if any(getattr(line, name) != getattr(line.article, name) for name in NAMES)
    ]


def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def story(db):
    """A draft with two roles of one author and two tags."""
    author = make_author(slug="serikova")
    story = make_article(
        authors=[author],
        tags=[make_tag("pipelines"), make_tag("ports")],
        status=Status.DRAFT,
        published_at=None,
    )
    Byline.objects.create(article=story, author=author, role=Byline.Role.PHOTO, position=2)
    return story


def _save(story, **changes):
    for name, value in changes.items():
        setattr(story, name, value)
    story.save()


CHANGES = {
    "saved as published": lambda s: _save(s, status=Status.PUBLISHED, published_at=now()),
    "published by update()": lambda s: Article.objects.filter(pk=s.pk).update(
        status=Status.PUBLISHED, published_at=now()
    ),
    "scheduled": lambda s: _save(s, status=Status.SCHEDULED, published_at=now() + HOUR),
    "ends": lambda s: _save(
        s, status=Status.PUBLISHED, published_at=now(), expires_at=now() + HOUR
    ),
    "withdrawn": lambda s: _save(s, status=Status.WITHDRAWN, published_at=now()),
    "in another language": lambda s: Article.objects.filter(pk=s.pk).update(language="kk"),
    "many at once": lambda s: Article.objects.bulk_update(
        [Article(pk=s.pk, status=Status.PUBLISHED, published_at=now())], ["status", "published_at"]
    ),
    "a tag more": lambda s: s.tags.add(make_tag("depots")),
    "other tags": lambda s: s.tags.set([make_tag("depots")]),
    "lines written at once": lambda s: Byline.objects.bulk_create(
        [Byline(article=s, author=make_author())]
    ),
    "by hand in the database": lambda s: _execute(
        "UPDATE news_article SET status = 'published', published_at = %s WHERE id = %s",
        [now().replace(tzinfo=None) if connection.vendor == "sqlite" else now(), s.pk],
    ),
}


def _execute(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("twice", [False, True])
def test_however_a_story_is_written_its_lines_say_the_same(story, change, twice):
    if twice:  # and back from a story that is out
        _save(story, status=Status.PUBLISHED, published_at=now() - HOUR)
    CHANGES[change](story)
    assert wrong() == []
    assert Byline.objects.exists() and Tagging.objects.exists()


@pytest.mark.parametrize("model", [Byline, Tagging])
def test_what_is_written_into_a_line_itself_is_put_right(story, model):
    model.objects.update(status=Status.PUBLISHED, published_at=now(), language="ru")
    assert wrong() == []
    model.objects.update(expires_at=F("published_at"))
    assert wrong() == []


def test_a_line_loaded_before_the_story_came_out_cannot_take_it_back(story):
    line = story.bylines.first()
    _save(story, status=Status.PUBLISHED, published_at=now())
    line.position = 7
    line.save()
    assert wrong() == []
    assert Byline.objects.get(pk=line.pk).status == Status.PUBLISHED


def test_a_line_that_moves_to_another_story_says_what_that_one_says(story):
    out = make_article()
    Byline.objects.filter(role=Byline.Role.PHOTO).update(article=out)
    Tagging.objects.filter(tag__slug="ports").update(article=out)
    assert wrong() == []
    assert out.bylines.get().status == Status.PUBLISHED


def test_merged_authors_and_tags_leave_no_line_wrong(story):
    other, tag = make_author(slug="orlov"), make_tag("harbours")
    make_article(authors=[other], tags=[tag])
    author = story.bylines.first().author
    merge(author, [other])
    merge(story.tags.get(slug="ports"), [tag])
    assert wrong() == []
    assert Byline.objects.filter(status=Status.PUBLISHED, author=author).count() == 1


def test_a_line_may_come_before_its_story(transactional_db):
    """Rows that are loaded in any order are looked at when the transaction ends."""
    out, author, tag = make_article(), make_author(), make_tag("pipelines")
    names = [f.attname for f in Article._meta.concrete_fields if f.name not in {"id", "story"}]
    with transaction.atomic():
        Byline.objects.bulk_create([Byline(article_id=out.pk + 1, author=author)])
        Tagging.objects.bulk_create([Tagging(article_id=out.pk + 1, tag=tag)])
        fields = {name: getattr(out, name) for name in names}
        Article.objects.bulk_create([Article(pk=out.pk + 1, **fields)])
    assert wrong() == []
    assert Byline.objects.get().status == Status.PUBLISHED


def test_triggers_that_were_lost_are_made_again_and_the_lines_put_right(story):
    with connection.cursor() as cursor:
        lines.remove(cursor, connection.vendor)
    _save(story, status=Status.PUBLISHED, published_at=now())
    assert len(wrong()) == 4  # nobody watched
    lines.ensure(connection)
    assert wrong() == []
    _save(story, status=Status.WITHDRAWN)
    assert wrong() == []


@pytest.mark.skipif("connection.vendor == 'sqlite'")  # which has one writer at a time
def test_a_line_that_is_written_while_its_story_comes_out_is_not_missed(transactional_db):
    story, author = make_article(status=Status.DRAFT, published_at=None), make_author()
    is_written, errors = threading.Event(), []

    def publish():
        try:
            is_written.wait(5)
            Article.objects.filter(pk=story.pk).update(status=Status.PUBLISHED, published_at=now())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=publish)
    thread.start()
    with transaction.atomic():
        Byline.objects.create(article=story, author=author)
        is_written.set()
        thread.join(0.5)
        assert thread.is_alive()  # it waits for the line
    thread.join(5)
    assert not errors and wrong() == []
    assert Byline.objects.get().status == Status.PUBLISHED


# Lists that are read from the lines ---------------------------------------------------------------


@pytest.mark.parametrize("whose", ["author", "tag"])
def test_a_long_list_is_read_from_its_newest_end_and_sorts_nothing(db, whose):
    author, tag = make_author(), make_tag("pipelines")
    here = author if whose == "author" else tag
    stories = make_many(300, section=make_section())
    Byline.objects.bulk_create(Byline(article=s, author=author) for s in stories)
    Tagging.objects.bulk_create(Tagging(article=s, tag=tag) for s in stories)
    rest = [make_author() for _ in range(5)]
    Byline.objects.bulk_create(Byline(article=s, author=a) for s in stories for a in rest)
    _execute("ANALYZE")
    newest = here.lines.published().in_language("en").newest()[:20]
    told = newest.explain()
    assert "newest" in told  # the index
    assert "TEMP B-TREE" not in told and "Sort" not in told
    assert list(newest) == [s.pk for s in stories[:20]]
