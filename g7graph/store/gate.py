"""Reading and forking keep out of each other's way.

A process forked while another thread is inside the engine would inherit the engine's locks, held for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Many may read at once; whoever forks is alone, and does not wait behind readers that come later."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._waiting = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold off forks while the engine is read; the same thread must not enter twice."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody reads, and keep readers out until the block ends."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._readers)
                yield
            finally:
                self._waiting -= 1
                self._changed.notify_all()
