"""The Python API: what `g7graph.load` gives, for a framework and for other people's RDF."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

import g7graph
from g7graph.api import G7
from g7graph.errors import BadParameter, QueryError, UnknownName, UsageError

NAMED = """#+ params: {name: {type: string}, self: {type: string}}
SELECT ?name ?self WHERE { VALUES ?name { UNDEF } VALUES ?self { UNDEF } }
"""
ANYTHING = "<http://x/a> <http://x/p> 1 ."


@pytest.fixture(scope="module")
def ours() -> G7:
    return g7graph.load(lang="en")


@pytest.fixture
def plain(tmp_path: Path) -> G7:
    """Two graphs and a default one, which is served as it is."""
    (tmp_path / "some.trig").write_text(
        "PREFIX x: <http://x/> x:a x:p 1 . GRAPH x:g { x:b x:p 2 } GRAPH x:h { x:c x:p 3 }"
    )
    return g7graph.load(tmp_path / "some.trig")


def test_a_saved_query_is_a_table_in_the_language_of_the_framework(ours: G7) -> None:
    (row,) = [row for row in ours.query("axis-progress").records() if row["code"] == "dialogue"]
    assert row["label"] == "Dialogue"
    assert set(ours.queries) == {query.name for query in ours.library}


def test_a_parameter_may_have_any_name(tmp_path: Path) -> None:
    for path, text in (("data/ttl/a.ttl", ANYTHING), ("queries/one/named.rq", NAMED)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    found = g7graph.load(tmp_path).query("named", name="x")
    assert found.records() == [{"name": "x", "self": None}]


def test_what_is_not_there_names_the_nearest(ours: G7) -> None:
    with pytest.raises(UnknownName, match="evidence"):
        ours.query("evidenc")
    with pytest.raises(BadParameter) as refused:
        ours.query("evidence", code="99")
    assert refused.value.nearest == ("9.2", "9.1")


def test_sparql_asks_the_union_of_the_graphs(ours: G7) -> None:
    found = ours.sparql("SELECT (COUNT(DISTINCT ?i) AS ?n) { ?i <https://w3id.org/g7graph/ontology#direction> ?any }")
    assert found.records() == [{"n": 38}]
    assert ours.sparql("ASK { ?i <https://w3id.org/g7graph/ontology#status> ?derived }").records() == [{"answer": True}]


def test_sparql_that_does_not_parse_is_placed(ours: G7) -> None:
    with pytest.raises(QueryError) as refused:
        ours.sparql("SELECT *\nWHERE { ?s ?p }")
    assert refused.value.line == 2


def test_sparql_over_plain_rdf_asks_its_default_graph(plain: G7) -> None:
    assert plain.sparql("SELECT ?o { ?s ?p ?o }").records() == [{"o": 1}]
    assert plain.sparql("SELECT ?o { GRAPH ?g { ?s ?p ?o } } ORDER BY ?o").records() == [{"o": 2}, {"o": 3}]


def test_the_graph_has_every_graph_and_the_union_by_default(ours: G7) -> None:
    indicator = rdflib.URIRef("https://w3id.org/g7graph/id/indicator/4.4")
    progress = rdflib.URIRef("https://w3id.org/g7graph/graph/derived/progress")
    assert (indicator, rdflib.RDF.type, None) in ours.graph
    assert len(ours.graph.graph(progress)) > 0
    assert (None, rdflib.URIRef("https://w3id.org/g7graph/ontology#status"), None) in ours.graph


def test_the_graph_of_plain_rdf_has_its_own_graphs_and_nothing_derived(plain: G7) -> None:
    named = {str(graph.identifier) for graph in plain.graph.graphs() if len(graph)}
    assert {"http://x/g", "http://x/h"} <= named
    assert sorted(str(value) for value in plain.graph.objects(None, rdflib.URIRef("http://x/p"))) == ["1", "2", "3"]


def test_validate_finds_what_is_wrong_and_nothing_in_plain_rdf(plain: G7, tmp_path: Path) -> None:
    assert plain.validate() == []
    broken = tmp_path / "broken.ttl"
    broken.write_text("x:a x:b x:c .\n")
    (finding,) = g7graph.load(broken, lang="en").validate()
    assert (finding.file, finding.line, finding.source) == ("broken.ttl", 1, "unparsable")


def test_a_data_frame_has_the_dtypes_of_the_header(ours: G7) -> None:
    frame = ours.query("indicator-progress").to_pandas()
    dtypes = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert len(frame) == 38
    assert (dtypes["code"], dtypes["target"], dtypes["inProgress"]) == ("string", "Float64", "Int64")
    assert frame["progress"].isna().sum() > 0
    assert frame.loc[frame["code"] == "4.4", "attainment"].item() == pytest.approx(0.7963)
    cases = ours.query("dialogue-cases").to_pandas()
    assert str(cases["closed"].dtype) == "datetime64[s]"
    assert cases["closed"].notna().any()
    (row,) = [row for row in ours.query("indicator-progress").records() if row["code"] == "4.4"]
    assert row["attainment"] == Decimal("0.7963")  # the records are exact


def test_a_data_frame_of_ones_own_query_has_the_dtypes_of_its_values(ours: G7) -> None:
    text = 'SELECT * { VALUES (?i ?t ?b ?d ?n ?m) { (1 "a" true 0.5 UNDEF 1) (2 "b" false 1 UNDEF "x") } }'
    dtypes = {name: str(dtype) for name, dtype in ours.sparql(text).to_pandas().dtypes.items()}
    assert dtypes == {"i": "Int64", "t": "string", "b": "boolean", "d": "Float64", "n": "string", "m": "object"}


def test_a_data_frame_without_rows_has_the_dtypes_of_the_header(ours: G7) -> None:
    frame = ours.query("discrepancies", code="4.5").to_pandas()
    assert (len(frame), str(frame["code"].dtype)) == (0, "string")
    empty = ours.query("behind-target", agency="dar").to_pandas()
    assert {str(dtype) for dtype in empty.dtypes} == {"string", "Float64"}


def test_a_data_frame_without_pandas_names_the_extra(ours: G7, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=re.escape("g7graph[pandas]")):
        ours.query("projects").to_pandas()
