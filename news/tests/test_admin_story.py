"""A story's form: what is typed becomes a version, buttons are moves, nothing typed is lost."""

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article, Mention
from news.tests.desk import ADD, change_path, client_of, errors, form_of, sent
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)

HOUR = timedelta(hours=1)
WIRE = {"no_byline_reason": "From a wire."}
TYPED = {
    "headline": "Depot fills its tanks",
    "lead": "Before the frost.",
    "body": "<p>Nine of ten are full.</p>",
    "kicker": "Storage",
    "slug": "",
    **WIRE,
}


def typed(**changes):
    section = make_section("fuel")
    return TYPED | {"section": str(section.pk), "language": "en", "kind": "news"} | changes


def draft(**changes):
    return make_article(**WIRE | {"status": "draft", "published_at": None} | changes)


def at_desk(when):
    return f"{timezone.localtime(when):%Y-%m-%dT%H:%M}"


def said(client, story):
    """What the next page tells the person."""
    page = client.get(change_path(story))
    return " ".join(str(message) for message in page.context["messages"])


@pytest.fixture
def their_desk(reporter):
    return client_of(reporter)


# Writing -----------------------------------------------------------------------------------------


def test_a_reporter_writes_a_draft_and_submits_it(their_desk, reporter):
    assert errors(sent(their_desk, ADD, **typed())) == {}
    story = Article.objects.get()
    assert (story.status, story.headline, story.slug, story.created_by) == (
        "draft",
        "Depot fills its tanks",
        "depot-fills-its-tanks",
        reporter,
    )
    assert errors(sent(their_desk, change_path(story), _move="submit", lead="A new lead.")) == {}
    story.refresh_from_db()
    assert (story.status, story.lead) == ("review", "A new lead.")
    assert [r.verb for r in story.revisions.all()] == ["submitted", "saved"]
    assert LogEntry.objects.filter(object_id=story.pk).count() == 3


def test_everything_that_hangs_on_a_story_is_written_with_it(desk):
    one, two = make_author("A. One"), make_author("B. Two")
    instruments = Mention._meta.get_field("instrument").related_model.objects
    brent, usd = instruments.get(code="brent"), instruments.get(code="usd-rub")
    tags = [make_tag("a"), make_tag("b")]
    more = {
        "bylines-TOTAL_FORMS": "3",
        "bylines-0-author": str(one.pk),
        "bylines-0-role": "author",
        "bylines-0-order": "2",
        "bylines-1-author": str(two.pk),
        "bylines-1-role": "author",
        "bylines-1-order": "1",
        "bylines-2-author": "",
        "bylines-2-role": "author",
        "instruments": [str(usd.pk), str(brent.pk)],
        "tags": [str(tag.pk) for tag in tags],
        "source": str(make_source().pk),
        "picture": str(make_picture().pk),
    }
    assert errors(sent(desk, ADD, **typed(**more))) == {}
    story = Article.objects.get()
    assert story.writers == [two, one]
    assert list(story.mentions.values_list("instrument", flat=True)) == [usd.pk, brent.pk]
    assert set(story.tags.all()) == set(tags)
    assert story.source and story.picture
    # The form shows what was written, in its order, and sending it back changes nothing.
    again = form_of(desk.get(change_path(story)))
    assert again.fields["instruments"] == [str(usd.pk), str(brent.pk)]
    assert again.fields["bylines-0-author"] == [str(two.pk)]
    assert errors(sent(desk, change_path(story))) == {}
    story.refresh_from_db()
    assert (story.version, story.revisions.count()) == (1, 1)
    assert errors(sent(desk, change_path(story), **{"bylines-0-DELETE": "on"})) == {}
    assert Article.objects.get().writers == [one]


def test_a_form_without_a_version_is_a_conflict_and_not_a_save(desk):
    story = draft()
    answer = sent(desk, change_path(story), version=None, headline="Forced")
    assert answer.status_code == 409
    story.refresh_from_db()
    assert story.headline != "Forced"


def test_a_live_story_is_edited_beside_what_readers_see(desk, client):
    story = make_article(**WIRE, headline="As published")
    sent(desk, change_path(story), headline="As prepared")
    assert "once the changes are published" in said(desk, story)
    page = desk.get(change_path(story))
    assert form_of(page).fields["headline"] == "As prepared"
    assert "As published" in client.get(story.get_absolute_url()).text
    sent(desk, change_path(story), _move="publish_changes")
    assert "As prepared" in client.get(story.get_absolute_url()).text


def test_the_button_publishes_what_stands_in_the_form(desk, client, committed):
    with committed():
        assert errors(sent(desk, ADD, **typed(), _move="publish")) == {}
    story = Article.objects.get()
    assert story.is_public, said(desk, story)
    reader = Client()
    assert "Depot fills" in reader.get("/").text
    assert "Depot</mark> fills" in reader.get("/search/", {"q": "depot"}).text
    assert reader.get(story.get_absolute_url()).status_code == 200


