"""Derive: rules kept as CONSTRUCT queries add what can be computed, once, to a named graph of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import pyoxigraph as ox

from g7graph import vocab
from g7graph.errors import UsageError
from g7graph.queries import SavedQuery

PROGRESS = vocab.DERIVED + "progress"


def in_order(rules: Mapping[str, SavedQuery]) -> list[SavedQuery]:
    """Return the rules so that each comes after those its header names in `after:`.

    Raises UsageError for rules that wait for one another.
    """
    graph = {name: sorted(rule.header.get("after") or ()) for name, rule in sorted(rules.items())}
    try:
        return [rules[name] for name in TopologicalSorter(graph).static_order()]
    except (CycleError, KeyError) as error:
        raise UsageError("rule_cycle", detail=error.args[-1]) from error


def derive(store: ox.Store, rules: Mapping[str, SavedQuery]) -> int:
    """Run the rules over the union of the graphs into `graph/derived/progress`; return how many triples it has.

    Each rule sees what the rules before it produced. What the graph held before is dropped.
    """
    graph = ox.NamedNode(PROGRESS)
    store.remove_graph(graph)
    for rule in in_order(rules):
        found = store.query(rule.text, use_default_graph_as_union=True)
        store.extend(_quads(found, graph))  # type: ignore[arg-type]  # a rule is a CONSTRUCT
    return sum(1 for _ in store.quads_for_pattern(None, None, None, graph))


def _quads(triples: Iterable[ox.Triple], graph: ox.NamedNode) -> list[ox.Quad]:
    """Read the answer whole before the store changes under it."""
    return [ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples]
