"""What happens between two looks at the same thing: while a page or a strip is being made."""

import time
from datetime import timedelta

import pytest
from django.db import Error
from django.http import HttpResponse
from django.test import Client, RequestFactory

from markets.tests.factories import make_instrument, make_series, make_slot, record
from news.tests.factories import make_article
from portal import live
from portal.lib import caching, topics
from portal.middleware import Pages

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_strip_that_changed_under_each_look_is_not_taken_for_the_newest(client, monkeypatch):
    series = make_series(make_instrument("usd-rub"))
    make_slot(series.instrument)
    today = series.instrument.today()
    record(series, today - timedelta(days=1), "64.3008")
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)
    render, values = live.render, [f"64.{number}" for number in range(9, 9 - live.TRIES, -1)]

    def overtaken(language):
        """A value comes after each rendering, before the look at the tokens."""
        parts = render(language)
        if values:
            record(series, today, values.pop())
        return parts

    monkeypatch.setattr(live, "render", overtaken)
    live.current("en", topics.current())
    assert not values
    last = "64.9000"
    assert last in live.current("en", topics.current()).parts["ticker"].decode()
    assert last in client.get("/about/").text


def test_a_story_that_gains_a_price_while_its_page_is_made_follows_the_price(monkeypatch):
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)
    story, has_prices = make_article(), []

    @caching.public_page("news", "markets")
    def view(request):
        if not has_prices:
            request.page_plan.leave_out("markets")
            has_prices.append(True)
            story.save()  # somebody has added it
        return HttpResponse("x")

    pages = Pages(view)
    pages(RequestFactory().get("/"))
    kept = caching.memory.get(("http", "/", ""))
    assert set(kept.topics) == {"news", "markets", "frame"}


def test_neither_a_body_nor_a_prefix_reaches_the_page_of_the_next():
    @caching.public_page("news")
    def view(request):
        return HttpResponse(request.read() + request.get_full_path().encode())

    pages, factory = Pages(view), RequestFactory()
    body = factory.generic("GET", "/x/", "evil", content_type="text/plain")
    assert pages(body).content == b"/x/"
    prefixed = factory.get("/x/", SCRIPT_NAME="/evil")
    assert pages(prefixed).content == b"/evil/x/"
    assert pages(factory.get("/x/")).content == b"/x/"


def test_a_look_that_takes_seconds_to_fail_is_not_repeated_at_once(monkeypatch):
    looks = []

    class Slow:
        in_atomic_block = False

        def cursor(self):
            looks.append(1)
            time.sleep(topics.LOOK_SECONDS * 1.2)
            raise Error("locked")

    monkeypatch.setattr(topics, "connection", Slow())
    topics.forget()
    for _visitor in range(5):
        topics.current()
    assert len(looks) == 1
    topics.forget()
    monkeypatch.undo()
    assert Client().get("/metrics").status_code == 200
