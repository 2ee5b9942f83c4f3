"""The newsroom's desk: who may do what, what a wrong form says, what lists cost."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article, Byline, Correction, Mention, Picture, Policy
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


class Form(HTMLParser):
    """The fields of a page's main form, as a browser would send them back."""

    def __init__(self, text):
        super().__init__()
        self.fields, self.choices, self._within, self._open = {}, {}, False, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self._within = attrs.get("id", "").endswith("_form")
        name = attrs.get("name")
        if tag == "option" and self._open:
            self.choices[self._open].append(attrs.get("value", ""))
            if "selected" in attrs:
                self.fields.setdefault(self._open, []).append(attrs.get("value", ""))
        if not self._within or not name or "disabled" in attrs:
            return
        kind = attrs.get("type", "text")
        if tag == "select":
            self._open = name
            self.choices[name] = []
        elif tag == "textarea":
            self._open = name
            self.fields[name] = ""
        elif tag == "input" and kind in {"checkbox", "radio"}:
            if "checked" in attrs:
                self.fields[name] = attrs.get("value", "on")
        elif tag == "input" and kind not in {"submit", "file", "button"}:
            self.fields[name] = attrs.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._within = False
        if tag in {"select", "textarea"}:
            if tag == "textarea" and self._open:
                self.fields[self._open] = self.fields[self._open].removeprefix("\n")
            self._open = None

    def handle_data(self, data):
        if self._open and isinstance(self.fields.get(self._open), str):
            self.fields[self._open] += data


def form_of(response):
    assert response.status_code == 200
    return Form(response.text)


def sent(client, path, **changes):
    """Open a form, change some fields, send it as a browser would."""
    fields = form_of(client.get(path)).fields | changes
    return client.post(path, {name: value for name, value in fields.items() if value is not None})


def errors(response):
    """{field: messages} of a form that came back; {} when it was taken."""
    if response.status_code == 302:
        return {}
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def change_path(thing):
    return reverse(f"admin:{thing._meta.label_lower.replace('.', '_')}_change", args=[thing.pk])


ADD = "/admin/news/article/add/"


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


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


# What a reporter may not do ----------------------------------------------------------------------

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


def test_a_reporter_writes_a_draft_and_hands_it_in(their_desk):
    assert errors(sent(their_desk, ADD, **typed(status="draft"))) == {}
    story = Article.objects.get()
    assert (story.status, story.headline, story.slug) == (
        "draft",
        "Depot fills its tanks",
        "depot-fills-its-tanks",
    )
    assert errors(sent(their_desk, change_path(story), status="review")) == {}
    story.refresh_from_db()
    assert story.status == "review"


@pytest.mark.parametrize("status", ["published", "scheduled", "withdrawn"])
def test_a_reporter_cannot_publish_by_any_form(their_desk, client, status):
    moment = timezone.localtime() - HOUR
    forged = {
        "status": status,
        "published_at_0": f"{moment:%Y-%m-%d}",
        "published_at_1": f"{moment:%H:%M:%S}",
        "published_at": f"{moment:%Y-%m-%d %H:%M}",
    }
    assert form_of(their_desk.get(ADD)).choices["status"] == ["draft", "review"]
    assert set(errors(sent(their_desk, ADD, **typed(**forged)))) == {"status"}
    assert not Article.objects.exists()
    draft = make_article(status="draft", published_at=None)
    assert set(errors(sent(their_desk, change_path(draft), **forged))) == {"status"}
    draft.refresh_from_db()
    assert (draft.status, draft.published_at) == ("draft", None)
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_a_reporter_cannot_set_the_hours_of_a_draft(their_desk):
    draft = make_article(status="draft", published_at=None)
    forged = {f"{name}_at_0": "2026-01-01" for name in ("published", "updated", "expires")}
    forged |= {f"{name}_at_1": "10:00:00" for name in ("published", "updated", "expires")}
    assert errors(sent(their_desk, change_path(draft), **forged, withdrawal_reason="x")) == {}
    draft.refresh_from_db()
    assert (draft.published_at, draft.updated_at, draft.expires_at) == (None, None, None)
    assert draft.withdrawal_reason == ""


