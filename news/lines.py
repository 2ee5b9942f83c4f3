"""Triggers that keep what bylines and tags repeat of their story (news/models/listed.py).

Whoever writes a story or a line of it, by whatever way: when the statement is over the line says
what the story says. What is written into these columns by hand is put right at once.

Made after every `migrate`, if missing: where SQLite rebuilds a table for a migration, its triggers
are lost. Lines are put right then, for nobody has watched them meanwhile.
"""

from hashlib import sha256

from django.db import connections, transaction

TABLES = ("news_byline", "news_article_tags")
PREFIX = "news_line_"
_NAMES = ("language", "status", "published_at", "expires_at")
_COLUMNS = ", ".join(_NAMES)


def _differ(one, other, word):
    return " OR ".join(f"{one}.{name} {word} {other}.{name}" for name in _NAMES)


def _sqlite():
    """{name: statements} of each trigger."""
    for table in TABLES:
        story = f"(SELECT {_COLUMNS} FROM news_article WHERE id = new.article_id)"  # noqa: S608
        write = f"UPDATE {table} SET ({_COLUMNS}) = {story} WHERE id = new.id;"  # noqa: S608
        yield f"AFTER INSERT ON {table} BEGIN {write} END"
        yield f"AFTER UPDATE OF article_id, {_COLUMNS} ON {table} BEGIN {write} END"
    new = ", ".join(f"new.{name}" for name in _NAMES)
    follow = " ".join(
        f"UPDATE {table} SET ({_COLUMNS}) = ({new}) WHERE article_id = new.id;"  # noqa: S608
        for table in TABLES
    )
    # A line may be there before its story, within a transaction.
    yield f"AFTER INSERT ON news_article BEGIN {follow} END"
    when = _differ("old", "new", "IS NOT")
    yield f"AFTER UPDATE OF {_COLUMNS} ON news_article WHEN {when} BEGIN {follow} END"


def _postgresql():
    """A new line holds its story until it is there itself: a change of the story waits, and finds
    it. A line that stays needs no such hold: the story's change comes to it in any case.
    """
    into = ", ".join(f"NEW.{name}" for name in _NAMES)
    read = f"SELECT {_COLUMNS} INTO {into} FROM news_article WHERE id = NEW.article_id"  # noqa: S608
    write = (
        "BEGIN IF TG_OP = 'INSERT' OR NEW.article_id IS DISTINCT FROM OLD.article_id"
        f" THEN {read} FOR NO KEY UPDATE; ELSE {read}; END IF; RETURN NEW; END"
    )
    for table in TABLES:
        yield write, f"BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW"
    follow = " ".join(
        f"UPDATE {table} SET ({_COLUMNS}) = ({into}) WHERE article_id = NEW.id;"  # noqa: S608
        for table in TABLES
    )
    follow = f"BEGIN {follow} RETURN NULL; END"
    yield follow, "AFTER INSERT ON news_article FOR EACH ROW"
    when = _differ("OLD", "NEW", "IS DISTINCT FROM")
    yield follow, f"AFTER UPDATE OF {_COLUMNS} ON news_article FOR EACH ROW WHEN ({when})"


def _wanted(vendor):
    """{name: statements that make it}. The name says what it does."""
    if vendor == "sqlite":
        return {(name := _name(sql)): [f"CREATE TRIGGER {name} {sql}"] for sql in _sqlite()}
    return {
        (name := _name(body + sql)): [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
            f" AS $body${body}$body$",
            f"CREATE TRIGGER {name} {sql} EXECUTE FUNCTION {name}()",
        ]
        for body, sql in _postgresql()
    }


def _name(sql):
    return PREFIX + sha256(sql.encode()).hexdigest()[:12]


def _known(cursor, vendor):
    """{name: table} of the triggers there are."""
    cursor.execute(
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if vendor == "sqlite"
        else "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {name: table for name, table in cursor.fetchall() if name.startswith(PREFIX)}


def ensure(connection):
    """Make what is missing, and put the lines right if anything was. Safe to repeat."""
    vendor = connection.vendor
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        wanted, known = _wanted(vendor), _known(cursor, vendor)
        if wanted.keys() == known.keys():
            return
        remove(cursor, vendor)
        if vendor == "postgresql":  # readers go on reading
            cursor.execute(
                f"LOCK TABLE news_article, {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE"
            )
        put_right(cursor, vendor)
        for statements in wanted.values():
            for statement in statements:
                cursor.execute(statement)


def remove(cursor, vendor):
    for name, table in _known(cursor, vendor).items():
        if vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
            cursor.execute(f"DROP FUNCTION {name}()")


def put_right(cursor, vendor):
    """Lines that say something else than their story."""
    differ = _differ("line", "story", "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM")
    for table in TABLES:
        said = ", ".join(f"{name} = story.{name}" for name in _NAMES)
        cursor.execute(
            f"UPDATE {table} AS line SET {said} FROM news_article AS story"  # noqa: S608
            f" WHERE story.id = line.article_id AND ({differ})"
        )


def after_migrate(sender, using, **kwargs):
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLES[0] not in connection.introspection.table_names(cursor):
            return
        table = connection.introspection.get_table_description(cursor, TABLES[0])
    if {column.name for column in table}.issuperset(_NAMES):  # not so before 0010_lists
        ensure(connection)
