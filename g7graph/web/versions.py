"""The versions of the vocabulary: what it says of itself, and what changed in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from g7graph import vocab
from g7graph.web.cells import Cell
from g7graph.web.terms import Terms

#: Those of ADMS, http://purl.org/adms/status/, which have a text.
_STATUSES = ("Completed", "Deprecated", "UnderDevelopment", "Withdrawn")
_KINDS = ("Added", "Changed", "Deprecated")
_CHANGE = re.compile(rf"(?P<kind>{'|'.join(_KINDS)}) in (?P<version>\d+\.\d+\.\d+)(?:: (?P<text>.+))?", re.DOTALL)


@dataclass(frozen=True)
class Header:
    """What a vocabulary says of itself."""

    title: str
    description: str
    version: str
    version_iri: str
    prior: list[Cell]
    status: str
    licence: list[Cell]
    citation: str
    days: dict[str, str]
    publisher: str


@dataclass(frozen=True)
class Change:
    """What became of a term in a version: `Added`, `Changed`, `Deprecated`, and how it is said."""

    kind: str
    term: Cell
    text: str


@dataclass(frozen=True)
class Version:
    """A version of the vocabulary: when it came, what it brought, what became of which terms."""

    number: str
    iri: str
    issued: str
    notes: str
    changes: dict[str, list[Change]] = field(default_factory=dict)


def header(terms: Terms) -> Header:
    """Read what a vocabulary says of itself; empty where it does not."""

    def said(name: str) -> str:
        return terms.facts.text(vocab.ONTOLOGY, name, terms.lang)

    status = [one.rpartition("/")[2] for one in terms.facts.nodes(vocab.ONTOLOGY, "adms:status")]
    return Header(
        title=said("dcterms:title"),
        description=said("dcterms:description"),
        version=said("owl:versionInfo"),
        version_iri=next(iter(terms.facts.nodes(vocab.ONTOLOGY, "owl:versionIRI")), ""),
        prior=terms.cells(terms.facts.nodes(vocab.ONTOLOGY, "owl:priorVersion")),
        status=next((one for one in status if one in _STATUSES), ""),
        licence=terms.cells(terms.facts.nodes(vocab.ONTOLOGY, "dcterms:license")),
        citation=said("dcterms:bibliographicCitation"),
        days={name: said(f"dcterms:{name}") for name in ("issued", "modified")},
        publisher=said("dcterms:publisher"),
    )


def versions(terms: Terms) -> list[Version]:
    """List the versions that the vocabulary says it has had, the newest first, with what its terms say of them."""
    changes = list(_changes(terms))
    found = []
    for iri in terms.facts.subjects("dcat:isVersionOf", vocab.ONTOLOGY):
        number = terms.facts.text(iri, "dcat:version", terms.lang)
        mine = {kind: [one for version, one in changes if (version, one.kind) == (number, kind)] for kind in _KINDS}
        issued = terms.facts.text(iri, "dcterms:issued", terms.lang)
        found.append(Version(number, iri, issued, terms.facts.text(iri, "adms:versionNotes", terms.lang), mine))
    return sorted(found, key=lambda one: _order(one.number), reverse=True)


def history(terms: Terms, iri: str) -> list[tuple[str, Change]]:
    """List what became of a term, with the version in which it did, the oldest first."""
    notes = [*terms.facts.literals(iri, "skos:changeNote"), *terms.facts.literals(iri, "skos:historyNote")]
    matched = (_CHANGE.fullmatch(note.value) for note in notes)
    found = [(one["version"], Change(one["kind"], terms.cell(iri), one["text"] or "")) for one in matched if one]
    return sorted(found, key=lambda pair: (_order(pair[0]), pair[1].kind))


def _changes(terms: Terms) -> Iterator[tuple[str, Change]]:
    for cell in terms.cells([*terms.classes, *terms.kinds]):
        yield from history(terms, cell.iri)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
