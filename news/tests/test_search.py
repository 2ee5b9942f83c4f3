"""Search: what finds a story, what an odd question does, and an index that follows the text."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import TestCase
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from news.models import Article, Byline, SearchRow
from news.tests.factories import make_article, make_author, make_tag


@pytest.fixture
def publish(committed):
    """Make a story and let its commit happen."""

    def make(**fields):
        with committed():
            return make_article(**fields)

    return make


def found(client, words, path="/search/"):
    response = client.get(path, {"q": words})
    assert response.status_code == 200
    if "page" not in response.context:
        return None
    return [story.pk for story in response.context["page"].items]


# What finds a story ------------------------------------------------------------------------------


def test_every_word_must_occur_in_any_order_and_any_text(client, publish):
    story = publish(
        headline="Depot fills its tanks",
        lead="Before the frost.",
        body="<p>Nine of <strong>ten</strong> are full.</p>",
        kicker="Storage",
    )
    other = publish(headline="Depot closes")
    assert found(client, "frost depot ten STORAGE") == [story.pk]
    assert found(client, "depot ozokerite") == []
    assert set(found(client, "depot")) == {story.pk, other.pk}


@pytest.mark.parametrize("words", ["НЕФТЬ", "нефть", "Нефть", "нЕФТЬ"])
def test_case_makes_no_difference_in_cyrillic(client, publish, words):
    story = publish(headline="Нефть подешевела", language="ru")
    assert found(client, words, "/ru/search/") == [story.pk]


@pytest.mark.parametrize("words", ["ҚАЗАҚСТАН МҰНАЙЫ", "қазақстан мұнайы", "Өндіріс ғалым"])
def test_case_makes_no_difference_in_kazakh(client, publish, words):
    story = publish(headline="Қазақстан мұнайы", body="<p>ӨНДІРІС, ҒАЛЫМ</p>", language="kk")
    assert found(client, words, "/kk/search/") == [story.pk]


@pytest.mark.parametrize("words", ["ещё ёмкость", "еще емкость", "ЕЩЁ ЕМКОСТЬ", "е\u0308мкость"])
def test_yo_and_ye_are_one_letter(client, publish, words):
    for headline in ("Ещё одна ёмкость", "Еще одна емкость"):
        publish(headline=headline, language="ru")
    assert len(found(client, words, "/ru/search/")) == 2


def test_short_i_stays_a_letter_of_its_own(client, publish):
    story = publish(headline="Линий край", language="ru")
    assert found(client, "край", "/ru/search/") == [story.pk]
    assert found(client, '"краи"', "/ru/search/") == []


def test_the_beginning_of_a_word_is_enough(client, publish):
    story = publish(headline="Трубопровод остановлен", language="ru")
    assert found(client, "трубопров", "/ru/search/") == [story.pk]


@pytest.mark.parametrize("words", ['"steppe register"', "“steppe register”", "don't", "DON’T"])
def test_quotes_of_every_kind_are_the_same(client, publish, words):
    story = publish(headline="“Steppe Register”: don’t wait")
    assert found(client, words) == [story.pk]


def test_authors_are_found_by_name_in_every_language(client, publish):
    author = make_author("A. Serikova", name_ru="А. Серикова", name_kk="А. Серікова")
    story = publish(authors=[author])
    for words in ("serikova", "СЕРИКОВА", "серікова", "A. Serikova"):
        assert found(client, words) == [story.pk]


def test_tags_are_found_by_name_in_every_language(client, publish):
    story = publish(tags=[make_tag("pipelines", name_ru="Трубопроводы")])
    assert found(client, "pipelines") == [story.pk]
    assert found(client, "трубопроводы") == [story.pk]


def test_markup_is_not_searched(client, publish):
    publish(body='<p>Text <a href="https://example.org/zirconium">here</a></p>')
    assert found(client, "zirconium") == []
    assert found(client, "href") == []


def test_words_of_two_paragraphs_do_not_grow_together(client, publish):
    story = publish(body="<p>One end</p><p>other end</p>")
    assert found(client, "endother") == []
    assert found(client, "other") == [story.pk]


def test_a_language_is_searched_by_itself(client, publish):
    english, russian = publish(headline="Brent slips"), publish(headline="Brent", language="ru")
    assert found(client, "brent") == [english.pk]
    assert found(client, "brent", "/ru/search/") == [russian.pk]


def test_the_newest_comes_first(client, publish):
    now = timezone.now()
    older = publish(headline="Gauge", published_at=now - timedelta(days=2))
    newer = publish(headline="Gauge", published_at=now - timedelta(days=1))
    assert found(client, "gauge") == [newer.pk, older.pk]


@pytest.mark.parametrize("status", ["draft", "review", "withdrawn"])
def test_every_status_is_indexed_and_only_the_public_is_found(client, publish, status, committed):
    story = publish(headline="Ozokerite", status=status)
    assert SearchRow.objects.filter(pk=story.pk, head__contains="ozokerite").exists()
    assert found(client, "ozokerite") == []
    with committed():
        story.status = "published"
        story.save()
    assert found(client, "ozokerite") == [story.pk]


# Odd questions -----------------------------------------------------------------------------------

ODD = {
    "nothing": "",
    "spaces": "   \t\n ",
    "NUL": "a\x00b",
    "only NUL": "\x00",
    "single quotes": "'; DROP TABLE news_article; --",
    "double quotes": '"""',
    "FTS syntax": 'NEAR("a" "b") AND NOT * OR ^ {title}: -x',
    "tsquery syntax": "a & !b | c:* <-> (d",
    "percent": "%",
    "underscore": "_",
    "backslash": "\\",
    "lone surrogate": "\ud800",
    "right to left": "\u202e\u05d0\u05d1\u200f",
    "Arabic": "نفط",
    "an emoji": "🛢",
    "markup": "<script>alert(1)</script>",
    "a template": "{{ 1|add:1 }}{% now 'Y' %}",
    "many words": "a " * 5000,
    "one long word": "я" * 1_000_000,
    "a megabyte of spaces": " " * 1_000_000 + "x",
    "marks that grow": "\ufdfa" * 200,
    "combining marks": "a" + "\u0301" * 5000,
}


