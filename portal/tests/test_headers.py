"""What every answer carries, and what no answer to a reader carries."""

import mimetypes
import re

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from news.models import Article, Picture
from news.tests.addresses import OUTSIDE, addresses
from portal.lib import languages
from portal.tests.site import make_site

SECRET = "a secret that lies beside the pictures"
POLICY = {
    "default-src": "'none'",
    "img-src": "'self'",
    "style-src": "'self'",
    "script-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PICTURE = POLICY | {"sandbox": ""}


@pytest.fixture(scope="module")
def _site(module_db):
    with module_db():
        return make_site()


@pytest.fixture
def site(_site, db):
    return _site


def paths(story):
    """Every public address of a language, and what is gone, unknown, refused."""
    yield from addresses(story.language, story)
    gone = Article.objects.filter(language=story.language).exclude(pk=story.pk)
    yield from (article.get_absolute_url() for article in gone)
    yield languages.path_in("/no/such/page/", story.language)
    yield languages.path_in("/search/?" + "a=1&" * 3000, story.language)


@pytest.fixture(scope="module")
def answers(_site, module_db):
    """{language: [(path, answer)]} of every address, each asked once for all these tests."""
    client, found = Client(), {}
    with module_db():
        for code, story in _site.items():
            found[code] = [(path, client.get(path)) for path in paths(story)]
            found[code].append(("POST /", client.post(languages.path_in("/", code))))
            found[code].append(("HTTP host", client.get("/", headers={"host": "evil.example"})))
    found_status = {response.status_code for pairs in found.values() for _p, response in pairs}
    assert found_status == {200, 301, 400, 404, 405, 410}
    return found


def policy_of(response):
    parts = [part.split(maxsplit=1) for part in response["Content-Security-Policy"].split(";")]
    return {part[0]: part[1] if part[1:] else "" for part in parts}


@pytest.mark.parametrize("code", languages.CODES)
def test_every_answer_to_a_reader_is_strict(answers, code):
    for path, response in answers[code]:
        # A picture for other sites may do nothing at all, not even where it is opened alone.
        expected = PICTURE if path.endswith("/badge.svg") else POLICY
        assert policy_of(response) == expected, path
        assert response["X-Content-Type-Options"] == "nosniff", path
        # A preview's address is its key: nobody else hears of it.
        referrer = "no-referrer" if "/preview/" in path else "strict-origin-when-cross-origin"
        assert response["Referrer-Policy"] == referrer, path
        assert "camera=()" in response["Permissions-Policy"], path
        assert "geolocation=()" in response["Permissions-Policy"], path
        assert response["X-Frame-Options"] == "DENY", path
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", path


@pytest.mark.parametrize("code", languages.CODES)
def test_no_answer_to_a_reader_sets_a_cookie_or_depends_on_one(answers, code):
    """So that any cache may share it."""
    for path, response in answers[code]:
        assert "Set-Cookie" not in response, path
        assert not response.cookies, path
        vary = {part.strip().lower() for part in response.get("Vary", "").split(",")}
        assert not vary & {"cookie", "accept-language", "*"}, path


@pytest.mark.parametrize("code", languages.CODES)
def test_every_page_says_its_language(answers, code):
    for path, response in answers[code]:
        outside = path.startswith(OUTSIDE) or path == "HTTP host"
        assert response["Content-Language"] == ("en" if outside else code), path
        if response["Content-Type"].startswith("text/html"):
            assert response["Content-Type"] == "text/html; charset=utf-8"
            is_part = path.endswith("/markets/ticker/")  # of a page that says its language
            if response.status_code not in {301, 302} and not is_part:
                assert f'<html lang="{response["Content-Language"]}">' in response.text, path


def test_what_a_browser_or_a_cookie_prefers_changes_no_byte(site, answers):
    other = Client()
    other.cookies[configured.LANGUAGE_COOKIE_NAME] = "ru"
    for path, plain in answers["en"][: len(list(addresses("en", site["en"])))]:
        if plain.streaming:
            continue
        told = other.get(path, headers={"accept-language": "ru", "user-agent": "x"})
        assert told.content == plain.content, path
        assert told.headers == plain.headers, path


def without_caching(response):
    told = {"Cache-Control", "ETag", "Vary", "X-Accel-Expires"}
    return {name: value for name, value in response.items() if name not in told}


def test_no_page_for_readers_opens_a_session_even_of_an_editor(site, answers, editor):
    visitor = Client()
    visitor.force_login(editor)
    for path, plain in answers["ru"][: len(list(addresses("ru", site["ru"])))]:
        with CaptureQueriesContext(connection) as queries:
            response = visitor.get(path)
        session = getattr(response.wsgi_request, "session", None)
        assert session is None or not (session.accessed or session.modified), path
        assert not [query for query in queries if "django_session" in query["sql"]], path
        if path == "/metrics":  # counts
            continue
        if "s-maxage" in plain["Cache-Control"]:  # what only settings change is everybody's
            assert response["Cache-Control"] == "private, no-store", path
        assert without_caching(response) == without_caching(plain), path
        if not response.streaming:
            assert response.content == plain.content, path


def test_pages_name_nothing_outside_the_site_that_a_browser_would_fetch(answers):
    fetched = re.compile(r'(?:src|srcset|action|data|poster)="([^"]*)"|<link[^>]*href="([^"]*)"')
    for pairs in answers.values():
        for path, response in pairs:
            if not response["Content-Type"].startswith("text/html"):
                continue
            for found in fetched.finditer(response.text):
                address = found[1] or found[2] or "/"
                known = address.startswith("/") and not address.startswith("//")
                assert known or address.startswith(configured.SITE_URL), (path, address)


# The admin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_known", [True, False], ids=["editor", "stranger"])
def test_no_answer_of_the_admin_is_stored(site, editor, is_known):
    client = Client()
    if is_known:
        client.force_login(editor)
    for path in (
        "/admin/",
        "/admin/login/",
        "/admin/news/article/",
        "/admin/news/article/add/",
        f"/admin/news/article/{site['en'].pk}/change/",
        "/admin/no/such/page/",
        "/admin/autocomplete/?app_label=news&model_name=article&field_name=tags",
        "/admin/jsi18n/",
    ):
        response = client.get(path)
        assert response["Cache-Control"] == "private, no-store", path
        assert "unsafe" not in response["Content-Security-Policy"], path
    assert client.post("/admin/login/", {})["Cache-Control"] == "private, no-store"


def test_the_cookies_of_the_newsroom_are_out_of_reach_of_scripts(site, editor):
    client = Client()
    form = {"username": "editor", "password": "secret-for-tests"}
    client.get("/admin/login/")
    assert client.post("/admin/login/", form).status_code == 302
    assert set(client.cookies) >= {"sessionid", "csrftoken"}
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] in {"Lax", "Strict"}


