"""A call of a worker: the connection on which its job is handed over, and what it tells of it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from g7graph.errors import G7Error, Limited, QueryError, StoreError, UsageError
from g7graph.store import Asker
from g7graph.store.limits import Limits
from g7graph.store.outlet import SPILL

_MESSAGE_BYTES = 262_144
_LOOK_SECONDS = 0.25
_COMPLAINT_BYTES = 100_000  # with the calls that led there
#: What the engine says where it gives up, and why where it cannot compare what it is to sort.
_PANIC, _NO_ORDER = "panicked at", "does not correctly implement a total order"
_KINDS: dict[str, type[UsageError]] = {"QueryError": QueryError, "Limited": Limited}


def done(  # noqa: PLR0913 - what a call is made of
    connection: socket.socket, pid: int, seconds: float, asker: Asker, limits: Limits, *, small: IO[bytes]
) -> IO[bytes] | None:
    """Wait until a worker has done its job; end it when its time is over. Returns the file of a large answer.

    Of a worker that broke off, the file of its job, the `small` one, may say why.
    """
    end = time.monotonic() + seconds
    with ExitStack() as opened:
        large: IO[bytes] | None = None
        message = received(connection, seconds, asker.gone)
        if message == SPILL:
            large = opened.enter_context(tempfile.TemporaryFile(buffering=0))
            socket.send_fds(connection, [SPILL], [large.fileno()])
            message = received(connection, end - time.monotonic(), asker.gone)
        if message is None:
            os.kill(pid, signal.SIGKILL)  # it is ours while the connection is open
            raise Limited.too_long(seconds)
        if not message:
            raise _broken(small, limits)
        said = json.loads(message)
        if "size" not in said:
            raise _raised(said, limits)
        opened.pop_all()
        return large


def _broken(small: IO[bytes], limits: Limits) -> G7Error:
    """Return the error of a worker that broke off: the engine gave up, else it took too much memory."""
    small.seek(max(small.seek(0, os.SEEK_END) - _COMPLAINT_BYTES, 0))
    said = small.read().decode("utf-8", "replace")
    if _PANIC not in said:
        return Limited("too_much", limit=limits.memory_bytes // 1_000_000)
    if _NO_ORDER in said:
        return QueryError("not_sorted")
    print(said[said.index(_PANIC) :], file=sys.stderr, flush=True)  # noqa: T201 - for the operator, as the engine meant it
    return StoreError("worker_failed")


def in_memory() -> IO[bytes]:
    """Return a file that other processes can write and that no disk sees, where the kernel has such."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("g7graph"), "r+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def received(connection: socket.socket, seconds: float, gone: Callable[[], bool]) -> bytes | None:
    """Return the next message, nothing in it where the other side has ended; None when the time is over."""
    end = time.monotonic() + seconds
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        if poll.poll(min(left, _LOOK_SECONDS) * 1000):
            try:
                return connection.recv(_MESSAGE_BYTES)
            except ConnectionResetError:
                return b""
        if gone():
            raise Limited("client_gone")
    return None


def connected(place: Path) -> socket.socket | None:
    """Return a connection to the workers that listen at a path; None where nobody does any more."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(str(place))
    except (ConnectionRefusedError, FileNotFoundError):
        connection.close()
        return None
    return connection


def _raised(message: dict[str, Any], limits: Limits) -> G7Error:
    """Return the error that a worker's message tells of."""
    if "failed" in message:
        return StoreError("worker_failed")
    limited = message.pop("limited", None)
    if limited:
        most = limits.answer_bytes if limited == "too_large" else limits.memory_bytes
        return Limited(limited, limit=most // 1_000_000)
    kind = _KINDS.get(message.pop("kind"), UsageError)
    return kind(message.pop("key"), **message)
