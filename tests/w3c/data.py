"""The data of a case: read from the suite's files, written as one update or as N-Quads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from tests.w3c.manifest import BASE, Files, ManifestError

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
}
Triples = tuple[ox.Triple, ...]


@dataclass(frozen=True)
class Dataset:
    """The triples of a default graph and of named graphs, by IRI; a named graph may be empty."""

    default: Triples = ()
    named: dict[str, Triples] = field(default_factory=dict)

    def graphs(self) -> Iterable[tuple[str | None, Triples]]:
        """Yield each graph with its IRI, None for the default graph."""
        yield None, self.default
        yield from self.named.items()

    def update(self) -> str:
        """Return a SPARQL update that leaves a store with this dataset and nothing else."""
        parts = []
        for iri, triples in self.graphs():
            lines = "\n".join(f"{triple} ." for triple in triples)
            parts.append(f"GRAPH <{iri}> {{\n{lines}\n}}" if iri else lines)
        empty = [f"CREATE SILENT GRAPH <{iri}>" for iri, triples in self.named.items() if not triples]
        return " ;\n".join(["DROP ALL", *empty, "INSERT DATA {\n" + "\n".join(parts) + "\n}"])

    def quads(self) -> str:
        """Return the dataset as N-Quads, which know no empty graph."""
        lines = [
            f"{triple} <{iri}> .\n" if iri else f"{triple} .\n" for iri, triples in self.graphs() for triple in triples
        ]
        return "".join(lines)


def read(path: Path, base: str) -> Triples:
    """Read the triples of a file; its blank nodes are its own. Raises ManifestError."""
    if path.suffix not in _FORMATS:
        raise ManifestError(f"{path.name}: data in an unknown format")
    try:
        quads = ox.parse(path=str(path), format=_FORMATS[path.suffix], base_iri=base, rename_blank_nodes=True)
        return tuple(quad.triple for quad in quads)
    except (SyntaxError, OSError) as error:
        raise ManifestError(f"{path.name}: {error}") from error


def load(files: Files, root: Path) -> Dataset:
    """Read the files of a dataset; relative IRIs are resolved against where the suite is published."""
    default = [triple for path in files.default for triple in read(path, iri_of(path, root))]
    return Dataset(tuple(default), {iri: read(path, iri_of(path, root)) for iri, path in files.named})


def iri_of(path: Path, root: Path) -> str:
    """Return what a file of the suite is called."""
    return BASE + path.relative_to(root).as_posix()
