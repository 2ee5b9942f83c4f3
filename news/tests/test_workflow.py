"""From draft to reader and back: moves, their refusals, what the clock does."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from news import checklist, publishing, roles
from news.models import Article, ChangedMeanwhile, MoveRefused
from news.models.workflow import MOVES
from news.tests.factories import make_article, make_author

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(time_machine):
    """A clock that stands until a test moves it."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def make(status="draft", **changes):
    hours = {"draft": None, "review": None, "withdrawn": timezone.now() - 2 * HOUR}
    hours |= {"scheduled": timezone.now() + HOUR, "published": timezone.now() - HOUR}
    wire = {"no_byline_reason": "From a wire."}
    return make_article(**wire | {"status": status, "published_at": hours[status], **changes})


def texts(article):
    return [(revision.verb, revision.is_public) for revision in article.revisions.all()]


def test_a_story_goes_from_draft_to_reader_with_a_revision_for_each_step(reporter, editor):
    story = Article.objects.write(
        make().content() | {"headline": "A depot fills", "slug": ""}, by=reporter
    )
    story.submit(by=reporter)
    story.send_back(by=editor, note="Say how many tanks.")
    story.edit(story.content() | {"lead": "Nine tanks."}, by=reporter, base=story.version)
    story.submit(by=reporter)
    story.publish(by=editor)
    assert story.status == "published"
    assert story.is_public
    assert texts(story) == [
        ("published", True),
        ("submitted", False),
        ("saved", False),
        ("sent back", False),
        ("submitted", False),
        ("saved", False),
    ]
    back = story.revisions.get(verb="sent back")
    assert (back.note, back.by, back.by_name) == ("Say how many tanks.", editor, "editor")
    assert LogEntry.objects.filter(object_id=story.pk, user=editor).count() == 2
    assert Client().get(story.get_absolute_url()).status_code == 200


# Every move from everywhere by everybody: what the table in news.roles says, and nothing else.
WHO = {"reporter": 0, "editor": 1, "chief": 2, "market_editor": -1}
FROM = {
    "submit": {"draft"},
    "send_back": {"review", "scheduled"},
    "schedule": {"draft", "review", "scheduled"},
    "publish": {"draft", "review", "scheduled"},
    "publish_changes": {"published"},
    "discard_changes": {"published"},
    "withdraw": {"scheduled", "published"},
    "reopen": {"withdrawn"},
}
NEEDS = dict.fromkeys(FROM, 1) | {"submit": 0}


def test_every_move_stands_in_this_test():
    assert set(FROM) == set(MOVES)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("status", ["draft", "review", "scheduled", "published", "withdrawn"])
def test_a_move_is_possible_from_its_statuses_for_its_people_alone(request, editor, who, status):
    user = request.getfixturevalue(who)
    for name in MOVES:
        story = make(status, created_by=user)
        if name in {"publish_changes", "discard_changes"} and status == "published":
            story.edit(story.content() | {"lead": "Changed."}, by=editor, base=1)
        allowed = status in FROM[name] and WHO[who] >= NEEDS[name]
        assert (name in [move.name for move in story.moves_for(user)]) is allowed, name
        move = getattr(story, name)
        ask = {"by": user, "note": "Because.", "at": timezone.now() + 2 * HOUR}
        before = story.revisions.count()
        if allowed:
            assert move(**ask).by == user, name
        else:
            with pytest.raises(MoveRefused) as refused:
                move(**ask)
            assert all(len(reason) > 20 for reason in refused.value.reasons)
            story.refresh_from_db()
            assert (story.status, story.revisions.count()) == (status, before), name


def test_a_reporter_submits_their_own_and_not_the_draft_of_somebody_else(reporter, editor):
    with pytest.raises(MoveRefused):
        make(created_by=editor).submit(by=reporter)
    make(created_by=editor, authors=[make_author(user=reporter)]).submit(by=reporter)
    make(created_by=reporter).submit(by=reporter)


