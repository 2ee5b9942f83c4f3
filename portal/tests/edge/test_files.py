"""Style sheets and pictures: from the disk, for ever, and nothing else from there."""

import gzip

import brotli
import pytest

from portal.tests.edge import nginx
from portal.tests.edge.load import ask

pytestmark = nginx.needed()
SHEET = b"body { color: #123456 }\n" * 100


@pytest.fixture
def files(tmp_path, origin):
    """nginx over a folder as collectstatic and the library leave it."""
    static, media = tmp_path / "var/static/css", tmp_path / "var/media/2026"
    static.mkdir(parents=True)
    media.mkdir(parents=True)
    for name in ("site.css", "site.0123456789ab.css"):
        (static / name).write_bytes(SHEET)
        (static / f"{name}.gz").write_bytes(gzip.compress(SHEET))
        (static / f"{name}.br").write_bytes(brotli.compress(SHEET))
    (static / "font.0123456789ab.woff2").write_bytes(b"font")
    (media / "a.avif").write_bytes(b"picture")
    withheld = tmp_path / "var/media/withheld/pictures"
    withheld.mkdir(parents=True)
    (withheld / "a.avif").write_bytes(b"secret")
    (media / "a.html").write_bytes(b"<script>1</script>")
    (tmp_path / "var/db.sqlite3").write_bytes(b"secret")
    (media / "link.webp").symlink_to(tmp_path / "var/db.sqlite3")
    with nginx.in_front_of(tmp_path / "edge", origin.port, files=tmp_path / "var") as edge:
        yield edge
    assert origin.hits() == 0, "the portal never hears of a file"


@pytest.mark.parametrize(
    ("asked", "told", "unpack"),
    [("br, gzip", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress), ("", None, bytes)],
)
def test_a_style_sheet_comes_as_it_was_compressed_once_and_stays_for_ever(
    files, asked, told, unpack
):
    answer = ask(files.port, "/static/css/site.0123456789ab.css", Accept_Encoding=asked)
    assert answer.status == 200
    assert unpack(answer.body) == SHEET
    assert answer.headers.get("content-encoding") == told
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["x-content-type-options"] == "nosniff"
    etag = answer.headers["etag"]
    again = ask(
        files.port, "/static/css/site.0123456789ab.css", Accept_Encoding=asked, If_None_Match=etag
    )
    assert again.status == 304


def test_a_file_without_a_compressed_one_beside_it_comes_as_it_is(files):
    answer = ask(files.port, "/static/css/font.0123456789ab.woff2", Accept_Encoding="br, gzip")
    assert (answer.status, answer.body) == (200, b"font")
    assert answer.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in answer.headers
    assert "immutable" in answer.headers["cache-control"]
    unhashed = ask(files.port, "/static/css/site.css", Accept_Encoding="br")
    assert unhashed.headers["cache-control"] == "public, max-age=60"
    assert ask(files.port, "/static/css/site.css.br").status == 404


def test_a_picture_stays_for_ever_and_cannot_run(files):
    answer = ask(files.port, "/media/2026/a.avif")
    assert (answer.status, answer.body, answer.headers["content-type"]) == (
        200,
        b"picture",
        "image/avif",
    )
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    page = ask(files.port, "/media/2026/a.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "path",
    [
        "/media/../db.sqlite3",
        "/media/%2e%2e/db.sqlite3",
        "/media/..%2fdb.sqlite3",
        "/static/..%2f..%2fvar%2fdb.sqlite3",
        "/media/2026/link.webp",
        "/media/withheld/pictures/a.avif",
        "/media/2026/../withheld/pictures/a.avif",
        "/media/%77ithheld/pictures/a.avif",
        "/media//withheld/pictures/a.avif",
        "/media/2026/",
        "/media/",
        "/static/",
        "/media/2026/none.webp",
    ],
)
def test_nothing_but_the_two_folders_is_served(files, origin, path):
    answer = ask(files.port, path)
    assert b"secret" not in answer.body
    if origin.hits():  # outside both folders: the portal's own 404
        assert answer.text == f"page {path}"
        origin.seen.clear()
    else:
        assert answer.status in (400, 404)
        assert "По этому адресу" in answer.text or "Сайт не понял" in answer.text
