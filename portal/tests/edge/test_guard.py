"""What stands between strangers and the portal: names, headers, limits."""

import gzip
import http.client
import ssl
import time

import pytest
from django.conf import settings

from portal.tests.edge import nginx
from portal.tests.edge.load import ask, crowd, raw, statuses
from portal.tests.edge.origin import page, private

pytestmark = nginx.needed()
ROOT = settings.BASE_DIR
STRANGE = """
X-Edge-Time X-Forwarded-Host X-Forwarded-For X-Forwarded-Proto X-Forwarded-Port
X-Forwarded-Scheme
X-Forwarded-Server X-Forwarded-Prefix X-Forwarded-Ssl X-Forwarded-Protocol X-Forwarded Forwarded
X-Original-URL X-Rewrite-URL X-Original-Host X-Host X-Real-IP X-Client-IP True-Client-IP
CF-Connecting-IP X-HTTP-Method-Override X-HTTP-Method X-Method-Override Accept Accept-Language
Accept-Charset Range If-Range If-Match If-Unmodified-Since If-Modified-Since If-None-Match Origin
Referer User-Agent X-Requested-With X-WAP-Profile Via Max-Forwards Pragma Cache-Control Upgrade
TE Prefer DNT Save-Data Sec-GPC Sec-Fetch-Mode X-Debug X-Accel-Redirect X-Accel-Expires
X-Middleware-Prefetch RSC Next-Action X-Script-Name X-Timer Fastly-Client-IP Surrogate-Capability
X-CSRFToken X-Amz-Website-Redirect-Location X-Country-Code X-Proxy-URL Proxy
""".split()
COOKIES = "csrftoken messages theme django_language lang preview _ga utm_source token sid".split()


def reflecting(request):
    """The worst of portals: it prints into a public page whatever it was told, but the time."""
    told = sorted((name.lower(), value) for name, value in request.headers.items())
    told = [(name, value) for name, value in told if not value.startswith(f"{int(request.at)}"[:8])]
    return page(repr([request.path, request.command, told]), kept="30")


def test_no_header_and_no_cookie_reaches_a_page_that_others_get(edge, origin):
    assert len(STRANGE) + len(COOKIES) >= 60
    origin.answer = reflecting
    clean = ask(edge.port, "/clean/").text
    attempts = [{name: "evil.example"} for name in STRANGE]
    attempts += [{"Cookie": f"{name}=evil.example"} for name in COOKIES]
    for count, headers in enumerate(attempts):
        ask(edge.port, f"/p{count}/", **headers)
        assert ask(edge.port, f"/p{count}/").text == clean.replace("/clean/", f"/p{count}/"), (
            headers
        )
    # The control: without nginx's care a header is on the page.
    assert "evil.example" in ask(edge.plain, "/p/", X_Forwarded_Host="evil.example").text


def test_a_body_or_another_method_in_a_header_is_not_part_of_a_page(edge, origin):
    origin.answer = reflecting
    clean = ask(edge.port, "/clean/").text
    ask(edge.port, "/fat/", body=b"page=evil", Content_Type="application/x-www-form-urlencoded")
    assert ask(edge.port, "/fat/").text == clean.replace("/clean/", "/fat/")
    assert [one.sent for one in origin.seen] == [b""] * len(origin.seen)


@pytest.mark.parametrize(
    "question",
    [
        "utm_source=x",
        "x=1",
        "fbclid=evil",
        "_method=DELETE",
        "PAGE=2",
        "q[]=1",
        "pages=2",
        "&&",
        "%",
    ],
)
def test_an_unknown_parameter_is_the_page_without_it(edge, origin, question):
    origin.answer = reflecting
    clean = ask(edge.port, "/clean/").text
    assert ask(edge.port, f"/clean/?{question}").text == clean
    assert origin.hits() == 1


def test_two_addresses_are_two_pages_however_they_are_written(edge, origin):
    for path in [
        "/a/?page=2",
        "/a/%3Fpage=2",
        "/a/",
        "/a/?page=2&q=x",
        "/a/?q=x&page=2",
        "/b/../a/",
    ]:
        assert ask(edge.port, path).text == f"page {path}"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40000 + b"\r\n\r\n",
    ],
    ids="smuggling,two hosts,no host,two lengths,control,long address,long header".split(","),
)
def test_an_ambiguous_request_is_refused_in_our_words(edge, origin, request_):
    told = raw(edge.port, request_)
    assert told.split(b" ")[1] in (b"400", b"414", b"494", b"431"), told[:80]
    assert "Сайт не понял".encode() in told
    assert b"nginx" not in told.partition(b"\r\n\r\n")[2].replace(b"/nginx-pages/page.css", b"")
    assert origin.hits() == 0


@pytest.mark.parametrize("host", ["evil.example", "10.0.0.1", "news.example.org.evil.example"])
def test_who_comes_by_an_unknown_name_hears_nothing(edge, origin, host):
    for port in (edge.port, edge.front):
        assert raw(port, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()) == b""
        whole = f"GET http://{host}/ HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        assert raw(port, whole) == b""
    assert origin.hits() == 0


def over_tls(port, name, path="/"):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    caller = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    caller.sock = context.wrap_socket(
        http.client.socket.create_connection(("127.0.0.1", port), 20), server_hostname=name
    )
    caller.request("GET", path, headers={"Host": name})
    return caller.getresponse()


