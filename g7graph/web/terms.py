"""The terms of the vocabulary: what each is called, and what they are to each other."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

from g7graph import vocab
from g7graph.web.cells import Cell
from g7graph.web.context import link
from g7graph.web.facts import Facts
from g7graph.web.names import known

_LABELS = ("rdfs:label", "skos:prefLabel", "dcterms:title")
_CLASS = vocab.STANDARD["owl"] + "Class"
_PROPERTIES = {
    vocab.STANDARD["owl"] + name: kind
    for name, kind in (("ObjectProperty", "link"), ("DatatypeProperty", "value"), ("AnnotationProperty", "note"))
}
_SCHEME = vocab.STANDARD["skos"] + "ConceptScheme"
#: How a term is mapped to those of others, the closest first.
MAPPINGS = (
    *("owl:equivalentClass", "owl:equivalentProperty", "skos:exactMatch", "rdfs:subClassOf", "rdfs:subPropertyOf"),
    *("skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"),
)


class Terms:
    """The terms of a vocabulary, read from the statements of the ontology's graphs, in a language."""

    def __init__(self, facts: Facts, lang: str, *, inside: bool = True) -> None:
        """Read them; `inside`: the page is the vocabulary's own, so that terms lead to places on it."""
        self.facts, self.lang = facts, lang
        self._inside = inside
        self._cells: dict[str, tuple[str, Cell]] = {}
        self.classes = self._named(facts.subjects("rdf:type", _CLASS))
        self.kinds = {
            iri: kind for of, kind in _PROPERTIES.items() for iri in self._named(facts.subjects("rdf:type", of))
        }
        self._own = {*self.classes, *self.kinds}

    def __contains__(self, iri: str) -> bool:
        return iri in self._own

    def _named(self, iris: Iterable[str]) -> list[str]:
        return [iri for iri in iris if iri.startswith(vocab.G7)]

    def label(self, iri: str) -> str:
        """Return what a node of the ontology is called; its prefixed name where nobody gave it a name."""
        labels = (self.facts.text(iri, name, self.lang) for name in _LABELS)
        return next(filter(None, labels), "") or known(iri, self.lang)

    def cell(self, iri: str) -> Cell:
        """Return how a node is shown: terms by their label, leading to where they stand on the page."""
        return self._placed(iri)[1]

    def _placed(self, iri: str) -> tuple[str, Cell]:
        """Return how a node is shown, after what it is sorted by."""
        if iri not in self._cells:
            cell = self._cell(iri)
            self._cells[iri] = f"{vocab.fold(cell.text)} {iri}", cell
        return self._cells[iri]

    def _cell(self, iri: str) -> Cell:
        if iri in self._own and self._inside:
            return Cell(self.label(iri), f"#{local(iri)}", iri=iri, is_named=True)
        shown = self.label(iri)
        return Cell(_short(iri) if shown == iri else shown, link(iri), iri=iri)

    def cells(self, iris: Iterable[str]) -> list[Cell]:
        """Return how nodes are shown, by their text."""
        return [cell for _, cell in sorted(map(self._placed, iris), key=itemgetter(0))]

    def parents(self, iri: str) -> list[str]:
        """Return the superclasses or superproperties that are of this vocabulary."""
        return self._named(self.facts.nodes(iri, "rdfs:subClassOf", "rdfs:subPropertyOf"))

    def children(self, iri: str) -> list[str]:
        """Return the subclasses or subproperties that are of this vocabulary."""
        below = (self.facts.subjects(name, iri) for name in ("rdfs:subClassOf", "rdfs:subPropertyOf"))
        return self._named(one for part in below for one in part)

    def ancestors(self, iri: str) -> list[str]:
        """Return the superclasses of this vocabulary, the nearest first."""
        found: list[str] = []
        waiting = self.parents(iri)
        while waiting:
            one = waiting.pop(0)
            if one not in found and one != iri:
                found.append(one)
                waiting += self.parents(one)
        return found

    def scheme(self, property_: str) -> list[str]:
        """Return the code list that the values of a property are taken from."""
        near = self.facts.nodes(property_, "rdfs:seeAlso")
        return [one for one in near if _SCHEME in self.facts.nodes(one, "rdf:type")]

    def used_on(self, kind: str) -> list[str]:
        """Return the properties that a class is said to have, by name."""
        return self._named(self.facts.subjects("schema:domainIncludes", kind))

    def taking(self, kind: str) -> list[str]:
        """Return the properties whose values are of a class."""
        return self._named(self.facts.subjects("schema:rangeIncludes", kind))

    def is_deprecated(self, iri: str) -> bool:
        """Whether nobody should use a term or a code any more."""
        return any(one.value in ("true", "1") for one in self.facts.literals(iri, "owl:deprecated"))

    def mappings(self, iri: str) -> list[tuple[str, list[Cell]]]:
        """Return the terms of others that one of ours is mapped to, by the kind of mapping."""
        mapped = [(name, nodes) for name in MAPPINGS if (nodes := self.facts.nodes(iri, name))]
        others = [(name, [one for one in nodes if not one.startswith((vocab.BASE, "_:"))]) for name, nodes in mapped]
        return [(name.partition(":")[2], self.cells(nodes)) for name, nodes in others if nodes]


def local(iri: str) -> str:
    """Return the name of a term of ours: what its IRI has behind the hash."""
    return iri.removeprefix(vocab.G7)


def _short(iri: str) -> str:
    """Shorten somebody's address to its host and its last part.

    >>> _short("https://iatistandard.org/en/iati-standard/203/result/indicator/")
    'iatistandard.org … indicator'
    """
    host, _, path = iri.partition("://")[2].rstrip("/").partition("/")
    last = path.rpartition("/")[2]
    return f"{host} … {last}" if "/" in path else iri
