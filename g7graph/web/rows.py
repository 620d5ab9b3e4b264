"""The rows of a saved query as its page shows them: a page of them, where the others are, what each comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from g7graph import run, vocab
from g7graph.queries import SavedQuery
from g7graph.table import Column, Table, Term, text
from g7graph.web import paging, runs
from g7graph.web.cells import Cell, cell
from g7graph.web.context import again, language, site
from g7graph.web.names import Names

#: Columns that hold keys of code lists, and the lists that these may be of.
_LISTS = {
    "axis": ("axis",),
    "kind": ("indicator-kind", "discrepancy-kind"),
    "level": ("place-level",),
    "measure": ("compliance-measure",),
    "rank": ("rank",),
    "relation": ("company-relation",),
    "reported": ("reported",),
    "role": ("agency-role",),
    "standing": ("standing",),
    "status": ("status",),
    "unit": ("unit",),
    "version": ("version",),
}


@dataclass(frozen=True)
class Shown:
    """A page of rows: the first of them (from 1), how many there are on all pages, the addresses of the others.

    `cells` are what is shown of the rows of its table: a key of a code list leads to its code, by the name of that.
    `evidence` has, where that is asked for, what each row comes from, by the name of its member; `toggle` leads to
    this page with it or without.
    """

    table: Table
    cells: list[list[Cell]]
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
    typed = run.typed(found, asked)
    return Shown(typed, _cells(typed), ran.page.first + 1, total, pages, evidence, toggle)


def _cells(table: Table) -> list[list[Cell]]:
    rows = [
        [(term, _codes(column.name, term)) for column, term in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    names = Names(site().store, (code for row in rows for _, codes in row for code in codes), language())
    return [[_cell(term, codes, names) for term, codes in row] for row in rows]


def _cell(term: Term | None, codes: Sequence[NamedNode], names: Names) -> Cell:
    code = next((one for one in codes if one.value in names), None)
    return cell(code, names) if code else cell(term)


def _codes(column: str, term: Term | None) -> list[NamedNode]:
    """Return the codes that a value may be the key of."""
    lists = _LISTS.get(column, ()) if isinstance(term, Literal) else ()
    return [NamedNode(vocab.thing(one, text(term))) for one in lists]


def _piece(evidence: Mapping[str, object], columns: Sequence[Column]) -> dict[str, Cell]:
    """Return what is shown of a piece of evidence, by member."""
    said = {column: str(evidence[column.name]) for column in columns if column.name in evidence}
    return {
        column.name: cell(NamedNode(value) if column.type == "iri" else Literal(value))
        for column, value in said.items()
    }
