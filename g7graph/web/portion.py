"""A page of what is said of a thing: of a property that has many values, some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from g7graph import vocab

#: Values of a property on a page; of one that leads to passages fewer, for each is taken in whole: some ten statements.
VALUES, PASSAGES = 50, 20
#: What leads to the passages behind a thing.
SOURCES = frozenset(
    NamedNode(vocab.expand(name) or name) for name in ("prov:hadPrimarySource", "g7:sourceA", "g7:sourceB")
)


@dataclass(frozen=True)
class Portion:
    """A page of what is said of a thing; how many values, and passages, the property has that has most of them."""

    said: list[Quad]
    values: int
    passages: int


def portion(said: Iterable[Quad], number: int) -> Portion:
    """Return a page, counted from 1, of what is said of a thing: properties without many values are on each."""
    by_property: dict[NamedNode, list[Quad]] = {}
    for quad in said:
        by_property.setdefault(quad.predicate, []).append(quad)
    page: list[Quad] = []
    values = passages = 0
    for name, quads in by_property.items():
        is_source = name in SOURCES
        passages = max(passages, len(quads) if is_source else 0)
        values = max(values, 0 if is_source else len(quads))
        size = PASSAGES if is_source else VALUES
        page += quads if len(quads) <= size else sorted(quads, key=str)[(number - 1) * size : number * size]
    return Portion(page, values, passages)
