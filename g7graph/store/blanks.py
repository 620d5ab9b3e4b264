"""The names of blank nodes: the engine draws new ones whenever it loads a file; the same data are to have the same."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

_ASKED = Path(__file__).with_name("blanks.rq")


def name(store: ox.Store) -> None:
    """Name the blank nodes of the named graphs by RDFC-1.0: answers that have some are the same at each start."""
    quads = [ox.Quad(*row) for row in store.query(_ASKED.read_text(encoding="utf-8"))]  # type: ignore[union-attr]
    named = ox.Dataset(quads)
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    for quad in quads:
        store.remove(quad)
    store.extend(named)
