"""Answers slowly enough to be killed on the way, under the gunicorn of deploy/gunicorn.conf.py."""

import os
import time

VERSION = os.environ.get("NODE_VERSION", "1")


def application(environ, start_response):
    time.sleep(0.005)
    body = f"{VERSION} {environ['PATH_INFO']} {os.getpid()}".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    if environ["PATH_INFO"].startswith("/kept/"):
        headers += [("Cache-Control", "public, s-maxage=1"), ("X-Accel-Expires", "1")]
    start_response("200 OK", headers)
    return [body]
