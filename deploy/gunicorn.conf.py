"""Gunicorn for `make run` and for production alike; the environment changes what differs."""

import contextlib
import ctypes
import os
import signal

from gunicorn import systemd, util
from gunicorn.http import wsgi

wsgi_app = "portal.wsgi:application"
# Loopback only: in production a web server with TLS stands in front.
bind = os.environ.get("BIND") or "127.0.0.1:" + os.environ.get("PORT", "8000")

# Two processes, so that one may die or be busy; threads, because a request mostly waits for the
# database. What a process remembers it holds against the database's own tokens (portal.lib.topics),
# so no cache has to be shared.
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
worker_class = "gthread"
# glibc gives each thread a heap of its own, which keeps what its largest answer needed; one for all
# does: only one thread of Python runs at a time. What is larger than a page stays out of the heap
# and is given back at once; left alone, glibc moves that border up to the largest piece it has met.
with contextlib.suppress(OSError, AttributeError):
    for name, value in ((-8, 1), (-3, 131_072)):  # M_ARENA_MAX, M_MMAP_THRESHOLD of malloc.h
        ctypes.CDLL(None).mallopt(name, value)
# Loaded once, before the processes part: they share what they do not write to, a third of it all.
preload_app = True

timeout = 30
graceful_timeout = 10  # a restart lets an upload finish
keepalive = 5
# Heartbeat files in memory: on a busy disk a slow write would look like a hung process.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# One socket path for every gunicorn of a user would be shared by unrelated sites.
control_socket_disable = True

errorlog = "-"
accesslog = "-" if os.environ.get("ACCESS_LOG") else None

# What the server refuses before Django sees it (an address of more than 8 KB, a broken header) is
# answered in all three languages: nothing of the request says which one the reader has.
limit_request_line = 8190
# No visitor on this machine, and nobody behind a proxy that hands on what it is sent, decides
# under which address the site stands.
forwarder_headers = ""


def _refuse(sock, status, reason, message):
    page = (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'><title>Meridian 70</title>"
        f"<h1>{status}</h1><p>The address or the browser sent something this site does not "
        "understand. <a href=/>Front page</a>"
        "<p lang=ru>Сайт не понял этот адрес или запрос браузера. <a href=/ru/>На главную</a>"
        "<p lang=kk>Сайт бұл мекенжайды немесе браузердің сұрауын түсінбеді. "
        "<a href=/kk/>Басты бет</a></html>"
    ).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/html\r\n"
        f"Content-Security-Policy: default-src 'none'\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode() + page)


util.write_error = _refuse


class OnePiece(wsgi.Response):
    """The head of an answer waits for the first bytes of its body; both leave in one write.

    gunicorn writes twice. When a process is killed in between, nginx has handed a head on and can
    ask nobody else any more: the reader's connection breaks. (A packet is saved as well.)
    """

    head = b""

    def send_headers(self):
        if not self.headers_sent:
            lines = self.default_headers() + [f"{name}: {text}\r\n" for name, text in self.headers]
            self.head = ("".join(lines) + "\r\n").encode("latin-1")
            self.headers_sent = True  # from here on nobody may begin another answer

    def _let_go(self, data=b""):
        whole, self.head = self.head + data, b""
        if whole:
            self.sock.sendall(whole)

    def _emit_body(self, data):
        if data:  # an application may begin with nothing
            self._let_go(b"%X\r\n%b\r\n" % (len(data), data) if self.chunked else data)

    def sendfile(self, respiter):
        if util.has_fileno(respiter.filelike):  # the kernel writes the file, after its head
            self.send_headers()
            self._let_go()
        return super().sendfile(respiter)

    def close(self):
        self.send_headers()
        self._let_go(b"0\r\n\r\n" if self.chunked else b"")


def post_worker_init(worker):
    wsgi.Response = OnePiece
    _take_over(worker)


def _take_over(worker):
    """The second half of an update: USR2 alone takes the site to the code that lies there now.

    The new processes listen on the same socket beside the old ones. When the last of them has
    loaded, it sends the old ones home; when they cannot load, the old ones simply stay.
    """
    old = int(os.environ.get("GUNICORN_PID") or 0)
    if not old or worker.age != worker.cfg.workers:
        return
    try:
        if os.getpgid(old) == os.getpgrp():
            systemd.sd_notify(f"MAINPID={os.getppid()}", worker.log)
            os.kill(old, signal.SIGTERM)
    except ProcessLookupError:
        pass  # gone by itself
