"""/sitemap.xml names the parts of every edition; the parts stand among the edition's own pages."""

from itertools import chain

from django.http import Http404
from django.urls import reverse
from django.utils import translation

from markets import sitemaps as of_markets
from news import sitemaps as of_news
from portal.lib import languages, sitemaps
from portal.lib.caching import public_page

NEWS_MAX_AGE = 60


# Large and seldom asked for: not kept in memory.
_page = public_page("news", "markets", is_kept=False)


@_page
def index(request):
    found = of_news.parts()
    parts = []
    for code in languages.CODES:
        with translation.override(code):
            mine = sorted((number, at) for (of, number), at in found.items() if of == code)
            parts += [(reverse("sitemap_stories", args=[number]), at) for number, at in mine]
            parts.append((reverse("sitemap_pages"), None))
    return sitemaps.answer(request, sitemaps.index(parts))


@_page
def stories(request, part):
    """A part of the edition's stories; 404 for one without any."""
    places = of_news.stories(languages.current(), part)
    first = next(places, None)
    if first is None:
        raise Http404("no such part")
    return sitemaps.answer(request, sitemaps.urlset(chain([first], places)))


@_page
def pages(request):
    code = languages.current()
    places = [*of_news.pages(code), *of_markets.pages(code)]
    return sitemaps.answer(request, sitemaps.urlset(places))


@_page
def news(request):
    """The stories of two days; empty when there are none, which is what Google asks for."""
    places = of_news.news(languages.current())
    return sitemaps.answer(request, sitemaps.urlset(places), max_age=NEWS_MAX_AGE)
