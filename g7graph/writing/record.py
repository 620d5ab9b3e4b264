"""The record of accepted changes: who changed which graphs and when, as PROV, in a graph of each month."""

from __future__ import annotations

from datetime import UTC, datetime

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.store.change import Change

_PROV = vocab.STANDARD["prov"]
_RDFS = vocab.STANDARD["rdfs"]
_DATE_TIME = ox.NamedNode(vocab.XSD + "dateTime")


def graph_of(when: datetime) -> str:
    """Return the graph in which a change is recorded.

    >>> graph_of(datetime(2026, 11, 23, tzinfo=UTC))
    'https://w3id.org/g7graph/graph/changes/2026-11'
    """
    return vocab.graph(f"changes/{when:%Y-%m}")


def recorded(change: Change, graphs: list[str], when: datetime) -> list[ox.Triple]:
    """Return what is recorded of a change of some graphs: a prov:Activity and the prov:Agent who did it."""
    done = ox.NamedNode(vocab.thing("change", f"{when:%Y%m%dT%H%M%S%f}Z"))
    agent = ox.NamedNode(vocab.thing("writer", vocab.slug(change.who) or "-"))
    text = when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (done, vocab.RDF_TYPE, ox.NamedNode(_PROV + "Activity")),
        (done, _PROV + "endedAtTime", ox.Literal(text, datatype=_DATE_TIME)),
        (done, _PROV + "wasAssociatedWith", agent),
        (agent, vocab.RDF_TYPE, ox.NamedNode(_PROV + "Agent")),
        (agent, _RDFS + "label", ox.Literal(change.who)),
        *((done, _PROV + "generated", ox.NamedNode(graph)) for graph in graphs),
        *(
            (
                done,
                _RDFS + "label",
                ox.Literal(i18n.text(f"errors.change_{change.kind.value}", lang, who=change.who), language=lang),
            )
            for lang in i18n.LANGUAGES
        ),
    ]
    return [ox.Triple(subject, ox.NamedNode(predicate), value) for subject, predicate, value in said]
