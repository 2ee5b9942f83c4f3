"""Readers: one that asks once, and a thousand that ask at the same time and forget nothing."""

import asyncio
import http.client
import socket
import time
from collections import Counter
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    took: float = 0.0
    at: float = 0.0  # when it had come; a page is judged by when it was asked for

    @property
    def sent(self):
        return self.at - self.took

    @property
    def cache(self):
        return self.headers.get("x-cache", "")

    @property
    def text(self):
        return self.body.decode()


def ask(port, path="/", method="GET", body=None, **headers):
    """One request on a connection of its own."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    began = time.time()
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        caller.request(method, path, body=body, headers={"Host": "localhost", **sent})
        found = caller.getresponse()
        told = {name.lower(): value for name, value in found.getheaders()}
        body, at = found.read(), time.time()
        return Answer(found.status, told, body, at - began, at)
    finally:
        caller.close()


def raw(port, data, end=None):
    """What comes back for these very bytes, until `end` or until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(data)
        found = b""
        try:
            while not (end and end in found) and (part := caller.recv(65536)):
                found += part
        except (TimeoutError, ConnectionResetError):
            pass
        return found


async def _one(reader, writer, path, extra):
    began = time.perf_counter()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{extra}\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.lower()] = value.strip()
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers["content-length"]))
    return Answer(int(first.split()[1]), headers, body, time.perf_counter() - began, time.time())


async def _caller(port, paths, keep, answers, extra, own):
    reader = writer = None
    async for path in paths:
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", port, limit=1 << 20, local_addr=(own, 0)
                )
            answer = await _one(reader, writer, path, extra)
        except (OSError, asyncio.IncompleteReadError, KeyError) as problem:
            answer = Answer(0, {}, repr(problem).encode())  # the reader saw a broken connection
        answers.append(answer)
        if not keep or answer.status == 0 or answer.headers.get("connection") == "close":
            if writer:
                writer.close()
            writer = None
    if writer:
        writer.close()


async def _crowd(port, paths, connections, keep, extra, address):
    queue = iter(paths)
    answers = []

    async def shared():
        for path in queue:
            yield path

    callers = [
        _caller(port, shared(), keep, answers, extra, address or f"127.1.{n // 250}.{n % 250 + 1}")
        for n in range(connections)
    ]
    await asyncio.gather(*callers)
    return answers


def crowd(port, paths, connections=16, keep=True, extra="", address=None):
    """Every answer to all these paths, asked by so many readers at once.

    Each comes from an address of this machine's own network, unless all share one.
    """
    return asyncio.run(_crowd(port, paths, connections, keep, extra, address))


def statuses(answers):
    return Counter(answer.status for answer in answers)
