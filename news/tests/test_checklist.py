"""The checklist: each rule blocks or warns, names the place, and lets a good story through."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from news import checklist
from news.checklist import check, repair_content
from news.models import Article, Picture, Section
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def story(committed):
    """A draft with nothing to find fault with."""
    with committed():
        return make_article(
            status="draft",
            published_at=None,
            authors=[make_author()],
            picture=make_picture(),
            body="<p>The first paragraph.</p><h2>Why</h2><p>The second.</p>",
        )


def codes(article):
    return {finding.code: finding for finding in check(article)}


def test_a_good_story_has_no_finding(story):
    assert check(story) == []


# True of some: agency copy without a name, a note without a picture, a lead said twice.
KNOWN = {"no-byline", "no-picture", "foreign-alt", "lead-repeated"}


def test_the_demonstration_has_no_damage_no_dead_link_and_no_nameless_picture(demo_to_read):
    stories = Article.objects.published().prefetch_related("bylines")
    found = {story.headline: sorted({f.code for f in check(story)} - KNOWN) for story in stories}
    assert {headline: codes for headline, codes in found.items() if codes} == {}
    assert len(found) > 50


# Blocks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("headline", " ", "no-headline"),
        ("lead", "", "no-lead"),
        ("section", None, "no-section"),
        ("body", "", "no-body"),
        ("body", "<p>&nbsp;</p><hr>", "no-body"),
        ("source_url", "register of tariffs", "bad-source"),
        ("source_url", "javascript:alert(1)", "bad-source"),
        ("source_url", "https://", "bad-source"),
    ],
)
def test_what_is_missing_or_wrong_blocks_and_names_the_field(story, field, value, code):
    setattr(story, field, value)
    finding = codes(story)[code]
    assert finding.level == "block"
    assert finding.field == field
    assert finding.words


def test_a_story_names_its_author_or_the_reason_why_not(story):
    story.bylines.all().delete()
    assert codes(story)["no-byline"].level == "block"
    story.no_byline_reason = "Agency copy"
    assert check(story) == []


def test_a_photographer_alone_is_no_author(story):
    story.bylines.update(role="photo")
    assert codes(story)["no-byline"].level == "block"


def as_figure(story, picture):
    """The picture in the text instead of above it."""
    story.body += f'<figure data-picture="{picture.pk}"><figcaption>Words.</figcaption></figure>'


def as_hero(story, picture):
    story.picture = picture


@pytest.fixture(params=[as_hero, as_figure], ids=["hero", "figure"])
def show(request, story):
    """Puts a picture into the story; what is true of it is true wherever it stands."""

    def put(**changes):
        picture = make_picture(**changes)
        request.param(story, picture)
        return picture

    put.field = "picture" if request.param is as_hero else "body"
    return put


def test_a_picture_without_alternative_text_blocks(story, show):
    picture = show()
    Picture.objects.filter(pk=picture.pk).update(alt_en="")
    picture.refresh_from_db()
    finding = codes(story)["no-alt"]
    assert (finding.level, finding.field) == ("block", show.field)
    assert finding.places[0].address.endswith(f"/picture/{picture.pk}/change/")


def test_a_decorative_picture_needs_none(story, show):
    show(alt_en="", is_decorative=True)
    assert check(story) == []


def test_a_file_name_is_no_alternative_text(story, show):
    show(alt_en="IMG_2043.jpg")
    finding = codes(story)["file-name-alt"]
    assert (finding.level, finding.field) == ("block", show.field)
    assert finding.places[0].note == "IMG_2043.jpg"


def test_alternative_text_in_another_language_is_a_warning(story, show):
    show()
    story.language = "ru"
    assert codes(story)["foreign-alt"].level == "warn"


def test_a_picture_says_who_made_it(story, show):
    picture = show()
    Picture.objects.filter(pk=picture.pk).update(credit_en="")
    assert codes(story)["no-credit"].level == "block"


def test_rights_end_with_their_day(story, show, monkeypatch):
    picture = show()
    today = timezone.localdate()
    picture.rights_until = today
    monkeypatch.setattr(
        checklist.Picture.objects, "in_bulk", lambda keys: dict.fromkeys(keys, picture)
    )
    assert check(story) == []
    picture.rights_until = today - timedelta(days=1)
    assert codes(story)["rights-over"].level == "block"
    picture.rights_until = today + timedelta(days=1)
    story.published_at = timezone.now() + timedelta(days=3)  # scheduled past the end
    assert codes(story)["rights-over"].level == "block"


def test_what_only_the_file_said_of_a_picture_is_a_warning(story, show, monkeypatch):
    picture = show()
    known = {picture.pk: picture, story.picture_id: story.picture}
    monkeypatch.setattr(checklist.Picture.objects, "in_bulk", lambda keys: known)
    picture.prefilled = ["caption_en"]
    assert check(story) == []
    picture.prefilled = ["credit_en"]
    assert codes(story)["unchecked"].level == "warn"
    assert codes(story)["unchecked"].places[0].note == "Photo: A. Name"


def test_a_figure_whose_picture_is_gone_is_told(story):
    story.body += '<figure data-picture="98765"></figure>'
    assert codes(story)["picture-gone"].places[0].text == "#98765"


# Warnings ----------------------------------------------------------------------------------------


def test_a_story_without_a_picture_is_a_warning(story):
    story.picture = None
    assert codes(story)["no-picture"].level == "warn"


def test_a_headline_of_a_hundred_characters_is_long_enough(story):
    story.headline = "x" * 100
    assert check(story) == []
    story.headline = "x" * 101
    assert codes(story)["long-headline"].level == "warn"


def test_a_lead_repeated_as_first_paragraph_is_a_warning(story):
    story.body = f"<p>{story.lead.upper()}</p>{story.body}"
    assert codes(story)["lead-repeated"].level == "warn"


def test_a_small_heading_before_any_heading_is_a_warning(story):
    story.body = "<p>Text.</p><h3>Why <em>now</em></h3>"
    assert codes(story)["heading-skipped"].places[0].text == "Why now"
    story.body = "<p>Text.</p><h2>Why</h2><h3>Now</h3><h2>Then</h2>"
    assert check(story) == []


def test_the_same_headline_in_thirty_days_is_a_warning_in_any_case_of_its_letters(committed):
    now = timezone.now()
    author, picture = make_author(), make_picture()
    complete = {"language": "ru", "authors": [author], "picture": picture}
    with committed():
        twin = make_article(headline="Рубль «окреп» ещё раз", published_at=now - HOUR, **complete)
        make_article(
            headline="Рубль «окреп» ещё раз", published_at=now - timedelta(days=31), **complete
        )
        make_article(headline="Рубль «окреп» ещё раз и ещё раз", **complete)
    picture.alt_ru = "Склад."
    picture.save()
    story = make_article(headline='РУБЛЬ "ОКРЕП" ЕЩЕ РАЗ', status="draft", **complete)
    finding = codes(story)["same-headline"]
    assert finding.level == "warn"
    assert [place.text for place in finding.places] == [twin.headline]
    assert f"/article/{twin.pk}/" in finding.places[0].address
    twin.status = "withdrawn"
    twin.save()
    assert check(story) == []


def test_a_translation_is_no_twin(story, committed):
    with committed():
        make_article(
            headline=story.headline, story=story.story, language="ru", source_url="https://a.org/"
        )
    assert check(story) == []


def test_the_same_original_in_thirty_days_is_a_warning(story):
    story.source_url = "https://example.org/register/7"
    twin = make_article(source_url=story.source_url, status="scheduled")
    assert [p.text for p in codes(story)["same-source"].places] == [twin.headline]


def test_damaged_text_is_listed_with_its_places_and_offers_its_repair(story):
    story.headline = "Moscowâ€™s tank"
    story.body = "<p>They don?t know what na?ve means.</p>"
    found = [f for f in check(story) if f.code == "damaged-text"]
    assert {f.field for f in found} == {"headline", "body"}
    assert all(f.level == "warn" and f.can_repair for f in found)
    body = next(f for f in found if f.field == "body")
    assert len(body.places) == 2
    assert "’" in body.places[0].note
    assert body.places[1].note == ""


def test_repair_mends_what_is_certain_in_every_field_and_leaves_the_rest():
    content = {
        "headline": "Moscowâ€™s tank",
        "lead": "na?ve",
        "body": '<p>don?t <a href="/x/?a=don?t">Ð¿Ñ€Ð¸</a></p>',
        "tags": [1],
        "picture": None,
        "source_url": "https://a.org/?q=don?t",
    }
    assert repair_content(content) == content | {
        "headline": "Moscow’s tank",
        "body": '<p>don’t <a href="/x/?a=don?t">при</a></p>',
    }


# Links -------------------------------------------------------------------------------------------


def links_of(story, *addresses):
    story.body = "".join(f'<p>Text <a href="{address}">x</a></p>' for address in addresses)
    finding = codes(story).get("dead-links")
    return {place.text: place.note for place in finding.places} if finding else {}


def test_links_that_lead_somewhere_are_left_in_peace(story, settings, base):
    settings.SITE_URL = "https://news.example.org"
    other = make_article(headline="Другая", language="ru")
    section, tag, author, source = make_section(), make_tag("a1"), make_author(), make_source("b1")
    good = [
        other.get_absolute_url(),
        f"/{section.slug}/{other.pk}/",
        f"/{section.slug}/{other.pk}-old-words/#note",
        f"https://news.example.org{other.get_absolute_url()}?from=mail",
        *(row.get_absolute_url() for row in (section, tag, author, source)),
        f"/kk/{section.slug}/",
        f"/{section.slug}",  # the slash is added for readers
        *("/", "/search/?q=oil", "/markets/usd-rub/", "/archive/2026/11/"),
        *("https://elsewhere.example.net/404", "mailto:a@example.org"),
    ]
    assert links_of(story, *good) == {}


_GONE = "There is no such page."


def test_links_that_lead_nowhere_are_named_with_the_reason(story, settings, base):
    settings.SITE_URL = "https://news.example.org"
    draft = make_article(headline="A draft", status="draft")
    gone = make_article(headline="Gone", status="withdrawn")
    over = make_article(headline="Over", expires_at=timezone.now() - HOUR / 2)
    later = make_article(
        headline="Later", status="scheduled", published_at=timezone.now() + 5 * HOUR
    )
    found = links_of(
        story,
        "/fuel/999999-x/",
        *(f"/fuel/{row.pk}/" for row in (draft, gone, over, later)),
        *("/nowhere/", "/tag/nowhere/", "/ru/author/nobody/", "/source/none/", "/about/none/"),
        *("/markets/none/", "/a/b/c/d/", "/admin/news/", "#chapter"),
        "https://news.example.org/nowhere/",
    )
    assert len(found) == 15
    assert found["/fuel/999999-x/"] == "There is no such story."
    assert found[f"/fuel/{draft.pk}/"] == "“A draft” is not published."
    assert found[f"/fuel/{gone.pk}/"] == "“Gone” has been withdrawn."
    assert found[f"/fuel/{over.pk}/"] == "“Over” is no longer public."
    assert found[f"/fuel/{later.pk}/"].startswith("“Later” goes out later: ")
    assert found["/ru/author/nobody/"] == found["/nowhere/"] == _GONE
    # Together with a story that goes out later still, the link is good.
    story.published_at = later.published_at + HOUR
    assert links_of(story, f"/fuel/{later.pk}/") == {}


def test_an_instrument_that_does_not_exist_is_named(story, base):
    story.body = (
        '<p><span data-instrument="usd-rub">a</span><span data-instrument="oil9">b</span></p>'
    )
    assert [p.text for p in codes(story)["dead-links"].places] == ["[oil9]"]


# What it costs, how it looks ---------------------------------------------------------------------


def test_the_checklist_asks_at_most_six_questions(story, base, django_assert_max_num_queries):
    pictures = [make_picture() for _ in range(3)]
    for picture in pictures:
        as_figure(story, picture)
    links = [f"/fuel/{n}/ /tag/t{n}/ /author/a{n}/ /nowhere{n}/".split() for n in range(1, 20)]
    story.body += "".join(f'<p><a href="{a}">x</a></p>' for row in links for a in row)
    story.source_url = "https://example.org/a"
    fresh = Article.objects.get(pk=story.pk)
    fresh.body, fresh.source_url = story.body, story.source_url
    with django_assert_max_num_queries(6):
        assert check(fresh)


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_the_list_is_shown_with_places_and_the_repair(story, language):
    story.headline, story.lead = "don?t", ""
    with translation.override(language):
        findings = check(story)
        html = render_to_string(
            "admin/news/article/_checklist.html", {"findings": findings, "can_edit": True}
        )
        empty = render_to_string("admin/news/article/_checklist.html", {"findings": []})
    assert html.index('data-code="no-lead"') < html.index('data-code="damaged-text"')
    assert 'href="#id_lead"' in html
    assert 'name="_repair"' in html
    assert "_repair" not in empty
    assert "style=" not in html
    reader = render_to_string("admin/news/article/_checklist.html", {"findings": findings})
    assert "_repair" not in reader


def test_a_look_alike_that_was_never_saved_can_be_checked(db):
    make_section()
    article = Article(headline="A tank", section=Section.objects.first(), published_at=None)
    assert {f.code for f in check(article) if f.level == "block"} == {
        "no-lead",
        "no-body",
        "no-byline",
    }


def test_dates_of_rights_are_written_for_people(story, monkeypatch):
    picture = SimpleNamespace(
        **{name: getattr(story.picture, name) for name in ("alt_en", "credit_en", "is_decorative")},
        rights_until=date(2020, 1, 2),
    )
    monkeypatch.setattr(
        checklist.Picture.objects, "in_bulk", lambda keys: {story.picture_id: picture}
    )
    assert codes(story)["rights-over"].places[0].note == "2 Jan 2020"
