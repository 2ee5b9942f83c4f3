"""What deploy/gunicorn.conf.py sends, to the byte: it writes in another way than gunicorn does."""

import http.client
from contextlib import closing

import pytest

from portal.tests.edge.answers import HERE, WHOLE
from portal.tests.edge.load import raw
from portal.tests.edge.servers import gunicorn


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    app = "portal.tests.edge.answers:application"
    with gunicorn(tmp_path_factory.mktemp("answers"), app) as node:
        yield node


def test_every_kind_of_answer_is_whole_and_its_connection_can_be_used_again(node):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=20)) as caller:

        def ask(path, method="GET"):
            caller.request(method, path)
            used = caller.sock
            answer = caller.getresponse()
            body = answer.read()
            assert caller.sock is used is not None, "kept alive"
            return answer.status, answer.getheader("Transfer-Encoding"), body

        for _twice in range(2):
            for known in ("/", "/pieces", "/memory"):
                assert ask(known) == (200, None, WHOLE), known
                assert ask(known, "HEAD") == (200, None, b""), known
            for unknown in ("/unknown-length", "/unknown-pieces", "/unknown-memory"):
                assert ask(unknown) == (200, "chunked", WHOLE), unknown
                assert ask(unknown, "HEAD") == (200, None, b""), unknown
            assert ask("/file") == (200, None, HERE.read_bytes())
            assert ask("/file", "HEAD") == (200, None, b"")
            assert ask("/unknown-file") == (200, "chunked", HERE.read_bytes())
            assert ask("/not-modified") == (304, None, b"")


def test_an_old_reader_gets_the_same_until_the_connection_ends(node):
    for path in ("/", "/unknown-pieces", "/unknown-file"):
        head, _blank, body = raw(node.port, f"GET {path} HTTP/1.0\r\n\r\n".encode()).partition(
            b"\r\n\r\n"
        )
        assert head.startswith(b"HTTP/1.0 200 OK\r\n"), path
        assert body == (HERE.read_bytes() if path.endswith("file") else WHOLE), path


def test_an_answer_that_breaks_before_its_first_byte_is_none(node):
    asked = b"GET /breaks HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert raw(node.port, asked) == b"", "no head without a body: nginx asks somebody else"
