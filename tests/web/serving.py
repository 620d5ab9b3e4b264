"""A real service on the loopback, with a folder of its own for what is temporary, and plain connections with it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import quote

import psutil

SECONDS = 30.0
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"


class Answer:
    """What came back over a connection: the answers in it, and whether it was closed then."""

    def __init__(self, raw: bytes, *, closed: bool) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.raw, self.closed = raw, closed
        self.status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/") else 0
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}


class Server:
    """A service that was started, and the processes that it started."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port
        self.parent = psutil.Process(process.pid)

    @property
    def everybody(self) -> list[psutil.Process]:
        return [self.parent, *self.parent.children(recursive=True)]

    @property
    def nursery(self) -> psutil.Process:
        (one,) = [child for child in self.parent.children() if child.children()]
        return one

    @property
    def fronts(self) -> list[psutil.Process]:
        return [child for child in self.parent.children() if not child.children()]

    @property
    def open_files(self) -> int:
        return sum(front.num_fds() for front in self.fronts)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def send(self, raw: bytes) -> Answer:
        """Send bytes as they are; return what comes back until the connection is closed."""
        with self.connect() as connection:
            connection.sendall(raw)
            return received(connection)

    def ask(self, query: str = "ASK {}", **parameters: str) -> tuple[int, bytes]:
        """Ask a query; return the status and the body."""
        more = "".join(f"&{name}={quote(value)}" for name, value in parameters.items())
        return self.get(f"/sparql?query={quote(query)}{more}")

    def get(self, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> tuple[int, bytes]:
        """Return status and body of a GET, of a POST where there is something to send."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def metrics(self) -> dict[str, float]:
        """Return the sums of all fronts."""
        lines = self.get("/metrics")[1].decode().splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def is_well(self) -> bool:
        try:
            return bool(json.loads(self.get("/health")[1])["ready"])
        except (OSError, ValueError):
            return False

    def wait_until(self, true: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not true():
            assert self.process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.05)


def received(connection: socket.socket) -> Answer:
    """Return what comes over a connection until it is closed, or nothing has come for a while."""
    raw = b""
    with suppress(ConnectionResetError):
        try:
            while data := connection.recv(65_536):
                raw += data
        except TimeoutError:
            return Answer(raw, closed=False)
    return Answer(raw, closed=True)


def answered(connection: socket.socket) -> tuple[HTTPResponse, bytes]:
    """Read one answer as a client does."""
    response = HTTPResponse(connection)
    response.begin()
    return response, response.read()


@contextmanager
def serving(root: Path, temporary: Path, *options: str, code: str = "") -> Iterator[Server]:
    """Start a service whose temporary files go to a folder; whatever is left of it is ended.

    `code` is run before it starts: where a limit is too long for a test, it is made shorter.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = [sys.executable, "-c", f"{code}\nfrom g7graph.cli import main\nmain()"]
    command = [*start, "--data", str(root), "serve", "--port", str(port), *options]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    server = Server(process, port)
    everybody = [server.parent]
    try:
        server.wait_until(server.is_well)
        everybody = server.everybody
        yield server
        everybody = list({*everybody, *server.everybody}) if server.parent.is_running() else everybody
    finally:
        for one in everybody:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.communicate(timeout=SECONDS)
