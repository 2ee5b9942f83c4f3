"""The portal as it is served: gunicorn with its own configuration, for as long as a test needs."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Nothing else: the caller's settings must not decide what these tests see.
KEPT = {"HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR"}


def environment(folder, **changes):
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return {**kept, "ENV_FILE": os.devnull, "DEBUG": "false", "VAR_DIR": str(folder), **changes}


def free_port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def served(folder, port=None, app=(), **changes):
    """The address of a gunicorn over the folder, for as long as the block lasts.

    app: another application than the portal's own, as an argument of gunicorn.
    """
    port = port or free_port()
    site = f"http://127.0.0.1:{port}"
    log = folder / f"server-{port}.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", *app]
    env = environment(folder, **{"PORT": str(port), "SITE_URL": site, **changes})
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + 30
        while not _answers(f"{site}/robots.txt"):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield site
    finally:
        server.terminate()
        server.wait(timeout=15)


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=30):  # noqa: S310  our own server
            return True
    except urllib.error.HTTPError as answer:
        answer.close()
        return True  # whatever it says
    except OSError:
        return False
