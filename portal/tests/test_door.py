"""What is remembered is answered before Django is asked, with the words of Django itself."""

import io
import sys
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article
from news.tests.factories import make_article
from portal.door import Door
from portal.lib import caching, topics
from portal.models import Banner

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_look_is_due(monkeypatch):
    """However busy the machine is, it is not yet time to look at the topics again."""
    monkeypatch.setattr(topics, "LOOK_SECONDS", 60)


class Server:
    """Asks the portal as gunicorn does; counts what gets through to Django."""

    def __init__(self):
        self.portal, self.passed = WSGIHandler(), 0
        self.door = Door(self._django)

    def _django(self, environ, start_response):
        self.passed += 1
        return self.portal(environ, start_response)

    def ask(self, path, method="GET", **more):
        """(status line, {header: value}, body)"""
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
        }
        told = []
        answer = self.door(environ | more, lambda *head: told.extend(head))
        body = b"".join(answer)
        getattr(answer, "close", lambda: None)()
        return told[0], dict(told[1]), body

    def passes(self, *asked, **more):
        """Whether a request goes on to Django."""
        before = self.passed
        self.ask(*asked, **more)
        return self.passed > before


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def path(server):
    """An address that has been asked for often enough to be known at the door."""
    found = make_article().get_absolute_url()
    assert [server.passes(found) for _time in range(3)] == [True, True, False]
    return found


def lasting(answer):
    status, headers, body = answer
    lifetimes = {"Cache-Control", "X-Accel-Expires"}
    return status, {k: v for k, v in headers.items() if k not in lifetimes}, body


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"method": "HEAD"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br", "HTTP_COOKIE": "theme=dark"},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_NONE_MATCH": '"another"', "method": "HEAD"},
        {"HTTP_X_EDGE_TIME": "12"},
    ],
    ids=str,
)
def test_the_door_says_what_django_says(server, path, asked):
    short = server.ask(path, **asked)
    assert server.passed == 2
    server.door.application, through = server.portal, server.ask
    caching._addresses.clear()  # so that the next one goes the long way
    assert lasting(through(path, **asked)) == lasting(short)
    assert short[1]["Cache-Control"].startswith("public, max-age=0")
    assert short[1]["Content-Security-Policy"]


@pytest.mark.parametrize(
    "asked",
    [
        {"method": "POST"},
        {"QUERY_STRING": "page=2"},
        {"HTTP_COOKIE": "a=1; meridian_session=abc"},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
        {"HTTP_HOST": "elsewhere.example"},
        {"wsgi.url_scheme": "https"},
        {"SCRIPT_NAME": "/below"},
    ],
    ids=str,
)
def test_whoever_may_get_something_else_is_answered_by_django(server, path, asked, settings):
    settings.SESSION_COOKIE_NAME = "meridian_session"
    assert server.passes(path, **asked)
    server.ask(path)  # after a POST the topics are looked at
    assert not server.passes(path)


def test_a_name_that_is_not_ours_is_refused_however_often_it_is_tried(server, path):
    for _time in range(4):
        assert server.ask(path, HTTP_HOST="elsewhere.example")[0] == "400 Bad Request"


def test_the_door_asks_the_database_nothing(server, path, monkeypatch):
    with CaptureQueriesContext(connection) as queries:
        server.ask(path)
    assert (server.passed, list(queries)) == (2, [])
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)
    assert server.passes(path)  # to look is Django's


def test_what_has_changed_is_rendered_by_django_and_then_repeated(server, path):
    Article.objects.update(headline="A new headline")
    topics.forget()
    assert "A new headline" in server.ask(path)[2].decode()
    before = server.passed
    assert "A new headline" in server.ask(path)[2].decode()
    assert server.passed == before


def test_a_new_banner_is_not_missed_at_the_door(server, path):
    end = timezone.now() + timedelta(hours=1)
    Banner.objects.create(text_en="The exchange is closed", ends_at=end)
    topics.forget()
    assert "The exchange is closed" in server.ask(path)[2].decode()
    assert not server.passes(path)
    assert "The exchange is closed" in server.ask(path)[2].decode()


def test_a_page_is_not_repeated_beyond_its_last_moment(server, path, monkeypatch):
    entry = caching.memory.get(("http", path, ""))
    monkeypatch.setattr(entry, "until", 0)
    assert server.passes(path)


def test_the_figures_count_what_leaves_at_the_door(server, path):
    before = caching.memory.counts["hits"]
    server.ask(path)
    assert caching.memory.counts["hits"] == before + 1


def test_the_addresses_that_are_known_are_bounded(server, path, monkeypatch):
    monkeypatch.setattr(caching, "MOST_ADDRESSES", 3)
    for number in range(8):
        server.ask(path, HTTP_HOST=f"testserver:{number + 1}")
    assert len(caching._addresses) <= 3
    assert Client().get(path).status_code == 200
