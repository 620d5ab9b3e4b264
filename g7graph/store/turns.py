"""Turns: no client has all the workers, and only so many wait.

How many queries of a client run, and of all where no workers count them, is counted by file locks, which all processes
of the service see and which end with the process that holds them; how many wait is counted in each process, whose
threads they occupy.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from g7graph.errors import Limited
from g7graph.store.limits import Limits

_BUCKETS = 1024
_FIRST_PAUSE, _LAST_PAUSE = 0.001, 0.003  # a query takes longer, and the processors should not wait
_LOOK_SECONDS = 0.25


class _Here:
    """The requests of a client in this process: how many there are; only the `first` of them looks for a turn."""

    def __init__(self) -> None:
        self.count = 0
        self.first = threading.Lock()


@dataclass(frozen=True)
class _Room:
    """What has room for so many at a time, by its name; who waits holds the `first` lock, or waits for that."""

    name: str
    most: int
    problem: str
    first: threading.Lock

    def full(self) -> Limited:
        """Return the error of one who found no place in time."""
        return Limited(self.problem, limit=self.most)


class Turns:
    """Gives clients their turns; where `all_together`, no more of all clients at a time than the limits say."""

    def __init__(self, folder: Path, limits: Limits, *, all_together: bool = False) -> None:
        self._folder = folder / "turns"
        self._folder.mkdir()
        self._limits = limits
        self._all = _Room("all", limits.together, "busy", threading.Lock()) if all_together else None
        self._lock = threading.Lock()
        self._here: dict[str, _Here] = {}

    @contextmanager
    def of(self, client: str, gone: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn of a client's and keep it until the block ends.

        Raises Limited where too many wait already, or it took too long.
        """
        here = self._admitted(client)
        try:
            bucket = str(zlib.crc32(client.encode()) % _BUCKETS)
            own = _Room(bucket, self._limits.per_client, "too_many", here.first)
            with ExitStack() as held:
                for room in (own, self._all) if self._all else (own,):
                    held.callback(os.close, self._taken(room, gone))
                yield
        finally:
            with self._lock:
                here.count -= 1
                if not here.count:
                    del self._here[client]

    def _admitted(self, client: str) -> _Here:
        limits = self._limits
        with self._lock:
            if sum(one.count for one in self._here.values()) >= limits.waiting + limits.together:
                raise Limited("busy", limit=limits.together)
            here = self._here.setdefault(client, _Here())
            if here.count >= limits.waiting // 2 + limits.per_client:
                raise Limited("too_many", limit=limits.per_client)
            here.count += 1
            return here

    def _taken(self, room: _Room, gone: Callable[[], bool]) -> int:
        """Return a descriptor that keeps a turn until it is closed."""
        end, pause = time.monotonic() + self._limits.waiting_seconds, _FIRST_PAUSE
        with ExitStack() as opened:
            while not room.first.acquire(timeout=_LOOK_SECONDS):
                if gone() or time.monotonic() > end:
                    raise room.full()
            opened.callback(room.first.release)
            places: list[int] = []
            while True:
                for number in range(room.most):
                    if number == len(places):
                        places.append(self._place(room.name, number))
                        opened.callback(os.close, places[number])
                    if _locked(places[number]):
                        return os.dup(places[number])
                if gone() or time.monotonic() > end:
                    raise room.full()
                time.sleep(pause)
                pause = min(pause * 2, _LAST_PAUSE)

    def _place(self, room: str, number: int) -> int:
        return os.open(f"{self._folder}/{room}-{number}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