@pytest.mark.parametrize("status", ["published", "scheduled", "withdrawn"])
def test_a_reporter_cannot_change_what_readers_have_or_had_or_will_have(their_desk, status):
    story = make_article(status=status, headline="As it stands")
    page = their_desk.get(change_path(story))
    assert page.status_code == 200
    assert "headline" not in form_of(page).fields
    answer = their_desk.post(change_path(story), typed(status="draft", headline="Forged"))
    assert answer.status_code == 403
    story.refresh_from_db()
    assert (story.headline, story.status) == ("As it stands", status)


def test_a_reporter_cannot_delete_correct_or_place_a_story(their_desk):
    draft = make_article(status="draft", published_at=None)
    assert (
        their_desk.post(f"/admin/news/article/{draft.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
    assert their_desk.get("/admin/news/correction/add/").status_code == 403
    assert their_desk.post("/admin/news/frontslot/add/", {}).status_code == 403
    assert Article.objects.filter(pk=draft.pk).exists()


def test_a_correction_forged_into_the_form_of_a_draft_is_not_taken(their_desk):
    draft = make_article(status="draft", published_at=None)
    forged = {
        "corrections-TOTAL_FORMS": "1",
        "corrections-INITIAL_FORMS": "0",
        "corrections-MIN_NUM_FORMS": "0",
        "corrections-MAX_NUM_FORMS": "1000",
        "corrections-0-kind": "correction",
        "corrections-0-text": "Forged.",
        "corrections-0-article": str(draft.pk),
        "corrections-0-id": "",
    }
    sent(their_desk, change_path(draft), **forged)
    assert not Correction.objects.exists()


# Publishing --------------------------------------------------------------------------------------


def test_a_story_published_in_the_admin_stands_on_the_front_at_the_next_look(
    desk, client, committed
):
    reader = Client()
    assert "Depot fills" not in reader.get("/").text
    with committed():
        assert errors(sent(desk, ADD, **typed(status="published"))) == {}
    story = Article.objects.get()
    assert story.is_public
    assert "Depot fills" in reader.get("/").text
    assert "Depot</mark> fills" in reader.get("/search/", {"q": "depot"}).text
    assert reader.get(story.get_absolute_url()).status_code == 200


def test_a_story_withdrawn_in_the_admin_is_gone_at_the_next_look(desk):
    story = make_article()
    reader = Client()
    assert reader.get(story.get_absolute_url()).status_code == 200
    reason = {"status": "withdrawn", "withdrawal_reason": "The register was misread."}
    assert errors(sent(desk, change_path(story), **reason)) == {}
    gone = reader.get(story.get_absolute_url())
    assert gone.status_code == 410
    assert "The register was misread." in gone.text
    assert story.headline not in reader.get("/").text


def test_people_and_instruments_are_added_with_the_story(desk):
    author = make_author("A. Serikova")
    instrument = Mention._meta.get_field("instrument").related_model.objects.get(code="brent")
    people = {
        "bylines-TOTAL_FORMS": "1",
        "bylines-0-author": str(author.pk),
        "bylines-0-role": "author",
        "bylines-0-position": "1",
        "mentions-TOTAL_FORMS": "1",
        "mentions-0-instrument": str(instrument.pk),
        "mentions-0-position": "1",
    }
    assert errors(sent(desk, ADD, **typed(status="published", **people))) == {}
    story = Article.objects.get()
    assert story.writers == [author]
    assert list(story.instruments.all()) == [instrument]
    assert Byline.objects.count() == 1


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
    "an unknown status": ({"status": "live"}, "status"),
    "an unknown kind": ({"kind": "rumour"}, "kind"),
    "an unknown language": ({"language": "xx"}, "language"),
    "scheduled without an hour": ({"status": "scheduled"}, "published_at"),
    "an hour that is none": (
        {"published_at_0": "yesterday", "published_at_1": "25:99"},
        "published_at",
    ),
    "half an hour": ({"published_at_0": "2026-11-23", "published_at_1": ""}, "published_at"),
    "an end before the beginning": (
        {
            "status": "scheduled",
            "published_at_0": "2026-11-23",
            "published_at_1": "12:00:00",
            "expires_at_0": "2026-11-23",
            "expires_at_1": "12:00:00",
        },
        "expires_at",
    ),
    "an end before now": (
        {"status": "published", "expires_at_0": "2020-01-01", "expires_at_1": "00:00:00"},
        "expires_at",
    ),
    "a slug with spaces": ({"slug": "two words"}, "slug"),
    "a slug in Cyrillic": ({"slug": "рубль"}, "slug"),
    "a slug with a slash": ({"slug": "a/b"}, "slug"),
    "an address that is none": ({"source_url": "javascript:alert(1)"}, "source_url"),
    "a story group that is none": ({"story": "x"}, "story"),
}


@pytest.mark.parametrize("is_new", [True, False], ids=["new", "known"])
@pytest.mark.parametrize("changes, field", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_field_says_so_beside_itself_and_loses_nothing(desk, changes, field, is_new):
    story = None if is_new else make_article(status="draft", published_at=None)
    path = ADD if is_new else change_path(story)
    data = typed(status="draft", dateline="AKTAU", seo_title="Seo words") | changes
    answer = sent(desk, path, **data)
    assert set(errors(answer)) == {field}
    row = re.search(rf'<div class="[^"]*\bfield-{field}\b.*?</ul>', answer.text, re.S)
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
    answer = sent(desk, ADD, **typed(status="draft", story=str(story.story)))
    assert "already has a text in that language" in answer.text
    assert Article.objects.count() == 1


def test_the_same_person_twice_in_a_role_is_refused_with_words(desk):
    author = make_author()
    people = {"bylines-TOTAL_FORMS": "2"}
    for number in (0, 1):
        people |= {
            f"bylines-{number}-author": str(author.pk),
            f"bylines-{number}-role": "author",
            f"bylines-{number}-position": "1",
        }
    answer = sent(desk, ADD, **typed(status="draft", **people))
    assert answer.status_code == 200
    assert "duplicate" in answer.text
    assert TYPED["headline"] in answer.text
    assert not Article.objects.exists()


def test_a_section_cannot_take_an_address_of_the_site_itself(chief):
    client = client_of(chief)
    for word in ("search", "ru", "media", "admin"):
        answer = sent(client, "/admin/news/section/add/", name_en="X", slug=word)
        assert set(errors(answer)) == {"slug"}


def test_prose_typed_in_the_admin_is_cleaned(desk):
    body = "First.\r\n\r\n<b onclick=alert(1)>Second</b>"
    sent(desk, ADD, **typed(status="draft", body=body))
    assert Article.objects.get().body == "<p>First.</p>\n<p>Second</p>"


# Corrections -------------------------------------------------------------------------------------


@pytest.fixture
def corrected(base):
    story = make_article()
    return Correction.objects.create(article=story, text="Nine tanks, not ten.")


def test_an_editor_adds_a_correction_which_readers_see(desk, client):
    story = make_article()
    form = {
        "corrections-TOTAL_FORMS": "1",
        "corrections-0-kind": "correction",
        "corrections-0-text": "Nine tanks, not ten.",
    }
    assert errors(sent(desk, change_path(story), **form)) == {}
    assert "Nine tanks, not ten." in client.get(story.get_absolute_url()).text
    assert "Nine tanks, not ten." in client.get("/corrections/").text


@pytest.mark.parametrize("extra", [{"corrections-0-text": "Ten."}, {"corrections-0-DELETE": "on"}])
def test_a_correction_is_not_changed_or_deleted_through_its_story(desk, corrected, extra):
    form = {
        "corrections-TOTAL_FORMS": "1",
        "corrections-INITIAL_FORMS": "1",
        "corrections-0-id": str(corrected.pk),
        "corrections-0-article": str(corrected.article_id),
        "corrections-0-kind": "update",
        "corrections-0-text": corrected.text,
        **extra,
    }
    sent(desk, change_path(corrected.article), **form)
    kept = Correction.objects.get()
    assert (kept.text, kept.kind) == ("Nine tanks, not ten.", "correction")


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
