"""History, comparison, restoring, previews and translations, as their pages show them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from news.models import Article, Mention, PreviewLink
from news.tests.desk import change_path, client_of
from news.tests.factories import make_article, make_author, make_tag

WIRE = {"no_byline_reason": "From a wire."}
HOUR = timedelta(hours=1)


def draft(**changes):
    return make_article(**WIRE | {"status": "draft", "published_at": None} | changes)


def say(story, by, **changes):
    return story.edit(story.working() | changes, by=by, base=story.version)


def page_of(story, name):
    return f"/admin/news/article/{story.pk}/{name}/"


# History -----------------------------------------------------------------------------------------


def test_the_history_says_who_when_and_what_for(desk, editor, chief):
    story = draft(headline="First words")
    say(story, chief, headline="Second words")
    story.submit(by=chief)
    story.send_back(by=editor, note="How many tanks?")
    text = desk.get(page_of(story, "history")).text
    for words in ("How many tanks?", "sent back", "submitted", "chief", "the clock or a command"):
        assert words in text
    shown = desk.get(page_of(story, "compare"), {"from": "1", "to": "2"}).text
    assert re.search(r"<del[^>]*>.*First.*</del>", shown, re.S)
    assert re.search(r"<ins[^>]*>.*Second.*</ins>", shown, re.S)
    backwards = desk.get(page_of(story, "compare"), {"from": "2", "to": "1"}).text
    assert re.search(r"<ins[^>]*>.*Second.*</ins>", backwards, re.S)


def test_pending_changes_are_compared_with_what_readers_have(desk, editor):
    story = make_article(**WIRE, lead="Live lead.")
    say(story, editor, lead="Prepared lead.")
    text = desk.get(page_of(story, "compare")).text
    assert "What readers have" in text
    assert "Live" in text and "Prepared" in text


@pytest.mark.parametrize("asked", ["99", "x", "-1", "9" * 30, "\x00"])
def test_a_revision_that_is_none_is_not_found(desk, editor, asked):
    story = draft()
    say(story, editor, lead="Two.")
    assert desk.get(page_of(story, "compare"), {"from": asked}).status_code == 404
    assert desk.get(page_of(story, "preview"), {"revision": asked}).status_code == 404
    assert desk.post(page_of(story, "restore"), {"revision": asked}).status_code == 404
    assert desk.get(change_path(story), {"aside": asked}).status_code == 200


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("restore", "history"),
        ("share", "preview"),
        ("revoke", "preview"),
        ("translate", "change"),
    ],
)
def test_who_comes_without_the_button_is_led_to_it_and_changes_nothing(desk, name, back):
    """After a login that had ended Django opens the address that was sent to, without the form."""
    story = draft()
    answer = desk.get(page_of(story, name), follow=True)
    assert answer.redirect_chain == [(page_of(story, back), 302)]
    assert "Nothing was sent. Press the button again." in answer.text
    assert Article.objects.count() == 1 and not story.previews.exists()


def test_an_old_text_is_brought_back_upon_the_version_that_was_seen(desk, editor, chief):
    story = draft(lead="First.")
    say(story, editor, lead="Second.")
    form = {"revision": "1", "version": "2"}
    assert desk.post(page_of(story, "restore"), form).status_code == 302
    assert Article.objects.get().lead == "First."
    answer = desk.post(page_of(story, "restore"), form | {"revision": "2"})
    assert answer.status_code == 409
    assert Article.objects.get().version == 3


def test_a_long_history_comes_in_pages_and_costs_the_same(desk, editor, chief):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    story = draft()
    for number in range(70):
        say(story, editor if number % 2 else chief, lead=f"Lead {number}.")
    with CaptureQueriesContext(connection) as queries:
        text = desk.get(page_of(story, "history")).text
    assert len(queries) <= 15
    assert "page 1 of 2" in text
    assert desk.get(page_of(story, "history"), {"p": "2"}).status_code == 200


# Preview -----------------------------------------------------------------------------------------


def test_the_people_of_the_newsroom_see_the_working_text_in_three_widths(desk, editor):
    story = make_article(**WIRE, headline="As published", language="ru")
    tag, author = make_tag(name_en="New tag"), make_author("N. Ew")
    brent = Mention._meta.get_field("instrument").related_model.objects.get(code="brent")
    say(
        story,
        editor,
        headline="As prepared",
        tags=[tag.pk],
        bylines=[[author.pk, "author"]],
        instruments=[brent.pk],
    )
    outer = desk.get(page_of(story, "preview"))
    assert outer.text.count("<iframe") == 3
    assert "frame-src 'self'" in outer["Content-Security-Policy"]
    inner = desk.get(f"{page_of(story, 'preview')}page/")
    for words in ("As prepared", "New tag", "N. Ew", '<html lang="ru">'):
        assert words in inner.text
    assert "As published" not in re.sub(r"<title>.*?</title>", "", inner.text).split("<main")[1]
    assert inner["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in inner["Content-Security-Policy"]
    assert inner["X-Robots-Tag"].startswith("noindex")
    assert not story.mentions.exists()  # lent for the page alone
    assert desk.get(change_path(story))["X-Frame-Options"] == "DENY"
    first = desk.get(f"{page_of(story, 'preview')}page/", {"revision": "1"})
    assert "As published" in first.text


@pytest.fixture
def shared(desk, editor):
    story = draft(headline="Not out yet")
    desk.post(page_of(story, "share"))
    link = PreviewLink.objects.get()
    return story, link


def test_a_shared_link_shows_one_text_to_whoever_has_it(shared, editor):
    story, link = shared
    say(story, editor, headline="Changed later")
    answer = Client().get(link.get_absolute_url())
    assert answer.status_code == 200
    assert "Not out yet" in answer.text
    assert "Changed later" not in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex' in answer.text
    assert "canonical" not in answer.text
    assert not answer.cookies


def test_a_shared_link_leads_to_the_story_once_it_is_out(shared, editor):
    story, link = shared
    story.publish(by=editor)
    answer = Client().get(link.get_absolute_url())
    assert answer.status_code == 302
    assert answer["Location"] == story.get_absolute_url()
    say(story, editor, headline="Prepared")
    waiting = story.share(by=editor)
    assert "Prepared" in Client().get(waiting.get_absolute_url()).text
    assert Client().get(link.get_absolute_url()).status_code == 302
    story.publish_changes(by=editor)
    assert Client().get(waiting.get_absolute_url()).status_code == 302


def test_a_link_to_a_withdrawn_story_is_closed(shared, editor):
    story, link = shared
    story.publish(by=editor)
    say(story, editor, headline="Prepared")
    waiting = story.share(by=editor)
    story.withdraw(by=editor, note="Misread.")
    for one in (link, waiting):
        assert Client().get(one.get_absolute_url()).status_code == 404


def test_a_link_ends_after_three_days_or_when_it_is_taken_back(shared, desk, time_machine):
    story, link = shared
    time_machine.move_to(link.made_at, tick=False)
    time_machine.shift(71 * HOUR)
    assert Client().get(link.get_absolute_url()).status_code == 200
    time_machine.shift(2 * HOUR)
    closed = Client().get(link.get_absolute_url())
    assert closed.status_code == 404
    assert "This preview is closed" in closed.text
    time_machine.move_to(link.made_at)
    desk.post(page_of(story, "revoke"), {"link": link.pk})
    assert Client().get(link.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("forge", [lambda t: t[:-1], lambda t: t.split(":")[0], lambda t: "x:y"])
def test_a_forged_link_opens_nothing(shared, forge):
    _story, link = shared
    assert Client().get(f"/preview/{forge(link.token)}/").status_code == 404


# Translations ------------------------------------------------------------------------------------


def test_a_translation_begins_as_a_linked_draft_with_the_text_to_translate(desk, editor):
    author = make_author(user=editor)
    story = make_article(authors=[author], tags=[make_tag()], language="en")
    answer = desk.post(page_of(story, "translate"), {"language": "ru"})
    draft = Article.objects.get(language="ru")
    assert answer["Location"] == change_path(draft)
    assert (draft.story, draft.status, draft.body) == (story.story, "draft", story.body)
    assert draft.content()["bylines"] == [[author.pk, "author"], [author.pk, "translation"]]
    assert list(draft.tags.all()) == list(story.tags.all())
    assert not draft.is_out_of_date
    again = desk.post(page_of(story, "translate"), {"language": "ru"}, follow=True)
    assert "already has a text in that language" in again.text
    assert (
        "no such language"
        in desk.post(page_of(story, "translate"), {"language": "xx"}, follow=True).text
    )


def test_a_translation_is_out_of_date_when_the_original_changes_in_substance(desk, editor):
    story = make_article(**WIRE, language="en", lead="Nine tanks.")
    theirs = story.translate("ru", by=editor)
    mine = theirs.content()
    say(story, editor, kicker="Storage")
    story.publish_changes(by=editor)
    theirs.refresh_from_db()
    assert not theirs.is_out_of_date
    say(story, editor, lead="Ten tanks.")
    theirs.refresh_from_db()
    assert not theirs.is_out_of_date  # readers do not have it yet
    story.publish_changes(by=editor)
    theirs.refresh_from_db()
    assert theirs.is_out_of_date
    assert list(Article.objects.out_of_date()) == [theirs]
    assert theirs.content() == mine  # nothing was written over
    page = desk.get(page_of(theirs, "original"))
    assert "Nine" in page.text and "Ten" in page.text
    assert "translation out of date" in desk.get("/admin/news/article/").text
    seen = re.search(r'name="seen" value="(\d+)"', page.text)[1]
    say(story, editor, lead="Eleven tanks.")
    story.publish_changes(by=editor)
    desk.post(page_of(theirs, "original"), {"seen": seen})
    assert Article.objects.out_of_date().exists()  # it has changed again since
    page = desk.get(page_of(theirs, "original"))
    seen = re.search(r'name="seen" value="(\d+)"', page.text)[1]
    desk.post(page_of(theirs, "original"), {"seen": seen})
    assert not Article.objects.out_of_date().exists()


def test_a_draft_translated_before_its_publication_is_told_of_what_came_between(editor):
    story = draft(lead="Nine tanks.")
    same = story.translate("ru", by=editor)
    story.refresh_from_db()
    say(story, editor, kicker="Storage")
    behind = story.translate("kk", by=editor)
    Article.objects.filter(pk=behind.pk).update(translated_version=1)
    story.publish(by=editor)
    assert not Article.objects.out_of_date().exists()  # the same substance
    say(story, editor, lead="Ten tanks.")
    story.publish_changes(by=editor)
    assert set(Article.objects.out_of_date()) == {same, behind}


def test_a_story_without_an_original_has_no_such_page(desk):
    assert desk.get(page_of(draft(), "original")).status_code == 404


def test_the_pages_speak_the_language_of_the_browser(desk, editor, chief):
    story = make_article(**WIRE)
    say(story, editor, lead="Prepared.")
    for code in ("ru", "kk"):
        for name in ("history", "compare", "preview", "correct"):
            answer = client_of(editor).get(page_of(story, name), headers={"accept-language": code})
            assert answer.status_code == 200
            assert f'lang="{code}"' in answer.text
