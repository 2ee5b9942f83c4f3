"""The sitemaps of the whole demonstration: valid, complete and true."""

import pytest
from lxml import etree

from news.models import Article
from portal.lib import languages
from portal.tests.test_sitemaps import HERE, SITE, parts, told, tree


@pytest.fixture(scope="module")
def schema():
    return etree.XMLSchema(etree.parse(HERE / "sitemap.xsd"))


def test_every_sitemap_of_the_demonstration_is_valid(client, demo_to_read, schema):
    tree(client, "/sitemap.xml", schema)
    every = parts(client)
    assert len(every) == 6
    for path in every:
        tree(client, path, schema)
    for code in languages.CODES:
        tree(client, languages.path_in("/sitemap-news.xml", code), schema)


def test_they_name_every_public_story_once_and_no_other(client, demo_to_read):
    expected = {story.get_absolute_url() for story in Article.objects.published()}
    found = [path for part in parts(client) if "stories" in part for path in told(client, part)]
    assert sorted(found) == sorted(expected)


def test_every_address_they_name_is_there_and_its_own_canonical_one(client, demo_to_read):
    for part in parts(client):
        for path in told(client, part):
            response = client.get(path)
            assert response.status_code == 200, path
            assert f'<link rel="canonical" href="{SITE}{path}">' in response.text, path
