"""What a real browser makes of our pages: a reading view, and no complaint about their data."""

import re

import pytest

from . import pages, tools

pytestmark = pytest.mark.browser

STORIES = ["article", "article-ru", "article-kk", "article-no-author"]


@pytest.mark.parametrize("kind", STORIES)
def test_the_reading_view_has_the_headline_the_byline_the_hour_and_the_whole_text(
    page, address, kind
):
    page.goto(address(kind))
    found = tools.readability(page)
    shown = page.evaluate(
        """() => ({
            headline: document.querySelector("h1").textContent,
            names: [...document.querySelectorAll("a[rel=author]")].map(a => a.textContent),
            published: document.querySelector(".times time").getAttribute("datetime"),
            paragraphs: [...document.querySelectorAll(".prose > p")].map(p => p.textContent),
            language: document.documentElement.lang,
        })"""
    )
    assert found["title"] == shown["headline"]
    assert found["publishedTime"] == shown["published"]
    assert found["lang"] == shown["language"]
    assert found["byline"] == (", ".join(shown["names"]) or "Meridian 70")
    text = " ".join(found["textContent"].split())
    assert "USD" not in text[:200]  # neither the ticker nor the navigation
    assert shown["paragraphs"]
    for paragraph in shown["paragraphs"]:
        assert " ".join(paragraph.split()) in text


@pytest.mark.parametrize("kind", [*STORIES, "home", "author", "instrument", "section"])
def test_structured_data_is_read_and_not_run(page, address, kind):
    refused, said = [], []
    page.add_init_script(
        "window.refused = []; addEventListener('securitypolicyviolation', "
        "event => refused.push(event.effectiveDirective + event.blockedURI))"
    )
    page.on("console", lambda message: said.append(message.text))
    page.goto(address(kind))
    refused = page.evaluate("refused")
    assert (refused, said) == ([], [])
    found = page.evaluate(
        """JSON.parse(document.querySelector("script[type='application/ld+json']").textContent)"""
    )
    assert found["@graph"]


def test_the_manifest_and_every_icon_load(page, address, site):
    page.goto(address("home"))
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert re.search(r"Meridian 70", found["data"])
    for href in page.evaluate("[...document.querySelectorAll('link[rel*=icon]')].map(a => a.href)"):
        assert pages.urllib.request.urlopen(href, timeout=10).status == 200
