"""Feeds as reader programs read them: whole, honest about changes, stable and small."""

import json
import re
from datetime import timedelta

import feedparser
import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from news.models import Article, Byline, Correction, Section
from news.tests.factories import (
    make_article,
    make_author,
    make_many,
    make_picture,
    make_section,
    make_source,
    make_tag,
    picture_file,
)
from portal.lib import feeds, languages, lifetime

FORMS = tuple(feeds.TYPES)
HOUR = timedelta(hours=1)


@pytest.fixture
def story(db):
    """A story with everything a feed can say."""
    source = make_source()
    story = make_article(
        authors=[make_author("A. Serikova", slug="a-serikova"), make_author("D. Orlov")],
        tags=[make_tag("pipelines"), make_tag("caspian")],
        picture=make_picture(),
        source=source,
        source_url="https://example.org/register?id=1&page=2",
        body='<p>Text with <a href="/about/">a link</a>, <a href="#note">a note</a> and '
        '<span data-instrument="brent">Brent</span>.</p><table><tr><td>9</td></tr></table>',
    )
    Article.objects.filter(pk=story.pk).update(updated_at=None)
    return story


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    found = feedparser.parse(
        response.content, response_headers={"content-type": response["Content-Type"]}
    )
    assert not found.bozo, (path, found.get("bozo_exception"))
    return found


def items(client, path="/feeds/all.json"):
    return json.loads(client.get(path).content)["items"]


def places():
    """Every kind of feed of the story fixture."""
    yield "/feeds/all"
    yield "/feeds/section/fuel"
    yield "/feeds/tag/pipelines"
    yield "/feeds/author/a-serikova"
    yield "/feeds/source/register"


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_every_feed(client, story, form):
    for place in places():
        found = read(client, f"{place}.{form}")
        assert found.version in {"rss20", "atom10"}
        entry = found.entries[0]
        assert entry.title == story.headline
        assert entry.link == configured.SITE_URL + story.get_absolute_url()
        assert entry.id == f"tag:{configured.FEED_AUTHORITY}:story/{story.pk}"
        assert [person["name"] for person in entry.authors] == ["A. Serikova", "D. Orlov"]
        assert {tag["term"] for tag in entry.tags} == {"Fuel", "Pipelines", "Caspian"}
        assert story.lead in entry.summary
        assert "The first" not in entry.summary
        assert "Text with" in entry.content[0]["value"]
        assert found.feed.language == "en"
        (own,) = [link["href"] for link in found.feed.links if link["rel"] == "self"]
        assert own == f"{configured.SITE_URL}{place}.{form}"


def test_the_json_feed_says_the_same(client, story):
    for place in places():
        response = client.get(f"{place}.json")
        assert response["Content-Type"] == "application/feed+json; charset=utf-8"
        found = json.loads(response.content)
        assert found["version"] == "https://jsonfeed.org/version/1.1"
        assert found["feed_url"] == f"{configured.SITE_URL}{place}.json"
        (item,) = found["items"]
        assert item["id"] == f"tag:{configured.FEED_AUTHORITY}:story/{story.pk}"
        assert item["external_url"] == story.source_url
        assert [person["name"] for person in item["authors"]] == ["A. Serikova", "D. Orlov"]
        assert item["tags"] == ["Fuel", "Caspian", "Pipelines"]
        assert item["date_published"] == item["date_modified"]


def test_a_picture_is_enclosed_with_its_true_length_and_type(client, story):
    (enclosure,) = read(client, "/feeds/all.rss").entries[0].enclosures
    path = enclosure["href"].removeprefix(configured.SITE_URL)
    response = client.get(path)
    assert response["Content-Type"] == enclosure["type"] == "image/jpeg"
    assert len(b"".join(response.streaming_content)) == int(enclosure["length"]) > 1000


