"""The record of accepted changes: who changed which graphs and when, as PROV, in a graph of each month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.store.change import Change

_PROV = vocab.STANDARD["prov"]
_RDFS = vocab.STANDARD["rdfs"]
_DCTERMS = vocab.STANDARD["dcterms"]
_ANY_URI = ox.NamedNode(vocab.XSD + "anyURI")
_DATE_TIME = ox.NamedNode(vocab.XSD + "dateTime")


def graph_of(when: datetime) -> str:
    """Return the graph in which a change is recorded.

    >>> graph_of(datetime(2026, 11, 23, tzinfo=UTC))
    'https://w3id.org/g7graph/graph/changes/2026-11'
    """
    return vocab.graph(f"changes/{when:%Y-%m}")


def recorded(change: Change, graphs: Mapping[str, bool], when: datetime) -> list[ox.Triple]:
    """Return what is recorded of a change of some graphs (their IRIs, and whether they are still there).

    A prov:Activity, the prov:Agent who did it, and a prov:Entity for each graph as the change left it: the graph's own
    IRI stands there as text, because it may be gone later.
    """
    stamp = f"{when:%Y%m%dT%H%M%S%f}Z"
    done = ox.NamedNode(vocab.thing("change", stamp))
    agent = ox.NamedNode(vocab.thing("writer", vocab.slug(change.who) or "-"))
    text = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (done, vocab.RDF_TYPE, ox.NamedNode(_PROV + "Activity")),
        (done, _PROV + "endedAtTime", ox.Literal(text, datatype=_DATE_TIME)),
        (done, _PROV + "wasAssociatedWith", agent),
        *((done, _RDFS + "label", _label(change, lang)) for lang in i18n.LANGUAGES),
        (agent, vocab.RDF_TYPE, ox.NamedNode(_PROV + "Agent")),
        (agent, _RDFS + "label", ox.Literal(change.who)),
    ]
    for graph, there in sorted(graphs.items()):
        left = ox.NamedNode(vocab.thing("change", f"{stamp}/{graph.removeprefix(vocab.GRAPH)}"))
        said += [
            (done, _PROV + ("generated" if there else "invalidated"), left),
            (left, vocab.RDF_TYPE, ox.NamedNode(_PROV + "Entity")),
            (left, _DCTERMS + "identifier", ox.Literal(graph, datatype=_ANY_URI)),
        ]
    return [ox.Triple(subject, ox.NamedNode(predicate), value) for subject, predicate, value in said]


def _label(change: Change, lang: str) -> ox.Literal:
    return ox.Literal(i18n.text(f"errors.change_{change.kind.value}", lang, who=change.who), language=lang)
