"""What names are matched to: the things of a dataset with their names, codes and surroundings, for quick look-up.

Read from the store once for each version of the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from pyoxigraph import Literal, NamedNode

from g7graph import matching, vocab
from g7graph.matching import Name
from g7graph.store import Store
from g7graph.table import Term, python
from g7graph.web.asks import ask
from g7graph.web.names import best, known
from g7graph.web.refusals import Refused

#: Statements that are read; `reconcile-things.rq` asks for one more.
MOST_STATEMENTS = 200_000
COUNTRY = vocab.G7 + "Country"
_PIECE = 200


@dataclass
class Entity:
    """A thing that names are matched to: what it is called, what it is, its codes by property, what it lies in.

    `placed` are the properties that say what it lies in.
    """

    iri: str
    labels: list[Literal] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    governs: list[str] = field(default_factory=list)
    placed: set[str] = field(default_factory=set)

    @property
    def key(self) -> str:
        """Its identifier: its IRI without the identifier space."""
        return self.iri.removeprefix(vocab.THING)

    @cached_property
    def names(self) -> dict[Name, bool]:
        """Its names as they are compared, and whether each is of another that came later."""
        found = [*(one.value for one in self.labels), *self.others]
        later = dict.fromkeys((name for text in self.later for name in matching.variants(text)), True)
        return later | dict.fromkeys((name for text in found for name in matching.variants(text)), False)

    def label(self, lang: str) -> str:
        """What it is called, in a language."""
        return best(self.labels, lang) if self.labels else vocab.curie(self.iri)


@dataclass
class Kind:
    """A type or a property: what it is called and means, the types it is a kind of."""

    iri: str
    labels: list[Literal] = field(default_factory=list)
    definitions: list[Literal] = field(default_factory=list)
    broader: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Its identifier: its prefixed name."""
        return vocab.curie(self.iri)

    def label(self, lang: str) -> str:
        """What it is called, in a language."""
        return best(self.labels, lang) if self.labels else known(self.iri, lang)

    def definition(self, lang: str) -> str:
        """What it means, in a language; empty where nobody says."""
        return best(self.definitions, lang) if self.definitions else ""


class Index:
    """Things by names and codes, the types and properties that they have."""

    def __init__(
        self, things: Mapping[str, Entity], kinds: Mapping[str, Kind], uses: Mapping[str, Sequence[str]]
    ) -> None:
        self.things = things
        self._kinds = kinds
        self.uses = uses
        self.placing = {property_ for one in things.values() for property_ in one.placed}
        self.slight = matching.slight_words(
            name for one in things.values() if COUNTRY in one.types for name in _texts(one)
        )
        #: The own words of each name, and the thing that has it.
        self.words = [(" ".join(name.own), iri) for iri, one in things.items() for name in one.names]
        self.codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._exact: dict[str, set[str]] = defaultdict(set)
        for iri, one in things.items():
            for name in one.names:
                self._exact[name.key].add(iri)
                self._exact[name.joined].add(iri)
            for property_, code in one.codes:
                self.codes[code].append((iri, property_))

    @property
    def types(self) -> dict[str, Kind]:
        """The types that the things have, by IRI; those of most things first."""
        return {iri: self._kinds[iri] for iri in self.uses}

    @cached_property
    def properties(self) -> dict[str, Kind]:
        """The properties that the things have, by IRI."""
        found = dict.fromkeys(property_ for listed in self.uses.values() for property_ in listed)
        return {iri: self._kinds[iri] for iri in found}

    def exact(self, name: Name) -> set[str]:
        """Return the things that have just this name, whatever the order and the spaces of its words."""
        return self._exact.get(name.key, set()) | self._exact.get(name.joined, set())

    def thing(self, given: str) -> Entity | None:
        """Return the thing of an identifier, an IRI or a prefixed name, None where there is none."""
        return next((self.things[iri] for iri in addressed(given) if iri in self.things), None)

    def kinds_of(self, entity: Entity) -> frozenset[str]:
        """Return the kinds that a thing may be said to be: by its types' names and its own."""
        own = {kind for name in entity.names for kind in name.kinds}
        return frozenset(own | {kind for iri in entity.types for kind in self._said[iri]})

    def surroundings(self, entity: Entity) -> list[Entity]:
        """Return what a thing lies in, the nearest first."""
        found: dict[str, Entity] = {}
        waiting = list(entity.around)
        while waiting:
            iri = waiting.pop(0)
            if iri in self.things and iri not in found and iri != entity.iri:
                found[iri] = self.things[iri]
                waiting += self.things[iri].around
        return list(found.values())

    @cached_property
    def _said(self) -> dict[str, frozenset[str]]:
        return {
            iri: frozenset(kind for label in one.labels for kind in matching.read(label.value).kinds)
            for iri, one in self.types.items()
        }


