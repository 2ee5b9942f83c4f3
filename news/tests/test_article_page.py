"""A story's own page: its address, its names and dates, its notes and its translations."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from news.models import Article, Byline, Correction
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
)
from portal.lib.text import address_words

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def seen(response):
    """The words of a page in reading order, without markup, scripts and style."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def main(response):
    """The markup of the page between ticker, masthead and footer."""
    return re.search(r"<main.*?</main>", response.text, re.S)[0]


def page_of(client, article):
    response = client.get(article.get_absolute_url())
    assert response.status_code == 200
    return response


# The address -------------------------------------------------------------------------------------

HEADLINES = {
    "Рубль окреп к доллару": "rubl-okrep-k-dollaru",
    "Ещё ёмкости: щёлочь, съезд, подъём": "eshchyo-yomkosti-shchyoloch-sezd-podyom",
    "Дизель подорожал на 1,5 %": "dizel-podorozhal-na-1-5",
    "Йод, йогурт и линий край": "yod-yogurt-i-liniy-kray",
    "Цена цистерны — чья это щедрость?": "tsena-tsisterny-chya-eto-shchedrost",
    "Қазақстанда мұнай өндіру өсті": "qazaqstanda-munay-ondiru-osti",
    "Ғалымдар жаңа әдіс тапты": "ghalymdar-zhanga-adis-tapty",
    "Үкімет һәм халық": "ukimet-ham-khalyq",
    "Ўзбекистон газ қазиб чиқаришни оширди": "ozbekiston-gaz-qazib-chiqarishni-oshirdi",
    "Їжа, ґанок і Європа": "yizha-ganok-i-yevropa",
    "Тоҷикистон: ӯ ба ҳавз рафт ӣ": "tojikiston-u-ba-havz-raft-i",
    "Кыргызстан өңүрү": "kyrgyzstan-onguru",
    "Crème brûlée & naïve façade": "creme-brulee-naive-facade",
    "Straße, Łódź, Ærø": "strasse-lodz-aero",
    "Don’t stop the reader's train": "dont-stop-the-readers-train",
    "  «Нефть»  –  ok…  ": "neft-ok",
    "北京": "",
    "!!!": "",
}


@pytest.mark.parametrize("headline, words", HEADLINES.items())
def test_headlines_of_every_alphabet_get_readable_latin_words(headline, words):
    assert address_words(headline) == words


def test_a_letter_in_two_parts_is_the_same_letter():
    assert address_words("И\u0306од и е\u0308ж") == "yod-i-yozh"


def test_words_of_the_address_end_at_a_word():
    words = address_words("сто " * 60)
    assert len(words) <= 80
    assert words == "-".join(["sto"] * 20)
    assert address_words("a" * 200) == "a" * 80


def test_a_headline_without_a_letter_we_know_still_gets_an_address(client, db):
    article = make_article(headline="北京")
    assert article.get_absolute_url() == f"/fuel/{article.pk}-story/"
    page_of(client, article)


def test_the_address_of_a_cyrillic_story_is_made_of_latin_words(client, db):
    article = make_article(headline="Рубль окреп", language="ru")
    assert article.get_absolute_url() == f"/ru/fuel/{article.pk}-rubl-okrep/"
    page_of(client, article)


def test_words_once_given_stay_when_the_headline_changes(db):
    article = make_article(headline="The first words")
    article.headline = "Other words"
    article.save()
    assert article.slug == "the-first-words"


STALE = [
    "/fuel/{pk}-old-words/",
    "/fuel/{pk}-/",
    "/fuel/{pk}/",
    "/fuel/0{pk}-{slug}/",
    "/power/{pk}-{slug}/",
    "/power/{pk}/",
    "/no-such-section/{pk}-{slug}/",
    "/ru/fuel/{pk}-{slug}/",
    "/kk/power/{pk}-old/",
    "/fuel/{pk}-{slug}-and-more/",
    "/fuel/{pk}-%D1%81%D0%BB%D0%BE%D0%B2%D0%B0/",
    "/fuel/{pk}-{slug}%00/",
    "/fuel/{pk}-../",
]


