"""Stores: one interface, an embedded engine or a remote SPARQL 1.1 service behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Triple

from g7graph.table import Table

Answer = QuerySolutions | QueryBoolean | QueryTriples


class Store(Protocol):
    """What a store does; an answer is created, consumed and dropped in one thread."""

    @property
    def version(self) -> str:
        """A hash that changes when the data does."""

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Evaluate a SPARQL 1.1 query; the graphs given, if any, replace the store's own dataset.

        Raises QueryError for a query that does not parse or is not allowed here.
        """

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table (ASK: one cell, `answer`). Raises QueryError likewise."""

    def triples(self, text: str) -> list[Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list. Raises QueryError likewise."""

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""
