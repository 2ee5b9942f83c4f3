"""What one visitor sends changes no byte for the next, through real sockets and whole processes.

The views of this server tell whatever they can see of their visitor (wsgi.py): a page made for one
and shown to another would say so.
"""

import re
import socket
from contextlib import ExitStack, closing
from itertools import count

import pytest

from portal.tests.freshness import table
from portal.tests.freshness.asking import PROCESSES, TRIES, Lines, fresh
from portal.tests.freshness.checks import away_from_midnights
from portal.tests.freshness.room import PASSWORD, word
from portal.tests.test_caching import COOKIES, POISON, QUERIES

KINDS = "article home section tag day notes rss json board dollar csv strip about none".split()
COOKIE = "; ".join(f"{name}={value}" for name, value in COOKIES.items())
# What http.client would not send. {path} and {host} are those of the clean visitor.
GET = "GET {path} HTTP/1.1\r\n"
HOST = "Host: {host}\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
RAW = {
    "a body": f"{GET}{HOST}{FORM}Content-Length: 13\r\n\r\nx=evil&page=2",
    "a body in chunks": f"{GET}{HOST}Transfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n",
    "two lengths": f"{GET}{HOST}Content-Length: 4\r\nContent-Length: 0\r\n\r\nevil",
    "chunks and a length": f"{GET}{HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    "0\r\n\r\n",
    "an absolute address": "GET http://evil.example{path} HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "an absolute address here": f"GET http://evil.example{{path}} HTTP/1.1\r\n{HOST}\r\n",
    "an address of two slashes": f"GET /{{path}} HTTP/1.1\r\n{HOST}\r\n",
    "two slashes and a host": f"GET //evil.example{{path}} HTTP/1.1\r\n{HOST}\r\n",
    "a parameter of the path": f"GET {{path}};evil HTTP/1.1\r\n{HOST}\r\n",
    "a fragment": f"GET {{path}}#evil HTTP/1.1\r\n{HOST}\r\n",
    "a NUL": f"GET {{path}}%00evil HTTP/1.1\r\n{HOST}\r\n",
    "marks": f"GET {{path}}?x=%00ticker%00evil HTTP/1.1\r\n{HOST}X-Evil: \x01ticker\x01\r\n\r\n",
    "a hundred parameters": f"GET {{path}}?{'&'.join(f'evil{n}=evil' for n in range(100))}"
    f" HTTP/1.1\r\n{HOST}\r\n",
    "another host": f"{GET}Host: evil.example\r\n\r\n",
    "another name of ours": f"{GET}Host: localhost\r\n\r\n",
    "another port": f"{GET}Host: 127.0.0.1:444\r\n\r\n",
    "two hosts": f"{GET}{HOST}Host: evil.example\r\n\r\n",
    "no host": "GET {path} HTTP/1.0\r\n\r\n",
    "an underscore": f"{GET}{HOST}X_Forwarded_Host: evil.example\r\nX_Evil: evil\r\n\r\n",
    "a prefix": f"GET /evil{{path}} HTTP/1.1\r\n{HOST}SCRIPT_NAME: /evil\r\n\r\n",
    "another scheme": f"{GET}{HOST}X-Forwarded-SSL: on\r\n\r\n",
    "HEAD": f"HEAD {{path}} HTTP/1.1\r\n{HOST}X-Arbitrary: evil\r\n\r\n",
    "POST": f"POST {{path}} HTTP/1.1\r\n{HOST}{FORM}Content-Length: 6\r\n\r\nx=evil",
    "OPTIONS": f"OPTIONS {{path}} HTTP/1.1\r\n{HOST}\r\n",
    "a method of its own": f"EVIL {{path}} HTTP/1.1\r\n{HOST}\r\n",
    "has it": f"{GET}{HOST}If-None-Match: *\r\n\r\n",
    "has it since": f"{GET}{HOST}If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT\r\n\r\n",
    "brotli": f"{GET}{HOST}Accept-Encoding: br\r\n\r\n",
    "an nginx": f"{GET}{HOST}X-Edge-Time: 9\r\nX-Arbitrary: evil\r\n\r\n",
    "somebody's session": f"{GET}{HOST}Cookie: sessionid=evil\r\n\r\n",
    "a password": f"{GET}{HOST}Authorization: Basic ZXZpbDpldmls\r\n\r\n",
}


def send(site, data):
    """The processes that answered raw bytes; 0 where the server did not take them to the portal.

    Four lines are open at once: one after the other would mostly be taken by the same process.
    """
    host, port = site.removeprefix("http://").split(":")
    with ExitStack() as stack:
        lines = [
            stack.enter_context(closing(socket.create_connection((host, int(port)), timeout=10)))
            for _line in range(4)
        ]
        for line in lines:
            line.sendall(data)
        return {answered(line) for line in lines}


def answered(line):
    line.settimeout(20)
    told = b""
    while b"\r\n\r\n" not in told and (part := line.recv(65536)):
        told += part
    found = re.search(rb"(?i)x-process: (\d+)", told)
    return int(found[1]) if found else 0


