"""One address for one page, and its languages: reciprocal, whole, and only where they are true."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings as configured
from django.test import Client

from news.models import Policy
from news.tests.addresses import addresses
from news.tests.factories import make_article
from portal.lib import languages
from portal.tests.site import make_site

SITE = configured.SITE_URL
# Answers and errors have no address of their own to be found under.
UNLISTED = ("/search/",)


@pytest.fixture(scope="module")
def _site(module_db):
    with module_db():
        return make_site()


@pytest.fixture
def site(_site, db):
    return _site


def head(response):
    text = response.text.partition("</head>")[0]
    canonical = re.findall(r'<link rel="canonical" href="([^"]*)">', text)
    found = re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', text)
    return canonical, found


@pytest.fixture(scope="module")
def pages(_site, module_db):
    """{path: answer} of every page that is one, in every language."""
    client, found = Client(), {}
    with module_db():
        for code, story in _site.items():
            for path in addresses(code, story):
                response = client.get(path)
                if response["Content-Type"].startswith("text/html") and response.status_code == 200:
                    found[path] = response
    assert len(found) > 60
    return {path: r for path, r in found.items() if not path.endswith("/markets/ticker/")}


def test_every_page_has_one_canonical_address_its_own(pages):
    for path, response in pages.items():
        canonical, _alternates = head(response)
        bare = languages.path_in(path.partition("?")[0], languages.DEFAULT)
        if bare == "/":  # the front has no second page, whatever is asked of it
            path = path.partition("?")[0]
        expected = [] if bare in UNLISTED else [SITE + path]
        assert canonical == expected, path


def test_every_page_names_all_its_languages_and_they_name_it(pages, site):
    checked = 0
    for path, response in pages.items():
        canonical, alternates = head(response)
        if not alternates:
            continue
        told = dict(alternates)
        assert len(told) == len(alternates), path
        own = languages.language_of_path(path)
        assert told[own] == canonical[0], path
        assert told["x-default"] == told[languages.DEFAULT]
        for code in told.keys() - {"x-default"}:
            assert told[code].startswith(SITE + "/"), path
            other = urlsplit(told[code]).path
            assert languages.language_of_path(other) == code
            counterpart = pages.get(other) or Client().get(other)
            assert counterpart.status_code == 200, (path, other)
            assert head(counterpart) == ([told[code]], alternates), (path, other)
            assert f'<html lang="{code}">' in counterpart.text
            assert counterpart["Content-Language"] == code
        checked += 1
    assert checked > 30


@pytest.mark.parametrize(
    "query", ["utm_source=x&utm_medium=y", "fbclid=abc", "yclid=1&gclid=2", "ref=%22%3E%3Cb%3E"]
)
@pytest.mark.parametrize("code", languages.CODES)
def test_tracking_makes_no_new_page_and_no_link_repeats_it(client, site, pages, code, query):
    for path in list(addresses(code, site[code])):
        bare = path.partition("?")[0]
        if bare not in pages or "converter" in bare or "search" in bare:
            continue
        response = client.get(f"{bare}?{query}")
        assert head(response) == head(pages[bare]), bare
        links = re.findall(r'(?:href|content|src|data-copy)="([^"]*)"', response.text)
        names = [part.partition("=")[0] for part in query.split("&")]
        for link in links:
            assert not [name for name in names if f"{name}=" in link], (bare, link)


def test_a_list_keeps_the_number_of_its_page_and_nothing_else(client, site):
    for _ in range(25):
        make_article(section=site["en"].section)
    response = client.get("/shared/?utm_source=x&page=2&fbclid=y")
    assert head(response) == ([f"{SITE}/shared/?page=2"], [])
    assert "utm_source" not in response.text
    assert head(client.get("/shared/?page=1"))[0] == [f"{SITE}/shared/"]


def test_an_earlier_version_of_a_policy_has_no_counterparts(client, site):
    canonical, alternates = head(client.get("/about/about/2025-01-01/"))
    assert canonical == [f"{SITE}/about/about/2025-01-01/"]
    assert alternates == []


def test_a_policy_in_some_languages_names_those(client, site):
    for code in ("ru", "kk"):
        Policy.objects.create(
            slug="ethics", language=code, title="x", body="x", effective_on="2026-01-01"
        )
    canonical, alternates = head(client.get("/ru/about/ethics/"))
    assert canonical == [f"{SITE}/ru/about/ethics/"]
    # Without a page in the default language there is no true default.
    assert alternates == [
        ("ru", f"{SITE}/ru/about/ethics/"),
        ("kk", f"{SITE}/kk/about/ethics/"),
    ]


def test_errors_and_answers_have_neither(client, site):
    for path in ("/nowhere/", "/ru/search/?q=oil", "/search/", "/kk/nowhere/"):
        assert head(client.get(path)) == ([], [])


@pytest.mark.parametrize("code", languages.CODES)
def test_the_switch_leads_to_the_translation_or_to_the_front_of_that_edition(client, site, code):
    alone = make_article(language=code)
    for story, expected in ((site[code], None), (alone, "front")):
        text = client.get(story.get_absolute_url()).text
        switch = re.search(r'<ul class="langs".*?</ul>', text, re.S)[0]
        found = {
            lang: href for href, lang in re.findall(r'href="([^"]*)" hreflang="(\w+)"', switch)
        }
        assert set(found) == set(languages.CODES)
        for other in languages.CODES:
            if other == code:
                assert found[other] == story.get_absolute_url()
            elif expected:
                assert found[other] == languages.path_in("/", other)
            else:
                assert found[other] == site[other].get_absolute_url()
            assert client.get(found[other]).status_code == 200
