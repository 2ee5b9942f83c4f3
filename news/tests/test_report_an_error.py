"""Each story tells its readers where to report an error."""

import re
from urllib.parse import unquote

import pytest

from news.models import Policy
from news.tests.factories import make_article


def address_of(client, story):
    page = client.get(story.get_absolute_url()).text
    return re.search(r'<p class="errata"><a href="([^"]*)">', page)[1]


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_it_writes_to_the_address_of_the_settings_about_this_story(client, db, settings, language):
    settings.CORRECTIONS_EMAIL = "errors@example.org"
    settings.SITE_URL = "https://news.example.org"
    story = make_article(language=language)
    address, _, subject = address_of(client, story).partition("?subject=")
    assert address == "mailto:errors@example.org"
    assert unquote(subject) == f"https://news.example.org{story.get_absolute_url()}"
    assert "&" not in subject


def test_without_an_address_it_leads_to_the_corrections_policy(client, db, settings):
    settings.CORRECTIONS_EMAIL = ""
    Policy.objects.create(slug="standards", title="Standards", body="<p>x</p>")
    Policy.objects.create(slug="corrections-policy", title="Corrections", body="<p>x</p>")
    assert address_of(client, make_article()) == "/about/corrections-policy/"


def test_without_any_policy_it_writes_to_the_newsroom(client, db, settings):
    settings.CORRECTIONS_EMAIL = ""
    assert address_of(client, make_article()).startswith(
        f"mailto:{settings.NEWSROOM_EMAIL}?subject=http"
    )
