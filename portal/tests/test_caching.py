"""What one visitor is shown may be shown to all, as long as it is true and not a moment longer."""

import gzip
import threading
import time
from datetime import UTC, datetime, timedelta

import brotli
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from markets.models import Observation
from markets.tests.factories import make_instrument, make_series, make_slot, record
from news.models import Article
from news.tests.factories import make_article, make_section
from portal import live
from portal.lib import caching, lifetime, topics
from portal.lib.memory import Entry, Memory, accepts
from portal.models import Banner

pytestmark = pytest.mark.django_db(transaction=True)
HTML = {"accept-encoding": "br"}


@pytest.fixture
def now_seen(monkeypatch):
    """Tokens are looked at for each answer, so that a test need not wait for its own writing."""
    monkeypatch.setattr(topics, "LOOK_SECONDS", 0)


@pytest.fixture
def renders():
    """`renders()`: how many pages have been rendered since it was asked last."""
    seen = [caching.memory.counts["renders"]]

    def told():
        seen.append(caching.memory.counts["renders"])
        return seen[-1] - seen[-2]

    return told


def lasting(response):
    """Its headers but for the lifetime, which is shorter in the last seconds before a midnight."""
    lifetimes = {"Cache-Control", "X-Accel-Expires"}
    return {name: value for name, value in response.items() if name not in lifetimes}


def test_a_page_is_rendered_once_and_then_costs_no_query(client, renders):
    story = make_article()
    first = client.get(story.get_absolute_url())
    assert (first.status_code, renders()) == (200, 1)
    with CaptureQueriesContext(connection) as queries:
        again = Client().get(story.get_absolute_url())
    assert (again.content, lasting(again), renders()) == (first.content, lasting(first), 0)
    assert not queries.captured_queries


def test_a_change_of_a_story_is_seen_and_an_unchanged_page_keeps_its_etag(client, now_seen):
    story, other = make_article(), make_article(section="oil")
    page, unrelated = client.get(story.get_absolute_url()), client.get("/corrections/")
    Article.objects.filter(pk=story.pk).update(headline="A new headline")
    assert "A new headline" in client.get(story.get_absolute_url()).text
    assert "A new headline" in client.get("/").text
    assert client.get(story.get_absolute_url())["ETag"] != page["ETag"]
    assert client.get("/corrections/")["ETag"] == unrelated["ETag"]
    Article.objects.filter(pk=other.pk).delete()
    assert client.get(other.get_absolute_url()).status_code == 404


def test_a_withdrawn_story_is_gone_at_once_and_its_410_may_be_kept(client, now_seen):
    story = make_article()
    assert client.get(story.get_absolute_url()).status_code == 200
    Article.objects.filter(pk=story.pk).update(
        status="withdrawn", withdrawn_at=timezone.now(), withdrawal_reason="It was another depot."
    )
    gone = client.get(story.get_absolute_url())
    assert (gone.status_code, gone["Cache-Control"]) == (410, lifetime.SHARED)
    assert story.headline not in client.get("/").text


def test_a_quote_renders_no_story_again_but_stands_in_every_page(client, now_seen, renders):
    story = make_article()
    series = make_series(make_instrument("usd-rub"))
    make_slot(series.instrument)
    today = series.instrument.today()
    record(series, today - timedelta(days=1), "64.3008")
    paths = [story.get_absolute_url(), story.section.get_absolute_url(), "/corrections/"]
    before = [client.get(path) for path in paths]
    assert all("64.3008" in page.text for page in before)
    assert renders() == 3
    record(series, today, "64.9")
    after = [client.get(path) for path in paths]
    assert all("64.9000" in page.text and "64.3008" not in page.text for page in after)
    assert renders() == 0
    assert all(old["ETag"] != new["ETag"] for old, new in zip(before, after, strict=True))
    # The story's rail shows the same batch as the strip above it.
    assert after[0].text.count("64.9000") >= 2


