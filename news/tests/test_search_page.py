"""The search page: order, filters, snippets, prices that answer, corrections, limits."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from markets import sample
from markets.models import Instrument
from news import searching
from news.models import SearchWord
from news.search import deadline, finding, spelling
from news.search.deadline import TooSlow, within
from news.tests.factories import make_article, make_author, make_many, make_section, make_tag


@pytest.fixture
def publish(committed):
    def make(**fields):
        with committed():
            return make_article(**fields)

    return make


def ask(client, words="", path="/search/", **filters):
    response = client.get(path, {"q": words, **filters})
    assert response.status_code == 200
    return response


def found(*args, **filters):
    return [story.pk for story in ask(*args, **filters).context["page"].items]


# Order -------------------------------------------------------------------------------------------


def test_headline_before_lead_before_names_before_body(client, publish):
    same = {"headline": "A story", "lead": "Its lead.", "body": "<p>Its text.</p>"}
    body = publish(**same | {"body": "<p>Once ozokerite.</p>"})
    often = publish(**same | {"body": "<p>Ozokerite, ozokerite and ozokerite.</p>"})
    names = publish(**same, tags=[make_tag("ozokerite")])
    lead = publish(**same | {"lead": "Ozokerite in the lead."})
    headline = publish(**same | {"headline": "Ozokerite ahead"})
    assert found(client, "ozokerite") == [s.pk for s in (headline, lead, names, often, body)]


def test_of_two_equal_stories_the_new_one_comes_first_and_relevance_beats_age_alone(
    client, publish
):
    now = timezone.now()
    old = publish(headline="Ozokerite", published_at=now - timedelta(days=900))
    new = publish(headline="Ozokerite", published_at=now - timedelta(days=1))
    beside = publish(body="<p>Some ozokerite.</p>", published_at=now - timedelta(hours=1))
    assert found(client, "ozokerite") == [new.pk, old.pk, beside.pk]
    assert found(client, "ozokerite", order="newest") == [beside.pk, new.pk, old.pk]


def test_the_exact_form_comes_before_another_form_of_the_word(client, publish):
    other = publish(headline="Цены растут", language="ru")
    exact = publish(
        headline="Цена растёт", language="ru", published_at=timezone.now() - timedelta(days=3)
    )
    assert found(client, "цена", "/ru/search/") == [exact.pk, other.pk]


def test_kazakh_letters_match_russian_ones_and_come_first_when_they_are_typed(client, publish):
    then = timezone.now() - timedelta(days=3)
    own = publish(headline="Қала", language="kk", published_at=then)
    russian = publish(headline="Кала", language="kk")
    assert found(client, "кала", "/kk/search/") == [russian.pk, own.pk]
    assert found(client, "қала", "/kk/search/") == [own.pk, russian.pk]


def test_words_side_by_side_come_before_the_same_words_apart(client, publish):
    apart = publish(headline="Pipeline opens, tariff follows")
    beside = publish(
        headline="The pipeline tariff", published_at=timezone.now() - timedelta(days=5)
    )
    assert found(client, "pipeline tariff") == [beside.pk, apart.pk]


def test_an_old_headline_is_not_lost_behind_a_thousand_new_mentions(client, publish, monkeypatch):
    monkeypatch.setattr(finding, "MOST", 5)
    old = publish(headline="Ozokerite", published_at=timezone.now() - timedelta(days=60))
    for _ in range(8):
        publish(body="<p>Ozokerite again.</p>")
    response = ask(client, "ozokerite")
    assert response.context["page"].items[0].pk == old.pk
    assert response.context["page"].is_cut
    assert response.context["page"].count == 5


# What is asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('"depot fills"', 1),
        ('"fills depot"', 0),
        ("depot -fills", 0),
        ("depot -empties", 1),
        ('depot -"fills tanks"', 1),
        ('depot -"fills its"', 0),
        ("de*", 1),
        ("dep* tank", 1),
        ("dep tank", 0),
    ],
)
def test_phrases_exclusions_and_beginnings(client, publish, words, expected):
    publish(headline="Depot fills its tanks", lead="", body="")
    assert len(found(client, words)) == expected


def test_a_phrase_goes_neither_from_headline_to_lead_nor_across_a_mark(client, publish):
    publish(headline="Depot fills", lead="Tanks are full", body="")
    assert found(client, '"fills tanks"') == []


@pytest.mark.parametrize("words", ["АИ-95", "АИ95", "аи 95", "AI-95", "ai95"])
@pytest.mark.parametrize("written", ["АИ-95", "АИ95", "AI-95"])
def test_a_grade_of_petrol_is_found_in_every_spelling(client, publish, words, written):
    story = publish(headline=f"Бензин {written} дорожает", language="ru")
    assert found(client, words, "/ru/search/") == [story.pk]


@pytest.mark.parametrize(
    ("words", "headline"),
    [
        ("Брент", "Brent slips"),
        ("118000", "A total of 118,000 tonnes"),
        ("118,000", "A total of 118 000 tonnes"),
        ("58.45", "Crude at 58,45 dollars"),
        ("Газпром", "Gazprom answers"),
        ("russia", "Russia’s budget"),
        ("cafe", "A café in Aktau"),
        ("long-term", "A longterm view"),
        ("longterm", "A long-term view"),
        ("O'Brien", "Obrien speaks"),
    ],
)
def test_spellings_meet(client, publish, words, headline):
    story = publish(headline=headline)
    assert found(client, words) == [story.pk]


def test_words_of_two_languages_may_stand_in_one_question(client, publish):
    story = publish(headline="OPEC и нефтяники", language="ru", tags=[make_tag("refining")])
    assert found(client, "opec нефтяник refining", "/ru/search/") == [story.pk]


# Filters -----------------------------------------------------------------------------------------


@pytest.fixture
def filtered(publish):
    """Stories that differ in one thing each: {name of it: story}."""
    now = timezone.now()
    common = {"headline": "Ozokerite", "section": make_section("fuel")}
    return {
        "plain": publish(**common),
        "section": publish(**common | {"section": make_section("power")}),
        "kind": publish(**common, kind="analysis"),
        "author": publish(**common, authors=[make_author("Q. Zhandosova", slug="q-zhandosova")]),
        "old": publish(**common, published_at=now - timedelta(days=30)),
        "lang": publish(**common, language="ru"),
    }


@pytest.mark.parametrize("words", ["ozokerite", ""])
@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"section": "power"}, {"section"}),
        ({"kind": "analysis"}, {"kind"}),
        ({"author": "zhandosova"}, {"author"}),
        ({"author": "Q. Zhandosova"}, {"author"}),
        ({"author": "q-zhandosova"}, {"author"}),
        ({"lang": "ru"}, {"lang"}),
        ({"lang": "all"}, {"plain", "section", "kind", "author", "old", "lang"}),
        ({"from": "{recent}"}, {"plain", "section", "kind", "author"}),
        ({"to": "{recent}"}, {"old"}),
        ({"from": "{recent}", "section": "fuel"}, {"plain", "kind", "author"}),
    ],
)
def test_filters_narrow_with_and_without_words(client, filtered, filters, left, words):
    recent = (timezone.localdate() - timedelta(days=10)).isoformat()
    filters = {name: text.format(recent=recent) for name, text in filters.items()}
    assert set(found(client, words, **filters)) == {filtered[name].pk for name in left}


def test_the_last_day_is_included(client, publish):
    story = publish(headline="Ozokerite")
    today = timezone.localdate(story.published_at).isoformat()
    assert found(client, "ozokerite", to=today, **{"from": today}) == [story.pk]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("section", "nowhere", "There is no such section."),
        ("kind", "poem", "There is no such kind of story."),
        ("author", "Nobody", "No author has this name."),
        ("from", "yesterday", "This is not a day."),
        ("to", "2026-02-30", "This is not a day."),
        ("lang", "de", "There is no edition in it."),
        ("order", "random", "Stories come by relevance or newest first."),
        ("section", "<script>alert(1)</script>", "There is no such section."),
        ("from", "\x00", None),
        ("author", "\ud800", None),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_and_kept_and_narrows_nothing(
    client, publish, name, typed, sentence
):
    story = publish(headline="Ozokerite")
    response = client.get("/search/", {"q": "ozokerite", name: typed.encode(errors="replace")})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    if sentence:
        assert [one.pk for one in response.context["page"].items] == [story.pk]
        assert sentence in response.text
        assert response.context["filters"].typed[name] == typed


def test_days_in_the_wrong_order_are_said(client, publish):
    story = publish(headline="Ozokerite")
    response = ask(client, "ozokerite", to="2026-01-01", **{"from": "2026-02-01"})
    assert "The last day is before the first one." in response.text
    assert [one.pk for one in response.context["page"].items] == [story.pk]


def test_pages_keep_the_question_and_its_filters(client, committed):
    with committed():
        make_many(45, headline="Ozokerite", kind="analysis")
    finding.SearchRow.objects.freshen()
    response = ask(client, "ozokerite", kind="analysis", order="newest")
    page = response.context["page"]
    assert (page.count, page.pages) == (45, 3)
    assert "q=ozokerite&kind=analysis&order=newest&page=2" in page.next.replace("&amp;", "&")
    second = client.get(page.next).context["page"].items
    assert not {story.pk for story in second} & {story.pk for story in page.items}
    assert client.get("/search/?q=ozokerite&page=4").status_code == 404


def test_the_language_switch_keeps_the_question(client, publish):
    assert 'href="/ru/search/?q=brent"' in ask(client, "brent").text


# What is shown -----------------------------------------------------------------------------------


def test_a_hit_shows_its_day_and_the_passage_with_the_words_in_mark(client, publish):
    body = f"<p>{'Nothing here. ' * 60}</p><p>The ozokerite is &lt;dear&gt; today.</p>"
    story = publish(headline="Wax & more", lead="A lead.", body=body)
    text = ask(client, "ozokerite").text
    assert "The <mark>ozokerite</mark> is &lt;dear&gt; today." in text
    assert "Wax &amp; more" in text
    assert f'<time datetime="{story.published_at:%Y-%m-%dT%H:%M:%SZ}"' in text


@pytest.mark.parametrize(
    ("language", "words", "shown"),
    [
        ("en", "tanks", "Depot fills its <mark>tank</mark>"),
        ("ru", "нефтью", "Цена <mark>Нефти</mark>"),
        ("kk", "кызылорданын", "<mark>Қызылорда</mark> бүгін"),
        ("ru", "аи95", "Про <mark>АИ</mark>-<mark>95</mark>"),
    ],
)
def test_the_words_are_marked_in_every_form(client, publish, language, words, shown):
    publish(headline=re.sub("</?mark>", "", shown), language=language)
    path = "/search/" if language == "en" else f"/{language}/search/"
    assert shown in ask(client, words, path).text


def test_markup_in_texts_stays_text(client, publish):
    publish(
        headline='<img src=x onerror="alert(1)"> ozokerite',
        lead="<b>ozokerite</b> & </mark><script>",
        body="<p>x</p>",
    )
    text = ask(client, "ozokerite").text
    assert "<img src=x" not in text
    assert "&lt;b&gt;<mark>ozokerite</mark>&lt;/b&gt; &amp; &lt;/mark&gt;&lt;script&gt;" in text


# Prices ------------------------------------------------------------------------------------------


@pytest.fixture
def priced(base):
    sample.load(timezone.localdate())


@pytest.mark.parametrize(
    ("path", "words", "codes"),
    [
        ("/search/", "brent", ["brent"]),
        ("/search/", "Брент", ["brent"]),
        ("/search/", "brent price today", ["brent"]),
        ("/search/", "usd rub", ["usd-rub"]),
        ("/search/", "USD/KZT", ["usd-kzt"]),
        ("/ru/search/", "курс доллара к тенге", ["usd-kzt"]),
        ("/ru/search/", "цена нефти", ["brent"]),
        ("/ru/search/", "АИ95", ["fuel-ai95-ru", "fuel-ai95-kz"]),
        ("/search/", "AI-92", ["fuel-ai92-ru", "fuel-ai92-kz"]),
        ("/kk/search/", "мұнай бағасы", ["brent"]),
        ("/kk/search/", "мунай", ["brent"]),
        ("/search/", "brent floor nobody planned", []),
        ("/search/", "price today", []),
        ("/search/", "ai", []),
    ],
)
def test_a_question_about_a_price_is_answered_with_the_price(client, priced, path, words, codes):
    text = ask(client, words, path).text
    shown = re.findall(r'class="hit".*?/markets/([-\w]+)/', text, re.S)
    assert [code for code in shown if Instrument.objects.filter(code=code).exists()] == shown
    assert shown[: len(codes)] == codes
    assert bool(shown) == bool(codes)


def test_an_instrument_that_readers_do_not_see_answers_nothing(client, priced):
    instrument = Instrument.objects.get(code="brent")
    instrument.is_active = False
    instrument.save()
    assert 'class="hit"' not in ask(client, "brent").text


# Did you mean ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words", "meant"),
    [
        ("/search/", "pipline tarif 1987", "pipeline tariff"),
        ("/search/", "ppieline", "pipeline"),
        ("/search/", "tarifff", "tariff"),
        ("/ru/search/", "нефтепорвод", "нефтепровод"),
        ("/ru/search/", "ytantghjdjl", "нефтепровод"),
        ("/kk/search/", "мөлшрлеме", "мөлшерлеме"),
        ("/kk/search/", "молшерлме", "мөлшерлеме"),
        ("/search/", "xyzzyq", ""),
    ],
)
def test_a_slip_of_the_finger_is_corrected_from_our_own_words(client, publish, path, words, meant):
    publish(headline="Pipeline tariff")
    publish(headline="Нефтепровод", language="ru")
    publish(headline="Мөлшерлеме", language="kk")
    response = ask(client, words, path)
    assert response.context["meant"] == meant
    if meant:
        address = re.search(r'empty__meant">[^<]*<a href="([^"]+)"', response.text)[1]
        assert client.get(address.replace("&amp;", "&")).context["page"].count == 1


def test_a_word_of_a_draft_is_never_offered(client, publish):
    publish(headline="Zirconquark", status="draft")
    assert SearchWord.objects.filter(word="zirconquark").exists()
    response = ask(client, "zirconqark")
    assert response.context["meant"] == ""
    assert "zirconquark" not in response.text


@pytest.mark.parametrize(
    ("one", "other", "most", "away"),
    [
        ("tariff", "tariff", 2, 0),
        ("tariff", "tarif", 2, 1),
        ("tariff", "tafirf", 2, 2),
        ("form", "from", 1, 1),
        ("form", "farm", 1, 1),
        ("form", "farms", 1, None),
        ("a", "abcd", 2, None),
    ],
)
def test_distance_counts_slips_of_the_finger(one, other, most, away):
    assert spelling.distance(one, other, most) == away


# Limits ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_query_past_its_deadline_is_stopped_by_the_database():
    slow = {
        "sqlite": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<100000000)"
        " SELECT count(*) FROM c",
        "postgresql": "SELECT pg_sleep(30)",
    }[connection.vendor]
    begun = time.monotonic()
    with pytest.raises(TooSlow), within(0.1), connection.cursor() as cursor:
        cursor.execute(slow)
    assert time.monotonic() - begun < 2
    with connection.cursor() as cursor:  # and the connection is as good as before, without a limit
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
        if connection.vendor == "postgresql":
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)


def test_an_error_that_is_no_delay_is_not_hidden(db):
    from django.db import DatabaseError, transaction

    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        within(5),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM no_such_table")


def test_without_time_for_all_the_newest_matches_are_shown_and_it_is_said(
    client, publish, monkeypatch
):
    new = publish(headline="Ozokerite new")
    publish(headline="Ozokerite old", published_at=timezone.now() - timedelta(days=9))
    publish(published_at=timezone.now() - timedelta(days=8))
    monkeypatch.setattr(finding, "NEWEST", 2)
    rows = finding._candidates

    def slow(stories, **matching):
        raise TooSlow

    monkeypatch.setattr(finding, "_candidates", slow)
    response = ask(client, "ozokerite")
    assert [story.pk for story in response.context["page"].items] == [new.pk]
    assert "There was no time to look through every story" in response.text
    assert rows is not finding._candidates


def test_not_even_the_newest_in_time_is_an_empty_page_and_no_error(client, publish, monkeypatch):
    publish(headline="Ozokerite")

    def never(seconds):
        raise TooSlow

    monkeypatch.setattr(finding, "within", never)
    response = ask(client, "ozokerite")
    assert response.context["page"].count == 0
    assert "There was no time" in response.text


def test_too_many_searches_at_once_are_asked_to_wait(client, publish, monkeypatch):
    monkeypatch.setattr(searching, "PATIENCE", 0.01)
    monkeypatch.setattr(searching, "_places", threading.BoundedSemaphore(1))
    publish(headline="Ozokerite")
    with searching.a_place():
        response = client.get("/search/?q=ozokerite")
        assert response.status_code == 503
        assert response["Retry-After"] == str(searching.RETRY_SECONDS)
        assert "Try again in a few seconds" in response.text
        assert client.get("/search/").status_code == 200  # no words, nothing to search
    assert ask(client, "ozokerite").context["page"].count == 1


def test_a_search_that_breaks_gives_its_place_back(client, publish, monkeypatch):
    monkeypatch.setattr(searching, "_places", threading.BoundedSemaphore(1))
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(searching, "find", lambda *args, **kwargs: 1 / 0)
        assert client.get("/search/?q=ozokerite").status_code == 500
    assert client.get("/search/?q=ozokerite").status_code == 200


def test_a_search_asks_few_questions_with_every_filter(
    client, publish, django_assert_max_num_queries
):
    section, author = make_section(), make_author("Q. Zhandosova")
    for _ in range(3):
        publish(headline="Ozokerite", authors=[author], section=section)
    ask(client, "warm")
    extra = 0 if connection.vendor == "sqlite" else 4  # the limit itself, and its savepoint
    with django_assert_max_num_queries(6 + extra):
        assert len(found(client, "ozokerite")) == 3
    with django_assert_max_num_queries(8 + extra):
        everything = {"section": section.slug, "author": "Zhandosova", "from": "2020-01-01"}
        assert len(found(client, "ozokerite", **everything)) == 3


def test_the_deadline_of_a_search_is_a_quarter_of_a_second():
    assert finding.WHOLE + finding.REST <= 0.25
    assert finding.WHOLE + spelling.SECONDS <= 0.25
    assert deadline._STEPS <= 10_000
