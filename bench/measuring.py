"""Short slices of load, each row's next to its yardstick's, in turn and several times over.

A busy neighbour slows both alike, so the ratio of two neighbours holds where seconds do not.
"""

import gzip
import statistics
import time
from dataclasses import asdict, replace

from bench import clients, processes

AGAIN = 4  # times a slice is repeated when only one of the workers had something to do
UNEVEN = 0.12
# Where a second holds few answers.
LONGER = {"cold": 2, "small": 2}


class NothingToMeasure(Exception):
    """An address does not answer what the row says."""


class Measuring:
    """`servers`: {name of Ask.server: [Program whose CPU counts, the one that is asked first]};
    postmaster: PostgreSQL's first process, whose family works for every server.
    """

    def __init__(self, servers, *, seconds=1, postmaster=None, wrk=True):
        self.servers, self.seconds = servers, seconds
        self.postmaster, self.wrk = postmaster, wrk
        self.turns = {}
        self.last = None  # (Ask, slice) that may serve as a neighbour twice

    def check(self, row):
        """Every kind of answer as it should be, its sizes, and what a 304 needs."""
        port = self.port(row.ask)
        for path in row.ask.paths[:: max(1, len(row.ask.paths) // 8)]:
            answer = processes.get(port, path, row.ask.sent)
            if answer.status != 200 or not answer.body:
                raise NothingToMeasure(f"{row.name}, {row.mode}: {path} answers {answer.status}")
        path = row.ask.paths[0]
        row.sizes = {
            kind or "identity": len(self._encoded(port, path, kind)) for kind in ("", "gzip", "br")
        }
        if row.status == 304:
            tag = processes.get(port, path).headers.get("etag")
            row.ask = replace(row.ask, headers=(*row.ask.headers, ("If-None-Match", str(tag))))
            answer = processes.get(port, path, row.ask.sent)
            if answer.status != 304 or answer.body:
                raise NothingToMeasure(f"{row.name}: {path} answers {answer.status} to its ETag")
        if row.mode == "nginx":
            one, other = (processes.get(port, ask.paths[0]).body for ask in (row.ask, row.against))
            if len(one) != len(other):
                raise NothingToMeasure(f"{row.name}: the file is not of the page's size")

    def _encoded(self, port, path, kind):
        answer = processes.get(port, path, {"Accept-Encoding": kind} if kind else {})
        if kind == "gzip" and answer.headers.get("content-encoding") == "gzip":
            gzip.decompress(answer.body)
        return answer.body

    def port(self, ask):
        return self.servers[ask.server][0].port

    def round(self, row):
        """One slice of the row between two of its yardstick."""
        same = self.last is not None and self.last[0] == row.against
        before = self.last[1] if same else self.slice(row.against)
        mine = self.slice(row.ask)
        after = self.slice(row.against)
        self.last = (row.against, after)
        row.slices.append((mine, [before, after]))

    def slice(self, ask):
        """A stretch of load: what clients.load() tells, CPU ms of the servers for each answer."""
        for _ in range(AGAIN):
            start = self.turns.get(ask, 0)
            before = self._cpu(ask), self._workers(ask)
            found = clients.load(
                self.port(ask),
                ask.paths,
                self.seconds * LONGER.get(ask.server, 1),
                headers=ask.sent,
                connections=ask.connections,
                start=start,
                wrk=self.wrk,
            )
            cpu = (self._settled(ask) - before[0]) * 1000 / max(1, found.asked)
            self.turns[ask] = start + found.count
            shares = [now - then for now, then in zip(self._workers(ask), before[1], strict=True)]
            even = ask.server == "nginx" or min(shares, default=1) > UNEVEN * sum(shares)
            if even:  # gunicorn may give every connection to the worker that woke first
                break
        return asdict(found) | {"rate": found.rate, "cpu": cpu, "even": even}

    def _settled(self, ask):
        """CPU seconds once the answers nobody waits for any more are done too."""
        now = self._cpu(ask)
        for _ in range(100):
            time.sleep(0.05)
            before, now = now, self._cpu(ask)
            if now - before < 0.015:  # a tick: somebody looked at a clock
                break
        return now

    def _cpu(self, ask):
        pids = [program.pid for program in self.servers[ask.server]]
        return sum(map(processes.cpu_seconds, pids + [self.postmaster] * bool(self.postmaster)))

    def _workers(self, ask):
        first = self.servers[ask.server][0].pid
        return [processes.cpu_seconds(pid) for pid in processes.family(first)[1:]]


def summary(row):
    """Medians over the rounds: the figures of a line of the table."""
    mine = [one for one, _neighbours in row.slices]
    middle = statistics.median

    def ratio(of):
        pairs = ((one[of], [n[of] for n in around]) for one, around in row.slices)
        return middle(one / (sum(around) / len(around) or 1) for one, around in pairs)

    yardstick = [one for _mine, around in row.slices for one in around]
    return {
        "name": row.name,
        "mode": row.mode,
        "rounds": len(row.slices),
        "ratio": ratio("rate"),
        "cpu_ratio": ratio("cpu"),
        "rate": middle(one["rate"] for one in mine),
        "p50_ms": middle(one["p50"] for one in mine),
        "p99_ms": middle(one["p99"] for one in mine),
        "cpu_ms": middle(one["cpu"] for one in mine),
        "yardstick_cpu_ms": middle(one["cpu"] for one in yardstick),
        "yardstick_rate": middle(one["rate"] for one in yardstick),
        "queries": row.queries,
        "bytes": row.sizes,
        "errors": sum(one["errors"] for one in mine),
        # The client itself needed a whole core: then the server could have answered more.
        "client_bound": middle(one["client"] for one in mine) > 0.9,
        "uneven": sum(not one["even"] for one in [*mine, *yardstick]),
    }