# Uploaded pictures -------------------------------------------------------------------------------


@pytest.fixture
def picture(site):
    return Picture.objects.first()


def media_names(picture):
    return picture.address("sq", "avif"), picture.middle[2], picture.file.url


def test_a_picture_may_be_kept_for_ever_and_nothing_in_it_may_run(client, picture):
    types = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
    for address in media_names(picture):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response["Content-Type"] == types[address.rpartition(".")[2]]
        policy = policy_of(response)
        assert policy["default-src"] == "'none'"
        assert policy["sandbox"] == ""
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response
        body = b"".join(response.streaming_content)
        assert int(response["Content-Length"]) == len(body) > 100


def test_pictures_have_their_type_on_a_machine_without_a_list_of_types(
    client, picture, monkeypatch
):
    """A slim container has no /etc/mime.types, and Python alone does not know them all."""
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes(filenames=()))
    for address in media_names(picture):
        assert client.get(address)["Content-Type"].startswith("image/"), address


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "pictures/../../secret.txt",
        "pictures/..%2f..%2fsecret.txt",
        "....//secret.txt",
        "..%5csecret.txt",
        "%252e%252e%252fsecret.txt",
        "..;/secret.txt",
        "{root}/secret.txt",
        "/{root}/secret.txt",
        "%2f{root}%2fsecret.txt",
        "/etc/passwd",
        "file:///etc/passwd",
        "~root/.bashrc",
        "%00",
        "secret.txt%00.webp",
        "pictures%00/",
        "",
        "pictures",
        "pictures/",
        ".",
        "x" * 5000,
        "%ff%fe",
        "%ed%a0%80",
    ],
)
def test_nothing_but_a_picture_is_read_from_the_disk(client, site, settings, tmp_path, path):
    (tmp_path / "media" / "pictures").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text(SECRET)
    settings.MEDIA_ROOT = tmp_path / "media"
    response = client.get("/media/" + path.format(root=tmp_path))
    assert response.status_code in {400, 404}
    assert SECRET not in response.text
    assert "root:" not in response.text
    assert policy_of(response) == POLICY


def test_static_files_are_not_media(client, site):
    assert client.get("/media/../static/css/site.css").status_code in {400, 404}


@pytest.mark.parametrize("code", languages.CODES)
def test_the_canonical_address_is_the_setting_and_not_what_the_visitor_called_us(
    client, site, code
):
    path = site[code].get_absolute_url()
    response = client.get(path, headers={"host": "localhost:99"})
    canonical = re.findall(r'<link rel="canonical" href="([^"]*)">', response.text)
    assert canonical == [configured.SITE_URL + path]
    assert "localhost:99" not in response.text
