"""Where the time of a request goes: how long its thread waited, how long others worked, what is left."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from g7graph.errors import Limited


class Spent(threading.local):
    """Seconds of this thread by phase, since it was last cleared: `queue` and `eval`; `most` is what all may take."""

    def __init__(self) -> None:
        self.clear()

    def clear(self, most: float = math.inf) -> None:
        """Begin anew."""
        self.most = most
        self.seconds: dict[str, float] = {}
        self._phase = ""
        self._since = 0.0

    def enter(self, phase: str = "") -> None:
        """Enter a phase, leaving the one before; none where it is empty."""
        now = time.monotonic()
        if self._phase:
            self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def limit(self, seconds: float | None) -> None:
        """Have all that is asked take no longer than that together, if it is given."""
        self.most = min(self.most, seconds or math.inf)

    @property
    def left(self) -> float:
        """The seconds that are left for all that is still to be asked."""
        return self.most - sum(self.seconds.values())

    @contextmanager
    def share(self, seconds: float) -> Iterator[float]:
        """Give a question what is left of so many seconds, or of fewer that all may take.

        Limited, where that is over, tells of all of them.
        """
        left, seconds = min(self.left, seconds), min(self.most, seconds)
        if left <= 0:
            raise Limited.too_long(seconds)
        try:
            yield left
        except Limited as error:
            if error.key != "too_long":
                raise
            raise Limited.too_long(seconds) from error

    @contextmanager
    def within(self, phase: str) -> Iterator[None]:
        """Be in a phase for a while."""
        self.enter(phase)
        try:
            yield
        finally:
            self.enter()


#: What this thread has spent.
SPENT = Spent()
