"""The stories of a question, ranked, within a deadline.

At most MOST stories are looked at: the newest that answer, and, where there are more, the newest of
the rest with every word in the headline, the lead or the names. A question that takes too long is
answered from the newest stories alone, and says so.
"""

import logging
import time
from dataclasses import dataclass, field, replace
from operator import itemgetter

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Value
from django.db.models.expressions import RawSQL
from django.utils import timezone

from news.models.search import second_of
from news.search import ranking, spelling
from news.search.deadline import TooSlow, within
from news.search.query import read

log = logging.getLogger(__name__)

MOST = 1_000
MOST_HEADS = 300
# Seconds of database time: together the hard deadline of 250 ms.
WHOLE, REST = 0.16, 0.08
# When there is no time for all, so many of the newest stories are looked through.
NEWEST = 500
# PostgreSQL: so many matches are quicker collected from the index than met on the way down from the
# newest story. Fewer where a phrase is asked: it is looked for in each story that has its words.
FEW, FEW_FOR_A_PHRASE = 8_000, 1_500

# PostgreSQL may have to look at many rows for older heads: after so long it takes no more of them.
_IN_TIME = "clock_timestamp() < statement_timestamp() + interval '90 ms'"
# Written by hand for one reason: SQLite must walk its index from the newest place downwards and
# stop at the limit. CROSS JOIN is its word for "in this order"; asked any other way it collects
# every match first, which for a common word is every story.
_SQLITE = (
    "news_search CROSS JOIN news_searchrow found ON found.place = news_search.rowid",
    "news_search.rowid",
    "news_search MATCH %s",
    "news_search MATCH %s",
)
_POSTGRESQL = (
    "news_searchrow found",
    "found.place",
    "found.words @@ %s::tsquery",
    "ts_filter(found.words, '{a}') @@ %s::tsquery"
    f" AND CASE WHEN {_IN_TIME} THEN found.words @@ %s::tsquery ELSE false END",
)
# Its planner walks down even for a word nobody wrote, and reads every story. So the index tells
# first how many match, and one of the two ways has nothing to do.
_EITHER_WAY = """
WITH matches AS (SELECT FROM news_searchrow found WHERE {match} LIMIT %s),
known AS MATERIALIZED (SELECT count(*) AS number FROM matches),
few AS MATERIALIZED ({pick} (SELECT number FROM known) <= %s AND {match} AND {seen}),
newest AS MATERIALIZED ((SELECT * FROM few ORDER BY place DESC LIMIT %s) UNION ALL
({pick} (SELECT number FROM known) > %s AND {match} AND {seen} {last}))"""
_ALL = "SELECT * FROM newest"
_WITH_HEADS = """
SELECT * FROM newest UNION ALL SELECT * FROM ({pick} (SELECT count(*) FROM newest) = %s
AND {place} < (SELECT min(place) FROM newest) AND {match_head} AND {seen} {last}) AS heads"""


@dataclass(frozen=True)
class Found:
    """Keys of stories in their order. is_cut: there are more; is_hasty: only new ones were seen;
    is_near: none has all the words, these have most of them. meant: a better question, which finds
    something; or "".
    """

    keys: list = field(default_factory=list)
    is_cut: bool = False
    is_hasty: bool = False
    is_near: bool = False
    meant: str = ""


def find(stories, query, *, by_relevance=True):
    """Those of `stories` (a query-set of what may be seen) that answer. One query; two more
    where none has all the words, or where there is no time.
    """
    if not query:
        return Found()
    is_hasty, began = False, time.monotonic()
    try:
        with within(WHOLE):
            rows = _rows(stories, query, MOST + 1, with_heads=by_relevance)
    except TooSlow:
        log.warning("search: no time for %r", query.typed)
        is_hasty, rows = True, _hastily(stories, query, began)
    if not rows and not is_hasty:
        return _otherwise(stories, query, began, by_relevance)
    is_cut = len(rows) > MOST
    return Found(_in_order(rows, query, by_relevance)[:MOST], is_cut, is_hasty)


def _left(began):
    """Seconds of database time that a search begun then still has; a moment at least."""
    return max(0.005, began + WHOLE + REST - time.monotonic())


