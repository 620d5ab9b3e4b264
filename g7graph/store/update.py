"""Changes made in a pyoxigraph store: SPARQL Update, and documents put in the place of a graph or added to it."""

from __future__ import annotations

from contextlib import nullcontext

import pyoxigraph as ox

from g7graph.errors import QueryError, UnknownName
from g7graph.store import guard
from g7graph.store.attempt import limited
from g7graph.store.change import Change, Kind
from g7graph.store.documents import Graph, statements
from g7graph.store.edits import Edited
from g7graph.store.grammar import offset
from g7graph.store.limits import Limits
from g7graph.store.local import evaluated
from g7graph.store.mistakes import of_update as syntax_error
from g7graph.store.operations import Wanted, edited, gathered


def applied(
    store: ox.Store, change: Change, *, union: bool, version: str | None = None, limits: Limits | None = None
) -> bool:
    """Make a change of data that has a version, whole or not at all; return whether its graph is new.

    Where the default graph is the `union` of the named ones it cannot be written. With limits, who works apart is
    ended by an update, or the reading of documents, that goes beyond them. Raises what `Writer.apply` says.
    """
    if change.kind is Kind.UPDATE:
        change.condition.require(version, there=True)
        with limited(limits) if limits else nullcontext():
            _update(store, change, union)
        return False
    if union and change.graph is None:
        raise QueryError("no_default_graph", line=1, column=1)
    graph = _graph(change.graph)
    here = _has(store, graph)
    if change.kind is Kind.DROP and not here and change.graph is not None:
        raise UnknownName("graph", change.graph, sorted(one.value for one in _named(store)))
    change.condition.require(version, there=here or change.graph is None)
    if change.kind is Kind.DROP:
        store.clear_graph(graph)
        _without_empty(store)
        return False
    with limited(limits) if limits else nullcontext():  # contexts of JSON-LD take time out of proportion
        read = [quad for document in change.documents for quad in statements(document, graph)]
    if change.kind is Kind.REPLACE and here:
        _replace(store, graph, read)
    else:
        store.extend(read)
    _without_empty(store)
    return not here and isinstance(graph, ox.NamedNode) and _has(store, graph)  # an empty graph is none


def _update(store: ox.Store, change: Change, union: bool) -> None:
    guard.refuse_deep(change.text)
    moved = gathered(guard.readable(change.text))
    try:
        _evaluate(store, change, moved.text, union)
    except QueryError as error:
        raise where_it_was(error, moved) from error
    _without_empty(store)


def _evaluate(store: ox.Store, change: Change, asked: str, union: bool) -> None:
    graphs = [one.value for one in _named(store)] if union else None
    text = edited(asked, Wanted(change.using, change.using_named, graphs))
    for word, at in guard.outbound(text.text):  # what is left once nothing is loaded silently
        line, column = guard.position(asked, text.offset(at))
        raise QueryError("outbound", detail=word, line=line, column=column)
    try:
        evaluated(lambda functions: store.update(text.text, base_iri=guard.BASE, custom_functions=functions))
    except SyntaxError as error:
        raise syntax_error(str(error), asked, text.text, text.offset) from error


def where_it_was(error: QueryError, moved: Edited) -> QueryError:
    """Return an error of a text that was edited at its place in the original."""
    if not error.line or not moved.edits:
        return error
    line, column = guard.position(moved.original, moved.offset(offset(moved.text, error.line, error.column)))
    said = {name: value for name, value in error.values.items() if name not in ("line", "column", "detail")}
    return QueryError(error.key, detail=str(error.values["detail"]), line=line, column=column, **said)


def _replace(store: ox.Store, graph: Graph, quads: list[ox.Quad]) -> None:
    """Put statements in the place of a graph's, in one transaction: only an update of two operations is one."""
    written = ox.serialize([quad.triple for quad in quads], format=ox.RdfFormat.N_TRIPLES) or b""
    block, clear = written.decode(), "CLEAR SILENT DEFAULT"
    if isinstance(graph, ox.NamedNode):
        block, clear = f"GRAPH {graph} {{\n{block}}}", f"CLEAR SILENT GRAPH {graph}"
    store.update(f"{clear} ;\nINSERT DATA {{\n{block}}}")


def _graph(iri: str | None) -> Graph:
    try:
        return ox.DefaultGraph() if iri is None else ox.NamedNode(iri)
    except ValueError as error:
        raise QueryError("not_an_iri", detail=str(error)) from error


def _has(store: ox.Store, graph: Graph) -> bool:
    return next(iter(store.quads_for_pattern(None, None, None, graph)), None) is not None


def _named(store: ox.Store) -> list[ox.NamedNode]:
    return [graph for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]


def _without_empty(store: ox.Store) -> None:
    """Forget the graphs without statements: none are kept (SPARQL 1.1 Update §3.2)."""
    for graph in _named(store):
        if not _has(store, graph):
            store.remove_graph(graph)
