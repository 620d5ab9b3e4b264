"""The statements that say what things are called; those of things mentioned lately are kept for who asks next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

from pyoxigraph import NamedNode, Quad

from g7graph.web.asks import Stated
from g7graph.web.names import NAMING, NOTATION

_PROPERTIES = [NamedNode(iri) for iri in (*NAMING, NOTATION)]
_MOST = 5_000  # things, of a few hundred bytes each


class Namings:
    """What the things mentioned last are called, up to a number of things: every description mentions some again."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[NamedNode, list[Quad]] = OrderedDict()

    def of(self, store: Stated, things: Collection[NamedNode]) -> list[Quad]:
        """Return the names and codes of things; those that are not kept are read at once."""
        missing = [thing for thing in things if thing not in self._kept]
        read = store.statements(missing, _PROPERTIES)
        self._kept |= {thing: [] for thing in missing}
        for quad in read:
            if isinstance(quad.subject, NamedNode):
                self._kept[quad.subject].append(quad)
        for thing in things:
            self._kept.move_to_end(thing)
        found = [quad for thing in things for quad in self._kept[thing]]
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found
