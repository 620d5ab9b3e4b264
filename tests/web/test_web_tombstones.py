"""What is here no more: 410 and the reason for what was withdrawn, 301 for what was renamed, 404 for what never was."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph.build import open_store
from g7graph.project import Project
from g7graph.web import create_app

TOMBSTONES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix graph: <https://w3id.org/g7graph/graph/> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
graph:old a prov:Entity ; dcterms:isReplacedBy graph:indicators ;
  prov:invalidatedAtTime "2026-11-20T00:00:00Z"^^xsd:dateTime .
indicator:4.4 a skos:Concept ; rdfs:label "Gobiernos locales"@es .
indicator:9.7 a prov:Entity ; dcterms:isReplacedBy indicator:9.8 ;
  prov:invalidatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime .
indicator:9.8 a prov:Entity ; dcterms:isReplacedBy indicator:4.4 ;
  prov:invalidatedAtTime "2026-11-22T00:00:00Z"^^xsd:dateTime .
indicator:9.9 a prov:Entity ; prov:invalidatedAtTime "2026-11-24T00:00:00Z"^^xsd:dateTime ;
  skos:changeNote "Se contaba dos veces."@es , "It was counted twice."@en , "Il était compté deux fois."@fr .
indicator:self a prov:Entity ; dcterms:isReplacedBy indicator:self ;
  prov:invalidatedAtTime "2026-11-24T00:00:00Z"^^xsd:dateTime .
"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
WITHDRAWN = "https://w3id.org/g7graph/id/indicator/9.9"
REASONS = {"es": "Se contaba dos veces.", "en": "It was counted twice.", "fr": "Il était compté deux fois."}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    root = tmp_path_factory.mktemp("departed")
    for folder in ("data/ttl", "queries", "ontology"):
        (root / folder).mkdir(parents=True)
    (root / "data/ttl/indicators.ttl").write_text(TOMBSTONES, encoding="utf-8")
    project = Project.find(root)
    return create_app(project, open_store(project))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("path", ["id/indicator/9.9", "doc/indicator/9.9", "doc/indicator/9.9.html"])
@pytest.mark.parametrize("lang", REASONS)
def test_what_was_withdrawn_says_why_in_the_language_asked_for(client: FlaskClient, path: str, lang: str) -> None:
    problem = client.get(f"/{path}", headers={"Accept-Language": lang, "Accept": "application/problem+json"})
    assert (problem.status_code, problem.mimetype) == (410, "application/problem+json")
    assert problem.headers["Content-Language"] == lang
    assert problem.json is not None
    assert problem.json["type"] == "https://w3id.org/g7graph/problem/withdrawn"
    assert problem.json["withdrawn"] == "2026-11-24T00:00:00Z"
    assert "indicator:9.9" in problem.json["detail"]
    assert problem.json["detail"].endswith(f"2026-11-24. {REASONS[lang]}")


def test_a_browser_gets_a_page_about_it(client: FlaskClient) -> None:
    page = client.get("/doc/indicator/9.9?lang=fr", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (410, "text/html")
    assert "Il était compté deux fois." in page.text
    assert "ETag" not in page.headers


@pytest.mark.parametrize(
    ("path", "accept", "form"),
    [
        ("doc/indicator/9.9.ttl", "*/*", ox.RdfFormat.TURTLE),
        ("doc/indicator/9.9", "text/turtle", ox.RdfFormat.TURTLE),
        ("id/indicator/9.9", "application/ld+json, */*;q=0.1", ox.RdfFormat.JSON_LD),
        ("doc/indicator/9.9.trig", "*/*", ox.RdfFormat.TRIG),
        ("doc/indicator/9.9?format=rdf", "text/html", ox.RdfFormat.RDF_XML),
    ],
)
def test_who_asks_for_rdf_gets_the_tombstone(client: FlaskClient, path: str, accept: str, form: ox.RdfFormat) -> None:
    answer = client.get(f"/{path}", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (410, form.media_type)
    said = {(quad.subject, quad.predicate.value.split("#")[-1], quad.object) for quad in ox.parse(answer.data, form)}
    thing, when = ox.NamedNode(WITHDRAWN), ox.NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
    assert (thing, "invalidatedAtTime", ox.Literal("2026-11-24T00:00:00Z", datatype=when)) in said
    assert (thing, "changeNote", ox.Literal("It was counted twice.", language="en")) in said


@pytest.mark.parametrize("accept", ["image/png", "application/json", "", "nonsense", "*/*"])
def test_who_asks_for_anything_else_gets_the_problem(client: FlaskClient, accept: str) -> None:
    for path in ("id/indicator/9.9", "doc/indicator/9.9"):
        answer = client.get(f"/{path}", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/indicator/9.8", "/id/indicator/4.4"),
        ("/doc/indicator/9.8", "/doc/indicator/4.4"),
        ("/doc/indicator/9.8.ttl", "/doc/indicator/4.4.ttl"),
        ("/doc/indicator/9.8.html?lang=fr", "/doc/indicator/4.4.html?lang=fr"),
        ("/id/indicator/9.8?format=ttl&lang=en", "/id/indicator/4.4?format=ttl&lang=en"),
        ("/doc/indicator/9.7.nt", "/doc/indicator/9.8.nt"),
        ("/graph/old.trig?lang=en", "/graph/indicators.trig?lang=en"),
    ],
)
def test_what_was_renamed_leads_on_with_format_and_language(client: FlaskClient, path: str, location: str) -> None:
    for method in (client.get, client.head):
        answer = method(path, headers={"Accept": "text/turtle"})
        assert (answer.status_code, answer.headers["Location"]) == (301, location)
        assert answer.headers["Vary"].startswith("Accept, Accept-Language")
    below = client.get(path, base_url="https://example.org/g7")
    assert below.headers["Location"] == f"/g7{location}"


def test_names_that_changed_twice_lead_to_what_there_is(client: FlaskClient) -> None:
    answer = client.get("/id/indicator/9.7", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert answer.status_code == 200
    assert [one.status_code for one in answer.history] == [301, 301, 303]
    assert answer.request.path == "/doc/indicator/4.4"


def test_crawlers_are_told_of_what_is_here_alone(client: FlaskClient) -> None:
    told = client.get("/sitemap.xml").text
    assert "/doc/indicator/4.4<" in told
    assert not re.findall(r"/doc/indicator/(?:9|self)", told)


def test_what_is_said_to_replace_itself_leads_nowhere(client: FlaskClient) -> None:
    assert client.get("/id/indicator/self").status_code == 410


def test_what_never_was_is_not_found_and_no_tombstone_is_near_to_it(client: FlaskClient) -> None:
    answer = client.get("/doc/indicator/9.99")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["nearest"] == ["indicator/4.4"]
    assert client.get("/graph/older").status_code == 404
