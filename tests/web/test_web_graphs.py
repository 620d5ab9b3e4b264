"""The named graphs say what they are: on their pages, in the catalogue, in the description of the service."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib import DCTERMS, PROV, RDF, SKOS, VOID, Literal, URIRef

from g7graph import i18n
from g7graph.project import Project
from g7graph.web import create_app

BROWSER = {"Accept": "text/html"}
GRAPH = "https://w3id.org/g7graph/graph/"
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
DATASET = URIRef("https://w3id.org/g7graph/id/dataset/g7graph")
MANY = 60
OWN = """@prefix dcterms: <http://purl.org/dc/terms/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/g7graph/graph/a> dcterms:title "Lo <uno>"@es , "The first"@en ; dcterms:description "Todo"@es ;
  prov:wasGeneratedBy <https://w3id.org/g7graph/id/import/a> .
<https://w3id.org/g7graph/id/import/a> rdfs:label "Se leyó"@es .
"""


def graph(client: FlaskClient, address: str) -> rdflib.Graph:
    answer = client.get(address, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200, answer.text
    return rdflib.Graph().parse(data=answer.data, format="turtle")


def said(found: rdflib.Graph, subject: URIRef, name: URIRef) -> dict[str | None, str]:
    return {text.language: str(text) for text in found.objects(subject, name) if isinstance(text, Literal)}


@pytest.fixture
def own(tmp_path: Path) -> FlaskClient:
    """A framework of a graph that says what it is, and of one that does not."""
    for folder in ("data/ttl", "queries", "ontology"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/ttl/a.ttl").write_text(OWN, encoding="utf-8")
    (tmp_path / "data/ttl/b.ttl").write_text("<http://x/a> <http://x/b> 1 .")
    return create_app(Project.find(tmp_path)).test_client()


@pytest.mark.parametrize("address", ["/sparql", "/dataset", "/.well-known/void"])
def test_every_graph_of_the_service_has_a_title_and_a_description_in_three_languages(
    real: FlaskClient, address: str
) -> None:
    listed = set(graph(real, "/sparql").objects(None, SD.name))
    assert len(listed) > MANY
    found = graph(real, address)
    for one in listed:
        for name in (DCTERMS.title, DCTERMS.description):
            texts = said(found, URIRef(str(one)), name)
            assert texts.keys() == {*i18n.LANGUAGES}, (one, name)
            assert all(texts.values())


def test_no_two_graphs_have_the_same_title(real: FlaskClient) -> None:
    found = graph(real, "/sparql")
    for lang in i18n.LANGUAGES:
        titles = [said(found, URIRef(str(one)), DCTERMS.title)[lang] for one in found.objects(None, SD.name)]
        assert len(titles) == len({*titles})


def test_the_graphs_are_subsets_of_the_dataset(real: FlaskClient) -> None:
    listed = set(graph(real, "/sparql").objects(None, SD.name))
    for address in ("/dataset", "/.well-known/void"):
        found = graph(real, address)
        assert listed <= set(found.objects(DATASET, VOID.subset))
        assert all((one, RDF.type, VOID.Dataset) in found for one in listed)


def test_an_imported_graph_names_what_it_was_read_from(real: FlaskClient) -> None:
    peru = URIRef(GRAPH + "imported/eiti/peru")
    found = graph(real, "/graph/imported/eiti/peru.ttl")
    (run,) = found.objects(peru, PROV.wasGeneratedBy)
    used = {str(title) for one in found.objects(run, PROV.used) for title in found.objects(one, DCTERMS.title)}
    assert used
    assert all(file in said(found, peru, DCTERMS.description)["en"] for file in used)
    assert (peru, PROV.wasGeneratedBy, run) in graph(real, "/dataset")


def test_the_graph_of_a_code_list_says_what_the_list_says(real: FlaskClient) -> None:
    lists = [str(one) for one in graph(real, "/sparql").objects(None, SD.name) if "/ontology/codes/" in str(one)]
    assert lists
    for one in lists:
        found = graph(real, one.removeprefix("https://w3id.org/g7graph"))
        (scheme,) = found.subjects(RDF.type, SKOS.ConceptScheme)
        assert said(found, URIRef(one), DCTERMS.description) == said(found, URIRef(str(scheme)), SKOS.definition)
        for lang, title in said(found, URIRef(one), DCTERMS.title).items():
            assert title.lower().endswith(said(found, URIRef(str(scheme)), SKOS.prefLabel)[lang].lower())


@pytest.mark.parametrize("name", ["derived/progress.ttl", "framework", "derived/cube.nt"])
def test_a_graph_leads_to_what_describes_it(real: FlaskClient, name: str) -> None:
    iri = f"https://w3id.org/g7graph/graph/{name.partition('.')[0]}"
    link = ", ".join(real.get(f"/graph/{name}").headers.get_all("Link"))
    assert f'</dataset>; rel="describedby"; anchor="{iri}"' in link
    assert said(graph(real, "/dataset"), URIRef(iri), DCTERMS.title)


def test_pages_call_a_graph_by_its_title(own: FlaskClient) -> None:
    page = own.get("/graph/a?lang=en", headers=BROWSER).text
    assert "<h1>The first</h1>" in page
    assert "<p>Todo</p>" in page
    assert '<a href="/doc/import/a?lang=en"' in page
    assert "Se leyó" in page
    assert "<h1>Lo &lt;uno&gt;</h1>" in own.get("/graph/a", headers=BROWSER).text
    listed = own.get("/graph/?lang=en", headers=BROWSER).text
    assert "<br>The first</td>" in listed
    assert "The first" not in own.get("/graph/?lang=es", headers=BROWSER).text


def test_a_graph_that_says_nothing_of_itself_is_called_by_its_path(own: FlaskClient) -> None:
    assert "<h1>graph/b</h1>" in own.get("/graph/b", headers=BROWSER).text
    assert f'<td><a href="/graph/b">{GRAPH}b</a></td>' in own.get("/graph/", headers=BROWSER).text
