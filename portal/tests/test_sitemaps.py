"""What search engines are told: each public address once, no other, and when it changed."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from news import sitemaps
from news.models import Article, Correction
from news.tests.factories import make_article, make_author, make_picture, make_section, make_tag
from portal.lib import languages

HERE = Path(__file__).parent / "schemas"
SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "x": "http://www.w3.org/1999/xhtml",
}
SITE = configured.SITE_URL


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(HERE / "sitemap.xsd"))


def tree(client, path, schema=None):
    response = client.get(path)
    assert response.status_code == 200, path
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    found = etree.fromstring(response.content)
    if schema is not None:
        schema.assertValid(found)
    return found


def told(client, path):
    """{path: <url>} of a sitemap."""
    urls = tree(client, path).findall("s:url", SPACES)
    return {url.findtext("s:loc", "", SPACES).removeprefix(SITE): url for url in urls}


def parts(client):
    found = tree(client, "/sitemap.xml").findall("s:sitemap/s:loc", SPACES)
    return [loc.text.removeprefix(SITE) for loc in found]


def test_the_schemas_can_refuse(schema):
    space = SPACES["s"]
    for wrong in (
        "<url><lastmod>2026-11-23</lastmod></url>",
        "<url><loc>/relative/</loc></url>",
        "<url><loc>http://example.org/</loc><lastmod>yesterday</lastmod></url>",
        "<url><loc>http://example.org/</loc><priority>2</priority></url>",
        f'<url><loc>http://example.org/</loc><n:news xmlns:n="{SPACES["news"]}"/></url>',
        f'<url><loc>http://example.org/</loc><x:link xmlns:x="{SPACES["x"]}" rel="alternate"'
        ' hreflang="kz_KZ" href="http://example.org/"/></url>',
        "<url><loc>http://example.org/</loc></url><url><loc>http://example.org/</loc></url>",
    ):
        assert not schema.validate(etree.fromstring(f'<urlset xmlns="{space}">{wrong}</urlset>'))


def test_a_story_keeps_its_part_whatever_becomes_of_others(client, db, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 4)
    stories = [make_article() for _ in range(20)]

    def places():
        return {
            path: part for part in parts(client) if "stories" in part for path in told(client, part)
        }

    before = places()
    assert len(set(before.values())) >= 5
    Article.objects.filter(pk__in=[s.pk for s in stories[::2]]).update(
        status="withdrawn", withdrawn_at=timezone.now()
    )
    after = places()
    assert len(after) == 10
    assert after.items() <= before.items()


def test_lastmod_is_the_day_of_the_last_true_change(client, db):
    story = make_article()
    path = story.get_absolute_url()

    def changed():
        (part,) = (part for part in parts(client) if part.startswith("/sitemap-stories"))
        index = tree(client, "/sitemap.xml").xpath(
            f"//s:sitemap[contains(s:loc, '{part}')]/s:lastmod/text()", namespaces=SPACES
        )
        own = told(client, part)[path].findtext("s:lastmod", "", SPACES)
        assert index == [own]
        return own

    first = changed()
    assert first == story.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    story.save()
    assert changed() == first
    Correction.objects.create(article=story, text="Nine tanks, not ten.")
    assert changed() > first


def test_translations_name_each_other_and_the_default(client, db):
    english = make_article()
    russian = make_article(language="ru", story=english.story)
    hidden = make_article(language="kk", story=english.story, status="draft")
    expected = {
        ("en", SITE + english.get_absolute_url()),
        ("ru", SITE + russian.get_absolute_url()),
        ("x-default", SITE + english.get_absolute_url()),
    }
    for code, story in (("en", english), ("ru", russian)):
        part = languages.path_in("/sitemap-stories-1.xml", code)
        number = (story.pk - 1) // sitemaps.SIZE + 1
        url = told(client, part.replace("1", str(number)))[story.get_absolute_url()]
        links = url.findall("x:link", SPACES)
        assert {(link.get("hreflang"), link.get("href")) for link in links} == expected
    assert hidden.get_absolute_url() not in client.get("/sitemap-stories-1.xml").text


def test_a_story_has_its_picture(client, db):
    story = make_article(picture=make_picture())
    (url,) = told(client, "/sitemap-news.xml").values()
    picture = url.findtext("image:image/image:loc", "", SPACES)
    assert picture.startswith(SITE)
    assert client.get(picture.removeprefix(SITE)).status_code == 200
    assert story.picture


def test_news_are_those_of_two_days_without_advertising_at_most_a_thousand(client, db, monkeypatch):
    now = timezone.now()
    fresh = make_article(headline='Oil & "gas" <now>', published_at=now - timedelta(hours=47))
    make_article(published_at=now - timedelta(hours=49))
    make_article(kind="sponsored")
    make_article(is_reprint=True, source_url="https://example.org/original")
    make_article(language="ru")
    found = told(client, "/sitemap-news.xml")
    assert list(found) == [fresh.get_absolute_url()]
    news = found[fresh.get_absolute_url()].find("news:news", SPACES)
    assert news.findtext("news:title", "", SPACES) == fresh.headline
    assert news.findtext("news:publication/news:language", "", SPACES) == "en"
    assert news.findtext("news:publication/news:name", "", SPACES) == "Meridian 70"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", news.findtext("news:publication_date", "", SPACES)
    )
    monkeypatch.setattr(sitemaps, "MOST_NEWS", 3)
    for _ in range(5):
        make_article()
    assert len(told(client, "/sitemap-news.xml")) == 3


def test_without_news_the_list_is_empty_and_valid(client, db, schema):
    assert len(tree(client, "/kk/sitemap-news.xml", schema)) == 0
    tree(client, "/sitemap.xml", schema)
    assert client.get("/sitemap-stories-1.xml").status_code == 404


def test_a_reprint_is_left_to_its_original(client, db):
    reprint = make_article(is_reprint=True, source_url="https://example.org/original")
    sibling = make_article(language="ru", story=reprint.story)
    assert "stories" not in "".join(part for part in parts(client) if not part.startswith("/ru"))
    assert reprint.get_absolute_url() not in client.get("/ru/sitemap-news.xml").text
    assert sibling.get_absolute_url() in client.get("/ru/sitemap-news.xml").text
    page = client.get(reprint.get_absolute_url()).text
    assert '<link rel="canonical" href="https://example.org/original">' in page
    assert 'rel="alternate" hreflang' not in page
    assert reprint.get_absolute_url() not in "".join(
        re.findall("<link[^>]*>", client.get(sibling.get_absolute_url()).text)
    )


def test_lists_without_stories_are_not_told(client, db):
    make_article(tags=[make_tag("told")], authors=[make_author(slug="told")])
    make_article(tags=[make_tag("hidden")], authors=[make_author(slug="hidden")], status="draft")
    make_tag("empty")
    found = told(client, "/sitemap-pages.xml")
    assert {"/", "/tag/told/", "/author/told/", "/feeds/"} <= set(found)
    assert not {path for path in found if "hidden" in path or "empty" in path}
    assert "/ru/tag/told/" not in told(client, "/ru/sitemap-pages.xml")


@pytest.mark.parametrize("part", ["0", "7", "9" * 40, "00"])
def test_a_part_that_does_not_exist_is_404(client, db, part):
    make_article()
    assert client.get(f"/sitemap-stories-{part}.xml").status_code == 404


def test_they_cost_the_same_few_queries_with_many_stories(client, db):
    def cost():
        found = []
        for path in ("/sitemap.xml", "/sitemap-news.xml", "/sitemap-pages.xml"):
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            found.append(len(queries))
        return found

    section = make_section()
    make_article(section=section)
    few = cost()
    for code in languages.CODES:
        for _ in range(30):
            make_article(section=section, language=code)
    assert cost() == few
    assert max(few) <= 8


def test_who_has_a_sitemap_already_gets_304(client, db):
    make_article()
    for path in ("/sitemap.xml", "/sitemap-news.xml"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
