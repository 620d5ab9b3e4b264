"""A table within a sheet: its columns by the words of their headings, what stands above it, where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from g7graph.sources.eiti import values
from g7graph.sources.eiti.columns import heading, headings
from g7graph.sources.eiti.sheets import Line, Sheet
from g7graph.sources.problem import Place, Problem
from g7graph.vocab import fold

_ABOVE = 40
_LEAST_HEADINGS = 3
_LEGAL_NAME, _NUMBER, _CURRENCY_UNIT = "legal name", "identification", "currency unit"


@dataclass
class Table:
    """A table of a sheet: the row of its headings, column → name of ours, and the rows above."""

    sheet: Sheet
    headings: Line
    names: Mapping[int, str]
    above: Sequence[Line]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The names of its columns."""
        return frozenset(self.names.values())

    @cached_property
    def companies(self) -> dict[int, dict[str, str]]:
        """The columns that are companies (template 1.x): what stands right of «Legal name», with the numbers below."""
        found: dict[int, dict[str, str]] = {}
        for line in self.above if "company" not in self.kinds else ():
            for column, value in enumerate(line.values):
                said = fold(value) if isinstance(value, str) else ""
                if said == _LEGAL_NAME:
                    for at, one in enumerate(line.values[column + 1 :], column + 1):
                        if not values.is_nothing(one):
                            found[at] = {"company": values.text(one)}
                elif said == _NUMBER:
                    for at, company in found.items():
                        if not values.is_nothing(line.value(at)):
                            company[_NUMBER] = values.text(line.value(at))
        return found

    @cached_property
    def currency(self) -> str | None:
        """The currency that stands below «Currency unit»."""
        for line, below in zip(self.above, self.above[1:], strict=False):
            for column, value in enumerate(line.values):
                if isinstance(value, str) and fold(value) == _CURRENCY_UNIT:
                    return values.text(below.value(column)) or None
        return None

    def said(self, line: Line) -> dict[str, object]:
        """Return the values of a row by the names of their columns."""
        return {name: line.value(column) for column, name in self.names.items()}

    def rows(self) -> Iterator[Line]:
        """Yield the rows below the headings, down to another table; below a total those of a stream or company."""
        is_below = False
        for line in self._below():
            if begins_table(line):
                return
            if "value" in self.kinds and self._is_total(line):
                is_below = True
            elif not is_below or self._is_named(line):
                yield line

    def unread(self, source: str) -> Iterator[Problem]:
        """Tell of what is not read: columns, what else stands above companies (commodities), a table above."""
        first = min(self.companies, default=len(self.headings.values) + 1)
        for column in self.headings.texts:
            if column < first - 1 and column not in self.names:  # beside companies stand subtotals
                key = "repeated_column" if heading(str(self.headings.value(column))) else "unread_column"
                yield self._problem(source, key, self.headings, column)
        if self.companies:
            yield from self._unread_of_companies(source, first)
        else:
            yield from self._unread_table(source, (line for line in self.above if len(line.texts) >= _LEAST_HEADINGS))

    def unread_below(self, source: str) -> Iterator[Problem]:
        """Tell of another table below."""
        yield from self._unread_table(source, filter(begins_table, self._below()))

    def _unread_of_companies(self, source: str, first: int) -> Iterator[Problem]:
        for line in self.above:
            column = next((column for column in reversed(line.texts) if column < first), None)
            given = sum(not values.is_nothing(line.value(one)) for one in self.companies)
            is_read = column is not None and fold(str(line.value(column))) in (_LEGAL_NAME, _NUMBER)
            if column is not None and not is_read and 2 * given > len(self.companies):
                yield self._problem(source, "unread_column", line, column)

    def _unread_table(self, source: str, begins: Iterator[Line]) -> Iterator[Problem]:
        yield from (self._problem(source, "unread_table", line, line.texts[0]) for line in islice(begins, 1))

    def _problem(self, source: str, key: str, line: Line, column: int) -> Problem:
        return Problem(
            Place(source, self.sheet.title, line.cell(column)), key, {"value": line.value(column)}, lost=False
        )

    def _below(self) -> Iterator[Line]:
        return (line for line in self.sheet.lines() if line.number > self.headings.number)

    def _is_named(self, line: Line) -> bool:
        """Whether a row says of which stream or company it is."""
        said = self.said(line)
        return not all(values.is_nothing(said.get(name)) for name in ("stream", "company"))

    def _is_total(self, line: Line) -> bool:
        """Whether a row is of totals: it says so, and is of no stream; a company may be called Total."""
        if not any(map(_says_total, line.values)):
            return False
        stream = self.said(line).get("stream")
        return values.is_nothing(stream) or _says_total(stream)


def found(sheet: Sheet) -> Table | None:
    """Find the headings of a sheet's table: the first row that has enough of them, and what makes it a table.

    Raises BadWorkbook where the sheet breaks off.
    """
    above: list[Line] = []
    for line in islice(sheet.lines(), _ABOVE):
        names = _known(line)
        kinds = set(names.values())
        if ("value" in kinds and len(kinds) >= _LEAST_HEADINGS) or {"company", "identification"} <= kinds:
            return Table(sheet, line, _with_labels(names, line), above)
        above.append(line)
    return None


def begins_table(line: Line) -> bool:
    """Whether a row is the headings of a table."""
    return len(_known(line)) >= _LEAST_HEADINGS


def _known(line: Line) -> dict[int, str]:
    """Return the cells of a row that are headings: column → name of ours."""
    return {column: one.name for column, one in enumerate(headings(line.values)) if one}


def _with_labels(names: dict[int, str], line: Line) -> dict[int, str]:
    """Template 1.x has the labels of GFS codes in a column without heading, right of the codes."""
    for column, name in list(names.items()):
        beside = column + 1
        if name == "gfs" and beside < len(line.values) and line.values[beside] is None:
            names[beside] = "gfs label"
    return names


def _says_total(value: object) -> bool:
    return isinstance(value, str) and fold(value).startswith("total")
