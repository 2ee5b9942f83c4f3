"""No search holds the database for longer than it may."""

import sqlite3
import time
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

# PostgreSQL reads no table from end to end for an answer, and compiles no plan: both take longer
# than the answer may. Sent in front of the query, in one message, which is one transaction.
_PLANS = "SET LOCAL enable_seqscan = off; SET LOCAL jit = off; SET LOCAL statement_timeout = {}; "
# Sent behind it: where the limit strikes as the query ends, the server tells so with its next
# statement, and that must be one of this message. Else it is the next question of the page.
_LIFTED = "; SET LOCAL statement_timeout = 0"
_ANY_PLAN = "SET LOCAL enable_seqscan = on; SET LOCAL jit = on; SET LOCAL statement_timeout = 0"
# How often SQLite looks at the clock, in steps of its machine: about every 0.1 ms.
_STEPS = 1_000


class TooSlow(Exception):
    """The time was over before the answer was there."""


@contextmanager
def within(seconds):
    """Queries of the block end, with TooSlow, when so much time has passed."""
    guard = _sqlite if connection.vendor == "sqlite" else _postgresql
    with guard(seconds):
        yield


@contextmanager
def _sqlite(seconds):
    connection.ensure_connection()
    raw, end = connection.connection, time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:  # the latter while logging it
        if "interrupted" in str(error):
            raise TooSlow from error
        raise
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _postgresql(seconds):
    end = time.monotonic() + seconds

    def limited(execute, sql, params, many, context):
        milliseconds = max(2, int((end - time.monotonic()) * 1000))
        done = execute(_PLANS.format(milliseconds) + sql + _LIFTED, params, many, context)
        for _ in range(_PLANS.count(";")):
            context["cursor"].cursor.nextset()  # to the rows of the query itself
        return done

    try:
        with _place_to_return_to(), connection.execute_wrapper(limited):
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":  # query_canceled
            raise TooSlow from error
        raise


@contextmanager
def _place_to_return_to():
    """A longer transaction goes on after a query that was stopped, and without limits."""
    if not connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute(_ANY_PLAN)
