"""Gunicorn for `make run` and for production alike; the environment changes what differs."""

import os

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
