"""Gunicorn for `make run` and for production alike; the environment changes what differs."""

import os

from gunicorn import util

wsgi_app = "portal.wsgi:application"
# Loopback only: in production a web server with TLS stands in front.
bind = os.environ.get("BIND") or "127.0.0.1:" + os.environ.get("PORT", "8000")

# Threads, because a request mostly waits for the database. One process unless a shared cache is
# set: each process has its own in-memory cache, and two would show an editor different pages.
shared_cache = os.environ.get("CACHE_URL")
workers = int(os.environ.get("WEB_CONCURRENCY") or (2 if shared_cache else 1))
threads = int(os.environ.get("WEB_THREADS") or 8)
worker_class = "gthread"

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
