"""What a page may cost: queries that do not grow with the newsroom, bytes for a bad connection."""

import gzip
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from markets import sample
from markets.models import Instrument
from news.models import Article, Byline, Correction, Mention, SearchRow
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from portal import live
from portal.lib import caching
from portal.staticfiles import bundle

# Cold: the page itself is not in memory; what all pages share is, and the look at the topics after
# the rendering counts as a question.
QUERIES = {
    "home": ("/", 10),
    "article": (None, 8),
    "section": ("/fuel/", 8),
    "section, page 5": ("/fuel/?page=5", 8),
    "tag": ("/tag/pipelines/", 8),
    "archive month": (None, 8),
    "search": ("/search/?q=depot", 6),
    "markets": ("/markets/", 6),
    "instrument": ("/markets/usd-rub/", 8),
}


def newsroom(stories):
    """That many stories in four sections, with pictures, bylines, tags and instruments."""
    sample.load(timezone.localdate())
    now = timezone.now().replace(microsecond=0)
    sections = [make_section(slug) for slug in ("fuel", "power", "business", "economy")]
    authors = [make_author(f"A. Name{n}") for n in range(4)]
    pictures = [make_picture(alt_en=f"Depot {n}") for n in range(3)]
    tag = make_tag()
    brent = Instrument.objects.get(code="brent")
    first = make_article(
        section=sections[0], authors=authors[:3], tags=[tag], picture=pictures[0], lead="First."
    )
    for code in ("ru", "kk"):
        make_article(section=sections[0], language=code, story=first.story)
    Correction.objects.create(article=first, text="A figure was wrong.")
    made = Article.objects.bulk_create(
        Article(
            headline=f"Depot {n} reports",
            slug=f"depot-{n}",
            lead="A lead.",
            section=sections[n % 4],
            status="published",
            published_at=now - timedelta(hours=2, minutes=n),
            picture=pictures[n % 3] if n % 2 else None,
            kind="analysis" if n % 9 == 0 else "news",
        )
        for n in range(stories)
    )
    every = [first, *made]
    Byline.objects.bulk_create(
        Byline(article=story, author=authors[n % 4]) for n, story in enumerate(made)
    )
    Mention.objects.bulk_create(Mention(article=story, instrument=brent) for story in every[::2])
    through = Article.tags.through
    through.objects.bulk_create(through(article=story, tag=tag) for story in made)
    SearchRow.objects.index(*made)
    return first


def addresses(story):
    month = timezone.localtime(story.published_at)
    found = {name: address for name, (address, _most) in QUERIES.items()}
    found["article"] = story.get_absolute_url()
    found["archive month"] = f"/archive/{month:%Y}/{month:%m}/"
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stories", [10, 1000])
def test_pages_ask_the_database_the_same_few_questions(
    stories, client, django_assert_max_num_queries
):
    call_command("seed_base", verbosity=0)
    story = newsroom(stories)
    another = make_article(section=story.section, source=make_source())
    client.get(another.get_absolute_url())
    for name, address in addresses(story).items():
        if "page=5" in address and stories < 500:
            continue
        caching.memory.forget()
        with django_assert_max_num_queries(QUERIES[name][1]):
            assert client.get(address).status_code == 200, name
        with django_assert_max_num_queries(QUERIES[name][1] if name == "search" else 1):
            assert client.get(address).status_code == 200, name


@pytest.mark.django_db(transaction=True)
def test_the_first_page_of_a_process_asks_for_what_all_pages_share(
    client, django_assert_max_num_queries
):
    call_command("seed_base", verbosity=0)
    story = newsroom(10)
    for address in ("/", story.get_absolute_url()):
        caching.forget()
        live.forget()
        with django_assert_max_num_queries(22):
            assert client.get(address).status_code == 200


