"""The newsroom's desk: who may do what, what a list costs, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Article, Byline, Correction, Picture, SearchRow
from news.tests.factories import (
    make_article,
    make_author,
    make_picture,
    make_section,
    make_source,
    make_tag,
    picture_file,
)

ADD = "/admin/news/article/add/"
LIST = "/admin/news/article/"
INLINES = {
    f"{name}-{part}": "0"
    for name in ("bylines", "mentions", "corrections")
    for part in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def typed(**changes):
    """What the story form posts."""
    return {
        "kicker": "Depots",
        "headline": "Depots agree on winter stocks",
        "lead": "They have 40 days of diesel. Last year they had 31.",
        "dateline": "",
        "body": "First paragraph.\n\nSecond paragraph.",
        "status": "draft",
        "published_at_0": "",
        "published_at_1": "",
        "updated_at_0": "",
        "updated_at_1": "",
        "expires_at_0": "",
        "expires_at_1": "",
        "language": "en",
        "section": str(make_section().pk),
        "kind": "news",
        "withdrawal_reason": "",
        "picture": "",
        "picture_caption": "",
        "source": "",
        "source_url": "",
        "listing_headline": "",
        "listing_lead": "",
        "seo_title": "",
        "seo_description": "",
        "slug": "",
        "story": "4f6f2f3e-4a1c-4a5e-9f9a-6a1f2b3c4d5e",
        **INLINES,
        **changes,
    }


def change(article):
    return reverse("admin:news_article_change", args=[article.pk])


# Who may open what: (address, roles that may). Everybody else of the newsroom gets a 403.
ROLES = ["Reporters", "Editors", "Chief editors", "Market editors", "Administrators"]
WRITERS = {"Reporters", "Editors", "Chief editors"}
MAY = [
    ("/admin/", set(ROLES)),
    (LIST, WRITERS | {"Market editors"}),
    (ADD, WRITERS),
    ("/admin/news/author/", WRITERS),
    ("/admin/news/author/add/", {"Editors", "Chief editors"}),
    ("/admin/news/tag/", WRITERS | {"Market editors"}),
    ("/admin/news/tag/add/", WRITERS),
    ("/admin/news/source/add/", WRITERS),
    ("/admin/news/picture/", WRITERS),
    ("/admin/news/picture/add/", WRITERS),
    ("/admin/news/section/", WRITERS | {"Market editors"}),
    ("/admin/news/section/add/", {"Chief editors"}),
    ("/admin/news/frontslot/", WRITERS),
    ("/admin/news/frontslot/add/", {"Chief editors"}),
    ("/admin/news/policy/", WRITERS),
    ("/admin/news/policy/add/", {"Chief editors"}),
    ("/admin/news/correction/", WRITERS),
    ("/admin/news/correction/add/", {"Editors", "Chief editors"}),
    ("/admin/portal/user/", {"Chief editors", "Administrators"}),
    ("/admin/portal/user/add/", {"Administrators"}),
    ("/admin/portal/notice/add/", {"Chief editors", "Administrators"}),
    ("/admin/auth/group/", {"Chief editors", "Administrators"}),
    ("/admin/auth/group/add/", {"Administrators"}),
]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_desks_and_no_other(role, base, client):
    from conftest import _member

    client.force_login(_member(role, "somebody"))
    for address, roles in MAY:
        expected = 200 if role in roles else 403
        assert client.get(address).status_code == expected, (role, address)


def test_strangers_are_asked_to_log_in(base, client):
    for address, _roles in MAY:
        response = client.get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith("/admin/login/")


def counted(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in queries]


def many(count):
    author = make_author()
    section = make_section()
    for article in Article.objects.bulk_create(
        Article(
            headline=f"Depot {n}",
            slug=f"depot-{n}",
            section=section,
            status="published",
            published_at=timezone.now() - timedelta(minutes=n),
        )
        for n in range(count)
    ):
        Byline.objects.create(article=article, author=author)
        SearchRow.objects.update_or_create(article=article, defaults={"title": "depot"})


def test_the_list_of_stories_costs_the_same_however_many_there_are(desk):
    many(60)
    addresses = [LIST, f"{LIST}?q=depot", f"{LIST}?status__exact=published", f"{LIST}?p=1"]
    few = [len(counted(desk, address)) for address in addresses]
    many(300)
    lots = [counted(desk, address) for address in addresses]
    assert [len(queries) for queries in lots] == few
    assert max(few) <= 15
    for queries in lots:
        for sql in queries:
            if "COUNT(" in sql and "news_article" in sql:
                assert re.search(r"LIMIT \d+\) subquery", sql), sql


@pytest.mark.parametrize("name", ["author", "tag", "source", "picture", "correction"])
def test_no_list_of_the_library_counts_its_whole_table(name, desk):
    make_article(authors=[make_author()], tags=[make_tag()], source=make_source())
    for sql in counted(desk, f"/admin/news/{name}/"):
        if "COUNT(" in sql:
            assert re.search(r"LIMIT \d+\) subquery", sql), sql


def test_stories_are_found_in_any_case_of_any_alphabet(desk, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        make_article(headline="Депо под Орском возвращает цистерны", language="ru")
        make_article(headline="Қызылорда диқандары су алады", language="kk")
        make_article(headline="Ёмкости заполнены", authors=[make_author("N. Karim")])
    for words, found in [
        ("ДЕПО орском", "Депо под Орском"),
        ("қызылорда", "Қызылорда диқандары"),
        ("емкости", "Ёмкости"),
        ("karim", "Ёмкости"),
    ]:
        page = desk.get(LIST, {"q": words}).content.decode()
        assert found in page, words
    assert "Ёмкости" not in desk.get(LIST, {"q": "цистерны"}).content.decode()


def test_a_story_published_at_the_desk_is_on_the_front_page_at_once(desk, client):
    response = desk.post(ADD, typed(status="published"))
    assert response.status_code == 302, response.context["errors"]
    story = Article.objects.get()
    assert story.is_public
    assert story.published_at.microsecond == 0
    assert story.slug == "depots-agree-on-winter-stocks"
    assert story.body == "<p>First paragraph.</p>\n<p>Second paragraph.</p>"
    assert story.headline in client.get("/").content.decode()
    assert client.get(story.get_absolute_url()).status_code == 200


def test_hostile_text_is_clean_before_it_is_stored(desk):
    desk.post(ADD, typed(body="<p onclick=x>A</p><script>alert(1)</script>"))
    assert Article.objects.get().body == "<p>A</p>"


WRONG = [
    ({"headline": ""}, "headline", "This field is required."),
    ({"status": "scheduled"}, "published_at", "Say when the story goes out"),
    ({"slug": "not a slug!"}, "slug", "valid “slug”"),
    ({"published_at_0": "yesterday", "published_at_1": "12:00"}, "published_at", "valid date"),
    ({"source_url": "not an address"}, "source_url", "valid URL"),
    ({"section": "99999"}, "section", "valid choice"),
    ({"status": "live"}, "status", "valid choice"),
    ({"headline": "x" * 201}, "headline", "at most 200 characters"),
]


@pytest.mark.parametrize(("change", "field", "message"), WRONG, ids=[w[1] for w in WRONG])
def test_wrong_input_gets_a_message_beside_the_field_and_nothing_is_lost(
    change, field, message, desk
):
    response = desk.post(ADD, typed(**change))
    assert response.status_code == 200
    assert message in str(response.context["adminform"].form.errors[field])
    page = response.content.decode()
    for kept in ("They have 40 days of diesel.", "Second paragraph.", "Depots"):
        assert kept in page
    assert not Article.objects.exists()


def test_a_story_cannot_end_before_it_begins(desk):
    data = typed(
        status="published",
        published_at_0="2026-11-20",
        published_at_1="12:00",
        expires_at_0="2026-11-19",
        expires_at_1="12:00",
    )
    response = desk.post(ADD, data)
    assert response.status_code == 200
    assert "A story cannot end before it is published." in response.content.decode()


def test_two_texts_of_a_story_in_one_language_are_refused_in_words(desk):
    first = make_article()
    response = desk.post(ADD, typed(story=str(first.story)))
    assert "This story already has a text in that language." in response.content.decode()


def test_a_reporter_cannot_publish_by_any_post(client, reporter):
    client.force_login(reporter)
    for status in ("published", "scheduled", "withdrawn"):
        response = client.post(
            ADD, typed(status=status, published_at_0="2026-01-01", published_at_1="12:00")
        )
        assert response.status_code == 200, status
        assert "status" in response.context["adminform"].form.errors
    assert not Article.objects.exists()
    assert client.post(ADD, typed(status="review")).status_code == 302
    story = Article.objects.get()
    assert story.status == "review"
    client.post(change(story), typed(published_at_0="2026-01-01", published_at_1="12:00"))
    story.refresh_from_db()
    assert story.published_at is None


def test_a_reporter_reads_a_public_story_but_cannot_change_it(client, reporter):
    story = make_article(headline="As it was")
    client.force_login(reporter)
    assert client.get(change(story)).status_code == 200
    assert client.post(change(story), typed(headline="Changed")).status_code == 403
    story.refresh_from_db()
    assert story.headline == "As it was"


def test_what_readers_have_had_cannot_be_deleted(client, chief):
    client.force_login(chief)
    public, draft = make_article(), make_article(status="draft", published_at=None)
    for story, status in ((public, 403), (draft, 302)):
        address = reverse("admin:news_article_delete", args=[story.pk])
        assert client.post(address, {"post": "yes"}).status_code == status
    assert list(Article.objects.all()) == [public]
    client.post(LIST, {"action": "delete_selected", "_selected_action": [public.pk]})
    assert Article.objects.filter(pk=public.pk).exists()


def test_a_correction_is_added_but_never_changed_or_deleted(desk, editor):
    story = make_article()
    data = typed(
        headline=story.headline,
        status="published",
        published_at_0="2026-01-01",
        published_at_1="12:00",
        story=str(story.story),
        **{
            "corrections-TOTAL_FORMS": "1",
            "corrections-0-kind": "correction",
            "corrections-0-text": "The figure was 40, not 31.",
        },
    )
    assert desk.post(change(story), data).status_code == 302
    note = Correction.objects.get()
    assert note.text in desk.get(story.get_absolute_url()).content.decode()
    page = reverse("admin:news_correction_change", args=[note.pk])
    assert desk.post(page, {"kind": "update", "text": "Nothing."}).status_code == 403
    gone = reverse("admin:news_correction_delete", args=[note.pk])
    assert desk.post(gone, {"post": "yes"}).status_code == 403
    again = {
        **data,
        "corrections-INITIAL_FORMS": "1",
        "corrections-0-id": str(note.pk),
        "corrections-0-text": "Nothing.",
        "corrections-0-DELETE": "on",
    }
    desk.post(change(story), again)
    note.refresh_from_db()
    assert note.text == "The figure was 40, not 31."


def picture_post(file, **changes):
    fields = {
        f"{name}_{code}": "" for name in ("alt", "caption", "credit") for code in ("ru", "kk")
    }
    return {
        **fields,
        "file": file,
        "focus_x": "50",
        "focus_y": "50",
        "alt_en": "A depot at dusk.",
        "caption_en": "",
        "credit_en": "Photo: A. Name",
        "licence": "",
        **changes,
    }


def test_a_picture_is_uploaded_with_its_sizes(desk):
    response = desk.post("/admin/news/picture/add/", picture_post(picture_file(900, 600)))
    assert response.status_code == 302, response.context["errors"]
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == (900, 600)
    assert set(picture.sizes) >= {"480", "900", "sq"}
    assert "A depot at dusk." in desk.get("/admin/news/picture/").content.decode()


def test_a_drawing_with_scripts_is_refused_beside_the_field(desk):
    from django.core.files.base import ContentFile

    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name in ("logo.svg", "photo.jpg"):
        response = desk.post("/admin/news/picture/add/", picture_post(ContentFile(svg, name=name)))
        assert response.status_code == 200
        assert "can carry scripts" in str(response.context["adminform"].form.errors["file"])
    assert not Picture.objects.exists()


def test_a_picture_needs_words_or_the_word_decorative(desk):
    response = desk.post(
        "/admin/news/picture/add/", picture_post(picture_file(), alt_en="", alt_ru="")
    )
    assert "mark it as decorative" in str(response.context["adminform"].form.errors["alt_en"])
    response = desk.post(
        "/admin/news/picture/add/", picture_post(picture_file(), is_decorative="on")
    )
    assert "A decorative picture has no alternative text." in response.content.decode()


def test_view_on_site_is_offered_for_public_stories_only(desk):
    public, draft = make_article(), make_article(status="draft", published_at=None)
    assert f'href="{public.get_absolute_url()}"' in desk.get(change(public)).content.decode()
    assert draft.get_absolute_url() not in desk.get(change(draft)).content.decode()


def test_the_story_form_asks_a_bounded_number_of_questions(desk):
    authors = [make_author(f"A. Name{n}") for n in range(6)]
    tags = [make_tag(f"tag-{n}") for n in range(8)]
    story = make_article(authors=authors, tags=tags, picture=make_picture(), source=make_source())
    for n in range(5):
        Correction.objects.create(article=story, text=f"Note {n}.")
    assert len(counted(desk, change(story))) <= 30


def test_relations_are_found_by_typing(desk):
    make_author("N. Karim", slug="n-karim")
    response = desk.get(
        "/admin/autocomplete/",
        {"app_label": "news", "model_name": "byline", "field_name": "author", "term": "kari"},
    )
    assert [found["text"] for found in response.json()["results"]] == ["N. Karim"]
