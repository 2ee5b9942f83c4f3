"""What the editor's choosers answer, and to whom; the widget without its script."""

import json
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from news.models import Article, Picture
from news.tests.factories import make_article, make_many, make_picture, picture_file

PICTURES, STORIES, INSTRUMENTS, UPLOAD = (
    f"/admin/news/article/prose/{name}/"
    for name in ("pictures", "stories", "instruments", "upload")
)


@pytest.fixture
def writing(client, reporter):
    client.force_login(reporter)
    return client


def items(answer):
    assert answer.status_code == 200
    return answer.json()["items"]


# The widget ---------------------------------------------------------------------------------------


def test_without_its_script_the_editor_is_a_textarea_with_the_text(desk):
    article = make_article(body="<p>5 &lt; 6</p>", status="draft", published_at=None)
    html = desk.get(f"/admin/news/article/{article.pk}/change/").content.decode()
    start = html.index("data-prose>")
    box = html[start : html.index("</template>", start)]
    assert re.search(r'role="toolbar"[^>]* hidden>', box)
    (area,) = re.findall(r"<textarea([^>]*)>\n(.*?)</textarea>", box, re.S)
    assert 'name="body"' in area[0] and 'id="id_body"' in area[0] and "hidden" not in area[0]
    assert area[1] == "&lt;p&gt;5 &amp;lt; 6&lt;/p&gt;"
    # The dialogs' fields must not reach the server with the form.
    assert re.findall(r"<(?:input|select)[^>]* name=", box) == []


def test_the_form_needs_no_exception_from_the_strict_policy(desk):
    answer = desk.get("/admin/news/article/add/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "nonce" not in policy and "sha256" not in policy
    html = answer.content.decode()
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", html)
    assert inline and all('type="application/json"' in attributes for attributes in inline)
    assert "<style" not in html and " style=" not in html


def test_the_words_of_the_scripts_cannot_end_their_block(desk, settings):
    settings.SITE_URL = "https://example.org/</script><script>alert(1)</script>"
    html = desk.get("/admin/news/article/add/").content.decode()
    assert "<script>alert(1)" not in html
    block = re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1]
    assert json.loads(block)["words"]["site"] == settings.SITE_URL


# Who may ask --------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PICTURES, STORIES, INSTRUMENTS])
def test_choosers_answer_members_of_the_newsroom_and_nobody_else(
    address, client, reporter, market_editor
):
    assert client.get(address).status_code == 302  # to the login page
    client.force_login(reporter)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 405
    reporter.groups.clear()
    assert client.get(address).status_code == 403


def test_only_who_may_add_pictures_uploads_one(client, market_editor, reporter):
    client.force_login(market_editor)
    assert client.post(UPLOAD).status_code == 403
    client.force_login(reporter)
    assert client.get(UPLOAD).status_code == 405
    assert client.post(UPLOAD).status_code == 422


def test_an_upload_without_the_form_s_token_is_refused(reporter):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reporter)
    assert strict.post(UPLOAD).status_code == 403


# Stories ------------------------------------------------------------------------------------------


def test_a_link_leads_only_to_stories_that_readers_can_open(writing):
    now = timezone.now()
    public = make_article(headline="Depot one")
    make_article(headline="Depot draft", status="draft", published_at=None)
    make_article(
        headline="Depot tomorrow", status="scheduled", published_at=now + timedelta(days=1)
    )
    make_article(headline="Depot gone", status="withdrawn", withdrawal_reason="An error.")
    make_article(headline="Depot over", expires_at=now - timedelta(minutes=1))
    (found,) = items(writing.get(STORIES))
    assert found["headline"] == "Depot one" and found["address"] == public.get_absolute_url()


def test_stories_are_found_in_any_case_and_in_their_language(writing, committed):
    with committed():
        make_article(headline="Нефтебаза в Ёлкино", language="ru")
        make_article(headline="Depot", language="en")
    (found,) = items(writing.get(STORIES, {"q": "ЕЛКИНО нефтебаза", "language": "ru"}))
    assert found["address"].startswith("/ru/")
    assert items(writing.get(STORIES, {"q": "нефтебаза", "language": "en"})) == []
    assert len(items(writing.get(STORIES, {"language": "xx"}))) == 2


def test_answers_are_few_and_say_that_there_are_more(writing, django_assert_max_num_queries):
    make_many(40)
    with django_assert_max_num_queries(5):
        answer = writing.get(STORIES)
    assert len(items(answer)) == 24 and answer.json()["more"] is True


