"""The charts of a saved query: its rows as its header says to draw them, one drawing for each unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from g7graph import vocab
from g7graph.chart import Chart
from g7graph.queries import SavedQuery, in_language
from g7graph.table import Table, Value
from g7graph.web import dashboard, plot
from g7graph.web.cells import number
from g7graph.web.context import column_called, language, say

#: How many categories a drawing has at most, and how many series: there are no more colours.
MOST, MOST_SERIES = 40, 8
_MILLION = 1_000_000
_IN_MILLIONS_FROM = 10 * _MILLION
_STATES = {column: state for state, column, _ in dashboard.STATES}
_BETWEEN, _NONE = " · ", "–"
_RATIO = "1"

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Mark:
    """A value as it is told: its figure, the colour of its series, all that is said of it."""

    figure: str
    colour: str
    title: str
    is_noted: bool


@dataclass(frozen=True)
class Drawing:
    """The values of one unit: how they are drawn, each as it is told, and what the colours mean."""

    unit: str
    plot: plot.Bars | plot.Lines
    marks: list[Mark]
    key: list[tuple[str, str]]
    ticks: list[tuple[float, str]]
    description: str


@dataclass(frozen=True)
class Figure:
    """A chart: its title, its drawings, and what is to be said of what they leave out."""

    kind: str
    title: str
    drawings: list[Drawing]
    notes: list[str]


@dataclass(frozen=True)
class _Entry:
    unit: str
    category: str
    series: tuple[str, str]  # its key, what it is called
    value: Decimal | None
    note: str

    @property
    def is_known(self) -> bool:
        """Whether there is something to draw."""
        return self.value is not None


def drawn(asked: SavedQuery, table: Table) -> list[Figure]:
    """Return the charts of the rows of a query, in the language of the request; none where there is nothing to draw."""
    rows = table.records()
    figures = [_figure(chart, asked, rows) for chart in asked.charts]
    return [one for one in figures if one.drawings]


def _figure(chart: Chart, asked: SavedQuery, rows: Sequence[Row]) -> Figure:
    found = list(_entries(chart, asked, _things(chart, rows)))
    placed = [one for one in found if one.category or chart.kind != "line"]  # on a line there is a place for each
    known = [one for one in placed if one.is_known]
    units = list(dict.fromkeys(one.unit for one in known))
    shown = placed if chart.kind == "line" else known  # a line is interrupted by what is not known
    kept = {unit: _few([one for one in shown if one.unit == unit]) for unit in units}
    more = len(known) - sum(one.is_known for few in kept.values() for one in few)
    left = dict.fromkeys(one.category or _NONE for one in found if not one.is_known)
    left |= dict.fromkeys([_NONE] if len(placed) < len(found) else [])
    return Figure(
        chart.kind,
        in_language(chart.title or asked.summary, language()),
        [_drawing(chart.kind, _told(unit, alone=len(units) == 1), few) for unit, few in kept.items()],
        list(_notes(list(left), more, chart.note if any(one.note for one in known) else "")),
    )


def _told(unit: str, *, alone: bool) -> str:
    """Return what a unit is called: what is counted is said where there is something else, too; a ratio has no name."""
    if not unit:
        return say("chart_no_unit")
    return "" if unit == _RATIO or (alone and unit.startswith("{")) else unit.strip("{}")


def _notes(left: Sequence[str], more: int, noted: str) -> Iterator[str]:
    """Say what is not drawn, and what the asterisk means."""
    if left:
        names = "; ".join([*left[:MOST], *(["…"] if len(left) > MOST else [])])
        yield say("chart_left", count=number(len(left)), names=names)
    if more:
        yield say("chart_more", count=number(more))
    if noted:
        yield say("chart_noted", column=noted)


def _things(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that are drawn: one of each thing."""
    if not chart.each:
        return list(rows)
    keys = [tuple(row.get(name) for name in chart.each) for row in rows]
    found = {key: row for key, row in reversed(list(zip(keys, rows, strict=True))) if None not in key}
    return list(reversed(found.values()))


