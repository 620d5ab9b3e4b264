"""Numbers that the processes of a service add to, each in a place of its own, and any of them sums up."""

from __future__ import annotations

import fcntl
import mmap
import tempfile
import threading
import weakref

_PLACES = 16  # more than there are fronts, those that are just being replaced included
_NUMBER_BYTES = 8


class Tallies:
    """A row of numbers, zero at first, in memory that forked processes share.

    Which place a process has is told by a lock that ends with it: one that takes its place goes on from its numbers.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._memory = mmap.mmap(-1, _PLACES * size * _NUMBER_BYTES)
        self._numbers = memoryview(self._memory).cast("d")
        self._locks = tempfile.TemporaryFile()  # noqa: SIM115 - to close it is to free the place
        weakref.finalize(self, self._locks.close)
        self.forked()

    def forked(self) -> None:
        """Take a place for this process; a forked one may not go on in its parent's."""
        self.lock = threading.Lock()
        place = next(filter(self._taken, range(_PLACES)), 0)
        self.own = self._numbers[place * self._size : (place + 1) * self._size]

    def sums(self) -> list[float]:
        """Return the row summed over all processes, those that have ended too."""
        return [sum(self._numbers[number :: self._size]) for number in range(self._size)]

    def _taken(self, place: int) -> bool:
        try:
            fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            return False
        return True
