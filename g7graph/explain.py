"""What the rows of a saved query come from: the records, passages and formulas that its explaining query finds.

The header says which query below `explain/` that is and which of its variables are columns of the row. It is asked
once, for all rows; its other columns are what it says of each piece of evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from g7graph import run
from g7graph.queries import Explain, Library
from g7graph.run import Given
from g7graph.store import Store
from g7graph.table import Column, Table, Term, python, text
from g7graph.vocab import RDF_JSON

#: The column that explains a row in formats that tell datatypes; the columns of the other formats begin with it.
COLUMN = "evidence"

Evidence = Mapping[str, str | int | float | bool]


@dataclass(frozen=True)
class Explained:
    """A table and, for each of its rows, the pieces of evidence; `members` are what may be said of each."""

    table: Table
    members: tuple[str, ...]
    evidence: tuple[tuple[Evidence, ...], ...]

    def nested(self) -> Table:
        """Return the table with one column more, which holds the evidence of each row as JSON."""
        written = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in self.evidence]
        cells = [(Literal(one, datatype=NamedNode(RDF_JSON)),) for one in written]
        return self._with((Column(COLUMN, "json"),), cells)

    def flat(self) -> Table:
        """Return the table with a column for each member; line by line the cells of a row tell of the same piece."""
        columns = tuple(Column(f"{COLUMN}{member[0].upper()}{member[1:]}") for member in self.members)
        cells = [
            tuple(Literal("\n".join(_line(one.get(member, "")) for one in row)) for member in self.members)
            for row in self.evidence
        ]
        return self._with(columns, cells)

    def _with(self, columns: tuple[Column, ...], cells: Sequence[tuple[Literal, ...]]) -> Table:
        rows = tuple((*row, *more) for row, more in zip(self.table.rows, cells, strict=True))
        return Table((*self.table.columns, *columns), rows)


def explained(store: Store, library: Library, how: Explain, given: Mapping[str, Given], table: Table) -> Explained:
    """Explain the rows of a query that was run with some parameters, as its header says."""
    asked = library.explain[how.query]
    members = tuple(column.name for column in asked.columns if column.name not in how.by)
    places = {variable: table.names.index(column) for variable, column in how.by.items()}
    keys = {name: _distinct(row[place] for row in table.rows) for name, place in places.items()}
    slots = {**{name: [term] for name, term in given.items()}, **keys}
    found = store.table(run.filled(asked.text, slots)) if table.rows else Table((), ())
    evidence: dict[tuple[str, ...], list[Evidence]] = {}
    for row in found.rows:
        cells = dict(zip(found.names, row, strict=True))
        said = {name: value for name in members if (value := _value(cells[name])) is not None}
        evidence.setdefault(tuple(text(cells[name]) for name in how.by), []).append(said)
    of_rows = [evidence.get(tuple(text(row[place]) for place in places.values()), []) for row in table.rows]
    return Explained(table, members, tuple(map(tuple, of_rows)))


def _distinct(terms: Iterable[Term | None]) -> list[Given]:
    return [one for one in dict.fromkeys(terms) if isinstance(one, NamedNode | Literal)]


def _value(term: Term | None) -> str | int | float | bool | None:
    """Return what JSON says of a term: a number as a number, a date as text."""
    value = python(term)
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _line(value: str | float) -> str:
    """Return a value on one line."""
    return " ".join(str(value).split())
