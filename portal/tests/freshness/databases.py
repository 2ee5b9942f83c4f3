"""A database that a server and a test share: a copy of the test database, with real commits."""

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from urllib.parse import quote

from django.db import connections


@contextmanager
def own_database(folder):
    """What Django's default connection of this thread means, for as long as the block lasts.

    Yields (DATABASE_URL, away): `with away():` it does not answer, neither to us.
    """
    before = connections["default"]
    make = _sqlite if before.vendor == "sqlite" else _postgresql
    with make(before, folder) as (name, url, away):
        mine = type(before)({**before.settings_dict, "NAME": name}, alias="default")

        @contextmanager
        def absent():
            mine.close()
            with away():
                yield

        connections["default"] = mine
        try:
            yield url, absent
        finally:
            mine.close()
            connections["default"] = before


@contextmanager
def _sqlite(before, folder):
    home, elsewhere = folder / "database", folder / "away"
    home.mkdir()
    path = home / "db.sqlite3"
    before.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        before.connection.backup(copy)

    @contextmanager
    def away():
        home.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(home)

    yield str(path), f"sqlite:///{path}", away


@contextmanager
def _postgresql(before, folder):
    told = before.settings_dict
    source, name = told["NAME"], f"{told['NAME']}_fresh_{os.getpid()}_{time.monotonic_ns()}"
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    before.close()

    def by_hand(*statements):
        with before._nodb_cursor() as cursor:
            for statement, *values in statements:
                cursor.execute(statement, *values)

    by_hand((end, [source]), (f'CREATE DATABASE "{name}" TEMPLATE "{source}"',))

    @contextmanager
    def away():
        by_hand((f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false',), (end, [name]))
        try:
            yield
        finally:
            by_hand((f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true',))

    who = quote(told["USER"], safe="") + (
        f":{quote(told['PASSWORD'], safe='')}" * bool(told["PASSWORD"])
    )
    url = f"postgres://{who}@{told['HOST']}:{told['PORT'] or 5432}/{name}"
    try:
        yield name, url, away
    finally:
        by_hand((f'DROP DATABASE "{name}" WITH (FORCE)',))
