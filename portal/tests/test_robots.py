"""What machines ask for by fixed names: read the way their makers' programs read it."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings as configured
from PIL import Image

from portal import robots
from portal.lib import languages

MONTHS = [datetime(2026, month, 28, 12, tzinfo=UTC) for month in range(1, 13)]


def static_file(address):
    """The file of a static address, with or without a hash in its name."""
    name = re.sub(r"\.[0-9a-f]{12}(?=\.)", "", address.partition(configured.STATIC_URL)[2])
    return configured.BASE_DIR / "static" / name


def rules(client):
    reader = RobotFileParser()
    reader.parse(client.get("/robots.txt").text.splitlines())
    return reader


@pytest.mark.parametrize(
    ("policy", "trains", "answers"),
    [("allow", True, True), ("no-training", False, True), ("none", False, False)],
)
def test_the_setting_decides_who_may_read(client, settings, policy, trains, answers):
    settings.AI_CRAWLERS = policy
    reader = rules(client)
    for name in ("GPTBot", "ClaudeBot", "CCBot", "Google-Extended", "Bytespider"):
        assert reader.can_fetch(name, "/fuel/1-words/") is trains, name
    for name in ("ChatGPT-User", "OAI-SearchBot", "Claude-User", "PerplexityBot"):
        assert reader.can_fetch(name, "/fuel/1-words/") is answers, name
    for name in ("Googlebot", "Bingbot", "YandexBot", "Applebot", "anybody"):
        assert reader.can_fetch(name, "/fuel/1-words/"), name
        assert reader.can_fetch(name, "/ru/feeds/all.rss"), name
        assert not reader.can_fetch(name, "/ru/search/?q=oil"), name


def test_no_name_is_on_two_lists():
    assert not set(robots.TRAINERS) & set(robots.ANSWERERS)


def test_robots_txt_names_the_sitemaps_by_whole_addresses_that_answer(client, db):
    found = rules(client).site_maps()
    assert len(found) == 1 + len(languages.CODES)
    for address in found:
        assert address.startswith(configured.SITE_URL)
        assert client.get(address.removeprefix(configured.SITE_URL)).status_code == 200


def test_robots_txt_does_not_tell_where_the_newsroom_is(client, settings):
    assert settings.ADMIN_PATH not in client.get("/robots.txt").text


@pytest.mark.parametrize("now", MONTHS)
def test_security_txt_is_valid_for_less_than_a_year_and_never_about_to_end(
    client, time_machine, now
):
    time_machine.move_to(now, tick=False)
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(re.findall(r"^([A-Za-z-]+): (.+)$", response.text, re.M))
    assert fields["Contact"] == "mailto:newsroom@example.org"
    assert fields["Canonical"] == f"{configured.SITE_URL}/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - now
    assert timedelta(days=200) < left < timedelta(days=365)


def test_humans_txt_says_who_we_are(client):
    text = client.get("/humans.txt").text
    assert "newsroom@example.org" in text
    assert f"{configured.SITE_URL}/about/" in text
    assert "{{" not in text


@pytest.mark.parametrize("code", languages.CODES)
def test_the_manifest_is_the_editions_own_and_its_icons_are_true(client, code):
    response = client.get(languages.path_in("/site.webmanifest", code))
    assert response["Content-Type"] == "application/manifest+json"
    told = json.loads(response.content)
    assert told["lang"] == code
    assert told["name"] == configured.SITE_NAMES[code]
    sizes = {icon["sizes"] for icon in told["icons"]}
    assert {"192x192", "512x512"} <= sizes
    for icon in told["icons"]:
        if icon["type"] == "image/png":
            with Image.open(static_file(icon["src"])) as image:
                assert "x".join(map(str, image.size)) == icon["sizes"]


def test_the_icon_at_its_old_address_is_an_icon(client):
    response = client.get("/favicon.ico")
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.format == "ICO"
        assert (48, 48) in image.ico.sizes()


def test_the_page_names_its_icons_and_they_are_there(client, db):
    head = client.get("/").text.partition("</head>")[0]
    found = re.findall(r'<link rel="(icon|apple-touch-icon|manifest)"[^>]*?href="([^"]+)"', head)
    assert [kind for kind, _href in found] == ["icon", "icon", "apple-touch-icon", "manifest"]
    for _kind, href in found:
        if href.startswith(configured.STATIC_URL):
            assert static_file(href).exists()
        else:
            assert client.get(href).status_code == 200
    with Image.open(configured.BASE_DIR / "static/img/apple-touch-icon.png") as image:
        assert image.size == (180, 180)
        assert "A" not in image.mode


@pytest.mark.parametrize("path", ["/robots.txt", "/humans.txt", "/.well-known/security.txt"])
def test_who_has_it_already_gets_304(client, path):
    first = client.get(path)
    assert "max-age" in first["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