def test_addresses_within_the_text_are_whole_and_prices_are_words(client, story):
    (item,) = items(client)
    text = item["content_html"]
    addresses = re.findall(r'(?:href|src)="([^"]*)"', text)
    assert addresses
    assert all(address.startswith("http") for address in addresses)
    assert f'href="{item["url"]}#note"' in text
    assert "data-instrument" not in text
    assert "Brent." in text
    assert "tabindex" not in text
    assert "<table>" in text


FIGURE = '<figure data-picture="{}"><figcaption>{}</figcaption></figure>'


def test_pictures_within_the_text_stand_in_it_with_their_words(client, story):
    shown = make_picture(alt_en='The "depot"', caption_en="The library", credit_en="B. Name")
    story.body = f"<p>a</p>{FIGURE.format(shown.pk, 'At dusk &amp; later')}<p>b</p>"
    story.save()
    text = items(client)[0]["content_html"]
    figure = re.search("<p>a</p>(.*?)<p>b</p>", text, re.S)[1]
    width, height, url = shown.middle
    assert figure == (
        f'<figure><img src="{configured.SITE_URL}{url}" width="{width}" height="{height}" '
        'alt="The &quot;depot&quot;"><figcaption>At dusk &amp; later B. Name</figcaption></figure>'
    )
    assert client.get(url).status_code == 200
    for form in ("rss", "atom"):
        assert (
            f'src="{configured.SITE_URL}{url}"'
            in (read(client, f"/feeds/all.{form}").entries[0].content[0]["value"])
        )


def test_a_picture_whose_rights_have_ended_is_in_no_feed(client, story, time_machine):
    last = timezone.localdate()
    shown = make_picture(file=picture_file(1200, 900), rights_until=last)
    story.body = f"<p>a</p>{FIGURE.format(shown.pk, 'Its words')}{FIGURE.format(98765, 'Gone')}"
    story.save()
    assert "Its words" in items(client)[0]["content_html"]
    time_machine.move_to(timezone.now() + timedelta(days=2))
    text = items(client)[0]["content_html"]
    assert "Its words" not in text
    assert shown.middle[2] not in text
    assert "Gone" not in text


def test_the_source_is_named_and_so_is_what_it_published(client, story):
    entry = read(client, "/feeds/all.atom").entries[0]
    (via,) = [link for link in entry.links if link["rel"] == "via"]
    assert via["href"] == story.source_url
    text = client.get("/feeds/all.rss").text
    assert f'<source url="{configured.SITE_URL}/feeds/source/register.rss">' in text


# What stays and what changes ---------------------------------------------------------------------


def test_no_edit_makes_an_entry_a_new_one(client, story):
    before = items(client)[0]["id"]
    story.slug, story.headline, story.section = "other-words", "Another headline", make_section("x")
    story.published_at -= HOUR
    story.story = "00000000-0000-4000-8000-000000000001"
    story.language = "ru"
    story.save()
    (item,) = items(client, "/ru/feeds/all.json")
    assert item["id"] == before


def test_a_correction_bumps_the_change_and_neither_the_id_nor_the_publication(client, story):
    before = items(client)[0]
    Correction.objects.create(article=story, text="Nine tanks, not ten.")
    after = items(client)[0]
    assert after["id"] == before["id"]
    assert after["date_published"] == before["date_published"]
    assert after["date_modified"] > before["date_modified"]
    assert "Nine tanks, not ten." in after["content_html"]
    feed = read(client, "/feeds/all.atom")
    assert feed.feed.updated == feed.entries[0].updated == after["date_modified"]


def test_a_save_without_substance_bumps_nothing(client, story):
    before = items(client)[0]
    story.save()
    assert items(client)[0] == before


