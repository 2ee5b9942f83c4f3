"""One at a time, over all processes that share the database; a dead process lets go by itself."""

import contextlib
import fcntl
import hashlib

from django.conf import settings
from django.db import connection


@contextlib.contextmanager
def only_one(name):
    """Yields True to the one holder of the name, False to everybody else; nobody waits.

    PostgreSQL keeps the lock with the session. SQLite lives on one machine, and there a locked
    file beside it does the same.
    """
    hold = _in_postgres if connection.vendor == "postgresql" else _in_a_file
    with hold(name) as is_mine:
        yield is_mine


@contextlib.contextmanager
def _in_postgres(name):
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        is_mine = cursor.fetchone()[0]
    try:
        yield is_mine
    finally:
        if is_mine and connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextlib.contextmanager
def _in_a_file(name):
    folder = settings.VAR_DIR / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True  # closing the file lets go
