"""Evaluating what strangers ask: in a process of its own that can be ended, with limits on time, memory and size.

The engine cannot be interrupted, a process can. It is forked from the warm server, so nothing is loaded again; it
writes its answer to an unnamed file, and the server sends that only when it is whole. An open database on disk does not
survive a fork: over one, and over a remote store, queries are evaluated in the server and only their number is limited.
"""

from __future__ import annotations

import errno
import faulthandler
import json
import os
import select
import signal
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from flask import current_app

from g7graph.errors import QueryError, UsageError
from g7graph.store.gate import Gate
from g7graph.store.local import LocalStore
from g7graph.web.refusals import Limited

_EXTENSION = "g7graph-evaluator"
_REFUSED, _FAILED = 1, 70
_PAUSE_SECONDS = 0.002
_STATM = Path("/proc/self/statm")

Work = Callable[[IO[bytes]], object]


@dataclass(frozen=True)
class Limits:
    """What one ad-hoc query may take; it waits while `together` others run, with at most `waiting` more."""

    seconds: float = 20.0
    answer_bytes: int = 100_000_000
    memory_bytes: int = 1_000_000_000
    query_characters: int = 50_000
    together: int = 4
    waiting: int = 20
    waiting_seconds: float = 5.0


class Evaluator:
    """Runs work on a store within limits."""

    def __init__(self, store: object, limits: Limits) -> None:
        self._store = store if isinstance(store, LocalStore) else None
        self._gate = self._store.gate if self._store else Gate()
        self.limits = limits
        self.enforced = isinstance(store, LocalStore) and store.in_memory and hasattr(os, "fork")
        self._free = threading.BoundedSemaphore(limits.together)
        self._admitted = threading.BoundedSemaphore(limits.together + limits.waiting)

    def __call__(self, work: Work, *, sealed: bool = True) -> IO[bytes]:
        """Return the file that `work` wrote; where `sealed`, it can open neither files nor sockets.

        Raises QueryError as the store does, Limited for what goes beyond a limit.
        """
        with self._turn(), ExitStack() as opened:
            out = opened.enter_context(tempfile.TemporaryFile())
            if self.enforced:
                self._in_child(work, out, sealed=sealed)
            else:
                work(out)
            out.seek(0)
            opened.pop_all()  # who asked closes it
            return out

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for a turn; only so many may wait, so that threads are left for everything else."""
        busy = Limited("busy", limit=self.limits.together)
        if not self._admitted.acquire(blocking=False):
            raise busy
        try:
            if not self._free.acquire(timeout=self.limits.waiting_seconds):
                raise busy
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._admitted.release()

    def _in_child(self, work: Work, out: IO[bytes], *, sealed: bool) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the child only reads, writes its file and ends
            with self._gate.alone():
                if self._store:
                    self._store.stir()
                pid = os.fork()
                if pid == 0:
                    self._child(work, out, sealed=sealed)
        status = _wait(pid, self.limits.seconds)
        if status is None:
            raise Limited("too_long", limit=f"{self.limits.seconds:g}")
        if os.WIFSIGNALED(status):
            raise Limited("too_much", limit=self.limits.memory_bytes // 1_000_000)
        code = os.waitstatus_to_exitcode(status)
        if code == _REFUSED:
            out.seek(0)
            raise _error(json.load(out), self.limits)
        if code:
            raise QueryError("not_evaluated", detail=f"exit code {code}")

    def _child(self, work: Work, out: IO[bytes], *, sealed: bool) -> None:
        """Do the work and end; never returns into the server's code."""
        code = _FAILED
        faulthandler.disable()  # what a limit ends is told as a problem, not as a stack
        try:
            _limit(self.limits, sealed=sealed)
            work(out)
            out.flush()
            code = 0
        except UsageError as error:
            code = _refuse(out, {"in_query": isinstance(error, QueryError), "key": error.key, **error.values})
        except MemoryError:
            code = _refuse(out, {"limited": "too_much"})
        except OSError as error:
            if error.errno == errno.EFBIG:
                code = _refuse(out, {"limited": "too_large"})
        finally:
            if code == _FAILED:
                traceback.print_exc()
            os._exit(code)


def evaluator() -> Evaluator:
    """Return the running application's."""
    return cast(Evaluator, current_app.extensions[_EXTENSION])


def attach(extensions: dict[str, object], evaluator: Evaluator) -> None:
    """Give an application its evaluator."""
    extensions[_EXTENSION] = evaluator


def _limit(limits: Limits, *, sealed: bool) -> None:
    """Set what the kernel enforces on this process: memory beyond today's, size of the answer, no new descriptors."""
    import resource

    most = {resource.RLIMIT_FSIZE: limits.answer_bytes, resource.RLIMIT_CORE: 0}
    if _STATM.exists():
        most[resource.RLIMIT_AS] = int(_STATM.read_text().split()[0]) * resource.getpagesize() + limits.memory_bytes
    if sealed:
        most[resource.RLIMIT_NOFILE] = 0
    for what, value in most.items():
        resource.setrlimit(what, (value, value))


def _refuse(out: IO[bytes], message: dict[str, object]) -> int:
    os.ftruncate(out.fileno(), 0)
    os.pwrite(out.fileno(), json.dumps(message, default=str).encode(), 0)
    return _REFUSED


def _error(message: dict[str, Any], limits: Limits) -> Exception:
    limited = message.pop("limited", None)
    if limited == "too_large":
        return Limited(limited, limit=limits.answer_bytes // 1_000_000)
    if limited:
        return Limited(limited, limit=limits.memory_bytes // 1_000_000)
    kind = QueryError if message.pop("in_query") else UsageError
    return kind(message.pop("key"), **message)


def _wait(pid: int, seconds: float) -> int | None:
    """Wait for a child to end; after its time end it, and return None."""
    if not _ends(pid, seconds):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None
    return os.waitpid(pid, 0)[1]


def _ends(pid: int, seconds: float) -> bool:
    """Wait until a child has ended, which leaves it to be reaped; false when its time is over first."""
    if hasattr(os, "pidfd_open"):
        descriptor = os.pidfd_open(pid)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(seconds * 1000))
        finally:
            os.close(descriptor)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        time.sleep(_PAUSE_SECONDS)
    return False
