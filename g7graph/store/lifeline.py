"""Lifelines: pipes by which forked processes learn that the one that forked them has ended or needs them no more."""

from __future__ import annotations

import os
import signal

_held: set[Lifeline] = set()


class Lifeline:
    """A pipe that is open as long as the process that made it lives and has not cut it.

    Whoever is to follow that process waits until `alive` can be read. A process that is forked meanwhile, whatever for,
    lets go of it at once: it would keep others alive that its parent has ended, and waits for.
    """

    def __init__(self) -> None:
        self.alive, self._end = os.pipe()
        _held.add(self)

    def cut(self) -> None:
        """Tell those who follow this process that it needs them no more."""
        if self in _held:
            _held.remove(self)
            os.close(self._end)


def heed_no_end() -> None:
    """Have this process pass over what tells it to end: a terminal, or who starts services, may tell all of a group.

    The one that it follows decides.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _let_go() -> None:
    for lifeline in _held:
        os.close(lifeline._end)  # noqa: SLF001 - it is of this module
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
