"""What the page of the vocabulary says of each term: how it is related, what is asked of it, how it is mapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from g7graph import vocab
from g7graph.web.cells import Cell
from g7graph.web.rules import Count, Rule, Rules
from g7graph.web.terms import Terms, local

_CONCEPT = vocab.STANDARD["skos"] + "Concept"
_DISJOINT = vocab.STANDARD["owl"] + "AllDisjointClasses"
#: What is said of a property by its types: the key of its text.
_TRAITS = {
    f"{vocab.STANDARD[prefix]}{name}Property": f"{name}Property"
    for prefix, names in (
        ("owl", "Asymmetric Functional InverseFunctional Irreflexive Reflexive Symmetric Transitive"),
        ("qb", "Attribute Dimension Measure"),
    )
    for name in names.split()
}


@dataclass(frozen=True)
class Row:
    """A property that the things of a class have: how many values, taken from what."""

    property: Cell
    count: Count
    kinds: list[Cell]


@dataclass(frozen=True)
class Asked:
    """A rule in words, of what (`on`; None where it is of the term itself) and by which shape: a warning or a must."""

    on: Cell | None
    shape: Cell
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


class Entries:
    """Describes the terms of a vocabulary by what they are and by the rules on them."""

    def __init__(self, terms: Terms, rules: Rules) -> None:
        self._terms, self._rules = terms, rules

    def all(self) -> list[Entry]:
        """Describe all terms: classes, then properties, each by label."""
        found = [*map(self._class, self._terms.classes), *map(self._property, self._terms.kinds)]
        return sorted(found, key=lambda one: (one.kind != "class", vocab.fold(one.label), one.name))

    def _class(self, iri: str) -> Entry:
        terms, facts = self._terms, self._terms.facts
        unions = facts.nodes(iri, "owl:disjointUnionOf")
        relations = [
            ("superclasses", terms.parents(iri)),
            ("subclasses", terms.children(iri)),
            ("union_of", [one for head in unions for one in facts.items(head)]),
            ("disjoint", self._disjoint(iri)),
            ("value_of", terms.taking(iri)),
        ]
        asked = [one for one in self._rules.on(iri) if one.path not in terms]  # others stand with their property
        rules = [self._asked(None, one) for one in asked]
        above = [one for one in terms.ancestors(iri) if terms.used_on(one) or self._rules.on(one)]
        entry = self._entry(iri, "class", relations)
        return replace(entry, rows=self._rows(iri), rules=rules, inherited=terms.cells(above))

    def _disjoint(self, iri: str) -> list[str]:
        """Return the classes that nothing is of that is of this one."""
        facts = self._terms.facts
        heads = [head for one in facts.subjects("rdf:type", _DISJOINT) for head in facts.nodes(one, "owl:members")]
        heads += [head for one in self._terms.classes for head in facts.nodes(one, "owl:disjointUnionOf")]
        groups = [group for group in map(facts.items, heads) if iri in group]
        pairs = [*facts.nodes(iri, "owl:disjointWith"), *facts.subjects("owl:disjointWith", iri)]
        return [one for group in [pairs, *groups] for one in group if one != iri]

    def _property(self, iri: str) -> Entry:
        terms, facts = self._terms, self._terms.facts
        relations = [
            ("used_on", facts.nodes(iri, "schema:domainIncludes")),
            ("values_from", self._values(iri)),
            ("inverse", [*facts.nodes(iri, "owl:inverseOf"), *facts.subjects("owl:inverseOf", iri)]),
            ("superproperties", terms.parents(iri)),
            ("subproperties", terms.children(iri)),
        ]
        asked = [one for one in self._rules.about(iri) if one.target != iri] + self._rules.on(iri)
        rules = [self._asked(terms.cell(one.target), one) for one in asked]
        entry = self._entry(iri, terms.kinds[iri], relations)
        inferred = [name for name in ("domain", "range") if facts.nodes(iri, f"rdfs:{name}")]
        return replace(entry, rules=rules, traits=[*entry.traits, *inferred])

    def _asked(self, on: Cell | None, rule: Rule) -> Asked:
        return Asked(on, self._terms.cell(rule.shape), rule.text(self._terms.lang), rule.is_warning)

    def _entry(self, iri: str, kind: str, relations: Sequence[tuple[str, Sequence[str]]]) -> Entry:
        facts, lang = self._terms.facts, self._terms.lang
        schemes = self._terms.scheme(iri)
        near = [one for one in facts.nodes(iri, "rdfs:seeAlso") if one not in schemes]
        shown = [(key, self._terms.cells(dict.fromkeys(nodes))) for key, nodes in [*relations, ("see_also", near)]]
        return Entry(
            iri=iri,
            name=local(iri),
            kind=kind,
            label=self._terms.label(iri),
            definition=facts.text(iri, "skos:definition", lang),
            scope_note=facts.text(iri, "skos:scopeNote", lang),
            example=facts.text(iri, "skos:example", lang),
            deprecated=self._terms.is_deprecated(iri),
            replaced_by=self._terms.cells(facts.nodes(iri, "dcterms:isReplacedBy")),
            traits=[name for of, name in _TRAITS.items() if of in facts.nodes(iri, "rdf:type")],
            relations=[(key, cells) for key, cells in shown if cells],
            mappings=self._terms.mappings(iri),
        )

    def _values(self, iri: str) -> list[str]:
        """Return what the values of a property are: classes, datatypes, or the codes of a list."""
        schemes = self._terms.scheme(iri)
        ranges = self._terms.facts.nodes(iri, "schema:rangeIncludes")
        return [*(one for one in ranges if one != _CONCEPT or not schemes), *schemes]

    def _rows(self, kind: str) -> list[Row]:
        """List the properties of a class: those said to be used on it, and those that its rules are about.

        Data state one direction of two that are inverse, and so does the list.
        """
        asked = (one.path for one in self._rules.on(kind) if one.path)
        said = (one for one in self._terms.used_on(kind) if not self._terms.facts.nodes(one, "owl:inverseOf"))
        return [self._row(kind, cell.iri) for cell in self._terms.cells({*said, *asked})]

    def _row(self, kind: str, path: str) -> Row:
        asked = [node for one in self._rules.about(path) if one.target == kind for node in one.kinds]
        values = asked or (self._values(path) if path in self._terms else [])
        count = self._rules.count([kind, *self._terms.ancestors(kind)], path)
        return Row(self._terms.cell(path), count, self._terms.cells(dict.fromkeys(values)))
