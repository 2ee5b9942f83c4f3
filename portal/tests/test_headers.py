"""What every answer carries, and what none may carry."""

import pytest
from django.conf import settings

from news.models import Picture
from portal.tests import addresses


def policy(response):
    parts = response["Content-Security-Policy"].split(";")
    return {name: values for name, *values in (part.split() for part in parts)}


def test_public_pages_are_the_same_for_everybody_and_allow_nothing_foreign(demo, client):
    expected = [(address, 200) for address in addresses.pages()] + addresses.errors()
    for address, status in expected:
        response = client.get(address, headers={"accept-language": "kk", "cookie": "a=b"})
        assert response.status_code == status, address
        assert not response.cookies, address
        varies = response.get("Vary", "")
        assert "Cookie" not in varies, address
        assert "Accept-Language" not in varies, address
        rules = policy(response)
        assert rules["default-src"] == ["'none'"], address
        for name, values in rules.items():
            assert values in (["'self'"], ["'none'"]), (address, name, values)
        assert rules["script-src"] == rules["style-src"] == ["'self'"]
        assert rules["frame-ancestors"] == rules["base-uri"] == ["'none'"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert "camera=()" in response["Permissions-Policy"]
        assert response["Referrer-Policy"] == "strict-origin-when-cross-origin"
        language = address.split("/")[1] if address[1:4] in ("ru/", "kk/") else "en"
        assert response["Content-Language"] == language, address
        session = getattr(response.wsgi_request, "session", None)
        assert session is None or not session.accessed, address


def test_an_editor_sees_the_very_bytes_a_reader_sees(demo, client, admin_client):
    for address in addresses.pages():
        assert client.get(address).content == admin_client.get(address).content, address


def test_the_admin_is_never_stored_by_a_cache(base, client, admin_client):
    for one in (client, admin_client):
        for address in ("/admin/", "/admin/login/", "/admin/news/article/", "/admin/nowhere/"):
            assert one.get(address)["Cache-Control"] == "private, no-store"


def test_pictures_are_good_for_ever_and_nothing_in_them_may_run(demo, client):
    _width, _height, address = Picture.objects.first().largest
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert policy(response) == {"default-src": ["'none'"], "sandbox": []}
    assert b"".join(response.streaming_content)[:4] == b"RIFF"


@pytest.mark.parametrize(
    "path",
    [
        "../portal/settings.py",
        "%2e%2e/portal/settings.py",
        "..%2fportal/settings.py",
        "/etc/passwd",
        "pictures/../../db.sqlite3",
        "pictures",
        "a%00b.webp",
        "nothing.webp",
        "x" * 5000,
    ],
    ids=lambda path: path[:30],
)
def test_only_files_of_the_media_folder_are_served(path, db, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "pictures").mkdir(parents=True)
    (tmp_path / "db.sqlite3").write_text("secret")
    response = client.get(f"/media/{path}")
    assert response.status_code in (400, 404)


def test_the_production_set_of_headers_is_complete(client, db, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_SSL_REDIRECT = True
    plain = client.get("/")
    assert plain.status_code == 301
    assert plain["Location"].startswith("https://")


def test_cookies_of_the_admin_are_out_of_reach_of_scripts(client, base):
    client.get("/admin/login/")
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
