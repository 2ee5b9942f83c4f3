"""Whatever is sent to an address, the answer is a page in the reader's language, never an error."""

import re

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, RequestFactory

from news.tests.addresses import addresses
from portal.lib import languages
from portal.tests.site import TICKER, make_site, told

NINES = "9" * 18
WORDS = {
    400: "We could not read that request",
    404: "This page is off the map",
    405: "This address can only be read",
}


@pytest.fixture(scope="module")
def _site(module_db):
    with module_db():
        return make_site()


@pytest.fixture
def site(_site, db):
    return _site


def bare_addresses(story):
    """Every public address of a language once, without its question."""
    paths = (path.partition("?")[0] for path in addresses(story.language, story))
    return list(dict.fromkeys(paths))


def assert_proper(response, status, code, path):
    """A page of the site: frame, ticker and words in the reader's language."""
    assert response.status_code == status, path
    assert f'<html lang="{code}">' in response.text, path
    assert f"{status}</p>" in response.text, path
    assert told(WORDS[status], code) in response.text, path
    assert TICKER[code] in response.text, path
    assert f'href="{languages.path_in("/", code)}"' in response.text, path
    assert '<meta name="robots" content="noindex">' in response.text, path
    assert "Set-Cookie" not in response, path


# Addresses ---------------------------------------------------------------------------------------

UNKNOWN = [
    "/nowhere/at/all/",
    "/no-such-section/",
    "/fuel/words-without-a-number/",
    "/tag/",
    "/tag/no-such-tag/",
    "/author/no-such-author/",
    "/source/no-such-source/",
    "/markets/no-such-instrument/",
    "/markets/no-such-instrument.csv",
    "/markets/usd-rub.xml",
    "/about/no-such-page/",
    "/about/about/2026-13-45/",
    "/archive/2026/13/",
    "/archive/2026/02/30/",
    f"/shared/{NINES}/",
    f"/shared/{NINES}-words/",
    f"/shared/{NINES}9-words/",
    f"/shared/{'9' * 5000}/",
    f"/shared/{'0' * 5000}1/",
    "/shared/0/",
    "/shared/-1/",
    "/shared/1e9/",
    "/shared/٣/",
    f"/tag/{'x' * 5000}/",
    f"/{'x' * 5000}/",
    "/" + "a/" * 2000,
    "/%00",
    "/%00/",
    "/shared/%00/",
    "/shared/1%00/",
    "/tag/%00/",
    "/tag/a%00b/",
    "/markets/%00/",
    "/search/%00",
    "/%ff/",
    "/%ff%fe/",
    "/%c0%af/",
    "/%ed%a0%80/",
    "/%f4%90%80%80/",
    "/tag/%ff/",
    "/%d1/",
    "/%/",
    "/%zz/",
    "/%2e%2e/",
    "/../",
    "/..%2f..%2fetc%2fpasswd",
    "/%5c%5cevil.example/",
    "/%0d%0aSet-Cookie:%20a=b/",
    "/<script>alert(1)</script>/",
    "/%3Cscript%3Ealert(1)%3C/script%3E/",
    "/'%20OR%201=1--/",
    "/{{7*7}}/",
    "/.env",
    "/.git/config",
    "/wp-login.php",
    "/index.php",
    "/en/",
    "/en/markets/",
    "/RU/",
    "/de/",
    "/shared/?page=0",
    "/shared/?page=abc",
    "/shared/?page=%00",
    "/shared/?page=%ff",
    f"/shared/?page={'9' * 5000}",
    "/markets/usd-rub/?page=0",
    "/markets/usd-rub/?range=century",
    "/markets/usd-rub/?range=%00",
    "/markets/usd-rub.csv?range=%ff",
    "/search/?q=the&page=99999",
]


@pytest.mark.parametrize("code", languages.CODES)
def test_an_address_that_does_not_exist_is_a_404_in_the_readers_language(client, site, code):
    for path in UNKNOWN:
        response = client.get(languages.path_in(path, code))
        assert_proper(response, 404, code, path)
        assert "<script>alert" not in response.text


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example", "/\\evil.example/", "/ru//"])
def test_no_address_leads_to_another_site(client, site, path):
    response = client.get("/", PATH_INFO=path)
    assert response.status_code == 404
    assert "evil.example" not in response.text


@pytest.mark.parametrize("path", "/fuel /ru/fuel /markets /ru /kk /search /about".split())
def test_a_forgotten_last_slash_is_put_right_in_one_hop(client, site, path):
    response = client.get(path + "?q=x")
    assert (response.status_code, response["Location"]) == (301, path + "/?q=x")
    assert client.get(response["Location"]).status_code == 200


# Questions ---------------------------------------------------------------------------------------

HARMLESS = {
    "NUL": "%00=%00&q=%00",
    "bytes that are no text": "%ff=%fe&q=%ff%fe",
    "half a letter": "q=%d1",
    "a lone surrogate": "q=%ed%a0%80",
    "eight kilobytes": "q=" + "x" * 8192,
    "eight kilobytes of Cyrillic": "q=" + "%d1%8f" * 1365,
    "eight kilobytes of names": "&".join(f"a{n}=1" for n in range(1200)),
    "the same name again and again": "q=a&" * 900,
    "signs only": "&&&===???",
    "a semicolon": "q=a;b=c",
    "markup": "q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "a new line": "q=a%0d%0aSet-Cookie:%20b=c",
    "brackets": "q[]=a&q[0]=b&__proto__=c",
    "a bad percent sign": "q=%zz%",
}


