"""Summary-data workbooks, templates 1.x and 2.x: what is asked of a sheet is found by headings, never by position.

1.x has one sheet of revenues, a row a stream and a column a company; 2.x one of government revenues (part 4), one of
company payments (part 5) and one of who reports (part 3). Both have one about the report: country, dates, currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from g7graph.sources.eiti import values
from g7graph.sources.eiti.columns import heading
from g7graph.sources.eiti.record import Row
from g7graph.sources.eiti.sheets import UNCOMPUTED, BadWorkbook, Line, Sheet, sheets
from g7graph.sources.eiti.source import Source
from g7graph.sources.problem import Place, Problem
from g7graph.vocab import fold

_ABOVE = 40
_ABOUT = ("country", "start", "end", "currency", "rate")
_LEAST_HEADINGS = 3
_LEGAL_NAME, _NUMBER, _CURRENCY_UNIT = "legal name", "identification", "currency unit"
_INCLUDED = "included"


@dataclass
class Table:
    """A table of a sheet: the row of its headings, column → name of ours, and the rows above."""

    sheet: Sheet
    at: int
    names: Mapping[int, str]
    above: Sequence[Line]
    unread: Mapping[int, str]


@dataclass
class Report:
    """What sheets say that others need: about the report, numbers of companies, GFS codes of streams."""

    source: str
    about: dict[str, object] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, set[str]] = field(default_factory=dict)


def read(source: Source) -> Iterator[Row | Problem]:
    """Read a workbook; a sheet that is not read, and a column that is not, are told of."""
    try:
        with sheets(source) as found:
            yield from _read(found, Report(source.name))
    except BadWorkbook as bad:
        yield Problem(Place(source.name), bad.key, bad.said)


def _read(found: Sequence[Sheet], report: Report) -> Iterator[Row | Problem]:
    known: list[Table] = []
    for sheet in found:
        place, is_about = Place(report.source, sheet.title), "about" in fold(sheet.title)
        try:
            table = None if "example" in fold(sheet.title) else _table(sheet)
            if table:
                known.append(table)
                continue
            if is_about:
                _about(sheet, report)
        except BadWorkbook as bad:
            yield Problem(place, bad.key, bad.said)
        else:
            yield Problem(place, "partly_read" if is_about else "unread_sheet", {"value": sheet.title}, lost=False)
    if not known:
        yield Problem(Place(report.source), "no_tables", {"value": ", ".join(sheet.title for sheet in found)})
    for table in sorted(known, key=_order):
        try:
            yield from _rows(table, report)
        except BadWorkbook as bad:
            yield Problem(Place(report.source, table.sheet.title), bad.key, bad.said)


def _order(table: Table) -> int:
    """Put who reports before what governments received, and that before what companies paid."""
    names = set(table.names.values())
    return 0 if "value" not in names else 2 if "company" in names else 1


def _table(sheet: Sheet) -> Table | None:
    """Find the headings of a sheet's table: the first row that has enough of them, and what makes it a table."""
    above: list[Line] = []
    for line in islice(sheet.lines(), _ABOVE):
        known = {column: heading(str(value)) for column, value in enumerate(line.values) if isinstance(value, str)}
        names = {column: one.name for column, one in known.items() if one}
        kinds = set(names.values())
        if ("value" in kinds and len(kinds) >= _LEAST_HEADINGS) or {"company", "identification"} <= kinds:
            unread = {column: str(line.values[column]) for column, one in known.items() if one is None}
            return Table(sheet, line.number, _with_labels(names, line), above, unread)
        above.append(line)
    return None


def _with_labels(names: dict[int, str], line: Line) -> dict[int, str]:
    """Template 1.x has the labels of GFS codes in a column without heading, right of the codes."""
    for column, name in list(names.items()):
        beside = column + 1
        if name == "gfs" and beside < len(line.values) and line.values[beside] is None:
            names[beside] = "gfs label"
    return names


def _about(sheet: Sheet, report: Report) -> None:
    """Take what a sheet says of the report: a label, and right of it its entry."""
    for line in sheet.lines():
        for column, label in enumerate(line.values):
            known = heading(label) if isinstance(label, str) else None
            if known and known.name in _ABOUT and known.name not in report.about:
                for beside, value in enumerate(line.values[column + 1 :], column + 1):
                    if not values.is_nothing(value):
                        report.about[known.name] = value
                        report.cells[known.name] = line.cell(beside)
                        break


def _rows(table: Table, report: Report) -> Iterator[Row | Problem]:
    """Yield the rows of a table, down to its totals."""
    names = set(table.names.values())
    companies = _companies(table) if "company" not in names else {}
    first = min(companies, default=0)
    for column, written in table.unread.items():
        if not companies or column < first - 1:  # beside companies stand subtotals
            place = Place(report.source, table.sheet.title, Line(table.at, ()).cell(column))
            yield Problem(place, "unread_column", {"value": written}, lost=False)
    yield from _unread_above(table, report, companies)
    currency = _unit(table)
    for line in table.sheet.lines():
        if line.number <= table.at:
            continue
        if "value" not in names:
            _remember(line, table, report)
        elif _is_total(line, table):
            return
        else:
            yield from _figures(line, table, report, companies, currency)


