"""Answers of every kind a WSGI application may give, under deploy/gunicorn.conf.py."""

import io
from pathlib import Path

HERE = Path(__file__)
WHOLE = HERE.read_bytes() * 100


def _broken():
    yield b""
    raise RuntimeError("the database is gone")


def application(environ, start_response):
    path, wrapped = environ["PATH_INFO"], environ["wsgi.file_wrapper"]
    if path == "/not-modified":
        start_response("304 Not Modified", [("ETag", '"1"')])
        return []
    size = len(HERE.read_bytes()) if path.endswith("file") else len(WHOLE)
    known = [] if path.startswith("/unknown-") else [("Content-Length", str(size))]
    start_response("200 OK", known)
    if path == "/breaks":
        return _broken()
    if path.endswith("file"):
        return wrapped(HERE.open("rb"))
    if path.endswith("memory"):
        return wrapped(io.BytesIO(WHOLE))
    return [b"", WHOLE[:7], b"", WHOLE[7:]] if path.endswith("pieces") else [WHOLE]
