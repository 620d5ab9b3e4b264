"""A real `g7graph serve`, writable or not, in a process group of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from tests.engines import free_port

TOKEN = "a-token-of-some-length"  # noqa: S105 - of a server that a test starts
KILLER = "import os, signal, sys, time; time.sleep(float(sys.argv[2])); os.killpg(int(sys.argv[1]), signal.SIGKILL)"
_SECONDS = 60


@dataclass(frozen=True)
class Running:
    """A service that runs: its address, its parent process, what it says on standard error."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Return what it has said so far."""
        return self.log.read_text(encoding="utf-8")

    def version(self) -> str:
        """Return the version of the data that it serves."""
        return str(json.loads(send(f"{self.url}/health"))["data"])

    def keeper(self, store: Path) -> int:
        """Return the process that holds a store for writing: a child of the parent that has its lock open."""
        lock = str(store) + ".lock"
        return next(one for one in children(self.process.pid) if lock in _open_in(one))

    def writing(self) -> int:
        """Return the process that writes: the child of the parent that has forked others."""
        return next(one for one in children(self.process.pid) if children(one))


@contextmanager
def serving(data: Path, *options: object, writable: bool = True) -> Iterator[Running]:
    """Serve some data until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    words = ["--data", data, "--lang", "en", "serve", "--port", port, *options, *(["--writable"] if writable else [])]
    command = [sys.executable, "-m", "g7graph", *map(str, words)]
    with tempfile.NamedTemporaryFile() as said:
        process = subprocess.Popen(command, env=environ(), start_new_session=True, stderr=said)
        try:
            until(lambda: send(f"{url}/health"), process)
            yield Running(url, process, Path(said.name))
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def environ() -> dict[str, str]:
    """Return the environment of a writable service."""
    return {**os.environ, "G7GRAPH_TOKEN": TOKEN}


def until(done: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Try until something is done; what the network or the service refuses meanwhile is no matter."""
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            done()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def send(
    url: str, body: str | None = None, kind: str = "application/sparql-update", method: str | None = None
) -> bytes:
    """Send a request, with the token where it has a body; return what is answered."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind, "Accept": "*/*"} if body is not None else {}
    asked = urllib.request.Request(url, body.encode() if body is not None else None, headers, method=method)  # noqa: S310 - our own server
    with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310
        return bytes(answer.read())


def answered(url: str, text: str) -> list[str]:
    """Return the first column of a query's answer."""
    found = json.loads(send(_asked(url, text)))
    name = found["head"]["vars"][0]
    return [row[name]["value"] for row in found["results"]["bindings"]]


def _asked(url: str, text: str) -> str:
    return f"{url}/sparql?query={quote(text)}&format=json"


def children(process: int) -> list[int]:
    """Return the processes that a process has forked, and that live."""
    return [one.pid for one in psutil.Process(process).children()]


def _open_in(process: int) -> list[str]:
    """Return the paths that a process has open."""
    found = []
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            found.append(str(descriptor.readlink()))
    return found