def test_nobody_is_not_somebody(base):
    with pytest.raises(MoveRefused):
        make().publish(by=None)


def test_a_move_upon_a_text_that_was_not_seen_is_refused(editor, chief):
    story, stale = make(), None
    stale = Article.objects.get(pk=story.pk)
    story.edit(story.content() | {"headline": "Other words"}, by=chief, base=1)
    with pytest.raises(ChangedMeanwhile) as refused:
        stale.publish(by=editor, version=1)
    assert "Other words" in str(refused.value)
    assert not Article.objects.published().exists()
    story.publish(by=editor, version=2)


def test_sending_back_and_withdrawing_ask_for_their_words(editor):
    with pytest.raises(MoveRefused, match="note"):
        make("review").send_back(by=editor)
    with pytest.raises(MoveRefused, match="Tell readers"):
        make("published").withdraw(by=editor, note="  ")
    with pytest.raises(MoveRefused, match="longer"):
        make("published").withdraw(by=editor, note="x" * 401)


# The clock ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [None, "2030-01-01", -HOUR, timedelta(0)])
def test_an_hour_that_is_none_or_has_passed_is_refused_with_a_reason(editor, at):
    story = make()
    if isinstance(at, timedelta):
        at = timezone.now() + at
    with pytest.raises(MoveRefused):
        story.schedule(by=editor, at=at)
    assert story.status == "draft"
    assert story.published_at is None


def test_a_naive_hour_is_refused(editor):
    with pytest.raises(MoveRefused):
        make().schedule(by=editor, at=timezone.now().replace(tzinfo=None) + HOUR)


def test_a_scheduled_story_is_out_at_its_hour_and_its_label_follows(editor, clock):
    story = make()
    story.schedule(by=editor, at=timezone.now() + HOUR)
    path, reader = story.get_absolute_url(), Client()
    assert reader.get(path).status_code == 404
    assert publishing.publish_due() == 0
    clock.shift(HOUR + timedelta(seconds=2))
    assert reader.get(path).status_code == 200  # nothing has run
    assert Article.objects.due().count() == 1
    assert publishing.publish_due() == 1
    assert publishing.publish_due() == 0
    story.refresh_from_db()
    assert story.status == "published"
    last = story.revisions.first()
    assert (last.verb, last.by, last.by_name, last.is_public) == ("published", None, "", True)
    assert last.made_at == story.published_at
    assert story.updated_at is None
    assert story.version == 1


def test_the_label_of_the_clock_is_on_record_before_anything_else_happens(editor, clock):
    story = make()
    story.schedule(by=editor, at=timezone.now() + HOUR)
    clock.shift(2 * HOUR)
    story.edit(story.content() | {"lead": "Later."}, by=editor, base=1)
    assert [verb for verb, _public in texts(story)] == [
        "changes saved",
        "published",
        "scheduled",
        "saved",
    ]
    assert story.revisions.get(verb="published").is_public


def test_a_scheduled_story_may_go_out_at_once_or_back_to_the_desk(editor):
    now = make("scheduled")
    now.publish(by=editor)
    assert now.is_public
    back = make("scheduled")
    back.send_back(by=editor, note="Not today.")
    assert (back.status, back.published_at) == ("draft", None)
    gone = make("scheduled")
    gone.withdraw(by=editor)
    assert Client().get(gone.get_absolute_url()).status_code == 404  # readers never had it


def test_a_republished_story_keeps_its_first_hour(editor):
    story = make("published")
    first = story.published_at
    story.withdraw(by=editor, note="Misread.")
    assert Client().get(story.get_absolute_url()).status_code == 410
    story.reopen(by=editor)
    assert story.withdrawal_reason == ""
    story.edit(story.content() | {"lead": "Nine tanks."}, by=editor, base=story.version)
    story.publish(by=editor)
    assert story.published_at == first.replace(microsecond=0)
    assert story.updated_at is not None


