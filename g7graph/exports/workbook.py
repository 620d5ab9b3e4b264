"""Tables as spreadsheets: XLSX whose cells are numbers, dates and texts, never formulas."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from math import isfinite
from typing import IO, TYPE_CHECKING

from g7graph.errors import UsageError
from g7graph.exports import characters
from g7graph.table import Table, Value, python

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS = 2**20 - 1
_MOST_CHARACTERS = 32_767
_DIGITS = 15
_FIRST_DATE = date(1900, 3, 1)  # Excel counts days right from here on
_WIDTHS = (8, 60)
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the first moment a ZIP file can write, without a time zone
_PROPERTIES = "docProps/core.xml"
_MODIFIED = re.compile(rb"(?<=W3CDTF\">)[^<]*(?=</dcterms:)")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, the names of its columns, its rows in order, the characters of the longest value of each."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int]


def xlsx(table: Table) -> bytes:
    """Write a workbook of one sheet: bold frozen header, typed cells; same table, same bytes.

    Numbers that Excel would round, and dates it cannot count, stand as text. Raises UsageError for more rows than a
    sheet can have.
    """
    if len(table) > MOST_ROWS:
        raise UsageError("unknown_format", name="xlsx", nearest=("csv", "tsv", "json", "xml", "parquet"))
    values = [[python(term) for term in row] for row in table.rows]
    widths = [max((len(_shown(row[place])) for row in values), default=0) for place in range(len(table.columns))]
    out = io.BytesIO()
    write([Sheet("g7graph", table.names, values, widths)], out)
    return out.getvalue()


def write(sheets: Iterable[Sheet], out: IO[bytes]) -> None:
    """Write a workbook of several sheets, of at most MOST_ROWS rows each; same sheets, same bytes."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for one in sheets:
        sheet = book.create_sheet(one.name)
        sheet.freeze_panes = "A2"
        _set_widths(sheet, one)
        sheet.append([_cell(sheet, name, bold=True) for name in one.columns])
        for row in one.rows:
            sheet.append([_cell(sheet, value) for value in row])
    with tempfile.TemporaryFile() as made:
        book.save(made)
        _timeless(made, out)


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, bold: bool = False) -> Cell | Value:
    from openpyxl.cell import WriteOnlyCell

    content = _content(value)
    if not isinstance(content, str) and not bold:
        return content
    cell = WriteOnlyCell(sheet, content)  # type: ignore[arg-type]  # the stubs forget Decimal and date
    if isinstance(content, str):
        cell.data_type = "s"
        cell.quotePrefix = content.startswith(("=", "+", "-", "@"))
        cell.alignment = _alignment(wrapped=len(content) > _WIDTHS[1])
    if bold:
        cell.font = _bold()
    return cell


@cache
def _alignment(*, wrapped: bool) -> Alignment:
    from openpyxl.styles import Alignment

    return Alignment(vertical="top", wrap_text=wrapped)


@cache
def _bold() -> Font:
    from openpyxl.styles import Font

    return Font(bold=True)


def _content(value: Value) -> Value:
    """Return what a cell can hold of a value without changing it."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, Decimal, float)):
        return value if _is_exact(value) else str(value)
    if isinstance(value, date):
        return value if value >= _FIRST_DATE else value.isoformat()
    text = characters.FORBIDDEN.sub("\ufffd", value)
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def _is_exact(number: float | Decimal) -> bool:
    """Whether a spreadsheet, which counts in doubles, shows a number as it is."""
    if isinstance(number, float):
        return isfinite(number)
    digits = Decimal(number).normalize().as_tuple().digits
    return Decimal(number).is_finite() and len(digits) <= _DIGITS


def _set_widths(sheet: WriteOnlyWorksheet, one: Sheet) -> None:
    from openpyxl.utils import get_column_letter

    least, most = _WIDTHS
    for number, (name, width) in enumerate(zip(one.columns, one.widths, strict=True), 1):
        dimension = sheet.column_dimensions[get_column_letter(number)]  # type: ignore[attr-defined]  # as for cells
        dimension.width = min(max(width + 2, len(name) + 2, least), most)


def _shown(value: Value) -> str:
    return "" if value is None else str(value)


def _timeless(book: IO[bytes], out: IO[bytes]) -> None:
    """Write the parts of a workbook again without the moment they were made."""
    with zipfile.ZipFile(book) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as timeless:
        for name in made.namelist():
            info = zipfile.ZipInfo(name, _EPOCH.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = made.getinfo(name).file_size  # more than what a ZIP file of old can hold is told before
            with made.open(name) as part, timeless.open(info, "w") as copy:
                if name == _PROPERTIES:
                    copy.write(_MODIFIED.sub(_EPOCH.isoformat().encode() + b"Z", part.read()))
                else:
                    shutil.copyfileobj(part, copy)
