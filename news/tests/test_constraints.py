"""What the database itself refuses, whoever writes: every row here goes round full_clean."""

import uuid
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from news.models import (
    Article,
    Author,
    Autosave,
    Byline,
    Correction,
    Figure,
    FrontLog,
    FrontSlot,
    Mention,
    Merged,
    OldAddress,
    Picture,
    Policy,
    Presence,
    Revision,
    SearchRow,
    SearchWord,
    Section,
    Source,
    Tag,
)
from news.models.corrections import CorrectionIsPermanent
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from portal.models import User

HOUR = timedelta(hours=1)


def refused(write):
    """Whether the database refuses; what was there before stays usable either way."""
    try:
        with transaction.atomic():
            write()
            connection.check_constraints()
    except IntegrityError:
        return True
    return False


def change(article, **changes):
    """A write that no save, no clean and no form sees."""
    return lambda: Article.objects.filter(pk=article.pk).update(**changes)


BAD_STORIES = {
    "an unknown status": {"status": "live"},
    "an unknown kind": {"kind": "rumour"},
    "published without an hour": {"published_at": None},
    "published without a headline": {"headline": ""},
    "published without words in the address": {"slug": ""},
    "a reprint of nothing": {"is_reprint": True, "source_url": ""},
    "scheduled without an hour": {"status": "scheduled", "published_at": None},
    "withdrawn without an hour": {"status": "withdrawn", "withdrawn_at": None},
}


@pytest.mark.parametrize("changes", BAD_STORIES.values(), ids=BAD_STORIES.keys())
def test_a_story_cannot_be(db, changes):
    assert refused(change(make_article(), **changes))


@pytest.mark.parametrize("status", ["draft", "review"])
def test_a_draft_may_lack_everything(db, status):
    article = make_article(status=status)
    assert not refused(change(article, published_at=None, headline="", slug=""))


@pytest.mark.parametrize("life", [timedelta(0), -HOUR])
@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_story_cannot_end_before_it_is_published(db, status, life):
    article = make_article(status=status)
    assert refused(change(article, expires_at=article.published_at + life))
    assert not refused(change(article, expires_at=article.published_at + HOUR))


def test_a_story_has_one_text_in_a_language(db):
    article = make_article()
    assert refused(lambda: make_article(story=article.story))
    assert not refused(lambda: make_article(story=article.story, language="ru"))


def test_a_person_stands_once_in_a_role_of_a_byline(db):
    author = make_author()
    article = make_article(authors=[author])
    line = {"article": article, "author": author}
    assert refused(lambda: Byline.objects.create(**line))
    assert not refused(lambda: Byline.objects.create(**line, role=Byline.Role.PHOTO))


def test_a_story_names_an_instrument_once(base):
    instrument = Mention._meta.get_field("instrument").related_model.objects.first()
    article = make_article()
    Mention.objects.create(article=article, instrument=instrument)
    assert refused(lambda: Mention.objects.create(article=article, instrument=instrument))


def test_a_place_of_the_front_holds_one_story(db):
    place = {"language": "en", "zone": "second", "position": 1}
    FrontSlot.objects.create(**place, article=make_article())
    other = make_article()
    assert refused(lambda: FrontSlot.objects.create(**place, article=other))
    place["language"] = "ru"
    assert not refused(lambda: FrontSlot.objects.create(**place, article=other))


@pytest.mark.parametrize("place", [{"zone": "rail"}, {"zone": "lead", "position": 0}])
def test_the_front_has_no_place(db, place):
    article = make_article()
    assert refused(lambda: FrontSlot.objects.create(article=article, language="en", **place))


def test_a_decorative_picture_has_no_alternative_text_in_any_language(db):
    picture = make_picture()
    of_it = Picture.objects.filter(pk=picture.pk)
    assert refused(lambda: of_it.update(is_decorative=True))
    assert refused(lambda: of_it.update(is_decorative=True, alt_en="", alt_kk="Кеш"))
    assert not refused(lambda: of_it.update(is_decorative=True, alt_en=""))


