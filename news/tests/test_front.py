"""The front page: whatever editors pinned and whatever is public, nothing twice and no hole."""

import contextlib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from news.front import LATEST, SECONDS, compose
from news.models import Article, Byline, FrontSlot, Mention
from news.templatetags.news import front_headline, shown_picture
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_section,
    picture_file,
)

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def everything(front):
    """Every story of a front in the order of the page, cards and lines alike."""
    stories = [front.lead, *front.second, *front.latest, *front.more, *front.markets]
    stories += front.voices
    for block in front.blocks:
        stories += block.stories
    return [story for story in [*stories, *front.rest] if story is not None]


def pictured(front):
    """Pictures of the cards that show one. Lines, voices and market notes are text."""
    cards = [front.lead, *front.second, *front.rest]
    for block in front.blocks:
        # Of a wide block the fourth story and the next are text.
        cards += block.stories[: 3 if block.is_wide else None]
    return [shown_picture(card).pk for card in cards if card and shown_picture(card)]


def pin(article, zone="lead", position=1, **changes):
    return FrontSlot.objects.create(
        language=article.language, zone=zone, position=position, article=article, **changes
    )


# The property ------------------------------------------------------------------------------------


def draw_stories(chance):
    """What a newsroom of any size may hold, as fields for `write`."""
    return [
        {
            "section": chance.choice(["fuel", "fuel", "power", "oil-gas"]),
            "kind": chance.choice([*Article.Kind.values, "news", "news", "opinion"]),
            "picture": chance.choice([None, None, 0, 1, 2]),
            "status": chance.choice(["published"] * 5 + ["draft", "scheduled", "withdrawn"]),
            "language": chance.choice(["en", "en", "en", "ru"]),
            "minutes": chance.randint(-60, 600),
            "life": chance.choice([None, None, None, 30, 10_000]),
            "has_author": chance.random() < 0.5,
            "names_oil": chance.random() < 0.5,
        }
        for _ in range(chance.choice([0, 1, 2, 3, 5, 8, 13, 21, 34, 45, 60]))
    ]


def draw_slots(chance):
    """(zone, position, number of the story, hours until the pin ends or None, picture or None)."""
    places = [("lead", 1), *(("second", number) for number in range(1, SECONDS + 2))]
    return [
        (
            *place,
            chance.randrange(60),
            chance.choice([None, None, -1, 0, 1]),
            chance.choice([None, None, 0, 1, 2]),
        )
        for place in chance.sample(places, chance.randint(0, len(places)))
    ]


@pytest.fixture(scope="module")
def _cast(module_db):
    with module_db():
        call_command("seed_base", verbosity=0)
        return {
            "sections": {slug: make_section(slug) for slug in ("fuel", "power", "oil-gas")},
            "pictures": [make_picture(alt_en=f"Depot {number}") for number in range(3)],
            "author": make_author(),
            "instrument": Mention._meta.get_field("instrument").related_model.objects.first(),
        }


