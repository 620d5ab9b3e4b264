"""Where the boxes of a diagram stand: in columns, so that what is connected is near. Pure; same boxes, same places.

Boxes begin by how far from an end their connections are, and are then moved and exchanged as long as the whole gets
better: short connections that lead to the right, columns of like height.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

GAP = 22
_TRIES = 12_000  # a vocabulary of more than a hundred classes is left as it begins
_BACKWARDS, _BESIDE, _ACROSS = 260, 160, 120  # what a connection costs beyond its length, in pixels
_TALLEST = 6

Columns = tuple[tuple[str, ...], ...]
Edges = tuple[tuple[str, str], ...]


@lru_cache(maxsize=4)
def columns(heights: tuple[tuple[str, int], ...], edges: Edges, count: int) -> Columns:
    """Arrange boxes, given with their heights, in so many columns; each from top to bottom."""
    sizes = dict(heights)
    best = _begun(sizes, edges, count)
    cost = _cost(best, sizes, edges)
    sweep = len(sizes) * (len(sizes) + count)
    for _ in range(_TRIES // max(sweep, 1)):
        before = cost
        for name in sizes:
            for tried in _others(best, name):
                now = _cost(tried, sizes, edges)
                if now < cost:
                    best, cost = tried, now
        if cost == before:
            break
    return best


def tops(arranged: Columns, sizes: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return the column and the upper edge of each box.

    >>> tops((("a", "b"), ("c",)), {"a": 10, "b": 10, "c": 10})
    {'a': (0, 0), 'b': (0, 32), 'c': (1, 0)}
    """
    found = {}
    for place, column in enumerate(arranged):
        top = 0
        for name in column:
            found[name] = (place, top)
            top += sizes[name] + GAP
    return found


def _begun(sizes: Mapping[str, int], edges: Edges, count: int) -> Columns:
    """Cut the boxes, those from which most can be reached first, into columns of like height."""
    depth = _depths(sorted(sizes), edges)
    ordered = sorted(sizes, key=lambda name: (-depth[name], name))
    share = sum(sizes.values()) / count
    found: list[list[str]] = [[] for _ in range(count)]
    filled = 0
    for name in ordered:
        found[min(int(filled / share), count - 1)].append(name)
        filled += sizes[name]
    return tuple(map(tuple, found))


def _depths(names: Sequence[str], edges: Edges) -> dict[str, int]:
    """Return the length of the longest way from each box, circles cut where they close."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        after[source].append(target)
    depth: dict[str, int] = {}

    def measure(name: str, way: frozenset[str]) -> int:
        if name not in depth:
            further = [measure(one, way | {name}) for one in sorted(after[name]) if one not in way | {name}]
            depth[name] = 1 + max(further, default=-1)
        return depth[name]

    for name in names:
        measure(name, frozenset())
    return depth


def _others(arranged: Columns, name: str) -> Iterator[Columns]:
    """Yield what results where a box is put at any other place."""
    without = [[one for one in column if one != name] for column in arranged]
    for place, column in enumerate(without):
        for row in range(len(column) + 1):
            put = [*column[:row], name, *column[row:]]
            yield tuple(tuple(put if number == place else other) for number, other in enumerate(without))


def _cost(arranged: Columns, sizes: Mapping[str, int], edges: Edges) -> int:
    places = tops(arranged, sizes)
    total = _TALLEST * max(sum(sizes[name] + GAP for name in column) for column in arranged)
    for source, target in edges:
        (here, top), (there, other) = places[source], places[target]
        across = there - here
        total += abs(top - other)
        if across <= 0:
            total += _BACKWARDS if across else _BESIDE
        total += _ACROSS * max(abs(across) - 1, 0)
    return total
