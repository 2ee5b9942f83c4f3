"""The newsroom's desk: lists, libraries, what a wrong form says."""

import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article, Correction, Picture, Policy
from news.tests.desk import ADD, change_path, client_of, errors, form_of, sent
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_section,
    make_source,
    make_tag,
    picture_file,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def their_desk(reporter):
    return client_of(reporter)


# Lists -------------------------------------------------------------------------------------------


def test_every_field_that_completes_itself_answers_the_reporter(their_desk):
    make_author("A. Serikova", name_ru="А. Серикова")
    form = their_desk.get(ADD).text
    fields = set(
        re.findall(r'data-app-label="(\w+)" data-model-name="(\w+)" data-field-name="(\w+)"', form)
    )
    assert {field for _app, _model, field in fields} >= {"picture", "source", "tags", "author"}
    for app, model, field in fields:
        query = {"app_label": app, "model_name": model, "field_name": field, "term": "a"}
        assert their_desk.get("/admin/autocomplete/", query).status_code == 200, field


def asked(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in queries]


def test_the_list_of_stories_asks_the_same_questions_for_ten_and_three_hundred(desk):
    counted = []
    for many in (10, 290):
        make_many(many, authors=[make_author()], picture=make_picture())
        counted.append(len(asked(desk, "/admin/news/article/")))
    assert counted[0] == counted[1] <= 12


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=depot",
        "?status__exact=published",
        "?language=en",
        "?kind__exact=news",
        "?p=2",
        "?all=",
    ],
)
def test_no_list_of_stories_counts_or_reads_the_whole_table(desk, query):
    make_many(120)
    whole = [
        sql
        for sql in asked(desk, f"/admin/news/article/{query}")
        if ("COUNT(" in sql or "DISTINCT" in sql) and "news_article" in sql and "LIMIT" not in sql
    ]
    assert whole == []


@pytest.mark.parametrize("words", ["рубль", "РУБЛЬ", "Рубль ОКРЕП", "серикова", "ещЕ", "еще"])
def test_stories_are_found_by_cyrillic_words_in_any_case(desk, committed, words):
    with committed():
        make_article(headline="Depot")
        story = make_article(
            headline="Рубль окреп ещё",
            status="draft",
            authors=[make_author("A. Serikova", name_ru="А. Серикова")],
        )
    found = desk.get("/admin/news/article/", {"q": words}).context["cl"].result_list
    assert [row.pk for row in found] == [story.pk]


@pytest.mark.parametrize("words", ["нефть", "НЕФТЬ", "Нефть", "мұнай", "МҰНАЙ", "oil", "OIL"])
@pytest.mark.parametrize("name", ["tag", "source", "author", "picture", "section", "policy"])
def test_libraries_are_searched_in_any_case_of_any_alphabet(chief, name, words):
    in_three = {"name_en": "Oil", "name_ru": "Нефть", "name_kk": "Мұнай"}
    make = {
        "tag": lambda: make_tag("x", **in_three),
        "source": lambda: make_source("x", **in_three),
        "author": lambda: make_author("Oil", name_ru="Нефть", name_kk="Мұнай"),
        "section": lambda: make_section("x", **in_three),
        "picture": lambda: make_picture(alt_en="Oil", alt_ru="Нефть", alt_kk="Мұнай"),
        "policy": lambda: Policy.objects.create(slug="x", title="Oil Нефть Мұнай", body="x"),
    }
    thing = make[name]()
    rows = client_of(chief).get(f"/admin/news/{name}/", {"q": words}).context["cl"].result_list
    assert thing.pk in [row.pk for row in rows]
    none = client_of(chief).get(f"/admin/news/{name}/", {"q": "ozokerite"})
    assert not none.context["cl"].result_list


def test_an_author_is_completed_from_cyrillic_in_any_case(their_desk):
    author = make_author("A. Serikova", name_ru="А. Серикова")
    query = {"app_label": "news", "model_name": "byline", "field_name": "author", "term": "серик"}
    found = their_desk.get("/admin/autocomplete/", query).json()["results"]
    assert [row["id"] for row in found] == [str(author.pk)]


