"""What goes out is bounded: how long it may take to be fetched, how many bytes wait, how many files are being sent.

An answer is kept in a file until the client has taken it. A watch ends those that are taken too slowly and, where too
much waits, the oldest of the client that has most: it shuts the connection down, so that no client takes what it got
for whole. Which connection that is has to be guessed among those of the same address that are behind.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO, Any, Protocol
from weakref import WeakSet

from g7graph.web.connections import connections
from g7graph.web.options import MOST_FRONTS
from g7graph.web.refusals import Refused
from g7graph.web.visitor import address_of, named

_CHUNK = 65_536
_ANSWERS_THAT_WAIT = 10
_GRACE_SECONDS = 60.0
_BYTES_A_SECOND = 100_000
_LOOK_SECONDS = 1.0
_WAIT_SECONDS = 0.2
_MOST_FILES = 64  # in each front, which has threads for twice as many answers
_MOST_FILES_OF_ONE = 16


def most_waiting(answer_bytes: int) -> int:
    """Return how many bytes of answers may wait in each front: ten of the largest size, where they have room.

    No more than a share of the temporary folder, so that no client fills it up for all, but one answer.
    """
    room = shutil.disk_usage(tempfile.gettempdir()).total
    return max(min(_ANSWERS_THAT_WAIT * answer_bytes, room // MOST_FRONTS), answer_bytes)


class Readable(Protocol):
    """What is sent."""

    def read(self, most: int, /) -> bytes:
        """Read on, at most so many bytes."""

    def close(self) -> None:
        """Let go of what is read."""


class Lent:
    """A file that is sent as the body of an answer, and closed when it has been, or nobody takes it any more.

    One that is `kept` for the answer takes up room until then.
    """

    def __init__(self, out: Readable, size: int, environ: Mapping[str, Any], *, kept: bool = True) -> None:
        self.size, self.begun = size, time.monotonic()
        self.room = size if kept else 0
        self.address = address_of(environ)
        self.client = named(str(environ.get("REMOTE_ADDR") or ""))
        self._out = out
        self._over = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._out.read(_CHUNK), b"")

    def close(self) -> None:
        """Close the file."""
        self._out.close()
        self._over.set()

    @property
    def is_overdue(self) -> bool:
        """Whether it takes longer than any client should."""
        return time.monotonic() - self.begun > _GRACE_SECONDS + self.size / _BYTES_A_SECOND

    @property
    def is_over(self) -> bool:
        """Whether it has been sent, or nobody takes it any more."""
        return self._over.is_set()

    def end(self) -> None:
        """Shut its connection down: one after another of those of its address that are behind, until it is over."""
        behind = [(one.unsent, one) for one in connections() if one.peer[0] == self.address]
        for unsent, one in sorted(behind, key=lambda pair: -pair[0]):
            if not unsent:
                return
            one.end()
            if self._over.wait(_WAIT_SECONDS):
                return


class Outgo:
    """The answers that are being sent; a thread watches them while there are any."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._now: WeakSet[Lent] = WeakSet()
        self._on = False

    def lend(self, out: IO[bytes], size: int, environ: Mapping[str, Any]) -> Lent:
        """Return a file that was made for an answer as its body."""
        return self._watched(Lent(out, size, environ))

    def send(self, out: Readable, size: int, environ: Mapping[str, Any]) -> Lent:
        """Return a file that stays where it is as the body of an answer.

        Raises Refused where too many are being sent, in all or to this client; `out` is closed then.
        """
        lent = Lent(out, size, environ, kept=False)
        with self._lock:
            files = [one.client for one in self._now if not one.room and not one.is_over]
        if len(files) >= _MOST_FILES or files.count(lent.client) >= _MOST_FILES_OF_ONE:
            lent.close()
            raise Refused("many_downloads", limit=_MOST_FILES if len(files) >= _MOST_FILES else _MOST_FILES_OF_ONE)
        return self._watched(lent)

    def _watched(self, lent: Lent) -> Lent:
        if lent.size > _CHUNK:  # less is with the kernel at once
            with self._lock:
                self._now.add(lent)
                if not self._on:
                    threading.Thread(target=self._look, daemon=True).start()
                    self._on = True
        return lent

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                waiting = sorted((one for one in self._now if not one.is_over), key=lambda one: one.begun)
                self._on = bool(waiting)
                if not self._on:
                    return
            for one in self._overdue(waiting):
                one.end()
            del waiting

    def _overdue(self, waiting: list[Lent]) -> list[Lent]:
        """Return those that are to end, of the oldest first."""
        found = [one for one in waiting if one.is_overdue]
        left = [one for one in waiting if not one.is_overdue]
        while sum(one.room for one in left) > self._most_bytes:
            of_one: Counter[str] = Counter()
            for one in left:
                of_one[one.client] += one.room
            most = of_one.most_common(1)[0][0]
            victim = next(one for one in left if one.client == most)
            left.remove(victim)
            found.append(victim)
        return found