def test_a_page_made_of_figures_never_stands_beside_a_strip_of_another_batch(
    client, now_seen, monkeypatch
):
    series = make_series(make_instrument("usd-rub"))
    make_slot(series.instrument)
    today = series.instrument.today()
    record(series, today - timedelta(days=1), "64.3008")
    render, values = live.render, iter(["64.5"])

    def late(language):
        """A value comes in between the page's own figures and the strip above them."""
        for value in values:
            record(series, today, value)
        return render(language)

    monkeypatch.setattr(live, "render", late)
    head, _, board = client.get("/markets/").text.partition("<main")
    assert ">64.5000<" in board
    assert ">64.3008<" not in board
    assert "64.5000" in head
    assert "64.3008" not in head
    assert Observation.objects.count() == 2


def test_a_banner_comes_and_goes_without_a_page_being_rendered_again(client, now_seen, renders):
    story = make_article()
    client.get(story.get_absolute_url())
    renders()
    banner = Banner.objects.create(
        text_en="The pipeline stands", ends_at=timezone.now() + timedelta(hours=1)
    )
    assert "The pipeline stands" in client.get(story.get_absolute_url()).text
    banner.end()
    assert "The pipeline stands" not in client.get(story.get_absolute_url()).text
    assert renders() == 0


# By the clock ------------------------------------------------------------------------------------


def test_nothing_is_kept_beyond_the_hour_at_which_it_differs(client):
    """The tokens stay as they are, and so do they in another process: time alone decides."""
    make_article()
    hour = (timezone.now() + timedelta(seconds=2)).replace(microsecond=0)
    story = make_article(status="scheduled", published_at=hour, headline="Out on the second")
    paths = ["/", story.section.get_absolute_url(), "/feeds/all.atom", "/search/"]
    while (now := timezone.now()) < hour:
        seen = [path for path in paths if "Out on the second" in client.get(path).text]
        late = timezone.now() >= hour  # the hour may have come while we asked
        assert not seen or late, (seen, now)
        assert client.get(story.get_absolute_url()).status_code == 404 or timezone.now() >= hour
    assert all("Out on the second" in client.get(path).text for path in paths)
    assert client.get(story.get_absolute_url()).status_code == 200


def test_a_shared_cache_is_told_to_stop_a_second_before(client, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC), tick=False)
    hour = timezone.now() + timedelta(seconds=5)
    make_article(status="scheduled", published_at=hour)
    at = int(hour.timestamp())

    def told(seconds):
        time_machine.move_to(hour - timedelta(seconds=seconds), tick=False)
        page = client.get("/")
        return page["X-Accel-Expires"], page["Cache-Control"]

    assert told(5) == ("1", lifetime.SHARED)
    assert told(1.9) == (f"@{at - 1}", lifetime.SHARED)
    assert told(0.5) == (f"@{at - 1}", lifetime.LAST_SECOND)
    assert told(0) == ("1", lifetime.SHARED)


def test_an_nginx_that_tells_its_clock_is_answered_by_its_clock(client, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 12, 0, 0, 600_000, tzinfo=UTC), tick=False)
    now = time.time()

    def told(edge):
        return client.get("/", headers={"x-edge-time": str(edge)})["X-Accel-Expires"]

    assert told(f"{now:.3f}") == f"@{int(now)}"
    assert told(f"{now + 300:.3f}") == f"@{int(now) + 300}"
    assert told("soon") == told(now * 9) == "1"
    make_article(status="scheduled", published_at=timezone.now().replace(microsecond=0))
    hour = (timezone.now() + timedelta(seconds=2)).replace(microsecond=0)
    make_article(status="scheduled", published_at=hour)
    topics.forget()
    assert told(f"{now + 300:.3f}") == f"@{int(now) + 300}"
    time_machine.move_to(hour - timedelta(seconds=0.3), tick=False)
    assert told(f"{time.time() + 300:.3f}") == f"@{int(hour.timestamp()) + 299}"


