"""The embedded store: pyoxigraph, in memory or on disk."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import pyoxigraph as ox

from g7graph.errors import QueryError
from g7graph.store import Answer, guard
from g7graph.store.answers import as_table, as_triples
from g7graph.store.complaint import not_evaluated
from g7graph.store.dataset import names_dataset
from g7graph.store.federation import NONE, Redirected, redirected
from g7graph.store.mistakes import of_query
from g7graph.table import Table

if TYPE_CHECKING:
    from g7graph.store.relay import Relay

_UNKNOWN_FUNCTION = re.compile(r"The custom function <(?P<iri>[^>]*)> is not supported")
_MOST_FUNCTIONS = 50


T = TypeVar("T")
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Functions = dict[ox.NamedNode, Callable[..., Term | None]]


class LocalStore:
    """A pyoxigraph store with the rules of the service: union default graph unless the query names its own."""

    def __init__(self, inner: ox.Store, *, version: str, union: bool = True, in_memory: bool = True) -> None:
        self.inner = inner
        self.in_memory = in_memory
        self.version = version
        self.union = union
        self.federation = NONE
        self._size: int | None = None
        self._relay: tuple[int, Relay] | None = None

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Evaluate a query; the graphs given, if any, replace the store's own dataset.

        Nothing outside is asked but the services of its `federation`. The answer is to be consumed and dropped in this
        same thread. Raises QueryError for a query that does not parse or is not allowed here.
        """
        asks = self.federation.check(text)
        readable = guard.readable(text)
        asked = redirected(readable, self._relayed().of) if asks else Redirected(readable, ())
        given = default_graphs is not None or named_graphs is not None
        union = self.union and not given and not names_dataset(text)
        try:
            return evaluated(
                lambda functions: self.inner.query(
                    asked.text,
                    base_iri=guard.BASE,
                    use_default_graph_as_union=union,
                    default_graph=[*nodes(default_graphs)] if given else None,
                    named_graphs=nodes(named_graphs) if given else None,
                    custom_functions=functions,
                )
            )
        except SyntaxError as error:
            raise of_query(str(error), readable, asked.text, asked.offset) from error

    def unmasked(self, message: str) -> str:
        """Return what the engine says of services by the addresses that they have."""
        return self._relay[1].unmasked(message) if self._relay else message

    def _relayed(self) -> Relay:
        """Return what asks services for the engine; each process has its own."""
        from g7graph.store.relay import Relay  # few processes need what it takes

        if self._relay is None or self._relay[0] != os.getpid():
            self._relay = os.getpid(), Relay(self.federation.addresses)
        return self._relay[1]

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return as_table(self.query(text))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        return as_triples(self.query(text))

    def statements(self, subjects: Iterable[ox.NamedNode], properties: Sequence[ox.NamedNode] = ()) -> list[ox.Quad]:
        """Return the statements of some subjects in every graph; of some properties only, where they are given."""
        patterns = ((subject, property_) for subject in subjects for property_ in properties or (None,))
        return [quad for pattern in patterns for quad in self.inner.quads_for_pattern(*pattern, None, None)]

    def graphs(self) -> list[str]:
        """List the named graphs, sorted; an empty one is none."""
        there = (graph for graph in self.inner.named_graphs() if isinstance(graph, ox.NamedNode))
        return sorted(one.value for one in there if any(self.inner.quads_for_pattern(None, None, None, one)))

    def size(self) -> int:
        """Return how many statements there are, of all graphs together."""
        return len(self.inner) if self._size is None else self._size

    def settled(self) -> None:
        """Count its statements for good: nothing changes any more.

        Done before processes are forked: to count touches each statement, and who does it comes to hold them alone.
        """
        self._size = len(self.inner)


def evaluated(evaluate: Callable[[Functions], T]) -> T:
    """Have the engine evaluate a text; a function it does not know is an error of its expression (SPARQL 1.1 §17.6).

    Raises QueryError for what cannot be evaluated, SyntaxError as the engine does.
    """
    functions: Functions = {}
    while True:
        try:
            return evaluate(functions)
        except (OSError, ValueError, RuntimeError) as error:
            unknown = _UNKNOWN_FUNCTION.match(str(error))
            if not unknown or len(functions) >= _MOST_FUNCTIONS:
                raise not_evaluated(str(error)) from error
            functions[ox.NamedNode(unknown["iri"])] = lambda *_: None


def nodes(graphs: Sequence[str] | None) -> list[ox.NamedNode | ox.BlankNode]:
    """Return the names of graphs. Raises QueryError for what is no IRI."""
    try:
        return [ox.NamedNode(iri) for iri in graphs or ()]
    except ValueError as error:
        raise QueryError("not_an_iri", detail=str(error)) from error
