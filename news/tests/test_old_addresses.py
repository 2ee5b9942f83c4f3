"""However often a story is renamed or moved, every address it had leads to it in one step."""

import random

import pytest

from news.tests.factories import make_article, make_section, make_tag
from portal.lib import languages

WORDS = "oil gas power fuel rail grain water steel".split()


def step(client, path):
    """(status, where to) of one request."""
    response = client.get(path)
    return response.status_code, response.get("Location", "")


@pytest.mark.parametrize("seed", range(6))
def test_renames_and_moves_never_break_a_link_nor_chain_nor_loop(client, db, seed):
    chance = random.Random(seed)
    sections = [make_section(f"sec-{word}") for word in WORDS]
    first = make_article(section=sections[0])
    stories = [first] + [
        make_article(section=sections[0], language=code, story=first.story)
        for code in languages.CODES
        if code != first.language
    ]
    known = {story.pk: {story.get_absolute_url()} for story in stories}
    for _ in range(25):
        story = chance.choice(stories)
        what = chance.choice(["slug", "section", "section's word", "back", "headline"])
        if what == "slug":
            story.slug = "-".join(chance.sample(WORDS, 3))
        elif what == "back":  # the words of an address it once had
            story.slug = chance.choice(sorted(known[story.pk])).rpartition("-")[2].strip("/")
        elif what == "section":
            story.section = chance.choice(sections)
        elif what == "headline":
            story.headline, story.slug = " ".join(chance.sample(WORDS, 4)), ""
        else:
            section = story.section
            section.slug = f"sec-{chance.choice(WORDS)}-{chance.randrange(9**9)}"
            section.save()
        story.save()
        for one in stories:
            one.refresh_from_db()
            known[one.pk].add(one.get_absolute_url())
    for story in stories:
        here = story.get_absolute_url()
        assert step(client, here) == (200, "")
        tried = set(known[story.pk]) - {here}
        assert len(tried) > 3
        for path in [*tried, f"/x/{story.pk}/", f"/x/{story.pk}-y/", f"/ru/x/{story.pk}-y/"]:
            for asked in (path, path.rstrip("/"), f"{path}?utm_source=x"):
                assert step(client, asked) == (301, here), asked
            for code in languages.CODES:  # under another language's prefix too
                elsewhere = languages.path_in(path, code)
                if elsewhere != here:
                    assert step(client, elsewhere) == (301, here), elsewhere


def test_a_forgotten_slash_is_one_step_too(client, db):
    story = make_article()
    here = story.get_absolute_url()
    assert step(client, here.rstrip("/")) == (301, here)
    assert step(client, f"/none/{story.pk}") == (301, here)


def test_a_number_under_another_rooms_word_is_no_story(client, db):
    story = make_article()
    make_tag(str(story.pk))
    assert step(client, f"/tag/{story.pk}") == (301, f"/tag/{story.pk}/")
    assert step(client, f"/tag/{story.pk}/") == (200, "")
    assert step(client, f"/about/{story.pk}") == (301, f"/about/{story.pk}/")
