"""What is typed is kept beside the story: copies of forms, who has a story open."""

import json
import uuid
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article, Autosave, Presence, SearchRow
from news.models.drafts import prune_drafts, unsaved_of
from news.tests.factories import make_article, make_author, make_section

AUTOSAVE = "/admin/news/article/autosave/"
DISCARD = "/admin/news/article/autosave/discard/"
ADD = "/admin/news/article/add/"
TYPED = [["headline", "A pipe bursts"], ["body", "<p>At nine the pressure fell.</p>"]]


def client_of(user, **options):
    client = Client(**options)
    client.force_login(user)
    return client


def post(client, url, **data):
    return client.post(url, json.dumps(data), content_type="application/json")


def keep(client, key, turn=1, article=None, fields=TYPED, version=None):
    return post(
        client,
        AUTOSAVE,
        key=str(key),
        turn=turn,
        article=article and article.pk,
        version=version,
        fields=fields,
    )


@pytest.fixture
def key():
    return uuid.uuid4()


@pytest.fixture
def mine(reporter):
    """A draft of the reporter's own."""
    return make_article(
        status="draft", published_at=None, authors=[make_author("R. Reporter", user=reporter)]
    )


# Copies ------------------------------------------------------------------------------------------


def test_fifty_copies_are_one_row_and_touch_nothing_else(desk, editor, key, committed):
    with committed():
        story = make_article(headline="The text readers have")
    before = Article.objects.values().get(), SearchRow.objects.values().get()
    logged = LogEntry.objects.count()
    with CaptureQueriesContext(connection) as queries, committed():
        for turn in range(1, 51):
            fields = [["headline", f"Typed {turn}"], ["slug", f"typed-{turn}"]]
            assert keep(desk, key, turn, story, fields).status_code == 200
    row = Autosave.objects.get()
    assert (row.user, row.article, row.key) == (editor, story, key)
    assert row.headline == "Typed 50"
    assert (Article.objects.values().get(), SearchRow.objects.values().get()) == before
    assert LogEntry.objects.count() == logged
    written = {
        sql.split('"')[1]
        for sql in (query["sql"] for query in queries)
        if sql.startswith(("INSERT", "UPDATE", "DELETE"))
    }
    assert written == {"news_autosave"}
    assert len(queries) <= 50 * 6 + 3  # session, account, rights (two), story, the row


def test_a_new_story_has_copies_before_it_has_a_row(desk, key):
    assert keep(desk, key).status_code == 200
    row = Autosave.objects.get()
    assert row.article is None
    assert not Article.objects.exists()
    assert "A pipe bursts" in desk.get(ADD).text


def test_a_copy_that_arrives_late_replaces_nothing(desk, key):
    keep(desk, key, 5, fields=[["headline", "new"]])
    late = keep(desk, key, 4, fields=[["headline", "old"]])
    assert (late.status_code, late.json()) == (409, {"turn": 5})
    assert Autosave.objects.get().headline == "new"


def test_two_tabs_of_one_person_keep_two_texts(desk, mine):
    for text in ("one", "two"):
        keep(desk, uuid.uuid4(), article=mine, fields=[["headline", text]])
    assert sorted(row.headline for row in Autosave.objects.all()) == ["one", "two"]


def test_nobody_sees_or_replaces_the_copy_of_another(desk, reporter, mine, key):
    keep(client_of(reporter), key, article=mine)
    keep(desk, key, 9, mine, [["headline", "seen by one alone"]])
    assert {row.user.username: row.headline for row in Autosave.objects.all()} == {
        "reporter": "A pipe bursts",
        "editor": "seen by one alone",
    }
    assert unsaved_of(reporter, mine)[0][0].headline == "A pipe bursts"
    page = client_of(reporter).get(reverse("admin:news_article_change", args=[mine.pk])).text
    assert "seen by one alone" not in page


