"""A page of what is said of a thing: of a property that has many values, some."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad

from g7graph import vocab

#: Values of a property on a page; of one that leads to passages fewer, for each is taken in whole: some ten statements.
VALUES, PASSAGES = 50, 20
#: What leads to the passages behind a thing.
SOURCES = frozenset(
    NamedNode(vocab.expand(name) or name) for name in ("prov:hadPrimarySource", "g7:sourceA", "g7:sourceB")
)
_FAST = 1
_NQUADS = ox.RdfFormat.N_QUADS


@dataclass(frozen=True)
class Portion:
    """A page of what is said of a thing; how many values, and passages, the property has that has most of them."""

    said: list[Quad]
    values: int
    passages: int

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(1, -(-self.values // VALUES), -(-self.passages // PASSAGES))


@dataclass(frozen=True)
class Pages:
    """The pages of what is said of a thing, packed, from the first one on; how many values and passages, as above."""

    values: int
    passages: int
    packed: tuple[bytes, ...]


def portion(said: Iterable[Quad], number: int) -> Portion:
    """Return a page, counted from 1, of what is said of a thing: properties without many values are on each."""
    return _cut(_sorted(said), number)


def pages(said: Iterable[Quad]) -> Pages:
    """Return all pages of what is said of a thing, packed."""
    by_property = _sorted(said)
    first = _cut(by_property, 1)
    every = [first, *(_cut(by_property, number) for number in range(2, first.pages + 1))]
    return Pages(first.values, first.passages, tuple(map(_packed, every)))


def unpacked(values: int, passages: int, packed: bytes) -> Portion:
    """Return a page of what was packed."""
    return Portion([*ox.parse(zlib.decompress(packed), format=_NQUADS)], values, passages)


def _packed(page: Portion) -> bytes:
    return zlib.compress(ox.serialize(page.said, format=_NQUADS) or b"", _FAST)


def _sorted(said: Iterable[Quad]) -> dict[NamedNode, list[Quad]]:
    """Return statements by property, those of one that has many values in order."""
    by_property: dict[NamedNode, list[Quad]] = {}
    for quad in said:
        by_property.setdefault(quad.predicate, []).append(quad)
    for name, quads in by_property.items():
        if len(quads) > _size(name):
            quads.sort(key=str)
    return by_property


def _cut(by_property: Mapping[NamedNode, list[Quad]], number: int) -> Portion:
    page: list[Quad] = []
    values = passages = 0
    for name, quads in by_property.items():
        is_source = name in SOURCES
        passages = max(passages, len(quads) if is_source else 0)
        values = max(values, 0 if is_source else len(quads))
        size = _size(name)
        page += quads if len(quads) <= size else quads[(number - 1) * size : number * size]
    return Portion(page, values, passages)


def _size(name: NamedNode) -> int:
    return PASSAGES if name in SOURCES else VALUES
