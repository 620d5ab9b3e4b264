"""Derive: rules kept as CONSTRUCT queries add what can be computed, once, to named graphs of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pyoxigraph as ox

from g7graph import vocab
from g7graph.errors import UsageError
from g7graph.queries import SavedQuery

PROGRESS = vocab.DERIVED + "progress"
CUBE = vocab.DERIVED + "cube"
#: The graphs that rules fill.
GRAPHS = (PROGRESS, CUBE)
_HELD = 1 << 24


def in_order(rules: Mapping[str, SavedQuery]) -> list[SavedQuery]:
    """Return the rules so that each comes after those its header names in `after:`.

    Raises UsageError for rules that wait for one another.
    """
    graph = {name: sorted(rule.header.get("after") or ()) for name, rule in sorted(rules.items())}
    try:
        return [rules[name] for name in TopologicalSorter(graph).static_order()]
    except (CycleError, KeyError) as error:
        raise UsageError("rule_cycle", detail=error.args[-1]) from error


def graph_of(rule: SavedQuery) -> str:
    """Return the graph a rule fills: `graph/derived/<name>` of its header's `graph:`, else that of progress.

    Raises UsageError for a graph that is none of GRAPHS.
    """
    graph = vocab.DERIVED + str(rule.header["graph"]) if "graph" in rule.header else PROGRESS
    if graph not in GRAPHS:
        raise UsageError("rule_graph", rule=rule.name, graph=graph)
    return graph


def derive(store: ox.Store, rules: Mapping[str, SavedQuery]) -> int:
    """Run the rules over the union of the graphs, each into its own graph; return how many triples are derived.

    Each rule sees what the rules before it produced. What the graphs held before is dropped.
    """
    for graph in GRAPHS:
        store.remove_graph(ox.NamedNode(graph))
    for rule in in_order(rules):
        _run(store, rule, ox.NamedNode(graph_of(rule)))
    return sum(_size(store, graph) for graph in GRAPHS)


def _size(store: ox.Store, graph: str) -> int:
    (counted,) = store.query(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")  # type: ignore[misc]
    return int(counted[0].value)


def _run(store: ox.Store, rule: SavedQuery, graph: ox.NamedNode) -> None:
    """Answer into a file and load that: the store is not changed while it is read, nor are millions of triples held.

    Read statement by statement, blank nodes stay those of the store; loaded as a file they would be others.
    """
    with tempfile.SpooledTemporaryFile(_HELD) as file:
        found = store.query(rule.text, use_default_graph_as_union=True)
        found.serialize(file, format=ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]  # a rule is a CONSTRUCT
        del found
        file.seek(0)
        triples = ox.parse(input=file, format=ox.RdfFormat.N_TRIPLES)
        store.bulk_extend(ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples)
