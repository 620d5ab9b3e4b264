"""The check against DCAT-AP: it finds what is wrong, fails where it should, and passes with SEMIC's own shapes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rdflib import RDF, URIRef

from g7graph.project import Project
from tests import dcat_ap

PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
KEPT = """
<urn:x:files> sh:targetClass dcat:Distribution ; sh:property <urn:x:address> , <urn:x:missing> .
<urn:x:address> sh:path dcat:accessURL ; sh:minCount 1 .
<urn:x:sums> sh:targetClass spdx:Checksum ; sh:property [ sh:path spdx:checksumValue ; sh:datatype xsd:hexBinary ] .
<urn:x:standards> sh:targetObjectsOf dcterms:conformsTo ; sh:class dcterms:Standard .
"""
BROKEN = """
<urn:x:sets> sh:targetClass dcat:DatasetSeries ; sh:property
  [ sh:path dcterms:title ; sh:maxCount 0 ] ,
  [ sh:path dcterms:creator ; sh:minCount 1 ; sh:severity sh:Warning ] .
"""


def check(folder: Path, shapes: str, *more: str) -> int:
    (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    return dcat_ap.main(["--shapes", str(folder), *more])


def test_shapes_that_are_kept_find_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, KEPT) == 0
    assert " 0 violations, 0 others" in capsys.readouterr().out


def test_dumps_are_held_against_the_shapes_too(tmp_path: Path, project: Project) -> None:
    said = dcat_ap.description(project, dcat_ap.written(project, tmp_path))
    assert len(set(said.subjects(RDF.type, URIRef("http://spdx.org/rdf/terms#Checksum")))) == 3


def test_a_violation_is_told_and_a_warning_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(tmp_path, BROKEN) == 1
    told = capsys.readouterr().out
    assert "Violation\thttps://w3id.org/g7graph/id/dataset/monitoring-rounds\thttp://purl.org/dc/terms/title" in told
    assert "Warning\t" not in told
    assert " 1 violations, 1 others" in told
    assert check(tmp_path, BROKEN, "--warnings") == 1
    assert "Warning\t" in capsys.readouterr().out


def test_the_shapes_of_dcat_ap_find_no_violation(capsys: pytest.CaptureFixture[str]) -> None:
    shapes = os.environ.get("G7GRAPH_DCAT_AP")
    if not shapes:
        pytest.skip("set G7GRAPH_DCAT_AP to a file of DCAT-AP's shapes to check against it")
    assert dcat_ap.main(["--shapes", shapes]) == 0
    assert " 0 violations" in capsys.readouterr().out