def test_a_refused_move_says_why_and_keeps_the_text_and_the_note(desk):
    story = draft(status="review")
    sent(desk, change_path(story), _move="publish", headline="Kept", no_byline_reason="")
    assert "Name the author" in said(desk, story)
    story.refresh_from_db()
    assert (story.status, story.headline) == ("review", "Kept")
    past = at_desk(timezone.now() - HOUR)
    sent(desk, change_path(story), _move="schedule", _at=past, no_byline_reason="A wire.")
    page = desk.get(change_path(story))
    assert f'value="{past}"' in page.text
    assert "has passed" in page.text
    assert "<details" in page.text and " open>" in page.text
    assert past not in desk.get(change_path(story)).text  # told once


@pytest.mark.parametrize(
    "move", ["", "erase", "save", "__init__", "delete", "publish_due", "correct", "restore"]
)
def test_no_other_word_is_a_button(desk, move):
    story = draft()
    sent(desk, change_path(story), _move=move)
    story.refresh_from_db()
    assert story.status == "draft"
    assert "no such button" in said(desk, story)


def test_a_withdrawn_story_is_gone_at_the_next_look_and_reopens_from_its_page(desk):
    story = make_article(**WIRE)
    reader = Client()
    sent(desk, change_path(story), _move="withdraw", _reason="The register was misread.")
    gone = reader.get(story.get_absolute_url())
    assert gone.status_code == 410
    assert "The register was misread." in gone.text
    assert story.headline not in reader.get("/").text
    page = desk.get(change_path(story))
    assert "headline" not in form_of(page).fields
    assert 'value="reopen"' in page.text
    sent(desk, change_path(story), _move="reopen")
    story.refresh_from_db()
    assert story.status == "draft"


# The clock ---------------------------------------------------------------------------------------


def test_a_story_is_scheduled_on_the_newsrooms_clock_and_said_so(desk, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone()))
    story = draft()
    sent(desk, change_path(story), _move="schedule", _at="2026-11-23T11:05")
    assert "Goes out 23 Nov 2026, 11:05 MSK, in 2 h 5 min." in said(desk, story)
    assert "in 2 h 5 min" in desk.get("/admin/news/article/").text


@pytest.mark.parametrize(
    ("typed_at", "words"),
    [
        ("2026-10-25T02:30", "happens twice"),
        ("2027-03-28T02:30", "does not exist"),
        ("2026-13-01T02:30", "valid date"),
        ("0001-01-01T00:00", "has passed"),
        ("26-10-01", "valid date"),
        ("", "Say when"),
    ],
)
def test_an_hour_that_is_none_or_two_is_refused_with_both_readings(
    desk, settings, time_machine, typed_at, words
):
    settings.TIME_ZONE = "Europe/Berlin"
    time_machine.move_to(datetime(2026, 10, 1, 12, 0, tzinfo=timezone.get_default_timezone()))
    story = draft()
    sent(desk, change_path(story), _move="schedule", _at=typed_at, headline="Kept")
    told = said(desk, story)
    assert words in told
    if words == "happens twice":
        assert "02:30 CEST (00:30 UTC)" in told and "02:30 CET (01:30 UTC)" in told
    if words == "does not exist":
        assert "01:30 CET" in told and "03:30 CEST" in told
    story.refresh_from_db()
    assert (story.status, story.headline) == ("draft", "Kept")


