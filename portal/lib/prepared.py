"""Questions to the database that are written once: for the few whose SQL takes longer to write
than to answer.
"""

from datetime import UTC, date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections

MOST = 200
_FAR_BACK = datetime(1970, 3, 3, 3, 3, 3, tzinfo=UTC)
_written = {}


def rows(key, build, **values):
    """The rows, as the driver gives them, of build(**values): a query-set of values_list().

    key: names the question and everything that build() makes its SQL of, but for the values. They
    are instants of whole seconds, days, numbers or texts; build() may only put them into filters.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    key = (connection.vendor, key)
    if key not in _written:
        if len(_written) >= MOST:
            _written.clear()
        _written[key] = _write(connection, build, values)
    sql, params = _written[key]
    known = {name: _adapted(connection, value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql, [known[one.name] if isinstance(one, Place) else one for one in params])
        return cursor.fetchall()


class Place:
    """Where a value stands among the parameters."""

    def __init__(self, name):
        self.name = name


def _write(connection, build, values):
    """(SQL, parameters with Places), found by asking for values that nothing else is."""
    marks = {name: _mark(value, place) for place, (name, value) in enumerate(values.items(), 1)}
    query = build(**marks).query
    sql, params = query.get_compiler(connection=connection).as_sql()
    places = {_adapted(connection, mark): Place(name) for name, mark in marks.items()}
    params = [places.get(one, one) for one in params]
    if lost := set(values) - {one.name for one in params if isinstance(one, Place)}:
        raise ValueError(f"not among the parameters: {lost}")
    return sql, params


def _mark(value, place):
    if isinstance(value, datetime):
        return _FAR_BACK + timedelta(days=place)
    if isinstance(value, date):
        return (_FAR_BACK - timedelta(days=place)).date()
    if isinstance(value, int):
        return -(10**12) - place
    return f"\x01{place}"


def _adapted(connection, value):
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
