"""One way out to the world: GET with a deadline, a size limit and a list of hosts.

The address is resolved once, checked, and that very address is connected to, under the name's own
TLS certificate and Host header. Proxies and other words of the environment are not listened to.
Never called while a page is being made.
"""

import contextlib
import email.utils
import hashlib
import http.client
import io
import ipaddress
import queue
import random
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urljoin, urlsplit

CHUNK = 65_536
TRIES = 3
LONGEST_WAIT = 300  # seconds a server may ask us to wait; more is a failure
HIDDEN = "[hidden]"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Not for the public, whatever `is_global` of the Python at hand says: addresses that carry an IPv4
# one inside (NAT64, 6to4, Teredo, IPv4-compatible) and the metadata server of Azure.
NEVER = [
    ipaddress.ip_network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
] + [ipaddress.ip_network("168.63.129.16/32"), ipaddress.ip_network("192.0.0.0/24")]


class HttpError(Exception):
    """No usable answer. `kind` is one of network, timeout, blocked, rate_limited, auth, http_4xx,
    http_5xx, too_big, encoding; `again` says whether another try may help."""

    def __init__(self, kind, text, *, status=None, again=False, wait=None):
        super().__init__(text)
        self.kind, self.status, self.again, self.wait = kind, status, again, wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is decompressed; it is empty when `status` is 304."""

    url: str  # without secrets
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sha256: str
    tries: int = 1

    @property
    def media(self):
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def is_public(address):
    """Whether an IP address belongs to the open internet (an ipaddress object or its text)."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    inside = any(ip.version == net.version and ip in net for net in NEVER)
    return ip.is_global and not ip.is_multicast and not inside


def is_loopback(address):
    ip = ipaddress.ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def redacted(text, secrets):
    """The text without any of the secrets, plain or percent-encoded."""
    for secret in filter(None, secrets):
        for form in {secret, urlencode({"": secret})[1:]}:
            text = text.replace(form, HIDDEN)
    return text


class _Within:
    """A socket whose every wait ends at one moment, so that a slow drip cannot outlive it."""

    def __init__(self, sock, ends, read, clock):
        self.sock, self.ends, self.read, self.clock = sock, ends, read, clock

    def left(self):
        left = self.ends - self.clock()
        if left <= 0:
            raise TimeoutError("deadline passed")
        return left

    def sendall(self, data):
        self.sock.settimeout(self.left())
        self.sock.sendall(data)

    def makefile(self, mode):
        return io.BufferedReader(_Reader(self), CHUNK)

    def close(self):
        """HTTPConnection closes before the body is read; the socket is closed after it."""


class _Reader(io.RawIOBase):
    def __init__(self, within):
        self.within = within

    def readable(self):
        return True

    def readinto(self, buffer):
        self.within.sock.settimeout(min(self.within.read, self.within.left()))
        return self.within.sock.recv_into(buffer)


