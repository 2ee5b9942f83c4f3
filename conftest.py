"""The cast and the stage of every test: a reporter, an editor, a reader, an own media folder."""

import contextlib
import fcntl
import functools
import inspect
import ipaddress
import socket

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase, override_settings

from portal.lib import languages


@pytest.fixture(autouse=True, scope="session")
def _closed_network():
    """Nothing leaves this machine: an address that is not loopback is an error, not a delay."""
    connect = socket.socket.connect

    def only_loopback(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise RuntimeError(f"a test tried to reach {host}")
        return connect(self, address)

    socket.socket.connect = only_loopback
    yield
    socket.socket.connect = connect


@pytest.fixture(autouse=True)
def _turn(request, tmp_path_factory):
    """A test marked `alone` has the machine to itself: what it measures is not another test's work.

    All others share a lock that it holds alone, across the processes of one run.
    """
    is_alone = request.node.get_closest_marker("alone") is not None
    with (tmp_path_factory.getbasetemp().parent / "turns").open("a") as turns:
        fcntl.flock(turns, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        yield
        fcntl.flock(turns, fcntl.LOCK_UN)


@pytest.fixture(autouse=True, scope="session")
def _no_collected_files(tmp_path_factory):
    """Files of `make run` do not change what pages say in a test."""
    with override_settings(STATIC_ROOT=tmp_path_factory.getbasetemp() / "static"):
        yield


@pytest.fixture(autouse=True)
def _own_stage(settings, tmp_path_factory, request):
    """Uploads go to a folder of the test run; the language is the default one."""
    from django.utils import translation

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if not {"demo", "demo_to_read"} & set(request.fixturenames):
        settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"
    translation.activate(languages.DEFAULT)
    from portal import live
    from portal.lib import caching

    caching.forget()  # what an earlier test showed
    live.forget()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _quick_pictures():
    """The same renditions with the encoders' least effort: a quarter of the time."""
    from news import renditions

    renditions.FORMATS["avif"]["speed"] = 10
    renditions.FORMATS["webp"]["method"] = 0


@pytest.fixture(scope="session")
def demo_media(tmp_path_factory):
    """Where the demonstration's pictures lie: written once, named by their content."""
    return tmp_path_factory.mktemp("demo-media")


@pytest.fixture
def demo(db, settings, demo_media):
    """The whole demonstration, as `make run` loads it."""
    from portal.seeding import seed_demo

    settings.MEDIA_ROOT = demo_media
    seed_demo()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker, tmp_path_factory):
    """`with module_db(): ...` in a fixture of module scope: rows for all tests of the module.

    They go with the module; what a test changes goes with the test. Not with a live server.
    """

    @contextlib.contextmanager
    def writing(media=None):
        folder = override_settings(MEDIA_ROOT=media or tmp_path_factory.getbasetemp() / "media")
        whole_commit = TestCase.captureOnCommitCallbacks(execute=True)
        with django_db_blocker.unblock(), folder, whole_commit:
            yield

    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
    yield writing
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def _demo_of_the_module(module_db, demo_media):
    from portal.seeding import seed_demo

    with module_db(demo_media):
        seed_demo()


@pytest.fixture
def demo_to_read(_demo_of_the_module, db, settings, demo_media):
    """The demonstration with its search index, loaded once for all tests of a module."""
    settings.MEDIA_ROOT = demo_media


@pytest.fixture
def committed(db, django_capture_on_commit_callbacks):
    """`with committed(): ...`: what waits for the commit, the search row above all, is done."""
    return functools.partial(django_capture_on_commit_callbacks, execute=True)


@pytest.fixture
def base(db):
    """Roles, sections and instruments, without stories and quotes."""
    from portal.tests.again import again

    again("base", lambda: call_command("seed_base", verbosity=0))


@pytest.fixture
def sources_off(base):
    """A tick asks nobody for figures: to be refused and try again would take it half a minute."""
    from markets.models import Source

    Source.objects.update(is_enabled=False)


def _member(role, username):
    from portal.models import User

    user = User.objects.create_user(username, password="secret-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def reporter(base):
    return _member("Reporters", "reporter")


@pytest.fixture
def editor(base):
    return _member("Editors", "editor")


@pytest.fixture
def chief(base):
    return _member("Chief editors", "chief")


@pytest.fixture
def market_editor(base):
    return _member("Market editors", "markets")


@pytest.fixture
def reader(client):
    """Somebody without an account."""
    return client


@pytest.fixture
def desk(client, editor):
    """A client in which the editor is logged in."""
    client.force_login(editor)
    return client


def pytest_addoption(parser):
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out tests that use no database of this process: another one changes nothing",
    )


def _uses_database(item):
    """A test with `request` may ask for any fixture by its name: it counts as one that does."""
    return (
        "django_db_setup" in item.fixturenames
        or "request" in inspect.signature(item.function).parameters
        or item.get_closest_marker("django_db") is not None
    )


def _commits(item):
    marker = item.get_closest_marker("django_db")
    is_marked = marker is not None and marker.kwargs.get("transaction", False)
    return is_marked or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def pytest_collection_modifyitems(config, items):
    """Browser tests come last in each process.

    Playwright leaves an event loop running, and within one Django gives out other database
    connections than outside: what a later test wrote would stay behind.
    """
    with_rows = [item for item in items if "module_db" in item.fixturenames]
    for item in with_rows:  # who runs alone without `db` needs its tables, too
        item.add_marker(pytest.mark.django_db)
    if mixed := {one.path for one in with_rows} & {one.path for one in items if _commits(one)}:
        # The rows of the module would be there, uncommitted, while others are committed.
        raise pytest.UsageError(f"module_db beside tests that commit: {sorted(map(str, mixed))}")
    if config.getoption("database_only"):
        config.hook.pytest_deselected(items=[item for item in items if not _uses_database(item)])
        items[:] = filter(_uses_database, items)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