def test_a_save_after_the_hour_has_struck_waits_as_pending_and_says_so(desk, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    story = draft(status="scheduled", published_at=timezone.now() + HOUR)
    fields = form_of(desk.get(change_path(story))).fields
    time_machine.shift(2 * HOUR)
    assert desk.post(change_path(story), fields | {"lead": "Typed before."}).status_code == 302
    assert "went out while you wrote" in said(desk, story)
    story.refresh_from_db()
    assert story.working()["lead"] == "Typed before."
    assert story.lead != "Typed before."


def test_an_end_is_set_and_taken_back_in_the_form(desk):
    story = make_article(**WIRE)
    end = at_desk(timezone.now() + 5 * HOUR)
    sent(desk, change_path(story), expires_at=end)
    story.refresh_from_db()
    assert at_desk(story.expires_at) == end
    assert story.version == 1
    fields = form_of(desk.get(change_path(story))).fields
    Article.objects.filter(pk=story.pk).update(expires_at=None)  # somebody takes it back
    desk.post(change_path(story), fields)
    story.refresh_from_db()
    assert story.expires_at is None  # a form that did not touch it does not set it again
    early = {"expires_at": at_desk(timezone.now() - 9 * HOUR), "lead": "Kept."}
    answer = sent(desk, change_path(story), **early)
    assert set(errors(answer)) == {"expires_at"}
    assert form_of(answer).fields["lead"] == "Kept."


def test_a_reporter_cannot_set_any_hour(their_desk, reporter):
    story = draft(created_by=reporter)
    hour = at_desk(timezone.now() + HOUR)
    forged = {f"{name}_at": hour for name in ("published", "updated", "expires")}
    forged |= {"status": "published", "withdrawal_reason": "x", "version": "1"}
    assert errors(sent(their_desk, change_path(story), **forged)) == {}
    story.refresh_from_db()
    assert (story.published_at, story.updated_at, story.expires_at) == (None, None, None)
    assert (story.status, story.withdrawal_reason) == ("draft", "")


# Nothing typed is lost ---------------------------------------------------------------------------


def test_a_post_without_a_session_is_answered_with_its_own_text(desk):
    story = draft()
    fields = form_of(desk.get(change_path(story))).fields | {"body": "<p>Two hours of work.</p>"}
    for path in (change_path(story), ADD):
        answer = Client().post(path, fields | {"tags": ["1", "2"]})
        assert answer.status_code == 403
        assert "Two hours of work." in answer.text
        assert "/admin/login/" in answer.text
        assert re.search(r'name="body"[^>]*>\s*&lt;p&gt;Two hours', answer.text)
        assert answer.text.count('name="tags"') == 2
        assert answer["Cache-Control"] == "private, no-store"
    again = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    sent_again = {name: value for name, value in again if name != "tags"}
    sent_again |= {name: fields[name] for name in ("headline", "lead", "body")}
    assert desk.post(change_path(story), sent_again).status_code == 302
    assert Article.objects.get(pk=story.pk).body == "<p>Two hours of work.</p>"


def test_a_post_of_somebody_who_lost_the_right_shows_the_text_back(their_desk, reporter, editor):
    story = draft(created_by=reporter)
    fields = form_of(their_desk.get(change_path(story))).fields | {"lead": "Typed lead."}
    story.schedule(by=editor, at=timezone.now() + HOUR)
    for pressed in ({}, {"_move": "submit"}):
        answer = their_desk.post(change_path(story), fields | pressed)
        assert answer.status_code == 403
        assert "Typed lead." in answer.text
    story.delete()
    answer = their_desk.post(f"/admin/news/article/{fields['version']}99/change/", fields)
    assert answer.status_code == 403
    assert "Typed lead." in answer.text
    assert f'action="{ADD}"' in answer.text


def test_a_form_opened_before_a_new_login_is_not_lost_to_the_old_token(editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    story = draft()
    fields = form_of(client.get(change_path(story))).fields | {"lead": "Typed lead."}
    fields["csrfmiddlewaretoken"] = "x" * 64
    ours = {"origin": "http://testserver"}
    answer = client.post(change_path(story), fields, headers=ours)
    assert answer.status_code == 403
    assert "Typed lead." in answer.text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)[1]
    answer = client.post(change_path(story), fields | {"csrfmiddlewaretoken": token}, headers=ours)
    assert answer.status_code == 302
    assert Article.objects.get().lead == "Typed lead."
    foreign = client.post(change_path(story), fields, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert "Typed lead." not in foreign.text


# Cost --------------------------------------------------------------------------------------------


def rich(**changes):
    instruments = Mention._meta.get_field("instrument").related_model.objects.all()[:3]
    story = make_article(
        authors=[make_author(), make_author()],
        tags=[make_tag("a"), make_tag("b"), make_tag("c")],
        picture=make_picture(),
        source=make_source(),
        **changes,
    )
    for place, instrument in enumerate(instruments, 1):
        Mention.objects.create(article=story, instrument=instrument, position=place)
    return story


@pytest.mark.parametrize("status", ["draft", "published"])
def test_the_form_costs_at_most_thirty_queries_and_a_save_forty(desk, committed, status):
    story = rich(**({} if status == "published" else {"status": "draft", "published_at": None}))
    sent(desk, change_path(story), lead="First.")
    with CaptureQueriesContext(connection) as opened:
        fields = form_of(desk.get(change_path(story))).fields
    assert len(opened) <= 30
    tag = make_tag("d")
    fields |= {"headline": "Another", "body": "<p>All new.</p>", "tags": [str(tag.pk)]}
    with CaptureQueriesContext(connection) as saved, committed():
        assert desk.post(change_path(story), fields).status_code == 302
    # Savepoints are what transactions become within the one of a test.
    saved = [query for query in saved if "SAVEPOINT" not in query["sql"]]
    assert len(saved) <= 40
    print(f"queries: form {len(opened)}, save {len(saved)}")
