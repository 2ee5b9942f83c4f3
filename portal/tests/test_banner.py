"""The breaking banner: above every page of the editions that have its words, until its hour."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from news.tests.factories import make_article, make_section
from portal import chrome
from portal.models import Banner

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def make_banner(**changes):
    fields = {"text_en": "Pipeline stops", "starts_at": NOON, "ends_at": NOON + HOUR, **changes}
    return Banner.objects.create(**fields)


def shown(code="en", now=NOON):
    return [(item.name, item.url) for item in chrome.load(code, now).banners]


def test_a_banner_stands_above_every_page_before_the_masthead(client, db):
    make_banner()
    for path in ("/", "/markets/", "/search/", "/nowhere/"):
        page = client.get(path).text
        assert page.index('role="region" aria-label="Breaking news"') < page.index('class="mast"')
        assert "Pipeline stops" in page
    assert 'role="alert"' not in page


def test_it_begins_and_ends_at_its_second(db):
    make_banner(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    assert shown(now=NOON + HOUR - SECOND) == []
    assert shown(now=NOON + HOUR) == [("Pipeline stops", "")]
    assert shown(now=NOON + 2 * HOUR - SECOND) != []
    assert shown(now=NOON + 2 * HOUR) == []


def test_it_must_end_and_not_later_than_a_day_after(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Banner.objects.create(text_en="For ever", starts_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_banner(ends_at=NOON)
    with pytest.raises(ValidationError) as refused:
        Banner(text_en="x", starts_at=NOON, ends_at=NOON + 24 * HOUR + SECOND).full_clean()
    assert "ends_at" in refused.value.message_dict
    Banner(text_en="x", starts_at=NOON, ends_at=NOON + 24 * HOUR).full_clean()
    # Written past every form it still goes after a day.
    make_banner(ends_at=NOON + 90 * 24 * HOUR)
    assert shown(now=NOON + 24 * HOUR - SECOND) != []
    assert shown(now=NOON + 24 * HOUR) == []


def test_an_edition_without_words_has_none(db):
    make_banner(text_en="", text_ru="Труба встала")
    assert shown("en") == shown("kk") == []
    assert shown("ru") == [("Труба встала", "")]
    with pytest.raises(ValidationError) as refused:
        Banner(ends_at=NOON + HOUR).full_clean()
    assert "text_en" in refused.value.message_dict


def test_it_leads_to_the_story_in_the_language_of_the_page_if_readers_may_see_it(db):
    story = make_article(section=make_section("fuel"))
    russian = make_article(section=make_section("fuel"), language="ru", story=story.story)
    kazakh = make_article(
        section=make_section("fuel"), language="kk", story=story.story, status="draft"
    )
    make_banner(text_ru="Труба", text_kk="Құбыр", article=russian)
    assert shown("en")[0][1] == story.get_absolute_url()
    assert shown("ru")[0][1].endswith(f"/fuel/{russian.pk}-{russian.slug}/")
    assert shown("kk")[0][1] == ""
    kazakh.status = "published"
    kazakh.save()
    assert f"/fuel/{kazakh.pk}-" in shown("kk")[0][1]


def test_of_several_the_latest_stands(db):
    make_banner()
    make_banner(text_en="Pipeline runs again")
    assert [name for name, _url in shown()] == ["Pipeline runs again"]


def test_the_frame_is_still_one_question(db, django_assert_num_queries):
    make_banner(article=make_article())
    with django_assert_num_queries(1):
        assert shown()


def test_the_error_page_that_asks_nobody_shows_no_banner_that_may_be_over(db):
    make_banner()
    assert shown()
    assert chrome.remembered("en").banners == []


def test_taken_down_it_is_gone_the_same_second(client, chief):
    client.force_login(chief)
    now, later = make_banner(), make_banner(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    answer = client.post(
        "/admin/portal/banner/",
        {"action": "end_now", "_selected_action": [now.pk, later.pk]},
    )
    assert answer.status_code == 302
    assert shown() == shown(now=NOON + HOUR) == []


def test_the_form_says_what_is_wrong_beside_the_field(client, chief):
    client.force_login(chief)
    form = {
        "text_en": "Now",
        "starts_at_0": "2026-11-23",
        "starts_at_1": "15:00",
        "ends_at_0": "2026-11-25",
        "ends_at_1": "15:00",
    }
    answer = client.post("/admin/portal/banner/add/", form)
    assert "A banner ends at most 24 hours after it begins." in answer.text
    assert 'value="Now"' in answer.text
    answer = client.post("/admin/portal/banner/add/", form | {"ends_at_0": "", "ends_at_1": ""})
    assert "ends_at" in answer.context["adminform"].form.errors
    answer = client.post("/admin/portal/banner/add/", form | {"ends_at_0": "2026-11-24"})
    assert answer.status_code == 302
    assert Banner.objects.get().ends_at == NOON + 24 * HOUR


def test_only_chief_editors_may(client, editor):
    client.force_login(editor)
    assert client.get("/admin/portal/banner/").status_code == 403
    assert client.post("/admin/portal/banner/add/", {"text_en": "x"}).status_code == 403
