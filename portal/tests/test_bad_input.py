"""Whatever arrives, the answer is a proper page in the reader's language, never a 500."""

import pytest

from portal.tests import addresses

LONG = "9" * 5000
ODD = [
    "/nowhere/",
    "/nowhere/at/all/",
    "/%00/",
    "/%00",
    "/oil-gas/%00/",
    "/oil-gas/1%00-x/",
    "/%ff%fe/",
    "/oil-gas/%c3%28/",
    "/%F0%9F%98%80/",
    "/OIL-GAS/",
    f"/oil-gas/{'9' * 18}-x/",
    f"/oil-gas/{LONG}-x/",
    "/oil-gas/0-x/",
    "/oil-gas/-1-x/",
    "/oil-gas/1.5-x/",
    f"/{'a' * 5000}/",
    "/tag/nowhere/",
    "/tag/%00/",
    "/author/nobody/",
    "/source/none/",
    "/archive/2026/13/",
    "/archive/2026/02/30/",
    "/archive/0000/00/",
    "/archive/9999/12/",
    "/archive/9999/12/31/",
    "/about/nothing/",
    "/about/standards/2026-99-99/",
    "/markets/nothing/",
    "/markets/%00/",
    "/markets/nothing.csv",
    "/markets/usd-rub/?range=bogus",
    "/oil-gas/?page=abc",
    "/oil-gas/?page=0",
    "/oil-gas/?page=-1",
    "/oil-gas/?page=1.5",
    "/oil-gas/?page=%00",
    "/oil-gas/?page=",
    "/oil-gas/?page=%D9%A3",
    f"/oil-gas/?page={LONG}",
    "/oil-gas/?page=99999999999999999999",
    "/search/?q=oil&page=abc",
    "/corrections/?page=999",
    "/..%2f..%2fetc/passwd",
    "/.env",
    "/.git/config",
    "/wp-login.php",
]
HARMLESS = [
    "/?page=abc",
    "/?%00=%00",
    "/?" + "x" * 8192,
    "/oil-gas/?utm_source=x&fbclid=y",
    "/search/?q=%00",
    "/search/?q=%ff%fe",
    "/search/?q=" + "a" * 8192,
    "/search/?q=%22%27%3Cscript%3E",
    "/search/?q=%ED%A0%80",
    "/search/?q=%E2%80%AE%D8%A7",
    "/search/?q=a&q=b",
    "/search/?q[]=a",
    "/markets/usd-rub/?range=1y&x=" + "y" * 8000,
]


@pytest.mark.parametrize("language", ["", "/ru", "/kk"])
def test_unknown_addresses_get_a_page_in_the_readers_language(language, demo, client):
    words = {"": "Page not found", "/ru": "Страница не найдена", "/kk": "Бет табылмады"}[language]
    for address in ODD:
        response = client.get(language + address)
        assert response.status_code in (400, 404), address
        page = response.content.decode()
        if response.status_code == 404:
            assert words in page, address
            assert 'class="ticker"' in page, address
        assert "Traceback" not in page


def test_parameters_nobody_asked_for_change_nothing(demo, client):
    for address in HARMLESS:
        for language in ("", "/ru", "/kk"):
            response = client.get(language + address)
            assert response.status_code == 200, address
            assert "xxxxxxxx" not in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_public_addresses_can_only_be_read(method, demo, client):
    words = {"en": "This address can only be read", "ru": "только для чтения", "kk": "оқуға ғана"}
    for address in addresses.pages():
        response = getattr(client, method)(address)
        assert response.status_code == 405, address
        assert response["Allow"] == "GET, HEAD"
        page = response.content.decode()
        language = response["Content-Language"]
        assert f'<html lang="{language}">' in page
        assert words["en"] not in page or language == "en", address
        assert 'class="ticker"' in page


def test_head_is_get_without_its_body(demo, client):
    for address, _status in [(page, 200) for page in addresses.pages()] + addresses.errors():
        whole, head = client.get(address), client.head(address)
        assert head.status_code == whole.status_code, address
        assert head.content == b""
        assert head["Content-Length"] == str(len(whole.content)), address
        assert head["Content-Type"] == whole["Content-Type"]


def test_a_form_without_its_token_gets_a_plain_refusal(base):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/admin/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "The form had expired" in response.content.decode()


def test_a_foreign_host_is_refused(client, db):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()
