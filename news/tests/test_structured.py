"""Structured data read back by another program and compared with the page it stands on."""

import json
import re

import extruct
import pytest
from bs4 import BeautifulSoup
from django.conf import settings as configured

from news.models import Article, Byline, Correction, Policy
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from portal.lib import languages

SITE = configured.SITE_URL
NASTY = '</script><script>alert(1)</script><!-- "quotes" & \\ backslash \u2028 é'


def graph(client, path):
    """{type: node} of a page's JSON-LD, read by extruct."""
    response = client.get(path)
    assert response.status_code == 200, path
    (found,) = extruct.extract(response.text, syntaxes=["json-ld"])["json-ld"]
    assert found["@context"] == "https://schema.org"
    nodes = {}
    for node in found["@graph"]:
        kinds = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
        nodes |= dict.fromkeys(kinds, node)
    return nodes, BeautifulSoup(response.text, "lxml"), response.text


def text_of(page, query):
    return [" ".join(found.get_text().split()) for found in page.select(query)]


@pytest.fixture
def story(db):
    for slug in ("standards", "corrections-policy"):
        Policy.objects.create(slug=slug, title=slug, body="x", effective_on="2026-01-01")
    story = make_article(
        authors=[make_author("A. Serikova", role_en="Correspondent"), make_author("D. Orlov")],
        tags=[make_tag("pipelines"), make_tag("caspian")],
        picture=make_picture(focus_x=80, caption_en="A depot."),
        source=make_source(),
        source_url="https://example.org/register",
        dateline="AKTAU",
        kind="analysis",
    )
    Byline.objects.create(
        article=story, author=make_author("T. Lator"), role="translation", position=5
    )
    return story


def test_a_story_says_of_itself_what_its_page_shows(client, story):
    Correction.objects.create(article=story, text="Nine tanks, not ten.")
    nodes, page, text = graph(client, story.get_absolute_url())
    told = nodes["NewsArticle"]
    url = SITE + story.get_absolute_url()
    assert told is nodes["AnalysisNewsArticle"]
    assert told["mainEntityOfPage"] == told["url"] == url
    assert text_of(page, "h1") == [told["headline"]]
    assert text_of(page, ".standfirst") == [told["description"]]
    assert told["datePublished"] in text.partition("</head>")[2]
    assert [person["name"] for person in told["author"]] == ["A. Serikova", "D. Orlov"]
    assert [person["@type"] for person in told["author"]] == ["Person", "Person"]
    shown = {a.get("href") for a in page.select('a[rel="author"]')}
    assert {person["url"].removeprefix(SITE) for person in told["author"]} == shown
    assert told["author"][0]["jobTitle"] == "Correspondent"
    assert "jobTitle" not in told["author"][1]
    assert told["translator"][0]["name"] == "T. Lator"
    assert text_of(page, ".tags a") == told["keywords"] == ["Caspian", "Pipelines"]
    assert told["articleSection"] in text_of(page, ".crumb a")
    assert told["isBasedOn"]["url"] == story.source_url
    assert told["isBasedOn"]["publisher"]["name"] == "Steppe Register"
    (note,) = told["correction"]
    assert note["text"] in " ".join(text_of(page, ".corr p"))
    assert told["dateModified"] == note["datePublished"] > told["datePublished"]
    assert told["image"][0]["caption"] in " ".join(text_of(page, "figcaption"))
    assert told["image"][0]["creditText"] in " ".join(text_of(page, "figcaption"))
    words = " ".join(text_of(page, ".prose > p")).split()
    assert told["wordCount"] == len(words)
    assert told["inLanguage"] == "en"
    assert told["isAccessibleForFree"] is True


def test_its_pictures_come_in_three_shapes_and_are_there(client, story):
    told = graph(client, story.get_absolute_url())[0]["NewsArticle"]
    shapes = {round(image["width"] / image["height"], 1) for image in told["image"]}
    assert shapes == {1.8, 1.3, 1.0}
    for image in told["image"]:
        assert image["width"] * image["height"] >= 50_000
        assert client.get(image["url"].removeprefix(SITE)).status_code == 200


def test_the_publisher_links_to_the_policies_that_exist_and_to_no_other(client, story):
    told = graph(client, story.get_absolute_url())[0]["NewsMediaOrganization"]
    assert told["name"] == "Meridian 70"
    assert told["publishingPrinciples"] == f"{SITE}/about/standards/"
    assert told["correctionsPolicy"] == f"{SITE}/about/corrections-policy/"
    for absent in ("ethicsPolicy", "ownershipFundingInfo", "diversityPolicy", "masthead"):
        assert absent not in told
    for address in (told["publishingPrinciples"], told["correctionsPolicy"]):
        assert client.get(address.removeprefix(SITE)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("news", {"NewsArticle", "ReportageNewsArticle"}),
        ("analysis", {"NewsArticle", "AnalysisNewsArticle"}),
        ("opinion", {"NewsArticle", "OpinionNewsArticle"}),
        ("explainer", {"NewsArticle", "BackgroundNewsArticle"}),
        ("interview", {"NewsArticle"}),
        ("sponsored", {"Article", "AdvertiserContentArticle"}),
    ],
)
def test_each_kind_is_called_what_it_is(client, db, kind, types):
    nodes = graph(client, make_article(kind=kind).get_absolute_url())[0]
    assert {name for name in nodes if "Article" in name} == types


