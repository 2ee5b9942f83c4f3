"""What search engines are told about the pages of prices. One query."""

from django.urls import reverse

from markets import quotes
from markets.models import Series
from portal.lib import languages
from portal.lib.sitemaps import Place


def pages(code):
    """Places of the board, the tools and every instrument, each as old as its newest value."""
    shown = list(quotes.best(Series.objects.in_force()).values())
    newest = max((quote.as_of for quote in shown if quote.is_known), default=None)
    yield _place(reverse("markets:board"), newest)
    for name in ("converter", "fuel", "status"):
        yield _place(reverse(f"markets:{name}"))
    for quote in shown:
        yield _place(quote.url, quote.as_of)


def _place(path, day=None):
    return Place(path, day, (), {code: languages.path_in(path, code) for code in languages.CODES})
