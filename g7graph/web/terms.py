"""The terms of the vocabulary as its page describes them, read from the statements of the ontology's graphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from g7graph import vocab
from g7graph.web.cells import Cell
from g7graph.web.context import link
from g7graph.web.facts import Facts
from g7graph.web.names import known
from g7graph.web.rules import Count, Rules

_LABELS = ("rdfs:label", "skos:prefLabel", "dcterms:title")
_CLASS = vocab.STANDARD["owl"] + "Class"
_PROPERTIES = {
    vocab.STANDARD["owl"] + name: kind
    for name, kind in (("ObjectProperty", "link"), ("DatatypeProperty", "value"), ("AnnotationProperty", "note"))
}
_CONCEPT = vocab.STANDARD["skos"] + "Concept"
_SCHEME = vocab.STANDARD["skos"] + "ConceptScheme"
#: What is said of a property by its types: the key of its text.
_TRAITS = {
    vocab.STANDARD[prefix] + name: name
    for prefix, names in (
        (
            "owl",
            (
                *("AsymmetricProperty", "FunctionalProperty", "InverseFunctionalProperty", "IrreflexiveProperty"),
                *("ReflexiveProperty", "SymmetricProperty", "TransitiveProperty"),
            ),
        ),
        ("qb", ("AttributeProperty", "DimensionProperty", "MeasureProperty")),
    )
    for name in names
}
#: How a term is mapped to those of others, the closest first.
MAPPINGS = (
    *("owl:equivalentClass", "owl:equivalentProperty", "skos:exactMatch", "rdfs:subClassOf", "rdfs:subPropertyOf"),
    *("skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"),
)


@dataclass(frozen=True)
class Row:
    """A property that the things of a class have: how many values, taken from what."""

    property: Cell
    count: Count
    kinds: list[Cell]


@dataclass(frozen=True)
class Asked:
    """A rule in words, of what (`on`; None where it is of the term itself); a warning, or else a must."""

    on: Cell | None
    text: str
    is_warning: bool


@dataclass(frozen=True)
class Use:
    """How often the data use a term, one thing that does, and what it says with it."""

    count: int
    thing: Cell
    value: Cell | None = None


@dataclass(frozen=True)
class Entry:
    """A term of the vocabulary; `kind` is `class`, or what a property has: `link`, `value`, `note`.

    `relations` and `mappings` are terms by the key of the text that says how they are related.
    """

    iri: str
    name: str
    kind: str
    label: str
    definition: str
    scope_note: str
    example: str
    deprecated: bool
    replaced_by: list[Cell]
    traits: list[str]
    relations: list[tuple[str, list[Cell]]]
    mappings: list[tuple[str, list[Cell]]]
    rows: list[Row] = field(default_factory=list)
    inherited: list[Cell] = field(default_factory=list)
    rules: list[Asked] = field(default_factory=list)
    use: Use | None = None


class Terms:
    """The terms of a vocabulary in a language, and what they are to each other."""

    def __init__(self, facts: Facts, rules: Rules, lang: str, *, inside: bool = True) -> None:
        """Read them; `inside`: the page is the vocabulary's own, so that terms lead to places on it."""
        self.facts, self.rules, self.lang = facts, rules, lang
        self._inside = inside
        self._cells: dict[str, Cell] = {}
        self.classes = self._named(facts.subjects("rdf:type", _CLASS))
        self.kinds = {
            iri: kind for of, kind in _PROPERTIES.items() for iri in self._named(facts.subjects("rdf:type", of))
        }
        self._own = {*self.classes, *self.kinds}

    def _named(self, iris: Iterable[str]) -> list[str]:
        return [iri for iri in iris if iri.startswith(vocab.G7)]

    def label(self, iri: str) -> str:
        """Return what a node of the ontology is called; its prefixed name where nobody gave it a name."""
        labels = (self.facts.text(iri, name, self.lang) for name in _LABELS)
        return next(filter(None, labels), "") or known(iri, self.lang)

    def cell(self, iri: str) -> Cell:
        """Return how a node is shown: terms by their label, leading to where they stand on the page."""
        if iri not in self._cells:
            self._cells[iri] = self._cell(iri)
        return self._cells[iri]

    def _cell(self, iri: str) -> Cell:
        if iri in self._own and self._inside:
            return Cell(self.label(iri), f"#{local(iri)}", iri=iri, is_named=True)
        shown = self.label(iri)
        return Cell(_short(iri) if shown == iri else shown, link(iri), iri=iri)

    def cells(self, iris: Iterable[str]) -> list[Cell]:
        """Return how nodes are shown, by their text."""
        return sorted(map(self.cell, iris), key=lambda one: (vocab.fold(one.text), one.iri))

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

    def entries(self) -> list[Entry]:
        """Describe all terms: classes, then properties, each by label."""
        found = [*map(self._class, self.classes), *map(self._property, self.kinds)]
        return sorted(found, key=lambda one: (one.kind != "class", vocab.fold(one.label), one.name))

    def _class(self, iri: str) -> Entry:
        relations = [
            ("superclasses", self.parents(iri)),
            ("subclasses", self.children(iri)),
            (
                "union_of",
                [one for head in self.facts.nodes(iri, "owl:disjointUnionOf") for one in self.facts.items(head)],
            ),
            ("disjoint", [*self.facts.nodes(iri, "owl:disjointWith"), *self.facts.subjects("owl:disjointWith", iri)]),
            ("value_of", self._named(self.facts.subjects("schema:rangeIncludes", iri))),
        ]
        entry = self._entry(iri, "class", relations)
        asked = [one for one in self.rules.on(iri) if one.path not in self._own]  # others stand with their property
        rules = [Asked(None, one.text(self.lang), one.is_warning) for one in asked]
        above = self.cells(one for one in self.ancestors(iri) if self.used_on(one) or self.rules.on(one))
        return replace(entry, rows=self._rows(iri), rules=rules, inherited=above)

    def _property(self, iri: str) -> Entry:
        relations = [
            ("used_on", self.facts.nodes(iri, "schema:domainIncludes", "rdfs:domain")),
            ("values_from", [*self._values(iri), *self.facts.nodes(iri, "rdfs:range")]),
            ("inverse", [*self.facts.nodes(iri, "owl:inverseOf"), *self.facts.subjects("owl:inverseOf", iri)]),
            ("superproperties", self.parents(iri)),
            ("subproperties", self.children(iri)),
        ]
        asked = [one for one in self.rules.about(iri) if one.target != iri] + self.rules.on(iri)
        rules = [Asked(self.cell(one.target), one.text(self.lang), one.is_warning) for one in asked]
        return replace(self._entry(iri, self.kinds[iri], relations), rules=rules)

    def _entry(self, iri: str, kind: str, relations: Sequence[tuple[str, Sequence[str]]]) -> Entry:
        facts, lang = self.facts, self.lang
        schemes = self.scheme(iri)
        near = [one for one in facts.nodes(iri, "rdfs:seeAlso") if one not in schemes]
        shown = [(key, self.cells(dict.fromkeys(nodes))) for key, nodes in [*relations, ("see_also", near)]]
        return Entry(
            iri=iri,
            name=local(iri),
            kind=kind,
            label=self.label(iri),
            definition=facts.text(iri, "skos:definition", lang),
            scope_note=facts.text(iri, "skos:scopeNote", lang),
            example=facts.text(iri, "skos:example", lang),
            deprecated=self.is_deprecated(iri),
            replaced_by=self.cells(facts.nodes(iri, "dcterms:isReplacedBy")),
            traits=[name for of, name in _TRAITS.items() if of in facts.nodes(iri, "rdf:type")],
            relations=[(key, cells) for key, cells in shown if cells],
            mappings=self.mappings(iri),
        )

    def is_deprecated(self, iri: str) -> bool:
        """Whether nobody should use a term or a code any more."""
        return any(one.value in ("true", "1") for one in self.facts.literals(iri, "owl:deprecated"))

    def mappings(self, iri: str) -> list[tuple[str, list[Cell]]]:
        """Return the terms of others that one of ours is mapped to, by the kind of mapping."""
        others = [
            (name, [one for one in self.facts.nodes(iri, name) if not one.startswith((vocab.BASE, "_:"))])
            for name in MAPPINGS
        ]
        return [(name.partition(":")[2], self.cells(nodes)) for name, nodes in others if nodes]

    def _values(self, iri: str) -> list[str]:
        """Return what the values of a property are: classes, datatypes, or the codes of a list."""
        schemes = self.scheme(iri)
        ranges = self.facts.nodes(iri, "schema:rangeIncludes")
        return [*(one for one in ranges if one != _CONCEPT or not schemes), *schemes]

    def _rows(self, kind: str) -> list[Row]:
        """List the properties of a class: those said to be used on it, and those that its rules are about.

        Data state one direction of two that are inverse, and so does the list.
        """
        asked = (one.path for one in self.rules.on(kind) if one.path)
        said = (one for one in self.used_on(kind) if not self.facts.nodes(one, "owl:inverseOf"))
        return [self._row(kind, cell.iri) for cell in self.cells({*said, *asked})]

    def _row(self, kind: str, path: str) -> Row:
        asked = [node for one in self.rules.about(path) if one.target == kind for node in one.kinds]
        values = asked or (self._values(path) if path in self._own else [])
        count = self.rules.count([kind, *self.ancestors(kind)], path)
        return Row(self.cell(path), count, self.cells(dict.fromkeys(values)))


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
