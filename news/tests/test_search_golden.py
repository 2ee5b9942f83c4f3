"""What readers ask of the demonstration, and what they must find: the same on every database."""

import uuid

import pytest

from news.models import Article
from news.search import finding
from news.search.query import read
from news.tests.golden import CASES
from portal.lib import languages
from portal.seeding import STORIES, STORY_NAMESPACE, read_story

HITS = 3


def keys_of(language):
    """{mark of the story: key of its file}."""
    return {
        uuid.uuid5(STORY_NAMESPACE, read_story(path)[0]["key"]): path.stem
        for path in (STORIES / language).glob("*.html")
    }


def first_hits(language, question):
    stories = Article.objects.published().in_language(language)
    found = finding.find(stories, read(question, [language])).keys[:HITS]
    marks = Article.objects.in_bulk(found)
    return [marks[key].story for key in found]


@pytest.mark.parametrize("language", languages.CODES)
def test_each_question_finds_its_story_among_the_first_three(demo_to_read, language):
    keys, missed = keys_of(language), []
    cases = [(question, key) for code, question, key in CASES if code == language]
    for question, key in cases:
        found = [keys[mark] for mark in first_hits(language, question)]
        if key not in found:
            missed.append((question, key, found))
    assert missed == []
    assert len(cases) >= 30


def test_the_set_is_large_and_each_line_asks_something_else():
    assert len(CASES) >= 120
    assert len({(language, question) for language, question, _key in CASES}) == len(CASES)