def counted(client, address):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_number_of_queries_does_not_depend_on_the_number_of_stories(base, client):
    few = newsroom(40)
    names = {name: url for name, url in addresses(few).items() if "page=5" not in url}
    before = {name: counted(client, url) for name, url in names.items()}
    Article.objects.bulk_create(
        Article(
            headline=f"More {n}",
            slug=f"more-{n}",
            section_id=few.section_id,
            status="published",
            published_at=few.published_at - timedelta(minutes=3 * n),
        )
        for n in range(1000)
    )
    assert {name: counted(client, url) for name, url in names.items()} == before


PAGES = """
/ /ru/ /kk/ /oil-gas/ /ru/power/ /tag/pipelines/ /author/a-serikova/
/source/steppe-pipeline-register/ /archive/ /search/ /search/?q=the /corrections/ /about/
/about/standards/ /ru/about/privacy/ /markets/ /ru/markets/ /kk/markets/ /markets/usd-rub/
/markets/usd-rub/?range=5y /ru/markets/fuel-ai95-ru/ /nowhere/
""".split()


def test_every_page_kind_fits_fifteen_kilobytes(demo, client):
    month = timezone.localtime().strftime("/archive/%Y/%m/")
    stories = [story.get_absolute_url() for story in Article.objects.published()]
    too_long = {}
    for address in [*PAGES, month, *stories]:
        size = len(gzip.compress(client.get(address).content, 6))
        if size > 15 * 1024:
            too_long[address] = size
    assert too_long == {}


def test_the_style_sheet_is_one_request_of_at_most_twelve_kilobytes():
    text = bundle("css/site.css")
    assert "@import" not in text
    assert "@layer" in text
    assert len(gzip.compress(text.encode(), 9)) <= 12 * 1024


def test_all_scripts_of_readers_together_are_at_most_six_kilobytes():
    files = sorted((settings.BASE_DIR / "static/js").glob("*.js"))
    scripts = b"".join(path.read_bytes() for path in files if not path.name.startswith("admin-"))
    assert len(gzip.compress(scripts, 9)) <= 6 * 1024


def test_the_scripts_of_every_page_are_one_module_that_asks_for_no_other():
    text = bundle("js/site.js")
    assert "import" not in text
    assert "data-ticker" in text
    assert "data-ago" in text
    assert len(gzip.compress(text.encode(), 9)) <= 1536


FONTS = {
    "": (["m70-sans-latin", "m70-serif-latin"], 62),
    "ru/": (["m70-sans-cyrl", "m70-sans-latin", "m70-serif-cyrl", "m70-serif-latin"], 96),
    "kk/": (["m70-sans-cyrl", "m70-sans-latin", "m70-serif-cyrl", "m70-serif-latin"], 96),
}


@pytest.mark.parametrize("prefix", FONTS)
def test_a_page_preloads_the_fonts_of_its_language_and_no_more_bytes_than_they_need(
    prefix, base, client
):
    names, kilobytes = FONTS[prefix]
    page = client.get(f"/{prefix}").content.decode()
    fonts = settings.BASE_DIR / "static" / "fonts"
    preloaded = [path for path in fonts.glob("*.woff2") if path.stem in page]
    assert sorted(path.stem for path in preloaded) == names
    assert sum(path.stat().st_size for path in preloaded) <= kilobytes * 1024


def test_the_style_sheet_is_asked_for_before_the_fonts(base, client):
    page = client.get("/kk/").content.decode()
    assert page.index("css/site") < page.index("js/theme") < page.index('as="font"')


def test_the_fonts_of_an_english_page_are_at_most_85_kilobytes(base, client):
    page = client.get("/").content.decode()
    fonts = settings.BASE_DIR / "static" / "fonts"
    preloaded = [path for path in fonts.glob("*.woff2") if path.stem in page]
    assert [path.stem for path in sorted(preloaded)] == ["m70-sans-latin", "m70-serif-latin"]
    italic = fonts / "m70-serif-italic-latin.woff2"
    assert sum(path.stat().st_size for path in [*preloaded, italic]) <= 85 * 1024
