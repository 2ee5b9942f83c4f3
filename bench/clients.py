"""Who asks: wrk where it is installed, else a plain client of our own. Both keep every connection
busy, one request at a time, and ask a list of addresses in turn.
"""

import json
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from bench.processes import ROOT, program

CONNECTIONS = 8  # as many as the server has threads

SCRIPT = """
local paths, requests, next = {PATHS}, {}, START
function init(args)
  for n, path in ipairs(paths) do
    requests[n] = wrk.format("GET", path, HEADERS)
  end
end
function request()
  next = next % #requests + 1
  return requests[next]
end
function done(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"count": %d, "asked": %d, "seconds": %f, "p50": %f, "p99": %f, "errors": %d}',
    summary.requests, summary.requests + CONNECTIONS, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Slice:
    """One short stretch of load: answers, milliseconds of the median and of one in a
    hundred, answers that were none, and the share of a core the client itself needed.
    """

    count: int
    asked: int  # what the server has worked for: the last ones were cut off
    seconds: float
    p50: float
    p99: float
    errors: int
    client: float = 0.0

    @property
    def rate(self):
        return self.count / self.seconds


def load(port, paths, seconds, *, headers=None, connections=CONNECTIONS, start=0, wrk=True):
    """Ask for so many seconds; the first address is paths[start]."""
    own = not (wrk and program("wrk"))
    before = _children()
    begun = time.perf_counter()
    ask = _with_our_own if own else _with_wrk
    told = ask(port, paths, seconds, headers or {}, connections, start % len(paths))
    busy = (_children() - before) / (time.perf_counter() - begun)
    return Slice(**json.loads(told), client=busy)


def _children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _with_wrk(port, paths, seconds, headers, connections, start):
    lua = SCRIPT.replace("PATHS", ", ".join(map(_quoted, paths))).replace("START", str(start))
    lua = lua.replace("CONNECTIONS", str(connections))
    pairs = ", ".join(f"[{_quoted(name)}] = {_quoted(value)}" for name, value in headers.items())
    lua = lua.replace("HEADERS", f"{{{pairs}}}")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(lua)
        file.flush()
        # Parts of a second are not wrk's.
        command = [program("wrk"), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", "20s", "--latency", "-s", file.name, f"http://127.0.0.1:{port}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr[done.stderr.index("{") :]


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _with_our_own(port, paths, seconds, headers, connections, start):
    wanted = json.dumps([port, paths, seconds, headers, connections, start])
    command = [sys.executable, "-m", "bench.clients"]
    done = subprocess.run(
        command, input=wanted, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


# Our own ------------------------------------------------------------------------------------------


class Connection:
    """A socket that asks, reads one answer to its end, and asks again."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.had, self.left, self.status = b"", None, 0

    def ask(self, request):
        self.had, self.left, self.begun = b"", None, time.perf_counter()
        self.socket.sendall(request)

    def read(self):
        """True when the answer is whole."""
        some = self.socket.recv(262_144)
        if not some:
            raise ConnectionError("the server hung up")
        if self.left is not None:
            self.left -= len(some)
            return self.left <= 0
        self.had += some
        head, end, body = self.had.partition(b"\r\n\r\n")
        if not end:
            return False
        self.status = int(head[9:12])
        _name, found, value = head.lower().partition(b"content-length:")
        self.left = (int(value.split(b"\r\n", 1)[0]) if found else 0) - len(body)
        return self.left <= 0


def ask_in_turn(port, paths, seconds, headers, connections, start):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode() for path in paths
    ]
    waiting, times, errors = selectors.DefaultSelector(), [], 0
    number = start
    begun = time.perf_counter()

    def begin(one=None):
        nonlocal number
        if one is None:
            one = Connection(port)
            waiting.register(one.socket, selectors.EVENT_READ, one)
        one.ask(requests[number % len(requests)])
        number += 1

    for _ in range(connections):
        begin()
    while waiting.get_map():
        for key, _mask in waiting.select(0.5):
            one = key.data
            try:
                if not one.read():
                    continue
                errors += one.status >= 400
                times.append((time.perf_counter() - one.begun) * 1000)
            except OSError:
                errors += 1
                waiting.unregister(one.socket)
                one.socket.close()
                one = None
            if time.perf_counter() - begun < seconds:
                begin(one)
            elif one:  # the last answers are waited for
                waiting.unregister(one.socket)
                one.socket.close()
    taken = time.perf_counter() - begun
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [0] * 99
    return {
        "count": len(times),
        "asked": len(times),
        "seconds": taken,
        "p50": cuts[49],
        "p99": cuts[98],
        "errors": errors,
    }


if __name__ == "__main__":
    print(json.dumps(ask_in_turn(*json.load(sys.stdin))))
