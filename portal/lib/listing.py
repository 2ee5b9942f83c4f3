"""Pages of a long list that cost the same near its end as at its start.

A list shows at most MAX_PAGES pages; what is older is reached through the archive by month. So
the database never skips more than 1,000 index entries and never counts more than 1,001 rows
(docs/decisions/0003-deep-pages.md).
"""

import re
from dataclasses import dataclass

from django.http import Http404

SIZE = 20
MAX_PAGES = 50
_NUMBER = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


@dataclass(frozen=True)
class Page:
    items: list
    number: int
    pages: int
    count: int
    path: str
    is_cut: bool  # there is more than MAX_PAGES pages: `count` and `pages` are a floor
    query: str = ""  # what else the address asks, ending in "&"

    def address(self, number):
        query = f"{self.query}page={number}" if number > 1 else self.query.rstrip("&")
        return f"{self.path}?{query}" if query else self.path

    @property
    def previous(self):
        return self.address(self.number - 1) if self.number > 1 else None

    @property
    def next(self):
        return self.address(self.number + 1) if self.number < self.pages else None

    @property
    def links(self):
        """Numbers for the pager: first, last and the neighbours; None is a gap."""
        near = {1, 2, self.pages, *range(self.number - 1, self.number + 2)}
        shown = sorted(number for number in near if 1 <= number <= self.pages)
        links, last = [], 0
        for number in shown:
            if number - last > 1:
                links.append((None, None))
            links.append((number, self.address(number)))
            last = number
        return links


def page_number(request):
    """What `?page=` asks for, from 1. Http404 when it is no number."""
    asked = request.GET.get("page", "1")
    if not _NUMBER.fullmatch(asked):
        raise Http404("page is not a number")
    return int(asked)


def page(request, count, load, *, size=SIZE, query=""):
    """The page that `?page=` asks for. Http404 when it is no number, or there is no such page.

    count(limit): how many rows there are, at most `limit`. load(start, end): the rows between.
    """
    number = page_number(request)
    limit = size * MAX_PAGES
    found = count(limit + 1)
    pages = max(1, -(-min(found, limit) // size))
    if number > pages:
        raise Http404("no such page")
    start = (number - 1) * size
    items = load(start, start + size) if found else []
    return Page(items, number, pages, found, request.path, found > limit, query)


def page_of(queryset, request, *, load=lambda rows: rows, size=SIZE, query=""):
    """The same of a query-set: ordered, unsliced.

    load: what turns it into what the page shows, applied after the cut so that skipped rows are
    read from the index alone.
    """

    def count(limit):
        return queryset.order_by()[:limit].count()

    def cut(start, end):
        wanted = queryset.values("pk")[start:end]
        ordering = queryset.query.order_by
        return list(load(queryset.model._default_manager.filter(pk__in=wanted).order_by(*ordering)))

    return page(request, count, cut, size=size, query=query)