def _is_total(line: Line, table: Table) -> bool:
    """Whether a row is of totals: it says so, and is of no stream; a company may be called Total."""
    if not any(_says_total(value) for value in line.values):
        return False
    streams = [_value(line, column) for column, name in table.names.items() if name == "stream"]
    return all(values.is_nothing(one) or _says_total(one) for one in streams)


def _says_total(value: object) -> bool:
    return isinstance(value, str) and fold(value).startswith("total")


def _remember(line: Line, table: Table, report: Report) -> None:
    """Keep the number of a company that a table of reporting entities has."""
    found = {name: _value(line, column) for column, name in table.names.items()}
    if not values.is_nothing(found.get("company")) and not values.is_nothing(found.get("identification")):
        report.numbers.setdefault(fold(str(found["company"])), values.text(found["identification"]))


def _figures(
    line: Line, table: Table, report: Report, companies: Mapping[int, Mapping[str, str]], currency: str | None
) -> Iterator[Row | Problem]:
    """Yield the figures of a row: of a stream, and where companies are columns, of each."""
    said = {name: _value(line, column) for column, name in table.names.items()}
    cells = {name: line.cell(column) for column, name in table.names.items()}
    if all(values.is_nothing(said.get(name)) for name in ("stream", "company", "value")) and not _states(said):
        return
    given = _completed(said, report, currency)
    (at,) = [column for column, name in table.names.items() if name == "value"][:1]
    place = Place(report.source, table.sheet.title)
    yield from _figure(line, at, Row("revenue", place, given, cells))
    shared = {name: value for name, value in given.items() if name not in ("value", _INCLUDED)}
    for column, company in companies.items():
        value = _value(line, column)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            row = Row("revenue", place, {**shared, **company, "value": value}, {**cells, "value": line.cell(column)})
            yield from _figure(line, column, row)


def _states(said: Mapping[str, object]) -> bool:
    """Whether a row without stream or figure says that there is none: «not included», «not applicable»."""
    status = said.get(_INCLUDED)
    return isinstance(status, str) and status.strip().lower().startswith("not")


def _figure(line: Line, column: int, row: Row) -> Iterator[Row | Problem]:
    """Yield a figure, with its cell for place; one without value, or within a merged cell, is a problem."""
    place = Place(row.place.source, row.place.sheet, line.cell(column))
    if row.values["value"] is UNCOMPUTED:
        yield Problem(place, "uncomputed")
    elif column in line.within:
        yield Problem(place, "merged_figure", {"value": row.values["value"]})
    else:
        yield Row(row.kind, place, row.values, row.cells)


def _completed(said: Mapping[str, object], report: Report, currency: str | None) -> dict[str, object]:
    """Complete a row by what other sheets say: country, period, currency and rate, number of the company, GFS code."""
    found = dict(said)
    if "company" in found:
        found.pop("sector", None)  # template 2.x looks it up in the wrong column
        found.setdefault("identification", report.numbers.get(fold(str(found["company"]))))
        if "gfs" not in found:
            codes = report.codes.get(fold(str(found.get("stream"))), set())
            found["gfs"] = next(iter(codes)) if len(codes) == 1 else None
    elif not values.is_nothing(found.get("gfs")) and not values.is_nothing(found.get("stream")):
        report.codes.setdefault(fold(str(found["stream"])), set()).add(str(found["gfs"]))
    if values.is_nothing(found.get("currency")):
        found["currency"] = currency or report.about.get("currency")
    is_own = values.text(found["currency"]) == values.text(report.about.get("currency"))
    shared = ("country", "start", "end", "rate") if is_own else ("country", "start", "end")
    return found | {name: report.about[name] for name in shared if name in report.about}


def _companies(table: Table) -> dict[int, dict[str, str]]:
    """Return the columns that are companies: what stands right of «Legal name», with the numbers below."""
    found: dict[int, dict[str, str]] = {}
    for line in table.above:
        for column, value in enumerate(line.values):
            said = fold(value) if isinstance(value, str) else ""
            if said == _LEGAL_NAME:
                for at, one in enumerate(line.values[column + 1 :], column + 1):
                    if not values.is_nothing(one):
                        found[at] = {"company": values.text(one)}
            elif said == _NUMBER:
                for at, company in found.items():
                    if not values.is_nothing(_value(line, at)):
                        company[_NUMBER] = values.text(_value(line, at))
    return found


def _unread_above(table: Table, report: Report, companies: Collection[int]) -> Iterator[Problem]:
    """Tell of what else stands above the figures of most companies: their commodities."""
    first = min(companies, default=0)
    for line in table.above:
        label = next((value for value in reversed(line.values[:first]) if isinstance(value, str)), "")
        given = sum(not values.is_nothing(_value(line, column)) for column in companies)
        if 2 * given > len(companies) and fold(label) not in (_LEGAL_NAME, _NUMBER):
            place = Place(report.source, table.sheet.title, line.cell(first - 1))
            yield Problem(place, "unread_column", {"value": label}, lost=False)


def _unit(table: Table) -> str | None:
    """Return the currency that stands below «Currency unit»."""
    for line, below in zip(table.above, table.above[1:], strict=False):
        for column, value in enumerate(line.values):
            if isinstance(value, str) and fold(value) == _CURRENCY_UNIT and column < len(below.values):
                return values.text(below.values[column]) or None
    return None


def _value(line: Line, column: int) -> object:
    return line.values[column] if column < len(line.values) else None