def test_every_kind_of_story_has_a_type():
    from news.structured import PARTS, TYPES

    assert set(TYPES) == set(Article.Kind)
    assert set(PARTS) == set(Byline.Role) - {Byline.Role.AUTHOR}


def test_a_story_without_a_name_is_the_newsrooms(client, db):
    nodes = graph(client, make_article().get_absolute_url())[0]
    assert nodes["NewsArticle"]["author"] == [{"@id": nodes["NewsMediaOrganization"]["@id"]}]


def test_the_first_text_is_the_original_of_its_translations(client, db):
    english = make_article()
    russian = make_article(language="ru", story=english.story)
    make_article(language="kk", story=english.story, status="draft")
    told = graph(client, english.get_absolute_url())[0]["NewsArticle"]
    (translation,) = told["workTranslation"]
    assert translation["url"] == SITE + russian.get_absolute_url()
    assert translation["inLanguage"] == "ru"
    told = graph(client, russian.get_absolute_url())[0]["NewsArticle"]
    assert told["translationOfWork"]["url"] == SITE + english.get_absolute_url()
    assert "workTranslation" not in told


def test_a_headline_cannot_end_the_script_and_is_read_back_as_it_was(client, db):
    story = make_article(headline=NASTY[:150], lead=NASTY, authors=[make_author(NASTY[:80])])
    response = client.get(story.get_absolute_url())
    assert "<script>alert(1)" not in response.text
    (raw,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text)
    assert not set(raw) & set("<>&\u2028\u2029")
    told = json.loads(raw)["@graph"][0]
    assert told["headline"] == story.headline
    assert told["description"] == story.lead
    assert told["author"][0]["name"] == NASTY[:80]
    assert card(client, story.get_absolute_url())["og:title"] == story.headline


def test_the_trail_leads_from_the_front_page_by_the_section(client, story):
    nodes = graph(client, story.get_absolute_url())[0]
    steps = nodes["BreadcrumbList"]["itemListElement"]
    assert [step["position"] for step in steps] == [1, 2, 3]
    assert [step["name"] for step in steps] == ["Meridian 70", "Fuel", story.headline]
    assert [step.get("item") for step in steps] == [f"{SITE}/", f"{SITE}/fuel/", None]


def test_an_author_page_is_the_profile_of_the_same_person(client, story):
    person = graph(client, story.get_absolute_url())[0]["NewsArticle"]["author"][0]
    nodes, page, _text = graph(client, person["url"].removeprefix(SITE))
    told = nodes["ProfilePage"]["mainEntity"]
    assert told["@id"] == person["@id"]
    assert text_of(page, "h1") == [told["name"]]
    assert told["jobTitle"] == "Correspondent"


@pytest.mark.parametrize("code", languages.CODES)
def test_the_front_page_says_whose_site_it_is_in_each_language(client, db, code):
    path = languages.path_in("/", code)
    nodes = graph(client, path)[0]
    assert nodes["WebSite"]["name"] == configured.SITE_NAMES[code]
    assert nodes["WebSite"]["url"] == SITE + path
    assert nodes["WebSite"]["inLanguage"] == code
    assert nodes["WebSite"]["publisher"]["@id"] == nodes["NewsMediaOrganization"]["@id"]


def test_lists_say_what_they_list(client, story):
    make_section("fuel")
    for path, name in (("/fuel/", "Fuel"), ("/tag/pipelines/", "Pipelines")):
        nodes = graph(client, path)[0]
        assert nodes["CollectionPage"]["name"] == name
        assert nodes["CollectionPage"]["url"] == SITE + path


# Cards -------------------------------------------------------------------------------------------


def card(client, path):
    page = BeautifulSoup(client.get(path).text, "lxml")
    return {
        meta.get("property") or meta.get("name"): meta.get("content")
        for meta in page.select("meta[property], meta[name]")
    }


def test_a_link_to_a_story_is_shown_with_its_picture_cut_around_the_focus(client, story):
    told = card(client, story.get_absolute_url())
    assert told["og:type"] == "article"
    assert told["og:title"] == story.headline
    assert told["og:description"] == story.lead
    assert told["og:url"] == SITE + story.get_absolute_url()
    assert told["twitter:card"] == "summary_large_image"
    assert told["og:image:alt"] == "A depot at dusk."
    assert told["article:published_time"] < told.get("article:modified_time", "9")
    width, height = int(told["og:image:width"]), int(told["og:image:height"])
    assert width / height == pytest.approx(1.91, abs=0.01)
    assert "80x50" in told["og:image"]
    response = client.get(told["og:image"].removeprefix(SITE))
    assert response["Content-Type"] == told["og:image:type"] == "image/jpeg"


@pytest.mark.parametrize("path", ["/", "/fuel/", "/archive/", "/markets/", "/feeds/"])
def test_every_other_page_has_a_card_with_the_sites_picture(client, story, path):
    told = card(client, path)
    assert told["og:title"]
    assert told["og:site_name"] == "Meridian 70"
    name = re.sub(r"\.[0-9a-f]{12}(?=\.)", "", told["og:image"])
    name = name.removeprefix(SITE + configured.STATIC_URL)
    assert (configured.BASE_DIR / "static" / name).exists()
