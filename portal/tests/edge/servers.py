"""gunicorn with deploy/gunicorn.conf.py: the portal itself, or a small application in its place."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from portal.tests.edge.nginx import ROOT, wait_for
from portal.tests.serving import environment, free_port

SMALL = "portal.tests.edge.node:application"


def children(pid):
    """The processes a process has begun and that live."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


class Gunicorn:
    def __init__(self, folder, app=None, port=None, **changes):
        self.folder, self.port = Path(folder), port or free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
        self.command += [app] if app else []
        self.changes = changes
        self.log = self.folder / f"gunicorn-{self.port}.log"

    def start(self):
        site = self.changes.get("SITE_URL", f"http://127.0.0.1:{self.port}")
        changes = {"SITE_URL": site, "VAR_DIR": str(self.folder), **self.changes}
        folder = changes.pop("VAR_DIR")
        env = environment(folder, PORT=str(self.port), **changes)
        with self.log.open("a") as out:
            self.process = subprocess.Popen(self.command, cwd=ROOT, env=env, stdout=out, stderr=out)
        wait_for(self.port, self.process, self.log)
        deadline = time.monotonic() + 30
        while len(self.workers()) < int(self.changes.get("WEB_CONCURRENCY", 2)):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)
        return self

    def workers(self):
        return children(self.process.pid)

    def kill(self):
        """As a power cut would: the master first, so that it begins nobody anew."""
        workers = self.workers()
        os.kill(self.process.pid, signal.SIGKILL)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=15)


@contextmanager
def gunicorn(folder, app=None, **changes):
    server = Gunicorn(folder, app, **changes).start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
