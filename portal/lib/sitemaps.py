"""Sitemaps as text: what the portal and its rooms describe, written as the protocol says.

https://www.sitemaps.org/protocol.html, with Google's extensions for news, pictures and languages.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse

from portal.lib import feeds, languages
from portal.lib.text import without_controls

SPACES = {
    "": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
MAX_AGE = 300  # seconds that a shared cache may answer without asking again


@dataclass(frozen=True, slots=True)
class News:
    name: str
    language: str
    published: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Place:
    """One page. path: its own; editions: {language: path} of all its languages, itself included."""

    path: str
    changed: datetime | date | None = None
    pictures: tuple = ()
    editions: dict | None = None
    news: News | None = None


def moment(value):
    """A W3C date: a whole instant in UTC, or a day."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def alternates(editions):
    """[(hreflang, path), …] of a page in several languages: all of them, and the default one as
    x-default; empty where there is no other language.
    """
    if len(editions) < 2:
        return []
    found = sorted(editions.items(), key=lambda pair: languages.CODES.index(pair[0]))
    if languages.DEFAULT in editions:
        found.append(("x-default", editions[languages.DEFAULT]))
    return found


def _quoted(text):
    return escape(text, {'"': "&quot;"})


def _whole(path):
    return _quoted(feeds.absolute(path) if path.startswith("/") else path)


def url(place):
    """<url> of a Place."""
    parts = [f"<url><loc>{_whole(place.path)}</loc>"]
    if place.changed:
        parts.append(f"<lastmod>{moment(place.changed)}</lastmod>")
    if place.news:
        news = place.news
        parts.append(
            f"<news:news><news:publication><news:name>{_quoted(news.name)}</news:name>"
            f"<news:language>{news.language}</news:language></news:publication>"
            f"<news:publication_date>{moment(news.published)}</news:publication_date>"
            f"<news:title>{_quoted(news.title)}</news:title></news:news>"
        )
    parts += [
        f"<image:image><image:loc>{_whole(picture)}</image:loc></image:image>"
        for picture in place.pictures
    ]
    parts += [
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{_whole(path)}"/>'
        for code, path in alternates(place.editions or {})
    ]
    return "".join([*parts, "</url>"])


def urlset(places):
    return _document("urlset", (url(place) for place in places))


def index(parts):
    """parts: [(path, changed), …] of the sitemaps."""
    return _document(
        "sitemapindex",
        (
            f"<sitemap><loc>{_whole(path)}</loc>"
            + (f"<lastmod>{moment(changed)}</lastmod>" if changed else "")
            + "</sitemap>"
            for path, changed in parts
        ),
    )


def _document(name, lines):
    spaces = SPACES.items() if name == "urlset" else [("", SPACES[""])]
    declared = " ".join(f'xmlns{":" if key else ""}{key}="{space}"' for key, space in spaces)
    text = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} {declared}>\n{text}\n</{name}>\n'


def answer(request, text, *, max_age=MAX_AGE):
    response = HttpResponse(without_controls(text), content_type="application/xml; charset=utf-8")
    response.headers["X-Robots-Tag"] = "noindex"  # the list itself is no search result
    return feeds.kept(request, response, max_age=max_age)


def site_name(code):
    return settings.SITE_NAMES.get(code) or settings.SITE_NAMES[languages.DEFAULT]
