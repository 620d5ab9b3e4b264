"""Rows of a CSV or TSV file as spreadsheets save it, each with its line; comment lines on top are passed over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from g7graph.errors import DataError
from g7graph.sources.problem import Place, Problem

_SEPARATORS = "\t;,"
#: What a spreadsheet would take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Row:
    """A row: the line it begins on, its cells by column, without the white space around them."""

    path: str
    line: int
    cells: dict[str, str]

    def problem(self, key: str, column: str, **values: object) -> Problem:
        """Return that a cell is not as it should be."""
        place = Place(self.path, cell=column, line=self.line)
        return Problem(place, key, {"value": self.cells.get(column, ""), **values})


def rows(path: Path, needed: Iterable[str]) -> Iterator[Row | Problem]:
    """Read the rows that are not empty; one that is broken, or has more cells than there are columns, is a problem.

    Raises DataError for a file that is no UTF-8, or without the columns needed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("bad_encoding", path=str(path), column=error.start) from error
    lines = list(io.StringIO(text, newline=""))  # a spreadsheet ends no row at the other characters that end lines
    above = next((number for number, line in enumerate(lines) if not line.lstrip('"').startswith("#")), len(lines))
    head = lines[above] if above < len(lines) else ""
    reader = csv.reader(lines[above:], delimiter=max(_SEPARATORS, key=head.count))
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error:
        names = []
    missing = [name for name in needed if name not in names]
    if missing:
        raise DataError("columns_missing", path=str(path), line=above + 1, detail=", ".join(missing))
    begun = reader.line_num
    while True:
        values, problem = _next(reader)
        line, begun = above + begun + 1, reader.line_num
        if problem:
            yield Problem(Place(str(path), line=line), "bad_csv", {"detail": problem})
        elif values is None:
            return
        elif any(value.strip() for value in values[len(names) :]):
            yield Problem(Place(str(path), line=line), "bad_width", {"count": len(values), "expected": len(names)})
        elif any(value.strip() for value in values):
            filled = [*values, *[""] * (len(names) - len(values))]
            yield Row(str(path), line, {name: bare(value) for name, value in zip(names, filled, strict=False)})


def _next(reader: Iterator[list[str]]) -> tuple[list[str] | None, csv.Error | None]:
    """Return the next row, None after the last; or why the line is none."""
    try:
        return next(reader, None), None
    except csv.Error as error:
        return None, error


def guarded(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("Minera Milpo")
    ("'=1+1", 'Minera Milpo')
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def bare(value: str) -> str:
    """Return what was guarded, without the white space around it."""
    value = value.strip()
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value
