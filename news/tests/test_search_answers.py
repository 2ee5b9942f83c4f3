"""Around the hits: prices that answer, corrected slips, the deadline and the crowd."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets import sample
from markets.models import Instrument
from news import searching
from news.models import Article, SearchWord
from news.search import deadline, finding, spelling
from news.search import query as questions
from news.search.deadline import TooSlow, within
from news.tests.factories import make_article, make_author, make_section, make_source, make_tag


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
        ("sweet", "tests", 2, None),
        ("abcdef", "abxydef", 2, 2),
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
            for setting, usual in (("statement_timeout", "0"), ("enable_seqscan", "on")):
                cursor.execute(f"SHOW {setting}")
                assert cursor.fetchone() == (usual,)


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_limit_of_a_query_is_lifted_in_its_own_message(db):
    """A limit that strikes as its query ends would be told to the next question of the page."""
    asked = "SELECT pid, query FROM pg_stat_activity WHERE pid = pg_backend_pid() AND 7 = %s"
    with within(5), connection.cursor() as cursor:
        cursor.execute(asked, [7])
        ((_pid, message),) = cursor.fetchall()
    limit, _question, lifted = message.partition("SELECT pid")
    assert "statement_timeout = 4" in limit  # thousand and some milliseconds
    assert "statement_timeout = 0" in lifted.partition(";")[2]


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
    rows, asked = finding._rows, []

    def slow_at_first(*args, **options):
        asked.append(args)
        if len(asked) == 1:
            raise TooSlow
        return rows(*args, **options)

    monkeypatch.setattr(finding, "_rows", slow_at_first)
    response = ask(client, "ozokerite")
    assert [story.pk for story in response.context["page"].items] == [new.pk]
    assert "There was no time to look through every story" in response.text
    assert len(asked) == 2


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


def asked_of_the_database(client, words, **filters):
    """Questions of a search, without what its limit of time needs within a test's transaction."""
    with CaptureQueriesContext(connection) as queries:
        page = ask(client, words, **filters).context["page"]
    limits = ("SET LOCAL enable_seqscan = on", "SAVEPOINT", "RELEASE SAVEPOINT")
    return page, [one["sql"] for one in queries if not one["sql"].startswith(limits)]


@pytest.mark.parametrize("few", [0, 1, 1000])
def test_rare_and_common_words_are_found_the_same_however_they_are_collected(
    publish, monkeypatch, few
):
    monkeypatch.setattr(finding, "FEW", few)
    monkeypatch.setattr(finding, "FEW_FOR_A_PHRASE", few)
    keys = [publish(headline=f"Ozokerite wax {word}").pk for word in ("lamp", "rope", "cask")]
    turned = publish(headline="Wax of ozokerite").pk
    stories = Article.objects.published().in_language("en")
    whole = [turned, *reversed(keys)]
    for words, newest in (
        ("ozokerite", whole),
        ('"ozokerite wax"', whole[1:]),
        ("ozokerite -cask", [turned, *keys[1::-1]]),
        ("ozokerxte", []),
    ):
        asked = questions.read(words, ["en"])
        assert finding.find(stories, asked, by_relevance=False).keys == newest
        assert len(finding._rows(stories, asked, 1)) == bool(newest)


@pytest.mark.parametrize("most", [2, 1000])
def test_a_search_asks_six_questions_with_every_filter_and_with_too_many_hits(
    client, publish, monkeypatch, most
):
    monkeypatch.setattr(finding, "MOST", most)
    section, author = make_section(), make_author("Q. Zhandosova")
    for _ in range(4):
        publish(headline="Ozokerite", authors=[author], section=section)
    ask(client, "warm")
    everything = {"section": section.slug, "author": "Zhandosova", "from": "2020-01-01"}
    for filters in ({}, everything, {"section": section.slug}, {"lang": "all"}, {"page": "1"}):
        page, questions = asked_of_the_database(client, "ozokerite", **filters)
        assert page.count == min(4, most)
        assert page.is_cut == (most < 4)
        assert len(questions) <= 6, questions


# Pages named like the question -------------------------------------------------------------------


def places(response):
    shown = re.findall(
        r'class="hit"><div><p class="meta">(.*?)</p><a href="(.*?)">(.*?)</a>', response.text
    )
    return [(label, url, name) for label, url, name in shown if "Price" not in label]


@pytest.mark.parametrize(
    ("path", "words", "expected"),
    [
        ("/search/", "Fuel", ("Section", "/fuel/", "Fuel")),
        ("/search/", "fuel", ("Section", "/fuel/", "Fuel")),
        ("/ru/search/", "топливо", ("Раздел", "/ru/fuel/", "Топливо")),
        ("/search/", "топливо", ("Section", "/fuel/", "Fuel")),
        ("/search/", "PIPELINES", ("Topic", "/tag/pipelines/", "Pipelines")),
        ("/search/", "zhandosova", ("Author", "/author/q-zh/", "Q. Zhandosova")),
        ("/search/", "Q. Zhandosova", ("Author", "/author/q-zh/", "Q. Zhandosova")),
        ("/search/", "steppe register", ("Source", "/source/register/", "Steppe Register")),
        ("/search/", "pipeline", None),
        ("/search/", "fuel depot", None),
        ("/search/", "%", None),
    ],
)
def test_a_page_named_like_the_question_stands_above_the_hits(
    client, publish, path, words, expected
):
    source = make_source()
    for code in ("en", "ru"):
        publish(language=code, section=make_section(), source=source)
    publish(authors=[make_author("Q. Zhandosova", slug="q-zh")], tags=[make_tag()])
    found = places(ask(client, words, path))
    assert [(url, name) for _label, url, name in found] == ([expected[1:]] if expected else [])
    if expected and path == "/search/":
        assert found[0][0] == expected[0]