def addressed(given: str) -> Iterator[str]:
    """Yield the IRIs that somebody may mean by a text: itself, an identifier, a prefixed name."""
    yield from (given, vocab.THING + given)
    expanded = vocab.expand(given)
    if expanded:
        yield expanded


def read(store: Store) -> Index:
    """Read the index of a store. Raises Refused where there is more than it may hold."""
    rows = ask(store, "reconcile-things").rows
    if len(rows) > MOST_STATEMENTS:
        raise Refused("reconcile_much", limit=MOST_STATEMENTS)
    told: dict[str, Entity] = {}
    for thing, role, property_, value in sorted(rows, key=_order):
        if isinstance(thing, NamedNode) and isinstance(role, Literal) and isinstance(property_, NamedNode) and value:
            _learn(told.setdefault(thing.value, Entity(thing.value)), role.value, property_.value, value)
    things = {iri: one for iri, one in told.items() if one.types}
    for one in things.values():
        one.others += [name for iri in one.governs if iri in things for name in _renamed(one, things[iri])]
    types = sorted({iri for one in things.values() for iri in one.types})
    uses = _uses(store, types)
    return Index(things, _kinds(store, {*uses, *(one for listed in uses.values() for one in listed)}), uses)


def _order(row: Sequence[Term | None]) -> list[tuple[str, str]]:
    """Return what puts rows in the same order, whichever engine they come from."""
    return [(term.value, str(term)) for term in row if term is not None]


def _learn(entity: Entity, role: str, property_: str, value: Term) -> None:
    if role == "type":
        if value.value.startswith(vocab.G7):
            entity.types.append(value.value)
    elif role in ("around", "governs"):
        entity.around.append(value.value)
        entity.placed.add(property_)
        entity.governs += [value.value] if role == "governs" else []
    elif role == "code":
        entity.codes += [(property_, code) for code in _codes(value)]
    elif role == "name" and isinstance(value, Literal):
        entity.labels.append(value)
    else:
        (entity.later if role == "later" else entity.others).append(value.value)


def _renamed(government: Entity, place: Entity) -> list[str]:
    """Return what a government is called by the other names of the place that it governs."""
    names = dict.fromkeys(label.value for label in place.labels)
    return [
        label.value.replace(name, other)
        for label in government.labels
        for name in names
        if name in label.value
        for other in place.others
    ]


def _codes(value: Term) -> list[str]:
    """Return a code as people write it: an IRI whole, or its end where that is no bare number."""
    if isinstance(value, NamedNode):
        end = value.value.rstrip("/").rpartition("/")[2]
        return [matching.code(one) for one in (value.value, end) if not one.isdecimal()]
    return [matching.code(value.value)]


def _texts(entity: Entity) -> Iterable[str]:
    return (*(one.value for one in entity.labels), *entity.others)


def _uses(store: Store, types: Sequence[str]) -> dict[str, list[str]]:
    """Return the properties of each type, those of most things first; of the types those of most things first."""
    found: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = {}
    for type_, property_, count in ask(store, "reconcile-properties", type=map(NamedNode, types)).rows if types else ():
        iri = cast(NamedNode, type_).value
        counts.setdefault(iri, int(str(python(count))))
        found[iri].append(cast(NamedNode, property_).value)
    return {iri: found[iri] for iri in sorted(found, key=lambda one: (-counts[one], one))}


def _kinds(store: Store, wanted: Iterable[str]) -> dict[str, Kind]:
    found = {iri: Kind(iri) for iri in sorted(wanted)}
    terms = list(found)
    for start in range(0, len(terms), _PIECE):
        for term, property_, value in ask(
            store, "reconcile-terms", term=map(NamedNode, terms[start : start + _PIECE])
        ).rows:
            one, said = found[cast(NamedNode, term).value], cast(NamedNode, property_).value
            if not isinstance(value, Literal):
                one.broader += [value.value] if isinstance(value, NamedNode) else []
            elif said.endswith("definition"):
                one.definitions.append(value)
            else:
                one.labels.append(value)
    return found