def test_https_is_the_front_door_and_http_only_points_to_it(edge, origin):
    origin.answer = lambda request: page(request.headers["X-Forwarded-Proto"])
    assert over_tls(edge.tls, "news.example.org").read() == b"https"
    moved = ask(edge.front, "/story/?page=2", Host="www.news.example.org")
    assert moved.status == 301
    assert moved.headers["location"].endswith("/story/?page=2")
    www = over_tls(edge.tls, "www.news.example.org", "/story/")
    assert (www.status, www.headers["Location"]) == (301, "https://news.example.org/story/")
    with pytest.raises(ssl.SSLError):
        over_tls(edge.tls, "evil.example")


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz", "//metrics", "/x/../metrics"])
def test_what_the_portal_says_of_itself_is_not_for_the_public(edge, origin, path):
    assert ask(edge.port, path).status == 404
    assert ask(edge.port, path + "?page=1").status == 404
    assert origin.hits() == 0


def test_the_newsroom_gets_its_cookies_and_no_forged_address(edge, origin):
    origin.answer = reflecting
    path = f"/{settings.ADMIN_PATH}/"
    forged = {name: "evil.example" for name in STRANGE if name.startswith(("X-Forw", "Forw"))}
    told = ask(edge.port, path, Cookie="sessionid=abc; csrftoken=d", Referer="r", **forged).text
    assert "sessionid=abc; csrftoken=d" in told
    assert "'referer', 'r'" in told
    assert "('x-forwarded-for', '127.0.0.1')" in told
    assert "evil.example" not in told
    assert ask(edge.port, path).cache == "", "nothing of it is kept"


def test_the_newsrooms_pages_are_made_small_on_the_way(edge, origin):
    origin.answer = lambda request: private("x" * 5000)
    answer = ask(edge.port, f"/{settings.ADMIN_PATH}/", Accept_Encoding="gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b"x" * 5000
    assert answer.headers["cache-control"] == "private, no-store"


def until_refused(port, path, at_once, a_second, **options):
    """The first answer that is not 200, after as many as may come at once and in that time."""
    began = time.monotonic()
    for count in range(100):
        answer = ask(port, path, **options)
        if answer.status != 200:
            allowed = at_once + a_second * (time.monotonic() - began)
            assert at_once <= count <= allowed, (count, allowed)
            return answer
    raise AssertionError("a hundred, and nobody was refused")


def test_one_address_may_log_in_and_search_only_so_often(edge, origin):
    login = f"/{settings.ADMIN_PATH}/login/"
    posts = until_refused(edge.port, login, 6, 10 / 60, method="POST", body=b"x")
    assert posts.status == 429
    assert ask(edge.port, login).status == 200, "looking at the form is free"
    refused = until_refused(edge.port, "/ru/search/?q=oil", 11, 30 / 60)
    assert refused.status == 429
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["cache-control"] == "no-store"
    assert "Бірден тым көп сұрау" in refused.text
    assert ask(edge.port, "/story/").status == 200, "reading goes on"


def test_a_flood_of_searches_from_everywhere_reaches_the_portal_as_a_trickle(edge, origin):
    answers = crowd(edge.port, [f"/search/?q={n}" for n in range(300)], connections=300, keep=False)
    found = statuses(answers)
    assert set(found) == {200, 429}
    took = max(one.at for one in answers) - min(one.at for one in answers)
    assert origin.hits() <= 21 + 10 * (took + 1)
    assert ask(edge.port, "/").status == 200


def test_one_address_cannot_take_all_the_places(edge, origin):
    log = edge.folder / "access.log"

    def slow(request):  # nobody goes before the last of the others has been refused
        deadline = time.monotonic() + 4
        while log.read_text().count('" 429 ') < 30 and time.monotonic() < deadline:
            time.sleep(0.05)
        return page("x")

    origin.answer = slow
    answers = crowd(edge.port, [f"/{n}/" for n in range(80)], connections=80, address="127.9.9.9")
    assert statuses(answers) == {200: 50, 429: 30}


def test_a_form_is_small_and_a_picture_may_be_large(edge, origin):
    admin = f"/{settings.ADMIN_PATH}/news/picture/add/"
    assert (
        ask(edge.port, admin, method="POST", body=b"x" * settings.PICTURE_MAX_BYTES).status == 200
    )
    assert len(origin.seen[-1].sent) == settings.PICTURE_MAX_BYTES
    for path, size in [(admin, 21 * 1024 * 1024), ("/", 1024 * 1024 + 1)]:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
        told = raw(edge.port, head.encode(), end=b"</html>")
        assert told.split(b" ")[1] == b"413"
        assert "Файл слишком велик".encode() in told


def test_the_pages_of_nginx_are_whole_and_in_three_languages(edge):
    files = sorted((ROOT / "deploy/nginx/pages").glob("*.html"))
    assert [file.stem for file in files] == ["busy", "large", "missing", "refused", "unavailable"]
    for file in files:
        text = file.read_text(encoding="utf-8")
        for code in ("en", "ru", "kk"):
            assert f'lang="{code}"' in text
        assert "style=" not in text
        assert "<script" not in text
        assert ask(edge.port, f"/nginx-pages/{file.name}").status == 404, "not by its own address"
    assert ask(edge.port, "/nginx-pages/page.css").headers["content-type"].startswith("text/css")


def test_the_log_does_not_keep_who_read_what(edge):
    ask(edge.port, "/story/?q=secret")
    log = "\n".join(edge.log())
    assert '127.0.0.0 "GET /story/ HTTP/1.1" 200' in log
    assert "127.0.0.1" not in log
    assert "secret" not in log
