"""nginx as deploy/ ships it, in front of the portal that is measured; without TLS."""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from bench.processes import ROOT, Program, free_port, program

# What stands around the shipped parts: the ports and folders of this run.
SHELL = """
daemon off;
pid {folder}/pid;
error_log stderr warn;
worker_processes auto;
{user}
events {{ worker_connections 8192; }}
http {{
    include {folder}/mime.types;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream portal {{
        server 127.0.0.1:{origin} max_fails=0;
        server 127.0.0.1:{origin} max_fails=0;
        server 127.0.0.1:{origin} max_fails=0;
    }}
    proxy_cache_path {folder}/pages levels=1:2 keys_zone=pages:64m inactive=10d
                     max_size=2g use_temp_path=off;
    include portal/http.conf;
    access_log {folder}/access.log portal buffer=64k flush=5s;
    server {{
        listen 127.0.0.1:{port};
        server_name 127.0.0.1;
        set $portal_code {root};
        set $portal_files {files};
        include portal/server.conf;
    }}
}}
"""
TYPES = Path("/etc/nginx/mime.types")


@contextlib.contextmanager
def nginx(origin, files, log):
    """A Program in front of the origin's port; `files` is its VAR_DIR."""
    folder = Path(tempfile.mkdtemp(prefix="meridian-bench-nginx-"))
    (folder / "portal").symlink_to(ROOT / "deploy" / "nginx")
    types = TYPES.read_text() if TYPES.exists() else "types { text/html html; }"
    (folder / "mime.types").write_text(types)
    port = free_port()
    text = SHELL.format(
        folder=folder,
        origin=origin,
        port=port,
        root=ROOT,
        files=Path(files).resolve(),
        # Root's nginx would work as a user who may not read this checkout.
        user="user root;" if os.geteuid() == 0 else "",
    )
    (folder / "nginx.conf").write_text(text)
    command = [program("nginx"), "-p", folder, "-c", folder / "nginx.conf"]
    running = None
    try:
        running = Program(command, log=log, port=port).wait_for("/static/bench.html")
        yield running
    finally:
        if running:
            running.stop()
        shutil.rmtree(folder, ignore_errors=True)