@pytest.mark.parametrize("words", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_an_odd_question_is_answered_and_never_an_error(client, db, prefix, words):
    raw = quote(words, errors="surrogatepass")
    response = client.get(f"{prefix}/search/?q={raw}")
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert len(response.content) < 40_000
    assert "\x00" not in response.text


def test_no_question_is_taken_for_a_pattern(client, publish):
    publish(headline="Up 5% in a_week")
    for signs in ("%", "_", "*", "5_9", "w%k", "we_k"):
        assert found(client, signs) == [], signs


def test_signs_alone_are_answered_in_words(client, publish):
    publish()
    response = client.get("/search/", {"q": "%"})
    assert "Type at least one word or number" in response.text


def test_no_words_show_the_latest_stories_instead_of_all(client, publish):
    story = publish()
    response = client.get("/search/?q=%20%00")
    assert "page" not in response.context
    assert story.headline in response.text


def test_what_is_cut_is_said(client, db):
    assert "Only the first 200 characters" in client.get("/search/", {"q": "x" * 201}).text
    assert "Only the first 200 characters" not in client.get("/search/", {"q": "x" * 200}).text


def test_the_words_stay_in_the_field_and_in_the_title_as_text(client, db):
    response = client.get("/search/", {"q": '"><b>x'})
    assert 'value="&quot;&gt;&lt;b&gt;x"' in response.text
    assert "<b>x" not in response.text.replace("<b>&quot;", "")


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words=st.text(max_size=60))
def test_any_text_finds_at_least_the_story_whose_headline_it_is(client, db, words):
    with TestCase.captureOnCommitCallbacks(execute=True):
        story = make_article(headline=f"{words} end"[:200], status="published")
    asked = story.headline.replace('"', " ").replace("-", " ")  # these two mean something
    assert story.pk in found(client, asked)
    Article.objects.all().delete()


# The index ---------------------------------------------------------------------------------------


def test_the_index_follows_the_headline(client, publish, committed):
    story = publish(headline="Ozokerite")
    with committed():
        story.headline = "Paraffin"
        story.save()
    assert found(client, "ozokerite") == []
    assert found(client, "paraffin") == [story.pk]


def test_the_index_follows_the_byline(client, publish, committed):
    story, author = publish(), make_author("Q. Zhandosova")
    with committed():
        line = Byline.objects.create(article=story, author=author)
    assert found(client, "zhandosova") == [story.pk]
    with committed():
        line.delete()
    assert found(client, "zhandosova") == []


def test_the_index_follows_the_tags(client, publish, committed):
    story, tag = publish(), make_tag("ozokerite")
    for change, expected in (
        (lambda: story.tags.add(tag), [story.pk]),
        (lambda: story.tags.remove(tag), []),
        (lambda: story.tags.set([tag]), [story.pk]),
        (lambda: story.tags.clear(), []),
    ):
        with committed():
            change()
        assert found(client, "ozokerite") == expected


def test_nothing_is_indexed_before_the_commit(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        make_article()
    assert not SearchRow.objects.exists()
    for callback in callbacks:
        callback()
    assert SearchRow.objects.count() == 1


def test_a_story_deleted_before_its_commit_is_not_indexed(committed):
    with committed():
        make_article().delete()
    assert not SearchRow.objects.exists()
