"""A small whole site for tests that only read: a story of everything, prices, a ticker."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from django.utils.translation import gettext

from markets import sample
from news.models import Correction, Mention, Policy
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)
from portal.lib import languages

TICKER = {"en": "64.3008", "ru": "64,3008", "kk": "64,3008"}


def told(words, code):
    """Words of the interface in a language, translated in truth."""
    with translation.override(code):
        text = gettext(words)
    assert code == languages.DEFAULT or text != words, f"{words!r} is not translated to {code}"
    return text


def make_site():
    """{language: its story}. Every list of news/tests/addresses.py finds something."""
    call_command("seed_base", verbosity=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample, "YEARS", 1)  # written five times sooner
        sample.load(timezone.localdate())
    shared = {"section": make_section("shared"), "source": make_source("shared")}
    shared["picture"] = make_picture()
    people = {"authors": [make_author(slug="shared")], "tags": [make_tag("shared")]}
    brent = Mention._meta.get_field("instrument").related_model.objects.get(code="brent")
    stories = {}
    for code in languages.CODES:
        for day in (date for date in ("2025-01-01", "2026-01-01")):
            Policy.objects.create(
                slug="about", language=code, title="About", body="x", effective_on=day
            )
        first = stories.get(languages.DEFAULT)
        story = make_article(
            **shared, **people, language=code, **({"story": first.story} if first else {})
        )
        Mention.objects.create(article=story, instrument=brent)
        Correction.objects.create(article=story, text="Nine tanks, not ten.")
        make_article(**shared, language=code, status="withdrawn", withdrawn_at=timezone.now())
        make_article(
            **shared,
            language=code,
            expires_at=timezone.now() - timedelta(minutes=1),
        )
        stories[code] = story
    return stories
