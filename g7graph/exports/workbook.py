"""Tables as spreadsheets: XLSX whose cells are numbers, dates and texts, never formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from g7graph.errors import UsageError
from g7graph.exports import characters
from g7graph.table import Table, Value, python

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_MOST_ROWS = 2**20 - 1
_MOST_CHARACTERS = 32_767
_DIGITS = 15
_FIRST_DATE = date(1900, 3, 1)  # Excel counts days right from here on
_WIDTHS = (8, 60)
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the first moment a ZIP file can write, without a time zone
_MODIFIED = re.compile(rb"(?<=W3CDTF\">)[^<]*(?=</dcterms:)")


def xlsx(table: Table) -> bytes:
    """Write a workbook of one sheet: bold frozen header, typed cells; same table, same bytes.

    Numbers that Excel would round, and dates it cannot count, stand as text. Raises UsageError for more rows than a
    sheet can have.
    """
    from openpyxl import Workbook

    if len(table) > _MOST_ROWS:
        raise UsageError("unknown_format", name="xlsx", nearest=("csv", "tsv", "json", "xml", "parquet"))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("g7graph")
    values = [[python(term) for term in row] for row in table.rows]
    sheet.freeze_panes = "A2"
    _set_widths(sheet, [table.names, *values])
    sheet.append([_cell(sheet, name, bold=True) for name in table.names])
    for row in values:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, bold: bool = False) -> Cell:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    content = _content(value)
    cell = WriteOnlyCell(sheet, content)  # type: ignore[arg-type]  # the stubs forget Decimal and date
    if isinstance(content, str):
        cell.data_type = "s"
        cell.quotePrefix = content.startswith(("=", "+", "-", "@"))
        cell.alignment = Alignment(vertical="top", wrap_text=len(content) > _WIDTHS[1])
    if bold:
        cell.font = Font(bold=True)
    return cell


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


def _set_widths(sheet: WriteOnlyWorksheet, rows: Sequence[Sequence[Value]]) -> None:
    from openpyxl.utils import get_column_letter

    least, most = _WIDTHS
    for number, column in enumerate(zip(*rows, strict=True), 1):
        longest = max(len("" if value is None else str(value)) for value in column)
        dimension = sheet.column_dimensions[get_column_letter(number)]  # type: ignore[attr-defined]  # as for cells
        dimension.width = min(max(longest + 2, least), most)


def _timeless(book: bytes) -> bytes:
    """Write the parts of a workbook again without the moment they were made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as timeless:
        for name in made.namelist():
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(_EPOCH.isoformat().encode() + b"Z", part)
            timeless.writestr(zipfile.ZipInfo(name, _EPOCH.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()