@pytest.mark.parametrize("words", ["\x00", "%", "' OR 1=1 --", "\u202e", "x" * 5000])
def test_an_odd_word_is_no_error_in_any_list(desk, words):
    for name in ("article", "correction", "author", "tag", "source", "picture"):
        assert desk.get(f"/admin/news/{name}/", {"q": words}).status_code in {200, 302}


# What is typed -----------------------------------------------------------------------------------

TYPED = {
    "headline": "Depot fills its tanks",
    "lead": "Before the frost.",
    "body": "<p>Nine of ten are full.</p>",
    "kicker": "Storage",
    "slug": "",
}


def typed(**changes):
    section = make_section("fuel")
    return TYPED | {"section": str(section.pk), "language": "en", "kind": "news"} | changes


def test_an_editor_deletes_nothing_and_a_chief_only_what_readers_never_had(desk, chief):
    draft = make_article(status="draft", published_at=None)
    public = make_article()
    once = make_article(status="draft")  # it has had an hour
    for story in (draft, public, once):
        path = f"/admin/news/article/{story.pk}/delete/"
        assert desk.post(path, {"post": "yes"}).status_code == 403
        expected = 302 if story == draft else 403
        assert client_of(chief).post(path, {"post": "yes"}).status_code == expected
    assert set(Article.objects.all()) == {public, once}


def test_no_list_of_stories_offers_to_delete_many(chief):
    make_article(status="draft", published_at=None)
    client = client_of(chief)
    assert "delete_selected" not in client.get("/admin/news/article/").text
    answer = client.post(
        "/admin/news/article/",
        {
            "action": "delete_selected",
            "_selected_action": [Article.objects.get().pk],
            "post": "yes",
        },
    )
    assert answer.status_code in {200, 302}
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "changes, is_shown",
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "scheduled", "published_at": timezone.now() + 24 * HOUR}, False),
        ({"status": "withdrawn"}, False),
    ],
)
def test_only_a_public_story_has_a_link_to_its_page(desk, changes, is_shown):
    story = make_article(**changes)
    text = desk.get(change_path(story)).text
    assert (f'href="{story.get_absolute_url()}"' in text) is is_shown


# Wrong input -------------------------------------------------------------------------------------

WRONG = {
    "no headline": ({"headline": ""}, "headline"),
    "a headline of spaces": ({"headline": "   "}, "headline"),
    "a headline too long": ({"headline": "x" * 201}, "headline"),
    "a headline with NUL": ({"headline": "a\x00b"}, "headline"),
    "a lead too long": ({"lead": "x" * 601}, "lead"),
    "no section": ({"section": ""}, "section"),
    "an unknown section": ({"section": "999999"}, "section"),
    "an unknown kind": ({"kind": "rumour"}, "kind"),
    "an unknown language": ({"language": "xx"}, "language"),
    "a slug with spaces": ({"slug": "two words"}, "slug"),
    "a slug in Cyrillic": ({"slug": "рубль"}, "slug"),
    "a slug with a slash": ({"slug": "a/b"}, "slug"),
    "an address that is none": ({"source_url": "javascript:alert(1)"}, "source_url"),
    "an unknown instrument": ({"instruments": "999999"}, "instruments"),
    "an unknown author": (
        {"bylines-TOTAL_FORMS": "1", "bylines-0-author": "999999", "bylines-0-role": "author"},
        "__all__",
    ),
    "an unknown role": ({"bylines-0-role": "ghost"}, "__all__"),
}
# Only of a story that is there already.
WRONG_LATER = {
    "an end that is no hour": ({"expires_at": "yesterday 25:99"}, "expires_at"),
    "half an end": ({"expires_at": "2026-11-23T"}, "expires_at"),
}


