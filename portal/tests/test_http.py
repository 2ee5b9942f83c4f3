"""The way out: bounded in time and size, to known hosts and public addresses only."""

import gzip
import socket
import ssl
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from portal.lib import http
from portal.tests import world as outside
from portal.tests.world import World, answer, drip, endless, zipped

CERTIFICATE = str(Path(__file__).with_name("rates_example.pem"))


@pytest.fixture
def world():
    with World(says=answer(b"<a/>")) as world:
        yield world


@pytest.fixture
def slept():
    return []


@pytest.fixture
def client(slept):
    """A client of loopback that notes how long it would have slept."""

    def make(**changes):
        options = {
            "hosts": frozenset(),
            "agent": "Portal-markets/1.0 (+https://news.example)",
            "allow_loopback": True,
            "sleep": slept.append,
            "jitter": lambda low, high: high,
        }
        return http.Client(**options | changes)

    return make


def refused(client, url, **options):
    with pytest.raises(http.HttpError) as caught:
        client.get(url, **options)
    return caught.value


def test_an_answer_comes_back_whole(world, client):
    got = client().get(f"{world.address}/x", (("d", "22/02/2020"),), media={"text/xml"})
    assert (got.status, got.body, got.media) == (200, b"<a/>", "text/xml")
    assert got.url == f"{world.address}/x?d=22%2F02%2F2020"
    (asked,) = world.asked
    assert asked.target == "/x?d=22%2F02%2F2020"
    assert asked.headers["user-agent"] == "portal-markets/1.0 (+https://news.example)"
    assert asked.headers["accept"] == "text/xml, */*;q=0.1"
    assert asked.headers["accept-encoding"] == "gzip"
    assert asked.headers["host"] == f"127.0.0.1:{world.port}"


def test_gzip_is_unpacked(world, client):
    world.says = zipped(b"<a>" + b"x" * 100_000 + b"</a>")
    assert len(client().get(world.address).body) == 100_007


def test_proxies_of_the_environment_are_not_used(world, client, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client().get(world.address).body == b"<a/>"


def test_what_fails_for_a_moment_is_asked_three_times_with_growing_pauses(world, client, slept):
    world.script = [outside.hang_up, answer(b"", 502)]
    assert client().get(world.address).tries == 3
    assert slept == [4, 8]
    world.says, world.asked = answer(b"", 500), []
    error = refused(client(), world.address)
    assert (error.kind, error.status, len(world.asked)) == ("http_5xx", 500, 3)


def test_pauses_are_drawn_from_the_whole_span(world, client, slept):
    drawn = []
    world.says = outside.hang_up
    refused(client(jitter=lambda low, high: drawn.append((low, high)) or 0), world.address)
    assert drawn == [(0, 4), (0, 8)]


@pytest.mark.parametrize(("status", "kind"), [(400, "http_4xx"), (403, "auth"), (404, "http_4xx")])
def test_a_refusal_is_not_repeated(world, client, slept, status, kind):
    world.says = answer(b"", status)
    assert refused(client(), world.address).kind == kind
    assert len(world.asked) == 1
    assert slept == []


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for_once(world, client, slept, status):
    world.says = answer(b"", status, retry_after=120)
    refused(client(), world.address)
    assert slept == [120]
    assert len(world.asked) == 2


def test_retry_after_may_be_a_date(world, client, slept):
    moment = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 90))
    world.script = [answer(b"", 429, retry_after=moment)]
    client().get(world.address)
    assert 85 < slept[0] <= 90


def test_who_asks_for_more_than_five_minutes_is_not_waited_for(world, client, slept):
    world.says = answer(b"", 429, retry_after=301)
    error = refused(client(), world.address)
    assert (error.kind, error.wait) == ("rate_limited", 301)
    assert slept == []


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest",
        "https://127.0.0.1/x",
        "http://other.example/",
        "//x.example",
        "",
    ],
)
def test_a_redirect_elsewhere_is_not_followed(world, client, where):
    world.says = answer(b"", 302, location=where)
    if not where:  # to itself, without an end
        assert refused(client(), world.address).kind == "blocked"
        assert len(world.asked) == 2
        return
    assert refused(client(), world.address).kind == "blocked"
    assert len(world.asked) == 1


def test_one_redirect_on_the_same_host_is_followed(world, client):
    world.script = [answer(b"", 301, location="/new")]
    assert client().get(f"{world.address}/old").body == b"<a/>"
    assert [asked.target for asked in world.asked] == ["/old", "/new"]


def test_the_deadline_ends_a_drip_that_no_single_read_would(world, client):
    world.says = drip(answer(b"x" * 1000))
    begun = time.monotonic()
    error = refused(client(total=0.3, read=0.2), world.address)
    assert error.kind == "timeout"
    assert time.monotonic() - begun < 3 * 0.3 + 0.5


def test_the_deadline_ends_dripping_headers_too(world, client):
    world.says = drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000)
    assert refused(client(total=0.3), world.address).kind == "timeout"


def test_silence_is_a_timeout(world, client):
    world.says = outside.silence
    assert refused(client(read=0.1), world.address).kind == "timeout"


@pytest.mark.parametrize(
    "raw",
    [
        answer(b"short", content_length=99),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"noise\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
    ],
    ids=["short", "chunk", "noise", "headers", "long header"],
)
def test_a_broken_answer_is_no_answer(world, client, raw):
    world.says = raw
    assert refused(client(), world.address).kind == "network"


def test_a_body_past_the_limit_is_left(world, client):
    world.says = endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536)
    assert refused(client(), world.address, max_bytes=1_000_000).kind == "too_big"
    assert len(world.asked) == 1


