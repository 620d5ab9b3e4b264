"""Real SPARQL engines, started on the loopback in a folder of their own and ended again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from g7graph.store.address import Address

_SECONDS_TO_START = 60
_SECONDS_TO_END = 30
USER, PASSWORD = "dba", "dba"  # what Virtuoso begins with
_VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = 10000
"""


def oxigraph_program() -> str | None:
    """Where `oxigraph` is: beside the Python that runs, or on the path."""
    beside = Path(sys.executable).with_name("oxigraph")
    return str(beside) if beside.is_file() else shutil.which("oxigraph")


def virtuoso_program() -> str | None:
    """Where Virtuoso is, under the name that Debian or OpenLink gives it."""
    return shutil.which("virtuoso-t") or shutil.which("virtuoso")


@contextmanager
def oxigraph(*options: str) -> Iterator[Address]:
    """Start `oxigraph serve`, in memory."""
    port, program = free_port(), oxigraph_program()
    assert program
    base = f"http://127.0.0.1:{port}"
    with _running([program, "serve", "--bind", f"127.0.0.1:{port}", *options], f"{base}/query?query=ASK%7B%7D"):
        yield Address(f"{base}/query", f"{base}/update", f"{base}/store")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Address]:
    """Start Virtuoso with a new database in a folder; it takes writes from its first user, by digest authentication."""
    http, program = free_port(), virtuoso_program()
    assert program
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(sql=free_port(), http=http), encoding="utf-8")
    base = f"http://127.0.0.1:{http}"
    command = [program, "+foreground", "+configfile", "virtuoso.ini"]
    with _running(command, f"{base}/sparql?query=ASK%7B%7D", folder):
        yield Address(
            f"{base}/sparql", f"{base}/sparql-auth", f"{base}/sparql-graph-crud-auth", user=USER, password=PASSWORD
        )


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _running(command: list[str], url: str, folder: Path | None = None) -> Iterator[None]:
    """Run a server until the block ends; it has started when it answers."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(url, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(url, timeout=_SECONDS_TO_START) as response:  # noqa: S310 - our own server
                response.read()
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the engine ended"
            assert time.monotonic() < deadline, "the engine did not start"
            time.sleep(0.1)
        else:
            return
