"""The rows of a saved query as its page shows them: a page of them, where the others are, what each comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import Literal, NamedNode

from g7graph import run, vocab
from g7graph.queries import SavedQuery
from g7graph.table import Column, Table, Term, text
from g7graph.web import paging, runs
from g7graph.web.cells import Cell, cell
from g7graph.web.context import again, language, site
from g7graph.web.names import Names


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
    def named(self) -> Table:
        """The rows with the names of codes in place of their keys, as charts tell them."""
        rows = (
            [_named(*one) for one in zip(self.table.columns, row, cells, strict=True)]
            for row, cells in zip(self.table.rows, self.cells, strict=True)
        )
        return Table(self.table.columns, tuple(map(tuple, rows)))

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
    rows = [list(zip(table.columns, row, strict=True)) for row in table.rows]
    names = Names(site().store, (_code(*pair) for pair in chain.from_iterable(rows)), language())
    return [[_cell(*pair, names) for pair in row] for row in rows]


def _named(column: Column, term: Term | None, shown: Cell) -> Term | None:
    return Literal(shown.text) if column.scheme and term else term


def _code(column: Column, term: Term | None) -> NamedNode | None:
    """Return the code that a value is the key of."""
    return NamedNode(vocab.thing(column.scheme, text(term))) if column.scheme and term else None


def _cell(column: Column, term: Term | None, names: Names) -> Cell:
    code = _code(column, term)
    return cell(code, names) if code and code.value in names else cell(term)


def _piece(evidence: Mapping[str, object], columns: Sequence[Column]) -> dict[str, Cell]:
    """Return what is shown of a piece of evidence, by member."""
    said = {column: str(evidence[column.name]) for column in columns if column.name in evidence}
    return {
        column.name: cell(NamedNode(value) if column.type == "iri" else Literal(value))
        for column, value in said.items()
    }
