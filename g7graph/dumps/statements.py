"""The statements of a store as files: the dataset whole and each named graph, in every format that can say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from g7graph import vocab
from g7graph.dumps.folder import Folder
from g7graph.exports import ordered
from g7graph.exports.manifest import Dump
from g7graph.exports.streams import FORMS, GZIP, Part, packed

DATASET = "dataset"
GRAPHS = "graphs"
_MOST_GRAPHS = 1000  # a file in each format for every one of them
_LONGEST = 100
_PLAIN = re.compile(r"(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_DIGITS = 8


def write(store: ox.Store, folder: Folder, scratch: Path) -> Iterator[Dump]:
    """Write the dataset and its graphs to a folder and yield what was written.

    Graphs without an IRI, and more than a thousand, are in the dataset only. `scratch` keeps `dataset.nq`.
    """
    lines, quads, triples = (scratch / name for name in ("dataset.nq", "quads", "triples"))
    folder.told(DATASET)
    ordered.canonical_lines(store, lines)
    places = ordered.by_graph(lines, quads)
    ordered.by_subject(lines, triples)
    whole = Part(lines, quads, triples, tuple(graph for graph in places if graph))
    yield from _written(whole, folder.path / DATASET, DATASET, folder)
    triples.unlink()
    named = {graph: place for graph, place in places.items() if graph.startswith(b"<")}
    for graph, (begin, end) in named.items() if len(named) <= _MOST_GRAPHS else ():
        iri = next(iter(ox.parse(b"%b <a:a> <a:a> ." % graph, format=ox.RdfFormat.N_TRIPLES))).subject.value
        part = _cut(quads, graph, begin, end, scratch)
        stem = folder.path / GRAPHS / file_name(iri)
        stem.parent.mkdir(parents=True, exist_ok=True)
        yield from _written(part, stem, part_name(iri), folder)


def part_name(graph: str) -> str:
    """Return what a manifest calls a graph: its path below the base, else its IRI.

    >>> part_name("https://w3id.org/g7graph/graph/derived/progress"), part_name("http://x/g")
    ('graph/derived/progress', 'http://x/g')
    """
    return vocab.local_path(graph) or graph


def file_name(graph: str) -> str:
    """Return the name of a graph's files, without extension: its path where that is a plain one, else one made of it.

    >>> file_name("https://w3id.org/g7graph/graph/derived/progress")
    'derived/progress'
    >>> file_name("https://w3id.org/g7graph/graph/../secret")
    'https-w3id-org-g7graph-graph-secret-74c65645'
    """
    path = graph.removeprefix(vocab.GRAPH)
    if path != graph and len(path) <= _LONGEST and _PLAIN.fullmatch(path):
        return path
    readable = _OTHER.sub("-", graph).strip("-")[:_LONGEST]
    return f"{readable}-{sha256(graph.encode()).hexdigest()[:_DIGITS]}"


def _written(part: Part, stem: Path, name: str, folder: Folder) -> Iterator[Dump]:
    for form in FORMS:
        folder.told(f"{name}.{form.extension}")
        path = stem.with_name(f"{stem.name}.{form.extension}.gz")
        with packed(path) as out:
            can_be = form.write(part, out)
        if can_be:
            yield folder.listed(path, name, form.media_type, compression=GZIP)
        else:
            path.unlink()


def _cut(quads: Path, graph: bytes, begin: int, end: int, scratch: Path) -> Part:
    """Cut a graph out of the statements in order."""
    part = Part(scratch / "part-lines", scratch / "part-quads", scratch / "part-triples", (graph,))
    tail = b" " + graph + b" .\n"
    with quads.open("rb") as source, part.quads.open("wb") as own, part.triples.open("wb") as bare:
        source.seek(begin)
        while source.tell() < end:
            line = source.readline()
            own.write(line)
            bare.write(line.removesuffix(tail) + b" .\n")
    ordered.sorted_lines(part.quads, part.lines)
    return part