@pytest.mark.parametrize("axis", ["focus_x", "focus_y"])
def test_the_focus_of_a_picture_lies_inside_it(db, axis):
    of_it = Picture.objects.filter(pk=make_picture().pk)
    assert refused(lambda: of_it.update(**{axis: 101}))
    assert not refused(lambda: of_it.update(**{axis: 100}))


def test_a_correction_is_of_a_known_kind(db):
    article = make_article()
    [note] = Correction.objects.bulk_create([Correction(article=article, text="x")])
    assert note.pk
    assert refused(
        lambda: Correction.objects.bulk_create([Correction(article=article, text="x", kind="?")])
    )


def test_a_policy_has_one_version_a_day(db):
    version = {"slug": "about", "language": "en", "effective_on": date(2026, 1, 1), "body": "x"}
    Policy.objects.create(**version)
    assert refused(lambda: Policy.objects.create(**version))
    assert not refused(lambda: Policy.objects.create(**version | {"language": "ru"}))


@pytest.mark.parametrize(
    "model, make",
    [(Section, make_section), (Tag, make_tag), (Source, make_source), (Author, make_author)],
    ids=["section", "tag", "source", "author"],
)
def test_an_address_word_is_taken_once(db, model, make):
    first = make(slug="oil")
    assert refused(lambda: model.objects.create(slug="oil", name_en="Again"))
    assert model.objects.get(slug="oil") == first


def test_a_number_of_a_storys_history_is_given_once(db):
    row = {"article": make_article(), "number": 1, "version": 1, "verb": "saved", "content": {}}
    Revision.objects.create(**row)
    assert refused(lambda: Revision.objects.create(**row))
    assert not refused(lambda: Revision.objects.create(**row | {"number": 2}))


def _copies():
    """{constraint: (model, a row, what makes a second row another one)}."""
    article, user, key = make_article(), User.objects.create_user("writer"), uuid.uuid4()
    now = timezone.now()
    other = {"key": uuid.uuid4()}
    opened = {"article": article, "user": user, "key": key, "since": now, "seen_at": now}
    return {
        "search_word": (
            SearchWord,
            {
                "language": "en",
                "word": "oil",
                "front": "oi",
                "back": "il",
                "length": 3,
                "stories": 1,
            },
            {"language": "ru"},
        ),
        "front_log_one_number": (FrontLog, {"language": "en", "number": 1}, {"number": 2}),
        "autosave_one_of_a_form": (Autosave, {"user": user, "key": key}, other),
        "presence_one_of_a_form": (Presence, opened, other),
    }


ONCE = [
    "search_word",
    "front_log_one_number",
    "autosave_one_of_a_form",
    "presence_one_of_a_form",
]


@pytest.mark.parametrize("name", ONCE)
def test_what_there_is_once_is_not_written_twice(db, name):
    model, row, another = _copies()[name]
    model.objects.create(**row)
    assert refused(lambda: model.objects.create(**row))
    assert not refused(lambda: model.objects.create(**row | another))


def test_a_picture_stands_once_in_the_list_of_a_text_and_a_line_is_of_one_text(db):
    story, picture = make_article(), make_picture()
    page = Policy.objects.create(slug="about", title="x", body="x")
    for text in ({"article": story}, {"policy": page}):
        Figure.objects.create(picture=picture, **text)
        assert refused(lambda text=text: Figure.objects.create(picture=picture, **text))
    other = make_picture()
    assert refused(lambda: Figure.objects.create(picture=other))
    assert refused(lambda: Figure.objects.create(picture=other, article=story, policy=page))
    assert not refused(lambda: Figure.objects.create(picture=other, article=story))