def _otherwise(stories, query, began, by_relevance):
    """Those with most of the words, none where there are too few words; and what was meant. Two
    queries: for our words near to these, and for all that the stories are then asked.
    """
    attempts = spelling.attempts(query, _left(began) / 2)
    better = [read(attempt.text, query.languages) for attempt in attempts]
    better = [replace(one, scope=query.scope, places=query.places) for one in better]
    loose = query.loosened
    asked = [(loose, MOST)] if loose else []
    try:
        with within(_left(began)):
            found = _rows_of_each(stories, asked + [(one, 1) for one in better])
    except TooSlow:
        return Found()
    rows = found.pop(0) if loose else []
    keys = _in_order(rows, loose, by_relevance) if rows else []
    # Beside stories with most of the words, a better question has them all.
    finds = zip(attempts, found, strict=True)
    meant = (one.text for one, hits in finds if hits and not (rows and one.is_shorter))
    return Found(keys, is_near=bool(keys), meant=next(meant, ""))


def _in_order(rows, query, by_relevance):
    """The keys of rows."""
    if by_relevance:
        return ranking.ranked(rows, query, timezone.now().timestamp())
    return [row[0] for row in rows]


def _rows_of_each(stories, asked):
    """The rows (as of `_rows`) of each (query, most), in one query."""
    found = [[] for _ in asked]
    try:
        seen = _visible(stories)
    except EmptyResultSet:
        return found
    arms, params = [], []
    for number, (query, most) in enumerate(asked):
        if query:
            sql, known = _statement(query, most, *seen)
            arms.append(f"SELECT {number}, arm.* FROM ({sql}) AS arm")  # noqa: S608  no input
            params += known
    if not arms:
        return found
    rows = _fetched(" UNION ALL ".join(arms), params)
    for number, key, place, head in sorted(rows, key=itemgetter(2), reverse=True):
        found[number].append((key, second_of(place), head))
    return found


def _rows(stories, query, most, *, with_heads=False, is_near=False):
    """(key, second of publication, head) of the newest `most` that answer, the newest first.

    with_heads: and, where there are so many, of older ones that have every word in the head.
    is_near: `query` holds few places.
    """
    try:
        seen = _visible(stories)
    except EmptyResultSet:
        return []
    asked = _statement(query, most, *seen, with_heads=with_heads, is_near=is_near)
    return [(key, second_of(place), head) for key, place, head in _fetched(*asked)]


def _fetched(sql, params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _statement(query, most, seen, known, *, with_heads=False, is_near=False):
    """The SQL for `_rows` and its parameters; gives (key, place, head)."""
    is_sqlite = connection.vendor == "sqlite"
    tables, place, match, match_head = _SQLITE if is_sqlite else _POSTGRESQL
    of_all, of_heads = _asked(query)
    if query.places:
        seen, known = f"{place} BETWEEN %s AND %s AND {seen}", [*query.places, *known]
    parts = {
        "pick": f"SELECT found.article_id, found.place, found.head FROM {tables} WHERE",  # noqa: S608
        "place": place,
        "match": match,
        "match_head": match_head,
        "seen": seen,
        "last": f"ORDER BY {place} DESC LIMIT %s",
    }
    sql, params = "{pick} {match} AND {seen} {last}", [*of_all, *known, most]
    is_either_way = not is_sqlite and not is_near
    if is_either_way:
        likely, few = _likely(query)
        sql, params = _EITHER_WAY, [likely, few + 1, few, *params, few, *params]
    elif with_heads:
        sql = f"WITH newest AS ({sql})"
    if with_heads:
        sql, params = sql + _WITH_HEADS, [*params, most, *of_heads, *known, MOST_HEADS]
    elif is_either_way:
        sql += _ALL
    return sql.format(**parts), params


def _likely(query):
    """What at least the stories that answer match, asked of the index alone; how many are few."""
    likely = query.tsquery.replace(" <-> ", " & ")
    return likely, FEW if likely == query.tsquery else FEW_FOR_A_PHRASE


def _visible(stories):
    """The condition under which a row's story is one of `stories`, and its parameters."""
    this = stories.order_by().filter(pk=RawSQL("found.article_id", ()))
    sql, params = this.values_list(Value(1)).query.sql_with_params()
    return f"EXISTS ({sql})", list(params)


def _asked(query):
    """Parameters of the condition for a row and of the one for its head."""
    if connection.vendor == "sqlite":
        return [query.fts], [query.fts_head]
    return [query.tsquery], [query.tsquery_terms, query.tsquery]


def _hastily(stories, query, began):
    """Rows among the newest stories: bounded work, whatever the question is."""
    try:
        with within(max(0.02, _left(began))):
            newest = stories.newest().exclude(search_row=None)
            places = list(newest.values_list("search_row__place", flat=True)[:NEWEST])
            near = replace(query, places=(min(places), max(places))) if places else None
            return _rows(stories, near, NEWEST, is_near=True) if near else []
    except TooSlow:
        log.warning("search: no time at all for %r", query.typed)
        return []
