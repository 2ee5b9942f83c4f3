"""The search page: order, what is asked, filters, passages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from news.models import SearchRow
from news.search import finding
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
    SearchRow.objects.freshen()
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


def test_a_passage_from_a_table_or_a_list_keeps_cells_rows_and_items_apart(client, publish):
    table = "<tr><th>City</th><th>Tenge</th></tr><tr><td>Aktau</td><td>245.5</td></tr>"
    body = f"<h2>Ozokerite by city</h2><table>{table}</table><ul><li>Wax</li><li>rope</li></ul>"
    publish(headline="A story", lead="Its lead.", body=f"{body}<p>The end</p>")
    assert (
        "<mark>Ozokerite</mark> by city. City · Tenge. Aktau · 245.5. Wax. rope. The end<"
        in ask(client, "ozokerite").text
    )


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


def test_a_shared_link_shows_the_newsroom_s_card_and_not_a_stranger_s_words(client, db):
    head = ask(client, "Meridian closes its doors").text.partition("</head>")[0]
    assert '<meta name="robots" content="noindex">' in head
    card = dict(re.findall(r'<meta property="(og:\w+)" content="(.*?)">', head))
    assert card["og:title"] == "Search"
    assert card["og:image"].endswith(".png")
    assert "closes its doors" not in str(card)
    assert "canonical" not in head
    assert "og:url" not in card
