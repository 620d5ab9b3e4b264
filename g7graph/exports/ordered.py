"""Statements in order, however many: lines of N-Quads sorted in runs that fit in memory; the runs are merged.

Only statements with blank nodes are held at once: they name each other.
"""

from __future__ import annotations

import heapq
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from g7graph import vocab
from g7graph.exports.graphs import canonical

_RUN_BYTES = 64_000_000
_TYPE = f"<{vocab.RDF_TYPE}>".encode()
_APART = b"\0"  # before every character of a term
_END = b" .\n"
#: What an object ends with that has spaces in it: after the last of these there is only the graph.
_CLOSINGS = {b'"': b'"', b"<<": b")>>"}
LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*"')


def canonical_lines(store: ox.Store, target: Path) -> None:
    """Write a store as canonical N-Quads (RDFC-1.0 §5), its lines sorted."""
    raw = target.with_suffix(".raw")
    store.dump(str(raw), format=ox.RdfFormat.N_QUADS)
    with target.open("wb") as out:
        out.writelines(_sorted(_named(raw), target.parent))
    raw.unlink()


def sorted_lines(source: Path, target: Path) -> None:
    """Write the lines of a file in the order of their bytes."""
    with source.open("rb") as lines, target.open("wb") as out:
        out.writelines(_sorted(lines, target.parent))


def by_graph(source: Path, target: Path) -> dict[bytes, tuple[int, int]]:
    """Write N-Quads by graph and subject, the type first; return where the lines of each graph begin and end."""
    places: dict[bytes, tuple[int, int]] = {}
    with source.open("rb") as lines, target.open("wb") as out:
        keyed = _sorted(map(_keyed, lines), target.parent)
        for graph, found in groupby(keyed, lambda key: key.partition(_APART)[0]):
            begin = out.tell()
            out.writelines(map(_restored, found))
            places[graph] = (begin, out.tell())
    return places


def by_subject(source: Path, target: Path) -> None:
    """Write N-Quads as N-Triples by subject, the type first; what two graphs say stands once."""
    with source.open("rb") as lines, target.open("wb") as out:
        keyed = _sorted((_APART + _keyed(line).partition(_APART)[2] for line in lines), target.parent)
        out.writelines(_restored(key) for key, _ in groupby(keyed))


def _named(raw: Path) -> Iterator[bytes]:
    """Yield the lines of a file, those with blank nodes last and with canonical names (RDFC-1.0 looks at no others)."""
    nameless: list[bytes] = []
    with raw.open("rb") as source:
        for line in source:
            if b"_:" in line and b"_:" in LITERAL.sub(b"", line):
                nameless.append(line)
            else:
                yield line
    quads = canonical(ox.parse(b"".join(nameless), format=ox.RdfFormat.N_QUADS))
    yield from (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _sorted(lines: Iterable[bytes], scratch: Path) -> Iterator[bytes]:
    """Yield lines in the order of their bytes."""
    with ExitStack() as opened:
        runs: list[Iterable[bytes]] = []
        run: list[bytes] = []
        size = 0
        for line in lines:
            run.append(line)
            size += len(line)
            if size > _RUN_BYTES:
                run.sort()
                runs.append(_spilled(run, opened, scratch))
                run, size = [], 0
        run.sort()
        yield from heapq.merge(*runs, run) if runs else run


def _spilled(run: list[bytes], opened: ExitStack, scratch: Path) -> IO[bytes]:
    file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - it is read when all runs are there
    opened.callback(file.close)
    file.writelines(run)
    file.seek(0)
    return cast(IO[bytes], file)


def _keyed(line: bytes) -> bytes:
    """Write a statement so that bytes sort as TriG is written: by graph and subject, the type first."""
    subject, predicate, rest = line.split(b" ", 2)
    value, graph = _parted(rest.removesuffix(_END))
    first = b"0" if predicate == _TYPE else b"1"
    return _APART.join((graph, subject, first, predicate, value)) + b"\n"


def _parted(rest: bytes) -> tuple[bytes, bytes]:
    """Part the object of a statement from its graph, which may be none.

    >>> _parted(b'"a <b>"@en <http://x/g>'), _parted(b"<http://x/o>")
    ((b'"a <b>"@en', b'<http://x/g>'), (b'<http://x/o>', b''))
    """
    closing = _CLOSINGS.get(rest[:1]) or _CLOSINGS.get(rest[:2])
    begin = rest.rfind(closing) if closing else 0
    end = rest.find(b" ", begin)
    return (rest, b"") if end < 0 else (rest[:end], rest[end + 1 :])


def _restored(line: bytes) -> bytes:
    graph, subject, _, predicate, value = line[:-1].split(_APART)
    return b" ".join((subject, predicate, value, *([graph] if graph else []), b".\n"))
