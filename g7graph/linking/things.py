"""What there is to link: our things and what the data know of others, with their names and identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources

from pyoxigraph import NamedNode

from g7graph import run, vocab
from g7graph.store import Store
from g7graph.table import Table, text

#: Kinds of things that are linked → their classes.
CLASSES = {
    "agency": "Agency",
    "company": "Company",
    "entity": "PublicEntity",
    "government": "SubnationalGovernment",
    "place": "Place",
}
EITI = "EitiOrganisation"
#: Registers, as the columns of a file of candidates are called → the property that has their identifiers.
REGISTERS = {"iati": "iatiId", "iso-3166-2": "isoCode", "ruc": "ruc", "ubigeo": "ubigeo"}
_PARENTS = (vocab.G7 + "parentCompany", vocab.G7 + "within")
_NAMES = (vocab.STANDARD["rdfs"] + "label", vocab.STANDARD["skos"] + "altLabel")
_REGISTER_OF = {vocab.G7 + name: register for register, name in REGISTERS.items()}


@dataclass(frozen=True)
class Thing:
    """Something with names (the first is what it is called) and identifiers by register.

    `kind` is empty for what may be of any kind. `parent` is the IRI of the company that controls a company, or of the
    place that a place lies in; of a candidate only the name of that place may be known, `within`.
    """

    iri: str
    kind: str
    names: tuple[str, ...]
    identifiers: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    within: str = ""


def ask(store: Store, name: str, **values: Iterable[NamedNode]) -> Table:
    """Run one of the queries beside this module; each keyword fills the slot of its name."""
    query = (resources.files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    return store.table(run.filled(query, values))


def ours(store: Store, kinds: Iterable[str] = CLASSES) -> list[Thing]:
    """Return our things of some kinds, by IRI."""
    return [thing for kind in kinds for thing in _of(store, CLASSES[kind], kind)]


def reporting(store: Store) -> list[Thing]:
    """Return the companies as they stand in the EITI data, a record for each year, by IRI."""
    return _of(store, EITI, "company")


def reviewed(store: Store) -> set[tuple[str, str]]:
    """Return the pairs that a person has accepted or rejected."""
    return {(text(subject), text(other)) for _, subject, _, other, _ in ask(store, "mapped").rows}


def _of(store: Store, class_: str, kind: str) -> list[Thing]:
    said: dict[str, dict[str, list[str]]] = {}
    for thing, property_, value in ask(store, "things", **{"class": [NamedNode(vocab.G7 + class_)]}).rows:
        said.setdefault(text(thing), {}).setdefault(text(property_), []).append(text(value))
    return [_thing(iri, kind, values) for iri, values in sorted(said.items())]


def _thing(iri: str, kind: str, values: Mapping[str, list[str]]) -> Thing:
    names = [name for property_ in _NAMES for name in values.get(property_, ())]
    known = {register: values[iri][0] for iri, register in _REGISTER_OF.items() if iri in values}
    parents = [parent for property_ in _PARENTS for parent in values.get(property_, ())]
    return Thing(iri, kind, tuple(dict.fromkeys(names)), known, next(iter(parents), ""))


@dataclass(frozen=True)
class Known:
    """IRIs by what they are: what a reviewed file may refer to."""

    things: frozenset[str]
    sources: frozenset[str]
    relations: frozenset[str]
    organisations: frozenset[str]
    datasets: frozenset[str]


def known(store: Store) -> Known:
    """Return what the data describe."""
    found: dict[str, set[str]] = {}
    for role, thing in ask(store, "known").rows:
        found.setdefault(text(role), set()).add(text(thing))
    roles = ("thing", "source", "relation", "organisation", "dataset")
    return Known(*(frozenset(found.get(role, ())) for role in roles))
