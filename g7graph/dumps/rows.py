"""The rows of a table as CSV (RFC 4180, UTF-8), written as the store answers and read back with their types."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from pyoxigraph import QuerySolutions

from g7graph.dumps.schema import Field, Schema
from g7graph.errors import DataError
from g7graph.store import Engine
from g7graph.table import Value, text

_LONGEST_CELL = 1 << 30
_INT64 = re.compile(r"-?\d{1,18}")
_FORMS: Mapping[str, re.Pattern[str]] = {
    "integer": _INT64,
    "decimal": re.compile(r"-?\d+(\.\d+)?"),
    "boolean": re.compile(r"true|false"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "gYearMonth": re.compile(r"\d{4}-\d\d"),
}
_PYTHON: Mapping[str, Callable[[str], Value]] = {
    "integer": int,
    "decimal": Decimal,
    "boolean": "true".__eq__,
    "date": date.fromisoformat,
}


@dataclass(frozen=True)
class Rows:
    """A table as it was written: of a field whose values are not all of its type, the type is string.

    `widths` are the characters of the longest value of each field.
    """

    schema: Schema
    path: Path
    count: int
    widths: tuple[int, ...]

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        """Read the rows: numbers, truth values and dates as such; what is not known is None."""
        convert = [_PYTHON.get(field.type, str) for field in self.schema.fields]
        for row in self.written():
            yield tuple(one(cell) if cell else None for one, cell in zip(convert, row, strict=True))

    def written(self) -> Iterator[list[str]]:
        """Read the rows as they are written."""
        csv.field_size_limit(_LONGEST_CELL)
        with self.path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            yield from reader


def write(store: Engine, schema: Schema, path: Path) -> Rows:
    """Ask for a table and write it; values stand as they are, as in all our CSV: for spreadsheets there is XLSX."""
    widths = [0] * len(schema.fields)
    fitting = [True] * len(schema.fields)
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(schema.names)
        for cells in _cells(store, schema):
            out.writerow(cells)
            count += 1
            for place, cell in enumerate(cells):
                widths[place] = max(widths[place], len(cell))
                fitting[place] = fitting[place] and _fits(schema.fields[place], cell)
    fields = tuple(
        field if fits else replace(field, type="string") for field, fits in zip(schema.fields, fitting, strict=True)
    )
    return Rows(replace(schema, fields=fields), path, count, tuple(widths))


def _cells(store: Engine, schema: Schema) -> Iterator[list[str]]:
    found = cast(QuerySolutions, store.query(schema.query.text))
    missing = set(schema.names) - {variable.value for variable in found.variables}
    if missing:
        detail = f"SELECT {' '.join(f'?{name}' for name in sorted(missing))}"
        raise DataError("bad_header_part", path=str(schema.query.path), line=1, detail=detail)
    for solution in found:
        yield [_cell(field, text(solution[field.name])) for field in schema.fields]


def _cell(field: Field, written: str) -> str:
    """Return what a cell holds; several values in their order, which the engine does not promise."""
    return " ".join(sorted(written.split(" "))) if field.many else written


def _fits(field: Field, cell: str) -> bool:
    form = _FORMS.get(field.type)
    return not cell or form is None or form.fullmatch(cell) is not None
