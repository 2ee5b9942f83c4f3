"""The outside world on loopback: a server that answers well, lies, drips or falls silent."""

import gzip
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Asked:
    """A request as it came in: its target and its headers, names in lower case."""

    target: str
    headers: dict


def answer(body=b"", status=200, media="text/xml; charset=windows-1251", **headers):
    """A whole HTTP answer as bytes; keyword names become headers (retry_after=5)."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} Because", f"Content-Type: {media}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if "content_length" not in headers:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def zipped(body, **headers):
    return answer(gzip.compress(body), content_encoding="gzip", **headers)


def drip(raw, pause=0.05, size=1):
    """The same answer a few bytes at a time."""

    def send(sock):
        for start in range(0, len(raw), size):
            sock.sendall(raw[start : start + size])
            time.sleep(pause)

    return send


def endless(head, chunk):
    """An answer without an end."""

    def send(sock):
        sock.sendall(head)
        while True:
            sock.sendall(chunk)

    return send


def silence(sock):
    time.sleep(3)


def hang_up(sock):
    """No answer at all."""


@dataclass
class World:
    """`says` is the answer to everything; `script` holds the answers before that, in order.

    An answer is bytes, a function of the socket, or a function of the Asked that returns bytes.
    """

    says: object = field(default_factory=lambda: answer(b"", 404))
    script: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    certificate: str = ""

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.listening.close()

    def _serve(self):
        while True:
            try:
                sock, _peer = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock):
        try:
            with sock:
                if self.certificate:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(self.certificate)
                    context.sni_callback = self._sni
                    sock = context.wrap_socket(sock, server_side=True)
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = sock.recv(65_536)
                    if not piece:
                        return
                    head += piece
                first, *lines = head.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines)
                asked = Asked(first.split(" ")[1], headers)
                self.asked.append(asked)
                what = self.script.pop(0) if self.script else self.says
                if callable(what) and getattr(what, "by_request", False):
                    what = what(asked)
                if callable(what):
                    what(sock)
                else:
                    sock.sendall(what)
        except OSError:  # the client has gone: that is its right
            return

    def _sni(self, _sock, name, _context):
        self.server_name = name


def by_request(function):
    """Marks a function of the Asked."""
    function.by_request = True
    return function
