"""Rows that hundreds of tests begin with: made once, then written again as they were."""

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

from portal.models import Topic

_recorded = {}  # key: (state of the tables before, {model: rows})


def again(key, make):
    """What make() adds to the database, by make() itself or in a tenth of the time.

    make() runs the first time, and where the tables are not as they were then: a test has written
    to them before, or the ids of permissions are other ones.
    """
    before, added = _recorded.get(key, ({}, {}))
    if not added or any(_edges(_rows(model)) != edges for model, edges in before.items()):
        _record(key, make)
        return
    with connection.cursor() as cursor:
        for model, rows in added.items():
            cursor.executemany(_insert(model), rows)
        # Other tests may have set the sequences of PostgreSQL back to what they had.
        for statement in connection.ops.sequence_reset_sql(no_style(), list(added)):
            cursor.execute(statement)


def _record(key, make):
    before = {model: _rows(model) for model in _models()}
    make()
    added = {}
    for model, old in before.items():
        new = _rows(model)
        if new[: len(old)] != old:
            return  # more than added
        if len(new) > len(old):
            added[model] = new[len(old) :]
    _recorded[key] = {model: _edges(before[model]) for model in _concerned(added)}, added


def _models():
    """Without what triggers write: they write it again."""
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and m is not Topic]


def _concerned(added):
    """The models of these rows, and those they point to."""
    fields = [field for model in added for field in model._meta.local_concrete_fields]
    return {*added, *(field.related_model for field in fields if field.related_model)}


def _columns(model):
    quote = connection.ops.quote_name
    return ", ".join(quote(field.column) for field in model._meta.local_concrete_fields)


def _rows(model):
    table, key = (
        connection.ops.quote_name(n) for n in (model._meta.db_table, model._meta.pk.column)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_columns(model)} FROM {table} ORDER BY {key}")  # noqa: S608
        return cursor.fetchall()


def _edges(rows):
    return len(rows), rows[-1:]


def _insert(model):
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(["%s"] * len(model._meta.local_concrete_fields))
    return f"INSERT INTO {table} ({_columns(model)}) VALUES ({places})"  # noqa: S608  our own names
