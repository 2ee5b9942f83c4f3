"""Merging and renaming: nothing is lost, every old address leads to the new one in one step."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from news import merging
from news.models import Article, Author, Byline, Merged, OldAddress, Source, Tag
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)


def leads(client, path):
    """Where a reader who opens an address arrives, and after how many steps."""
    answer = client.get(path, follow=True)
    assert [status for _url, status in answer.redirect_chain] in ([], [301])
    return answer.redirect_chain[0][0] if answer.redirect_chain else None, answer.status_code


# Renames -----------------------------------------------------------------------------------------

MAKE = {
    "tag": make_tag,
    "author": lambda slug: make_author(slug=slug),
    "source": make_source,
    "": make_section,
}


@pytest.mark.parametrize("kind", MAKE)
@pytest.mark.parametrize("language", ["", "/ru", "/kk"])
def test_the_old_address_of_a_renamed_row_leads_to_the_new_one(client, db, kind, language):
    row = MAKE[kind]("first")
    base = f"{language}/{kind}/".replace("//", "/")
    for slug in ("second", "third"):
        row.slug = slug
        row.save()
    assert leads(client, f"{base}first/") == (f"{base}third/", 200)
    assert leads(client, f"{base}second/") == (f"{base}third/", 200)
    assert leads(client, f"{base}third/") == (None, 200)
    assert leads(client, f"{base}first/?page=1") == (f"{base}third/?page=1", 200)


def test_a_story_of_a_renamed_section_is_found_in_one_step(client, db):
    story = make_article(section="fuel")
    old = story.get_absolute_url()
    story.section.slug = "fuels"
    story.section.save()
    assert leads(client, old) == (old.replace("/fuel/", "/fuels/"), 200)


def test_who_takes_an_old_address_has_it(client, db):
    old = make_tag("oil")
    old.slug = "crude"
    old.save()
    new = make_tag("oil")
    assert leads(client, "/tag/oil/") == (None, 200)
    new.slug = "gas"
    new.save()
    assert leads(client, "/tag/oil/") == ("/tag/gas/", 200)
    assert leads(client, "/tag/crude/") == (None, 200)


def test_two_rows_that_change_places_make_no_loop(client, db):
    one, two = make_tag("one"), make_tag("two")
    for row, slug in ((one, "between"), (two, "one"), (one, "two")):
        row.slug = slug
        row.save()
    assert leads(client, "/tag/one/") == (None, 200)
    assert leads(client, "/tag/two/") == (None, 200)
    assert leads(client, "/tag/between/") == ("/tag/two/", 200)
    one.slug = "one-again"
    one.save()
    one.slug = "two"
    one.save()
    assert leads(client, "/tag/two/") == (None, 200)


def test_the_old_address_of_a_deleted_row_is_nowhere(client, db):
    row = make_tag("oil")
    row.slug = "crude"
    row.save()
    row.delete()
    assert client.get("/tag/oil/").status_code == 404
    assert client.get("/tag/never/").status_code == 404


def test_saving_without_a_new_slug_writes_no_address(db):
    row = make_tag("oil")
    row.name_en = "Oil!"
    row.save()
    assert not OldAddress.objects.exists()


def test_a_renamed_tag_or_author_is_found_by_its_new_name_and_not_by_the_old(db, committed):
    tag, author = make_tag(name_ru="Нефть"), make_author("A. Serikova")
    with committed():
        story = make_article(tags=[tag], authors=[author], status="draft")
    with committed():
        tag.name_ru, author.name_en = "Мазут", "A. Married"
        tag.save()
        author.save()
    for word, found in (("мазут", 1), ("married", 1), ("нефть", 0), ("serikova", 0)):
        assert Article.objects.matching(word).filter(pk=story.pk).count() == found, word


# Merges ------------------------------------------------------------------------------------------


def test_tags_become_one_on_every_story_and_no_story_has_it_twice(client, db, committed):
    oil, crude, petrol = make_tag("oil"), make_tag("crude"), make_tag("petrol", name_kk="Бензин")
    with committed():
        stories = {
            "first": make_article(tags=[crude]),
            "second": make_article(tags=[crude, oil, petrol]),
            "third": make_article(tags=[crude, petrol], status="draft"),
            "fourth": make_article(tags=[oil]),
        }
    told = merging.plan(oil, [crude, petrol])
    assert (told.stories, told.both, told.public) == (3, 1, 2)
    assert told.addresses == ["/tag/crude/", "/tag/petrol/"]
    with committed():
        done = merging.merge(oil, [crude, petrol])
    assert done.stories == 3
    for story in stories.values():
        assert list(story.tags.all()) == [oil]
    assert set(Tag.objects.all()) == {oil}
    oil.refresh_from_db()
    assert oil.name_kk == "Бензин"
    for slug in ("crude", "petrol"):
        assert leads(client, f"/tag/{slug}/") == ("/tag/oil/", 200)
        assert leads(client, f"/ru/tag/{slug}/") == ("/ru/tag/oil/", 200)
    for story in stories.values():
        assert story not in Article.objects.matching("crude", story.language)
        assert story in Article.objects.matching("oil", story.language)


def test_old_addresses_and_numbers_of_the_merged_lead_to_who_took_their_place(client, db):
    first, second, third = make_tag("first"), make_tag("second"), make_tag("third")
    first.slug = "first-renamed"
    first.save()
    merging.merge(second, [first])
    merging.merge(third, [second])
    for slug in ("first", "first-renamed", "second"):
        assert leads(client, f"/tag/{slug}/") == ("/tag/third/", 200), slug
    assert OldAddress.objects.heirs(Tag, [first.pk, second.pk, third.pk]) == {
        first.pk: third.pk,
        second.pk: third.pk,
    }
    assert not OldAddress.objects.heirs(Source, [first.pk])
    assert Merged.objects.count() == 2


def test_people_become_one_in_bylines_with_the_account_and_the_portrait(client, db, reporter):
    keep = make_author("A. Serikova", email="desk@example.org")
    other = make_author(
        "A Serikova",
        name_ru="А. Серикова",
        email="old@example.org",
        user=reporter,
        photo=make_picture(),
    )
    someone = make_author("D. Orlov")
    both = make_article(authors=[other, someone, keep])
    alone = make_article(authors=[someone, other])
    Byline.objects.create(article=alone, author=other, role="photo", position=3)
    merging.merge(keep, [other])
    keep.refresh_from_db()
    assert (keep.name_ru, keep.user, keep.email) == ("А. Серикова", reporter, "desk@example.org")
    assert keep.photo is not None
    assert both.writers == [keep, someone]  # the place of the one who stood ahead
    assert alone.writers == [someone, keep]
    assert [(line.author, line.role) for line in alone.helpers] == [(keep, "photo")]
    assert leads(client, f"/author/{other.slug}/") == (f"/author/{keep.slug}/", 200)
    assert set(Author.objects.all()) == {keep, someone}


def test_two_people_with_accounts_are_not_merged_behind_their_backs(db, reporter, editor):
    one, two = make_author("One", user=reporter), make_author("Two", user=editor)
    story = make_article(authors=[two])
    with pytest.raises(merging.MergeRefused, match="account"), transaction.atomic():
        merging.merge(one, [two])
    assert story.writers == [two]
    assert Author.objects.count() == 2


def test_sources_become_one(client, db):
    keep, other = make_source("register"), make_source("registry", licence_note="CC BY")
    story = make_article(source=other)
    merging.merge(keep, [other])
    story.refresh_from_db()
    keep.refresh_from_db()
    assert (story.source, keep.licence_note) == (keep, "CC BY")
    assert leads(client, "/source/registry/") == ("/source/register/", 200)


def test_a_merge_that_fails_changes_nothing(db, monkeypatch):
    keep, other = make_tag("keep"), make_tag("other")
    story = make_article(tags=[other])

    def fail(*args):
        raise RuntimeError

    monkeypatch.setattr("news.models.redirects.OldAddressManager.moved", fail)
    with pytest.raises(RuntimeError):
        merging.merge(keep, [other])
    assert list(story.tags.all()) == [other]
    assert Tag.objects.count() == 2
    assert not Merged.objects.exists()


@pytest.mark.parametrize("wrong", ["nothing", "itself", "gone"])
def test_a_merge_of_nothing_of_itself_or_of_what_is_gone_is_refused(db, wrong):
    keep, other = make_tag("keep"), make_tag("other")
    others = {"nothing": [], "itself": [keep], "gone": [other]}[wrong]
    if wrong == "gone":
        Tag.objects.filter(pk=other.pk).delete()
    with pytest.raises(merging.MergeRefused):
        merging.merge(keep, others)
    assert Tag.objects.filter(pk=keep.pk).exists()


def test_merging_asks_no_more_questions_for_more_stories(db):
    asked = []
    for many in (2, 60):
        keep, other = make_tag(f"keep-{many}"), make_tag(f"other-{many}")
        for _number in range(many):
            make_article(tags=[keep, other])
        with CaptureQueriesContext(connection) as queries:
            merging.merge(keep, [other])
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 40
