"""Applying what was decided: each graph that changes is validated with all else, and saved whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import pyoxigraph as ox

from g7graph import vocab
from g7graph.build import MEMORY
from g7graph.linking.records import changed
from g7graph.linking.review import Decision
from g7graph.linking.things import known
from g7graph.project import Project
from g7graph.store.change import Change, Document, Kind
from g7graph.writing.framework import Framework


def apply(project: Project, decisions: Sequence[Decision], clock: Callable[[], datetime], *, lang: str) -> list[str]:
    """Write decisions into the Turtle of the links, and record who made them; return the graphs that changed.

    Raises Rejected where the framework would have violations, DataError for a file whose comments would be lost.
    """
    framework = Framework(project, MEMORY, clock, lang=lang)
    reviewers = ", ".join(sorted({one.reviewer for one in decisions}))
    graphs = changed(framework.store, decisions, known(framework.store))
    for graph, triples in graphs.items():
        body = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        document = Document(body, "nt", vocab.BASE)
        framework.apply(Change(Kind.REPLACE, reviewers, graph=graph, documents=(document,)))
    return list(graphs)
