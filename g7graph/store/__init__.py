"""Stores: one interface, an embedded engine or a remote SPARQL 1.1 service behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Triple

from g7graph.table import Table

Answer = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True)
class Question:
    """A query and the graphs that replace the store's own dataset, if any (SPARQL 1.1 Protocol §2.1.4)."""

    text: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Asker:
    """Who asks: a name to count by, how long they would wait at most, and whether they are gone."""

    client: str = ""
    seconds: float | None = None
    gone: Callable[[], bool] = lambda: False


class Store(Protocol):
    """What a store does."""

    @property
    def version(self) -> str:
        """A hash that changes when the data does."""

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table (ASK: one cell, `answer`). Raises QueryError likewise."""

    def triples(self, text: str) -> list[Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list. Raises QueryError likewise."""

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""

    def size(self) -> int:
        """Return how many statements there are, of all graphs together."""


class Engine(Store, Protocol):
    """A store whose answers can be had as the engine gives them."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Evaluate a SPARQL 1.1 query; the graphs given, if any, replace the store's own dataset.

        An answer is created, consumed and dropped in one thread. Raises QueryError for a query that does not parse or
        is not allowed here.
        """


class Service(Store, Protocol):
    """A store that strangers may ask."""

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        """Evaluate a query into a file, from its start, in one of `answers.FORMS`; whoever asked closes it.

        Raises QueryError as a store does, Limited for what goes beyond a limit.
        """
