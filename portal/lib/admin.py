"""What every list of the admin shares."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# Twice what anybody pages through; past it the list is for searching and filtering.
MOST = 1_000


class CappedPaginator(Paginator):
    """A paginator that counts at most MOST + 1 rows, so a list of millions opens as fast as one
    of ten. Use it with show_full_result_count = False: the admin counts a second time otherwise.
    """

    @cached_property
    def count(self):
        return min(self.object_list.order_by()[: MOST + 1].count(), MOST + 1)