def test_corrections_come_with_the_newest_first_each_with_its_day_and_kind(client, story):
    for days, kind in ((3, "update"), (1, "clarification"), (2, "correction")):
        at = timezone.now() - days * 24 * HOUR
        Correction.objects.create(article=story, text=f"Note {days}.", kind=kind, noted_at=at)
    Article.objects.filter(pk=story.pk).update(published_at=timezone.now() - timedelta(days=9))
    text = items(client)[0]["content_html"]
    said = re.findall(r"<strong>(\w+) \(\d+ \w+ \d{4}\)\.</strong> (Note \d)", text)
    assert said == [("Clarification", "Note 1"), ("Correction", "Note 2"), ("Update", "Note 3")]


def test_a_grave_correction_stands_before_the_text(client, story):
    Correction.objects.create(article=story, text="It was not so.", is_grave=True)
    text = items(client)[0]["content_html"]
    assert text.index("It was not so.") < text.index(story.lead)


@pytest.mark.parametrize("form", FORMS)
def test_who_has_the_feed_already_gets_304(client, story, form):
    first = client.get(f"/feeds/all.{form}")
    assert first["Cache-Control"] == lifetime.SHARED
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get(f"/feeds/all.{form}", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]


@pytest.mark.parametrize("change", ["withdraw", "end", "correct", "publish", "rename", "its hour"])
def test_whatever_changes_the_feed_is_sent_again(client, story, change, time_machine):
    other = make_article(published_at=timezone.now() - 2 * HOUR)
    if change == "its hour":
        make_article(status="scheduled", published_at=timezone.now() + 90 * HOUR / 3600)
    time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=False)
    first = client.get("/feeds/all.rss")
    time_machine.move_to(timezone.now() + timedelta(minutes=1), tick=False)
    if change == "withdraw":
        Article.objects.filter(pk=other.pk).update(
            status="withdrawn", withdrawn_at=timezone.now() - timedelta(seconds=5)
        )
    elif change == "end":
        Article.objects.filter(pk=other.pk).update(expires_at=timezone.now() - timedelta(seconds=5))
    elif change == "correct":
        Correction.objects.create(article=story, text="Nine tanks, not ten.")
    elif change == "publish":
        make_article()
    elif change == "rename":
        story.slug = "other-words"
        story.save()
    for headers in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        assert client.get("/feeds/all.rss", headers=headers).status_code == 200


# Editions, settings, kinds -----------------------------------------------------------------------


@pytest.mark.parametrize("code", languages.CODES)
def test_each_language_has_feeds_of_its_own(client, db, code):
    Section.objects.filter(slug="fuel").update(name_ru="Топливо")
    mine, people = {}, [make_author(slug="shared")]
    for language in languages.CODES:
        mine[language] = make_article(language=language, authors=people, tags=[make_tag(language)])
    for place in ("/feeds/all", "/feeds/section/fuel", "/feeds/author/shared"):
        found = read(client, languages.path_in(f"{place}.rss", code))
        assert [entry.title for entry in found.entries] == [mine[code].headline]
        assert found.feed.language == code
        assert found.feed.title.startswith(configured.SITE_NAMES[code])
        assert found.entries[0].link == configured.SITE_URL + mine[code].get_absolute_url()
        assert found.feed.link.startswith(configured.SITE_URL + languages.path_in("/", code))


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_an_empty_feed_is_a_feed(client, db, form):
    make_section()
    for path in (f"/feeds/all.{form}", f"/kk/feeds/section/fuel.{form}"):
        found = read(client, path)
        assert found.entries == []
        assert found.feed.title
        assert client.get(path).content == client.get(path).content
    assert json.loads(client.get("/feeds/all.json").content)["items"] == []


def test_the_lead_alone_where_the_newsroom_wants_it_so(client, story, settings):
    settings.FEED_FULL_TEXT = False
    (item,) = items(client)
    assert "content_html" not in item
    assert item["content_text"] == story.lead
    for form in ("rss", "atom"):
        text = client.get(f"/feeds/all.{form}").text
        assert "Text with" not in text
        assert story.lead in text


