"""The portal itself behind the nginx it is shipped with: one node of two processes, then two."""

import gzip
import re
import time

import brotli
import pytest
from django.conf import settings

from portal.tests.browser.conftest import copy_of_the_database
from portal.tests.edge import nginx
from portal.tests.edge.load import ask, crowd, statuses
from portal.tests.edge.newsroom import newsroom
from portal.tests.edge.servers import gunicorn

pytestmark = nginx.needed()
FRESH = 1.5  # seconds from the commit to every reader


@pytest.fixture(scope="module")
def house(prepared, tmp_path_factory):
    """(nginx before both nodes, nginx before one, the nodes, the newsroom) on one database."""
    folder = tmp_path_factory.mktemp("house")
    shared = {
        "DATABASE_URL": copy_of_the_database(prepared, folder),
        "VAR_DIR": str(prepared),
        "SITE_URL": "http://localhost",
    }
    with (
        gunicorn(folder / "one", **shared) as one,
        gunicorn(folder / "two", **shared) as two,
        nginx.in_front_of(folder / "both", one.port, two.port, files=prepared) as both,
        nginx.in_front_of(folder / "first", one.port, files=prepared) as first,
        newsroom(prepared, DATABASE_URL=shared["DATABASE_URL"]) as room,
    ):
        yield both, first, (one, two), room


def test_nginx_lets_through_every_parameter_that_some_public_page_listens_to():
    conf = (settings.BASE_DIR / "deploy/nginx/http.conf").read_text()
    passed = re.search(r"\(\?:\^\|&\)\(\?:([a-z|]+)\)=", conf)[1].split("|")
    read = set()
    for app in ("news", "markets", "portal"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "tests" not in path.parts and "admin" not in path.parts:
                text = path.read_text(encoding="utf-8")
                read |= set(re.findall(r"""GET(?:\.get\(|\.getlist\(|\[)["'](\w+)""", text))
                for names in re.findall(r"params=\[([^\]]*)\]", text):
                    read |= set(re.findall(r'"(\w+)"', names))
    from news.search.filters import NAMES

    assert {"page", "q", "sort"} < read
    assert set(passed) >= (read | set(NAMES))


def test_nginx_knows_the_names_of_the_session_and_of_the_newsroom():
    http = (settings.BASE_DIR / "deploy/nginx/http.conf").read_text()
    assert f"(?:__Host-|__Secure-)?{settings.SESSION_COOKIE_NAME}=" in http
    server = (settings.BASE_DIR / "deploy/nginx/server.conf").read_text()
    assert f"location /{settings.ADMIN_PATH}/ {{" in server


def seen_within(port, path, is_new, begun):
    """Seconds from `begun` until somebody last asked for the page and got the old one.

    When it is new it must stay so for ten more looks.
    """
    late = 0
    while not is_new(answer := ask(port, path)):
        late = answer.sent - begun
        assert late <= FRESH + 5, f"{path} is still the old one"
        time.sleep(0.02)
    assert all(is_new(ask(port, path)) for _ in range(10)), f"{path} went back to the old one"
    return late


def test_what_the_newsroom_does_is_seen_everywhere_at_once(house):
    both, _first, _nodes, room = house
    other = "/ru/markets/"
    for _ in range(8):  # both nodes, both processes, and nginx have the old pages
        for path in ("/", other, "/feeds/all.atom"):
            assert ask(both.port, path).status == 200
            ask(both.port, path, Cookie="sessionid=none")
    pk, address = room.does("publish", "A headline of this very moment")
    begun = time.time()
    late = {
        path: seen_within(both.port, path, lambda page: b"this very moment" in page.body, begun)
        for path in (address, "/", "/feeds/all.atom")
    }
    ticker = ask(both.port, other).body
    room.does("quote")
    begun = time.time()
    late[other] = seen_within(both.port, other, lambda page: page.body != ticker, begun)
    room.does("withdraw", pk)
    begun = time.time()
    late["gone"] = seen_within(both.port, address, lambda page: page.status == 410, begun)
    late["out"] = seen_within(
        both.port, "/", lambda page: b"this very moment" not in page.body, begun
    )
    assert max(late.values()) <= FRESH, late


def test_a_scheduled_story_is_seen_at_its_hour_on_both_nodes_and_never_before(house):
    both, first, nodes, room = house
    for seconds in (3, 6, 12):  # a busy machine needs longer to have it written before its hour
        hour = int(time.time()) + seconds
        pk, address = room.does("schedule", "Not a moment before its hour", hour)
        if time.time() < hour - 0.5:
            break
        room.does("withdraw", pk)
    doors = [both.port, first.port, *(node.port for node in nodes)]
    waiting = {(port, path) for port in doors for path in ("/", address)}
    out, late = set(), {}
    while waiting - out or time.time() < hour + 2.5:
        for port, path in waiting:
            answer = ask(port, path)
            if answer.status == 200 and b"Not a moment before" in answer.body:
                assert answer.at >= hour, f"{path} was seen {hour - answer.at:.3f} s early"
                out.add((port, path))
                continue
            assert (port, path) not in out, f"{path} went back"
            late[port, path] = answer.sent - hour
            assert late[port, path] <= FRESH, f"{path} is still the old one"
        time.sleep(0.01)
    assert set(late) == waiting, "each was asked for before the hour, too"


def test_a_thousand_readers_of_a_cold_page_ask_the_portal_once(house):
    both, _first, _nodes, room = house
    _pk, address = room.does("publish", "Nobody has read this")
    connections = 1000
    answers = crowd(both.port, [address] * 2000, connections)
    assert statuses(answers) == {200: 2000}
    assert len({answer.body for answer in answers}) == 1
    took = max(answer.took for answer in answers)
    # Who waited for longer than three seconds is passed on. (Those who come while the copy is asked
    # for anew are answered out of the portal's memory: "EXPIRED".)
    unknown = [line for line in both.log() if f" {address} " in line and '"MISS"' in line]
    assert 1 <= len(unknown) <= 1 + (connections if took > 3 else 0)


def test_both_encodings_are_the_page_and_have_their_own_etags(house):
    _both, first, _nodes, _room = house
    plain = ask(first.port, "/about/")
    packed = ask(first.port, "/about/", Accept_Encoding="gzip, deflate, br, zstd")
    older = ask(first.port, "/about/", Accept_Encoding="gzip")
    assert brotli.decompress(packed.body) == gzip.decompress(older.body) == plain.body
    tags = {answer.headers["etag"] for answer in (plain, packed, older)}
    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)
    again = ask(first.port, "/about/", Accept_Encoding="br", If_None_Match=packed.headers["etag"])
    assert again.status == 304


