"""Questions to the database that are written once: for those whose SQL takes longer to write than
to answer, which is nearly every question of a page.

A question is named by a key and built by a function of its values. The function is called once,
with values that nothing else is; their places among the parameters are what later calls fill.
"""

import uuid
from datetime import UTC, date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

MOST = 300
_FAR_BACK = datetime(1970, 3, 3, 3, 3, 3, tzinfo=UTC)
_written = {}


def rows(key, build, **values):
    """The rows, as the driver gives them, of build(**values): a query-set of values_list().

    key: names the question and everything that build() makes its SQL of, but for the values. They
    are instants of whole seconds, days, numbers, UUIDs or texts; build() may only put them into
    filters.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    return _answered(connection, _question(connection, key, build, values), values)


def groups(key, build, **values):
    """[(number, row), …] of the query-sets that build(**values) lists, numbered from 0, each with a
    limit of its own: in one query. `key` and `values` as in rows().
    """
    connection = connections[DEFAULT_DB_ALIAS]
    found = _answered(connection, _question(connection, ("groups", key), build, values), values)
    return [(row[0], row[1:]) for row in found]


def values(key, build, **values):
    """The same with each value as Django gives it: a Decimal, a date, an aware instant."""
    connection = connections[DEFAULT_DB_ALIAS]
    question = _question(connection, key, build, values)
    return [question.converted(row) for row in _answered(connection, question, values)]


def objects(key, build, **values):
    """The model instances of build(**values), with what its select_related(), only(), defer() and
    annotate() say of them; prefetches are left out. `key` and `values` as in rows().
    """
    connection = connections[DEFAULT_DB_ALIAS]
    question = _question(connection, key, build, values)
    return [question.made(row) for row in _answered(connection, question, values)]


def count(key, build, **values):
    """How many rows build(**values) has, which a long list should cut; the rest as in rows()."""
    connection = connections[DEFAULT_DB_ALIAS]
    question = _question(connection, ("count", key), build, values)
    sql = f"SELECT COUNT(*) FROM ({question.sql}) counted"  # noqa: S608  written by Django
    return _answered(connection, question, values, sql)[0][0]


def named(name, pks):
    """{name_0: pk, …}: as many values as a list has, for a question about all of it."""
    return {f"{name}_{place}": pk for place, pk in enumerate(pks)}


def _question(connection, key, build, values):
    key = (connection.vendor, key, len(values))
    question = _written.get(key)
    if question is None:
        if len(_written) >= MOST:
            _written.clear()
        question = _written[key] = Question(connection, build, values)
    return question


def _answered(connection, question, values, sql=""):
    known = {name: _adapted(connection, value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            sql or question.sql,
            [known[one.name] if isinstance(one, Place) else one for one in question.params],
        )
        return cursor.fetchall()


class Place:
    """Where a value stands among the parameters."""

    def __init__(self, name):
        self.name = name


class Question:
    """SQL, parameters with Places, and what makes an object of a row."""

    def __init__(self, connection, build, values):
        marks = {name: _mark(value, place) for place, (name, value) in enumerate(values.items(), 1)}
        asked = build(**marks)
        write = self._together if isinstance(asked, list) else self._alone
        self.sql, params = write(connection, asked)
        places = {_adapted(connection, mark): Place(name) for name, mark in marks.items()}
        self.params = [places.get(one, one) for one in params]
        if lost := set(values) - {one.name for one in self.params if isinstance(one, Place)}:
            raise ValueError(f"not among the parameters: {lost}")

    def _alone(self, connection, asked):
        compiler = asked.query.get_compiler(connection=connection)
        written = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_rest in compiler.select or ()])
        self.converters = [
            (place, converter, column, connection)
            for place, (several, column) in converters.items()
            for converter in several
        ]
        if issubclass(asked._iterable_class, ModelIterable):
            self.maker = Maker(compiler.klass_info, compiler.select)
            self.annotations = list((compiler.annotation_col_map or {}).items())
        return written

    def _together(self, connection, asked):
        """One statement for several: union() forbids limits within it on SQLite."""
        arms, every = [], []
        for number, one in enumerate(asked):
            sql, params = one.query.get_compiler(connection=connection).as_sql()
            arms.append(f"SELECT {number}, arm.* FROM ({sql}) arm")  # noqa: S608  Django's own
            every += params
        return " UNION ALL ".join(arms), every

    def converted(self, row):
        if self.converters:
            row = list(row)
            for place, converter, column, connection in self.converters:
                row[place] = converter(row[place], column, connection)
        return row

    def made(self, row):
        row = self.converted(row)
        made = self.maker.made(row)
        for name, place in self.annotations:
            setattr(made, name, row[place])
        return made


class Maker:
    """What makes an instance of some columns of a row, and the related ones in it of others."""

    def __init__(self, told, select):
        self.model = told["model"]
        places = {select[place][0].target.attname: place for place in told["select_fields"]}
        self.columns = [
            (field.attname, places[field.attname])
            for field in self.model._meta.concrete_fields
            if field.attname in places
        ]
        self.pk = places[self.model._meta.pk.attname]
        self.related = [
            (Maker(one, select), one["local_setter"], one["remote_setter"])
            for one in told.get("related_klass_infos", [])
        ]

    def made(self, row):
        if row[self.pk] is None:
            return None
        # As Model.from_db() does, without asking each field for what it was not given: columns
        # that are not here are deferred.
        made = self.model.__new__(self.model)
        state = made._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        known = made.__dict__
        for name, place in self.columns:
            known[name] = row[place]
        for maker, set_here, set_there in self.related:
            other = maker.made(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made


def _mark(value, place):
    if isinstance(value, datetime):
        return _FAR_BACK + timedelta(days=place)
    if isinstance(value, date):
        return (_FAR_BACK - timedelta(days=place)).date()
    if isinstance(value, int):
        return -(10**12) - place
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=place)
    return f"\x01{place}"


def _adapted(connection, value):
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
