"""Readers who ask for a page every few milliseconds, each over a line to a process they know."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass

from portal.tests.freshness.asking import PROCESSES, TRIES


@dataclass(frozen=True)
class Sight:
    """One look at a page: whether it was no more as the reader had it."""

    sent_at: float
    got_at: float
    is_changed: bool


class Line:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.process = 0

    async def ask(self, path, etag=None, *, is_last=False):
        """(status, body)"""
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port()}"]
        lines += [f"If-None-Match: {etag}"] if etag else []
        lines += ["Connection: close"] if is_last else []
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        self.process = int(told["x-process"])
        body = await self.reader.readexactly(int(told.get("content-length", 0)))
        return int(head[0].split()[1]), body

    def port(self):
        return self.writer.get_extra_info("peername")[1]

    async def close(self):
        self.writer.close()
        await asyncio.gather(self.writer.wait_closed(), return_exceptions=True)


async def connect(site):
    host, port = site.removeprefix("http://").split(":")
    return Line(*await asyncio.open_connection(host, int(port)))


async def _lines(site, count):
    """`count` lines to each of the processes."""
    found = defaultdict(list)
    for _try in range(TRIES):
        batch = [await connect(site) for _number in range(2 * count)]
        await asyncio.gather(*(line.ask("/robots.txt") for line in batch))
        for line in batch:
            if len(found[line.process]) < count:
                found[line.process].append(line)
            else:
                await line.close()
        if [len(some) for some in found.values()] == [count] * PROCESSES:
            return list(found.values())
    raise AssertionError(f"lines to { ({key: len(some) for key, some in found.items()}) } only")


async def _poll(line, path, before, every, end):
    sights = []
    etag = before.etag
    sent_at = 0.0
    while sent_at < end:
        sent_at = time.time()
        status, body = await line.ask(path, etag)
        is_same = status == 304 or (status, body) == (before.status, before.body)
        sights.append(Sight(sent_at, time.time(), not is_same))
        await asyncio.sleep(max(0, min(sent_at + every, end) - time.time()))
    return sights


def poll(site, known, every, end):
    """{name: [[Sight]]}, a list for each process, up to the first sent after `end`
    (POSIX time).

    known: {name: Answer as it was}. Each page is asked for every `every` seconds, the processes
    taking turns.
    """

    async def run():
        lines = await _lines(site, len(known))
        asked = [
            (name, _poll(line, answer.path, answer, every * PROCESSES, end))
            for mine in lines
            for line, (name, answer) in zip(mine, known.items(), strict=True)
        ]
        found = defaultdict(list)
        results = await asyncio.gather(*(coroutine for _name, coroutine in asked))
        for (name, _coroutine), sights in zip(asked, results, strict=True):
            found[name].append(sights)
        await asyncio.gather(*(line.close() for mine in lines for line in mine))
        return found

    return asyncio.run(run())


def crowd(site, path, count):
    """{(status, body): how many} of `count` readers who come at the same moment."""

    async def visit(line):
        try:
            return await line.ask(path, is_last=True)
        finally:
            await line.close()

    async def run():
        lines = await asyncio.gather(*(connect(site) for _number in range(count)))
        found = defaultdict(int)
        for answer in await asyncio.gather(*(visit(line) for line in lines)):
            found[answer] += 1
        return found

    return asyncio.run(run())
