"""What nginx keeps, for how long, and what it never keeps: deploy/nginx.conf as it is shipped."""

import subprocess
import threading
import time

import pytest

from portal.tests.edge import nginx
from portal.tests.edge.load import ask, crowd, raw, statuses
from portal.tests.edge.origin import PUBLIC, page, private

pytestmark = nginx.needed()
LATE = 1.3  # a page that changes at T has changed everywhere on this machine by T + LATE


def test_nginx_finds_nothing_to_complain_about(edge):
    done = subprocess.run(edge.command("-t"), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    words = [line for line in done.stderr.splitlines() if 'the "user" directive' not in line]
    assert "warn" not in "\n".join(words)


def test_a_page_is_asked_for_once_a_second_and_no_more(edge, origin):
    answers = crowd(edge.port, ["/story/"] * 2000, connections=1)
    assert statuses(answers) == {200: 2000}
    assert origin.hits() <= answers[-1].at - answers[0].at + 2


def test_nobody_gets_yesterdays_page_because_nobody_else_came(edge, origin, tmp_path):
    """An idle page is asked for anew; with "updating" it would be the old one once more."""
    lenient = "http_504 updating; proxy_cache_background_update on;"
    weaker = [("http_503 http_504;", lenient)]
    with nginx.in_front_of(tmp_path / "lenient", origin.port, weaker=weaker) as wrong:
        for each in (edge, wrong):
            ask(each.port, "/idle/")
        origin.answer = lambda request: page("new")
        time.sleep(2.1)
        assert ask(edge.port, "/idle/").text == "new"
        assert ask(wrong.port, "/idle/").text != "new"  # the control bites


def told_until(hour, seconds, ports):
    """{path: its answers}: each is asked for again and again until `hour + seconds`, and is new."""
    seen = {path: [] for path in ports}
    deadline = hour + seconds + 20
    while time.time() < hour + seconds or any(said[-1].text != "new" for said in seen.values()):
        assert time.time() < deadline, "the old one stays"
        for path, found in seen.items():
            found.append(ask(ports[path], path))
        time.sleep(0.01)
    return seen


def test_a_page_that_changes_at_an_hour_changes_then_and_not_a_second_later(edge, origin):
    for _try in range(5):
        hour = int(time.time()) + 3

        def answer(request, hour=hour):
            if request.at >= hour:
                return page("new")
            # The portal says @(T-1); "@T" is the control: nginx counts the second T in.
            kept = f"@{hour if request.path.startswith('/control/') else hour - 1}"
            return page("old", kept=kept)

        origin.answer = answer
        scheduled, control = f"/scheduled/{hour}/", f"/control/{hour}/"
        time.sleep(max(0, hour - 0.7 - time.time()))  # asked for the first time in the last second
        seen = told_until(hour, 2.2, {scheduled: edge.port, control: edge.port})
        if seen[control][0].at < hour:
            break  # or the machine was busy, and nobody had asked for them before the hour
    first = {path: min(one.at for one in told if one.text == "new") for path, told in seen.items()}
    assert first[scheduled] >= hour, "nobody sees it early"
    last_old = max(one.sent for one in seen[scheduled] if one.text == "old")
    assert last_old <= hour + LATE
    assert first[control] >= hour + 0.9, "the control bites"
    early = [one for one in origin.seen if one.path == scheduled and one.at < hour]
    assert len(early) == 1, "and the last second does not fall on the portal"


def test_a_withdrawn_story_does_not_come_back_when_the_portal_dies(edge, origin):
    for path in ("/story/", "/control/"):
        assert ask(edge.port, path).status == 200

    def gone(request):
        return page("gone", 410) if request.path == "/story/" else private("gone", 410)

    origin.answer = gone
    time.sleep(2.1)
    for path in ("/story/", "/control/"):
        assert ask(edge.port, path).status == 410
    origin.stop()
    time.sleep(2.1)
    dead = ask(edge.port, "/story/")
    assert (dead.status, dead.cache, dead.text) == (410, "STALE", "gone")
    # A 410 that may not be kept leaves the old copy where it was: the portal must not send one.
    assert ask(edge.port, "/control/").status == 200


def test_each_encoding_is_kept_apart_and_there_are_three(edge, origin):
    def answer(request):
        encoding = request.headers.get("Accept-Encoding") or "plain"
        more = {} if encoding == "plain" else {"Content_Encoding": encoding}
        return page(f"bytes in {encoding}", **more)

    origin.answer = answer
    for asked, told in {
        "gzip, deflate, br, zstd": "br",
        "br;q=1.0, gzip;q=0.8, *;q=0.1": "br",
        "br;q=0, gzip": "gzip",
        "gzip;q=0.001": "gzip",
        "GZIP": "gzip",
        "gzip;q=0.0, identity": "plain",
        "deflate": "plain",
        "brotli, xgzip": "plain",
        "": "plain",
    }.items():
        answer = ask(edge.port, "/", Accept_Encoding=asked)
        assert answer.text == f"bytes in {told}", asked
        assert answer.headers.get("content-encoding", "plain") == told
        assert answer.headers["vary"] == "Accept-Encoding"
    assert origin.hits() <= 3 * 2  # the second may have turned in between


@pytest.mark.parametrize(
    ("who", "headers"),
    [
        ("a session", {"Cookie": "theme=dark; sessionid=abc"}),
        ("a session over https", {"Cookie": "__Host-sessionid=abc"}),
        ("a password", {"Authorization": "Basic YTpi"}),
    ],
)
def test_a_page_for_one_person_is_never_kept_nor_taken_from_what_is_kept(
    edge, origin, who, headers
):
    origin.answer = lambda request: (
        page("for the editor")  # even if it said that it were for everybody
        if request.headers.get("Cookie") or request.headers.get("Authorization")
        else page("for readers")
    )
    assert ask(edge.port, "/", **headers).text == "for the editor"
    assert ask(edge.port, "/").text == "for readers"
    assert ask(edge.port, "/", **headers).text == "for the editor"
    assert ask(edge.port, "/").text == "for readers"


@pytest.mark.parametrize(
    "answer",
    [
        private("mine"),
        (200, b"mine", {"Cache-Control": "public, max-age=60"}),
        (200, b"mine", {"Expires": "Thu, 01 Jan 2099 00:00:00 GMT"}),
        (200, b"mine", {"Cache-Control": "private, no-store", "X-Accel-Expires": "60"}),
        page("mine", Set_Cookie="sessionid=abc"),
    ],
    ids=["private", "only max-age", "only Expires", "private with X-Accel-Expires", "Set-Cookie"],
)
def test_what_the_portal_did_not_mark_as_public_is_never_kept(edge, origin, answer):
    origin.answer = lambda request: answer
    for count in (1, 2):
        assert ask(edge.port, "/").cache == "MISS"
        assert origin.hits() == count


def test_robots_txt_and_its_kin_are_kept_for_the_hour_they_ask_for(edge, origin):
    origin.answer = lambda request: (200, b"robots", {"Cache-Control": "public, max-age=3600"})
    assert [ask(edge.port, "/robots.txt").cache for _ in range(2)] == ["MISS", "HIT"]


@pytest.mark.parametrize("path", ["/ru/markets/brent.csv", "/markets/usd-rub/badge.svg"])
def test_streams_and_badges_are_not_kept_and_nobody_waits_for_anothers(edge, origin, path):
    """With the lock of kept pages, nginx would let them through one by one."""
    all_here = threading.Barrier(8, timeout=20)  # nobody is answered before all have come

    def stream(request):
        all_here.wait()
        return 200, b"1,2", {"Cache-Control": PUBLIC}

    origin.answer = stream
    answers = crowd(edge.port, [path] * 8, connections=8)
    assert {(answer.status, answer.cache) for answer in answers} == {(200, "BYPASS")}


def test_a_known_page_answers_304_and_head_without_the_portal(edge, origin):
    origin.answer = lambda request: page("x" * 5000, kept="30")
    first = ask(edge.port, "/")
    again = ask(edge.port, "/", If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert ask(edge.port, "/", If_None_Match='"other"').status == 200
    head = ask(edge.port, "/", method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, "5000", b"")
    part = ask(edge.port, "/", Range="bytes=0-9")
    assert (part.status, part.body) in [(206, b"x" * 10), (200, first.body)]
    assert origin.hits() == 1


def test_a_head_first_keeps_the_whole_page(edge, origin):
    assert ask(edge.port, "/", method="HEAD").status == 200
    answer = ask(edge.port, "/")
    assert answer.text == "page /"
    assert origin.seen[0].command == "GET"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_reach_the_portal_once_and_change_nothing_that_is_kept(edge, origin, method):
    origin.answer = lambda request: (
        page("kept", kept="30") if request.command == "GET" else page("no", 405, kept="30")
    )
    assert ask(edge.port, "/").text == "kept"
    assert ask(edge.port, "/", method=method, body=b"x=1").status == 405
    assert ask(edge.port, "/").text == "kept"
    assert origin.hits() == 2


def test_a_thousand_readers_of_a_cold_page_cost_one_rendering(edge, origin):
    def slow(request):
        time.sleep(0.3)
        return page("rendered", kept="30")

    origin.answer = slow
    answers = crowd(edge.port, ["/cold/"] * 3000, connections=1000)
    assert statuses(answers) == {200: 3000}
    assert origin.hits("/cold/") == 1
    # The control: without nginx's care every reader is a rendering.
    crowd(edge.plain, ["/control/"] * 50, connections=50)
    assert origin.hits("/control/") == 50


def test_trace_and_nonsense_never_reach_the_portal(edge, origin):
    assert b" 405 " in raw(edge.port, b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n")[:20]
    assert b" 400 " in raw(edge.port, b"GARBAGE\r\n\r\n")[:20]
    assert origin.hits() == 0
