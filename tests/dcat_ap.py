"""Hold the description of the dataset against the SHACL shapes of DCAT-AP, for those who have them.

    python -m tests.dcat_ap --shapes shapes.ttl --shapes ranges.ttl [--data examples/aldoria]

The shapes are not part of this repository: SEMICeu/DCAT-AP publishes them (`releases/3.0.1`). Exit code 1: violations.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rdflib import Graph
from rdflib.namespace import SH

from g7graph.build import open_store, version_of
from g7graph.exports.manifest import Dump, Manifest
from g7graph.project import Project
from g7graph.web import create_app
from g7graph.web.options import Options

VIOLATION = "Violation"


@dataclass(frozen=True, order=True)
class Finding:
    """What a shape says: how severe, of what, at which property, why."""

    severity: str
    focus: str
    path: str
    message: str


def description(project: Project, dumps: Path) -> Graph:
    """Ask the application for `/dataset` of a framework."""
    app = create_app(project, open_store(project), options=Options(dumps=dumps))
    answer = app.test_client().get("/dataset.ttl")
    return Graph().parse(data=answer.get_data(as_text=True), format="turtle")


def written(project: Project, folder: Path) -> Path:
    """Write a manifest of one dump of each kind, so that distributions are held against the shapes, too."""
    kinds = (
        ("dataset.nq.gz", "dataset", "application/n-quads", "https://www.w3.org/TR/n-quads/"),
        ("measurements-2014-05.ttl.gz", "graph/measurements/2014-05", "text/turtle", "https://www.w3.org/TR/turtle/"),
        ("tables.zip", "tables", "application/zip", None),
    )
    dumps = [
        Dump(name, part, media_type, 1000, sha256(name.encode()).hexdigest(), _packing(name), standard)
        for name, part, media_type, standard in kinds
    ]
    Manifest("0.2.1", "2026-12-01", version_of(project), tuple(dumps)).write(folder)  # of the data served
    return folder


def _packing(name: str) -> str | None:
    return "application/gzip" if name.endswith(".gz") else None


def findings(data: Graph, shapes: Graph) -> list[Finding]:
    """Validate; what is not a violation is kept apart by its severity."""
    import pyshacl

    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", allow_warnings=True)
    found = []
    for result in report.objects(predicate=SH.result):  # what stands below them are details of these
        said = [report.value(result, one) for one in (SH.focusNode, SH.resultPath, SH.resultMessage)]
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
        found.append(Finding(severity, *map(str, said)))
    return sorted(found)


def read(paths: Sequence[Path]) -> Graph:
    """Read Turtle files, and those in folders, into one graph."""
    graph = Graph()
    for path in paths:
        for file in sorted(path.glob("*.ttl")) if path.is_dir() else [path]:
            graph.parse(file, format="turtle")
    for shape, named in list(graph.subject_objects(SH.property)):
        if (named, SH.path, None) not in graph:  # the files published for 3.0.1 refer to shapes that they do not have
            graph.remove((shape, SH.property, named))
    return graph


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.dcat_ap", description=__doc__)
    parser.add_argument("--shapes", type=Path, action="append", required=True, help="a Turtle file or a folder of them")
    parser.add_argument("--data", type=Path, help="another framework than the project's own")
    parser.add_argument("--dumps", type=Path, help="a folder of dumps with its manifest; else one made up for this")
    parser.add_argument("--warnings", action="store_true", help="list warnings, too")
    given = parser.parse_args(arguments)
    project = Project.find(given.data) if given.data else Project.default()
    with tempfile.TemporaryDirectory() as scratch:
        data = description(project, given.dumps or written(project, Path(scratch)))
    found = findings(data, read(given.shapes))
    for one in found:
        if given.warnings or one.severity == VIOLATION:
            sys.stdout.write(f"{one.severity}\t{one.focus}\t{one.path}\t{one.message}\n")
    counted = Counter(one.severity for one in found)
    others = sum(counted.values()) - counted[VIOLATION]
    sys.stdout.write(f"{len(data)} statements, {counted[VIOLATION]} violations, {others} others\n")
    return int(counted[VIOLATION] > 0)


if __name__ == "__main__":
    sys.exit(main())