@pytest.mark.parametrize(
    "changes, field, is_new",
    [
        *[pytest.param(*case, True, id=f"{name}-new") for name, case in WRONG.items()],
        *[
            pytest.param(*case, False, id=f"{name}-known")
            for name, case in (WRONG | WRONG_LATER).items()
        ],
    ],
)
def test_a_wrong_field_says_so_beside_itself_and_loses_nothing(desk, changes, field, is_new):
    story = None if is_new else make_article(status="draft", published_at=None)
    path = ADD if is_new else change_path(story)
    data = typed(dateline="AKTAU", seo_title="Seo words") | changes
    answer = sent(desk, path, **data)
    assert set(errors(answer)) == {field}
    beside = "byline-field" if field == "__all__" else f"field-{field}"
    row = re.search(rf'<div class="[^"]*\b{beside}\b.*?</ul>', answer.text, re.S)
    assert row is not None
    assert "errorlist" in row[0]
    again = form_of(answer)
    for name, value in data.items():
        kept = again.fields.get(name, "")
        kept = kept[0] if isinstance(kept, list) else kept
        if name in again.choices and value not in again.choices[name]:
            continue  # a choice that does not exist cannot be shown as chosen
        assert kept.replace("\ufffd", "\x00") == value, name
    assert Article.objects.count() == (0 if is_new else 1)


def test_a_second_text_of_a_story_in_its_language_is_refused_with_words(desk):
    story = make_article()
    other = make_article(story=story.story, language="ru", status="draft", published_at=None)
    answer = sent(desk, change_path(other), language="en", headline="Kept all the same")
    assert set(errors(answer)) == {"language"}
    assert "already has a text in that language" in answer.text
    assert "Kept all the same" in answer.text


def test_the_same_person_twice_in_a_role_is_refused_with_words(desk):
    author = make_author()
    people = {"bylines-TOTAL_FORMS": "2"}
    for number in (0, 1):
        people |= {
            f"bylines-{number}-author": str(author.pk),
            f"bylines-{number}-role": "author",
            f"bylines-{number}-order": "1",
        }
    answer = sent(desk, ADD, **typed(**people))
    assert answer.status_code == 200
    assert "twice in the same role" in answer.text
    assert TYPED["headline"] in answer.text
    assert not Article.objects.exists()


def test_a_section_cannot_take_an_address_of_the_site_itself(chief):
    client = client_of(chief)
    for word in ("search", "ru", "media", "admin"):
        answer = sent(client, "/admin/news/section/add/", name_en="X", slug=word)
        assert set(errors(answer)) == {"slug"}


def test_prose_typed_in_the_admin_is_cleaned(desk):
    body = "First.\r\n\r\n<b onclick=alert(1)>Second</b>"
    sent(desk, ADD, **typed(body=body))
    assert Article.objects.get().body == "<p>First.</p>\n<p>Second</p>"


# Corrections -------------------------------------------------------------------------------------


@pytest.fixture
def corrected(base):
    story = make_article()
    return Correction.objects.create(article=story, text="Nine tanks, not ten.")


def test_an_editor_adds_a_correction_which_readers_see(desk, client):
    story = make_article()
    path = f"/admin/news/article/{story.pk}/correct/"
    assert f'href="{path}"' in desk.get(change_path(story)).text
    assert desk.get(path).status_code == 200
    answer = desk.post(path, {"kind": "correction", "text": ""})
    assert answer.status_code == 200
    assert "errorlist" in answer.text
    answer = desk.post(path, {"kind": "correction", "text": "Nine tanks, not ten."})
    assert answer.status_code == 302
    assert "Nine tanks, not ten." in client.get(story.get_absolute_url()).text
    assert "Nine tanks, not ten." in client.get("/corrections/").text
    assert story.revisions.first().verb == "corrected"
    assert "Nine tanks, not ten." in desk.get(change_path(story)).text


def test_a_correction_sent_after_the_login_has_ended_is_kept_and_sent_again(desk):
    path = f"/admin/news/article/{make_article().pk}/correct/"
    sent = {"kind": "update", "text": "Nine tanks, not ten.", "is_grave": "on"}
    kept = Client().post(path, sent)
    assert kept.status_code == 403
    assert re.search(r"<textarea[^>]*>\s*Nine tanks, not ten.</textarea>", kept.text)
    assert '<input type="hidden" name="kind" value="update">' in kept.text
    assert f'action="{path}"' in kept.text
    assert desk.post(path, sent).status_code == 302
    assert Correction.objects.get().is_grave