@pytest.fixture(scope="module")
def statuses(_site, module_db):
    """{path: status} of every address asked plainly."""
    client = Client()
    with module_db():
        paths = [path for story in _site.values() for path in bare_addresses(story)]
        return {path: client.get(path).status_code for path in paths}


@pytest.mark.parametrize("number", range(len(HARMLESS)), ids=list(HARMLESS))
def test_an_odd_question_is_no_error_on_any_address(client, site, statuses, number):
    query = list(HARMLESS.values())[number]
    for path in bare_addresses(site[languages.CODES[number % 3]]):
        response = client.get(f"{path}?{query}")
        assert response.status_code == statuses[path], path
        assert "Set-Cookie" not in response
        if not response.streaming:
            assert b"<script>alert" not in response.content


@pytest.mark.parametrize("code", languages.CODES)
def test_thousands_of_names_are_refused_with_a_page(client, site, code):
    path = languages.path_in("/search/?" + "&".join(f"a{n}=1" for n in range(3000)), code)
    assert_proper(client.get(path), 400, code, "/search/")


@pytest.mark.parametrize("is_secure", [False, True], ids=["http", "redirecting to https"])
@pytest.mark.parametrize("code", languages.CODES)
def test_a_host_that_is_not_ours_is_refused_with_a_page(client, site, settings, code, is_secure):
    settings.SECURE_SSL_REDIRECT = is_secure
    client.get("/kk/" if code == "ru" else "/ru/", secure=True)  # whatever was asked before
    path = languages.path_in("/shared/", code)
    response = client.get(path, headers={"host": "evil.example"})
    assert_proper(response, 400, code, path)
    assert response["Content-Language"] == code
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "evil.example" not in response.text


# Methods -----------------------------------------------------------------------------------------

METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X"]


@pytest.mark.parametrize("number", range(len(METHODS)), ids=METHODS)
def test_nothing_can_be_sent_to_a_public_address(site, number):
    client, method = Client(enforce_csrf_checks=True), METHODS[number]
    asked = bare_addresses(site[languages.CODES[number % 3]])
    for path in [*asked, "/", "/ru/", "/kk/"]:
        code = languages.language_of_path(path)
        response = client.generic(method, path, b"a=1&b=2", "application/x-www-form-urlencoded")
        assert_proper(response, 405, code, path)
        assert response["Allow"] == "GET, HEAD"


def test_a_body_of_any_kind_is_not_read(client, site):
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/xml", "nonsense"):
        response = client.generic("POST", "/search/", b"\x00\xff{" * 100_000, kind)
        assert response.status_code == 405
    response = client.generic("GET", "/search/?q=x", b"\x00\xff" * 1000, "multipart/form-data")
    assert response.status_code == 200


@pytest.mark.parametrize("code", languages.CODES)
def test_head_is_get_without_its_body(client, site, code):
    for path in [*bare_addresses(site[code]), languages.path_in("/nowhere/", code)]:
        got, head = client.get(path), client.head(path)
        assert head.status_code == got.status_code, path
        if got.streaming:
            assert b"".join(head.streaming_content) == b"", path
            assert head.headers == got.headers, path
        else:
            assert head.content == b"", path
            assert int(head["Content-Length"]) == len(got.content), path
            # A redirect of Django's own leaves its length to the server.
            assert {**head.headers} == {**got.headers, "Content-Length": head["Content-Length"]}


def test_the_server_is_handed_no_body_for_head(site):
    """The test client would drop one; gunicorn sends what it is given."""
    answer = WSGIHandler().get_response(RequestFactory().head("/shared/"))
    assert answer.status_code == 200
    assert answer.content == b""


# The admin ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", languages.CODES)
@pytest.mark.parametrize("form", [{}, {"csrfmiddlewaretoken": "wrong"}])
def test_a_form_with_a_wrong_token_says_what_to_do(site, editor, form, code):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": code})
    for path in ("/admin/login/", "/admin/news/article/add/"):
        response = client.post(path, form)
        assert response.status_code == 403
        assert told("The form had expired", code) in response.text
        assert f'<html lang="{code}">' in response.text
        assert response["Cache-Control"] == "private, no-store"
        client.force_login(editor)


def test_a_form_of_the_admin_too_large_to_read_is_a_400(site, desk):
    fields = {f"a{n}": "1" for n in range(3000)}
    assert desk.post("/admin/news/article/add/", fields).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "no/such/page/",
        "%00/",
        "%ff/",
        "r/1/1/",
        "news/article/abc/change/",
        "news/article/999999/change/",
        f"news/article/{'9' * 5000}/change/",
        "news/article/?p=abc",
        "news/article/?page=%00",
        "news/article/?o=99",
        "news/article/?status=x",
        "news/article/?section__id__exact=abc",
        "news/article/?section__id__exact=%00",
        "autocomplete/",
        "autocomplete/?app_label=x&model_name=y&field_name=z",
        "autocomplete/?app_label=news&model_name=article&field_name=tags&term=%00",
    ],
)
def test_an_odd_address_of_the_admin_is_no_error(site, desk, path):
    response = desk.get(f"/admin/{path}")
    assert response.status_code in {200, 302, 403, 404}
    assert "://" not in response.get("Location", "")


def test_the_login_does_not_lead_to_another_site(site, editor):
    form = {"username": "editor", "password": "secret-for-tests"}
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"):
        response = Client().post("/admin/login/", form | {"next": target})
        assert response.status_code == 302
        assert not re.match(r"\w+:|//|/\\", response["Location"])
