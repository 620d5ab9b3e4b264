"""The names of blank nodes: the engine draws new ones whenever it loads a file; the same data are to have the same."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

_ASKED = Path(__file__).with_name("blanks.rq")
#: One of these is in every file of Turtle 1.2 that has a blank node: in brackets, a list, by a label, for a reifier.
_MARKS = (b"[", b"(", b"_:", b"<<", b"{|", b"~")


def may_be_in(path: Path) -> bool:
    """Whether a Turtle file may have blank nodes; a text with a bracket passes for one."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return any(data.find(mark) >= 0 for mark in _MARKS)


def name(store: ox.Store, graphs: Sequence[str]) -> None:
    """Name the blank nodes of some graphs by RDFC-1.0: answers that have some are the same at each start.

    The engine looks up each term to tell what it is, which of a million statements takes longer than to load them.
    """
    found = store.query(_ASKED.read_text(encoding="utf-8"), named_graphs=[ox.NamedNode(graph) for graph in graphs])
    quads = [ox.Quad(*row) for row in found]  # type: ignore[union-attr]
    named = ox.Dataset(quads)
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    for quad in quads:
        store.remove(quad)
    store.extend(named)
