"""Answers slowly enough to be killed on the way, under the gunicorn of deploy/gunicorn.conf.py."""

import os
import signal
import time
from pathlib import Path

VERSION = os.environ.get("NODE_VERSION", "1")


def _then_die():
    yield b""  # gunicorn has everything for the head now, and not a byte of the body
    os.kill(os.getpid(), signal.SIGKILL)


def application(environ, start_response):
    time.sleep(0.005)
    body = f"{VERSION} {environ['PATH_INFO']} {os.getpid()}".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    if environ["PATH_INFO"].startswith("/kept/"):
        headers += [("Cache-Control", "public, s-maxage=1"), ("X-Accel-Expires", "1")]
    start_response("200 OK", headers)
    if environ["PATH_INFO"] == "/dies-once/":
        died = Path(os.environ["VAR_DIR"], "died")
        if not died.exists():
            died.touch()
            return _then_die()
    return [body]
