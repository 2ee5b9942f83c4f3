"""The working text of a story: versions, pending changes, revisions; nothing is ever lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone

from news import publishing
from news.models import Article, EditConflict, Mention, MoveRefused, PendingChanges, Step
from news.models.content import LISTS, LookAlikeIsNotSaved, blank, tidy
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)

HOUR = timedelta(hours=1)
Instrument = Mention._meta.get_field("instrument").related_model


@pytest.fixture
def clock(time_machine):
    """A clock that stands until a test moves it."""
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def draft(**changes):
    wire = {"no_byline_reason": "From a wire."}
    return make_article(**wire | {"status": "draft", "published_at": None, **changes})


def say(story, by, base=None, **changes):
    """Save these changes upon what the person sees now."""
    base = story.version if base is None else base
    return story.edit(story.working() | changes, by=by, base=base)


# Content -----------------------------------------------------------------------------------------


def test_content_comes_back_as_it_was_written(editor):
    one, two = make_author(), make_author()
    brent, usd = Instrument.objects.get(code="brent"), Instrument.objects.get(code="usd-rub")
    content = blank(
        language="ru",
        kind="analysis",
        section=make_section(),
        picture=make_picture(),
        source=make_source(),
        headline="Рубль окреп",
        lead="К вечеру.",
        body='<p>Цена <span data-instrument="brent">нефти</span>.</p>',
        slug="rubl",
        source_url="https://example.org/a",
        no_byline_reason="From a wire.",
        bylines=[[two.pk, "author"], [one.pk, "photo"], [one.pk, "author"]],
        tags=[make_tag("b").pk, make_tag("a").pk],
        instruments=[usd.pk, brent.pk],
    )
    story = Article.objects.write(content, by=editor)
    assert story.content() == content
    assert Article.objects.get().content() == content
    assert story.created_by == editor
    assert story.version == 1
    assert [revision.content for revision in story.revisions.all()] == [content]
    reordered = content | {"bylines": content["bylines"][::-1], "instruments": [brent.pk, usd.pk]}
    kept = set(story.bylines.values_list("pk", flat=True))
    story.edit(reordered, by=editor, base=1)
    assert story.content() == reordered
    assert set(story.bylines.values_list("pk", flat=True)) == kept


def test_a_content_of_forms_and_one_of_the_row_are_the_same():
    typed = {"headline": " A\tdepot ", "section": "3", "tags": ["9", 2], "body": "One.\r\n\r\nTwo."}
    clean = tidy(typed)
    assert (clean["headline"], clean["section"], clean["tags"]) == ("A depot", 3, [2, 9])
    assert clean["body"] == "<p>One.</p>\n<p>Two.</p>"
    assert tidy(clean) == clean


def test_what_is_gone_meanwhile_is_left_out_and_named(editor):
    tag, author, picture = make_tag(), make_author(), make_picture()
    story = draft()
    content = story.content() | {
        "tags": [tag.pk],
        "bylines": [[author.pk, "author"]],
        "picture": picture.pk,
        "headline": "Kept all the same",
    }
    for thing in (tag, author, picture):
        thing.delete()
    story.edit(content, by=editor, base=1)
    assert sorted(story.missing) == ["bylines", "picture", "tags"]
    assert Article.objects.get().headline == "Kept all the same"


def test_an_instrument_of_the_form_keeps_the_price_frozen_with_it(editor):
    story = draft()
    brent = Instrument.objects.get(code="brent")
    say(story, editor, instruments=[brent.pk])
    kept = story.mentions.get().pk
    say(story, editor, body='<p><span data-instrument="brent">oil</span></p>', instruments=[])
    assert story.mentions.get().pk == kept  # the text names it
    say(story, editor, body="<p>None.</p>", instruments=[])
    assert not story.mentions.exists()


def test_a_look_alike_shows_other_words_and_cannot_be_saved(editor, rf, django_assert_num_queries):
    author, tag = make_author("B. Look"), make_tag("look", name_en="Look tag")
    story = make_article(authors=[make_author("A. Row")])
    twin = story.with_content(
        story.content()
        | {"headline": "Other words", "bylines": [[author.pk, "author"]], "tags": [tag.pk]}
    )
    with django_assert_num_queries(0):
        assert twin.writers == [author]
        assert list(twin.tags.all()) == [tag]
        assert twin.content()["headline"] == "Other words"
    shown = {"article": twin, "section": twin.section, "preview": {"is_live": False}}
    page = render_to_string("news/article.html", shown, rf.get("/"))
    assert "Other words" in page
    assert "B. Look" in page
    assert "Look tag" in page
    assert "A. Row" not in page
    with pytest.raises(LookAlikeIsNotSaved):
        twin.save()
    assert Article.objects.get().writers != [author]


@pytest.mark.parametrize(
    "wrong",
    [{"headline": ""}, {"headline": "x" * 201}, {"source_url": "javascript:x"}, {"kind": "x"}],
)
@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_text_that_no_story_may_say_is_refused_and_nothing_is_written(editor, wrong, status):
    story = draft() if status == "draft" else make_article()
    before = story.content()
    with pytest.raises(ValidationError) as refused:
        say(story, editor, **wrong)
    assert set(refused.value.message_dict) == set(wrong)
    story.refresh_from_db()
    assert (story.version, story.content(), story.working()) == (1, before, before)


def test_a_second_text_in_a_language_is_refused(editor):
    story = draft()
    other = draft(story=story.story, language="ru")
    with pytest.raises(ValidationError, match="already has a text"):
        say(other, editor, language="en")


def test_the_words_of_the_address_follow_the_headline_until_readers_have_it(editor):
    story = Article.objects.write(draft().content() | {"headline": "One", "slug": ""}, by=editor)
    say(story, editor, headline="Two words")
    assert story.slug == "two-words"
    say(story, editor, slug="own-words")
    say(story, editor, headline="Three")
    assert story.slug == "own-words"
    say(story, editor, slug="")
    assert story.slug == "three"
    story.publish(by=editor)
    say(story, editor, headline="Four")
    story.publish_changes(by=editor)
    assert story.slug == "three"


# Versions ----------------------------------------------------------------------------------------


def test_the_second_of_two_saves_upon_one_version_is_a_conflict(editor, chief):
    story = draft(headline="Base")
    mine, theirs = (Article.objects.get(pk=story.pk) for _ in range(2))
    say(theirs, chief, headline="Theirs")
    with pytest.raises(EditConflict) as conflict:
        mine.edit(story.content() | {"headline": "Mine"}, by=editor, base=1)
    assert conflict.value.content["headline"] == "Mine"
    assert conflict.value.article.headline == "Theirs"
    assert conflict.value.article.text_at(conflict.value.base)["headline"] == "Base"
    assert Article.objects.get().headline == "Theirs"


def test_one_form_sent_twice_is_no_conflict(editor):
    story = draft(headline="Base")
    twice = story.content() | {"headline": "Typed once"}
    first = story.edit(twice, by=editor, base=1)
    assert story.edit(twice, by=editor, base=1) == first
    assert (story.version, story.slug) == (2, "typed-once")
    with pytest.raises(EditConflict):
        story.edit(twice | {"lead": "And more."}, by=editor, base=1)


def test_only_a_person_who_changes_the_text_moves_the_version(editor, clock):
    story = draft()
    say(story, editor)  # nothing changed
    story.submit(by=editor)
    story.schedule(by=editor, at=timezone.now() + HOUR)
    story.set_expiry(timezone.now() + 10 * HOUR, by=editor)
    clock.shift(2 * HOUR)
    publishing.publish_due()
    publishing.freeze_prices()
    story.refresh_from_db()
    story.correct(kind="update", text="More.", by=editor)
    assert story.version == 1
    say(story, editor, lead="Now.")
    assert story.version == 2
    story.publish_changes(by=editor)
    assert story.version == 2
    say(story, editor, lead="Later.")
    story.discard_changes(by=editor)
    assert story.version == 4  # the text that was worked on is another one


def test_a_form_open_while_the_hour_strikes_saves_into_pending_changes(editor, clock):
    story = draft()
    story.schedule(by=editor, at=timezone.now() + HOUR)
    form = Article.objects.get()
    clock.shift(2 * HOUR)
    publishing.publish_due()
    form.edit(form.content() | {"lead": "Typed before."}, by=editor, base=1)
    assert form.pending_changes.content["lead"] == "Typed before."
    assert Article.objects.get().lead != "Typed before."


# Pending changes ---------------------------------------------------------------------------------


def test_readers_keep_the_published_text_until_changes_are_published(editor, reporter, client):
    story = make_article(
        created_by=reporter, headline="As published", no_byline_reason="From a wire."
    )
    path = story.get_absolute_url()
    before = story.modified_at
    say(story, reporter, headline="As prepared", tags=[make_tag().pk])
    assert "As published" in client.get(path).text
    assert not story.tags.exists()
    assert list(Article.objects.with_pending()) == [story]
    story.refresh_from_db()
    assert story.modified_at > before
    with pytest.raises(MoveRefused):
        story.publish_changes(by=reporter)
    story.publish_changes(by=editor)
    assert "As prepared" in client.get(path).text
    assert story.pending_changes is None
    assert story.tags.count() == 1
    assert story.updated_at is not None
    states = [(r.verb, r.is_public, r.content["headline"]) for r in story.revisions.all()]
    assert states == [
        ("changes published", True, "As prepared"),
        ("changes saved", False, "As prepared"),
        ("saved", True, "As published"),
    ]


def test_a_change_beside_the_substance_does_not_call_the_story_updated(editor):
    story = make_article(no_byline_reason="From a wire.")
    say(story, editor, seo_title="For machines")
    story.publish_changes(by=editor)
    assert story.updated_at is None


def test_discarded_changes_can_be_brought_back(editor):
    story = make_article(lead="Live.", no_byline_reason="From a wire.")
    say(story, editor, lead="Prepared.")
    story.discard_changes(by=editor)
    assert story.working()["lead"] == "Live."
    gone = story.revisions.get(verb="discarded")
    story.restore(gone, by=editor, base=story.version)
    assert story.pending_changes.content["lead"] == "Prepared."
    assert story.lead == "Live."


def test_changes_that_are_changed_back_are_none(editor):
    story = make_article(lead="Live.", no_byline_reason="From a wire.")
    say(story, editor, lead="Prepared.")
    say(story, editor, lead="Live.")
    assert not PendingChanges.objects.exists()
    assert story.version == 3


def test_a_withdrawn_story_reopens_with_the_text_that_was_worked_on(editor):
    story = make_article(lead="Live.", no_byline_reason="From a wire.")
    say(story, editor, lead="Prepared.")
    story.withdraw(by=editor, note="Misread.")
    with pytest.raises(MoveRefused):
        say(story, editor, lead="Not now.")
    story.reopen(by=editor)
    assert (story.lead, story.pending_changes, story.version) == ("Prepared.", None, 2)


def test_what_a_command_wrote_to_the_row_is_kept_when_changes_are_published(editor):
    story = make_article(lead="Live.", no_byline_reason="From a wire.")
    say(story, editor, headline="Prepared")
    row = Article.objects.get()
    row.lead = "By a command."
    row.save()
    story.publish_changes(by=editor)
    assert "By a command." in [revision.content["lead"] for revision in story.revisions.all()]


# Revisions ---------------------------------------------------------------------------------------


def test_saves_of_one_person_within_ten_minutes_are_one_revision(editor, chief, clock):
    story = Article.objects.write(draft().content(), by=chief)
    for number in range(5):
        say(story, editor, lead=f"Lead {number}.")
        clock.shift(timedelta(minutes=1))
    assert story.revisions.count() == 2
    last = story.revisions.first()
    assert (last.content["lead"], last.version) == ("Lead 4.", 6)
    assert [step.content["lead"] for step in Step.objects.order_by("pk")] == [
        f"Lead {number}." for number in range(4)
    ]
    assert story.text_at(4)["lead"] == "Lead 2."
    clock.shift(timedelta(minutes=6))
    say(story, editor, lead="After ten minutes.")
    assert story.revisions.count() == 3
    say(story, chief, lead="By another.")
    assert story.revisions.count() == 4


def test_saves_do_not_fold_across_a_move(editor):
    story = draft()
    say(story, editor, lead="One.")
    story.submit(by=editor)
    say(story, editor, lead="Two.")
    assert [r.content["lead"] for r in story.revisions.all()][:3] == ["Two.", "One.", "One."]


def test_an_old_text_is_copied_forward_and_history_stays(editor, chief):
    story = draft(lead="First.")
    say(story, editor, lead="Second.")
    first = story.revisions.last()
    story.restore(first, by=chief, base=2)
    assert story.lead == "First."
    last = story.revisions.first()
    assert (last.verb, last.note, last.number) == ("restored", "from revision 1", 3)
    with pytest.raises(EditConflict):
        story.restore(story.revisions.get(number=2), by=chief, base=2)


def test_a_text_set_aside_is_kept_once(editor, chief):
    story = draft()
    mine = story.content() | {"headline": "Mine"}
    say(story, chief, headline="Theirs")
    for _time in range(2):
        story.set_aside(mine, by=editor, base=1)
    kept = story.revisions.get(verb="set aside")
    assert (kept.content["headline"], kept.version) == ("Mine", 1)
    assert story.headline == "Theirs"
    assert story.text_at(1)["headline"] != "Mine"


def test_only_old_quick_saves_beyond_the_newest_fifty_are_forgotten(editor, chief, clock):
    story = draft()
    for number in range(60):
        by = editor if number % 2 else chief
        say(story, by, lead=f"Lead {number}.")
        if number == 3:
            story.submit(by=editor)
            story.publish(by=editor)
        if number == 5:
            story.publish_changes(by=editor)
    before = story.revisions.count()
    assert publishing.prune_revisions() == 0
    clock.shift(timedelta(days=91))
    publishing.prune_revisions()
    kept = list(story.revisions.all())
    assert len(kept) < before
    assert [r.number for r in kept[:50]] == list(range(before, before - 50, -1))
    assert {r.verb for r in kept[50:]} == {"submitted", "published", "changes published"}
    assert publishing.prune_revisions() == 0


# People ------------------------------------------------------------------------------------------


def test_a_reporter_edits_their_own_and_those_that_carry_their_name(reporter, editor):
    with pytest.raises(MoveRefused):
        say(draft(created_by=editor), reporter, lead="Mine.")
    say(draft(created_by=reporter), reporter, lead="Mine.")
    say(draft(authors=[make_author(user=reporter)]), reporter, lead="Mine.")
    with pytest.raises(MoveRefused):
        say(
            make_article(
                status="scheduled", published_at=timezone.now() + HOUR, created_by=reporter
            ),
            reporter,
            lead="Mine.",
        )


def test_every_key_of_a_content_is_always_there(db):
    assert set(make_article().content()) == set(blank())
    assert set(LISTS) < set(blank())


def test_the_clock_tidies_up_old_steps_and_links(editor, clock):
    story = draft()
    say(story, editor, lead="One.")
    say(story, editor, lead="Two.")
    story.share(by=editor)
    clock.shift(timedelta(days=29))
    assert publishing.prune_revisions() == 0
    clock.shift(timedelta(days=5))
    assert publishing.prune_revisions() == 2
    assert not Step.objects.exists()
    assert story.text_at(2) is None
    assert story.text_at(3)["lead"] == "Two."
