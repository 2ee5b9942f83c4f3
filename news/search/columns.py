"""The column that is searched: text under an FTS5 table, or a tsvector; and how it is asked."""

from django.db import models

from news.search import words


class WordsField(models.TextField):
    """A stream of tokens (news.search.words) as the database at hand searches it.

    Text that an FTS5 table reads, or a tsvector: written, and asked by `matches`; never read back.
    """

    def db_type(self, connection):
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_placeholder(self, value, compiler, connection):
        return "%s::tsvector" if connection.vendor == "postgresql" else "%s"

    def get_db_prep_value(self, value, connection, prepared=False):
        if connection.vendor != "postgresql" or value is None:
            return value
        return _as_tsvector(value)


def _as_tsvector(streams):
    """'head\\x01rest' as lexemes with positions; the head's are of weight A."""
    places, position = {}, 0
    for weight, stream in zip("AD", streams.split("\x01"), strict=False):
        for token in stream.split():
            position = min(position + 1, 16_383)
            if token != words.GAP:
                places.setdefault(token, []).append(f"{position}{weight}")
    return " ".join(f"'{token}':{','.join(found[:250])}" for token, found in places.items())


@WordsField.register_lookup
class Matches(models.Lookup):
    """search_row__words__matches=Query: the stories that answer it, all of them.

    To be combined with any other question; `news.search.finding` is quicker for the first of many.
    """

    lookup_name = "matches"
    prepare_rhs = False

    def as_sqlite(self, compiler, connection):
        place = f'{compiler.quote_name_unless_alias(self.lhs.alias)}."place"'
        found = "SELECT rowid FROM news_search WHERE news_search MATCH %s"
        return f"{place} IN ({found})", [self.rhs.fts]

    def as_postgresql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*params, self.rhs.tsquery]

    def get_db_prep_lookup(self, value, connection):
        return "%s", [value]
