"""Summary-data workbooks, templates 1.x and 2.x: what is asked of a sheet is found by headings, never by position.

1.x has one sheet of revenues, a row a stream and a column a company; 2.x one of government revenues (part 4), one of
company payments (part 5) and one of who reports (part 3). Both have one about the report: country, dates, currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from g7graph.sources.eiti import grid, values
from g7graph.sources.eiti.columns import heading
from g7graph.sources.eiti.grid import Table
from g7graph.sources.eiti.record import Row
from g7graph.sources.eiti.sheets import UNCOMPUTED, BadWorkbook, Line, Sheet, sheets
from g7graph.sources.eiti.source import Source
from g7graph.sources.eiti.values import BadValue
from g7graph.sources.problem import Place, Problem
from g7graph.vocab import fold

_ABOUT: dict[str, Callable[[str], object]] = {
    "country": values.country,
    "start": values.period,
    "end": values.period,
    "currency": values.currency,
    "rate": values.rate,
}
_INCLUDED = "included"


@dataclass
class Report:
    """What sheets say that others need: about the report, numbers of companies, GFS codes of streams."""

    source: str
    about: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
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
            table = None if "example" in fold(sheet.title) else grid.found(sheet)
            if table:
                known.append(table)
                continue
            if is_about:
                yield from _about(sheet, report)
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
    return 0 if "value" not in table.kinds else 2 if "company" in table.kinds else 1


def _about(sheet: Sheet, report: Report) -> Iterator[Problem]:
    """Take what a sheet says of the report: a label, and right of it its entry; what cannot be read is told of once."""
    for line in sheet.lines():
        for column in line.texts:
            known = heading(str(line.value(column)))
            if known and known.name in _ABOUT and known.name not in report.about:
                entries = (at for at in range(column + 1, len(line.values)) if _is_entry(line.value(at)))
                if (at := next(entries, None)) is not None:
                    yield from _entry(
                        known.name, line.value(at), Place(report.source, sheet.title, line.cell(at)), report
                    )
    yield from _period(report)


def _is_entry(value: object) -> bool:
    """Whether a cell says something, and is no label itself."""
    return not values.is_nothing(value) and heading(values.text(value)) is None


def _entry(name: str, value: object, place: Place, report: Report) -> Iterator[Problem]:
    said = values.text(values.without_remark(value)[0])
    try:
        _ABOUT[name](said)
    except BadValue as bad:
        yield Problem(place, bad.key, {"column": name, "value": said}, lost=False)
    else:
        report.about[name], report.places[name] = said, place


def _period(report: Report) -> Iterator[Problem]:
    """Take no period that is without a start or an end, or ends before it starts."""
    start, end = report.about.get("start"), report.about.get("end")
    if bool(start) == bool(end) and not (start and end and values.period(start).start > values.period(end).end):
        return
    name = "start" if start else "end"
    key = "period_order" if start and end else "half_period"
    said = {"column": name, "value": report.about[name], "end": end}
    yield Problem(report.places[name], key, said, lost=False)
    report.about.pop("start", None)
    report.about.pop("end", None)


def _rows(table: Table, report: Report) -> Iterator[Row | Problem]:
    """Yield the rows of a table."""
    yield from table.unread(report.source)
    for line in table.rows():
        if "value" in table.kinds:
            yield from _figures(line, table, report)
        else:
            _remember(table.said(line), report)
    yield from table.unread_below(report.source)


def _remember(said: Mapping[str, object], report: Report) -> None:
    """Keep the number of a company that a table of reporting entities has."""
    if not values.is_nothing(said.get("company")) and not values.is_nothing(said.get("identification")):
        report.numbers.setdefault(fold(str(said["company"])), values.text(said["identification"]))


def _figures(line: Line, table: Table, report: Report) -> Iterator[Row | Problem]:
    """Yield the figures of a row: of a stream, and where companies are columns, of each."""
    said = table.said(line)
    cells = {name: line.cell(column) for column, name in table.names.items()}
    if all(values.is_nothing(said.get(name)) for name in ("stream", "company", "value")) and not _states(said):
        return
    given = _completed(said, report, table.currency)
    (at,) = [column for column, name in table.names.items() if name == "value"][:1]
    place = Place(report.source, table.sheet.title)
    yield from _figure(line, at, Row("revenue", place, given, cells))
    shared = {name: value for name, value in given.items() if name not in ("value", _INCLUDED)}
    for column, company in table.companies.items():
        value = line.value(column)
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


def _currency(value: object) -> str:
    """Return the code of a currency, the text of what is none."""
    try:
        return values.currency(values.text(value))
    except BadValue:
        return values.text(value)


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
    is_own = _currency(found["currency"]) == _currency(report.about.get("currency"))
    shared = ("country", "start", "end", "rate") if is_own else ("country", "start", "end")
    return found | {name: report.about[name] for name in shared if name in report.about}
