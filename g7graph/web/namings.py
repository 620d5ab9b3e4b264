"""The statements that say what things are called; those of things mentioned lately are kept for who asks next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Quad

from g7graph.web.asks import Stated
from g7graph.web.names import NAMING, NOTATION, Labels

_PROPERTIES = [NamedNode(iri) for iri in (*NAMING, NOTATION)]
_MOST = 5_000  # things, of a few hundred bytes each


@dataclass(frozen=True)
class Naming:
    """The statements that say what a thing is called and by which code it is cited."""

    thing: NamedNode
    said: list[Quad] = field(default_factory=list)
    _chosen: dict[str, tuple[str, str]] = field(default_factory=dict)

    def chosen(self, lang: str) -> tuple[str, str]:
        """Return its label and code for readers of a language; what it lacks is empty."""
        found = self._chosen.get(lang)
        if found is None:
            labels = Labels(lang)
            for quad in self.said:
                labels.learn(quad.subject, quad.predicate.value, quad.object)
            name = labels[self.thing.value]
            found = self._chosen[lang] = (name.label if self.thing.value in labels else "", name.code)
        return found


class Namings:
    """What the things mentioned last are called, up to a number of things: every description mentions some again."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[NamedNode, Naming] = OrderedDict()

    def of(self, store: Stated, things: Collection[NamedNode]) -> list[Naming]:
        """Return the names and codes of things; those that are not kept are read at once."""
        missing = [thing for thing in things if thing not in self._kept]
        read = store.statements(missing, _PROPERTIES)  # before anything is kept: what cannot be read is not nameless
        self._kept |= {thing: Naming(thing) for thing in missing}
        for quad in read:
            if isinstance(quad.subject, NamedNode):
                self._kept[quad.subject].said.append(quad)
        for thing in things:
            self._kept.move_to_end(thing)
        found = [self._kept[thing] for thing in things]
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return found
