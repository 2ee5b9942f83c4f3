"""Programs that are measured: started, asked until they answer, weighed, stopped."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
WORKERS, THREADS = 2, 4


class DidNotStart(Exception):
    """A program that is to be measured did not answer in time."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def environment(folder, **more):
    """What a process of the portal under measurement sees: nothing of a private .env."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}}
    own = {
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
        "WEB_CONCURRENCY": str(WORKERS),
        "WEB_THREADS": str(THREADS),
    }
    return kept | own | {name: str(value) for name, value in more.items()}


class Program:
    """A process of ours with its children; stopped by its own number and by no other."""

    def __init__(self, command, *, log, env=None, port=None, cwd=ROOT):
        self.port, self.log = port, Path(log)
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, path="/", seconds=60):
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if get(self.port, path).status < 500:
                    return self
            time.sleep(0.1)
        self.stop()
        raise DidNotStart(f"{self.log.stem} does not answer:\n{self.log.read_text()[-2000:]}")

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)  # its own session: start_new_session
                self.process.wait()


def gunicorn(application, env, log, *, path="/"):
    """The same flags for whatever is measured: those of deploy/gunicorn.conf.py."""
    port = free_port()
    env = env | {"PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", application]
    return Program(command, log=log, env=env, port=port).wait_for(path)


class Answer:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


def get(port, path, headers=None):
    """One request, its whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers or {})
        return Answer(connection.getresponse())
    finally:
        connection.close()


# What they cost -----------------------------------------------------------------------------------


def family(pid):
    """A process and its children's children, as they are now."""
    found, wanted = [], [pid]
    while wanted:
        one = wanted.pop()
        found.append(one)
        for task in PROC.glob(f"{one}/task/*/children"):
            with contextlib.suppress(OSError):
                wanted += map(int, task.read_text().split())
    return found


def cpu_seconds(pid):
    """CPU time of a process and its family, the dead ones they have waited for included."""
    total = 0
    for one in family(pid):
        with contextlib.suppress(OSError):
            total += sum(map(int, stat(one)[11:15]))
    return total / TICK


def stat(pid):
    """Fields of /proc/<pid>/stat after the name, which may hold spaces: state is the first."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def postmaster_of(backend):
    """The PostgreSQL server of one of its backends, when it runs here; None otherwise."""
    with contextlib.suppress(OSError, ValueError):
        if (PROC / str(backend) / "comm").read_text().startswith("postgres"):
            return int(stat(backend)[1])
    return None


def memory(pid):
    """(PSS of the children in MB, that of the whole family); None where Linux does not tell."""
    sizes = {}
    for one in family(pid):
        try:
            lines = (PROC / str(one) / "smaps_rollup").read_text().splitlines()
        except OSError:
            return None
        sizes[one] = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    total = sum(sizes.values()) / 1024
    return total - sizes[pid] / 1024, total


def program(name):
    """The path of a program; /usr/sbin too, which a plain user's PATH often lacks."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"]))