# Who may share -----------------------------------------------------------------------------------


def test_an_editor_with_a_session_is_shown_no_copy_and_leaves_none(client, editor, renders):
    visitor = Client()
    visitor.force_login(editor)
    story = make_article()
    page = visitor.get(story.get_absolute_url())
    assert page["Cache-Control"] == "private, no-store"
    assert not {"ETag", "X-Accel-Expires"} & set(page.headers)
    assert len(caching.memory) == 0
    assert client.get(story.get_absolute_url()).content == page.content
    assert renders() == 1
    told = client.get(story.get_absolute_url(), headers={"authorization": "Basic eDp5"})
    assert told["Cache-Control"] == "private, no-store"


def test_an_answer_that_sets_a_cookie_or_fails_is_nobody_elses():
    @caching.public_page("news")
    def view(request):
        return answers.pop(0)

    cookie = HttpResponse("x")
    cookie.set_cookie("a", "b")
    varies = HttpResponse("x", headers={"Vary": "Cookie"})
    answers = [cookie, varies, HttpResponse("x", status=503), HttpResponse("x", status=302)]
    count = len(answers)
    from portal.middleware import Pages

    for _answer in range(count):
        from django.test import RequestFactory

        response = Pages(view)(RequestFactory().get("/"))
        assert response["Cache-Control"] == "private, no-store"
    assert len(caching.memory) == 0


POISON = {
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "444",
    "x-forwarded-server": "evil.example",
    "x-forwarded-for": "203.0.113.1",
    "x-forwarded-prefix": "/evil",
    "x-forwarded-scheme": "nothttps",
    "x-host": "evil.example",
    "x-real-ip": "203.0.113.1",
    "x-original-url": "/admin/",
    "x-rewrite-url": "/admin/",
    "x-http-method-override": "POST",
    "x-http-method": "DELETE",
    "x-method-override": "PUT",
    "forwarded": "host=evil.example;proto=https",
    "accept-language": "ru",
    "accept": "application/json",
    "accept-charset": "windows-1251",
    "range": "bytes=0-10",
    "if-range": '"x"',
    "origin": "https://evil.example",
    "referer": "https://evil.example/",
    "user-agent": "<script>alert(1)</script>",
    "via": "1.1 evil",
    "x-requested-with": "XMLHttpRequest",
    "x-csrftoken": "evil",
    "x-timezone": "Asia/Almaty",
    "save-data": "on",
    "dnt": "1",
    "sec-gpc": "1",
    "sec-ch-ua-mobile": "?1",
    "sec-ch-prefers-color-scheme": "dark",
    "sec-fetch-mode": "cors",
    "purpose": "prefetch",
    "surrogate-capability": 'evil="ESI/1.0"',
    "content-type": "text/evil",
    "content-length": "0",
    "cache-control": "no-cache",
    "pragma": "no-cache",
    "te": "trailers",
    "upgrade-insecure-requests": "1",
    "x-wap-profile": "https://evil.example/",
    "true-client-ip": "203.0.113.1",
    "cf-connecting-ip": "203.0.113.1",
    "fastly-client-ip": "203.0.113.1",
    "x-middleware-subrequest": "x",
    "x-arbitrary": "evil",
}
COOKIES = dict.fromkeys(
    ("theme", "django_language", "csrftoken", "messages", "_ga", "lang", "preview"), "evil"
)
QUERIES = [
    "utm_source=evil",
    "fbclid=evil",
    "x=evil",
    "_method=POST",
    "language=ru",
    "page_=2",
    "format=json",
    "callback=evil",
]