# Pictures -----------------------------------------------------------------------------------------


def test_pictures_are_found_by_what_is_said_of_them_newest_first(writing):
    first = make_picture(alt_en="A depot", alt_ru="Нефтебаза", caption_en="At dusk")
    second = make_picture(alt_en="A tanker", credit_en="Photo: B. Depot")
    assert [item["id"] for item in items(writing.get(PICTURES))] == [second.pk, first.pk]
    assert {item["id"] for item in items(writing.get(PICTURES, {"q": "depot"}))} == {
        first.pk,
        second.pk,
    }
    (found,) = items(writing.get(PICTURES, {"q": "НЕФТЕБАЗА"}))
    assert found["alt"] == "A depot" and found["caption"] == "At dusk"
    assert found["thumb"].endswith(".webp") and found["width"] == 960
    assert items(writing.get(PICTURES, {"q": "nowhere"})) == []


def test_pictures_of_a_text_are_asked_for_by_number(writing, django_assert_max_num_queries):
    made = [make_picture() for _ in range(3)]
    with django_assert_max_num_queries(5):
        found = items(writing.get(PICTURES, {"ids": f"{made[0].pk},{made[2].pk},999999"}))
    assert {item["id"] for item in found} == {made[0].pk, made[2].pk}
    # What is no list of numbers is no list of numbers.
    assert len(items(writing.get(PICTURES, {"ids": "1;2"}))) == 3


# Instruments --------------------------------------------------------------------------------------


def test_instruments_are_found_by_code_and_by_name_in_every_language(writing):
    assert "brent" in {item["code"] for item in items(writing.get(INSTRUMENTS))}
    for words in ("BRENT", "brent crude", "нефть brent"):
        found = items(writing.get(INSTRUMENTS, {"q": words}))
        assert [item["code"] for item in found] == ["brent"], words
    (dollar,) = items(writing.get(INSTRUMENTS, {"q": "usd-rub", "language": "ru"}))
    assert dollar["name"] == "Доллар США к рублю"


def test_petrol_of_two_countries_can_be_told_apart(writing):
    found = items(writing.get(INSTRUMENTS, {"q": "ai-95"}))
    assert len({item["about"] for item in found}) == len(found) > 1


# Upload -------------------------------------------------------------------------------------------


def sent(client, **changes):
    words = {"language": "ru", "alt": "Нефтебаза", "caption": "В Актау", "credit": "Фото: А. Имя"}
    file = SimpleUploadedFile("depot.jpg", picture_file(900, 600).read(), "image/jpeg")
    return client.post(UPLOAD, {"file": file, **words, **changes})


def test_a_picture_is_uploaded_from_within_a_story_in_its_language(writing, reporter):
    answer = sent(writing)
    assert answer.status_code == 201
    picture = Picture.objects.get(pk=answer.json()["item"]["id"])
    assert (picture.alt_ru, picture.alt_en, picture.caption_ru) == ("Нефтебаза", "", "В Актау")
    assert picture.credit_ru == picture.credit_en == "Фото: А. Имя"
    assert picture.sizes["480"] == [480, 320]
    entry = LogEntry.objects.get()
    assert entry.user == reporter and entry.get_edited_object() == picture and entry.is_addition()


def test_the_same_file_is_not_put_into_the_library_twice(writing):
    first = sent(writing).json()["item"]
    again = sent(writing, alt="Other words")
    assert again.status_code == 200 and again.json()["isKnown"]
    assert again.json()["item"]["id"] == first["id"]
    assert Picture.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"alt": ""}, "alt"),
        ({"alt": "IMG_2034.jpg"}, "alt"),
        ({"credit": ""}, "credit"),
        ({"credit": "x" * 121}, "credit"),
        ({"alt": "x" * 251}, "alt"),
        ({"file": ""}, "file"),
        ({"file": SimpleUploadedFile("a.jpg", b"no picture at all")}, "file"),
        ({"file": SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>")}, "file"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_is_wrong_with_an_upload_is_said_of_its_field(writing, changes, field):
    answer = sent(writing, **changes)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert list(errors) == [field] and all(errors[field])
    assert not Picture.objects.exists()


def test_a_decorative_picture_needs_no_words_and_keeps_none(writing):
    answer = sent(writing, is_decorative="on")
    assert answer.status_code == 201
    assert Picture.objects.get().alt_ru == ""


def test_uploading_touches_no_story(writing):
    article = make_article()
    before = Article.objects.values().get(pk=article.pk)
    sent(writing)
    assert Article.objects.values().get(pk=article.pk) == before
