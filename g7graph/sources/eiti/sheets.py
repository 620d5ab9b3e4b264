"""The sheets of a workbook (Office Open XML, ECMA-376): rows within bounds, merged cells and formulas seen."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from g7graph.sources.eiti.source import Source

MOST_BYTES = 200_000_000
_MOST_PARTS = 2_000
_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
_START = 2_048
_MERGED = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}mergeCell"

Range = tuple[int, int, int, int]


class BadWorkbook(ValueError):
    """A file that is no workbook, or one beyond the bounds: a message key of `locale/sources.toml`."""

    def __init__(self, key: str, **said: object) -> None:
        super().__init__(key)
        self.key, self.said = key, said


class Uncomputed:
    """Stands where a formula has no value: whoever saved the file did not compute it."""

    def __str__(self) -> str:
        return "="


UNCOMPUTED = Uncomputed()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet: its number from 1, its values from column A; `within` are columns inside a merged cell.

    Those have the value of the merged cell too, which stands in its first row and column only.
    """

    number: int
    values: Sequence[object]
    within: frozenset[int] = frozenset()

    @property
    def texts(self) -> list[int]:
        """The columns that have a text."""
        return [column for column, value in enumerate(self.values) if isinstance(value, str) and value.strip()]

    def value(self, column: int) -> object:
        """Return the value of a column, None beyond the last."""
        return self.values[column] if column < len(self.values) else None

    def cell(self, column: int) -> str:
        """Return what people call a cell; columns count from 0 here."""
        return f"{get_column_letter(column + 1)}{self.number}"


@dataclass
class Sheet:
    """A sheet: its title and its rows, read anew each time they are asked for."""

    title: str
    _values: Any = field(repr=False)
    _formulas: Any = field(repr=False)
    _merged: list[Range] = field(repr=False)

    def lines(self) -> Iterator[Line]:
        """Yield the rows that are not empty. Raises BadWorkbook beyond the bounds."""
        waiting, open_ = sorted(self._merged), list[tuple[Range, object]]()
        for number, (values, formulas) in enumerate(zip(self._rows(self._values), self._rows(self._formulas)), 1):  # noqa: B905 - of one sheet
            if number > _MOST_ROWS or len(values) > _MOST_COLUMNS:
                raise BadWorkbook("too_large", most=MOST_BYTES)
            found = [
                UNCOMPUTED if value is None and formula is not None else value
                for value, formula in zip(values, formulas, strict=False)
            ]
            while waiting and waiting[0][0] <= number:
                top, left, *_ = one = waiting.pop(0)
                open_.append((one, found[left - 1] if top == number and left <= len(found) else None))
            open_ = [one for one in open_ if one[0][2] >= number]
            within = _fill(found, number, open_) if open_ else frozenset()
            if any(value is not None for value in found):
                yield Line(number, found, within)

    @staticmethod
    def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:
        sheet.reset_dimensions()  # what a file says of its size may be false
        rows: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
        while True:
            with _parsing():
                row = next(rows, None)
            if row is None:
                return
            yield row


@contextmanager
def sheets(source: Source) -> Iterator[list[Sheet]]:
    """Open a workbook. Raises BadWorkbook for what is none, or is larger unpacked than any real one."""
    with source.open() as file, ExitStack() as opened:
        opened.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # of parts that we do not read
        with _parsing():
            package = opened.enter_context(ZipFile(file))
            _check(package)
            values = opened.enter_context(closing(load_workbook(file, read_only=True, data_only=True)))
            formulas = opened.enter_context(closing(load_workbook(file, read_only=True)))
            found = [_sheet(one, formulas[one.title], package) for one in values.worksheets]
        yield found


@contextmanager
def _parsing() -> Iterator[None]:
    """Say of a broken file that it is one: openpyxl, lxml, zipfile and zlib raise nearly anything on what they read."""
    try:
        yield
    except BadWorkbook:
        raise
    except Exception as error:
        raise BadWorkbook("no_workbook", detail=error) from error


def _sheet(values: Any, formulas: Any, package: ZipFile) -> Sheet:
    part = values._worksheet_path  # noqa: SLF001 - openpyxl does not tell otherwise
    return Sheet(values.title, values, formulas, list(_merged(package, part)))


def _check(package: ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise BadWorkbook("too_large", most=MOST_BYTES)
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            with package.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(_START):
                    raise BadWorkbook("doctype", value=part.filename)


def _merged(package: ZipFile, part: str) -> Iterator[Range]:
    """Yield the merged cells of a sheet, as top, left, bottom, right; where it breaks off, its rows are still read."""
    with package.open(part.lstrip("/")) as opened, suppress(ET.ParseError):
        for _, element in ET.iterparse(opened):  # noqa: S314 - document types are refused before
            if element.tag == _MERGED:
                left, top, right, bottom = range_boundaries(element.get("ref", ""))
                yield top or 1, left or 1, bottom or 1, right or 1
            element.clear()


def _fill(found: list[object], number: int, merged: Sequence[tuple[Range, object]]) -> frozenset[int]:
    """Give the cells within merged ones their value; return their columns."""
    within = set()
    for (top, left, _, right), value in merged:
        for column in islice(range(left - 1, right), _MOST_COLUMNS):
            if (number, column) == (top, left - 1):
                continue
            if column >= len(found):
                break
            found[column] = value
            within.add(column)
    return frozenset(within)
