"""The stories of a question, ranked, within a deadline.

At most MOST stories are looked at: the newest that answer, and, where there are more, the newest
with every word in the headline, the lead or the names. A question that takes too long is answered
from the newest stories alone, and says so.
"""

import logging
import time
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils import timezone

from news.models import Article, SearchRow
from news.models.search import second_of
from news.search import ranking
from news.search.deadline import TooSlow, within

log = logging.getLogger(__name__)

MOST = 1_000
MOST_HEADS = 300
# Seconds of database time: together the hard deadline of 250 ms.
WHOLE, REST = 0.16, 0.08
# When there is no time for all, so many of the newest stories are looked through.
NEWEST = 500


@dataclass(frozen=True)
class Found:
    """Keys of stories in their order. is_cut: there are more; is_hasty: only new ones were seen."""

    keys: list = field(default_factory=list)
    is_cut: bool = False
    is_hasty: bool = False


def find(stories, query, *, by_relevance=True):
    """Those of `stories` (a query-set of what may be seen) that answer: one to three queries."""
    if not query:
        return Found()
    is_hasty, began = False, time.monotonic()
    try:
        with within(WHOLE):
            rows = _rows(_candidates(stories, words__matches=query)[: MOST + 1])
    except TooSlow:
        log.warning("search: no time for %r", query.typed)
        is_hasty, rows = True, _hastily(stories, query, began)
    is_cut = len(rows) > MOST
    if not by_relevance:
        return Found([row[0] for row in rows[:MOST]], is_cut, is_hasty)
    if is_cut:
        known = {row[0] for row in rows}
        rows += [row for row in _heads(stories, query, began) if row[0] not in known]
    keys = ranking.ranked(rows, query, timezone.now().timestamp())
    return Found(keys[:MOST], is_cut, is_hasty)


def _heads(stories, query, began):
    """Older rows with every word in the head; none when the time has gone into the newest."""
    try:
        with within(_left(began, WHOLE)):
            return _rows(_candidates(stories, words__head_matches=query)[:MOST_HEADS])
    except TooSlow:
        return []


def _left(began, seconds):
    return max(0.02, began + seconds - time.monotonic())


def _candidates(stories, **matching):
    visible = stories.order_by().filter(pk=OuterRef("pk"))
    rows = SearchRow.objects.filter(Exists(visible), **matching).order_by("-place")
    (query,) = matching.values()
    return rows.filter(place__range=query.places) if query.places else rows


def _rows(candidates):
    found = candidates.values_list("pk", "place", "head")
    return [(key, second_of(place), head) for key, place, head in found]


def _hastily(stories, query, began):
    """Rows among the newest stories: bounded work, whatever the question is."""
    newest = stories.newest().values("pk")[:NEWEST]
    try:
        with within(_left(began, WHOLE + REST)):
            rows = SearchRow.objects.filter(pk__in=list(newest.values_list("pk", flat=True)))
            return _rows(rows.filter(words__matches=query).order_by("-place"))
    except TooSlow:
        log.warning("search: no time at all for %r", query.typed)
        return []


def hits(keys):
    """The stories of a page of keys, in that order: two queries."""
    stories = Article.objects.published().for_hits().in_bulk(keys)
    return [stories[key] for key in keys if key in stories]