def send_each(site, text, path):
    """Raw bytes to each process, before any other visitor of that page."""
    data = text.format(path=path, host=site.removeprefix("http://")).encode("latin-1")
    reached = set()
    for _try in range(TRIES):
        reached |= send(site, data)
        if 0 in reached or len(reached) == PROCESSES:
            return
    raise AssertionError(f"only {reached} of the processes were reached")


def check_poison(site, room, paths, act):
    """act(lines, name, path) is done upon a cold page; the next visitor sees what the first saw."""
    away_from_midnights()
    with closing(Lines(site)) as lines:
        room.touch_all()
        virgin = lines.ask_all(paths, 1)
        room.touch_all()
        for name, path in paths.items():
            act(lines, name, path)
        after = lines.ask_all(paths, 2)
    wrong = []
    for name, answers in after.items():
        first = virgin[name][0]
        assert all(other.looks == first.looks for other in virgin[name])
        for answer in answers:
            if (answer.looks, answer.headers) != (first.looks, first.headers):
                wrong.append(f"{name} changes {answer.path}")
    assert not wrong, sorted(set(wrong))


def months():
    """Addresses with a page of their own, of which there is no end."""
    for number in count():
        yield f"/archive/{1990 + number // 12}/{number % 12 + 1:02}/"


def test_all_that_a_visitor_may_send_at_once_changes_no_page(site, room):
    story = room.story(word())
    known = {name: table.addresses(story)[name] for name in KINDS}

    def act(lines, name, path):
        headers = POISON | {"cookie": COOKIE}
        for answer in lines.ask_each(f"{path}?{'&'.join(QUERIES)}", headers=headers):
            assert answer.status in {200, 404}
            assert b"evil" not in answer.body

    check_poison(site, room, known, act)


SINGLE = {
    **{f"{name}: {value}": (name, value) for name, value in POISON.items()},
    **{f"cookie {name}": ("cookie", f"{name}=evil") for name in COOKIES},
    **{f"?{query}": query for query in QUERIES},
}


def send_single(lines, name, path):
    sent = SINGLE[name]
    if isinstance(sent, str):
        answers = lines.ask_each(f"{path}?{sent}")
    else:
        answers = lines.ask_each(path, headers=dict([sent]))
    for answer in answers:
        assert answer.status == 200
        assert b"evil" not in answer.body, name


def test_nothing_that_a_visitor_may_send_changes_a_page(site, room):
    assert len(SINGLE) >= 60
    check_poison(site, room, dict(zip(SINGLE, months(), strict=False)), send_single)


def test_no_request_out_of_the_ordinary_changes_a_page(site, room):
    def act(lines, name, path):
        send_each(site, RAW[name], path)

    check_poison(site, room, dict(zip(RAW, months(), strict=False)), act)
    story = room.story(word())
    for name in ("a body", "an absolute address", "another name of ours", "somebody's session"):
        known = {kind: table.addresses(story)[kind] for kind in KINDS}
        check_poison(
            site, room, known, lambda lines, kind, path, raw=RAW[name]: send_each(site, raw, path)
        )


def test_views_that_see_their_visitor_would_be_caught(sabotaged, room):
    some = dict(zip(("x-arbitrary", "cookie theme"), months(), strict=False))

    def act(lines, name, path):
        lines.ask_each(path, headers={"x-arbitrary": "evil", "cookie": "theme=evil"})

    with pytest.raises(AssertionError, match="cookie theme changes"):
        check_poison(sabotaged, room, some, act)


# Editors -----------------------------------------------------------------------------------------


def log_in(site):
    """The session cookie of somebody who typed a name and a password."""
    form = fresh(site, "/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    cookie = form.headers["set-cookie"].split(";")[0]
    answer = fresh(
        site,
        "/admin/login/?next=/admin/",
        method="POST",
        headers={"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
        body=f"csrfmiddlewaretoken={token}&username=chief&password={PASSWORD}",
    )
    assert answer.status == 302
    return re.search(r"sessionid=\w+", answer.headers["set-cookie"])[0]


def check_editor(site, room):
    """An editor comes first to cold pages, and again to warm ones; nobody else notices."""
    session = log_in(site)
    story = room.story(word())
    paths = {name: table.addresses(story)[name] for name in KINDS}

    def act(lines, name, path):
        for _time in ("cold", "still cold"):
            for answer in lines.ask_each(path, headers={"Cookie": session}):
                assert answer.headers["cache-control"] == "private, no-store", name

    check_poison(site, room, paths, act)
    with closing(Lines(site)) as lines:
        act(lines, "home", "/")
        for answer in lines.ask_each("/", headers={"Cookie": session}):
            assert session in answer.text
        for answer in lines.ask_each("/"):
            assert session not in answer.text


def test_the_page_of_an_editor_is_never_anothers(site, room):
    check_editor(site, room)


def test_without_the_look_at_sessions_it_would_be(sabotaged, room):
    def act(lines, name, path):
        lines.ask_each(path, headers={"Cookie": session})

    session = log_in(sabotaged)
    with pytest.raises(AssertionError, match="home changes /"):
        check_poison(sabotaged, room, {"home": "/"}, act)