def _entries(chart: Chart, asked: SavedQuery, rows: Sequence[Row]) -> Iterator[_Entry]:
    """Yield the values of the rows, each with its unit and what it is of."""
    units = {column.name: column.unit for column in asked.columns if column.name in chart.values}
    apart = [name for name in chart.series if len({row.get(name) for row in rows}) > 1]
    words = dashboard.words() if set(chart.values) & set(_STATES) else {}
    for row in rows:
        for name in chart.values:
            unit = units[name]
            said = _text(row.get(unit[1:])) if unit.startswith("?") else unit
            alone = len([one for one in units.values() if one == unit]) == 1
            told = words[_STATES[name]].label if name in _STATES and words else column_called(name) or name
            series = _joined(row, apart) if alone else told
            key = series if alone else name
            note = _text(row.get(chart.note)) if chart.note else ""
            yield _Entry(said, _joined(row, chart.category), (key, series), _decimal(row.get(name)), note)


def _few(entries: Sequence[_Entry]) -> list[_Entry]:
    """Leave out what has no place: categories and series, of those with values, beyond what a drawing has at most."""
    known = [one for one in entries if one.is_known]
    categories = list(dict.fromkeys(one.category for one in known))[:MOST]
    series = list(dict.fromkeys(one.series for one in known if one.category in categories))[:MOST_SERIES]
    return [one for one in entries if one.category in categories and one.series in series]


def _drawing(kind: str, unit: str, entries: Sequence[_Entry]) -> Drawing:
    series = list(dict.fromkeys(one.series for one in entries))
    colours = [_colour(key, place) for place, (key, _) in enumerate(series)]
    values = [one.value for one in entries if one.value is not None]
    is_large = max(map(abs, values)) >= _IN_MILLIONS_FROM
    figure = _in_millions if is_large else _exact
    data = [plot.Datum(one.category, series.index(one.series), one.value) for one in entries]
    made = plot.lines(data) if kind == "line" else plot.bars(data, stacked=kind == "stacked")
    return Drawing(
        say("chart_millions", unit=unit).strip() if is_large else unit,
        made,
        [_mark(one, colours[series.index(one.series)], figure, unit) for one in entries],
        [(colour, name) for colour, (_, name) in zip(colours, series, strict=True)] if len(series) > 1 else [],
        [(place, figure(value)) for place, value in made.ticks],
        _described([one for one in entries if one.is_known]),
    )


def _described(entries: Sequence[_Entry]) -> str:
    """Say how many values there are and which are the least and the greatest."""
    ends = [pick(entries, key=lambda one: one.value or 0) for pick in (min, max)]
    low, high = (f"{_exact(one.value)} ({_named(one)})" for one in ends)
    return say("chart_described", count=number(len(entries)), low=low, high=high)


def _mark(one: _Entry, colour: str, figure: Callable[[Decimal | None], str], unit: str) -> Mark:
    asterisk, said = ("*", f" ({one.note})") if one.note else ("", "")
    title = f"{_named(one)}: {_exact(one.value)} {unit}".rstrip() + said
    return Mark(figure(one.value) + asterisk, colour, title, is_noted=bool(one.note))


def _named(one: _Entry) -> str:
    return ", ".join(filter(None, (one.category, one.series[1])))


def _colour(key: str, place: int) -> str:
    """Return the class of a series: that of a status, or the next of the site's colours."""
    return f"f-{_STATES[key]}" if key in _STATES else f"c-{place}"


def _joined(row: Row, names: Sequence[str]) -> str:
    return _BETWEEN.join(filter(None, (_text(row.get(name)) for name in names)))


def _text(value: Value) -> str:
    return "" if value is None else vocab.curie(str(value))


def _decimal(value: Value) -> Decimal | None:
    """Return a value as a number; None where it is none, or not a finite one."""
    if not isinstance(value, (int, float, Decimal)) or isinstance(value, bool):
        return None
    found = Decimal(str(value))
    return found if found.is_finite() else None


def _exact(value: Decimal | None) -> str:
    return number(value if value is None or value != value.to_integral_value() else int(value))


def _in_millions(value: Decimal | None) -> str:
    """Write a value in millions: with a decimal, and three digits at least."""
    if value is None:
        return ""
    scaled = value / _MILLION
    return _exact(round(scaled, max(1, 2 - scaled.adjusted())))