@pytest.mark.parametrize(
    "forged",
    [
        {"corrections-0-text": "Ten.", "corrections-TOTAL_FORMS": "1"},
        {"corrections-0-DELETE": "on", "corrections-TOTAL_FORMS": "1"},
        {"text": "Ten.", "kind": "update"},
    ],
)
def test_a_correction_is_not_changed_or_deleted_through_its_story(desk, corrected, forged):
    known = {"corrections-0-id": str(corrected.pk), "corrections-INITIAL_FORMS": "1"}
    sent(desk, change_path(corrected.article), **known | forged)
    kept = Correction.objects.get()
    assert (kept.text, kept.kind) == ("Nine tanks, not ten.", "correction")


def test_a_correction_stands_with_its_story_and_is_added_nowhere_else(chief):
    assert client_of(chief).get("/admin/news/correction/add/").status_code == 403


@pytest.mark.parametrize("role", ["editor", "chief"])
def test_a_correction_is_not_changed_or_deleted_by_itself(request, corrected, role):
    client = client_of(request.getfixturevalue(role))
    path = f"/admin/news/correction/{corrected.pk}/"
    form = {"article": corrected.article_id, "kind": "update", "text": "Forged."}
    assert client.get(f"{path}change/").status_code == 200
    assert client.post(f"{path}change/", form).status_code == 403
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 403
    many = {"action": "delete_selected", "_selected_action": [corrected.pk], "post": "yes"}
    client.post("/admin/news/correction/", many)
    assert Correction.objects.get().text == "Nine tanks, not ten."


# Pictures ----------------------------------------------------------------------------------------

PICTURE = {
    "alt_en": "A depot at dusk.",
    "credit_en": "Photo: A. Name",
    "focus_x": 50,
    "focus_y": 50,
}


def test_a_picture_is_uploaded_through_the_form(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    answer = desk.post("/admin/news/picture/add/", PICTURE | {"file": picture_file(700, 400)})
    assert answer.status_code == 302
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == (700, 400)
    assert picture.address("sq", "webp") in desk.get("/admin/news/picture/").text
    assert desk.get(change_path(picture)).status_code == 200
    assert sent(desk, change_path(picture), caption_en="At dusk.").status_code == 302
    assert Picture.objects.get().caption_en == "At dusk."


@pytest.mark.parametrize(
    "content, message",
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "SVG and other drawings"),
        (b"This is not a picture.", "This is not a picture we can read"),
        (b"", "empty"),
    ],
)
def test_a_refused_file_says_why_beside_its_field_and_nothing_is_kept(
    desk, settings, tmp_path, content, message
):
    settings.MEDIA_ROOT = tmp_path
    file = ContentFile(content, name="drawing.svg")
    answer = desk.post("/admin/news/picture/add/", PICTURE | {"file": file})
    assert set(errors(answer)) == {"file"}
    assert message in answer.text
    assert form_of(answer).fields["alt_en"] == PICTURE["alt_en"]
    assert list(tmp_path.rglob("*.*")) == []
    assert not Picture.objects.exists()


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"alt_en": ""}, "alt_en"),
        ({"is_decorative": "on"}, "__all__"),
        ({"focus_x": "101"}, "focus_x"),
        ({"credit_en": ""}, "credit_en"),
    ],
)
def test_a_picture_without_its_words_is_refused(desk, settings, tmp_path, changes, field):
    settings.MEDIA_ROOT = tmp_path
    answer = desk.post(
        "/admin/news/picture/add/", PICTURE | {"file": picture_file(300, 200)} | changes
    )
    assert set(errors(answer)) == {field}
    assert list(tmp_path.rglob("*.*")) == []


# Language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "ru", "kk"])
def test_the_admin_speaks_the_language_of_the_browser(desk, code):
    answer = desk.get("/admin/", headers={"accept-language": code})
    assert f'lang="{code}"' in answer.text
    assert answer["Content-Language"] == code
