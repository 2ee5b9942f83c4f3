"""No word of a story that is not public reaches a reader, at any address, in any language."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from news.models import Correction, FrontSlot, Mention, Policy
from news.tests.addresses import PUBLIC, addresses, routes
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from portal.lib import languages

# Asked for and looked for: a search page repeats the word that was asked for, never the other.
ASKED, SECRET = "zirconquark", "velvetomega"
WORDS = f"{ASKED} {SECRET}"
HOUR = timedelta(hours=1)


def hidden_states(now):
    """Every way not to be public: (name, fields, answer at its own address)."""
    return [
        ("draft", {"status": "draft"}, 404),
        ("draft without an hour", {"status": "draft", "published_at": None}, 404),
        ("review", {"status": "review"}, 404),
        ("scheduled", {"status": "scheduled", "published_at": now + HOUR}, 404),
        ("published later", {"status": "published", "published_at": now + HOUR}, 404),
        ("expired", {"status": "published", "expires_at": now - HOUR / 2}, 410),
        ("scheduled and expired", {"status": "scheduled", "expires_at": now - HOUR / 2}, 410),
        ("withdrawn", {"status": "withdrawn", "withdrawn_at": now - HOUR / 2}, 410),
        ("withdrawn before", {"status": "withdrawn", "withdrawn_at": now - 3 * HOUR}, 404),
        ("never dated", {"status": "withdrawn", "published_at": None}, 404),
    ]


def test_no_address_is_missing_from_the_table():
    assert set(routes()) == set(PUBLIC)


def everything(response):
    """All a reader can get of an answer: status line, headers and body."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return "\n".join([*(f"{k}: {v}" for k, v in response.items()), body.decode("utf-8", "replace")])


# The cast ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def _shared(module_db):
    with module_db():
        call_command("seed_base", verbosity=0)
        return make_shared()


def make_shared():
    """What every story of these tests has in common, in words that are no secret."""
    Policy.objects.create(slug="about", title="About", body="x", effective_on="2025-01-01")
    return {
        "section": make_section("shared"),
        "source": make_source("shared"),
        "tag": make_tag("shared"),
        "author": make_author(slug="shared"),
        "picture": make_picture(),
        "instrument": Mention._meta.get_field("instrument").related_model.objects.get(
            code="usd-rub"
        ),
    }


def tell(shared, code, words=WORDS, pinned=None, **fields):
    """A story whose every text holds the secret, tied to everything shared."""
    told = {
        "headline": f"Headline {words}",
        "lead": f"Lead {words}.",
        "body": f"<p>Body {words}.</p><h2>{words}</h2>",
        "kicker": words,
        "dateline": words,
        "slug": words.replace(" ", "-"),
        "picture_caption": f"Caption {words}",
        "listing_headline": f"Listed {words}",
        "listing_lead": f"Listed lead {words}",
        "seo_title": f"Title {words}",
        "seo_description": f"Description {words}",
        "source_url": f"https://example.org/{words.replace(' ', '/')}",
    }
    story = make_article(
        authors=[shared["author"]],
        tags=[shared["tag"]],
        language=code,
        section=shared["section"],
        source=shared["source"],
        picture=shared["picture"],
        **told | fields,
    )
    Mention.objects.create(article=story, instrument=shared["instrument"])
    Correction.objects.create(article=story, text=f"Correction {words}")
    Correction.objects.create(article=story, text=f"Grave {words}", is_grave=True)
    if pinned:
        zone = "second" if pinned > 1 else "lead"
        FrontSlot.objects.create(
            language=code, zone=zone, position=max(1, pinned - 1), article=story, headline=words
        )
    return story


def make_hidden(shared):
    """One story for each hidden state and language, among nineteen public ones in each."""
    now = timezone.now()
    stories = {}
    for code in languages.CODES:
        for _ in range(19):
            make_article(
                authors=[shared["author"]],
                tags=[shared["tag"]],
                language=code,
                section=shared["section"],
                source=shared["source"],
            )
        for number, (name, fields, status) in enumerate(hidden_states(now), 1):
            reason = {} if status == 410 else {"withdrawal_reason": WORDS}
            story = tell(shared, code, pinned=number, **reason | fields)
            stories[code, name] = (story, status)
    return stories


@pytest.fixture
def shared(_shared, db):
    return _shared


@pytest.fixture(scope="module")
def _hidden(_shared, module_db):
    with module_db():
        return make_hidden(_shared)


@pytest.fixture
def hidden(_hidden, db):
    return _hidden


# The tests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", languages.CODES)
def test_no_public_address_says_a_word_of_a_hidden_story(client, hidden, code):
    hidden_pks = [story.pk for story, _status in hidden.values()]
    for path in addresses(code, asked=ASKED):
        text = everything(client.get(path))
        assert SECRET not in text, path
        if "search" not in path:
            assert ASKED not in text, path
        assert not [pk for pk in hidden_pks if f"/shared/{pk}" in text], path