@pytest.mark.parametrize("stale", STALE)
def test_a_stale_address_leads_to_the_story_in_one_hop(client, db, stale):
    make_section("power")
    article = make_article()
    answer = client.get(stale.format(pk=article.pk, slug=article.slug))
    assert answer.status_code == 301
    assert answer["Location"] == article.get_absolute_url()
    page_of(client, article)


def test_a_story_of_another_language_answers_under_its_own_prefix(client, db):
    article = make_article(language="ru", headline="Рубль окреп")
    answer = client.get(f"/fuel/{article.pk}-rubl-okrep/")
    assert (answer.status_code, answer["Location"]) == (301, f"/ru/fuel/{article.pk}-rubl-okrep/")


def test_an_old_address_survives_another_section_and_other_words(client, db):
    article = make_article()
    old = article.get_absolute_url()
    article.section, article.slug = make_section("power"), "other-words"
    article.save()
    answer = client.get(old)
    assert answer.status_code == 301
    assert answer["Location"] == f"/power/{article.pk}-other-words/"


@pytest.mark.parametrize("slug", ["oil-gas", "Oil_Gas", "UPPER", "a_b", "7"])
def test_a_section_may_have_any_word_the_form_lets_pass(client, db, slug):
    article = make_article(section=make_section(slug))
    page_of(client, article)
    assert client.get("/").status_code == 200


def test_a_question_mark_does_not_change_the_address(client, db):
    article = make_article()
    assert client.get(article.get_absolute_url() + "?utm_source=x").status_code == 200


@pytest.mark.parametrize("number", ["0", "999999999999999999", "9" * 19, "-1", "1e3", "٣", "abc"])
def test_a_number_that_no_story_has_is_not_found(client, db, number):
    make_article()
    assert client.get(f"/fuel/{number}-words/").status_code == 404


# Gone --------------------------------------------------------------------------------------------


@time_machine.travel(NOON, tick=False)
def test_a_withdrawn_story_says_since_when_and_why_and_nothing_else(client, db):
    article = make_article(
        headline="Depot to close",
        status="withdrawn",
        published_at=NOON - 3 * HOUR,
        withdrawn_at=NOON - 2 * HOUR,
        withdrawal_reason="The register was misread: the depot stays open.",
    )
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    assert "The register was misread: the depot stays open." in seen(answer)
    assert "23 Nov 2026, 13:00 MSK" in seen(answer)
    assert "withdrawn" in seen(answer)
    assert "Depot to close" not in answer.text


def test_a_withdrawn_story_is_gone_at_every_address_it_ever_had(client, db):
    article = make_article(status="withdrawn")
    for path in (f"/fuel/{article.pk}/", f"/ru/power/{article.pk}-old/"):
        assert client.get(path).status_code == 410


@time_machine.travel(NOON, tick=False)
def test_an_expired_story_says_since_when_and_does_not_call_itself_withdrawn(client, db):
    article = make_article(
        published_at=NOON - 3 * HOUR,
        expires_at=NOON - HOUR,
        withdrawal_reason="An older reason, from before it was published again.",
    )
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    assert "no longer published" in seen(answer)
    assert "withdrawn" not in seen(answer)
    assert "older reason" not in seen(answer)
    assert "23 Nov 2026, 14:00 MSK" in seen(answer)


@pytest.mark.parametrize("code, word", [("ru", "Ошибка"), ("kk", "Қате")])
def test_the_page_of_a_withdrawn_story_is_in_its_language(client, db, code, word):
    article = make_article(status="withdrawn", language=code)
    answer = client.get(article.get_absolute_url())
    assert answer.status_code == 410
    assert f'<html lang="{code}">' in answer.text
    assert f"{word} 410" in seen(answer)


HIDDEN = {
    "draft": {"status": "draft"},
    "in review": {"status": "review"},
    "scheduled": {"status": "scheduled", "published_at": NOON + HOUR},
    "to be published": {"status": "published", "published_at": NOON + HOUR},
    "withdrawn in time": {
        "status": "withdrawn",
        "published_at": NOON + HOUR,
        "withdrawn_at": NOON - HOUR,
    },
    "withdrawn before its hour": {
        "status": "withdrawn",
        "published_at": NOON - HOUR,
        "withdrawn_at": NOON - 2 * HOUR,
    },
    "withdrawn without an hour": {"status": "withdrawn", "published_at": None},
}


