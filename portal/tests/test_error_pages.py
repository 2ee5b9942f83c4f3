"""The page that stands when nothing else does."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from news import views
from portal import chrome
from portal.views import server_error


def broken(execute, sql, params, many, context):
    raise OperationalError("the database is gone")


@pytest.fixture
def failing(monkeypatch):
    """A reader's client for whom the section pages fail while rendering."""

    def fail(*arguments, **options):
        raise RuntimeError("a bug")

    monkeypatch.setattr(views, "_listing", fail)
    return Client(raise_request_exception=False)


WORDS = {
    "": "Our side of the line is down",
    "/ru": "Неполадка на нашей стороне",
    "/kk": "Ақау біздің жақтан болды",
}


@pytest.mark.parametrize("language", ["", "/ru", "/kk"])
def test_a_failure_in_a_view_is_a_500_page_with_frame_and_ticker(language, demo, failing):
    response = failing.get(f"{language}/fuel/")
    assert response.status_code == 500
    page = response.content.decode()
    assert "Traceback" not in page
    assert "a bug" not in page
    assert 'class="ticker"' in page
    assert 'class="nav"' in page
    code = language.strip("/") or "en"
    assert f'<html lang="{code}">' in page
    assert WORDS[""] not in page or code == "en"


@pytest.mark.parametrize("language", ["", "/ru", "/kk"])
def test_without_a_database_the_page_shows_what_this_process_showed_last(
    language, demo, failing, rf
):
    failing.get(f"{language}/fuel/")
    with connection.execute_wrapper(broken):
        response = failing.get(f"{language}/fuel/")
    assert response.status_code == 500
    page = response.content.decode()
    assert 'class="ticker"' in page
    assert ("64,3008" if language else "64.3008") in page
    assert f'href="{language}/fuel/"' in page


def test_a_process_that_never_had_a_database_still_answers(db, failing, monkeypatch):
    from markets import ticker

    monkeypatch.setattr(chrome, "_remembered", {})
    monkeypatch.setattr(ticker, "_shown", {})
    with connection.execute_wrapper(broken):
        response = failing.get("/fuel/")
    assert response.status_code == 500
    page = response.content.decode()
    assert WORDS[""] in page
    assert 'class="ticker"' not in page
    assert 'class="brand"' in page


def test_the_last_resort_is_plain_text_that_cannot_fail(db, rf, monkeypatch, caplog):
    from portal import views as portal_views

    def fail(*arguments, **options):
        raise RuntimeError("templates are broken")

    monkeypatch.setattr(portal_views, "render", fail)
    response = server_error(rf.get("/"))
    assert response.status_code == 500
    assert b"Our side of the line is down" in response.content
    assert "the error page itself failed" in caplog.text
