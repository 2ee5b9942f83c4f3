"""The search index: what writes it, what makes it stale, and a rebuild that can be stopped."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from markets.tests.factories import make_instrument
from news.management.commands import reindex
from news.models import Article, Reindexing, SearchRow, SearchWord
from news.models.search import place_of, second_of
from news.search import words
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_source,
    make_tag,
)


def found(text, language="en"):
    stories = Article.objects.published().matching(text, language)
    return list(stories.newest().values_list("pk", flat=True))


@pytest.fixture
def publish(committed):
    def make(**fields):
        with committed():
            return make_article(**fields)

    return make


def test_a_place_orders_stories_as_the_lists_do(db):
    now = timezone.now().replace(microsecond=0)
    made = [
        make_article(published_at=at)
        for at in (now, now - timedelta(days=1), now, now - timedelta(days=40_000))
    ]
    made.append(make_article(status="draft", published_at=None))
    by_place = sorted(made, key=place_of, reverse=True)
    listed = list(Article.objects.filter(published_at__isnull=False).newest())
    assert [story for story in by_place if story.published_at] == listed
    assert second_of(place_of(made[0])) == now.timestamp()


def test_the_row_follows_a_change_of_the_hour(publish, committed):
    story = publish(headline="Ozokerite")
    with committed():
        story.published_at -= timedelta(days=400)
        story.save()
    assert SearchRow.objects.get().place == place_of(story)
    assert found("ozokerite") == [story.pk]


def test_a_deleted_story_leaves_nothing_in_the_index(publish):
    publish(headline="Ozokerite").delete()
    later = publish(headline="Paraffin")
    assert found("ozokerite") == []
    assert found("paraffin") == [later.pk]


def test_captions_are_searched(publish):
    own = publish(picture=make_picture(), picture_caption="A drumlin at dusk")
    theirs = publish(picture=make_picture(caption_en="Two moraines"))
    assert found("drumlin") == [own.pk]
    assert found("moraine") == [theirs.pk]


def test_a_text_longer_than_an_index_takes_is_indexed_by_its_beginning(publish):
    words_of_it = " ".join(f"ozo{number}ke" for number in range(200_000))
    story = publish(body=f"<p>{words_of_it}</p>", picture_caption="A drumlin")
    assert found('"ozo 7 ke"') == [story.pk]
    assert found("drumlin") == [story.pk]


def test_one_transaction_indexes_a_story_once(db, committed, monkeypatch):
    written = []
    write = SearchRow.objects.write
    monkeypatch.setattr(
        type(SearchRow.objects),
        "write",
        lambda self, stories, learn: (written.extend(stories), write(stories, learn)),
    )
    with committed(), transaction.atomic():
        first = make_article(authors=[make_author()], tags=[make_tag("a"), make_tag("b")])
        second = make_article()
    assert sorted(story.pk for story in written) == [first.pk, second.pk]


def test_what_a_rolled_back_savepoint_changed_is_not_indexed(publish, committed):
    story = publish(headline="Ozokerite")
    with committed():
        try:
            with transaction.atomic():
                changed = Article.objects.get(pk=story.pk)
                changed.headline = "Paraffin"
                changed.save()
                raise RuntimeError
        except RuntimeError:
            pass
        Article.objects.get(pk=story.pk).save()
    assert found("ozokerite") == [story.pk]
    assert found("paraffin") == []


def test_a_failing_index_does_not_undo_the_story(db, committed, monkeypatch):
    def broken(*ids):
        raise RuntimeError("no index today")

    with monkeypatch.context() as patch:
        patch.setattr(SearchRow.objects, "index_newest", broken)
        with committed():
            story = make_article(headline="Ozokerite")
    assert found("ozokerite") == []
    assert SearchRow.objects.freshen() == 1
    assert found("ozokerite") == [story.pk]


NAMED = {
    "authors": lambda: (make_author("Q. Zhandosova"), "name_en"),
    "tags": lambda: (make_tag("wax", name_en="Zhandosova"), "name_en"),
    "source": lambda: (make_source(name_ru="Zhandosova"), "name_ru"),
    "picture": lambda: (make_picture(caption_en="Zhandosova at dusk"), "caption_en"),
    "instruments": lambda: (make_instrument("wax", name_kk="Zhandosova"), "name_kk"),
}


def carrying(publish, relation):
    """A story, what it is found by, and the field with that name."""
    named, field = NAMED[relation]()
    if relation == "instruments":
        story = publish(body='<p>See <span data-instrument="wax">wax</span>.</p>')
    else:
        story = publish(**{relation: [named] if relation.endswith("s") else named})
    return story, named, field


@pytest.mark.parametrize("relation", NAMED)
def test_a_new_name_is_found_after_the_next_tick(publish, relation):
    story, named, field = carrying(publish, relation)
    setattr(named, field, "Wax Ozokerite")
    named.save()
    assert found("zhandosova") == [story.pk]
    assert SearchRow.objects.freshen() == 1
    assert found("zhandosova") == []
    assert found("ozokerite") == [story.pk]
    assert SearchRow.objects.freshen() == 0


@pytest.mark.parametrize("relation", NAMED)
def test_a_save_that_changes_no_name_makes_no_row_stale(publish, relation):
    _story, named, _field = carrying(publish, relation)
    named.save()
    assert SearchRow.objects.freshen() == 0


def test_rows_of_an_older_recipe_are_rewritten_a_few_at_a_time(publish):
    stories = [publish() for _ in range(5)]
    SearchRow.objects.update(recipe=words.RECIPE - 1)
    assert SearchRow.objects.freshen(limit=3) == 3
    assert SearchRow.objects.freshen(limit=3) == 2
    SearchRow.objects.filter(pk=stories[0].pk).delete()
    assert SearchRow.objects.freshen() == 1


def test_tick_keeps_the_index_fresh(sources_off, publish, capsys):
    publish()
    SearchRow.objects.update(recipe=0)
    call_command("tick")
    assert "stories indexed: 1" in capsys.readouterr().out


# Rebuilding --------------------------------------------------------------------------------------


def test_reindex_writes_what_is_missing_or_stale(publish, capsys):
    story = publish(headline="Ozokerite", authors=[make_author("Q. Zhandosova")])
    SearchRow.objects.update(title="", head=" paraffin ", words=" paraffin ")
    lost = make_article(headline="Ozokerite too", tags=[make_tag("wax")])
    assert found("paraffin") == [story.pk]
    call_command("reindex")
    assert capsys.readouterr().out == "2 stories indexed.\n"
    assert set(found("ozokerite")) == {story.pk, lost.pk}
    assert found("zhandosova") == [story.pk]
    assert found("wax") == [lost.pk]
    assert found("paraffin") == []


def test_reindex_asks_a_few_questions_for_many_stories(db, django_assert_max_num_queries):
    make_many(450)
    with django_assert_max_num_queries(3 * 18 + 24):
        call_command("reindex", verbosity=0)
    assert SearchRow.objects.count() == 450


def test_a_run_that_was_stopped_goes_on_where_it_stopped(db, monkeypatch, capsys):
    make_many(7)
    monkeypatch.setattr(reindex, "BATCH", 3)
    monkeypatch.setattr(reindex, "BATCHES_A_MARK", 1)
    write = SearchRow.objects.write
    batches = []

    def stopped(stories, learn):
        if len(batches) == 1:
            raise KeyboardInterrupt
        batches.append(len(stories))
        write(stories, learn)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(SearchRow.objects, "write", stopped)
        call_command("reindex")
    assert SearchRow.objects.count() == 3
    reached = Reindexing.objects.get().reached
    call_command("reindex")
    out = capsys.readouterr().out
    assert f"Going on after story {reached}." in out
    assert "4 stories indexed." in out
    assert SearchRow.objects.count() == 7
    assert Reindexing.objects.get().finished_at
    # Each story was counted once, in spite of the two runs.
    assert SearchWord.objects.get(word="paragraph").stories == 7
    call_command("reindex", "--afresh")
    assert "7 stories indexed." in capsys.readouterr().out
    assert SearchWord.objects.get(word="paragraph").stories == 7


def test_a_run_forgets_words_that_no_story_has_any_more(publish):
    story = publish(headline="Ozokerite")
    Article.objects.filter(pk=story.pk).update(headline="Paraffin")
    call_command("reindex", verbosity=0)
    known = set(SearchWord.objects.values_list("word", flat=True))
    assert "paraffin" in known
    assert "ozokerite" not in known


def test_readers_search_the_old_rows_while_a_run_goes_on(publish, monkeypatch):
    stories = [publish(headline=f"Ozokerite {n}") for n in range(4)]
    monkeypatch.setattr(reindex, "BATCH", 1)
    write, seen = SearchRow.objects.write, []

    def watched(batch, learn):
        write(batch, learn)
        seen.append(len(found("ozokerite")))

    monkeypatch.setattr(SearchRow.objects, "write", watched)
    call_command("reindex", verbosity=0)
    assert seen == [len(stories)] * 4


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_the_fts_table_stays_true_to_its_rows(publish, committed):
    """SQLite compares every token of the index with the rows it was made from."""
    kept, gone = publish(headline="Ozokerite"), publish()
    with committed():
        kept.headline = "Paraffin and wax"
        kept.save()
        gone.delete()
    call_command("reindex", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO news_search(news_search, rank) VALUES ('integrity-check', 1)")


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_lost_triggers_come_back_with_the_next_migrate(publish):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER news_search_added")
    call_command("migrate", verbosity=0)
    story = publish(headline="Ozokerite")
    assert found("ozokerite") == [story.pk]
