"""A server of two processes, a database of their own, and this process as the newsroom."""

import itertools
import resource
from contextlib import contextmanager

import pytest
from django.test import override_settings

from portal.tests.freshness.databases import own_database
from portal.tests.freshness.room import Room
from portal.tests.serving import served

APP = ("portal.tests.freshness.wsgi:application",)
MOST_FILES = 4_096


@pytest.fixture(scope="package")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("freshness")


@pytest.fixture(scope="package")
def db(django_db_setup, django_db_blocker, folder):
    """(DATABASE_URL, away): a database this process commits to and the servers read.

    It takes the place of pytest-django's fixture, so that the test database is made for it.
    """
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "media"),
        own_database(folder) as (url, away),
    ):
        yield url, away


@pytest.fixture(scope="package")
def room(db):
    return Room(db[0])


@pytest.fixture(scope="package")
def serve(db, folder):
    """`with serve(...) as site`: two processes of four threads over the database."""
    numbers = itertools.count(1)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, limits[1]), limits[1]))

    @contextmanager
    def start(without="", **changes):
        own = folder / f"server-{next(numbers)}"
        own.mkdir()
        options = {"WEB_CONCURRENCY": "2", "WEB_THREADS": "4", "FRESHNESS_WITHOUT": without}
        with served(own, app=APP, DATABASE_URL=db[0], **options, **changes) as site:
            yield site

    yield start
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.fixture(scope="package")
def site(serve, room):
    """The address of the portal with all its defences."""
    with serve() as site:
        yield site


@pytest.fixture(scope="package")
def sabotaged(serve, room):
    """The same without them, for the tests of the tests."""
    with serve("flights,purify,sessions") as site:
        yield site
