"""make bench: how much a page costs, beside a constant Django view on the same machine.

    N=10000 DB=sqlite ONLY=article,home,cold ROUNDS=5 SECONDS=1 make bench

FRESH=1 loads anew; INDEX=0 leaves out the search index, DEMO=0 the demonstration and its pictures.
ONLY names pages (article home section tag author day month search feed sitemap board instrument
ticker), modes (cold warm 304 nginx), memory; growth (N stories against FEW=10000) with or without
pages; markets, another bench, alone.
docs/performance.md explains every figure.
"""

import contextlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

from bench import clients, edge, places, processes, report
from bench.measuring import Measuring, NothingToMeasure, summary
from bench.rows import MODES, growth, is_wanted, rows

ROOT = processes.ROOT
FEW = 10_000
PAGES = (
    "article home section tag author day month search feed sitemap board instrument ticker".split()
)
WORDS = {*PAGES, *MODES, "memory"}
LEAVE_OUT = ("INDEX", "DEMO")
APPLICATION = "portal.wsgi:application"


class Wishes:
    """What the environment asks for; whatever cannot be read ends in one sentence."""

    def __init__(self, environ):
        self.only = [word.strip() for word in environ.get("ONLY", "").split(",") if word.strip()]
        self.count = self._number(environ, "N", FEW)
        self.few = self._number(environ, "FEW", FEW)
        self.rounds = self._number(environ, "ROUNDS", 5)
        self.seconds = self._number(environ, "SECONDS", 1, float)
        self.database = environ.get("DB") or "sqlite"
        self.afresh = environ.get("FRESH", "0") not in {"", "0"}
        self.without = [f"--no-{name.lower()}" for name in LEAVE_OUT if environ.get(name) == "0"]
        self.wrk = environ.get("CLIENT", "wrk") == "wrk" and bool(processes.program("wrk"))
        self.folder = Path(environ.get("BENCH_DIR") or ROOT / "var" / "bench").resolve()
        if self.database not in {"sqlite", "postgres"}:
            sys.exit(f"DB={self.database} is neither sqlite nor postgres.")
        if strange := set(self.only) - WORDS:
            sys.exit(f"ONLY={','.join(self.only)}: {strange.pop()} is none of {_listed()}.")

    @staticmethod
    def _number(environ, name, default, kind=int):
        text = environ.get(name) or str(default)
        with contextlib.suppress(ValueError):
            if 0 < kind(text) < 10**9:
                return kind(text)
        sys.exit(f"{name}={text} is no number above zero.")

    def told(self):
        return {
            "stories": self.count,
            "database": self.database,
            "rounds": self.rounds,
            "seconds": self.seconds,
            "client": "wrk" if self.wrk else "our own",
            "connections": clients.CONNECTIONS,
            "workers": processes.WORKERS,
            "threads": processes.THREADS,
        }


def _listed():
    return f"{' '.join([*PAGES, *MODES])} memory; and markets alone"


class Bench:
    def __init__(self, wishes, stack, server):
        self.wishes, self.stack, self.server = wishes, stack, server
        self.logs = wishes.folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.missing, self.postmaster = [], None
        if server.name == "postgres":
            self.postmaster = processes.postmaster_of(server.backend())
            if self.postmaster is None:
                print("The database server's CPU time cannot be read here: it is not counted.")

    def place(self, count):
        one = places.Place(self.wishes.folder, count, self.server, self.wishes.without)
        one.fill(self.wishes.afresh)
        return one

    def addresses(self, place):
        command = [sys.executable, "-m", "bench.addresses"]
        env = place.environment()
        done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE)
        told = json.loads(done.stdout)
        if "--no-index" in self.wishes.without:
            told.pop("search")
        return told

    def start(self, name, place, application=APPLICATION, **env):
        env = place.environment(**env)
        one = processes.gunicorn(application, env, self.logs / f"{name}.log")
        self.stack.callback(one.stop)
        return one

    def measure(self, servers, found):
        """Each row in turn, again and again. What was measured is told even when interrupted."""
        wishes = self.wishes
        measuring = Measuring(
            servers, seconds=wishes.seconds, postmaster=self.postmaster, wrk=wishes.wrk
        )
        for row in list(found):
            try:
                measuring.check(row)
            except NothingToMeasure as problem:
                self.missing.append(str(problem))
                found.remove(row)
        begun, total = time.monotonic(), wishes.rounds * len(found)
        with contextlib.suppress(KeyboardInterrupt):
            for number in range(total):
                row = found[number % len(found)]
                measuring.round(row)
                left = (time.monotonic() - begun) / (number + 1) * (total - number - 1)
                if sys.stdout.isatty():
                    print(f"\r{number + 1} of {total}, {left:.0f} s left  ", end="", flush=True)
                elif row is found[-1]:
                    print(f"{number + 1} of {total} slices, {left:.0f} s left", flush=True)
        print()
        return [row for row in found if row.slices]


