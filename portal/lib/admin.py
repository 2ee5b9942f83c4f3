"""What every list of the admin shares."""

from functools import reduce
from itertools import product
from operator import or_

from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property

from portal.lib.text import one_line

# Twice what anybody pages through; past it the list is for searching and filtering.
MOST = 1_000


class CappedPaginator(Paginator):
    """A paginator that counts at most MOST + 1 rows, so a list of millions opens as fast as one
    of ten. Use it with show_full_result_count = False: the admin counts a second time otherwise.
    """

    @cached_property
    def count(self):
        return min(self.object_list.order_by()[: MOST + 1].count(), MOST + 1)


class AnyCaseSearch:
    """A ModelAdmin whose search finds every alphabet in any case.

    SQLite compares only Latin letters without case, so each word is looked for as it is typed and
    in the cases it may be written in.
    """

    def get_search_results(self, request, queryset, search_term):
        for word in one_line(search_term).split()[:8]:
            forms = {word, word.lower(), word.upper(), word.capitalize()}
            fields = (f"{field}__icontains" for field in self.get_search_fields(request))
            queryset = queryset.filter(reduce(or_, map(Q, product(fields, forms))))
        return queryset, False
