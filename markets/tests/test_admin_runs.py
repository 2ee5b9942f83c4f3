"""The fetch log in plain words, and the button that asks a source outside the request."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets import fetching
from markets.models import FetchRun, Source

LOG = f"/{settings.ADMIN_PATH}/markets/fetchrun/"


@pytest.fixture
def desk(instruments, member):
    return member("Market editors")


@pytest.fixture
def bank(instruments):
    return Source.objects.get(key="cbr")


@pytest.fixture
def started(monkeypatch):
    """How often a process was started to do what people have asked for."""
    calls = []
    monkeypatch.setattr(fetching, "start_queued", lambda: calls.append(1))
    return calls


def test_what_went_wrong_is_told_in_words(desk, bank):
    FetchRun.objects.create(
        source=bank, status="failed", error_kind="blocked", finished_at=timezone.now()
    )
    page = desk.get(LOG).content.decode()
    assert "it keeps us out" in page
    assert "Traceback" not in page


def test_the_button_notes_a_wish_and_a_process_of_its_own_fulfils_it(
    desk, bank, started, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(f"{LOG}fetch/{bank.pk}/", follow=True)
    run = FetchRun.objects.get()
    assert (run.status, run.trigger, run.requested_by) == ("queued", "person", desk.user)
    assert len(started) == 1
    page = response.content.decode()
    assert "is being asked" in page and "wish noted" in page


def test_a_second_wish_waits_for_the_first(desk, bank, started):
    desk.post(f"{LOG}fetch/{bank.pk}/")
    desk.post(f"{LOG}fetch/{bank.pk}/")
    assert FetchRun.objects.count() == 1


def test_a_wish_nobody_takes_is_told_and_how_to_help_it(desk, bank, started, monday_noon):
    desk.post(f"{LOG}fetch/{bank.pk}/")
    assert "nobody has taken" not in desk.get(LOG).content.decode()
    monday_noon.shift(200)
    page = desk.get(LOG).content.decode()
    assert "nobody has taken the wish" in page
    assert "fetch_quotes --queued" in page


def test_the_result_is_on_the_same_page_after_a_reload(desk, bank, started):
    desk.post(f"{LOG}fetch/{bank.pk}/")
    run = FetchRun.objects.get()
    run.status, run.new, run.seen, run.finished_at = "ok", 2, 3, timezone.now()
    run.save()
    page = desk.get(LOG).content.decode()
    assert "3 seen, 2 new" in page and "wish noted" not in page


def test_a_source_left_alone_after_failures_says_so(desk, bank):
    until = timezone.now() + timedelta(minutes=30)
    Source.objects.filter(pk=bank.pk).update(failures=5, open_until=until)
    assert "5 failures in a row; left alone until 23 Nov, 12:30" in desk.get(LOG).content.decode()


def test_what_no_machine_reads_has_no_button(desk, instruments, started):
    editorial = Source.objects.get(key="editorial")
    assert desk.post(f"{LOG}fetch/{editorial.pk}/").status_code == 404
    assert desk.post(f"{LOG}fetch/999999/").status_code == 404
    assert f"fetch/{editorial.pk}/" not in desk.get(LOG).content.decode()


def test_an_address_typed_into_the_browser_fetches_nothing(desk, bank, started):
    assert desk.get(f"{LOG}fetch/{bank.pk}/").status_code == 405
    assert not FetchRun.objects.exists()


def test_one_run_tells_everything_but_can_not_be_changed(desk, bank):
    run = FetchRun.objects.create(
        source=bank,
        status="partial",
        error_kind="items",
        http_status=200,
        url="https://www.cbr.ru/scripts/XML_daily.asp",
        finished_at=timezone.now(),
        held=1,
    )
    page = desk.get(f"{LOG}{run.pk}/change/").content.decode()
    for text in ("XML_daily.asp", "1 held", "the others were stored", "Values this fetch recorded"):
        assert text in page, text
    assert 'name="_save"' not in page
    assert desk.post(f"{LOG}{run.pk}/change/", {"status": "ok"}).status_code == 403
    assert desk.get(f"{LOG}add/").status_code == 403


def test_a_thousand_runs_cost_no_more_queries_than_one(desk, bank):
    def queries():
        desk.get(LOG)
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(LOG).status_code == 200
        return len(captured)

    FetchRun.objects.create(source=bank, status="ok")
    few = queries()
    FetchRun.objects.bulk_create(FetchRun(source=bank, status="ok") for _ in range(1000))
    assert queries() == few <= 15
