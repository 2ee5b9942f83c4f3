"""A node that says exactly what a test wants, with the headers the portal sends."""

import hashlib
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PUBLIC = "public, max-age=0, s-maxage=1, stale-if-error=864000"


def page(body, status=200, kept="1", **headers):
    """What the portal sends for a public page; `kept` is its X-Accel-Expires."""
    body = body.encode() if isinstance(body, str) else body
    return (
        status,
        body,
        {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": PUBLIC,
            "X-Accel-Expires": kept,
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Vary": "Accept-Encoding",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )


def private(body, status=200, **headers):
    never = {"Cache-Control": "private, no-store", "Content-Type": "text/html; charset=utf-8"}
    return status, body.encode(), never | {k.replace("_", "-"): v for k, v in headers.items()}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass  # nginx went away: some tests mean it to


class Origin:
    """`answer(request)` decides; `seen` holds every request that arrived."""

    def __init__(self, answer=None, port=0):
        self.answer = answer or (lambda request: page(f"page {request.path}"))
        self.seen = []
        self.port = port
        self.start()

    def start(self):
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.at = time.time()
                length = int(self.headers.get("Content-Length") or 0)
                self.sent = self.rfile.read(length)
                origin.seen.append(self)
                status, body, headers = origin.answer(self)
                asked = self.headers.get("If-None-Match")
                if asked and asked == headers.get("ETag") and status == 200:
                    status, body = 304, b""
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else body)

            do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET

            def log_message(self, *words):
                pass

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def stop(self):
        """As dead as a killed process: nobody listens any more."""
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def hits(self, path=None):
        counted = Counter(request.path for request in self.seen)
        return counted[path] if path else counted.total()
