"""Which named graphs a remote service has: listed, and kept for a few seconds, until it is written to through us."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from g7graph.store import Asker

SECONDS = 5.0
_MARK_BYTES = 8
#: Graphs that engines keep for themselves.
_SYSTEM = (
    "http://www.openlinksw.com/",
    "http://localhost:8890/",
    "http://localuriqaserver/",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "urn:activitystreams-owl:map",
    "urn:core:services:sparql",
    "urn:rules.skos",
    "urn:virtuoso:",
)


class Graphs(NamedTuple):
    """The graphs there are, sorted, without those that the engine keeps for itself; whether it has such `others`."""

    names: list[str]
    others: bool


class _Kept(NamedTuple):
    until: float
    mark: bytes
    graphs: Graphs


class Listing:
    """Keeps the list of graphs; who forks shares with its children that there was a change, by a mark in memory."""

    def __init__(self, ask: Callable[[Asker | None], Iterable[str]]) -> None:
        self._ask = ask
        self._mark = mmap.mmap(-1, _MARK_BYTES)
        self._kept = _Kept(0.0, b"", Graphs([], others=False))

    @property
    def mark(self) -> bytes:
        """What is another one after each change that was made by this process or one that shares the listing."""
        return self._mark[:]

    def changed(self) -> None:
        """Tell all that share the listing that there may be other graphs now."""
        self._mark[:] = os.urandom(_MARK_BYTES)  # no count: two who add to it at once would add one

    def forget(self) -> None:
        """Have this process list the graphs again when it is asked for them."""
        self._kept = _Kept(0.0, b"", self._kept.graphs)

    def get(self, asker: Asker | None = None) -> Graphs:
        """Return the graphs as they were a few seconds ago at most; what was written through us is in it.

        Where they are listed, it is for the asker, if there is one: in that one's time, and no longer than it waits.
        """
        kept = self._kept
        return kept.graphs if self._is_good(kept) else self._listed(asker)

    def names(self) -> list[str]:
        """Return their names; before one of a list that was kept passes for missing, they are listed again."""
        kept = self._kept
        return _Names(kept.graphs.names, self._listed) if self._is_good(kept) else self._listed().names

    def _is_good(self, kept: _Kept) -> bool:
        return time.monotonic() <= kept.until and kept.mark == self.mark

    def _listed(self, asker: Asker | None = None) -> Graphs:
        mark = self.mark  # before: what changes meanwhile is listed the next time
        found = sorted(self._ask(asker))
        names = [graph for graph in found if not graph.startswith(_SYSTEM)]
        graphs = Graphs(names, others=len(names) < len(found))
        self._kept = _Kept(time.monotonic() + SECONDS, mark, graphs)
        return graphs


class _Names(list[str]):
    """Names as they were a while ago."""

    def __init__(self, kept: list[str], again: Callable[[], Graphs]) -> None:
        super().__init__(kept)
        self._again: Callable[[], Graphs] | None = again

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        if self._again is None:
            return False
        self[:], self._again = self._again().names, None
        return super().__contains__(name)