def bomb(megabytes):
    """A gzip stream that unpacks to so many megabytes of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(megabytes)) + packer.flush()


def test_a_gzip_bomb_is_left_at_the_limit_and_costs_little_memory(world, client):
    world.says = answer(bomb(300), content_encoding="gzip")
    tracemalloc.start()
    try:
        assert refused(client(), world.address, max_bytes=2_000_000).kind == "too_big"
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (answer(b"not gzip", content_encoding="gzip"), "encoding"),
        (answer(b"x", content_encoding="br"), "encoding"),
        (answer(gzip.compress(b"x" * 999)[:-20], content_encoding="gzip"), "network"),
    ],
)
def test_a_damaged_coding_is_told(world, client, raw, kind):
    world.says = raw
    assert refused(client(), world.address).kind == kind


def test_not_modified_is_an_answer_only_when_we_asked_for_it(world, client):
    world.says = answer(b"", 304)
    got = client().get(world.address, headers={"If-None-Match": '"v1"'})
    assert (got.status, got.body) == (304, b"")
    assert world.asked[0].headers["if-none-match"] == '"v1"'
    assert refused(client(), world.address).kind == "blocked"


def test_secrets_are_sent_but_never_shown(world, client):
    got = client().get(world.address, (("a", "1"),), secrets={"api_key": "s3cr+t"})
    assert "api_key=s3cr%2Bt" in world.asked[0].target
    assert "s3cr" not in got.url
    world.says = answer(b"", 302, location="https://s3cr+t.example/?k=s3cr%2Bt")
    error = refused(client(), world.address, secrets={"api_key": "s3cr+t"})
    assert "s3cr" not in str(error)
    assert "s3cr" not in str(error.args)


# Where it may go


@pytest.mark.parametrize(
    "address",
    """0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 169.254.169.254 172.16.0.1 192.0.0.192
    192.168.1.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1::
    2001::1 2001:db8::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1""".split(),
)
def test_addresses_that_are_not_the_open_internet_are_refused(address):
    assert not http.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "185.178.208.1", "2a00:1450:4010:c0e::64"])
def test_addresses_of_the_open_internet_are_taken(address):
    assert http.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/",
        "https://rates.example.evil.example/",
        "https://rates.example@other.example/",
        "https://user@rates.example/",
        "http://rates.example/",
        "ftp://rates.example/",
        "file:///etc/passwd",
        "gopher://rates.example/",
        "https://rates.example:99999/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://2130706433/",
    ],
)
def test_only_https_to_a_listed_host_is_even_resolved(client, url):
    def resolve(*_arguments, **_options):
        raise AssertionError("resolved")

    strict = client(hosts=frozenset({"rates.example"}), allow_loopback=False, resolve=resolve)
    assert refused(strict, url).kind == "blocked"


def resolving(*addresses):
    asked = []

    def resolve(host, port, **_options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    resolve.asked = asked
    return resolve


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "fe80::1%eth0"])
def test_a_listed_name_that_resolves_inside_is_refused(client, address):
    strict = client(
        hosts=frozenset({"rates.example"}), allow_loopback=False, resolve=resolving(address)
    )
    error = refused(strict, "https://rates.example/")
    assert (error.kind, str(error)) == ("blocked", "rates.example has no public address")


@pytest.fixture
def secure():
    with World(says=answer(b"<a/>"), certificate=CERTIFICATE) as world:
        yield world


def trusting(certificate):
    return ssl.create_default_context(cafile=certificate)


def test_the_checked_address_is_the_one_connected_to_under_the_name(secure, client):
    """A name that resolves to another address the second time gains nothing: there is none."""
    resolve = resolving("127.0.0.1")
    pinned = client(
        hosts=frozenset({"rates.example"}), resolve=resolve, context=trusting(CERTIFICATE)
    )
    assert pinned.get(f"https://rates.example:{secure.port}/x").body == b"<a/>"
    assert resolve.asked == ["rates.example"]
    assert secure.server_name == "rates.example"
    assert secure.asked[0].headers["host"] == f"rates.example:{secure.port}"


def test_a_certificate_nobody_vouches_for_ends_it(secure, client):
    plain = client(hosts=frozenset({"rates.example"}), resolve=resolving("127.0.0.1"))
    error = refused(plain, f"https://rates.example:{secure.port}/")
    assert error.kind == "network"
    assert "SSLCertVerificationError" in str(error)
    assert secure.asked == []


def test_a_certificate_of_another_name_ends_it(secure, client):
    other = client(
        hosts=frozenset({"other.example"}),
        resolve=resolving("127.0.0.1"),
        context=trusting(CERTIFICATE),
    )
    assert refused(other, f"https://other.example:{secure.port}/").kind == "network"
    assert secure.asked == []


def test_a_handshake_that_never_ends_does(client):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"https://rates.example:{deaf.getsockname()[1]}/"
        slow = client(
            hosts=frozenset({"rates.example"}), resolve=resolving("127.0.0.1"), connect=0.1
        )
        assert refused(slow, url).kind == "timeout"


def test_a_name_that_is_not_known_or_does_not_resolve_in_time(client):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    def slow(*_arguments, **_options):
        time.sleep(1)

    hosts = frozenset({"rates.example"})
    assert refused(client(hosts=hosts, resolve=unknown), "https://rates.example/").kind == "network"
    begun = time.monotonic()
    error = refused(client(hosts=hosts, resolve=slow, connect=0.1), "https://rates.example/")
    assert error.kind == "timeout"
    assert time.monotonic() - begun < 1
