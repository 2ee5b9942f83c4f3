"""Where a filled portal lies, and when an old one may be used again."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.processes import ROOT, environment, free_port

# What decides whether rows of an earlier run are those that this code would write.
CODE = [
    *("news/models", "news/migrations", "news/search", "markets/models", "markets/migrations"),
    *("portal/models.py", "portal/migrations", "portal/seeding.py", "markets/sample.py"),
    *("fixtures", "bench/corpus.py", "bench/filling.py"),
]
PROGRAMS = "/usr/lib/postgresql"


class Place:
    """A folder with pictures and static files, a database, and a stamp once both are whole."""

    def __init__(self, folder, count, server, without=()):
        self.count, self.server, self.without = count, server, without
        self.folder = Path(folder) / "".join([f"{server.name}-{count}", *(w[1:] for w in without)])
        self.stamp = self.folder / "filled.json"

    @property
    def database(self):
        return self.folder.name.replace("-", "_")

    def environment(self, **more):
        return environment(self.folder, **self.server.environment(self.database), **more)

    def fill(self, afresh=False):
        """Make it ready, with its progress on the screen; says what it found or did."""
        code = fingerprint()
        known = self._known()
        if known.get("code") == code and self.server.has(self.database) and not afresh:
            hours = (time.time() - known["at"]) / 3600
            print(f"{self.count:,} stories of an earlier run, {hours:.1f} h old", flush=True)
            self._run("0", *self.without)
            return
        self.stamp.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.server.make(self.database)
        print(f"Loading {self.count:,} stories into {self.folder}", flush=True)
        begun = time.time()
        self._run(str(self.count), *self.without)
        seconds = round(time.time() - begun)
        told = {"code": code, "at": time.time(), "stories": self.count, "seconds": seconds}
        self.stamp.write_text(json.dumps(told))
        print(f"loaded in {seconds} s", flush=True)

    def _run(self, *arguments):
        command = [sys.executable, "-m", "bench.filling", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment(), check=True)

    def _known(self):
        with contextlib.suppress(OSError, ValueError):
            return json.loads(self.stamp.read_text())
        return {}


def fingerprint():
    digest = hashlib.sha256()
    for name in CODE:
        path = ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()


class SQLite:
    name = "sqlite"

    def environment(self, _database):
        return {}

    def has(self, _database):
        return True  # in the folder that the stamp stands in

    def make(self, _database):
        pass


class PostgreSQL:
    """Databases of ours on a server: DATABASE_URL's, or a private one."""

    name = "postgres"

    def __init__(self, url):
        self.url = urlsplit(url)

    def environment(self, database):
        return {"DATABASE_URL": urlunsplit(self.url._replace(path=f"/{database}"))}

    def has(self, database):
        asked = "SELECT 1 FROM pg_database WHERE datname = %s"
        return self._ask(asked, [database]) is not None

    def make(self, database):
        self._ask(f'DROP DATABASE IF EXISTS "{database}"')
        self._ask(f"CREATE DATABASE \"{database}\" TEMPLATE template0 ENCODING 'UTF8'")

    def backend(self):
        """The process that answers us."""
        return self._ask("SELECT pg_backend_pid()")[0]

    def _ask(self, sql, values=None):
        import psycopg

        with psycopg.connect(urlunsplit(self.url), autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchone() if cursor.description else None


@contextlib.contextmanager
def server(kind, folder):
    """Where the rows lie: SQLite files, DATABASE_URL's server, or a PostgreSQL started for us."""
    url = os.environ.get("DATABASE_URL", "")
    if kind == "postgres" and find_spec("psycopg") is None:
        sys.exit("DB=postgres needs the packages of requirements-prod.txt.")
    if kind == "sqlite":
        yield SQLite()
    elif url.startswith(("postgres:", "postgresql:")):
        yield PostgreSQL(url)
    else:
        with private_postgres(folder) as port:
            yield PostgreSQL(f"postgres://postgres@127.0.0.1:{port}/postgres")


@contextlib.contextmanager
def private_postgres(folder):
    """Our own server on a free port of loopback; its files are kept for the next run.

    Without fsync: what a crash could cost is loaded again. It refuses to run as root, who becomes
    the user `postgres`, in a folder which that user reaches.
    """
    found = sorted(Path(PROGRAMS).glob("*/bin"), key=lambda path: float(path.parent.name))
    programs = found[-1] if found else Path(shutil.which("initdb") or "").parent
    if not (programs / "initdb").exists():
        sys.exit("DB=postgres: neither DATABASE_URL nor PostgreSQL's own programs were found.")
    is_root, before = os.geteuid() == 0, []
    data = Path(folder, "postgres").resolve()
    if is_root:
        mark = hashlib.sha256(str(data).encode()).hexdigest()[:12]
        data = Path(tempfile.gettempdir(), f"meridian-bench-{mark}")
        before = ["runuser", "-u", "postgres", "--"]
    data.mkdir(parents=True, exist_ok=True)
    if is_root:
        shutil.chown(data, "postgres")

    def run(name, *arguments):
        command = [*before, programs / name, "-D", data / "data", *arguments]
        subprocess.run(command, cwd=data, check=True, stdout=subprocess.DEVNULL)

    if not (data / "data" / "PG_VERSION").exists():
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    port = free_port()
    flags = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    flags += " -c shared_buffers=256MB"
    run("pg_ctl", "-w", "-s", "-l", data / "log", "-o", flags, "start")
    try:
        yield port
    finally:
        run("pg_ctl", "-s", "-m", "fast", "stop")