def test_an_old_address_leads_to_one_place_and_a_row_is_merged_once(db):
    OldAddress.objects.create(kind="tag", slug="oil", target=1)
    assert refused(lambda: OldAddress.objects.create(kind="tag", slug="oil", target=2))
    assert not refused(lambda: OldAddress.objects.create(kind="source", slug="oil", target=2))
    Merged.objects.create(kind="tag", number=7, target=1)
    assert refused(lambda: Merged.objects.create(kind="tag", number=7, target=2))
    assert not refused(lambda: Merged.objects.create(kind="source", number=7, target=2))


def test_a_story_has_one_search_row(db):
    row = SearchRow(article=make_article(), place=1, written_at=timezone.now())
    row.save(force_insert=True)
    assert refused(lambda: row.save(force_insert=True))


def test_every_named_constraint_of_the_newsroom_has_a_test_here():
    """A new constraint without a line in this table is a constraint nobody has tried."""
    models_ = apps.get_app_config("news").get_models()
    named = {constraint.name for model in models_ for constraint in model._meta.constraints}
    assert named == {
        "figure_once",
        "figure_once_in_policy",
        "figure_in_one_text",
        "old_address_leads_to_one",
        "merged_once",
        "article_one_translation",
        "article_status",
        "article_kind",
        "article_public_is_complete",
        "article_expires_after_publication",
        "article_withdrawn_has_hour",
        "article_reprint_of_what",
        "byline_once_a_role",
        "mention_once",
        "revision_number_once",
        "front_one_story_a_place",
        "front_known_place",
        "picture_alt_or_decorative",
        "picture_focus_inside",
        "correction_kind",
        "policy_one_version_a_day",
        *ONCE,
    }


# What is never deleted ---------------------------------------------------------------------------


def test_what_a_story_stands_on_cannot_be_deleted(db):
    author, source, picture = make_author(), make_source(), make_picture()
    article = make_article(authors=[author], source=source, picture=picture)
    for thing in (author, source, picture, article.section):
        with pytest.raises(ProtectedError):
            thing.delete()


def test_a_story_with_a_correction_cannot_be_deleted(db):
    article = make_article()
    Correction.objects.create(article=article, text="Nine tanks, not ten.")
    with pytest.raises(ProtectedError):
        article.delete()


def test_a_correction_is_never_changed_or_deleted(db):
    note = Correction.objects.create(article=make_article(), text="Nine tanks, not ten.")
    note.text = "Ten tanks after all."
    for way in (
        note.save,
        note.delete,
        lambda: Correction.objects.update(text="x"),
        lambda: Correction.objects.filter(pk=note.pk).delete(),
        lambda: Correction.objects.bulk_update([note], ["text"]),
        lambda: Correction.objects.update_or_create(pk=note.pk, defaults={"text": "x"}),
        lambda: note.article.corrections.all().delete(),
    ):
        with pytest.raises(CorrectionIsPermanent), transaction.atomic():
            way()
    assert Correction.objects.get().text == "Nine tanks, not ten."


def test_a_correction_is_dated_by_the_clock_to_the_second(db):
    before = timezone.now().replace(microsecond=0)
    note = Correction.objects.create(article=make_article(), text="x")
    assert before <= note.noted_at <= timezone.now()
    assert note.noted_at.microsecond == 0
    assert not Correction._meta.get_field("noted_at").editable


@pytest.mark.parametrize("address", ["javascript:alert(1)", "register of tariffs", "//host/path"])
def test_the_address_of_an_original_is_one_of_the_web_whoever_writes_it(base, address):
    with pytest.raises(ValidationError):
        make_article(source_url=address)
    story = make_article(source_url="https://example.org/register")
    story.source_url = address
    with pytest.raises(ValidationError):
        story.save()
    # What a command has put there past the model keeps nobody from saving the story.
    Article.objects.filter(pk=story.pk).update(source_url=address)
    story = Article.objects.get(pk=story.pk)
    story.save()