def test_one_that_was_out_and_is_scheduled_again_does_not_lose_its_hour_on_the_way_back(editor):
    story = make("published")
    first = story.published_at.replace(microsecond=0)
    story.withdraw(by=editor, note="Misread.")
    story.reopen(by=editor)
    story.schedule(by=editor, at=timezone.now() + HOUR)
    story.send_back(by=editor, note="Wait.")
    assert story.published_at == first


def test_an_end_that_has_passed_stops_publication(editor):
    story = make("draft", expires_at=timezone.now() - HOUR)
    with pytest.raises(MoveRefused, match="end"):
        story.publish(by=editor)
    with pytest.raises(MoveRefused, match="end"):
        make("draft", expires_at=timezone.now() + HOUR).schedule(
            by=editor, at=timezone.now() + 2 * HOUR
        )


def test_an_end_is_set_and_taken_back(editor, reporter, clock):
    story = make("published", created_by=reporter)
    with pytest.raises(MoveRefused):
        story.set_expiry(timezone.now() + HOUR, by=reporter)
    with pytest.raises(MoveRefused):
        story.set_expiry(timezone.now() - 5 * HOUR, by=editor)
    story.set_expiry(timezone.now() + HOUR, by=editor)
    clock.shift(2 * HOUR)
    assert Client().get(story.get_absolute_url()).status_code == 410
    story.set_expiry(None, by=editor)
    assert Client().get(story.get_absolute_url()).status_code == 200
    assert LogEntry.objects.filter(object_id=story.pk).count() == 2


# The checklist -----------------------------------------------------------------------------------


@pytest.fixture
def blocked(monkeypatch):
    finding = checklist.Finding("lead", "block", "There is no lead.", [])
    warning = checklist.Finding("long", "warn", "The headline is long.", [])
    monkeypatch.setattr(checklist, "check", lambda article: [finding, warning])


@pytest.mark.parametrize("name", ["publish", "schedule", "publish_changes"])
def test_what_the_checklist_blocks_does_not_go_out(chief, editor, blocked, name):
    story = make("published" if name == "publish_changes" else "draft")
    story.edit(story.content() | {"lead": ""}, by=editor, base=1)
    ask = {"at": timezone.now() + HOUR}
    with pytest.raises(MoveRefused) as refused:
        getattr(story, name)(by=editor, override="It is urgent.", **ask)
    assert refused.value.reasons == ["There is no lead."]
    with pytest.raises(MoveRefused):
        getattr(story, name)(by=chief, override=" ", **ask)
    revision = getattr(story, name)(by=chief, override="It is urgent.", **ask)
    assert "It is urgent." in revision.note
    assert "It is urgent." in str(LogEntry.objects.first())


def test_a_draft_is_submitted_whatever_it_lacks(reporter, blocked):
    make(created_by=reporter).submit(by=reporter)


def test_the_checklist_reads_the_changes_that_would_go_out(editor, monkeypatch):
    seen = []
    monkeypatch.setattr(checklist, "check", lambda article: seen.append(article.lead) or [])
    story = make("published")
    story.edit(story.content() | {"lead": "Pending."}, by=editor, base=1)
    story.publish_changes(by=editor)
    assert seen == ["Pending."]


# Corrections -------------------------------------------------------------------------------------


def test_a_correction_is_added_to_a_story_that_is_out_and_stands_in_its_history(editor, reporter):
    story = make("published", created_by=reporter)
    ask = {"kind": "correction", "text": "Nine tanks, not ten."}
    with pytest.raises(MoveRefused):
        story.correct(**ask, by=reporter)
    story.correct(**ask, by=editor, is_grave=True)
    assert story.revisions.first().note == "Nine tanks, not ten."
    assert "Nine tanks, not ten." in Client().get(story.get_absolute_url()).text
    with pytest.raises(MoveRefused):
        make("draft").correct(**ask, by=editor)


def test_every_action_of_the_code_has_its_row():
    assert {move.action for move in MOVES.values()} <= set(roles.ACTIONS)
    assert set(roles.EDIT_AT.values()) <= set(roles.ACTIONS)
