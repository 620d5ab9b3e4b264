"""VoID statistics of what is served: how much there is, of which classes, by which properties, linked to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Store
from g7graph.table import Term, text
from g7graph.web.asks import ask

_DATASET = NamedNode(vocab.STANDARD["void"] + "Dataset")
_LINKSET = NamedNode(vocab.STANDARD["void"] + "Linkset")
_IS = NamedNode(vocab.RDF_TYPE)


def statistics(store: Store, dataset: str) -> list[ox.Triple]:
    """Count what a store holds, as VoID says it of a dataset (VoID §4.6, §5)."""
    subject = NamedNode(dataset)
    classes, properties = ask(store, "count-classes"), ask(store, "count-properties")
    counts = ask(store, "counts")
    found = [_said(subject, column.name, row) for column, row in zip(counts.columns, counts.rows[0], strict=True)]
    found += [
        _said(subject, name, Literal(len(table))) for name, table in (("classes", classes), ("properties", properties))
    ]
    found += _partitions(subject, "class", "entities", classes.rows)
    found += _partitions(subject, "property", "triples", properties.rows)
    return [*found, *_linksets(subject, store)]


def _partitions(
    dataset: NamedNode, kind: str, counted: str, rows: Iterable[Sequence[Term | None]]
) -> Iterator[ox.Triple]:
    for term, count in rows:
        part = NamedNode(vocab.counted(kind, vocab.curie(text(term))))
        yield ox.Triple(part, _IS, _DATASET)
        yield _said(dataset, f"{kind}Partition", part)
        yield _said(part, kind, term)
        yield _said(part, counted, count)


def _linksets(dataset: NamedNode, store: Store) -> Iterator[ox.Triple]:
    for link, space, count in ask(store, "count-links").rows:
        target = NamedNode(vocab.counted("target", text(space)))
        links = NamedNode(vocab.counted("links", f"{vocab.curie(text(link))}/{text(space)}"))
        yield ox.Triple(target, _IS, _DATASET)
        yield _said(target, "uriSpace", Literal(text(space)))
        yield ox.Triple(links, _IS, _LINKSET)
        yield _said(dataset, "subset", links)
        yield _said(links, "subjectsTarget", dataset)
        yield _said(links, "objectsTarget", target)
        yield _said(links, "linkPredicate", link)
        yield _said(links, "triples", count)


def _said(subject: NamedNode, name: str, value: Term | None) -> ox.Triple:
    """Say something of VoID; what is counted is never unbound."""
    return ox.Triple(subject, NamedNode(vocab.STANDARD["void"] + name), cast(Term, value))
