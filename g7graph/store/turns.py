"""Turns: no client has all the workers, and only so many wait.

How many queries of a client run is counted by file locks, which all processes of the service see and which end with the
process that holds them; how many wait is counted in each process, whose threads they occupy.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from g7graph.errors import Limited
from g7graph.store.limits import Limits

_BUCKETS = 1024
_FIRST_PAUSE, _LAST_PAUSE = 0.001, 0.003  # a query takes longer, and the processors should not wait


class Turns:
    """Gives clients their turns."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder / "turns"
        self._folder.mkdir()
        self._limits = limits
        self._lock = threading.Lock()
        self._here: Counter[str] = Counter()

    @contextmanager
    def of(self, client: str, gone: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn of a client's and keep it until the block ends.

        Raises Limited where too many wait already, or it took too long.
        """
        self._admit(client)
        try:
            descriptor = self._taken(client, gone)
            try:
                yield
            finally:
                os.close(descriptor)
        finally:
            with self._lock:
                self._here -= Counter([client])

    def _admit(self, client: str) -> None:
        limits = self._limits
        with self._lock:
            if self._here.total() >= limits.waiting + limits.together:
                raise Limited("busy", limit=limits.together)
            if self._here[client] >= limits.waiting // 2 + limits.per_client:
                raise Limited("too_many", limit=limits.per_client)
            self._here[client] += 1

    def _taken(self, client: str, gone: Callable[[], bool]) -> int:
        bucket = zlib.crc32(client.encode()) % _BUCKETS
        end, pause = time.monotonic() + self._limits.waiting_seconds, _FIRST_PAUSE
        while True:
            for number in range(self._limits.per_client):
                descriptor = os.open(self._folder / f"{bucket}-{number}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                else:
                    return descriptor
            if gone() or time.monotonic() > end:
                raise Limited("too_many", limit=self._limits.per_client)
            time.sleep(pause)
            pause = min(pause * 2, _LAST_PAUSE)