def test_saving_the_form_lets_its_copies_go_and_refuses_those_still_on_their_way(desk, key):
    keep(desk, key)
    form = {
        "form_key": str(key),
        "headline": "A pipe bursts",
        "language": "en",
        "section": make_section().pk,
        "kind": "news",
        "status": "draft",
        "story": str(uuid.uuid4()),
    }
    for prefix in ("bylines", "mentions", "corrections"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    assert desk.post(ADD, form).status_code == 302
    story = Article.objects.get()
    row = Autosave.objects.get()
    assert (row.is_done, row.fields, row.article) == (True, [], story)
    late = keep(desk, key, 99)
    assert (late.status_code, late.json()) == (409, {"done": True})
    assert Autosave.objects.get().fields == []
    page = desk.get(reverse("admin:news_article_change", args=[story.pk])).text
    assert f'"done": ["{key}"]' in page  # the browser drops its own copy


def test_a_form_with_a_mistake_keeps_its_copies_and_its_name(desk, key):
    keep(desk, key)
    answer = desk.post(ADD, {"form_key": str(key), "headline": ""})
    assert answer.status_code == 200
    assert f'name="form_key" value="{key}"' in answer.text
    assert Autosave.objects.waiting().count() == 1


def test_text_is_shown_in_the_form_again_and_saves_nothing(desk, mine, key):
    url = reverse("admin:news_article_change", args=[mine.pk])
    sent = {"_restore": "1", "form_key": str(key), "headline": "What I typed", "language": "xx"}
    for prefix in ("bylines", "mentions", "corrections"):
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    answer = desk.post(url, sent)
    assert answer.status_code == 200
    assert "What I typed</textarea>" in answer.text
    assert "errornote" not in answer.text
    assert Article.objects.get().headline == mine.headline
    assert not LogEntry.objects.exists()


def test_a_thrown_away_copy_is_not_offered_again(desk, mine, key):
    keep(desk, key, article=mine)
    assert post(desk, DISCARD, key=str(key)).status_code == 200
    assert Autosave.objects.waiting().count() == 0
    assert keep(desk, key, 9, mine).status_code == 409


def test_a_story_deleted_meanwhile_leaves_the_text_for_a_new_one(desk, mine, key):
    keep(desk, key, article=mine)
    mine.bylines.all().delete()
    mine.delete()
    assert unsaved_of(Autosave.objects.get().user, None)[0][0].headline == "A pipe bursts"
    assert keep(desk, key, 2, fields=[["headline", "typed on"]]).status_code == 200
    gone = post(desk, AUTOSAVE, key=str(key), turn=3, article=10**9, fields=TYPED)
    assert gone.status_code == 200


def test_who_is_logged_out_hears_401_and_is_not_sent_to_a_page(db, client, key):
    for url in (AUTOSAVE, DISCARD, "/admin/news/article/1/presence/"):
        answer = post(client, url, key=str(key), fields=[])
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
    answer = client.get("/admin/session/")
    assert (answer.status_code, "token" in answer.json()) == (401, False)
    assert not Autosave.objects.exists()


def test_a_token_of_today_lets_an_old_form_save(editor, key):
    client = client_of(editor, enforce_csrf_checks=True)
    assert keep(client, key).status_code == 403
    session = client.get("/admin/session/")
    assert session.json()["user"] == editor.pk
    assert session["Cache-Control"] == "private, no-store"
    sent = json.dumps({"key": str(key), "turn": 1, "fields": TYPED})
    headers = {"X-CSRFToken": session.json()["token"]}
    kept = client.post(AUTOSAVE, sent, content_type="application/json", headers=headers)
    assert kept.status_code == 200


def test_only_those_who_write_leave_copies(market_editor, chief, key):
    assert keep(client_of(market_editor), key).status_code == 403
    assert keep(client_of(chief), key).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"[" * 100_000,
        b'{"key": "no", "fields": []}',
        b'{"key": "%(key)s", "fields": {}}',
        b'{"key": "%(key)s", "fields": [["headline"]]}',
        b'{"key": "%(key)s", "fields": [["headline", 1]]}',
        b'{"key": "%(key)s", "fields": [], "turn": -1}',
        b'{"key": "%(key)s", "fields": [], "article": "1 OR 1"}',
        b'{"key": "%(key)s", "fields": [], "version": 99999999999}',
    ],
)
def test_what_is_no_copy_is_refused_in_words(desk, key, body):
    body = body.replace(b"%(key)s", str(key).encode())
    answer = desk.post(AUTOSAVE, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Autosave.objects.exists()


def test_a_copy_without_end_is_refused_with_the_reason(desk, key):
    answer = keep(desk, key, fields=[["body", "x" * 1_000_001]])
    assert answer.status_code == 413
    assert "1 MB" in answer.json()["error"]
    assert not Autosave.objects.exists()


def test_halves_of_letters_and_nul_do_not_stop_a_copy(desk, key):
    body = {"key": str(key), "turn": 1, "fields": [["headline", "gas\x00 \ud83d here"]]}
    answer = desk.post(AUTOSAVE, json.dumps(body), content_type="application/json")
    assert answer.status_code == 200
    assert Autosave.objects.get().headline == "gas ? here"


# Presence ----------------------------------------------------------------------------------------


def beat(client, story, key, **data):
    url = reverse("admin:news_article_presence", args=[story.pk])
    return post(client, url, key=str(key), **data)


def at(clock):
    return timezone.make_aware(datetime.fromisoformat(f"2026-11-23T{clock}"))


def test_two_people_hear_of_each_other_until_one_is_silent_for_a_minute(desk, reporter, mine):
    dana, key, other = client_of(reporter), uuid.uuid4(), uuid.uuid4()
    with time_machine.travel(at("14:02:00"), tick=False):
        assert beat(dana, mine, key).json()["others"] == ""
    with time_machine.travel(at("14:02:40"), tick=False):
        assert beat(desk, mine, other).json()["others"] == "open by reporter since 14:02"
        assert "open by editor" in beat(dana, mine, key).json()["others"]
    with time_machine.travel(at("14:03:39"), tick=False):
        assert beat(desk, mine, other).json()["others"] == "open by reporter since 14:02"
    with time_machine.travel(at("14:03:41"), tick=False):
        assert beat(desk, mine, other).json()["others"] == ""
    with time_machine.travel(at("14:30:00"), tick=False):
        beat(dana, mine, key)  # the lid is open again: a new visit
        assert "since 14:30" in beat(desk, mine, other).json()["others"]


def test_who_closes_the_story_is_gone_at_once(desk, reporter, mine, key):
    dana = client_of(reporter)
    beat(dana, mine, key)
    beat(dana, mine, key, leaving=True)
    assert beat(desk, mine, uuid.uuid4()).json()["others"] == ""


def test_a_save_does_not_make_a_visit_new(desk, reporter, mine):
    dana = client_of(reporter)
    with time_machine.travel(at("14:02:00"), tick=False):
        beat(dana, mine, uuid.uuid4())
    with time_machine.travel(at("14:02:30"), tick=False):
        beat(dana, mine, uuid.uuid4())  # the page that came after saving
        assert beat(desk, mine, uuid.uuid4()).json()["others"] == "open by reporter since 14:02"


def test_who_may_only_read_is_told_and_not_counted(desk, market_editor, mine, key):
    reading = client_of(market_editor)
    beat(desk, mine, key)
    assert "open by editor" in beat(reading, mine, key, looking=True).json()["others"]
    assert beat(desk, mine, key).json()["others"] == ""


def test_the_list_marks_stories_that_others_have_open(desk, reporter, mine, key):
    beat(client_of(reporter), mine, key)
    assert "open by reporter since" in desk.get("/admin/news/article/").text
    assert "open by" not in client_of(reporter).get("/admin/news/article/").text


def test_presence_of_a_story_that_is_gone_says_so(desk, key):
    answer = post(desk, "/admin/news/article/999999/presence/", key=str(key))
    assert answer.status_code == 404
    assert "deleted" in answer.json()["error"]


# Forgetting --------------------------------------------------------------------------------------


def test_copies_are_forgotten_after_thirty_days_and_not_before(
    sources_off, desk, mine, key, capsys
):
    keep(desk, key, article=mine)
    beat(desk, mine, key)
    now = timezone.now()
    assert prune_drafts(now + timedelta(days=29)) == 1  # the visit of yesterday
    assert Autosave.objects.count() == 1
    with time_machine.travel(now + timedelta(days=31)):
        call_command("tick")
    assert not Autosave.objects.exists() and not Presence.objects.exists()
    assert "copies of forms forgotten: 1" in capsys.readouterr().out
