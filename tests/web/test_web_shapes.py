"""The shapes dereference: their graph as it is in the files, and a page that says what each asks for."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.web.shapes import Shapes

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SHAPE = "https://w3id.org/g7graph/shapes#Passage-quote"


def test_the_shapes_are_served_whole(real: FlaskClient, project: Project) -> None:
    read = [quad for path in project.shape_files() for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    for extension, form in (
        ("ttl", ox.RdfFormat.TURTLE),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdf", ox.RdfFormat.RDF_XML),
    ):
        served = ox.Dataset(ox.parse(real.get(f"/shapes.{extension}").data, format=form))
        written = ox.Dataset(read)
        for dataset in (served, written):
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert served == written, extension
    assert real.get("/shapes", headers={"Accept": "text/turtle"}).data == real.get("/shapes.ttl").data


@pytest.mark.parametrize(
    ("lang", "message"),
    [("es", "Formas SHACL</h1>"), ("en", "What was withdrawn cannot be described"), ("fr", "Formes SHACL</h1>")],
)
def test_their_page_says_what_each_asks_for(real: FlaskClient, lang: str, message: str) -> None:
    page = real.get("/shapes", headers={**BROWSER, "Accept-Language": lang}).text
    assert message in page
    assert '<article class="term" id="Passage-quote">' in page
    assert f"<code>{SHAPE}</code>" in page
    assert 'href="/shapes#Passage-quote"' in page, "the node shape leads to its parts"
    assert 'href="/ontology#Passage"' in page, "and to what it looks at"


def test_a_path_is_written_as_sparql_writes_it(small_app: Flask) -> None:
    turtle = """
@prefix ex: <https://w3id.org/g7graph/shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
ex:a a sh:PropertyShape ; sh:path ( [ sh:inversePath ex:p ] [ sh:zeroOrOnePath ex:q ] ex:r ) .
ex:b a sh:PropertyShape ; sh:path [ sh:alternativePath ( ex:p [ sh:oneOrMorePath ex:q ] ) ] .
ex:c a sh:PropertyShape ; sh:path [ sh:inversePath ( ex:p ex:q ) ] .
"""
    with small_app.test_request_context("/shapes"):
        found = Shapes([quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)]).all()
    assert {one.name: one.path for one in found} == {
        "a": "^g7sh:p / g7sh:q? / g7sh:r",
        "b": "(g7sh:p | g7sh:q+)",
        "c": "^(g7sh:p / g7sh:q)",
    }


def test_a_framework_without_shapes_has_none_to_show(client: FlaskClient) -> None:
    assert client.get("/shapes").status_code == 404
    assert client.get("/shapes.ttl").status_code == 404


@pytest.mark.parametrize("extension", ["png", "csv", "ttl.ttl"])
def test_the_shapes_are_not_in_formats_they_have_not(real: FlaskClient, extension: str) -> None:
    assert real.get(f"/shapes.{extension}").status_code == 406
