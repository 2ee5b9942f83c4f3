"""The portal as `make run` serves it, and a browser before it.

One demonstration is prepared for the whole run. Each test process serves it with gunicorn; what
writes, or breaks the database, gets a server with a copy of its own.
"""

import fcntl
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import sync_playwright

from portal.tests.serving import ROOT, environment, served

from . import pages, tools


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """`with shared(name) as path`: a place all test processes know, for one of them at a time."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent

    @contextmanager
    def take(name):
        with (base / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield base / name

    return take


@pytest.fixture(scope="session")
def prepared(shared):
    """The folder of a portal with the demonstration."""
    with shared("portal") as folder:
        if not (folder / "ready").exists():
            folder.mkdir(exist_ok=True)
            command = [sys.executable, "manage.py", "prepare_run"]
            options = {"cwd": ROOT, "env": environment(folder), "text": True}
            done = subprocess.run(command, capture_output=True, **options)
            assert done.returncode == 0, done.stderr
            (folder / "ready").touch()
    return folder


def copy_of_the_database(prepared, folder):
    """A DATABASE_URL that nobody else uses."""
    with (
        closing(sqlite3.connect(prepared / "db.sqlite3")) as source,
        closing(sqlite3.connect(folder / "db.sqlite3")) as target,
    ):
        source.backup(target)
    return f"sqlite:///{folder}/db.sqlite3"


@pytest.fixture(scope="session")
def site(prepared):
    """The address of a portal for reading."""
    with served(prepared) as site:
        yield site


@pytest.fixture(scope="session")
def newsroom(prepared, tmp_path_factory):
    """The address of a portal for writing. Passwords are hashed as they are for real."""
    url = copy_of_the_database(prepared, tmp_path_factory.mktemp("newsroom"))
    with served(prepared, DATABASE_URL=url) as site:
        yield site


@pytest.fixture(scope="session")
def broken(prepared, tmp_path_factory):
    """The address of a portal that lost its database after one page in English and Russian."""
    folder = tmp_path_factory.mktemp("broken")
    url = copy_of_the_database(prepared, folder)
    # One process: it must be the one that showed the pages which is asked without a database.
    # Its connections are opened anew, so that it finds the file gone.
    with served(prepared, DATABASE_URL=url, WEB_CONCURRENCY="1", CONN_MAX_AGE="0") as site:
        for address in ("/", "/ru/"):
            assert pages.read(site + address)[0] == 200
        for file in folder.iterdir():
            file.unlink()
        yield site


# Not for the session: Playwright keeps an event loop running, which other tests may not want.
@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        browser = tools.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """An empty tab of a reader who was never here."""
    page = browser.new_page(viewport={"width": 400, "height": 600})
    yield page
    page.close()


@pytest.fixture(scope="session")
def address(site, broken):
    """The full address of a page kind."""
    known = {}

    def find(kind):
        if kind not in known:
            known[kind] = (
                broken + pages.BROKEN[kind]
                if kind in pages.BROKEN
                else site + pages.address(site, kind)
            )
        return known[kind]

    return find
