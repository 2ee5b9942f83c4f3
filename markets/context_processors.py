"""The ticker for every page; a page that does not print it asks nothing of the database."""

from django.utils.functional import SimpleLazyObject

from markets import ticker as strip
from portal.lib import languages


def ticker(request):
    code = languages.current()
    return {"ticker": SimpleLazyObject(lambda: strip.current(code))}
