"""The front page editor: arranged whole, saved whole, never over somebody else's front."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from news import arranging
from news.arranging import FrontChanged, Pin
from news.front import SECONDS, compose
from news.models import FrontLog, FrontSlot
from news.tests.factories import make_article, make_picture

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)  # 15:00 in the newsroom
HOUR = timedelta(hours=1)
EDITOR = "/admin/news/frontslot/"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def stories(base, committed):
    with committed():
        return [
            make_article(headline=f"Story {n}", published_at=NOON - (n + 1) * HOUR)
            for n in range(8)
        ]


@pytest.fixture
def desk(client, chief):
    client.force_login(chief)
    return client


def form(desk, pins=(), language="en", **more):
    """What the page would send with these pins: {place: {field: value}} over what is there."""
    data = {"version": arranging.version(arranging.latest(language)), **more}
    pins = dict(pins)
    for place in range(1 + SECONDS):
        for name in ("article", "headline", "picture", "until"):
            data[f"place-{place}-{name}"] = pins.get(place, {}).get(name, "")
    return data


def send(desk, do, pins=(), language="en", **more):
    data = form(desk, pins, language, **more)
    return desk.post(f"{EDITOR}?language={language}", {**data, "do": do})


def pinned(language="en"):
    return [pin and pin.article for pin in arranging.pins_of(language)]


# Arranging ---------------------------------------------------------------------------------------


def test_the_page_shows_places_what_stands_there_and_the_rest(desk, stories):
    page = desk.get(EDITOR).text
    assert page.count('class="fe-card"') == 4
    assert "Lead story" in page
    for story in stories:
        assert story.headline in page


def test_each_edition_has_its_own_front(desk, stories):
    assert "Story 1" not in desk.get(f"{EDITOR}?language=ru").text
    assert desk.get(f"{EDITOR}?language=xx").context["desk"].language == "en"


def test_buttons_arrange_the_page_and_nothing_else_until_it_is_saved(desk, stories):
    answer = send(desk, f"place:2:{stories[5].pk}", {0: {"article": stories[3].pk}})
    assert answer.status_code == 200
    cards = answer.context["desk"].cards
    assert [card.article for card in cards] == [stories[3].pk, None, stories[5].pk, None]
    assert "Not saved yet" in answer.text
    assert pinned() == [None] * 4
    assert FrontLog.objects.count() == 0


def test_a_card_moves_up_and_down_with_all_that_was_typed(desk, stories):
    pins = {
        0: {"article": stories[3].pk},
        1: {"article": stories[4].pk, "headline": "Typed", "until": "2026-11-24T10:00"},
    }
    answer = send(desk, "move:1:0", pins)
    cards = answer.context["desk"].cards
    assert [card.article for card in cards[:2]] == [stories[4].pk, stories[3].pk]
    assert 'name="place-0-headline" id="id_place-0-headline" maxlength="200" value="Typed"' in (
        answer.text
    )
    assert 'value="2026-11-24T10:00"' in answer.text
    down = send(desk, "move:0:3", pins).context["desk"].cards
    assert [card.article for card in down] == [stories[4].pk, None, None, stories[3].pk]


@pytest.mark.parametrize(
    "do",
    [
        *"move:0:4 move:3:9 move:-1:0 move:a:b remove:9 place:9:1 place:0:x picture:0:y no".split(),
        *("", "move", "place:0:99999999999999999999", "pictures:7", "move:" + "9" * 5000),
    ],
)
def test_a_button_nobody_made_does_no_harm(desk, stories, do):
    answer = send(desk, do, {0: {"article": stories[3].pk}})
    assert answer.status_code == 200
    assert pinned() == [None] * 4


def test_a_story_placed_twice_leaves_its_first_place(desk, stories):
    answer = send(desk, f"place:2:{stories[3].pk}", {0: {"article": stories[3].pk}})
    assert [c.article for c in answer.context["desk"].cards] == [None, None, stories[3].pk, None]


def test_the_search_finds_public_and_coming_stories_in_any_case(desk, base, committed):
    with committed():
        live = make_article(headline="Рубль окреп", language="ru", published_at=NOON - HOUR)
        coming = make_article(
            headline="РУБЛЬ ОСЛАБ", language="ru", status="scheduled", published_at=NOON + HOUR
        )
        make_article(headline="Рубль: черновик", language="ru", status="draft")
        make_article(headline="Рубль снят", language="ru", status="withdrawn")
        make_article(headline="Нефть", language="ru", published_at=NOON - HOUR)
    answer = send(desk, "search", language="ru", q="рубль")
    assert answer.context["desk"].found == [coming, live]
    assert "in 1 h" in answer.text


def test_the_search_box_of_pictures_finds_them_in_any_case(desk, stories):
    found, _other = make_picture(alt_ru="Нефтебаза зимой"), make_picture(alt_ru="Порт")
    answer = send(desk, "pictures:0", {0: {"article": stories[3].pk}}, pq="НЕФТЕБАЗА")
    assert answer.context["desk"].found_pictures == [found]


# Saving ------------------------------------------------------------------------------------------


def test_saved_it_is_what_readers_see(desk, client, stories):
    picture = make_picture(alt_en="Another.")
    answer = send(
        desk,
        "save",
        {
            0: {"article": stories[6].pk, "headline": " For the   front ", "picture": picture.pk},
            2: {"article": stories[7].pk, "until": "2026-11-23T18:00"},
        },
    )
    assert answer.status_code == 302
    assert pinned() == [stories[6].pk, None, stories[7].pk, None]
    front = compose("en", NOON)
    assert front.lead == stories[6]
    assert front.lead.front_headline == "For the front"
    assert front.lead.picture == picture
    assert front.second[1] == stories[7]
    assert FrontSlot.objects.get(position=2).until == NOON + 3 * HOUR
    page = Client().get("/").text
    assert picture.base in page
    assert "For the front" in page
    assert picture.base not in Client().get(stories[6].get_absolute_url()).text


def test_a_scheduled_story_can_be_placed_and_the_card_says_what_stands_there_until(desk, base):
    live = make_article(headline="Live now", published_at=NOON - HOUR)
    coming = make_article(
        headline="Comes later", status="scheduled", published_at=NOON + 2 * HOUR + HOUR / 12
    )
    assert send(desk, "save", {0: {"article": coming.pk}}).status_code == 302
    page = re.sub(r"\s+", " ", desk.get(EDITOR).text)
    assert "Goes out 23 Nov 2026, 17:05 MSK (in 2 h 5 min)." in page
    assert "Until then stands here: <q>Live now</q>" in page
    assert compose("en", NOON).lead == live
    assert compose("en", NOON + 3 * HOUR).lead == coming


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2026-11-23T14:59", "That hour has passed."),
        ("tomorrow", "Write a day and an hour"),
    ],
)
def test_an_hour_that_is_none_is_refused_beside_its_field_and_nothing_is_lost(
    desk, stories, until, words
):
    pins = {1: {"article": stories[3].pk, "headline": "Typed", "until": until}}
    answer = send(desk, "save", pins)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{until}"' in answer.text
    assert 'value="Typed"' in answer.text
    assert pinned() == [None] * 4


def test_hours_of_the_night_the_clocks_change_are_refused_with_the_reason(desk, stories, settings):
    def refused(until):
        return send(desk, "save", {0: {"article": stories[3].pk, "until": until}}).text

    settings.TIME_ZONE = "Europe/Berlin"
    assert "02:30 does not exist that night" in refused("2027-03-28T02:30")
    assert "02:30 happens twice that night" in refused("2027-10-31T02:30")
    assert pinned() == [None] * 4


def test_only_what_is_public_or_coming_in_this_language_can_be_placed(desk, stories):
    draft = make_article(status="draft", published_at=None)
    foreign = make_article(language="ru")
    for story in (draft, foreign):
        answer = send(desk, "save", {0: {"article": story.pk}})
        assert answer.status_code == 422
        assert answer.context["desk"].cards[0].errors["article"]
    twice = send(desk, "save", {n: {"article": stories[3].pk} for n in (0, 1)})
    assert "pinned in another place already" in twice.text
    assert pinned() == [None] * 4


# Two people --------------------------------------------------------------------------------------


def test_a_front_saved_meanwhile_is_a_conflict_that_shows_both_and_loses_none(desk, stories):
    old = form(desk, {0: {"article": stories[5].pk, "headline": "Mine"}})
    send(desk, "save", {0: {"article": stories[4].pk, "headline": "Theirs"}})
    answer = desk.post(f"{EDITOR}?language=en", {**old, "do": "save"})
    assert answer.status_code == 409
    assert "Mine" in answer.text
    assert "Theirs" in answer.text
    assert pinned() == [stories[4].pk, None, None, None]
    # The form of that page: mine over theirs, or back to the desk with mine.
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    again = {**old, "version": version}
    back = desk.post(f"{EDITOR}?language=en", {**again, "do": "edit"})
    assert back.status_code == 200
    assert back.context["desk"].cards[0].form["headline"].value() == "Mine"
    assert desk.post(f"{EDITOR}?language=en", {**again, "do": "save"}).status_code == 302
    assert pinned() == [stories[5].pk, None, None, None]
    titles = [log.arrangement[0]["headline"] for log in FrontLog.objects.all()[:2]]
    assert titles == ["Mine", "Theirs"]


@pytest.mark.parametrize("version", ["", "x", "-1", "99999", "²", "9" * 5000])
def test_a_version_nobody_had_is_a_conflict(desk, stories, version):
    answer = send(desk, "save", {0: {"article": stories[4].pk}}, version=version)
    assert answer.status_code == 409
    assert pinned() == [None] * 4


def test_a_returned_front_does_not_go_over_a_newer_one_either(desk, stories):
    for number in (3, 4):
        send(desk, "save", {0: {"article": stories[number].pk}})
    answer = send(desk, "return:2", version=2)
    assert answer.status_code == 409
    assert pinned()[0] == stories[4].pk


def test_the_clock_the_story_and_another_edition_raise_no_false_alarm(desk, stories):
    send(desk, "save", {0: {"article": stories[4].pk, "until": "2026-11-23T16:00"}})
    mine = form(desk, {1: {"article": stories[5].pk}})
    send(desk, "save", language="ru")
    stories[4].headline = "Changed"
    stories[4].save()
    with time_machine.travel(NOON + 2 * HOUR, tick=False):
        assert desk.post(f"{EDITOR}?language=en", {**mine, "do": "save"}).status_code == 302
    assert FrontLog.objects.filter(language="en", verb="found").count() == 1


# The log -----------------------------------------------------------------------------------------


def test_each_front_is_kept_with_who_and_when_and_comes_back_by_one_click(desk, chief, stories):
    FrontSlot.objects.create(language="en", zone="lead", position=1, article=stories[7])
    send(desk, "save", {0: {"article": stories[4].pk, "headline": "H"}})
    with time_machine.travel(NOON + HOUR, tick=False):
        send(desk, "save", {1: {"article": stories[5].pk}})
    logs = list(FrontLog.objects.filter(language="en"))
    assert [(log.number, log.verb, log.by_name) for log in logs] == [
        (3, "changed", "chief"),
        (2, "changed", "chief"),
        (1, "found", ""),
    ]
    assert logs[0].made_at == NOON + HOUR
    assert send(desk, "return:2").status_code == 302
    assert arranging.pins_of("en")[0] == Pin(stories[4].pk, "H")
    assert send(desk, "return:1").status_code == 302
    assert pinned() == [stories[7].pk, None, None, None]
    last = FrontLog.objects.filter(language="en").first()
    assert (last.number, last.verb, last.returned_to) == (5, "returned", 1)
    for number in ("77", "x", "", "9" * 5000):
        assert send(desk, f"return:{number}").status_code == 404


def test_a_front_with_a_deleted_story_comes_back_without_it_and_says_so(desk, stories):
    send(desk, "save", {0: {"article": stories[4].pk}, 1: {"article": stories[5].pk}})
    send(desk, "save")
    stories[4].delete()
    page = desk.post(f"{EDITOR}?language=en", {**form(desk), "do": "return:2"}, follow=True).text
    assert "Left out, because deleted or over: 1." in page
    assert pinned() == [None, stories[5].pk, None, None]


def test_what_a_deletion_took_from_the_front_is_logged_before_it_is_saved_over(desk, stories):
    send(desk, "save", {0: {"article": stories[4].pk}, 1: {"article": stories[5].pk}})
    stories[4].delete()
    send(desk, "save", {2: {"article": stories[6].pk}})
    verbs = [log.verb for log in FrontLog.objects.order_by("number")]
    assert verbs == ["found", "changed", "found", "changed"]


def test_two_saves_at_one_instant_cannot_both_win(chief, stories):
    arranging.save("en", [Pin(stories[1].pk), None, None, None], by=chief, base=0)
    with pytest.raises(FrontChanged) as changed:
        arranging.save("en", [None] * 4, by=chief, base=0)
    assert changed.value.log.number == 2


# As of -------------------------------------------------------------------------------------------


def test_the_front_can_be_seen_as_of_any_minute_to_come(desk, stories):
    coming = make_article(headline="Comes later", status="scheduled", published_at=NOON + 2 * HOUR)
    send(desk, "save", {0: {"article": coming.pk}, 1: {"article": stories[5].pk}})
    before = desk.get(f"{EDITOR}as-of/?language=en&at=2026-11-23T16:59")
    after = desk.get(f"{EDITOR}as-of/?language=en&at=2026-11-23T17:00")
    assert before.context["front"].lead != coming
    assert after.context["front"].lead == coming
    assert "17:00" in after.text
    assert 'class="mast"' in after.text  # the real page
    for answer in (before, after):
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]


def test_what_is_not_saved_can_be_seen_too(desk, stories):
    data = form(desk, {0: {"article": stories[6].pk, "headline": "Unsaved words"}})
    answer = desk.post(f"{EDITOR}as-of/?language=en", {**data, "at": ""})
    assert "Unsaved words" in answer.text
    assert pinned() == [None] * 4


def test_the_edition_of_the_preview_speaks_its_own_language(desk, base):
    make_article(language="ru", headline="Рубль окреп")
    page = desk.get(f"{EDITOR}as-of/?language=ru").text
    assert '<html lang="ru">' in page
    assert "Рубль окреп" in page


def test_a_banner_to_come_is_seen_as_well(desk, stories):
    apps.get_model("portal.Banner").objects.create(
        text_en="Later", starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR
    )
    assert 'class="banner"' not in desk.get(f"{EDITOR}as-of/?at=2026-11-23T15:59").text
    assert 'class="banner"' in desk.get(f"{EDITOR}as-of/?at=2026-11-23T16:00").text
    assert "Later" in desk.get(EDITOR).text


@pytest.mark.parametrize("at", ["2026-11-23T14:00", "soon", "2026-02-30T10:00"])
def test_an_hour_that_cannot_be_seen_is_refused_with_the_arrangement_kept(desk, stories, at):
    data = form(desk, {0: {"article": stories[6].pk, "headline": "Typed"}})
    answer = desk.post(f"{EDITOR}as-of/?language=en", {**data, "at": at})
    assert answer.status_code == 422
    assert 'id="at-error"' in answer.text
    assert 'value="Typed"' in answer.text


# Who may -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["reporter", "editor"])
def test_others_see_the_front_and_change_nothing(request, client, stories, role):
    client.force_login(request.getfixturevalue(role))
    page = client.get(EDITOR).text
    assert "Story 1" in page
    assert 'value="save"' not in page
    assert 'value="place:' not in page
    assert client.get(f"{EDITOR}as-of/").status_code == 200
    for do in ("save", "return:1", "search", f"place:0:{stories[1].pk}"):
        assert send(client, do, {0: {"article": stories[3].pk}}).status_code == 403
    assert pinned() == [None] * 4


def test_who_may_not_see_it_does_not(client, market_editor, stories):
    client.force_login(market_editor)
    allowed = market_editor.has_perm("news.view_frontslot")
    for path in (EDITOR, f"{EDITOR}as-of/"):
        assert client.get(path).status_code == (200 if allowed else 403)
        assert Client().get(path).status_code == 302


def test_no_slot_is_changed_past_the_log(desk, stories):
    slot = FrontSlot.objects.create(language="en", zone="lead", position=1, article=stories[7])
    assert desk.get(f"{EDITOR}{slot.pk}/change/").status_code == 200  # to read
    for path in (f"{EDITOR}{slot.pk}/change/", f"{EDITOR}add/", f"{EDITOR}{slot.pk}/delete/"):
        assert desk.post(path, {"post": "yes", "position": 2}).status_code == 403
    assert pinned()[0] == stories[7].pk


# What it costs -----------------------------------------------------------------------------------


def test_the_page_asks_a_fixed_number_of_questions(desk, stories, django_assert_max_num_queries):
    picture = make_picture()
    pins = {n: {"article": stories[n].pk, "picture": picture.pk} for n in range(4)}
    send(desk, "save", pins)
    with django_assert_max_num_queries(18):
        desk.get(EDITOR)
    with django_assert_max_num_queries(20):
        send(desk, "move:0:3", pins)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_page_is_whole_in_every_language_of_the_desk(desk, stories, language):
    page = desk.get(EDITOR, headers={"accept-language": language})
    assert page.status_code == 200
    assert "style=" not in re.sub(r"<svg.*?</svg>", "", page.text, flags=re.S)
