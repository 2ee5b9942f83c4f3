"""What the database needs besides the tables of the models: an FTS5 index, or GIN indexes.

Made after every `migrate`, if missing: where SQLite rebuilds a table for a migration, the triggers
that keep the index true are lost with the old one.
"""

# The index keeps no text of its own: it reads news_searchrow, and the triggers tell it the old text
# it must forget. Its rows are numbered by `place`, that is by the hour of publication, so the
# newest matches are read first and the rest not at all. The tokens are ours: `ascii` only splits
# at spaces and leaves every other alphabet alone.
_FORGET = """INSERT INTO news_search(news_search, rowid, head, words)
    VALUES ('delete', old.place, old.head, old.words);"""
_LEARN = "INSERT INTO news_search(rowid, head, words) VALUES (new.place, new.head, new.words);"
_SQLITE = [
    """CREATE VIRTUAL TABLE IF NOT EXISTS news_search USING fts5(head, words,
    content='news_searchrow', content_rowid='place', tokenize='ascii', prefix='3')""",
    f"""CREATE TRIGGER IF NOT EXISTS news_search_added
    AFTER INSERT ON news_searchrow BEGIN {_LEARN} END""",
    f"""CREATE TRIGGER IF NOT EXISTS news_search_removed
    AFTER DELETE ON news_searchrow BEGIN {_FORGET} END""",
    f"""CREATE TRIGGER IF NOT EXISTS news_search_changed
    AFTER UPDATE OF place, head, words ON news_searchrow BEGIN {_FORGET} {_LEARN} END""",
]
_POSTGRESQL = [
    # Read often and compressed badly: uncompressed it is looked at in half the time.
    "ALTER TABLE news_searchrow ALTER COLUMN words SET STORAGE EXTERNAL",
    "CREATE INDEX IF NOT EXISTS news_search_words ON news_searchrow USING gin (words)",
    """CREATE INDEX IF NOT EXISTS news_search_head
    ON news_searchrow USING gin (ts_filter(words, '{a}'))""",
]


def ensure(connection):
    """Make what is missing."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            statements = _SQLITE
        else:
            # Asked first: a transaction that has changed rows may make nothing, needed or not.
            cursor.execute("SELECT to_regclass('news_search_head')")
            statements = _POSTGRESQL if cursor.fetchone() == (None,) else []
        for statement in statements:
            cursor.execute(statement)


def after_migrate(sender, using, **kwargs):
    from django.db import connections

    connection = connections[using]
    if "news_searchrow" in connection.introspection.table_names():
        ensure(connection)


def prepare(connection):
    """Before many rows are written: PostgreSQL collects what goes into a GIN index in memory."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET gin_pending_list_limit = '64MB'")
            cursor.execute("SET work_mem = '128MB'")


def settle(connection):
    """After many rows were written: what makes the next questions quick."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO news_search(news_search, rank) VALUES ('merge', -64)")
        else:
            cursor.execute("SELECT gin_clean_pending_list('news_search_words')")
            cursor.execute("SELECT gin_clean_pending_list('news_search_head')")
            cursor.execute("ANALYZE news_searchrow")
            cursor.execute("RESET work_mem; RESET gin_pending_list_limit")
