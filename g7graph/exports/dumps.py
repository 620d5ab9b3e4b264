"""Dumps: a whole store as N-Quads and TriG, whatever its size, in little memory.

The bytes are those of `graphs.nquads` and `graphs.trig`. The engine writes the statements to a file, which is sorted in
runs that fit in memory; the runs are merged. Only statements with blank nodes are held at once: they name each other.
"""

from __future__ import annotations

import heapq
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from g7graph import vocab
from g7graph.exports.graphs import canonical, prefixes_sorted

_RUN_BYTES = 64_000_000
_HEAD_BYTES = 1 << 16
#: A line of N-Quads; the graph is the last term, and no literal ends like an IRI that has no quote in it.
_LINE = re.compile(rb'(?P<s>\S+) (?P<p>\S+) (?P<o>.*?)(?: (?P<g><[^<>"\s]*>|_:\S+))? \.\n', re.DOTALL)
_LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*"')
_TYPE = f"<{vocab.RDF_TYPE}>".encode()
_SPACES = sorted((re.escape(f"<{space}".encode()) for space in vocab.PREFIXES.values()), key=len, reverse=True)
_SHORT = re.compile(b"(" + b"|".join(_SPACES) + rb")[^/<>]*>")
#: What follows a literal of which the type is not said → the namespace of that type.
_UNSAID = {b'" ': f"<{vocab.XSD}".encode(), b'"@': f"<{vocab.STANDARD['rdf']}".encode()}
_APART = b"\0"  # before every character of a term

Told = Callable[[str], object]


def write(store: ox.Store, folder: Path, told: Told = lambda _: None) -> list[Path]:
    """Write `dataset.nq` and `dataset.trig` of a store to a folder; `told` is told each name as it begins.

    A file is replaced when the new one is whole.
    """
    with tempfile.TemporaryDirectory(prefix=".dump-", dir=folder) as scratch:
        told("dataset.nq")
        raw, lines, keyed, ordered, trig = (Path(scratch) / name for name in ("raw", "nq", "keyed", "ordered", "trig"))
        store.dump(str(raw), format=ox.RdfFormat.N_QUADS)
        _sorted(_named(raw), lines, Path(scratch))
        raw.unlink()
        told("dataset.trig")
        with lines.open("rb") as source:
            _sorted(map(_keyed, source), keyed, Path(scratch))
        with keyed.open("rb") as source, ordered.open("wb") as target:
            target.writelines(map(_restored, source))
        keyed.unlink()
        _trig(ordered, trig)
        return [lines.replace(folder / "dataset.nq"), trig.replace(folder / "dataset.trig")]


def _named(raw: Path) -> Iterator[bytes]:
    """Yield the lines of a file, those with blank nodes last and with canonical names (RDFC-1.0 looks at no others)."""
    nameless: list[bytes] = []
    with raw.open("rb") as source:
        for line in source:
            if b"_:" in line and b"_:" in _LITERAL.sub(b"", line):
                nameless.append(line)
            else:
                yield line
    quads = canonical(ox.parse(b"".join(nameless), format=ox.RdfFormat.N_QUADS))
    yield from (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)


def _sorted(lines: Iterable[bytes], target: Path, scratch: Path) -> None:
    """Write lines in the order of their bytes."""
    with ExitStack() as opened, target.open("wb") as out:
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
        out.writelines(heapq.merge(*runs, run))


def _spilled(run: list[bytes], opened: ExitStack, scratch: Path) -> IO[bytes]:
    file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - it is read when all runs are there
    opened.callback(file.close)
    file.writelines(run)
    file.seek(0)
    return cast(IO[bytes], file)


def _keyed(line: bytes) -> bytes:
    """Write a statement so that bytes sort as TriG is written: by graph and subject, the type first."""
    found = cast(re.Match[bytes], _LINE.fullmatch(line))
    first = b"0" if found["p"] == _TYPE else b"1"
    return _APART.join((found["g"] or b"", found["s"], first, found["p"], found["o"])) + b"\n"


def _restored(line: bytes) -> bytes:
    graph, subject, _, predicate, value = line[:-1].split(_APART)
    return b" ".join((subject, predicate, value, *([graph] if graph else []), b".\n"))


def _trig(ordered: Path, target: Path) -> None:
    """Turn N-Quads in order into TriG."""
    prefixes = _in_use(ordered)
    written = target.with_suffix(".written")
    quads = ox.parse(path=str(ordered), format=ox.RdfFormat.N_QUADS)
    ox.serialize(quads, str(written), format=ox.RdfFormat.TRIG, prefixes=prefixes)
    with written.open("rb") as source, target.open("wb") as out:
        out.write(prefixes_sorted(source.read(_HEAD_BYTES)))
        while block := source.read(_HEAD_BYTES):
            out.write(block)
    written.unlink()


def _in_use(lines: Path) -> dict[str, str]:
    """Return the prefixes that shorten an IRI of some statement, or a literal's type, which may go without saying."""
    found: set[bytes] = set()
    with lines.open("rb") as source:
        for line in source:
            bare = _LITERAL.sub(b'"', line)
            found.update(_SHORT.findall(bare))
            found.update(space for mark, space in _UNSAID.items() if mark in bare)
    return {prefix: space for prefix, space in vocab.PREFIXES.items() if f"<{space}".encode() in found}
