"""The start page of the newsroom: what waits for whom, one click from the work."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from markets.models import FetchRun, Instrument, Source
from markets.tests.factories import make_series, record
from news import desk
from news.models import Article, Autosave, Presence
from news.tests.factories import make_article, make_author, make_picture, make_section
from portal import desk as the_desk

NOON = timezone.make_aware(datetime(2026, 11, 23, 12))
HOUR = timedelta(hours=1)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def part(user, key):
    return next((one for one in the_desk.parts(user) if one.key == key), None)


def words(user, key):
    return [row.words for row in part(user, key).rows]


def of(user, **changes):
    author = getattr(user, "author", None) or make_author(user.username, user=user)
    return make_article(authors=[author], **changes)


def test_each_person_finds_their_own_drafts_newest_first(reporter, editor):
    with time_machine.travel(NOON - HOUR, tick=False):
        of(reporter, headline="older", status="draft", published_at=None)
    of(reporter, headline="newer", status="draft", published_at=None)
    of(reporter, headline="out already")
    of(editor, headline="the editor's", status="draft", published_at=None)
    assert words(reporter, "drafts") == ["newer", "older"]
    assert words(editor, "drafts") == ["the editor's"]


def test_an_editor_sees_all_that_waits_the_longest_wait_first_a_reporter_their_own(
    reporter, editor
):
    with time_machine.travel(NOON - HOUR, tick=False):
        of(editor, headline="waits longest", status="review", published_at=None)
    of(reporter, headline="waits too", status="review", published_at=None)
    assert words(editor, "review") == ["waits longest", "waits too"]
    assert words(reporter, "review") == ["waits too"]


@time_machine.travel(NOON, tick=False)
def test_the_coming_hours_stand_in_the_order_of_the_clock_with_zone_and_what_is_left(editor):
    for name, hours in [("second", 2 + 5 / 60), ("too far", 25), ("first", 0.5)]:
        make_article(headline=name, status="scheduled", published_at=NOON + timedelta(hours=hours))
    make_article(headline="ends", published_at=NOON - HOUR, expires_at=NOON + 14 * HOUR)
    coming = part(editor, "coming")
    assert coming.title == "The coming 24 hours (MSK)"
    assert [(row.hour, row.words, *row.facts[:2]) for row in coming.rows] == [
        ("12:30", "first", "goes out", "in 30 min"),
        ("14:05", "second", "goes out", "in 2 h 5 min"),
        ("Tue 02:00", "ends", "ends", "in 14 h"),
    ]


@time_machine.travel(NOON, tick=False)
def test_today_begins_at_midnight_of_the_newsroom(editor):
    make_article(headline="last night", published_at=NOON - 13 * HOUR)
    make_article(headline="just after midnight", published_at=NOON - 12 * HOUR)
    make_article(headline="now", published_at=NOON)
    make_article(headline="later", status="scheduled", published_at=NOON + HOUR)
    make_article(headline="withdrawn", status="withdrawn", published_at=NOON - HOUR)
    assert words(editor, "today") == ["now", "just after midnight"]


def test_a_story_whose_picture_says_nothing_in_its_language_needs_a_person(editor):
    silent = make_picture(alt_en="A depot.", alt_ru="")
    make_article(headline="По-русски", language="ru", picture=silent)
    make_article(headline="In English", picture=silent)
    make_article(headline="Only decoration", picture=make_picture(alt_en="", is_decorative=True))
    assert words(editor, "care") == ["По-русски"]


def test_a_clock_that_does_not_run_is_told(editor):
    late = timezone.now() - timedelta(minutes=6)
    make_article(headline="Out without its label", status="scheduled", published_at=late)
    row = part(editor, "care").rows[0]
    assert (row.words, row.level) == ("Out without its label", "stop")


def test_pictures_without_words_are_looked_for_among_the_newest_only(editor, monkeypatch):
    monkeypatch.setattr(desk, "AMONG", 2)
    now, silent = timezone.now(), make_picture(alt_en="")
    for hours in (3, 1):
        make_article(headline=f"{hours} hours ago", picture=silent, published_at=now - hours * HOUR)
    assert {one.headline for one in desk.without_alt()} == {"1 hours ago", "3 hours ago"}
    make_article(headline="With words", published_at=now - 2 * HOUR)
    assert [one.headline for one in desk.without_alt()] == ["1 hours ago"]


def test_what_is_late_stands_in_the_order_of_its_hours(editor):
    now = timezone.now()
    for hours in (2, 3, 1):
        at = now - hours * HOUR
        make_article(headline=f"{hours} late", status="scheduled", published_at=at)
    assert [one.headline for one in desk.overdue()] == ["3 late", "2 late", "1 late"]


def test_held_and_late_quotes_and_failing_sources_need_a_person(base, editor, market_editor):
    source = Source.objects.get(key="cbr")
    instrument = Instrument.objects.get(code="usd-rub")
    series = instrument.series.filter(source=source).first() or make_series(instrument, source)
    today = timezone.localdate()
    record(series, today - timedelta(days=40), "64.30")
    record(series, today, "95.00")  # a jump that the guards hold
    FetchRun.objects.create(source=source, status="failed", error_kind="timeout")
    for user in (market_editor, editor):
        rows = {row.words: row for row in part(user, "care").rows}
        assert "1 quote is held" in rows
        assert rows["1 quote is held"].url == "/admin/markets/heldquote/"
        late = next(row for text, row in rows.items() if "late" in text)
        assert late.facts == ["usd-rub"]
        assert any(row.level == "stop" and row.words == source.name for row in rows.values())


def test_text_that_was_never_saved_is_one_click_away(reporter):
    story = of(reporter, status="draft", published_at=None)
    for key, article, headline in [(1, story, "Typed"), (2, None, ""), (3, None, "done")]:
        Autosave.objects.keep(
            user=reporter,
            key=f"00000000-0000-4000-8000-00000000000{key}",
            article=article,
            version=None,
            turn=1,
            fields=[["headline", headline]],
        )
    Autosave.objects.finish(user=reporter, key="00000000-0000-4000-8000-000000000003")
    rows = {row.words: row.url for row in part(reporter, "unsaved").rows}
    assert rows == {
        "Typed": reverse("admin:news_article_change", args=[story.pk]),
        "A story without a headline": "/admin/news/article/add/",
    }


def test_a_list_without_stories_says_something_calm_and_nothing_unsaved_says_nothing(desk):
    page = desk.get("/admin/").text
    for calm in ("No draft of yours is open.", "Nothing waits for review.", "Nothing needs you."):
        assert calm in page
    assert "Typed and not saved" not in page


def test_who_has_a_story_open_is_marked_for_others(desk, editor, reporter):
    story = of(reporter, status="review", published_at=None)
    Presence.objects.beat(article=story, user=reporter, key="00000000-0000-4000-8000-000000000001")
    assert "open by reporter since" in desk.get("/admin/").text
    assert "open by" not in client_of(reporter).get("/admin/").text


def test_roles_see_what_they_may(base, reporter, market_editor, django_user_model):
    accounts = django_user_model.objects.create_user("accounts", password="x", is_staff=True)
    assert [one.key for one in the_desk.parts(accounts)] == ["care"]
    seen = [one.key for one in the_desk.parts(market_editor)]
    assert seen == ["drafts", "review", "coming", "pending", "behind", "care", "today"]
    assert 'id="new_headline"' in client_of(reporter).get("/admin/").text
    assert 'id="new_headline"' not in client_of(market_editor).get("/admin/").text
    refused = client_of(market_editor).post("/admin/", {"headline": "x", "language": "en"})
    assert refused.status_code == 200
    assert not Article.objects.exists()


def test_a_new_story_needs_three_answers_and_opens_as_a_draft(reporter):
    make_author("Р. Репортёр", user=reporter)
    client = client_of(reporter)
    section = make_section()
    answer = client.post(
        "/admin/", {"headline": " A  new\nwell ", "language": "ru", "section": section.pk}
    )
    story = Article.objects.get()
    assert answer["Location"] == reverse("admin:news_article_change", args=[story.pk])
    assert (story.headline, story.language, story.status) == ("A new well", "ru", "draft")
    assert words(reporter, "drafts") == ["A new well"]
    assert LogEntry.objects.get().user == reporter


def test_a_new_story_without_a_section_keeps_its_headline_and_says_what_is_missing(reporter):
    answer = client_of(reporter).post("/admin/", {"headline": "A new well", "language": "en"})
    assert answer.status_code == 200
    assert 'value="A new well"' in answer.text
    assert re.search(r'id="new_section_error"[^>]*><li>This field is required', answer.text)
    assert not Article.objects.exists()


def test_the_desk_costs_as_much_for_thirty_stories_as_for_three(desk, editor, reporter):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert desk.get("/admin/").status_code == 200
        return len(found)

    def furnish(count):
        for status in ("draft", "review", "scheduled", "published"):
            at = None if status in ("draft", "review") else timezone.now()
            at = at + HOUR if status == "scheduled" else at
            for story in [make_article(status=status, published_at=at) for _n in range(count)]:
                Presence.objects.create(
                    article=story,
                    user=reporter,
                    key=f"00000000-0000-4000-8000-{story.pk:012}",
                    since=timezone.now(),
                    seen_at=timezone.now(),
                )

    furnish(1)
    few = queries()
    furnish(7)
    assert queries() == few
    assert few <= 24


# Language ----------------------------------------------------------------------------------------


def test_a_chosen_language_stays_in_the_admin_and_nowhere_else(client, editor):
    assert 'lang="en"' in client.get("/admin/login/").text
    answer = client.post(
        "/admin/language/", {"language": "kk", "next": "/admin/login/?next=/admin/"}
    )
    assert answer["Location"] == "/admin/login/?next=/admin/"
    cookie = answer.cookies["django_language"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert 'lang="kk"' in client.get("/admin/login/").text
    client.force_login(editor)
    assert 'lang="kk"' in client.get("/admin/", headers={"accept-language": "ru"}).text
    client.logout()
    client.cookies["django_language"] = cookie.value
    assert 'lang="kk"' in client.get("/admin/login/").text
    assert 'lang="en"' in client.get("/").text


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_the_choice_of_a_language_leads_nowhere_else(client, db, address):
    answer = client.post("/admin/language/", {"language": "ru", "next": address})
    assert answer["Location"] == "/ru/"  # the front page of our own


def test_a_language_we_do_not_have_changes_nothing(client, db):
    answer = client.post("/admin/language/", {"language": "xx", "next": "/admin/"})
    assert "django_language" not in answer.cookies
