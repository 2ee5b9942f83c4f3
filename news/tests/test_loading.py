"""Stories that pages share: loaded once for a state, and never changed by a page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from news import loading
from news.models import Byline, FrontSlot
from news.tests.factories import make_article, make_author, make_picture, make_section
from portal.lib import topics

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch):
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)


def test_a_card_is_loaded_once_for_all_pages(django_assert_num_queries):
    stories = [make_article(), make_article()]
    first = loading.cards([story.pk for story in stories])
    with django_assert_num_queries(1):  # a look at the state
        again = loading.cards([stories[0].pk])
    assert again[stories[0].pk] is first[stories[0].pk]


def test_a_change_makes_cards_anew():
    story = make_article(headline="Depots fill")
    card = loading.cards([story.pk])[story.pk]
    story.headline = "Depots are full"
    story.save()
    assert card.headline == "Depots fill"
    assert loading.cards([story.pk])[story.pk].headline == "Depots are full"


def test_cards_beyond_the_limit_are_loaded_all_the_same(monkeypatch):
    monkeypatch.setattr(loading, "MOST_CARDS", 3)
    stories = [make_article() for _number in range(5)]
    for wanted in (stories[:2], stories[1:4], stories):
        found = loading.cards([story.pk for story in wanted])
        assert sorted(found) == [story.pk for story in wanted]


def test_bylines_stand_in_their_order():
    story, one, other = make_article(), make_author(), make_author("N. Karim")
    Byline.objects.create(article=story, author=one, position=2)
    Byline.objects.create(article=story, author=other, position=1)
    assert loading.cards([story.pk])[story.pk].writers == [other, one]


def test_what_a_front_says_of_a_story_is_said_on_no_other_page(client):
    section = make_section()
    story = make_article(section=section, headline="Depots fill")
    FrontSlot.objects.create(
        article=story, language="en", zone="lead", position=1, headline="Only on the front"
    )
    for _turn in range(2):
        assert "Only on the front" in client.get("/").text
        page = client.get(section.get_absolute_url()).text
        assert "Depots fill" in page
        assert "Only on the front" not in page


def test_a_picture_hidden_on_one_page_is_shown_on_another(client):
    picture, now = make_picture(), timezone.now()
    section, other = make_section(), make_section("power")
    hour = timedelta(hours=1)
    make_article(section=section, picture=picture, published_at=now - hour)
    second = make_article(section=section, picture=picture, published_at=now - 2 * hour)
    make_article(section=other, published_at=now - hour)
    for _turn in range(2):
        page = client.get(section.get_absolute_url()).text
        assert page.count("<picture>") == 1
        assert "<picture>" in client.get(second.get_absolute_url()).text


def test_the_count_of_a_list_follows_its_stories(client):
    section = make_section()
    for _number in range(20):
        make_article(section=section)
    path = section.get_absolute_url()
    assert client.get(f"{path}?page=2").status_code == 404
    make_article(section=section)
    assert client.get(f"{path}?page=2").status_code == 200


def test_stories_that_are_gone_by_now_are_left_out():
    assert loading.cards([987654321]) == {}
