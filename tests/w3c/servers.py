"""The servers that are tested: ours and a peer, started on the loopback and ended again, or one that runs already."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.w3c.data import Dataset
from tests.w3c.service import ServerError, Service

_SECONDS_TO_START = 60
_SECONDS_TO_END = 30


class Reopened(Service):
    """Our server read-only, as it is by default: a case with other data has another process, at the same address."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(f"{address}/sparql", f"{address}/sparql", f"{address}/graph-store", read_only=True)
        self._file = folder / "data.nq"
        self._address = address
        self._running = ExitStack()
        self._quads: str | None = None

    def load(self, dataset: Dataset) -> None:
        """Serve this dataset; the process stays where its data are those it has. Raises ServerError."""
        quads = dataset.quads()
        if quads == self._quads:
            return
        self.close()
        self._file.write_text(quads, encoding="utf-8")
        port = str(urlsplit(self._address).port)
        command = [*_OURS, "--data", str(self._file), "--port", port]
        self._running.enter_context(_started(command, f"{self._address}/health", self._file.parent))
        self._quads = quads

    def close(self) -> None:
        """End the process."""
        self._quads = None
        self._running.close()


_OURS = (sys.executable, "-m", "g7graph", "serve")


@contextmanager
def ours(folder: Path) -> Iterator[Service]:
    """Start our server, writable and empty. Raises ServerError."""
    address, data, token = _address(), folder / "empty.nq", folder / "token"
    data.write_text("", encoding="utf-8")
    token.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    token.chmod(0o600)
    port = str(urlsplit(address).port)
    command = [*_OURS, "--data", str(data), "--port", port, "--writable", "--token-file", str(token)]
    with _started(command, f"{address}/health", folder):
        yield Service(f"{address}/sparql", f"{address}/sparql", f"{address}/graph-store", token.read_text())


@contextmanager
def ours_read_only(folder: Path) -> Iterator[Service]:
    """Make our server read-only, to be started with the data of each case."""
    service = Reopened(folder, _address())
    try:
        yield service
    finally:
        service.close()


@contextmanager
def oxigraph(binary: str, folder: Path) -> Iterator[Service]:
    """Start the peer, in memory and empty. Raises ServerError."""
    address = _address()
    with _started([binary, "serve", "--bind", urlsplit(address).netloc], address, folder):
        yield Service(f"{address}/query", f"{address}/update", f"{address}/store")


def _address() -> str:
    """Return an address on the loopback where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def _started(command: Sequence[str], url: str, folder: Path) -> Iterator[None]:
    """Run a server until the block ends; what it writes goes to a file. Raises ServerError where it does not start."""
    log = folder / "server.log"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise ServerError(f"{command[0]} cannot be run: {error.strerror}") from error
        try:
            _wait(process, url, log)
            yield
        finally:
            _end(process)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = " ".join(log.read_text(encoding="utf-8", errors="replace").split())
            raise ServerError(f"the server does not start: {said[-300:]}")
        try:
            Service(url, url, url).send("GET", url)
        except ServerError:
            time.sleep(0.05)
        else:
            return
    raise ServerError(f"the server did not answer within {_SECONDS_TO_START} seconds")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
