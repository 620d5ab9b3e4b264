"""What points to a thing, in order and by pages; of hubs, to which very much points, before anybody asks."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryResultsFormat, QuerySolutions

from g7graph import run, vocab

#: Statements on a page.
PAGE = 50
_HEAD = b"?property\t?subject\t?graph\n"
_OURS = f"<{vocab.G7}".encode()
_FAST = 1

#: Evaluates SELECT into SPARQL 1.1 TSV.
Tsv = Callable[[str], bytes]


class Pages(Protocol):
    """The pages of a listing, sorted lines, packed; a dictionary is one."""

    def get(self, number: int, /) -> bytes | None:
        """Return a page, counted from 1; None where there is no such page."""


@dataclass(frozen=True)
class Listing:
    """All that points to a thing: how many statements, of which properties, page by page; the bytes that it holds.

    `uses` is how many things point to it by a property of the vocabulary.
    """

    total: int
    properties: frozenset[str]
    pages: Pages
    size: int = 0
    uses: int = 0

    def has(self, number: int) -> bool:
        """Whether a page, counted from 1, can be had, or there is none of that number; not where it was damaged."""
        return not 0 < number <= -(-self.total // PAGE) or self.pages.get(number) is not None

    def page(self, thing: NamedNode, number: int) -> Iterator[Quad]:
        """Yield the statements of a page, counted from 1; none of one that there is not."""
        packed = self.pages.get(number)
        lines = zlib.decompress(packed) if packed else b""
        found = ox.parse_query_results(_HEAD + lines, format=QueryResultsFormat.TSV)
        assert isinstance(found, QuerySolutions)  # noqa: S101 - of a table nothing else can be read
        for property_, subject, graph in found:
            place = graph if isinstance(graph, NamedNode) else DefaultGraph()
            yield Quad(subject, property_, thing, place)


class Hubs(Protocol):
    """The listings of hubs, by the IRI of the thing; a dictionary is one."""

    def get(self, thing: str, /) -> Listing | None:
        """Return the listing of a thing; None where it is no hub, or nobody knows."""


def listed(tsv: Tsv, thing: NamedNode, *, union: bool) -> Listing:
    """Put what points to a thing in order; `union` where no statement is in the default graph alone."""
    lines: list[bytes] = []
    for name in ("incoming",) if union else ("incoming", "incoming-default"):
        lines += tsv(run.filled(_text(name), {"thing": [thing]})).splitlines(keepends=True)[1:]
    lines.sort()
    pages = {number: _packed(lines[start : start + PAGE]) for number, start in enumerate(range(0, len(lines), PAGE), 1)}
    properties = {line[: line.index(b"\t")] for line in lines}  # few, of many lines
    size = sum(map(len, pages.values()))
    uses = len({line.split(b"\t", 2)[1] for line in lines if line.startswith(_OURS)})
    return Listing(len(lines), frozenset(one.decode().strip("<>") for one in properties), pages, size, uses)


def hubs(tsv: Tsv) -> Iterator[tuple[str, Listing]]:
    """Yield each thing of a framework that very much points to, with what does."""
    for line in tsv(_text("hubs")).splitlines()[1:]:
        thing = NamedNode(line.decode().strip("<>"))
        yield thing.value, listed(tsv, thing, union=True)


def _packed(lines: list[bytes]) -> bytes:
    return zlib.compress(b"".join(lines), _FAST)


@cache
def _text(name: str) -> str:
    return (resources.files(__package__) / f"{name}.rq").read_text(encoding="utf-8")
