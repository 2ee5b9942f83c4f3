"""Asking each process of a server, over a line of its own, so that none is left out."""

import http.client
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

PROCESSES = 2
TRIES = 60


@dataclass(frozen=True)
class Answer:
    path: str
    status: int
    headers: dict
    body: bytes
    process: int
    renders: int
    sent_at: float
    got_at: float

    @property
    def text(self):
        return self.body.decode()

    @property
    def etag(self):
        return self.headers.get("etag")

    @property
    def looks(self):
        """Equal for two answers that no reader and no cache could tell apart."""
        return self.status, self.etag, self.body


def ask(line, path, method="GET", headers=None, body=None):
    """The Answer to one question over an http.client connection."""
    sent_at = time.time()
    line.request(method, path, headers=headers or {}, body=body)
    told = line.getresponse()
    data = told.read()
    found = {name.lower(): value for name, value in told.getheaders()}
    found.pop("date", None)
    process, renders = (int(found.pop(name, 0)) for name in ("x-process", "x-renders"))
    return Answer(path, told.status, found, data, process, renders, sent_at, time.time())


class Lines:
    """One open connection to each process of a server. For one thread."""

    def __init__(self, site, processes=PROCESSES):
        self.host, self.port = site.removeprefix("http://").split(":")
        self.processes = processes
        self._lines = {}

    def _line(self):
        return http.client.HTTPConnection(self.host, int(self.port), timeout=30)

    def _find(self):
        """Connections are opened together until each process has answered one of them."""
        for _try in range(TRIES):
            batch = [self._line() for _number in range(4)]
            for line in batch:
                line.request("GET", "/robots.txt")
            for line in batch:
                told = line.getresponse()
                told.read()
                process = int(told.getheader("X-Process"))
                if process in self._lines or told.will_close:
                    line.close()
                else:
                    self._lines[process] = line
            if len(self._lines) == self.processes:
                return
        raise AssertionError(f"only {list(self._lines)} of {self.processes} processes answer")

    def ask_each(self, path, **options):
        """[Answer], one of each process."""
        if len(self._lines) < self.processes:
            self._find()
        return [self._ask(process, path, options) for process in sorted(self._lines)]

    def _ask(self, process, path, options):
        for _try in range(TRIES):
            line = self._lines.get(process)
            try:
                answer = ask(line, path, **options)
                assert answer.process == process
                return answer
            except (http.client.HTTPException, ConnectionError):  # hung up after some seconds
                line.close()
                del self._lines[process]
                self._find()
                assert process in self._lines, "a process has ended"
        raise AssertionError(f"process {process} always hangs up")

    def ask_all(self, paths, times):
        """{name: [Answer]}: `times` of each process for each of {name: path}, turn by turn."""
        found = {name: [] for name in paths}
        for _time in range(times):
            for name, path in paths.items():
                found[name] += self.ask_each(path)
        return found

    def close(self):
        for line in self._lines.values():
            line.close()
        self._lines.clear()


def fresh(site, path, **options):
    """The Answer to a visitor who was never here."""
    host, port = site.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        return ask(line, path, **options)
    finally:
        line.close()


@contextmanager
def watched(site, paths):
    """Readers who never stop asking while the block lasts; yields the list of their answers."""
    answers, failed, done = {name: [] for name in paths}, [], threading.Event()

    def go_round():
        lines = Lines(site)
        try:
            while not done.is_set():
                for name, path in paths.items():
                    answers[name] += lines.ask_each(path)
                    if done.wait(0.002):
                        return
        except Exception as error:
            failed.append(error)
        finally:
            lines.close()

    reader = threading.Thread(target=go_round)
    reader.start()
    try:
        yield answers
    finally:
        done.set()
        reader.join()
    if failed:
        raise failed[0]
