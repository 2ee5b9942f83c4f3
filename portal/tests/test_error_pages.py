"""The page that stands when nothing else does: with the database, half of it, or none of it."""

import re

import pytest
from django.db import OperationalError, connection

from markets import ticker as strip
from portal import chrome
from portal.lib import languages
from portal.tests.site import TICKER, make_site, told

WORDS = "Our side of the line is down"


@pytest.fixture(scope="module")
def _site(module_db):
    with module_db():
        return make_site()


@pytest.fixture
def site(_site, db):
    return _site


@pytest.fixture(autouse=True)
def _nothing_remembered(client):
    """A process that has shown no page yet, and a visitor who gets answers and no exceptions."""

    def forget():
        chrome._remembered.clear()
        strip._shown.clear()
        strip._broken = False

    client.raise_request_exception = False
    forget()
    yield
    forget()


class Breakdown:
    """Queries whose SQL the pattern finds fail as those of a lost server do."""

    def __init__(self, pattern=""):
        self.pattern, self.failed, self.answered = re.compile(pattern), 0, 0

    def __call__(self, execute, sql, params, many, context):
        if self.pattern.search(sql):
            self.failed += 1
            raise OperationalError("the server closed the connection unexpectedly")
        self.answered += 1
        return execute(sql, params, many, context)


def get_broken(client, path, pattern=""):
    breakdown = Breakdown(pattern)
    with connection.execute_wrapper(breakdown):
        response = client.get(path)
    assert breakdown.failed
    return response, breakdown


def assert_stands(response, code):
    assert response.status_code == 500
    assert f'<html lang="{code}">' in response.text
    assert told(WORDS, code) in response.text
    assert "500" in response.text
    assert 'class="brand"' in response.text
    assert '<meta name="robots" content="noindex">' in response.text
    assert 'href="mailto:' in response.text
    assert response["Content-Language"] == code
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "Set-Cookie" not in response
    for clue in ("Traceback", "OperationalError", "closed the connection", "SELECT"):
        assert clue not in response.text


@pytest.mark.parametrize("code", languages.CODES)
def test_when_stories_cannot_be_read_the_page_has_its_frame_and_fresh_prices(client, site, code):
    path = languages.path_in("/shared/", code)
    response, breakdown = get_broken(client, path, '"news_article"')
    assert_stands(response, code)
    assert TICKER[code] in response.text
    assert f'<li><a href="{path}">' in response.text  # the navigation
    assert breakdown.answered >= 2


@pytest.mark.parametrize("code", languages.CODES)
def test_when_nothing_can_be_read_the_page_has_the_frame_it_showed_last(client, site, code):
    path = languages.path_in("/shared/", code)
    assert client.get(path).status_code == 200
    response, breakdown = get_broken(client, path)
    assert_stands(response, code)
    assert TICKER[code] in response.text
    assert f'<li><a href="{path}">' in response.text
    assert breakdown.answered == 0


@pytest.mark.parametrize("code", languages.CODES)
def test_when_nothing_was_ever_read_the_page_stands_all_the_same(client, site, code):
    for path in ("/", "/shared/", "/markets/", "/search/?q=x", "/nowhere/"):
        response, breakdown = get_broken(client, languages.path_in(path, code))
        assert_stands(response, code)
        assert TICKER[code] not in response.text
        assert breakdown.answered == 0


def test_each_language_remembers_its_own_frame(client, site):
    client.get("/ru/shared/")
    russian, _ = get_broken(client, "/ru/shared/")
    kazakh, _ = get_broken(client, "/kk/shared/")
    assert TICKER["ru"] in russian.text
    assert TICKER["kk"] not in kazakh.text
    assert_stands(kazakh, "kk")


def test_pages_come_back_when_the_database_does(client, site):
    get_broken(client, "/shared/")
    response = client.get("/shared/")
    assert response.status_code == 200
    assert TICKER["en"] in response.text


@pytest.mark.parametrize(
    "pattern", ["", '"news_article"', "portal_notice|news_section", "markets_"]
)
@pytest.mark.parametrize("method", ["get", "post", "head", "options"])
def test_whatever_fails_the_answer_is_a_whole_page(client, site, pattern, method):
    for path in ("/", "/ru/shared/", "/kk/nowhere/", "/markets/"):
        with connection.execute_wrapper(Breakdown(pattern)):
            response = getattr(client, method)(path)
        assert response.status_code in {200, 404, 405, 500}
        code = languages.language_of_path(path)
        if method != "head":
            assert f'<html lang="{code}">' in response.text
            assert response.text.rstrip().endswith("</html>")


def test_prices_that_cannot_be_read_take_no_page_with_them(client, site):
    assert client.get("/shared/").status_code == 200
    with connection.execute_wrapper(Breakdown("markets_observation")):
        response = client.get("/archive/")
    assert response.status_code == 200
    assert TICKER["en"] in response.text  # the last ones shown


def test_a_broken_newsroom_says_so_to_the_editor_too(client, site, desk):
    response, _ = get_broken(client, "/admin/", "django_session|portal_user")
    assert response.status_code == 500
    assert WORDS in response.text
    assert response["Cache-Control"] == "private, no-store"


def test_when_even_the_page_cannot_be_written_there_are_plain_words(client, site, settings, caplog):
    settings.SITE_NAMES = None
    response = client.get("/ru/shared/")
    assert response.status_code == 500
    assert WORDS in response.text
    assert "Traceback" not in response.text
    assert "the error page itself failed" in caplog.text


def test_a_failure_is_told_once_in_the_log_with_its_cause(client, site, caplog):
    response, _ = get_broken(client, "/shared/", '"news_article"')
    assert response.status_code == 500
    causes = [record for record in caplog.records if record.exc_info]
    assert len(causes) == 1
    assert "closed the connection" in str(causes[0].exc_info[1])
