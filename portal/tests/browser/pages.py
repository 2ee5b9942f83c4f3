"""Every kind of page a reader can meet, and where a portal with the demonstration has it.

Addresses are found as a reader finds them, over HTTP, so the same table serves the tests and
shots.py. Nothing but the standard library is needed.
"""

import re
import tomllib
import urllib.error
import urllib.request
from html import unescape
from pathlib import Path
from urllib.parse import quote

STORIES = Path(__file__).resolve().parents[3] / "fixtures" / "demo" / "stories"
LANGUAGES = ("en", "ru", "kk")


def story(key, language="en"):
    """The demonstration's story with this key, through the search of its language."""

    def find(site):
        path = STORIES / language / f"{key}.html"
        matter = tomllib.loads(path.read_text(encoding="utf-8").split("+++\n")[1])
        search = "/search/" if language == "en" else f"/{language}/search/"
        page = read(f"{site}{search}?q={quote(matter['headline'])}")[1]
        page = re.sub("</?mark>", "", page)
        for address, headline in re.findall(r'<a href="([^"]+)">([^<]+)</a>', page):
            if unescape(headline) == matter["headline"]:
                return address
        raise LookupError(f"the search does not find {language}/{key}")

    return find


def linked(page, pattern):
    """The first link of a page that the pattern fits."""

    def find(site):
        found = re.search(f'href="({pattern})"', read(site + page)[1])
        if not found:
            raise LookupError(f"no link like {pattern} on {page}")
        return found[1]

    return find


def archive_day(site):
    """The oldest day of the newest month that has one: on its first day a month is empty."""
    for month in re.findall(r"/archive/\d{4}/\d\d/", read(f"{site}/archive/")[1]):
        day = re.search(rf'href="({month}\d\d/)"', read(site + month)[1])
        if day:
            return day[1]
    raise LookupError("the archive is empty")


def withdrawn(site):
    """The story readers once had and have no more. No page links to it: its number is tried."""
    # The demonstration is loaded file by file.
    likely = sorted(file.stem for file in (STORIES / "en").glob("*.html")).index("withdrawn-berth")
    for number in (likely + 1, *range(1, 200)):
        address = f"/oil-gas/{number}/"
        if read(site + address)[0] == 410:
            return address
    raise LookupError("no story is withdrawn")


PAGES = {
    "home": "/",
    "home-ru": "/ru/",
    "home-kk": "/kk/",
    "section": "/oil-gas/",
    "section-kk": "/kk/power/",
    "section-empty-kk": "/kk/fuel/",
    "tag": "/tag/pipelines/",
    "author": "/author/a-serikova/",
    "source": "/source/steppe-pipeline-register/",
    "archive": "/archive/",
    "archive-month": lambda site: archive_day(site)[:-3],
    "archive-day": archive_day,
    "article": story("eastern-line"),
    "article-ru": story("wind-second-line", "ru"),
    "article-kk": story("solar-tender", "kk"),
    "article-no-author": story("gas-storage-season"),
    "sponsored": story("sponsored-training"),
    "search": "/search/",
    "search-results": "/search/?q=pipeline",
    "search-page-2": "/search/?q=the&page=2",
    "search-nothing": "/search/?q=xyzzy",
    "search-filters": "/search/?q=brent&lang=all&section=nowhere&from=yesterday",
    "corrections": "/corrections/",
    "feeds": "/feeds/",
    "feeds-kk": "/kk/feeds/",
    "about": "/about/",
    "policy": "/about/standards/",
    "policy-earlier": linked("/about/standards/", r"/about/standards/[\d-]+/"),
    "markets": "/markets/",
    "markets-ru": "/ru/markets/",
    "instrument": "/markets/usd-rub/",
    "instrument-ru": "/ru/markets/brent/",
    "instrument-page-2": "/markets/brent/?range=1y&page=2",
    "instrument-fuel": "/markets/fuel-ai95-kz/?range=all",
    "markets-sorted": "/markets/?sort=-change",
    "converter": "/markets/converter/",
    "converter-wrong": "/markets/converter/?amount=ten&from=USD&to=USD&on=soon",
    "fuel-prices": "/markets/fuel/",
    "fuel-prices-ru": "/ru/markets/fuel/",
    "400": "/media/..%2fx",
    "404": "/no/such/page/",
    "404-ru": "/ru/no/such/page/",
    "405": "/corrections/",
    "410": withdrawn,
}
# On a portal whose database is gone; the last one never showed a page before that.
BROKEN = {"500": "/fuel/", "500-ru": "/ru/fuel/", "500-cold": "/kk/fuel/"}
POSTED = {"405"}
STATUS = {kind: int(kind[:3]) for kind in [*PAGES, *BROKEN] if kind[:3].isdecimal()}


def read(url, method="GET"):
    """(status, text) of an address, whatever the status."""
    request = urllib.request.Request(url, method=method)  # noqa: S310  our own server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def address(site, kind):
    """The path of a page kind on the portal at `site`."""
    place = PAGES[kind]
    return place(site) if callable(place) else place


def language(kind):
    code = kind.rpartition("-")[2]
    return {"cold": "kk"}.get(code, code if code in LANGUAGES else "en")
