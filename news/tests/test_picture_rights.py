"""Rights that end: the clock takes a picture from every page, and no job has to run for it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from news.front import compose
from news.models import Picture
from news.templatetags.news import picture as picture_tag
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_source,
    make_tag,
    picture_file,
)

LAST_DAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/Moscow")
LAST_SECOND = datetime(2026, 11, 23, 23, 59, 59, tzinfo=ZONE)
NEXT_DAY = LAST_SECOND + timedelta(seconds=1)


@pytest.fixture
def newsroom(settings, db):
    """A story with a picture and a portrait whose rights end on LAST_DAY, and its addresses."""
    settings.TIME_ZONE = "Europe/Moscow"
    with time_machine.travel(LAST_SECOND - timedelta(hours=9), tick=False):
        hero = make_picture(rights_until=LAST_DAY, caption_en="Cranes at noon.")
        face = make_picture(file=picture_file(700, 700), rights_until=LAST_DAY)
        author = make_author("A. Serikova", photo=face)
        source, tag = make_source(), make_tag()
        story = make_article(picture=hero, authors=[author], tags=[tag], source=source)
        translation = make_article(picture=hero, language="ru", story=story.story)
    month = f"{LAST_DAY:/archive/%Y/%m/}"
    return {
        "pictures": (hero, face),
        "story": story,
        "pages": [
            *("/", "/fuel/", f"/author/{author.slug}/", f"/tag/{tag.slug}/", month),
            *(f"/source/{source.slug}/", "/nowhere/", "/ru/", "/ru/fuel/"),
            *(story.get_absolute_url(), translation.get_absolute_url()),
        ],
    }


def test_no_page_shows_a_picture_after_its_last_day_and_every_page_does_on_it(newsroom, client):
    hero, face = newsroom["pictures"]
    with time_machine.travel(LAST_SECOND, tick=False):
        shown = [path for path in newsroom["pages"] if hero.base in client.get(path).text]
        assert set(newsroom["pages"]) - set(shown) <= {"/nowhere/"}
        assert face.base in client.get(newsroom["story"].get_absolute_url()).text
    with time_machine.travel(NEXT_DAY, tick=False):
        for path in newsroom["pages"]:
            page = client.get(path).text
            assert hero.base not in page, path
            assert face.base not in page, path
            assert "Cranes at noon." not in page, path
            assert "story__media" not in page, path
        assert "<h1>" in client.get(newsroom["story"].get_absolute_url()).text
        assert 'class="mono' in client.get(newsroom["story"].get_absolute_url()).text


def test_the_last_day_is_the_newsrooms_and_not_greenwichs(newsroom):
    hero, _face = newsroom["pictures"]
    for moment, is_usable in ((LAST_SECOND, True), (NEXT_DAY, False)):
        with time_machine.travel(moment, tick=False):
            assert hero.is_usable is is_usable
            assert Picture.objects.usable().filter(pk=hero.pk).exists() is is_usable
            assert Picture.objects.expired().filter(pk=hero.pk).exists() is not is_usable


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 7, 8, 400, None])
def test_row_and_query_say_the_same_of_every_day(db, days):
    until = None if days is None else LAST_DAY + timedelta(days=days)
    picture = make_picture(rights_until=until)
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=ZONE), tick=False):
        assert picture.is_usable is (days is None or days >= 0)
        assert Picture.objects.usable().exists() is picture.is_usable
        assert Picture.objects.expired().exists() is not picture.is_usable
        assert Picture.objects.expiring(7).exists() is (days in (0, 1, 7))


def test_the_front_gives_the_place_of_a_picture_to_a_story_that_still_has_one(db):
    """A lead without a picture would be a hole in the page."""
    make_many(30)
    ended = make_article(picture=make_picture(rights_until=LAST_DAY), headline="Ended")
    good = make_article(picture=make_picture(file=picture_file(700, 400)), headline="Good")
    front = compose("en")
    assert front.lead == good
    assert front.lead.shown_picture
    assert ended in [*front.second, *front.latest, *front.more, *front.rest] or any(
        ended in block.stories for block in front.blocks
    )


def test_a_picture_of_ended_rights_is_printed_by_no_tag(db):
    picture = make_picture(rights_until=LAST_DAY)
    with time_machine.travel(LAST_SECOND, tick=False):
        assert "<picture>" in picture_tag(picture, "hero")
    with time_machine.travel(NEXT_DAY, tick=False):
        assert picture_tag(picture, "hero") == ""


def test_rights_given_again_bring_the_picture_back(newsroom, client):
    hero, _face = newsroom["pictures"]
    hero.rights_until = LAST_DAY + timedelta(days=30)
    hero.save()
    with time_machine.travel(NEXT_DAY, tick=False):
        assert hero.base in client.get(newsroom["story"].get_absolute_url()).text
