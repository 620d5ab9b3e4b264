"""The servers that are measured: ours and its peers, each started on a free port of the loopback and ended again."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

START_SECONDS = 300.0
END_SECONDS = 20.0
SAMPLE_SECONDS = 0.03
_PROBE = "ASK%20%7B%7D"


@dataclass(frozen=True)
class Server:
    """A running server: its name, port, the path of its SPARQL endpoint, its process, how long it took to answer."""

    name: str
    port: int
    path: str
    process: psutil.Process
    seconds: float = 0.0

    @property
    def tree(self) -> list[psutil.Process]:
        """The process and its descendants."""
        try:
            return [self.process, *self.process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def ours(data: Path | None, *, store: str = "memory", options: Sequence[str] = ()) -> Iterator[Server]:
    """Run `g7graph serve` over a framework's root or an RDF file (None: the project's own data)."""
    given = ["--data", str(data)] if data else []
    port = _free_port()
    command = [sys.executable, "-m", "g7graph", *given, "serve", "--port", str(port), "--store", store, *options]
    with _running("g7graph", command, port, "/sparql") as server:
        yield server


@contextmanager
def oxigraph(program: str, data: Path, *, union: bool = True) -> Iterator[Server]:
    """Run `oxigraph serve` in memory and load an N-Quads file into it."""
    port = _free_port()
    command = [program, "serve", "--bind", f"127.0.0.1:{port}", *(["--union-default-graph"] if union else [])]
    with _running("oxigraph", command, port, "/query") as server:
        _load(port, data)
        yield server


@contextmanager
def rdflib_endpoint(program: str, data: Path) -> Iterator[Server]:
    """Run `rdflib-endpoint serve` over an N-Triples file."""
    port = _free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]
    with _running("rdflib-endpoint", command, port, "/") as server:
        yield server


def pss_megabytes(server: Server) -> float:
    """Return the proportional set size of the process tree; what ends meanwhile counts nothing."""
    total = 0
    for process in server.tree:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e6


@contextmanager
def peak_pss(server: Server) -> Iterator[list[float]]:
    """Sample the memory of a server while the block runs; the list ends with one figure, the highest, in MB."""
    found = [pss_megabytes(server)]
    over = threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            found[0] = max(found[0], pss_megabytes(server))

    watcher = threading.Thread(target=sample, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


@contextmanager
def _running(name: str, command: Sequence[str], port: int, path: str) -> Iterator[Server]:
    """Start a program, wait until its endpoint answers, end it; what it printed is shown where it fails to start."""
    with tempfile.TemporaryFile() as printed:
        start = time.perf_counter()
        process = psutil.Popen(list(command), stdout=printed, stderr=subprocess.STDOUT)
        try:
            if not _answers(port, f"{path}?query={_PROBE}", process):
                printed.seek(0)
                raise SystemExit(f"{name} did not start:\n{printed.read().decode(errors='replace')[-2000:]}")
            yield Server(name, port, path, psutil.Process(process.pid), time.perf_counter() - start)
        finally:
            _end(process)


def _answers(port: int, target: str, process: psutil.Popen) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if get(port, target, timeout=START_SECONDS)[0] == http.client.OK:
                return True
        except (ConnectionError, http.client.HTTPException):
            pass
        time.sleep(0.005)
    return False


def get(port: int, target: str, *, timeout: float, accept: str = "*/*") -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of one GET. Raises TimeoutError, ConnectionError, HTTPException."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)) as connection:
        return got(connection, target, accept=accept)


def got(
    connection: http.client.HTTPConnection, target: str, *, accept: str = "*/*"
) -> tuple[int, dict[str, str], bytes]:
    """Return what `get` does, over a connection that stays open."""
    connection.request("GET", target, headers={"Accept": accept})
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def _load(port: int, data: Path) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with data.open("rb") as body:
        connection.request("POST", "/store", body=body, headers={"Content-Type": "application/n-quads"})
        answer = connection.getresponse()
        text = answer.read()
    connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise SystemExit(f"oxigraph did not load {data}: {answer.status} {text[:300]!r}")


def _end(process: psutil.Popen) -> None:
    """End a program and whatever it started."""
    if process.poll() is not None:
        return
    tree = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(tree, timeout=END_SECONDS)
    for one in left:
        one.kill()
    psutil.wait_procs(left, timeout=END_SECONDS)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
