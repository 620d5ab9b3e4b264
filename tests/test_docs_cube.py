"""What the page on the cube shows is true: its queries answer, its Python runs, cube.link takes what it makes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd
import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph, Literal, Namespace, URIRef

from g7graph import vocab
from g7graph.store.local import LocalStore

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "cube.md").read_text(encoding="utf-8")
CUBE = Namespace("https://cube.link/")
CUBES = {
    "measurements": 133,
    "disaggregations": 94,
    "progress": 38,
    "compliance": 15,
    "eiti-receipts": 28,
    "eiti-payments": 24,
}
#: What cube.link publishes; the folder `validation/` of its repository.
PUBLISHED = ("standalone-cube-constraint.ttl", "standalone-constraint-constraint.ttl")


def block(language: str, number: int = 0) -> str:
    return list(re.finditer(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))[number][1]


def linked(store: LocalStore, name: str) -> Graph:
    """Make a cube as cube.link wants it, by the page's query."""
    text = block("sparql", 1)
    assert "(dataset:progress <" in text
    found = store.inner.query(
        text.replace("(dataset:progress <", f"(dataset:{name} <"), use_default_graph_as_union=True
    )
    triples = found.serialize(format=ox.RdfFormat.N_TRIPLES)  # type: ignore[arg-type]  # it is a CONSTRUCT
    return Graph(bind_namespaces="none").parse(data=triples, format="nt")


def test_the_figures_by_region_are_those_of_the_document(store: LocalStore) -> None:
    rows = [tuple(row.values()) for row in store.table(block("sparql")).records()]
    assert rows == [
        ("9.2", "Piura", 6, "Meeting"),
        ("9.2", "Loreto", 5, "Meeting"),
        ("9.2", "Moquegua", 4, "Meeting"),
        ("O2.1", "Moquegua", 1, "Commission"),
        ("O2.1", "Piura", 1, "Commission"),
    ]


def test_the_data_frame_has_an_indicator_a_row_and_a_measure_type_a_column() -> None:
    names: dict[str, pd.DataFrame] = {}
    exec(block("python"), names)  # noqa: S102 - the page's own example
    wide = names["wide"]
    assert list(wide.columns) == ["actual", "actual-in-process", "baseline", "baseline-in-process", "target"]
    assert list(wide.loc["4.4"].dropna()) == [43, 11, 0, 54]
    assert wide.loc["6.1"].dropna().to_dict() == {"baseline": 0, "target": 2}


@pytest.mark.parametrize("name", CUBES)
def test_the_cube_for_cube_link_keeps_to_the_constraint_it_comes_with(store: LocalStore, name: str) -> None:
    cube = linked(store, name)
    assert len(set(cube.subjects(RDF.type, CUBE.Observation))) == CUBES[name]
    constraint = Graph(bind_namespaces="none")
    constraint += cube
    constraint.add((URIRef(vocab.thing("dataset", f"{name}-constraint")), SH.targetClass, CUBE.Observation))
    conforms, _, report = validate(cube, shacl_graph=constraint)
    assert conforms, report


def test_a_missing_figure_is_undefined_for_cube_link(store: LocalStore) -> None:
    undefined = Literal("", datatype=CUBE.Undefined)
    assert len(set(linked(store, "measurements").subjects(None, undefined))) == 9


@pytest.mark.skipif("CUBE_LINK_SHAPES" not in os.environ, reason="set CUBE_LINK_SHAPES to the shapes of cube.link")
@pytest.mark.parametrize("name", CUBES)
def test_the_published_shapes_of_cube_link_find_no_violation(store: LocalStore, name: str) -> None:
    shapes = Graph(bind_namespaces="none")
    for file in PUBLISHED:
        shapes.parse(Path(os.environ["CUBE_LINK_SHAPES"]) / file, publicID=f"{CUBE}shape/")
    _, report, _ = validate(linked(store, name), shacl_graph=shapes)
    assert isinstance(report, Graph)
    assert set(report.objects(None, SH.resultSeverity)) == {SH.Warning}
