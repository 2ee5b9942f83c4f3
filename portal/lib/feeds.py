"""One description of a feed, written as RSS 2.0, Atom or JSON Feed 1.1. Knows no app.

Entries are told apart by ids that no edit changes: see `name`. A feed is for everybody, so it is
answered without a cookie, to every site's scripts, and again as 304 when nothing has changed.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import register_converter
from django.urls.converters import StringConverter
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date

from portal.lib.text import without_controls

TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
MOST = 30  # entries
MAX_AGE = 60  # seconds that a shared cache may answer without asking again
# Atom wants a moment even of a feed in which nothing has happened yet.
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Form(StringConverter):
    regex = "|".join(TYPES)


register_converter(Form, "feed_form")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A picture that goes with an entry; length in bytes."""

    url: str
    type: str
    length: int
    width: int
    height: int
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose report an entry relies on; `feed` lists what else relies on it."""

    name: str
    url: str
    feed: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Texts are plain but for `html`; addresses are whole ones; instants are aware."""

    id: str
    url: str
    title: str
    summary: str
    published: datetime
    changed: datetime
    html: str = ""
    people: tuple = ()
    topics: tuple = ()
    file: File | None = None
    origin: Origin | None = None
    data: dict = field(default_factory=dict)  # extensions of the JSON form: {"_name": {…}}

    @property
    def stamps(self):
        return stamp(self.published), stamp(self.changed)

    @property
    def published_text(self):
        return http_date(self.published.timestamp())


@dataclass(frozen=True, slots=True)
class Feed:
    """`home` is the page it goes with, `path` its own path without the ending that names the form.

    touched: when the list last changed in any way, withdrawals included; None: not known.
    """

    id: str
    title: str
    description: str
    language: str
    publisher: str
    home: str
    path: str
    entries: list
    touched: datetime | None = None

    @property
    def updated(self):
        return max((entry.changed for entry in self.entries), default=NEVER)

    @property
    def updated_stamp(self):
        return stamp(self.updated)

    @property
    def updated_text(self):
        return http_date(self.updated.timestamp())

    def address(self, form):
        return absolute(f"{self.path}.{form}")

    @property
    def rss(self):
        return self.address("rss")

    @property
    def atom(self):
        return self.address("atom")


def name(*parts):
    """A tag: URI (RFC 4151) of something that keeps its number whatever else is edited.

    >>> name("story", 42)
    'tag:news.example.org,2026:story/42'
    """
    return f"tag:{settings.FEED_AUTHORITY}:{'/'.join(str(part) for part in parts)}"


def absolute(path):
    return f"{settings.SITE_URL}{path}"


def stamp(instant):
    """An instant in UTC and whole seconds: 2026-11-23T08:20:00Z."""
    return f"{instant.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def as_rss(feed):
    return render_to_string("feeds/rss.xml", {"feed": feed})


def as_atom(feed):
    return render_to_string("feeds/atom.xml", {"feed": feed})


def as_json(feed):
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.address("json"),
        "description": feed.description,
        "language": feed.language,
        "authors": [{"name": feed.publisher, "url": absolute("/")}],
        "items": [json_item(entry) for entry in feed.entries],
    }
    return json.dumps(_without_nothing(told) | {"items": told["items"]}, ensure_ascii=False)


def json_item(entry):
    published, changed = entry.stamps
    file = entry.file
    told = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.origin.url if entry.origin else "",
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "content_text": "" if entry.html else entry.summary or entry.title,
        "date_published": published,
        "date_modified": changed,
        "authors": [_without_nothing({"name": p.name, "url": p.url}) for p in entry.people],
        "tags": list(entry.topics),
        "image": file.url if file else "",
        "attachments": [{"url": file.url, "mime_type": file.type, "size_in_bytes": file.length}]
        if file
        else [],
    }
    return _without_nothing(told | entry.data)


def _without_nothing(told):
    return {key: value for key, value in told.items() if value}


WRITERS = {"rss": as_rss, "atom": as_atom, "json": as_json}


def answer(request, feed, form):
    """The feed in a form of TYPES, or 304 when the reader has it already.

    What XML 1.0 cannot hold is taken out of the whole text here, whichever field it came in by.
    """
    response = HttpResponse(
        without_controls(WRITERS[form](feed)), content_type=f"{TYPES[form]}; charset=utf-8"
    )
    changed = None
    if feed.touched:
        changed = int(feed.touched.timestamp())
        response.headers["Last-Modified"] = http_date(changed)
    # Its picture of the world is the feed's; search engines list the pages themselves.
    response.headers["X-Robots-Tag"] = "noindex"
    return kept(request, response, changed, max_age=MAX_AGE)


def kept(request, response, changed=None, *, max_age):
    """An answer for everybody, known by its bytes: 304 where the reader has them."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    robots = response.headers.get("X-Robots-Tag")
    response = get_conditional_response(request, etag, changed, response)
    if robots:
        response.headers["X-Robots-Tag"] = robots
    patch_cache_control(response, public=True, max_age=max_age)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
