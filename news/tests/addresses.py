"""Every address a reader can reach: the table that tests of the whole site walk through."""

from datetime import timedelta

from django.urls import URLPattern, get_resolver
from django.utils import timezone

from portal.lib import languages

HOUR = timedelta(hours=1)

# Every route of the URLconf a reader can reach, without the language. A new route that is not
# named here fails a test of news/tests/test_leaks.py.
PUBLIC = {
    "": ["/", "/?page=2"],
    "markets/": ["/markets/"],
    "markets/<slug:code>/": ["/markets/usd-rub/", "/markets/usd-rub/?page=2", "/markets/brent/"],
    "markets/all.csv": ["/markets/all.csv"],
    "markets/converter/": ["/markets/converter/"],
    "markets/fuel/": ["/markets/fuel/"],
    "markets/status/": ["/markets/status/"],
    "markets/status.json": ["/markets/status.json"],
    "markets/ticker/": ["/markets/ticker/"],
    "markets/<slug:code>/badge.svg": ["/markets/usd-rub/badge.svg"],
    "markets/<slug:code>.csv": ["/markets/usd-rub.csv"],
    "markets/<slug:code>.json": ["/markets/usd-rub.json"],
    "tag/<slug:slug>/": ["/tag/shared/", "/tag/shared/?page=2"],
    "author/<slug:slug>/": ["/author/shared/", "/author/shared/?page=2"],
    "source/<slug:slug>/": ["/source/shared/", "/source/shared/?page=2"],
    "archive/": ["/archive/"],
    "archive/<yyyy:year>/<dd:month>/": ["{month}", "{month}?page=2", "{next_month}"],
    "archive/<yyyy:year>/<dd:month>/<dd:day>/": ["{day}", "{day}?page=2", "{tomorrow}"],
    "search/": ["/search/", "/search/?q={asked}", "/search/?q={asked}&page=2", "/search/?q=the"],
    "corrections/": ["/corrections/", "/corrections/?page=2"],
    "about/": ["/about/"],
    "about/<slug:slug>/": ["/about/corrections/", "/about/none/"],
    "about/<slug:slug>/<yyyy:year>-<dd:month>-<dd:day>/": ["/about/about/2026-01-01/"],
    "<slug:section>/": ["/shared/", "/shared/?page=2", "/none/"],
    "article": ["{story}", "{number}", "{elsewhere}"],
    "article_unslashed": ["{unslashed}"],
    "media/<path:path>": ["/media/pictures/none.webp"],
    "preview/<str:token>/": ["/preview/none/"],  # nobody has its token: test_admin_history
    "favicon.ico": ["/favicon.ico"],
    "robots.txt": ["/robots.txt"],
    "metrics": ["/metrics"],
    "humans.txt": ["/humans.txt"],
    ".well-known/security.txt": ["/.well-known/security.txt"],
    "sitemap.xml": ["/sitemap.xml"],
    "sitemap-pages.xml": ["/sitemap-pages.xml"],
    "sitemap-news.xml": ["/sitemap-news.xml"],
    "sitemap-stories-<int:part>.xml": ["/sitemap-stories-1.xml", "/sitemap-stories-9.xml"],
    "site.webmanifest": ["/site.webmanifest"],
    "feeds/": ["/feeds/"],
    "feeds/all.<feed_form:form>": ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json"],
    "feeds/<feed_place:place>/<slug:slug>.<feed_form:form>": [
        f"/feeds/{place}/shared.{form}"
        for place in ("section", "tag", "author", "source")
        for form in ("rss", "atom", "json")
    ],
    "markets/<slug:code>/feed.<feed_form:form>": [
        "/markets/usd-rub/feed.rss",
        "/markets/brent/feed.atom",
        "/markets/usd-rub/feed.json",
    ],
}
# Addresses that no language has for itself.
OUTSIDE = (
    *(
        "/media/",
        "/preview/",
        "/favicon.ico",
        "/robots.txt",
        "/metrics",
        "/humans.txt",
        "/.well-known/",
    ),
    "/sitemap.xml",
)


def routes(patterns=None, prefix=""):
    """Routes of the URLconf; the one written as a regular expression goes by its name."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = str(getattr(entry.pattern, "_route", ""))
        if isinstance(entry, URLPattern):
            yield prefix + route if hasattr(entry.pattern, "_route") else entry.name
        elif getattr(entry, "namespace", None) != "admin":
            yield from routes(entry.url_patterns, prefix + route)


def addresses(code, story=None, asked="the"):
    """Concrete paths of every route in a language; with a story, also its own addresses."""
    now = timezone.localtime()
    tomorrow = now + timedelta(days=1)
    next_month = now.replace(day=28) + timedelta(days=7)
    values = {
        "asked": asked,
        "month": f"/archive/{now - HOUR:%Y/%m}/",
        "next_month": f"/archive/{next_month:%Y/%m}/",
        "day": f"/archive/{now - HOUR:%Y/%m/%d}/",
        "tomorrow": f"/archive/{tomorrow:%Y/%m/%d}/",
    }
    if story:
        path = languages.path_in(story.get_absolute_url(), languages.DEFAULT)
        values |= {
            "story": path,
            "number": f"/{story.section.slug}/{story.pk}/",
            "elsewhere": f"/none/{story.pk}-old-words/",
            "unslashed": path.rstrip("/"),
        }
    for route, paths in PUBLIC.items():
        for path in paths:
            if story is None and route.startswith("article"):
                continue
            path = path.format(**values)
            outside = path.startswith(OUTSIDE)
            yield path if outside else languages.path_in(path, code)
