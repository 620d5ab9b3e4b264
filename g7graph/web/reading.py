"""What some statements say of each thing, read by property."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.table import Term
from g7graph.web.names import best


class Reading:
    """Statements by subject and property; properties and classes are asked for by their prefixed names."""

    def __init__(self, statements: Iterable[ox.Triple]) -> None:
        self.statements = list(statements)
        self._said: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for triple in self.statements:
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, (NamedNode, Literal)):
                self._said[triple.subject.value, triple.predicate.value].append(triple.object)

    def values(self, thing: str, name: str) -> list[Term]:
        """Return the values of a property, sorted."""
        return sorted(self._said.get((thing, vocab.expand(name) or name), []), key=str)

    def iris(self, thing: str, name: str) -> list[str]:
        """Return those values of a property that are things."""
        return [value.value for value in self.values(thing, name) if isinstance(value, NamedNode)]

    def text(self, thing: str, name: str, lang: str) -> str:
        """Return the text of a property in a language, else in the next best; empty where there is none."""
        texts = [value for value in self.values(thing, name) if isinstance(value, Literal)]
        return best(texts, lang) if texts else ""

    def texts(self, thing: str, name: str, lang: str) -> list[str]:
        """Return all texts of a property in a language or in none."""
        found = [value for value in self.values(thing, name) if isinstance(value, Literal)]
        return [value.value for value in found if value.language in (None, lang)]

    def things(self, *kinds: str) -> list[str]:
        """Return what is of all of some classes, sorted."""
        wanted = {vocab.expand(kind) for kind in kinds}
        subjects = [thing for thing, name in self._said if name == vocab.RDF_TYPE]
        return sorted(thing for thing in subjects if wanted <= set(self.iris(thing, "rdf:type")))

    def having(self, name: str, value: str) -> list[str]:
        """Return what has a thing as a value of a property, sorted."""
        property_, wanted = vocab.expand(name), NamedNode(value)
        return sorted(thing for (thing, known), values in self._said.items() if known == property_ and wanted in values)
