"""Proposals: which of our things may be which of others, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from g7graph import vocab
from g7graph.linking.names import core, similarity
from g7graph.linking.things import REGISTERS, Thing

#: How sure a proposal is by what it rests on; one by similarity, this much of how alike the names are.
IDENTIFIER, NAME, PARENT, LIKE = 0.95, 0.9, 0.8, 0.9
#: Names less alike than this are not proposed.
LEAST = 0.75
_COMPANY = "company"
_LABEL = "rdfs:label"
_PARENT = "g7:parentCompany"


@dataclass(frozen=True)
class Proposal:
    """A pair to review; the names of its fields are those of SSSOM, but for `company_relation`.

    `match_string` is what both have; `similarity` how alike their names are, None where they were not compared.
    """

    subject: Thing
    predicate: str
    object: Thing
    justification: str
    confidence: float
    subject_field: str
    object_field: str
    match_string: str
    similarity: float | None = None
    company_relation: str = ""


def proposals(
    ours: Iterable[Thing], others: Iterable[Thing], reviewed: Collection[tuple[str, str]]
) -> Iterator[Proposal]:
    """Propose what was not reviewed before: by our thing, the surest first."""
    mine = {thing.iri: thing for thing in ours}
    candidates = list(others)
    for _, thing in sorted(mine.items()):
        parent = mine.get(thing.parent)
        pairs = ((thing, other) for other in candidates if (thing.iri, other.iri) not in reviewed)
        found = [one for pair in pairs if (one := _proposal(*pair, parent))]
        yield from sorted(found, key=lambda one: (-one.confidence, one.object.iri))


def _proposal(thing: Thing, other: Thing, parent: Thing | None) -> Proposal | None:
    """Propose a pair, by the first ground there is for it."""
    if other.kind and other.kind != thing.kind:
        return None
    if other.within and parent and core(other.within) not in map(core, parent.names):
        return None
    grounds: tuple[Callable[[Thing, Thing], Proposal | None], ...] = (_by_identifier, _by_name)
    direct = next((one for ground in grounds if (one := ground(thing, other))), None)
    return direct or (_by_parent(thing, other, parent) if parent and parent.kind == _COMPANY else None)


def _by_identifier(thing: Thing, other: Thing) -> Proposal | None:
    for register, known in thing.identifiers.items():
        if other.identifiers.get(register) == known:
            return Proposal(
                thing,
                "skos:exactMatch",
                other,
                "semapv:LexicalMatching",
                IDENTIFIER,
                _field(register),
                _field(register),
                known,
                company_relation=_same(other),
            )
    return None


def _by_name(thing: Thing, other: Thing) -> Proposal | None:
    """Propose by the names most alike; none where a register tells the two apart."""
    if any(other.identifiers.get(register, known) != known for register, known in thing.identifiers.items()):
        return None
    alike = ((similarity(one, two), one, two) for one in thing.names for two in other.names)
    best, one, two = max(alike, default=(0.0, "", ""))
    if best < LEAST:
        return None
    if best == 1:
        return Proposal(
            thing,
            "skos:exactMatch",
            other,
            "semapv:LexicalMatching",
            NAME,
            _LABEL,
            _LABEL,
            core(one),
            company_relation=_same(other),
        )
    words = [word for word in core(one).split() if word in core(two).split()]
    return Proposal(
        thing,
        "skos:closeMatch",
        other,
        "semapv:LexicalSimilarityThresholdMatching",
        round(best * LIKE, 2),
        _LABEL,
        _LABEL,
        " ".join(words),
        similarity=round(best, 2),
        company_relation=_same(other),
    )


def _by_parent(thing: Thing, other: Thing, parent: Thing) -> Proposal | None:
    """Propose what may be the parent of a company: a company as such is never its parent."""
    found = _by_identifier(parent, other) or _by_name(parent, other)
    if found is None or found.similarity is not None:
        return None
    return Proposal(
        thing,
        "skos:relatedMatch",
        other,
        "semapv:StructuralMatching",
        PARENT,
        _PARENT,
        found.object_field,
        found.match_string,
        company_relation="parent",
    )


def _same(other: Thing) -> str:
    """Return the relation of a company with itself, which is said of links to EITI's."""
    return "same-company" if other.iri.startswith(vocab.EXTERNAL["eiti-organisation"]) else ""


def _field(register: str) -> str:
    return vocab.curie(vocab.G7 + REGISTERS[register])


def key(subject: str, other: str) -> str:
    """Return the key of the record of a link.

    >>> key("https://w3id.org/g7graph/id/agency/bid", "http://www.wikidata.org/entity/Q1153087")
    'agency-bid-wikidata-q1153087'
    """
    return f"{vocab.slug(vocab.curie(subject))}-{vocab.slug(vocab.curie(other))}"
