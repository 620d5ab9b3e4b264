"""Holding a folder: while one process writes to it, no other does."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from g7graph.errors import StoreError

_WAIT_SECONDS = 2.0  # for one that is just ending
_LOOK_SECONDS = 0.05

_held: set[int] = set()


class Hold:
    """A folder that this process holds until it lets go of it or ends; processes that it forks do not.

    Raises StoreError where another process holds it. Where the file system knows no such locks nobody is kept out.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        _held.add(self._descriptor)
        end = time.monotonic() + _WAIT_SECONDS
        while not self._taken():
            if time.monotonic() > end:
                self.let_go()
                raise StoreError("data_busy", path=folder)
            time.sleep(_LOOK_SECONDS)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def let_go(self) -> None:
        """Let others hold the folder."""
        if self._descriptor in _held:
            _held.remove(self._descriptor)
            os.close(self._descriptor)

    def __del__(self) -> None:
        self.let_go()


def _let_go() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