def test_nothing_a_visitor_sends_changes_a_byte_for_the_next(now_seen):
    make_section("fuel")
    story = make_article()
    for path in ("/", story.get_absolute_url(), "/fuel/", "/feeds/all.rss", "/no/such/page/"):
        clean = Client().get(path)
        for name, value in POISON.items():
            caching.forget()
            told = Client().get(path, headers={name: value})
            assert told.status_code in {clean.status_code, 304}, name
            assert b"evil" not in told.content, name
            next_one = Client().get(path)
            assert (next_one.content, lasting(next_one)) == (clean.content, lasting(clean)), name
        caching.forget()
        visitor = Client()
        visitor.cookies.load(COOKIES)
        assert visitor.get(path).content == clean.content
        assert lasting(Client().get(path)) == lasting(clean)
        for query in QUERIES:
            caching.forget()
            assert Client().get(f"{path}?{query}").content == clean.content, query
            assert lasting(Client().get(path)) == lasting(clean), query


def test_a_view_that_looks_at_its_visitor_would_be_caught(now_seen):
    """The control of the test above: without `purify` a page can say what a header said."""

    @caching.public_page("news")
    def view(request):
        return HttpResponse(request.headers.get("X-Arbitrary", "") + request.GET.get("x", "."))

    from django.test import RequestFactory

    from portal.middleware import Pages

    asked = RequestFactory().get("/?x=evil", headers={"x-arbitrary": "evil"})
    assert Pages(view)(asked).content == b"."
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(caching, "purify", lambda request, params: None)
        caching.forget()
        asked = RequestFactory().get("/?x=evil", headers={"x-arbitrary": "evil"})
        assert Pages(view)(asked).content == b"evilevil"
        assert Pages(view)(RequestFactory().get("/")).content == b"evilevil"  # and the next one


def test_parameters_a_page_does_not_read_make_no_copy_of_it(client, renders):
    story = make_article()
    client.get(story.get_absolute_url())
    renders()
    for number in range(20):
        client.get(f"{story.get_absolute_url()}?utm_source={number}&x={number}")
    assert renders() == 0
    assert len(caching.memory) == 1
    client.get("/fuel/?page=1&x=1")
    client.get("/fuel/?x=2&page=1")
    assert renders() == 1


# What is sent ------------------------------------------------------------------------------------


def test_who_has_the_page_is_told_so_in_whatever_encoding(client):
    path = make_article().get_absolute_url()
    plain = client.get(path)
    packed = {name: client.get(path, headers={"accept-encoding": name}) for name in ("br", "gzip")}
    assert brotli.decompress(packed["br"].content) == plain.content
    assert gzip.decompress(packed["gzip"].content) == plain.content
    assert {name: page["Content-Encoding"] for name, page in packed.items()} == {
        "br": "br",
        "gzip": "gzip",
    }
    etags = {plain["ETag"], packed["br"]["ETag"], packed["gzip"]["ETag"]}
    assert len(etags) == 3
    assert all(etag.startswith('"') for etag in etags)
    assert {plain["Vary"], packed["br"]["Vary"], packed["gzip"]["Vary"]} == {"Accept-Encoding"}
    for etag in (*etags, f"W/{plain['ETag']}", f'"x", {plain["ETag"]}', "*"):
        known = client.get(path, headers={"if-none-match": etag})
        assert (known.status_code, known.content) == (304, b"")
        assert known["ETag"] == plain["ETag"]
        assert "Content-Length" not in known
    assert client.get(path, headers={"if-none-match": '"x"'}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/fuel/", "/feeds/all.rss", "/markets/all.csv", "/no/page/"])
def test_head_is_get_without_its_body(client, path):
    make_article()
    for method in ("head", "get", "head"):  # cold, then warm
        caching.forget() if method == "head" else None
        response = getattr(client, method)(path)
        if method == "get":
            whole = response
            continue
        assert response.content == b""
        plain = Client().get(path)
        assert lasting(response) == lasting(plain)
        assert int(response["Content-Length"]) == len(plain.content)
    assert whole.content


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("br", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("BR", True),
        ("br;q=0", False),
        ("gzip, br; q=0.000", False),
        ("gzip", False),
        ("brotli", False),
        ("", False),
    ],
)
def test_an_encoding_is_used_only_where_it_is_named(header, found):
    assert accepts(header, "br") is found