@contextlib.contextmanager
def undone():
    """What is written inside is taken back: each example starts from the same stage."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def write(cast, drawn):
    """The drawn stories in the database, oldest key first."""
    made = Article.objects.bulk_create(
        Article(
            headline=f"Story {number}",
            slug=f"story-{number}",
            section=cast["sections"][fields["section"]],
            kind=fields["kind"],
            status=fields["status"],
            language=fields["language"],
            picture=None if fields["picture"] is None else cast["pictures"][fields["picture"]],
            published_at=(hour := NOON - timedelta(minutes=fields["minutes"])),
            expires_at=hour + timedelta(minutes=fields["life"]) if fields["life"] else None,
            withdrawn_at=NOON,
        )
        for number, fields in enumerate(drawn)
    )
    pairs = list(zip(made, drawn, strict=True))
    Byline.objects.bulk_create(
        Byline(article=story, author=cast["author"]) for story, f in pairs if f["has_author"]
    )
    Mention.objects.bulk_create(
        Mention(article=story, instrument=cast["instrument"])
        for story, f in pairs
        if f["names_oil"]
    )
    return made


def write_slots(cast, made, drawn):
    for zone, position, number, hours, picture in drawn:
        if made:
            story = made[number % len(made)]
            until = None if hours is None else NOON + hours * HOUR
            picture = None if picture is None else cast["pictures"][picture]
            headline = "" if picture is None else f"For the front: {picture.pk}"
            pin(story, zone, position, until=until, picture=picture, headline=headline)


def assert_whole(front, language, now):
    """What holds for the front of every newsroom at every moment."""
    public = set(Article.objects.published(now).in_language(language).values_list("pk", flat=True))
    keys = [story.pk for story in everything(front)]
    assert len(keys) == len(set(keys)), "a story stands twice"
    assert set(keys) <= public, "a story that is not public stands on the front"
    assert (front.lead is not None) == bool(public), "the place of the lead is a hole"
    assert len(front.second) == min(SECONDS, max(0, len(public) - 1)), "a second place is a hole"
    shown = pictured(front)
    assert len(shown) == len(set(shown)), "a picture stands twice"
    for block in front.blocks:
        assert len(block.stories) >= 4
        assert {story.section_id for story in block.stories} == {block.section.pk}
    assert len(front.voices) % 2 == 0
    assert len(front.rest) in {0, 3, 4, 8}
    assert len(front.latest) <= LATEST
    lines = [story.published_at for story in front.latest]
    assert lines == sorted(lines, reverse=True)


def assert_pins_stand(front, language, now):
    """A pinned story that readers may see stands in its place, unless another place has it too."""
    pinned = {}
    for slot in FrontSlot.objects.filter(language=language).order_by("zone", "position"):
        is_over = slot.until is not None and slot.until <= now
        visible = slot.article.language == language and slot.article.is_public_at(now)
        if visible and not is_over and slot.position <= SECONDS:
            pinned.setdefault(slot.article_id, slot)
    public = Article.objects.published(now).in_language(language)
    if public.exclude(pk__in=pinned).count() < 1 + SECONDS:
        return  # too few stories for every place: the pinned ones move up
    for key, slot in pinned.items():
        place = front.lead if slot.zone == "lead" else front.second[slot.position - 1]
        assert place.pk == key, "a pinned story does not stand in its place"
        assert front_headline(place) == (slot.headline or place.card_headline)
        wanted = slot.picture or slot.article.picture
        assert shown_picture(place) in {wanted, None}
        assert place.picture == wanted, "the picture for the front does not stand with its story"


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a smaller number is no smaller newsroom
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_no_front_has_a_story_twice_a_picture_twice_or_a_hole(_cast, db, seed):
    chance = Random(seed)
    with undone():
        made = write(_cast, draw_stories(chance))
        write_slots(_cast, made, draw_slots(chance))
        for language in ("en", "ru"):
            for now in (NOON, NOON + 45 * timedelta(minutes=1)):
                front = compose(language, now)
                assert_whole(front, language, now)
                assert_pins_stand(front, language, now)


# Pins --------------------------------------------------------------------------------------------


@pytest.fixture
def newsroom(db):
    """A dozen public stories of two sections; index 0 is the newest."""
    return [
        make_article(section=("fuel", "power")[n % 2], published_at=NOON - (n + 1) * HOUR)
        for n in range(12)
    ]


def test_without_pins_the_newest_leads(newsroom):
    front = compose("en", NOON)
    assert [story.pk for story in [front.lead, *front.second]] == [s.pk for s in newsroom[:4]]


def test_a_story_with_a_picture_leads_before_a_newer_one_without(newsroom):
    newsroom[5].picture = make_picture()
    newsroom[5].save()
    assert compose("en", NOON).lead == newsroom[5]


def test_what_is_sponsored_does_not_lead_while_there_is_anything_else(db):
    paid = make_article(kind="sponsored", published_at=NOON - HOUR, picture=make_picture())
    assert compose("en", NOON).lead == paid
    ours = make_article(published_at=NOON - 2 * HOUR)
    assert compose("en", NOON).lead == ours


def test_a_pinned_story_stands_in_its_place_however_old(newsroom):
    pin(newsroom[11])
    pin(newsroom[9], "second", 2)
    front = compose("en", NOON)
    assert front.lead == newsroom[11]
    assert front.second[1] == newsroom[9]
    assert front.second[0] == newsroom[0]


def test_the_newest_story_pinned_below_does_not_lead(newsroom):
    pin(newsroom[0], "second", 2)
    front = compose("en", NOON)
    assert front.lead == newsroom[1]
    assert front.second == [newsroom[2], newsroom[0], newsroom[3]]


def test_a_story_older_than_every_list_of_the_front_can_be_pinned(db):
    old = make_article(published_at=NOON - 9000 * HOUR)
    make_many(60, published_at=NOON - HOUR)
    pin(old)
    assert compose("en", NOON).lead == old


def test_a_pinned_scheduled_story_falls_through_until_its_hour_and_takes_its_place_after(newsroom):
    coming = make_article(status="scheduled", published_at=NOON + HOUR)
    pin(coming)
    before, after = compose("en", NOON + HOUR - SECOND), compose("en", NOON + HOUR)
    assert before.lead == newsroom[0]
    assert coming not in everything(before)
    assert after.lead == coming


def test_a_pin_ends_at_its_second(newsroom):
    pin(newsroom[7], until=NOON)
    assert compose("en", NOON - SECOND).lead == newsroom[7]
    assert compose("en", NOON).lead == newsroom[0]


@pytest.mark.parametrize("status", ["draft", "review", "withdrawn"])
def test_a_pinned_story_that_is_taken_back_leaves_no_hole(newsroom, status):
    pin(newsroom[7])
    pin(newsroom[8], "second", 1)
    Article.objects.filter(pk__in=[newsroom[7].pk, newsroom[8].pk]).update(
        status=status, withdrawn_at=NOON
    )
    front = compose("en", NOON)
    assert front.lead == newsroom[0]
    assert len(front.second) == SECONDS


def test_a_story_pinned_twice_stands_once(newsroom):
    pin(newsroom[3])
    pin(newsroom[3], "second", 1)
    front = compose("en", NOON)
    assert front.lead == newsroom[3]
    assert [story.pk for story in everything(front)].count(newsroom[3].pk) == 1
    assert len(front.second) == SECONDS


@pytest.mark.parametrize("position", [1, 2, 3])
def test_the_only_story_leads_even_when_it_is_pinned_elsewhere(db, position):
    only = make_article(published_at=NOON - HOUR)
    pin(only, "second", position)
    assert compose("en", NOON).lead == only


def test_when_every_story_is_pinned_below_one_of_them_leads(db):
    stories = [make_article(published_at=NOON - n * HOUR) for n in (1, 2, 3)]
    for position, story in enumerate(stories, 1):
        pin(story, "second", position)
    front = compose("en", NOON)
    assert front.lead in stories
    assert len(front.second) == 2


def test_a_pin_of_another_language_does_not_count(newsroom):
    pin(newsroom[7], position=1).delete()
    FrontSlot.objects.create(language="ru", zone="lead", article=newsroom[7])
    assert compose("en", NOON).lead == newsroom[0]
    assert compose("ru", NOON).lead is None


@time_machine.travel(NOON, tick=False)
def test_a_pinned_story_may_have_a_headline_for_the_front_alone(client, newsroom):
    pin(newsroom[2], headline="Words for the front")
    assert "Words for the front" in client.get("/").text
    assert newsroom[2].headline not in client.get("/").text
    assert "Words for the front" not in client.get(newsroom[2].get_absolute_url()).text


@time_machine.travel(NOON, tick=False)
def test_a_pinned_story_may_have_a_picture_for_the_front_alone(client, newsroom):
    own, other = make_picture(), make_picture(file=picture_file(width=1200))
    newsroom[2].picture = own
    newsroom[2].save()
    pin(newsroom[2], picture=other)
    front = client.get("/").text
    assert other.base in front
    assert own.base not in front
    story = client.get(newsroom[2].get_absolute_url()).text
    assert own.base in story
    assert other.base not in story
    newsroom[2].refresh_from_db()
    assert newsroom[2].picture == own


# The page ----------------------------------------------------------------------------------------


def test_an_edition_without_stories_says_so(client, db):
    make_section("fuel")
    make_article(language="ru")
    for path in ("/", "/kk/"):
        response = client.get(path)
        assert response.status_code == 200
        assert response.context["front"].lead is None
        assert 'class="empty"' in response.text
    assert 'class="empty"' not in client.get("/ru/").text


def test_a_newsroom_without_sections_has_a_front(client, db):
    assert client.get("/").status_code == 200


@time_machine.travel(NOON, tick=False)
def test_each_story_of_the_front_is_linked_once(client, newsroom):
    text = client.get("/").text
    for story in newsroom:
        assert text.count(f'href="{story.get_absolute_url()}"') <= 1
    assert sum(text.count(f'href="{story.get_absolute_url()}"') for story in newsroom) == len(
        everything(compose("en", NOON))
    )


def test_the_front_asks_five_questions_whatever_the_number_of_stories(db):
    counted = []
    for _ in range(3):
        for slug in ("fuel", "power", "oil-gas"):
            make_many(30, section=make_section(slug), published_at=NOON - HOUR)
        FrontSlot.objects.all().delete()
        for position, story in enumerate(Article.objects.all()[:3], 1):
            pin(story, "second", position)
        with CaptureQueriesContext(connection) as queries:
            front = compose("en", NOON)
            [card.writers for card in everything(front)]
            [(card.section.slug, card.card_lead) for card in everything(front)]
            pictured(front)
        counted.append(len(queries))
    assert counted == [5, 5, 5]