def test_advertising_is_told_apart_in_every_title(client, db):
    make_article(kind="sponsored", headline="A course for engineers")
    for form in ("rss", "atom"):
        entry = read(client, f"/feeds/all.{form}").entries[0]
        assert entry.title == "Sponsored: A course for engineers"
        assert "Sponsored" in {tag["term"] for tag in entry.tags}
        assert "Sponsored" in entry.content[0]["value"]


def test_helpers_are_no_authors(client, story):
    Byline.objects.create(article=story, author=make_author("B. Photo"), role="photo", position=0)
    assert [person["name"] for person in items(client)[0]["authors"]] == ["A. Serikova", "D. Orlov"]


def test_a_feed_holds_the_newest_thirty_and_costs_the_same_with_a_hundred(client, story):
    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    pictured = "".join(FIGURE.format(make_picture().pk, "x") for _ in range(2))
    story.body += pictured
    story.save()
    make_many(5, section=story.section)
    Correction.objects.create(article=story, text="Nine tanks, not ten.")
    few = {place: cost(f"{place}.rss") for place in places()}
    make_many(100, section=story.section, body=pictured)
    assert {place: cost(f"{place}.rss") for place in places()} == few
    assert max(few.values()) <= 4
    assert len(items(client)) == feeds.MOST == 30


def test_unknown_feeds_are_404(client, story):
    for path in (
        "/feeds/all.xml",
        "/feeds/section/none.rss",
        "/feeds/people/a-serikova.rss",
        "/feeds/tag/%00.rss",
        "/feeds/tag/pipelines.rss/",
        "/ru/feeds/author/none.json",
    ):
        assert client.get(path).status_code == 404, path


NASTY = st.text(
    st.characters(codec=None, categories=None)
    | st.sampled_from("\x00\x0b\x1f\ufffe\uffff\ud800\u2028]>&<\"'"),
    max_size=40,
)


@given(title=NASTY, name=NASTY, html=NASTY)
def test_no_text_at_all_breaks_a_feed(title, name, html):
    """Without a database: what a column could hold must not matter."""
    now = timezone.now()
    entry = feeds.Entry(
        id="tag:x,2026:1",
        url="https://example.org/?a=1&b=2",
        title=title,
        summary=f"{title}]]>",
        published=now,
        changed=now,
        html=f"<p>{html}</p>",
        people=(feeds.Person(name, "https://example.org/"),),
        topics=(name,),
        origin=feeds.Origin(name, "https://example.org/?a&b", "https://example.org/"),
    )
    feed = feeds.Feed("tag:x,2026:f", title, name, "en", name, "https://e.org/", "/f", [entry])
    from django.test import RequestFactory
    from lxml import etree

    for form in ("rss", "atom"):
        response = feeds.answer(RequestFactory().get("/"), feed, form)
        assert len(etree.fromstring(response.content)) > 0
    told = json.loads(feeds.answer(RequestFactory().get("/"), feed, "json").content)
    assert len(told["items"]) == 1


# Found from the pages ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "place"),
    [
        ("/fuel/", "/feeds/section/fuel"),
        ("/tag/pipelines/", "/feeds/tag/pipelines"),
        ("/author/a-serikova/", "/feeds/author/a-serikova"),
        ("/source/register/", "/feeds/source/register"),
        ("/", "/feeds/all"),
        ("/feeds/", "/feeds/all"),
        ("/ru/search/", "/ru/feeds/all"),
    ],
)
def test_a_reader_program_finds_the_feed_by_the_page(client, story, page, place):
    text = client.get(page).text
    for form, media in feeds.TYPES.items():
        assert re.search(
            rf'<link rel="alternate" type="{re.escape(media)}" title="[^"]+" '
            rf'href="{place}\.{form}">',
            text,
        ), form


def test_the_page_of_feeds_links_to_feeds_that_are_there(client, story):
    links = re.findall(r'<a href="(/feeds/[^"]+\.\w+)"', client.get("/feeds/").text)
    assert len(links) >= 6
    assert {client.get(link).status_code for link in links} == {200}