def test_a_name_that_only_drafts_carry_is_not_offered(client, publish):
    author, tag, source = make_author("Q. Zhandosova"), make_tag("embargoed"), make_source()
    story = publish(authors=[author], tags=[tag], source=source, status="draft")
    for words in ("zhandosova", "embargoed", "steppe register"):
        assert places(ask(client, words)) == []
    story.status = "published"
    story.save()
    for words in ("zhandosova", "embargoed", "steppe register"):
        assert len(places(ask(client, words))) == 1
        assert places(ask(client, words, "/ru/search/")) == []  # no story in that edition


def test_who_narrows_the_search_is_shown_stories_alone(client, priced, publish):
    publish(headline="Brent", section=make_section(name_en="Brent"))
    assert 'class="hit"' in ask(client, "brent").text
    assert 'class="hit"' not in ask(client, "brent", section="fuel").text


def test_the_deadline_of_a_search_is_a_quarter_of_a_second():
    assert finding.WHOLE + finding.REST <= 0.25
    assert finding.WHOLE + spelling.SECONDS <= 0.25
    assert deadline._STEPS <= 10_000


# Most of the words -------------------------------------------------------------------------------


def test_where_no_story_has_all_words_those_with_most_of_them_are_shown(client, publish):
    both = publish(headline="Ozokerite lamps for the harbour")
    publish(headline="Ozokerite and rope")
    response = ask(client, "ozokerite lamps zeppelin")
    assert [story.pk for story in response.context["page"].items] == [both.pk]
    assert "No story has all the words of <b>ozokerite lamps zeppelin</b>" in response.text
    assert "<mark>Ozokerite</mark> <mark>lamps</mark>" in response.text
    assert "lang=all" in response.text  # the words may all stand in another language's story


def test_all_words_are_needed_where_a_story_has_them_or_where_there_are_two(client, publish):
    whole = publish(headline="Ozokerite lamps by zeppelin")
    publish(headline="Ozokerite lamps")
    assert found(client, "ozokerite lamps zeppelin") == [whole.pk]
    assert found(client, "ozokerite aubergine") == []


def test_most_of_the_words_keep_what_was_left_out_and_the_filters(client, publish):
    section = make_section("power")
    here = publish(headline="Ozokerite lamps", section=section)
    publish(headline="Ozokerite lamps and rope", section=section)
    publish(headline="Ozokerite lamps elsewhere")
    words = "ozokerite lamps zeppelin -rope"
    assert found(client, words, section=section.slug) == [here.pk]


def test_a_hyphenated_word_is_several_where_nothing_has_it(client, publish):
    story = publish(headline="Ozokerite boilers for a steam plant")
    assert found(client, "ozokerite-heated plant") == [story.pk]


@pytest.mark.parametrize(
    ("language", "headline", "words"),
    [
        ("en", "Petrol gets dearer", "gasoline"),
        ("en", "The tenge holds", "KZT"),
        ("ru", "Заправки закрываются", "АЗС"),
        ("ru", "Зимний дизель", "дизтопливо"),
        ("kk", "Жылу желісі", "жылытудың"),
    ],
)
def test_a_word_finds_what_the_newsroom_calls_otherwise(client, publish, language, headline, words):
    story = publish(headline=headline, language=language)
    path = "/search/" if language == "en" else f"/{language}/search/"
    assert found(client, words, path) == [story.pk]


def test_the_very_word_comes_before_one_that_means_the_same(client, publish):
    own = publish(headline="Gasoline gets dearer")
    publish(headline="Petrol gets dearer")
    assert found(client, "gasoline")[0] == own.pk


def test_a_slip_among_other_words_is_told_beside_what_the_others_find(client, publish):
    publish(headline="Ozokerite lamps for zeppelins")
    response = ask(client, "ozokerite lamps zepelins")
    assert response.context["page"].count == 1
    assert response.context["meant"] == "ozokerite lamps zeppelins"
    assert ask(client, "ozokerite lamps qwvxz").context["meant"] == ""  # no word is left out


def test_without_time_most_of_the_words_are_not_looked_for(client, publish, monkeypatch):
    publish(headline="Ozokerite lamps")

    def slow(stories, asked):
        assert any(query.least for query, _most in asked)
        raise TooSlow

    assert found(client, "ozokerite lamps zeppelin")
    monkeypatch.setattr(finding, "_rows_of_each", slow)
    response = ask(client, "ozokerite lamps zeppelin")
    assert "Nothing matches that yet" in response.text


def test_without_time_for_what_was_meant_most_of_the_words_are_found(client, publish, monkeypatch):
    story = publish(headline="Ozokerite lamps for zeppelins")

    def slow(*of):
        raise TooSlow

    monkeypatch.setattr(spelling, "_met", slow)
    response = ask(client, "ozokerite lamps zepelins")
    assert [one.pk for one in response.context["page"].items] == [story.pk]
    assert response.context["meant"] == ""
