"""What points to a thing, in order and by pages; where much does, the sorted pages are kept for those who ask next."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, QuerySolutions

from g7graph.web.asks import Asked, fill

#: Statements on a page.
PAGE = 50
_KEPT_BYTES = 16_000_000
_HEAD = b"?property\t?subject\t?graph\n"
_FAST = 1


@dataclass(frozen=True)
class Listing:
    """All that points to a thing: how many statements, of which properties, the sorted lines of each page, packed."""

    total: int
    properties: frozenset[str]
    pages: list[bytes]

    def page(self, thing: NamedNode, number: int) -> Iterator[Quad]:
        """Yield the statements of a page, counted from 1; none of one that there is not."""
        for packed in self.pages[number - 1 : number]:
            found = ox.parse_query_results(_HEAD + zlib.decompress(packed), format=QueryResultsFormat.TSV)
            assert isinstance(found, QuerySolutions)  # noqa: S101 - of a table nothing else can be read
            for property_, subject, graph in found:
                place = graph if isinstance(graph, NamedNode) else DefaultGraph()
                yield Quad(subject, property_, thing, place)


class Listings:
    """The listings used last of things with more than a page, up to a number of bytes."""

    def __init__(self, most: int = _KEPT_BYTES) -> None:
        self._most, self._bytes = most, 0
        self._kept: OrderedDict[str, Listing] = OrderedDict()

    def of(self, store: Asked, thing: NamedNode) -> Listing:
        """Return what points to a thing."""
        if thing.value in self._kept:
            self._kept.move_to_end(thing.value)
            return self._kept[thing.value]
        listing = _read(store, thing)
        if len(listing.pages) > 1:
            self._kept[thing.value] = listing
            self._bytes += _size(listing)
            while self._bytes > self._most:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return listing


def _read(store: Asked, thing: NamedNode) -> Listing:
    lines: list[bytes] = []
    for name in ("incoming",) if store.union else ("incoming", "incoming-default"):
        lines += store.tsv(fill(name, {"thing": [thing]})).splitlines(keepends=True)[1:]
    lines.sort()
    pages = [zlib.compress(b"".join(lines[start : start + PAGE]), _FAST) for start in range(0, len(lines), PAGE)]
    properties = {line[: line.index(b"\t")] for line in lines}  # few, of many lines
    return Listing(len(lines), frozenset(one.decode().strip("<>") for one in properties), pages)


def _size(listing: Listing) -> int:
    return sum(map(len, listing.pages))