def pages(bench):
    """The table: cold, warm, 304, nginx, memory."""
    wishes = bench.wishes
    place = bench.place(wishes.count)
    told = bench.addresses(place)
    servers = {
        "constant": [bench.start("constant", place, "bench.constant:application")],
        "cold": [bench.start("cold", place, PAGE_MEMORY_MB=0)],
        "warm": [bench.start("warm", place)],
    }
    memory = {}
    warm = servers["warm"][0]
    if has_nginx := bool(processes.program("nginx")):
        for name in ("article", "home"):  # the files that nginx is held against
            path = told[name]["paths"][len(told[name]["paths"]) // 2]
            file = place.folder / "static" / f"bench-{name}.html"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(processes.get(warm.port, path).body)
        file = place.folder / "static" / "bench.html"
        file.write_text("there")
        log = bench.logs / "nginx.log"
        front = bench.stack.enter_context(edge.nginx(warm.port, place.folder, log))
        servers["nginx"] = [front, warm]
    else:
        print("No nginx here: its rows are left out.")
    words = [word for word in wishes.only if word != "memory"]
    found = []
    if words or not wishes.only:
        found = bench.measure(servers, rows(told, words, has_nginx=has_nginx))
    if not wishes.only or "memory" in wishes.only:
        with contextlib.suppress(KeyboardInterrupt):
            memory = weigh(bench, servers, told["article"]["paths"])
    return found, memory


def weigh(bench, servers, stories):
    """PSS of the servers; of the warm one until more stories make it no larger."""
    told = {}
    for name, words in (("constant", "constant view"), ("cold", "portal, PAGE_MEMORY_MB=0")):
        told[words] = processes.memory(servers[name][0].pid)
    if None in told.values():
        print("This system does not tell how much memory a process has to itself.")
        return {}
    warm, largest, calm = servers["warm"][0], 0, 0
    # A page stays when it is asked for twice; four times reaches both workers as a rule.
    asked = [path for path in stories for _ in range(4)]
    for turn in range(30):
        headers = {"Accept-Encoding": ("br", "gzip")[turn % 2]}
        start = turn * 388 % len(asked)
        clients.load(warm.port, asked, 2, headers=headers, start=start, wrk=bench.wishes.wrk)
        now = processes.memory(warm.pid)
        calm = 0 if now[1] > largest + 0.5 else calm + 1
        largest = max(largest, now[1])
        told["portal, page memory full"] = now
        if calm == 3:
            break
    lines = processes.get(warm.port, "/metrics").body.decode().splitlines()
    print("\n".join(line for line in lines if line.startswith("meridian_page_memory")))
    return told


def many(bench):
    """ONLY=growth: few stories against N."""
    wishes = bench.wishes
    if wishes.count <= wishes.few:
        sys.exit(f"ONLY=growth compares {wishes.few:,} stories with more: N=1000000, for instance.")
    few, large = bench.place(wishes.few), bench.place(wishes.count)
    told = {"small": bench.addresses(few), "cold": bench.addresses(large)}
    servers = {
        "small": [bench.start("small", few, PAGE_MEMORY_MB=0)],
        "cold": [bench.start("cold", large, PAGE_MEMORY_MB=0)],
    }
    found = growth(("small", told["small"]), ("cold", told["cold"]))
    return bench.measure(servers, [row for row in found if is_wanted(row, wishes.only)]), {}


def main():
    if os.environ.get("ONLY") == "markets":
        os.environ.pop("DB", None)
        return runpy.run_path(str(ROOT / "bench" / "markets.py"), run_name="__main__")
    wishes = Wishes(os.environ)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    wishes.folder.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(places.server(wishes.database, wishes.folder))
            bench = Bench(wishes, stack, server)
            of, memory = (many if "growth" in wishes.only else pages)(bench)
    except processes.DidNotStart as problem:
        sys.exit(str(problem))
    except subprocess.CalledProcessError as problem:
        sys.exit(f"{problem}\n{problem.stderr or ''}")
    except KeyboardInterrupt:
        sys.exit("\nInterrupted before anything was measured.")
    found = [summary(row) for row in of]
    print(report.table(found, memory))
    print()
    for text, met in report.aims(found, memory):
        print(f"  {'met   ' if met else 'MISSED'} {text}")
    results = Path(os.environ.get("RESULTS") or ROOT / "bench" / "results.json")
    report.write(results, wishes.told(), found, memory, of)
    print(f"\nEvery slice: {results}")
    if bench.missing:
        sys.exit("\n".join(["Left out, for nothing could be measured:", *bench.missing]))


if __name__ == "__main__":
    main()