@pytest.mark.parametrize("changes", HIDDEN.values(), ids=HIDDEN.keys())
@time_machine.travel(NOON, tick=False)
def test_a_story_readers_never_had_is_not_found_and_leads_nowhere(client, db, changes):
    article = make_article(**changes)
    for path in (article.get_absolute_url(), f"/fuel/{article.pk}/", f"/ru/fuel/{article.pk}-x/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Location" not in answer


# The lead ----------------------------------------------------------------------------------------

LEAD = "The depot’s tanks are full before the frost, says “Steppe Register”."
REPEATED = {
    "as it stands": "<p>The depot’s tanks are full before the frost, says “Steppe Register”.</p>",
    "in capitals": "<p>THE DEPOT’S TANKS ARE FULL BEFORE THE FROST, SAYS “STEPPE REGISTER”.</p>",
    "other quotes": '<p>The depot\'s tanks are full before the frost, says "Steppe Register".</p>',
    "chevrons": "<p>The depot’s tanks are full before the frost, says «Steppe Register».</p>",
    "no full stop": "<p>The depot’s tanks are full before the frost, says “Steppe Register”</p>",
    "dots": "<p>The depot’s tanks are full before the frost, says “Steppe Register”…</p>",
    "entities": "<p>The depot&rsquo;s tanks are full before the frost, says "
    "&ldquo;Steppe&nbsp;Register&rdquo;.</p>",
    "inner tags": "<p><strong>The depot’s tanks</strong> are full before the frost, says "
    '“<a href="https://example.org/">Steppe Register</a>”.</p>',
    "spaces": "\n<p>  The depot’s tanks  are full\nbefore the frost, says “Steppe Register” . </p>",
}


@pytest.mark.parametrize("first", REPEATED.values(), ids=REPEATED.keys())
def test_a_lead_repeated_as_the_first_paragraph_is_printed_once(client, db, first):
    article = make_article(lead=LEAD, body=f"{first}<p>What comes next.</p>")
    text = seen(client.get(article.get_absolute_url())).casefold()
    assert text.count("tanks are full") == 1
    assert "what comes next." in text


OTHER = {
    "one word differs": "<p>The depot’s tanks are full after frost, says “Steppe Register”.</p>",
    "a word more": f"<p>{LEAD} Really.</p>",
    "a word less": "<p>The depot’s tanks are full before the frost, says “Steppe”.</p>",
    "a number differs": "<p>The depot’s 2 tanks are full before the frost, says “Steppe Register”.",
}


@pytest.mark.parametrize("first", OTHER.values(), ids=OTHER.keys())
def test_a_first_paragraph_that_says_anything_else_stays(client, db, first):
    article = make_article(lead=LEAD, body=f"{first}<p>What comes next.</p>")
    assert seen(client.get(article.get_absolute_url())).count("frost, says “Steppe") == 2


def test_only_the_first_paragraph_is_taken_for_the_lead(client, db):
    article = make_article(lead=LEAD, body=f"<p>Before it.</p><p>{LEAD}</p>")
    assert seen(page_of(client, article)).count("tanks are full") == 2


def test_a_story_without_a_lead_keeps_its_first_paragraph(client, db):
    article = make_article(lead="", body="<p>…</p><p>Only this.</p>")
    assert "… Only this." in seen(page_of(client, article))
    assert 'class="standfirst"' not in page_of(client, article).text


# Who and from where ------------------------------------------------------------------------------


def test_author_and_source_are_told_in_plain_words_in_that_order(client, db):
    article = make_article(authors=[make_author("A. Serikova")], source=make_source())
    text = seen(page_of(client, article))
    assert "Author: A. Serikova" in text
    assert "Source: Steppe Register" in text
    assert text.index("Author: A. Serikova") < text.index("Source: Steppe Register")
    assert text.index("Source: Steppe Register") < text.index("Published")


SOURCES = [
    ("https://example.org/", "https://example.org/doc/7", "https://example.org/doc/7"),
    ("https://example.org/", "", "https://example.org/"),
    ("", "https://example.org/doc/7", "https://example.org/doc/7"),
    ("", "", None),
]


@pytest.mark.parametrize("of_source, of_story, target", SOURCES)
def test_the_source_is_a_link_when_there_is_an_address(client, db, of_source, of_story, target):
    article = make_article(source=make_source(url=of_source), source_url=of_story)
    found = re.search(r"<p>Source: (.*?)</p>", page_of(client, article).text)[1]
    if target:
        assert found == f'<a href="{target}" rel="external">Steppe Register</a>'
    else:
        assert found == "Steppe Register"


def test_an_original_without_a_known_source_is_told_by_its_address(client, db):
    article = make_article(source_url="https://example.org/doc/7")
    text = seen(page_of(client, article))
    assert "Source: https://example.org/doc/7" in text


def test_a_story_without_author_and_source_has_no_empty_label(client, db):
    text = seen(page_of(client, make_article()))
    for label in ("Author:", "Source:", "Also in:", "Updated"):
        assert label not in text
    assert "Published" in text


def test_every_person_of_the_byline_is_named_with_the_role(client, db):
    first, second = make_author("A. Serikova"), make_author("D. Orlov")
    article = make_article(authors=[first, second])
    for position, role in enumerate(Byline.Role.values[1:], 3):
        author = make_author(f"Person of {role}")
        Byline.objects.create(article=article, author=author, role=role, position=position)
    text = seen(page_of(client, article))
    told = [
        "Author: A. Serikova",
        "Author: D. Orlov",
        "Photo: Person of photo",
        "Data: Person of data",
        "Translation: Person of translation",
        "Editing: Person of editing",
    ]
    assert [text.find(line) for line in told] == sorted(text.find(line) for line in told)
    assert -1 not in [text.find(line) for line in told]


@pytest.mark.parametrize(
    "code, author, source",
    [
        ("ru", "Автор: А. Серикова", "Источник: Реестр"),
        ("kk", "Автор: А. Серікова", "Дереккөз: Steppe Register"),
    ],
)
def test_author_and_source_are_told_in_the_language_of_the_story(client, db, code, author, source):
    article = make_article(
        language=code,
        authors=[make_author("A. Serikova", name_ru="А. Серикова", name_kk="А. Серікова")],
        source=make_source(name_ru="Реестр"),
    )
    text = seen(page_of(client, article))
    assert author in text
    assert source in text


# When --------------------------------------------------------------------------------------------


def test_the_hour_is_told_in_the_zone_of_the_newsroom_and_for_machines(client, db):
    article = make_article(published_at=datetime(2026, 11, 22, 21, 30, tzinfo=UTC))
    page = page_of(client, article)
    assert "Published 23 Nov 2026, 00:30 MSK" in seen(page)
    assert '<time datetime="2026-11-22T21:30:00Z">' in page.text


@pytest.mark.parametrize(
    "later, is_told",
    [
        (timedelta(hours=2), True),
        (timedelta(seconds=1), True),
        (timedelta(0), False),
        (-HOUR, False),
    ],
)
def test_updated_is_told_only_when_it_is_later(client, db, later, is_told):
    published = timezone.now() - 5 * HOUR
    article = make_article(published_at=published, updated_at=published + later)
    assert ("Updated" in seen(page_of(client, article))) is is_told


# Corrections -------------------------------------------------------------------------------------


def test_a_grave_correction_stands_above_the_story_and_the_others_below(client, db):
    article = make_article(body="<p>The text of the story.</p>")
    Correction.objects.create(article=article, text="Nine tanks, not ten.", is_grave=True)
    Correction.objects.create(article=article, text="A street was misspelled.")
    Correction.objects.create(article=article, text="The depot is older.", kind="clarification")
    text = seen(page_of(client, article))
    body = text.index("The text of the story.")
    assert text.index("Nine tanks, not ten.") < body
    assert text.index("A street was misspelled.") > body
    assert text.index("The depot is older.") > body
    assert "Correction" in text and "Clarification" in text
    assert text.count("Nine tanks") == text.count("A street") == 1


# Kinds -------------------------------------------------------------------------------------------


def test_what_is_sponsored_says_so_on_its_page_and_on_every_card(client, db):
    article = make_article(kind="sponsored", headline="Crane school", kicker="Partners")
    assert "Sponsored" in seen(page_of(client, article)).split("Crane school")[1]
    for path in ("/", "/fuel/"):
        card = re.search(r'<article class="story.*?</article>', client.get(path).text, re.S)[0]
        assert "Crane school" in card
        assert "Sponsored" in card


def test_news_is_not_labelled_as_a_kind(client, db):
    assert 'class="kind' not in main(page_of(client, make_article()))


# Languages ---------------------------------------------------------------------------------------


def switch(response):
    """{code: address} of the language switch in the masthead."""
    block = re.search(r'<ul class="langs".*?</ul>', response.text, re.S)[0]
    return {code: href for href, code in re.findall(r'href="([^"]*)" hreflang="(\w+)"', block)}


def test_the_language_switch_leads_to_the_translation_or_to_the_front_of_the_edition(client, db):
    article = make_article()
    russian = make_article(story=article.story, language="ru", headline="Рубль окреп")
    page = page_of(client, article)
    assert switch(page) == {
        "en": article.get_absolute_url(),
        "ru": russian.get_absolute_url(),
        "kk": "/kk/",
    }
    assert "Also in: Русский" in seen(page)
    alternates = re.findall(r'rel="alternate" hreflang="(\w+)" href="([^"]*)"', page.text)
    assert [code for code, _href in alternates] == ["en", "ru"]
    assert all(href.startswith("http") for _code, href in alternates)
    assert switch(page_of(client, russian))["en"] == article.get_absolute_url()


@pytest.mark.parametrize("changes", HIDDEN.values(), ids=HIDDEN.keys())
@time_machine.travel(NOON, tick=False)
def test_a_translation_that_is_not_public_is_not_linked(client, db, changes):
    article = make_article(published_at=NOON - HOUR)
    sibling = make_article(story=article.story, language="ru", **changes)
    page = page_of(client, article)
    assert switch(page)["ru"] == "/ru/"
    assert sibling.get_absolute_url() not in page.text
    assert sibling.headline not in page.text
    assert "Also in" not in seen(page)
    assert "hreflang" not in re.sub(r'<ul class="langs".*?</ul>', "", page.text, flags=re.S)


def test_another_story_is_no_translation(client, db):
    article = make_article()
    make_article(language="ru")
    assert switch(page_of(client, article))["ru"] == "/ru/"


# Pictures ----------------------------------------------------------------------------------------


def hero(response):
    return re.search(r'<figure class="art__hero">.*?</figure>', response.text, re.S)[0]


def test_the_picture_is_described_in_the_language_of_the_page(client, db):
    picture = make_picture(alt_en="A depot at dusk.", alt_ru="Нефтебаза в сумерках.")
    english = make_article(picture=picture)
    russian = make_article(picture=picture, language="ru")
    assert 'alt="A depot at dusk."' in hero(page_of(client, english))
    assert 'alt="Нефтебаза в сумерках."' in hero(page_of(client, russian))
    assert " lang=" not in hero(page_of(client, russian))


def test_a_description_in_another_language_says_which_one(client, db):
    article = make_article(picture=make_picture(alt_en="A depot at dusk."), language="kk")
    assert 'alt="A depot at dusk." lang="en"' in hero(page_of(client, article))


def test_a_decorative_picture_is_silent(client, db):
    picture = make_picture(alt_en="", is_decorative=True)
    markup = hero(page_of(client, make_article(picture=picture)))
    assert 'alt=""' in markup


def test_a_caption_of_the_story_stands_in_place_of_the_caption_of_the_picture(client, db):
    picture = make_picture(caption_en="Any depot.")
    own = make_article(picture=picture, picture_caption="This depot.")
    assert "This depot. Photo: A. Name" in seen(page_of(client, own))
    assert "Any depot." not in seen(page_of(client, own))
    other = make_article(picture=picture)
    assert "Any depot. Photo: A. Name" in seen(page_of(client, other))


def test_the_headline_and_the_texts_of_a_story_are_printed_as_text(client, db):
    markup = '<b>5 < 6 & "more"</b>'
    article = make_article(headline=markup, kicker=markup, lead=markup, dateline=markup)
    page = page_of(client, article)
    assert markup not in page.text
    assert seen(page).count(markup) >= 3
    assert Article.objects.get().headline == markup
