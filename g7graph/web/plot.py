"""Where the marks of a chart stand: widths in per cent of the drawing, so that it fits any screen, heights in pixels.

Pure; same values, same places.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

_LETTERS, _LINES, _LINE = 46, 2, 17  # of a label: letters that fit in a line, lines, pixels of one
_BAR, _SLIM, _GAP, _FOOT = 20, 15, 12, 22
_BESIDE = 78  # per cent for bars that have their figure beside them
_TICKS = 4
_STEPS = (1, 2, 5, 10)
_TOP, _TALL, _LEFT, _RIGHT = 18, 220, 12, 95  # of lines: pixels above and in the drawing, per cent of its points
_MOST_LABELS = 8


@dataclass(frozen=True)
class Datum:
    """A value to be drawn: what it stands at, and the number of its series; nothing is known where it is None."""

    category: str
    series: int
    value: Decimal | None


@dataclass(frozen=True)
class Scale:
    """The values that a drawing goes from and to, zero among them, and those that are marked on its axis."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]

    @classmethod
    def over(cls, values: Iterable[Decimal]) -> Scale:
        """Return the scale that has zero and all values, in round steps; whole ones where the values are whole."""
        known = [*values, Decimal(0)]
        low, high = min(known), max(known)
        rough = (high - low) / _TICKS or Decimal(1)
        size = Decimal(1).scaleb(rough.adjusted())
        step = next(one * size for one in _STEPS if one * size >= rough)
        if all(value == value.to_integral_value() for value in known):
            step = max(step, Decimal(1))
        first, last = math.floor(low / step), math.ceil(high / step)
        ticks = tuple(step * place for place in range(first, max(last, first + 1) + 1))
        return cls(ticks[0], ticks[-1], ticks)

    def share(self, value: Decimal) -> float:
        """Return how far a value is from the lowest to the highest, from 0 to 1."""
        return float((value - self.low) / (self.high - self.low))


@dataclass(frozen=True)
class Bar:
    """A bar; `end` is where its figure may stand. Widths in per cent, heights in pixels."""

    datum: int
    x: float
    width: float
    y: int
    height: int
    end: float


@dataclass(frozen=True)
class Label:
    """What stands above a group of bars, or below a line: its lines and the place of each."""

    x: float
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Bars:
    """Bars from a common zero, group by group; ticks by place in per cent; `foot` is where the axis is."""

    height: int
    foot: int
    zero: float
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    ticks: tuple[tuple[float, Decimal], ...]


@dataclass(frozen=True)
class Point:
    """A value of a line; x in per cent, y in pixels."""

    datum: int
    x: float
    y: float


@dataclass(frozen=True)
class Lines:
    """Points and the straight parts between those that follow one another; ticks by place in pixels."""

    height: int
    foot: int
    points: tuple[Point, ...]
    parts: tuple[tuple[Point, Point], ...]
    labels: tuple[Label, ...]
    ticks: tuple[tuple[float, Decimal], ...]


def bars(data: Sequence[Datum], *, stacked: bool = False) -> Bars:
    """Draw the known values as bars, those of a category below one another, or on one another."""
    groups: dict[str, list[tuple[int, Decimal]]] = {}
    for place, one in enumerate(data):
        if one.value is not None:
            groups.setdefault(one.category, []).append((place, one.value))
    spans = {name: _spans(group, stacked=stacked) for name, group in groups.items()}
    scale = Scale.over(edge for group in spans.values() for _, *edges in group for edge in edges)
    height, step = (_BAR, 0) if stacked else (_SLIM, _SLIM + 2)

    def at(value: Decimal) -> float:
        return round((100 if stacked else _BESIDE) * scale.share(value), 3)

    zero, y = at(Decimal(0)), 0
    made, labels = [], []
    for name, group in spans.items():
        labels.append(_above(name, y))
        y += _LINE * len(labels[-1].lines)
        for place, *edges in group:
            x, end = map(at, sorted(edges))
            made.append(Bar(place, x, round(end - x, 3), y, height, max(end, zero)))
            y += step
        y += _GAP + (height if stacked else 0)
    ticks = tuple((at(tick), tick) for tick in scale.ticks)
    return Bars(y + _FOOT, y, zero, tuple(made), tuple(labels), ticks)


def _above(name: str, y: int) -> Label:
    """Return what stands above the bars of a category, in as many lines as there is room for."""
    lines = textwrap.wrap(name, _LETTERS, max_lines=_LINES, placeholder=" …") or ["–"]
    return Label(0, tuple((y + _LINE * number - 4, line) for number, line in enumerate(lines, 1)))


def _spans(group: Sequence[tuple[int, Decimal]], *, stacked: bool) -> list[tuple[int, Decimal, Decimal]]:
    """Return from where to where each value of a category reaches: from zero, or from the one before of its sign."""
    reached = {True: Decimal(0), False: Decimal(0)}
    found = []
    for place, value in group:
        start = reached[value > 0] if stacked else Decimal(0)
        reached[value > 0] = start + value
        found.append((place, start, start + value))
    return found


def lines(data: Sequence[Datum]) -> Lines:
    """Draw values as points along their categories, joined series by series; what is not known interrupts a line.

    Categories that are whole numbers, as years, stand as far apart as they are.
    """
    places = _along(list(dict.fromkeys(one.category for one in data)))
    scale = Scale.over(one.value for one in data if one.value is not None)
    points: list[Point] = []
    parts: list[tuple[Point, Point]] = []
    last: dict[int, Point | None] = {}
    for place in sorted(range(len(data)), key=lambda place: places[data[place].category]):
        one = data[place]
        point = None if one.value is None else Point(place, places[one.category], _height(scale, one.value))
        before = last.get(one.series)
        parts += [(before, point)] if before and point else []
        points += [point] if point else []
        last[one.series] = point
    foot = _TOP + _TALL
    every = max(1, -(-len(places) // _MOST_LABELS))
    labels = [Label(x, ((foot + 17, name),)) for name, x in sorted(places.items(), key=lambda one: one[1])[::every]]
    ticks = tuple((_height(scale, tick), tick) for tick in scale.ticks)
    return Lines(foot + _FOOT, foot, tuple(points), tuple(parts), tuple(labels), ticks)


def _along(categories: Sequence[str]) -> dict[str, float]:
    """Return where each category stands, in per cent."""
    are_numbers = all(one.isdecimal() for one in categories)
    steps = {one: int(one) if are_numbers else number for number, one in enumerate(categories)}
    first = min(steps.values(), default=0)
    length = max(steps.values(), default=0) - first
    wide = (_RIGHT - _LEFT) / (length or 1)
    return {one: round(_LEFT + wide * (step - first), 3) if length else 50 for one, step in steps.items()}


def _height(scale: Scale, value: Decimal) -> float:
    return round(_TOP + _TALL * (1 - scale.share(value)), 2)
