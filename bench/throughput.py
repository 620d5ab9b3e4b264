"""Requests a second: wrk asks where it is installed, else a lean client of our own in a process of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.servers import Server, get

JSON = "application/sparql-results+json"
QUERIES = Path(__file__).with_name("queries")
_SCRIPT = Path(__file__).with_name("wrk.lua")
_LIMIT = re.compile(r"\bLIMIT (?P<number>\d+)\s*\Z")
_FIGURES = re.compile(r"^figures (\d+) (\d+) (\d+) (\d+)$", re.MULTILINE)
_TIMEOUT_SECONDS = 120
_MICROSECONDS = 1e6
_SPARE = 8  # wrk also makes requests that it does not send


@dataclass(frozen=True)
class Request:
    """A query whose last LIMIT grows by `step` from request to request (0: always the same), and an ETag to send."""

    text: str
    step: int = 1
    etag: str = ""
    accept: str = JSON

    @classmethod
    def named(cls, name: str) -> Request:
        """Read a query of bench/queries/."""
        return cls((QUERIES / f"{name}.rq").read_text(encoding="utf-8"))

    def targets(self, server: Server) -> tuple[str, int, str]:
        """Return what stands before the number in the request's target, the number, and what stands after it."""
        found = _LIMIT.search(self.text)
        assert found, "a query that varies ends with LIMIT"
        before, after = self.text[: found.start("number")], self.text[found.end("number") :]
        return f"{server.path}?query={quote(before, safe='')}", int(found["number"]), quote(after, safe="")


@dataclass(frozen=True)
class Figures:
    """What one run saw."""

    requests: int
    seconds: float
    failed: int
    bytes: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0


def answer(server: Server, request: Request) -> tuple[int, dict[str, str], bytes]:
    """Ask once; see `servers.get`."""
    before, number, after = request.targets(server)
    return get(server.port, f"{before}{number}{after}", timeout=_TIMEOUT_SECONDS, accept=request.accept)


class Asker:
    """Measures servers, and remembers how far the numbers of the varying requests went: none is ever asked twice."""

    def __init__(self) -> None:
        self._last: dict[tuple[Server, str], int] = {}

    def measure(self, server: Server, request: Request, *, concurrency: int, seconds: float) -> Figures:
        """Ask a server for some seconds."""
        first = self._last.get((server, request.text), request.targets(server)[1])
        with_wrk = shutil.which("wrk")
        figures = (_with_wrk if with_wrk else _in_process)(server, request, concurrency, seconds, first)
        if request.step:
            self._last[server, request.text] = first + figures.requests + concurrency + _SPARE
        return figures


def _with_wrk(server: Server, request: Request, concurrency: int, seconds: float, first: int) -> Figures:
    before, _, after = request.targets(server)
    etag = f"'{request.etag}'" if request.etag else "nil"
    values = {"PREFIX": before, "SUFFIX": after, "FIRST": first, "STEP": request.step, "ETAG": etag}
    script = _SCRIPT.read_text(encoding="utf-8").replace("@ACCEPT@", request.accept)
    for name, value in values.items():
        script = script.replace(f"@{name}@", str(value))
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        options = ["-t1", f"-c{concurrency}", f"-d{max(1, round(seconds))}s", f"--timeout={_TIMEOUT_SECONDS}s"]
        command = ["wrk", *options, "-s", file.name, f"http://127.0.0.1:{server.port}/"]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + _TIMEOUT_SECONDS)
    return _figures(run.stdout)


def _in_process(server: Server, request: Request, concurrency: int, seconds: float, first: int) -> Figures:
    before, _, after = request.targets(server)
    options = [server.port, before, after, first, request.step, request.accept, request.etag, concurrency, seconds]
    command = [sys.executable, "-m", "bench.throughput", *map(str, options)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + _TIMEOUT_SECONDS)
    return _figures(run.stdout)


def _figures(printed: str) -> Figures:
    found = _FIGURES.search(printed)
    assert found, printed
    requests, microseconds, failed, size = (int(each) for each in found.groups())
    return Figures(requests, microseconds / _MICROSECONDS, failed, size)


class Client:
    """The client that stands in for wrk: keep-alive connections that ask until the time is over."""

    def __init__(self, options: list[str]) -> None:
        self.port, self.before, self.after = int(options[0]), options[1], options[2]
        self.number, self.step = int(options[3]), int(options[4])
        matching = f"If-None-Match: {options[6]}\r\n" if options[6] else ""
        self.tail = f"{self.after} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {options[5]}\r\n{matching}\r\n"
        self.requests = self.failed = self.bytes = 0

    async def run(self, concurrency: int, seconds: float) -> float:
        """Ask on some connections at once; return the seconds it took."""
        start = time.perf_counter()
        await asyncio.gather(*(self._connection(start + seconds) for _ in range(concurrency)))
        return time.perf_counter() - start

    async def _connection(self, end: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        while time.perf_counter() < end:
            self.number += self.step
            writer.write(f"GET {self.before}{self.number}{self.tail}".encode())
            status, size = await _read(reader)
            self.requests += 1
            self.failed += status >= 400
            self.bytes += size
        writer.close()


async def _read(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Read one answer; return its status and the length of its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if found := re.search(r"\r\ncontent-length: *(\d+)", head):
        await reader.readexactly(int(found[1]))
        return status, int(found[1])
    size = 0
    while "\r\ntransfer-encoding: chunked" in head:
        length = int((await reader.readline()).split(b";")[0], 16)
        await reader.readexactly(length + 2)
        size += length
        if not length:
            break
    return status, size


def main() -> None:
    """Be the client: the arguments are those that `_in_process` gives."""
    client = Client(sys.argv[1:])
    seconds = asyncio.run(client.run(int(sys.argv[8]), float(sys.argv[9])))
    print(f"figures {client.requests} {int(seconds * _MICROSECONDS)} {client.failed} {client.bytes}")


if __name__ == "__main__":
    main()
