"""The diagram of the classes: a box for each with its subclasses and the properties that lead to others. No script."""

from __future__ import annotations

from dataclasses import dataclass

from g7graph.web import layout
from g7graph.web.cells import Cell
from g7graph.web.terms import Terms

_COLUMNS = 4
_WIDTH, _SPACE, _MARGIN = 214, 76, 8
_HEAD, _ROW, _FOOT = 26, 18, 6
_LETTERS = 30  # that fit in a row
_BEND = 44


@dataclass(frozen=True)
class Line:
    """A row of a box: a subclass (`is_class`), or a property that leads to another box."""

    cell: Cell
    text: str
    y: int
    indent: int
    is_class: bool


@dataclass(frozen=True)
class Box:
    """A class, where it stands, and its rows."""

    cell: Cell
    text: str
    x: int
    y: int
    height: int
    lines: list[Line]


@dataclass(frozen=True)
class Edge:
    """A line from a property to the class of its values: SVG path data, and what it says."""

    path: str
    title: str


@dataclass(frozen=True)
class Diagram:
    """A diagram with its size in pixels."""

    width: int
    height: int
    box_width: int
    boxes: list[Box]
    edges: list[Edge]


@dataclass(frozen=True)
class _Sketch:
    """What a box is to show: subclasses with their depth, properties with the classes they lead to."""

    subclasses: list[tuple[str, int]]
    properties: dict[str, list[str]]

    @property
    def height(self) -> int:
        return _HEAD + _ROW * (len(self.subclasses) + len(self.properties)) + _FOOT

    def row_of(self, property_: str) -> int:
        """Return where the middle of a property's row is below the upper edge."""
        return _HEAD + _ROW * (len(self.subclasses) + list(self.properties).index(property_)) + _ROW // 2


def drawn(terms: Terms) -> Diagram:
    """Draw the classes of a vocabulary; those below another stand in its box."""
    sketches = _sketches(terms)
    sizes = {name: one.height for name, one in sketches.items()}
    leads = tuple(
        sorted((source, to) for source, one in sketches.items() for ways in one.properties.values() for to in ways)
    )
    edges = tuple((source, to) for source, to in leads if source != to)
    count = max(1, min(_COLUMNS, len(sizes)))
    arranged = layout.columns(tuple(sizes.items()), edges, count)
    places = {
        name: (_MARGIN + column * (_WIDTH + _SPACE), _MARGIN + top)
        for name, (column, top) in layout.tops(arranged, sizes).items()
    }
    boxes = [_box(terms, name, sketches[name], places[name]) for column in arranged for name in column]
    lowest = max((box.y + box.height for box in boxes), default=0)
    width = 2 * _MARGIN + count * (_WIDTH + _SPACE)
    return Diagram(width, lowest + _MARGIN, _WIDTH, boxes, _edges(terms, sketches, places))


def _sketches(terms: Terms) -> dict[str, _Sketch]:
    root_of = {one: ([one, *terms.ancestors(one)])[-1] for one in terms.classes}
    found = {one: _Sketch(_below(terms, one, 0), {}) for one, root in root_of.items() if one == root}
    for property_ in sorted(terms.kinds):
        if terms.facts.nodes(property_, "owl:inverseOf"):
            continue  # its inverse says the same
        values = terms.facts.nodes(property_, "schema:rangeIncludes")
        leads = list(dict.fromkeys(root_of[one] for one in values if root_of.get(one) in found))
        domains = terms.facts.nodes(property_, "schema:domainIncludes")
        for source in dict.fromkeys(root_of[one] for one in domains if leads and root_of.get(one) in found):
            found[source].properties[property_] = leads
    return found


def _below(terms: Terms, iri: str, depth: int) -> list[tuple[str, int]]:
    return [
        found
        for one in terms.children(iri)
        if terms.parents(one)[0] == iri
        for found in [(one, depth), *_below(terms, one, depth + 1)]
    ]


def _box(terms: Terms, name: str, sketch: _Sketch, place: tuple[int, int]) -> Box:
    x, y = place
    rows = [(one, depth, True) for one, depth in sketch.subclasses]
    rows += [(one, 0, False) for one in sketch.properties]
    lines = [
        Line(cell, _fitting(cell.text, _LETTERS - depth), y + _HEAD + _ROW * n + _ROW // 2, depth, is_class)
        for n, (cell, depth, is_class) in enumerate((terms.cell(one), depth, kind) for one, depth, kind in rows)
    ]
    cell = terms.cell(name)
    return Box(cell, _fitting(cell.text, _LETTERS - 4), x, y, sketch.height, lines)


def _edges(terms: Terms, sketches: dict[str, _Sketch], places: dict[str, tuple[int, int]]) -> list[Edge]:
    found = []
    for source, sketch in sketches.items():
        for property_, leads in sketch.properties.items():
            for to in leads:
                start = (places[source][0], places[source][1] + sketch.row_of(property_))
                title = " ".join(terms.label(one) for one in (source, property_, to))
                found.append(Edge(_path(start, places[to], back=source == to), title))
    return found


def _path(start: tuple[int, int], box: tuple[int, int], *, back: bool) -> str:
    """Return a curve from a row of one box to the head of another; on the right side where they stand in a column."""
    (x, y), (left, top) = start, box
    head = top + _HEAD // 2
    if left > x:
        bend = max(_BEND, (left - x - _WIDTH) // 2)
        return f"M{x + _WIDTH} {y}C{x + _WIDTH + bend} {y} {left - bend} {head} {left - 1} {head}"
    if left < x:
        bend = max(_BEND, (x - left - _WIDTH) // 2)
        return f"M{x} {y}C{x - bend} {y} {left + _WIDTH + bend} {head} {left + _WIDTH + 1} {head}"
    bend = _BEND // 2 if back else _BEND
    side = x + _WIDTH
    return f"M{side} {y}C{side + bend} {y} {side + bend} {head} {side + 1} {head}"


def _fitting(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"
