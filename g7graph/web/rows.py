"""The rows of a saved query as its page shows them: a page of them, where the others are, what each comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from g7graph import run
from g7graph.queries import SavedQuery
from g7graph.table import Column, Table, text
from g7graph.web import paging, runs
from g7graph.web.cells import Cell, cell
from g7graph.web.context import again, site


@dataclass(frozen=True)
class Shown:
    """A page of rows: the first of them (from 1), how many there are on all pages, the addresses of the others.

    `evidence` has, where that is asked for, what each row comes from, by the name of its member; `toggle` leads to
    this page with it or without.
    """

    table: Table
    first: int
    total: int
    pages: Mapping[str, str]
    evidence: list[list[dict[str, Cell]]] | None
    toggle: str | None

    @property
    def last(self) -> int:
        """The number of its last row."""
        return self.first + len(self.table) - 1


def shown(asked: SavedQuery, ran: runs.Ran) -> Shown:
    """Return how a run that was made for a page is shown."""
    found, evidence = ran.table, None
    total = ran.told.rows if ran.told.rows is not None else len(found)
    if asked.explain and runs.is_explained(asked):
        columns = site().library.explain[asked.explain.query].columns
        evidence = [[_piece(one, columns) for one in json.loads(text(row[-1]))] for row in found.rows]
        found = Table(found.columns[:-1], tuple(row[:-1] for row in found.rows))
    pages = paging.links(ran.page, total) if ran.page.last(total) > 1 else {}
    toggle = again(runs.EXPLAIN, "" if evidence is not None else "1") if asked.explain else None
    return Shown(run.typed(found, asked), ran.page.first + 1, total, pages, evidence, toggle)


def _piece(evidence: Mapping[str, object], columns: Sequence[Column]) -> dict[str, Cell]:
    """Return what is shown of a piece of evidence, by member."""
    said = {column: str(evidence[column.name]) for column in columns if column.name in evidence}
    return {
        column.name: cell(NamedNode(value) if column.type == "iri" else Literal(value))
        for column, value in said.items()
    }