@pytest.mark.parametrize("code", languages.CODES)
def test_no_page_counts_a_hidden_story(client, hidden, code):
    """Nineteen stories and the hidden ones would make a second page."""
    for path in ("/shared/", "/tag/shared/", "/author/shared/", "/source/shared/"):
        assert client.get(languages.path_in(path, code)).context["page"].count == 19, path
    found = client.get(languages.path_in(f"/search/?q={ASKED}", code))
    assert found.context["page"].count == 0
    assert client.get(languages.path_in("/corrections/", code)).context["page"].count == 0


@pytest.mark.parametrize("asked_in", languages.CODES)
@pytest.mark.parametrize("code", languages.CODES)
def test_a_hidden_story_answers_404_or_410_and_never_redirects(client, hidden, code, asked_in):
    for (of, name), (story, status) in hidden.items():
        if of != code:
            continue
        own = languages.path_in(story.get_absolute_url(), languages.DEFAULT)
        for path in (own, f"/shared/{story.pk}/", f"/none/{story.pk}-old/"):
            response = client.get(languages.path_in(path, asked_in))
            assert response.status_code == status, (name, path)
            assert SECRET not in everything(response), (name, path)


@pytest.mark.parametrize("code", languages.CODES)
def test_the_404_of_a_hidden_story_is_the_404_of_no_story(client, hidden, code):
    """Byte for byte, headers included: nobody can count our drafts."""
    never = client.get(languages.path_in("/shared/999999999-no-such-story/", code))
    assert never.status_code == 404
    for (of, name), (story, status) in hidden.items():
        if status != 404 or of != code:
            continue
        for path in (story.get_absolute_url(), languages.path_in(f"/none/{story.pk}/", code)):
            response = client.get(path)
            assert response.status_code == 404
            assert response.headers == never.headers, name
            assert response.content == never.content, name


@pytest.mark.parametrize("code", languages.CODES)
def test_an_address_without_its_last_slash_tells_nothing(client, hidden, code):
    story, _status = hidden[code, "draft"]
    drafted = client.get(languages.path_in(f"/shared/{story.pk}", code))
    never = client.get(languages.path_in("/shared/999999999", code))
    assert drafted.status_code == never.status_code
    assert drafted.get("Location", "").replace(str(story.pk), "") == never.get(
        "Location", ""
    ).replace("999999999", "")


@pytest.mark.parametrize("code", languages.CODES)
def test_a_public_story_is_found_on_all_these_pages(client, shared, committed, code):
    """The control: the same words, once they are public, are where these tests look for them."""
    FrontSlot.objects.all().delete()
    with committed():
        story = tell(shared, code, pinned=1)
    saying = {
        path for path in addresses(code, story, ASKED) if SECRET in everything(client.get(path))
    }
    now = timezone.localtime()
    expected = {
        "/",
        "/shared/",
        "/tag/shared/",
        "/author/shared/",
        "/source/shared/",
        f"/archive/{now - HOUR:%Y/%m}/",
        f"/archive/{now - HOUR:%Y/%m/%d}/",
        "/search/",
        f"/search/?q={ASKED}",
        "/corrections/",
        "/feeds/all.rss",
        "/feeds/all.atom",
        "/feeds/all.json",
        *(
            f"/feeds/{place}/shared.{form}"
            for place in ("section", "tag", "author", "source")
            for form in ("rss", "atom", "json")
        ),
        "/sitemap-stories-1.xml",
        "/sitemap-news.xml",
        "/none/",
        languages.path_in(story.get_absolute_url(), languages.DEFAULT),
        f"/shared/{story.pk}/",  # in the Location of its redirect
        f"/none/{story.pk}-old-words/",
    }
    assert {languages.path_in(path, code) for path in expected} <= saying


@pytest.mark.parametrize(
    "field",
    ["headline", "lead", "body", "kicker", "dateline", "slug", "picture_caption", "seo_title"],
)
def test_each_text_of_a_public_story_is_told_on_its_page(client, shared, field):
    story = tell(shared, "en", words="plain", **{field: SECRET})
    assert SECRET in client.get(story.get_absolute_url()).text


def test_translations_that_are_hidden_are_not_told_by_their_siblings(client, shared):
    for _name, fields, _status in hidden_states(timezone.now()):
        public = make_article(section=shared["section"])
        assert not tell(shared, "ru", story=public.story, **fields).is_public
        assert SECRET not in everything(client.get(public.get_absolute_url()))


def test_the_archive_does_not_begin_with_a_hidden_story(client, shared):
    make_article()
    long_ago = timezone.now().replace(year=2019)
    make_article(status="draft", published_at=long_ago)
    make_article(published_at=long_ago, expires_at=long_ago + HOUR)
    assert "2019" not in client.get("/archive/").text