@dataclass(frozen=True)
class Client:
    """Settings of the way out. The last group is for tests: their clock need not be ours.

    hosts: names that may be asked; nothing else is ever connected to. allow_loopback: this machine
    may be asked too, and in plain http. Seconds: connect, read (one wait), total (one try).
    """

    hosts: frozenset[str]
    agent: str
    allow_loopback: bool = False
    connect: float = 5
    read: float = 10
    total: float = 20

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = random.uniform
    resolve: Callable = socket.getaddrinfo
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(self, url, params=(), *, secrets=None, media=(), max_bytes=2_000_000, headers=None):
        """The Answer to GET, after at most three tries; HttpError otherwise.

        params: pairs added to the address. secrets: further pairs, sent but never shown in the
        Answer or in an error. media: what is acceptable, for the Accept header. headers: such as
        If-None-Match; an answer 304 is then returned, not raised.
        """
        secrets = dict(secrets or {})
        shown = with_params(url, params)
        sent = with_params(shown, tuple(secrets.items()))
        wants = {
            "User-Agent": self.agent,
            "Accept": ", ".join([*sorted(media), "*/*;q=0.1"]) if media else "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        } | dict(headers or {})
        has_waited = False
        for number in range(1, TRIES + 1):
            try:
                status, got, body = self._follow(sent, wants, max_bytes)
            except HttpError as error:
                error.args = (redacted(str(error), secrets.values()),)
                if not error.again or number == TRIES:
                    raise
                wait = error.wait
                if wait is None:
                    wait = self.jitter(0, min(60, 2 * 2**number))
                elif wait > LONGEST_WAIT or has_waited:  # told once; a second time is a refusal
                    raise
                else:
                    has_waited = True
                self.sleep(wait)
                continue
            digest = hashlib.sha256(body).hexdigest()
            return Answer(shown, status, got, body, datetime.now(UTC), digest, number)

    def _follow(self, url, wants, max_bytes):
        """One try, with at most one redirect inside the same scheme, host and port."""
        ends = self.clock() + self.total
        status, headers, body = self._once(url, wants, max_bytes, ends)
        if status in (301, 302, 303, 307, 308):
            target = urljoin(url, headers.get("location", ""))
            if urlsplit(target)[:2] != urlsplit(url)[:2]:
                raise HttpError("blocked", f"sent on to {urlsplit(target).hostname}", status=status)
            status, headers, body = self._once(target, wants, max_bytes, ends)
        if status == 200 or (
            status == 304 and wants.keys() & {"If-None-Match", "If-Modified-Since"}
        ):
            return status, headers, body
        raise refused(status, headers)

    def _once(self, url, wants, max_bytes, ends):
        parts = urlsplit(url)
        address, port = self._pinned(parts, ends)
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        try:
            with contextlib.ExitStack() as stack:
                sock = socket.create_connection((address, port), self._left(ends, self.connect))
                stack.callback(lambda: sock.close())
                if parts.scheme == "https":
                    sock.settimeout(self._left(ends, self.connect))
                    sock = self.context.wrap_socket(sock, server_hostname=parts.hostname)
                line = http.client.HTTPConnection(parts.hostname, parts.port)
                line.sock = _Within(sock, ends, self.read, self.clock)
                line.request("GET", target, headers={"Host": parts.netloc, **wants})
                answer = line.getresponse()
                headers = {name.lower(): value for name, value in answer.getheaders()}
                body = _body(answer, headers, max_bytes) if answer.status == 200 else b""
                return answer.status, headers, body
        except TimeoutError as error:
            raise HttpError("timeout", "no answer in time", again=True) from error
        except (OSError, http.client.HTTPException) as error:
            # The text of these may hold the address asked for: the name of the class is enough,
            # but for certificates, where the reason is what an operator needs.
            why = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or ""
            name = type(error).__name__
            raise HttpError("network", f"{name} {why}".strip(), again=True) from error

    def _left(self, ends, most):
        left = ends - self.clock()
        if left <= 0:
            raise TimeoutError("deadline passed")
        return min(left, most)

    def _pinned(self, parts, ends):
        """The (IP, port) to connect to, or HttpError("blocked") for what may not be asked."""
        host = parts.hostname or ""
        try:
            port = parts.port or {"https": 443, "http": 80}[parts.scheme]
        except (KeyError, ValueError):
            raise HttpError("blocked", "not an https address") from None
        is_ours = self.allow_loopback and host in LOOPBACK
        if parts.username is not None or (host not in self.hosts and not is_ours):
            raise HttpError("blocked", f"{host} is not on the list of hosts")
        if parts.scheme != "https" and not is_ours:
            raise HttpError("blocked", "plain http is refused")
        for address in self._addresses(host, port, ends):
            if is_public(address) or (self.allow_loopback and is_loopback(address)):
                return address, port
        raise HttpError("blocked", f"{host} has no public address")

    def _addresses(self, host, port, ends):
        """What the name resolves to. In a thread: the system's resolver knows no deadline."""
        found = queue.SimpleQueue()

        def ask():
            try:
                found.put(self.resolve(host, port, type=socket.SOCK_STREAM))
            except OSError as error:
                found.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = found.get(timeout=self._left(ends, self.connect))
        except (queue.Empty, TimeoutError):
            raise HttpError("timeout", f"the name {host} did not resolve", again=True) from None
        if isinstance(answer, OSError):
            raise HttpError("network", f"the name {host} is not known", again=True) from answer
        return [row[4][0].partition("%")[0] for row in answer]


def with_params(url, params):
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


def _body(answer, headers, max_bytes):
    """The decompressed body; no more than max_bytes of it ever exist."""
    coding = headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip"):
        raise HttpError("encoding", f"content encoding {coding[:20]!r} was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if coding == "gzip" else None
    # BytesIO hands its buffer over without a second copy.
    whole, size = io.BytesIO(), 0
    while chunk := answer.read1(CHUNK):
        try:
            while chunk:
                piece, chunk = _inflated(inflate, chunk) if inflate else (chunk, b"")
                size += len(piece)
                if size > max_bytes:
                    raise HttpError("too_big", f"more than {max_bytes} bytes")
                whole.write(piece)
        except zlib.error:
            raise HttpError("encoding", "damaged gzip") from None
        if inflate and inflate.eof:  # what follows is padding, however much of it there is
            return whole.getvalue()
    # read1 tells a connection that ended early no other way.
    if answer.length or inflate:
        raise HttpError("network", "the answer ended early", again=True)
    return whole.getvalue()


def _inflated(inflate, chunk):
    piece = inflate.decompress(chunk, CHUNK)
    return piece, inflate.unconsumed_tail


def refused(status, headers):
    """The HttpError for a status that brings no figures."""
    if status in (429, 503):
        kind = "rate_limited" if status == 429 else "http_5xx"
        wait = seconds(headers.get("retry-after", ""))
        return HttpError(kind, f"HTTP {status}", status=status, again=True, wait=wait)
    if status >= 500:
        return HttpError("http_5xx", f"HTTP {status}", status=status, again=True)
    if status in (401, 403):
        return HttpError("auth", f"HTTP {status}", status=status)
    kind = "http_4xx" if status >= 400 else "blocked"
    return HttpError(kind, f"HTTP {status}", status=status)


def seconds(retry_after):
    """Retry-After in seconds from now, or None: a number or an HTTP date (RFC 9110, 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return int(retry_after[:9])
    try:
        moment = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0, (moment - datetime.now(UTC)).total_seconds())
