"""Database triggers that mark a topic as changed, in the transaction of the change itself.

Whatever writes to a public table — a form, `update()`, an import, somebody at the database's own
prompt — bumps the topic's token, or nothing is written at all. So no door can be forgotten, and
nothing can happen between a change and the word of it.

Each connection of PostgreSQL bumps a row of its own, so that writers never wait for each other.
SQLite has one writer at a time and one row.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.db import connections

TABLE = "portal_topic"
PREFIX = "touch_"
EVENTS = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}


@dataclass(frozen=True)
class Watch:
    """A table whose changes readers see.

    topics: what they make stale. columns: the only ones that do, if not all (for UPDATE). where:
    SQL about a row called `{row}`; only rows for which it is or was true count.
    """

    table: str
    topics: tuple
    columns: tuple = ()
    where: str = ""


def _sqlite(watch):
    """(name, SQL to make it) of each trigger."""
    for event, sides in EVENTS.items():
        of = f" OF {', '.join(watch.columns)}" if watch.columns and event == "UPDATE" else ""
        when = " OR ".join(f"({watch.where.format(row=side)})" for side in sides)
        when = f" WHEN {when}" if watch.where else ""
        body = "".join(
            f"INSERT INTO {TABLE} (name, writer, token) SELECT '{topic}', 0, 0 WHERE NOT EXISTS"
            f" (SELECT 1 FROM {TABLE} WHERE name = '{topic}' AND writer = 0);"
            f" UPDATE {TABLE} SET token = token + 1 WHERE name = '{topic}' AND writer = 0; "
            for topic in watch.topics
        )
        sql = f"AFTER {event}{of} ON {watch.table} FOR EACH ROW{when} BEGIN {body}END"
        name = _name(watch.table, sql)
        yield name, [f"CREATE TRIGGER {name} {sql}"]


def _postgresql(watch):
    """One trigger for each statement, not for each row: an import of a million rows is one bump."""
    for event, sides in EVENTS.items():
        touch = "".join(
            f" INSERT INTO {TABLE} (name, writer, token) VALUES ('{topic}', pg_backend_pid(), 1)"
            f" ON CONFLICT (name, writer) DO UPDATE SET token = {TABLE}.token + 1;"
            for topic in watch.topics
        )
        of = tables = ""
        if watch.columns and event == "UPDATE":
            of = f" OF {', '.join(watch.columns)}"
        else:  # a statement that meets no row is none
            where = f" WHERE {watch.where.format(row='changed')}" if watch.where else ""
            found = " OR ".join(
                f"EXISTS (SELECT 1 FROM {side}_rows AS changed{where})" for side in sides
            )
            touch = f" IF {found} THEN{touch} END IF;"
            tables = " REFERENCING " + " ".join(f"{s.upper()} TABLE AS {s}_rows" for s in sides)
        body = f"BEGIN{touch} RETURN NULL; END"
        sql = f"AFTER {event}{of} ON {watch.table}{tables} FOR EACH STATEMENT"
        name = _name(watch.table, sql + body)
        yield (
            name,
            [
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                f" AS $body${body}$body$",
                f"CREATE TRIGGER {name} {sql} EXECUTE FUNCTION {name}()",
            ],
        )


def _name(table, sql):
    """The name says what it does: a trigger that is out of date has another one."""
    return f"{PREFIX}{table[:40]}_{sha256(sql.encode()).hexdigest()[:10]}"


def install(watches, using):
    """Make the triggers that are missing, drop those that are out of date. Safe to repeat.

    Called after every migration: SQLite drops a table's triggers when it rebuilds the table.
    """
    connection = connections[using]
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if TABLE not in tables:
            return
        cursor.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
            if is_sqlite
            else "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        known = {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}
        wanted = {}
        for watch in watches:
            if watch.table in tables:
                wanted |= dict((_sqlite if is_sqlite else _postgresql)(watch))
        for name in known.keys() - wanted.keys():
            cursor.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {known[name]}"))
            if not is_sqlite:
                cursor.execute(f"DROP FUNCTION {name}()")
        for name in wanted.keys() - known.keys():
            for statement in wanted[name]:
                cursor.execute(statement)