# Many at once, and little room -------------------------------------------------------------------


def test_a_hundred_visitors_of_a_cold_page_cost_one_rendering(monkeypatch):
    from django.test import RequestFactory

    from portal.middleware import Pages

    rendered, answers = [], []

    @caching.public_page("news")
    def slow(request):
        rendered.append(1)
        time.sleep(0.2)
        return HttpResponse("whole")

    def visit(pages):
        answers.append(pages(RequestFactory().get("/slow/")).content)
        connection.close()

    def storm(count):
        pages = Pages(slow)
        rendered.clear()
        answers.clear()
        threads = [threading.Thread(target=visit, args=[pages]) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(rendered)

    assert storm(100) == 1
    assert answers == [b"whole"] * 100
    # The control: without the flights each visitor renders.
    caching.forget()
    monkeypatch.setattr(Memory, "begin", lambda self, key: None)
    assert storm(5) > 1


def test_a_rendering_that_fails_keeps_nobody_waiting(client, monkeypatch):
    story = make_article()
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("news.views.page_context", lambda *args: 1 / 0)
        failed = client.get(story.get_absolute_url())
        assert (failed.status_code, failed["Cache-Control"]) == (500, "private, no-store")
        assert "\x00" not in failed.text
    began = time.monotonic()
    assert client.get(story.get_absolute_url()).status_code == 200
    assert time.monotonic() - began < caching.PATIENCE


def test_a_flood_of_unknown_addresses_keeps_one_page(client, renders):
    story = make_article()
    client.get(story.get_absolute_url())
    client.get("/no-0/")
    renders()
    held = len(caching.memory)
    for number in range(50):
        assert client.get(f"/no-{number}/").status_code == 404
        assert client.get(f"/fuel/{number + 10**9}-x/").status_code == 404
    # An address has to be looked up; the page that says "not found" is made no more.
    assert renders() == 0
    assert len(caching.memory) == held


def entry_of(size, status=200):
    return Entry(HttpResponse(b"x" * size, content_type="text/plain", status=status))


def test_the_memory_is_bounded_in_bytes_and_a_crawl_pushes_out_only_passers_by():
    memory = Memory(100_000)
    memory.put("front", entry_of(10_000))
    assert memory.get("front")
    for number in range(500):
        memory.put(number, entry_of(1_000))
        assert memory.bytes <= 100_000
    assert memory.get("front")
    assert memory.get(499)
    assert memory.get(0) is None
    # What is gone or nowhere never settles, however often it is asked for.
    memory.put("gone", entry_of(1_000, 410))
    for _time in range(9):
        assert memory.get("gone")
    for number in range(500, 900):
        memory.put(number, entry_of(1_000))
    assert memory.get("gone") is None
    # Residents give way to each other, and what is larger than all the room is not kept.
    for number in range(900, 1_000):
        memory.put(number, entry_of(5_000))
        memory.get(number)
        assert memory.bytes <= 100_000
    assert memory.get("front") is None
    memory.put("whale", entry_of(200_000))
    assert memory.get("whale") is None
    assert 0 <= memory.bytes <= 100_000


def test_encodings_made_later_are_counted(client):
    path = make_article().get_absolute_url()
    client.get(path)
    before = caching.memory.bytes
    packed = client.get(path, headers=HTML)
    assert caching.memory.bytes == before + len(packed.content)
    client.get(path, headers=HTML)
    assert caching.memory.bytes == before + len(packed.content)


def test_within_a_transaction_nothing_is_kept(client):
    from django.db import transaction

    story = make_article()
    with transaction.atomic():
        Article.objects.filter(pk=story.pk).update(headline="Never committed")
        assert "Never committed" in client.get(story.get_absolute_url()).text
        assert len(caching.memory) == 0
        transaction.set_rollback(True)
    assert "Never committed" not in client.get(story.get_absolute_url()).text
