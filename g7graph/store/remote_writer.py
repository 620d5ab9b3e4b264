"""Writing to a remote service: by SPARQL Update, and by the Graph Store Protocol where it has one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import pyoxigraph as ox

from g7graph.errors import Limited, QueryError, StoreError, UnknownName
from g7graph.store.attempt import attempted, limited
from g7graph.store.change import Change, Document, Kind, Outcome
from g7graph.store.connection import Watch
from g7graph.store.documents import statements
from g7graph.store.edits import Edited
from g7graph.store.guard import BASE
from g7graph.store.limits import Limits
from g7graph.store.local import nodes
from g7graph.store.operations import Wanted, edited
from g7graph.store.remote import RemoteStore
from g7graph.store.standard import standard
from g7graph.store.update import where_it_was

T = TypeVar("T")

_METHODS = {Kind.REPLACE: "PUT", Kind.MERGE: "POST", Kind.DROP: "DELETE"}
_NOT_FOUND = 404
#: What a proxy says in the place of a service that it has asked.
_PASSED_ON = (502, 504)


class RemoteWriter:
    """A writer for a remote store, which is its own truth: what it takes is not derived from, nor validated, here.

    A change is made whole where the service makes a request whole, as nearly all do. Nobody knows in which state it is:
    a condition on that never holds, and others may write between the question whether a graph is there and the change.
    With limits, the documents of others are read within them, by a process of its own.
    """

    def __init__(self, store: RemoteStore, *, seconds: float = 300.0, limits: Limits | None = None) -> None:
        self._store = store
        self._seconds = seconds
        self._limits = limits

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:
        """Make a change; see `Writer.apply`. Raises StoreError where the service does not answer or refuses it."""
        sent = self._standard(change.text)
        if gone():
            raise Limited("client_gone")
        self._store.changed()  # others write too: which graphs there are is asked anew
        if change.kind is Kind.UPDATE:
            created = False
            change.condition.require(None, there=True)
            try:
                self._asked(change, sent.text)
            except QueryError as error:
                raise where_it_was(error, sent) from error
        else:
            created = self._of_graph(change)
        self._store.changed()
        return Outcome(created, self._store.version)

    def _standard(self, text: str) -> Edited:
        """Return an update as it is sent; a long one is looked at apart, for it may take more than a process has."""
        looked_at = partial(standard, text, updates=True)
        if self._limits is None or len(text) <= self._limits.query_characters:
            return looked_at()
        return attempted(partial(_within, self._limits, looked_at), self._limits)

    def _asked(self, change: Change, sent: str) -> None:
        """Send an update; over a framework one that names no graphs sees the union, as queries do."""
        graphs = self._store.sent()
        if graphs is None:
            nodes(change.using), nodes(change.using_named)
            self._update(sent, change.using or (), change.using_named or ())
            return
        text = edited(sent, Wanted(change.using, change.using_named, graphs))
        try:
            self._update(text.text)
        except QueryError as error:
            raise where_it_was(error, text) from error

    def _of_graph(self, change: Change) -> bool:
        """Change one graph; return whether it is new."""
        if change.graph is None and self._store.sent() is not None:
            raise QueryError("no_default_graph", line=1, column=1)
        triples = self._read(change)
        known = self._store.graphs()
        new = change.graph is not None and change.graph not in known
        if change.kind is Kind.DROP and new:
            raise UnknownName("graph", change.graph or "", known)
        change.condition.require(None, there=not new)
        if self._store.address.graphs:
            self._send(change, triples)
        else:
            self._update(_update_of(change, triples))
        return new

    def _read(self, change: Change) -> list[ox.Triple]:
        """Read the documents of a change; contexts of JSON-LD take time out of proportion, which nothing interrupts."""
        if self._limits is None or not change.documents:
            return _triples(change)
        read = attempted(partial(_within, self._limits, partial(_serialized, change)), self._limits)
        return [quad.triple for quad in ox.parse(read, format=ox.RdfFormat.N_TRIPLES)]

    def _send(self, change: Change, triples: list[ox.Triple]) -> None:
        dropped = change.kind is Kind.DROP
        body = None if dropped else ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)  # which is Turtle too
        media_type = "" if dropped else ox.RdfFormat.TURTLE.media_type
        with self._waiting() as watch:
            method = _METHODS[change.kind]
            status = self._store.client.graph(method, change.graph, watch, body=body, media_type=media_type)
        if status == _NOT_FOUND and not dropped:
            raise self._store.client.unexpected(status)

    @contextmanager
    def _waiting(self) -> Iterator[Watch]:
        """Wait for the service as long as a change may take; what it then does nobody knows."""
        with Watch(self._seconds) as watch:
            try:
                yield watch
            except Limited as error:
                raise Limited.too_long(self._seconds, "change_unanswered") from error
            except StoreError as error:
                if error.values.get("sent") or error.values.get("status") in _PASSED_ON:
                    raise StoreError("change_unsure") from error
                raise

    def _update(self, text: str, using: Iterable[str] = (), using_named: Iterable[str] = ()) -> None:
        if not self._store.address.update:
            raise QueryError("not_evaluated", detail="G7GRAPH_STORE_UPDATE")
        with self._waiting() as watch:
            self._store.client.update(text, watch, using=tuple(using), using_named=tuple(using_named))


def load(store: ox.Store, writer: RemoteWriter, *, who: str, progress: Callable[[str], None] = lambda _: None) -> int:
    """Put each graph of a store, valid as it is, in the place of the remote one of its name; return how many.

    A graph is replaced whole or not at all; the graphs of the remote store that are not in this one stay.
    `progress` is told each graph before it is sent.
    """
    graphs = loadable(store)
    for graph in graphs:
        progress(graph)
        place = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        quads = store.quads_for_pattern(None, None, None, place)
        body = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
        writer.apply(Change(Kind.REPLACE, who, graph=graph or None, documents=(Document(body, "nt", graph or BASE),)))
    return len(graphs)


def loadable(store: ox.Store) -> list[str]:
    """List what `load` loads: the named graphs, sorted; before them the default graph, as "", where it has anything."""
    plain = any(True for _ in store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    named = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    return [*([""] if plain else []), *named]


def _update_of(change: Change, triples: list[ox.Triple]) -> str:
    """Write a change of a graph as SPARQL Update, of serialised terms only."""
    name = str(ox.NamedNode(change.graph)) if change.graph is not None else ""
    place = f"GRAPH {name}" if name else "DEFAULT"
    if change.kind is Kind.DROP:
        return f"CLEAR SILENT {place} ;\nDROP SILENT {place}"  # Virtuoso drops only what was created by CREATE
    statements = "\n".join(f"{triple} ." for triple in triples)
    placed = f"GRAPH {name} {{\n{statements}\n}}" if name else statements
    # Virtuoso takes no blank nodes in INSERT DATA
    data = f"INSERT {{ {placed} }} WHERE {{}}" if _has_blank(triples) else f"INSERT DATA {{ {placed} }}"
    return f"CLEAR SILENT {place} ;\n{data}" if change.kind is Kind.REPLACE else data


def _has_blank(triples: list[ox.Triple]) -> bool:
    return any(isinstance(term, ox.BlankNode) for triple in triples for term in (triple.subject, triple.object))


def _within(limits: Limits, work: Callable[[], T]) -> T:
    with limited(limits):
        return work()


def _serialized(change: Change) -> bytes:
    return ox.serialize(_triples(change), format=ox.RdfFormat.N_TRIPLES) or b""


def _triples(change: Change) -> list[ox.Triple]:
    graph = ox.DefaultGraph() if change.graph is None else ox.NamedNode(change.graph)
    return [quad.triple for document in change.documents for quad in statements(document, graph)]