def test_an_editors_page_is_never_a_readers(house):
    _both, first, _nodes, room = house
    cookie = f"sessionid={room.does('session', 'chief')}"
    for path in ("/", "/ru/markets/"):
        mine = ask(first.port, path, Cookie=cookie)
        assert (mine.status, mine.cache) == (200, "BYPASS")
        assert mine.headers["cache-control"] == "private, no-store"
        theirs = ask(first.port, path)
        assert theirs.cache != "BYPASS"
        assert theirs.headers["cache-control"].startswith("public")
    assert ask(first.port, "/admin/", Cookie=cookie).status == 200
    assert ask(first.port, "/admin/").status == 302


def test_pages_name_files_that_nginx_serves(house):
    _both, first, (one, _two), _room = house
    home = ask(first.port, "/").text
    sheet = re.search(r'href="(/static/[^"]+\.css)"', home)[1]
    picture = re.search(r'src="(/media/[^"]+)"', home)[1]
    for path in (sheet, picture):
        theirs, ours = ask(first.port, path), ask(one.port, path)
        assert theirs.status == ours.status == 200
        assert theirs.body == ours.body
        assert "immutable" in theirs.headers["cache-control"]
        kind = theirs.headers["content-type"].partition(";")[0]
        assert kind == ours.headers["content-type"].partition(";")[0]


def test_when_both_nodes_are_gone_readers_keep_reading(house):
    """The last one of the module: it kills the portal."""
    both, _first, nodes, _room = house
    assert ask(both.port, "/").status == 200
    for node in nodes:
        node.kill()
    time.sleep(2.1)
    answers = crowd(both.port, ["/"] * 500, connections=16)
    assert {(one.status, one.cache) for one in answers} == {(200, "STALE")}
    assert "Портал сейчас не отвечает" in ask(both.port, "/never/asked/").text
