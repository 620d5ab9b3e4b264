"""A synthetic framework and what the peers are given: the same dataset as N-Quads, and its union as N-Triples."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench.patterns import framework
from bench.synthetic import generate


@dataclass(frozen=True)
class Dataset:
    """Where the files of one size are: root of the framework, store and N-Quads as built from it, N-Triples."""

    triples: int
    root: Path
    store: Path
    quads: Path
    flat: Path


def prepare(folder: Path, triples: int, seed: int = 1) -> Dataset:
    """Write a framework and build it with `g7graph build`, unless the folder has it already."""
    home = folder / f"{triples}-{seed}"
    dataset = Dataset(triples, home / "root", home / "dist" / "store", home / "dist" / "dataset.nq", home / "flat.nt")
    if not dataset.flat.exists():
        with framework(dataset.root) as sink:
            generate(sink, triples, seed)
        command = [
            sys.executable,
            "-m",
            "g7graph",
            "--data",
            str(dataset.root),
            "build",
            "--output",
            str(home / "dist"),
        ]
        subprocess.run(command, check=True, capture_output=True)
        _flatten(dataset.quads, dataset.flat)
    return dataset


def _flatten(quads: Path, flat: Path) -> None:
    """Drop the graphs: a statement stands in one only, so that nothing is written twice."""
    part = flat.with_suffix(".part")
    with quads.open("rb") as source, part.open("wb") as target:
        found = (quad.triple for quad in ox.parse(source, format=ox.RdfFormat.N_QUADS))
        ox.serialize(found, target, format=ox.RdfFormat.N_TRIPLES)
    part.rename(flat)
