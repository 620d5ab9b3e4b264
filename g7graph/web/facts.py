"""Statements indexed by subject and property, for what reads a whole graph at once: the vocabulary, the shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from g7graph import vocab
from g7graph.table import Term
from g7graph.web.names import best

_NIL = vocab.STANDARD["rdf"] + "nil"
_MOST_ITEMS = 1_000  # a list that is longer, or leads back into itself, is cut


class Facts:
    """The statements of some graphs; terms are asked for by prefixed name, blank nodes are keys like `_:b0`."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[str, dict[str, list[Term]]] = {}
        self._of: dict[tuple[str, str], set[str]] = {}
        for subject, predicate, value in triples:
            if isinstance(value, Triple) or isinstance(subject, Triple):
                continue
            key = _key(subject)
            self._said.setdefault(key, {}).setdefault(predicate.value, []).append(value)
            if not isinstance(value, Literal):
                self._of.setdefault((predicate.value, _key(value)), set()).add(key)
        for values in (values for said in self._said.values() for values in said.values()):
            if len(values) > 1:
                values.sort(key=str)

    def __contains__(self, subject: str) -> bool:
        return subject in self._said

    def subjects(self, predicate: str, value: str) -> list[str]:
        """Return the subjects that have a value, sorted."""
        return sorted(self._of.get((_iri(predicate), value), ()))

    def predicates(self, subject: str) -> set[str]:
        """Return the properties that are said of a subject."""
        return set(self._said.get(subject, ()))

    def values(self, subject: str, predicate: str) -> list[Term]:
        """Return the values of a property, sorted."""
        return self._said.get(subject, {}).get(_iri(predicate), [])

    def nodes(self, subject: str, *predicates: str) -> list[str]:
        """Return the values of some properties that are no literals, in the order of the properties, then sorted."""
        found = [value for name in predicates for value in self.values(subject, name)]
        return list(dict.fromkeys(_key(value) for value in found if not isinstance(value, Literal)))

    def literals(self, subject: str, predicate: str) -> list[Literal]:
        """Return the literals of a property, sorted."""
        return [value for value in self.values(subject, predicate) if isinstance(value, Literal)]

    def text(self, subject: str, predicate: str, lang: str) -> str:
        """Return the text of a property in a language, else the nearest there is; empty where there is none."""
        literals = self.literals(subject, predicate)
        return best(literals, lang) if literals else ""

    def number(self, subject: str, predicate: str) -> int | None:
        """Return the whole number of a property, None where there is none."""
        digits = [one.value for one in self.literals(subject, predicate) if one.value.isdecimal()]
        return int(digits[0]) if digits else None

    def items(self, head: str) -> list[str]:
        """Return the items of an RDF list that are no literals."""
        return list(self._items(head))

    def _items(self, head: str) -> Iterator[str]:
        for _ in range(_MOST_ITEMS):
            if head == _NIL or head not in self._said:
                return
            yield from self.nodes(head, "rdf:first")
            head = next(iter(self.nodes(head, "rdf:rest")), _NIL)


def _key(node: NamedNode | BlankNode) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


@cache
def _iri(curie: str) -> str:
    """Return the IRI of a prefixed name; IRIs themselves are returned as they are."""
    return vocab.expand(curie) or curie
