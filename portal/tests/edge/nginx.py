"""Starts deploy/nginx.conf itself; changed is what is a machine's own: ports, names, folders."""

import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from portal.tests.edge.load import ask
from portal.tests.serving import free_port

ROOT = settings.BASE_DIR
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
# In one file: a certificate of its own for news.example.org, for these tests alone.
CERTIFICATE = ROOT / "portal/tests/rates_example.pem"


def needed():
    """Marks a test that is left out where there is no nginx; under CI that is a failure."""
    return pytest.mark.skipif(
        NGINX is None and os.environ.get("CI") != "true",
        reason="no nginx here (apt install nginx)",
    )


def wait_for(port, process, log):
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        with closing(socket.socket()) as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}:\n{log.read_text()}")


def swapped(text, old, new, count=None):
    """The text with `old` changed; an error when the file no longer holds it."""
    text, found = re.subn(old, lambda match: new, text, flags=re.M)
    if not found or (count and found != count):
        raise AssertionError(f"deploy/nginx.conf: {old!r} found {found} times")
    return text


class Nginx:
    """`port` speaks http, `tls` https, `front` is port 80; `plain` is a proxy without our care."""

    def __init__(self, folder, nodes, files=None, weaker=()):
        self.folder, self.nodes = folder, nodes
        self.port, self.tls, self.front, self.plain = (free_port() for _ in range(4))
        self.cache = folder / "cache"
        if weaker:
            shutil.copytree(ROOT / "deploy/nginx", folder / "portal")
        else:
            (folder / "portal").symlink_to(ROOT / "deploy/nginx")
        for name in TEMPORARY:
            (folder / name).mkdir()
        self.conf = folder / "nginx.conf"
        self.conf.write_text(self.for_this_machine(files or folder / "files"))
        for old, new in weaker:  # a defence switched off, for a control
            self.weaken(old, new)

    def weaken(self, old, new):
        holding = [
            file
            for file in (self.conf, *(self.folder / "portal").glob("*.conf"))
            if old in file.read_text()
        ]
        assert holding, f"no configuration says {old!r}"
        for file in holding:
            file.write_text(file.read_text().replace(old, new))

    def for_this_machine(self, files):
        text = (ROOT / "deploy/nginx.conf").read_text()
        me = "root" if os.geteuid() == 0 else "nobody"
        own = "\n".join(f"    {name}_temp_path {self.folder / name};" for name in TEMPORARY)
        servers = "".join(f"server 127.0.0.1:{port} max_fails=0;" for port in self.nodes)
        plain = (
            f"server {{ listen 127.0.0.1:{self.plain}; location / {{ "
            f"proxy_pass http://127.0.0.1:{self.nodes[0]}; proxy_next_upstream off; }} }}"
        )
        for old, new, count in [
            (r"^ *listen \[::\].*\n", "", 5),
            (r"^user www-data;", f"user {me};", 1),
            (r"/run/nginx\.pid", f"{self.folder}/pid", 1),
            (r"/var/log/nginx", f"{self.folder}", 2),
            (r" buffer=64k flush=5s;", ";", 1),
            (r"^worker_processes auto;", "worker_processes 2;", 1),
            (r"^worker_rlimit_nofile 32768;", "", 1),
            (r"^(    include /etc/nginx/mime.types;)", f"include /etc/nginx/mime.types;\n{own}", 1),
            (r"(        server 127\.0\.0\.1:9001 max_fails=0;\n)+", servers, 1),
            (r"/var/cache/nginx/portal", f"{self.cache}", 1),
            (r"listen 80 default_server;", f"listen 127.0.0.1:{self.front} default_server;", 1),
            (r"listen 80;", f"listen 127.0.0.1:{self.front};", 1),
            (
                r"listen 443 ssl default_server;",
                f"listen 127.0.0.1:{self.tls} ssl default_server; "
                f"listen 127.0.0.1:{self.port} default_server;",
                1,
            ),
            (
                r"server_name news\.example\.org;",
                f"server_name localhost news.example.org 127.0.0.1; listen 127.0.0.1:{self.port};",
                1,
            ),
            (r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.tls} ssl http2;", 2),
            (r"/etc/letsencrypt/live/news\.example\.org/\w+\.pem", f"{CERTIFICATE}", 4),
            (r"default /srv/portal;", f"default {ROOT};", 1),
            (r"default /var/lib/portal;", f"default {files};", 1),
            (r"\}\s*\Z", f"{plain}\n}}\n", 1),
        ]:
            text = swapped(text, old, new, count)
        return text

    def log(self):
        """The lines of the access log, the one of a request made now included."""
        last = f"/last-line-{time.monotonic_ns()}/"
        ask(self.port, last)
        deadline = time.monotonic() + 10
        while last not in (text := (self.folder / "access.log").read_text()):
            assert time.monotonic() < deadline, "nginx wrote no log"
            time.sleep(0.01)
        return text.splitlines()

    def command(self, *more):
        return [NGINX, "-c", str(self.conf), "-e", str(self.folder / "error.log"), *more]

    @contextmanager
    def running(self):
        log = self.folder / "output.log"
        with log.open("w") as out:
            command = self.command("-g", "daemon off;")
            process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            wait_for(self.port, process, log)
            yield self
        finally:
            process.terminate()
            process.wait(timeout=10)


def in_front_of(folder, *nodes, **options):
    """One node is named three times, as the shipped file does."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return Nginx(folder, nodes * 3 if len(nodes) == 1 else nodes, **options).running()
