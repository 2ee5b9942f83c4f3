"""A reprint says where its original stands, or it is none."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from news.models import Article
from news.tests.factories import make_article

ORIGINAL = "https://example.org/original?id=1&lang=en"


def test_a_reprint_without_an_address_is_refused_beside_the_field(db):
    story = make_article()
    story.is_reprint = True
    with pytest.raises(ValidationError) as refused:
        story.full_clean()
    assert set(refused.value.message_dict) == {"source_url"}
    story.source_url = ORIGINAL
    story.full_clean()


def test_the_database_refuses_it_too(db):
    story = make_article()
    with pytest.raises(IntegrityError):
        Article.objects.filter(pk=story.pk).update(is_reprint=True)


def test_its_page_sends_search_engines_to_the_original_and_readers_nowhere(client, db):
    story = make_article(is_reprint=True, source_url=ORIGINAL)
    response = client.get(story.get_absolute_url())
    assert response.status_code == 200
    escaped = ORIGINAL.replace("&", "&amp;")
    assert response.text.count(f'<link rel="canonical" href="{escaped}">') == 1
    assert (
        f'<meta property="og:url" content="http://127.0.0.1:8000{story.get_absolute_url()}">'
        in (response.text)
    )


def test_a_story_that_relies_on_a_source_stays_its_own(client, db):
    story = make_article(source_url=ORIGINAL)
    text = client.get(story.get_absolute_url()).text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{story.get_absolute_url()}">' in text


def test_the_editor_marks_it_in_the_form(desk, db):
    story = make_article(status="draft")
    page = desk.get(f"/admin/news/article/{story.pk}/change/")
    assert 'name="is_reprint"' in page.text
