"""A framework small enough to read, served by the application: what the web does, whatever the data."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph import executables
from g7graph.build import open_store
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app

PREFIXES = """
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix measurement: <https://w3id.org/g7graph/id/measurement/> .
@prefix passage: <https://w3id.org/g7graph/id/passage/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix result: <https://w3id.org/g7graph/id/result/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""
INDICATORS = """
indicator:4.4 a g7:PerformanceIndicator ;
  rdfs:label "Gobiernos locales que simplifican"@es , "Local governments that simplify"@en ;
  skos:notation "4.4" ; g7:parent result:4 ; prov:hadPrimarySource passage:plan-4.4 ;
  foaf:page <javascript:alert(1)> , <https://example.org/?a=1&b=<2>> .
indicator:9.1 a g7:PerformanceIndicator ; rdfs:label "<b>Comisiones</b> & más"@es ; skos:notation "9.1" ;
  g7:parent result:4 .
result:4 a g7:Result ; rdfs:label "Resultado 4"@es ; skos:notation "result-4" .
g7:PerformanceIndicator rdfs:label "Indicador de desempeño"@es , "Performance indicator"@en .
g7:parent rdfs:label "pertenece a"@es , "parent"@en .
""".replace("<https://example.org/?a=1&b=<2>>", "<https://example.org/?a=1&b=2>")
SOURCE = """
passage:plan-4.4 a g7:Passage ; g7:quote "Al menos 54 gobiernos locales"@es ; g7:locator "Plan, fila 4.4" ;
  g7:translation "At least 54 local governments"@en .
measurement:4.4-plan-target a g7:Target ; g7:indicator indicator:4.4 ; g7:value 54 ;
  prov:hadPrimarySource passage:plan-4.4 .
"""
QUERY = """#+ summary: {es: Los indicadores, en: The indicators, fr: Les indicateurs}
#+ params:
#+   indicator: {type: iri, kind: indicator, label: {es: Indicador, en: Indicator, fr: Indicateur}}
#+   lang: {type: lang}
#+ columns: {indicator: iri, code: string, label: string}
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?indicator ?code ?label WHERE {
  VALUES ?indicator { UNDEF }
  VALUES ?lang { "es" }
  ?indicator a g7:PerformanceIndicator ; skos:notation ?code .
  OPTIONAL { ?indicator rdfs:label ?own FILTER(LANG(?own) = ?lang) }
  OPTIONAL { ?indicator rdfs:label ?spanish FILTER(LANG(?spanish) = "es") }
  BIND(STR(COALESCE(?own, ?spanish)) AS ?label)
} ORDER BY ?code
"""
GRAPH_QUERY = """#+ summary: {es: Un grafo, en: A graph, fr: Un graphe}
CONSTRUCT { ?s ?p ?o } WHERE { ?s <http://www.w3.org/2004/02/skos/core#notation> ?o ; ?p ?o }
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A framework of two graphs and two saved queries, without ontology or rules."""
    root = tmp_path_factory.mktemp("small")
    for folder in ("data/ttl/source", "queries/progress", "ontology/shapes"):
        (root / folder).mkdir(parents=True)
    (root / "data/ttl/indicators.ttl").write_text(PREFIXES + INDICATORS, encoding="utf-8")
    (root / "data/ttl/source/2014.ttl").write_text(PREFIXES + SOURCE, encoding="utf-8")
    (root / "queries/progress/indicators.rq").write_text(QUERY, encoding="utf-8")
    (root / "queries/progress/notations.rq").write_text(GRAPH_QUERY, encoding="utf-8")
    return Project.find(root)


@pytest.fixture(scope="session")
def small_app(small: Project) -> Flask:
    return create_app(small, open_store(small))


@pytest.fixture(scope="session")
def small_size(small: Project) -> int:
    """How many statements it has: 27 in its files, and what describes its queries."""
    store = open_store(small)
    assert isinstance(store, LocalStore)
    described = store.inner.quads_for_pattern(None, None, None, ox.NamedNode(executables.GRAPH))
    return 27 + len(list(described))


@pytest.fixture
def client(small_app: Flask) -> FlaskClient:
    return small_app.test_client()


@pytest.fixture(scope="session")
def real_app(project: Project, store: LocalStore) -> Flask:
    """The alliance's own framework."""
    return create_app(project, store)


@pytest.fixture
def real(real_app: Flask) -> FlaskClient:
    return real_app.test_client()
