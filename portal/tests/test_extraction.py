"""Programs that read articles for people find the headline, who wrote it, when, and all of it."""

import json

import pytest
import trafilatura

from news.models import Article
from portal.lib import languages
from portal.lib.text import plain_text


def sentences(story):
    """The first words of each paragraph of the story."""
    parts = story.body.split("<p>")[1:]
    return [plain_text(part.partition("</p>")[0])[:60] for part in parts if "<span" not in part]


def read(response):
    found = trafilatura.extract(
        response.text, output_format="json", with_metadata=True, include_tables=True
    )
    return json.loads(found)


@pytest.mark.parametrize("code", languages.CODES)
def test_trafilatura_reads_every_story_of_the_demonstration(client, demo_to_read, code):
    stories = Article.objects.published().in_language(code).prefetch_related("bylines__author")
    assert len(stories) >= 6
    for story in stories:
        found = read(client.get(story.get_absolute_url()))
        assert found["title"] == story.headline
        assert found["date"] == story.published_at.strftime("%Y-%m-%d")
        with_names = [author.name for author in story.writers] if story.writers else []
        for name in with_names:
            # It undoes the initial's full stop: "A. Serikova" is "A Serikova" to it.
            assert name.split()[-1] in (found["author"] or ""), story.headline
        text = " ".join(found["text"].split())
        missing = [words for words in sentences(story) if " ".join(words.split()) not in text]
        assert len(missing) <= len(sentences(story)) * 0.1, (story.headline, missing)
        assert "Cookie" not in text
