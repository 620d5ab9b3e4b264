"""Queries as data: what editors ask an endpoint for finds examples and prefixes, and each IRI leads to its query."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph import exports, i18n, vocab
from g7graph.build import open_store, version_of
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.web import create_app

#: What sib-swiss/sparql-editor asks for examples, and for prefixes, in the shape of its questions.
EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?sq ?comment ?query WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|spex:describe ?query .
} ORDER BY ?sq"""
DECLARED = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"""
#: What it asks for the properties of classes, and what the vocabulary says of them.
PARTITIONS = """PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
  ?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop .
  OPTIONAL { { ?pp void:classPartition [ void:class ?objectClass ] }
    UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] } } }"""
PROPERTIES = """SELECT ?property ?class { ?property <https://schema.org/domainIncludes> ?class
  FILTER(STRSTARTS(STR(?property), "https://w3id.org/g7graph/ontology#")) }"""
RDF = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
}
SH = vocab.STANDARD["sh"]


def rows(client: FlaskClient, query: str) -> list[dict[str, dict[str, str]]]:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "application/sparql-results+json"})
    assert answer.status_code == 200
    assert answer.json is not None
    found: list[dict[str, dict[str, str]]] = answer.json["results"]["bindings"]
    return found


def test_an_editor_finds_every_query_in_three_languages(real: FlaskClient, project: Project) -> None:
    found = rows(real, EXAMPLES)
    library = Library.read(project.queries)
    told: dict[str, set[str]] = {}
    for row in found:
        told.setdefault(row["sq"]["value"], set()).add(row["comment"]["xml:lang"])
    assert told == {vocab.query(path): set(i18n.LANGUAGES) for path in library.by_path}
    assert {*library.saved, "derive/status", "checks/ubigeo-within", "support/tables"} <= {*library.by_path}
    assert len(found) == len(library.by_path) * len(i18n.LANGUAGES)


def test_every_example_runs_as_it_stands(real: FlaskClient, project: Project, store: LocalStore) -> None:
    library = Library.read(project.queries)
    texts = {row["sq"]["value"].removeprefix(vocab.QUERY): row["query"]["value"] for row in rows(real, EXAMPLES)}
    for path, query in library.by_path.items():
        assert not texts[path].startswith("#+")
        answer = store.query(texts[path])
        if isinstance(answer, ox.QuerySolutions) and query.columns:
            columns = [variable.value for variable in answer.variables]
            assert columns == [column.name for column in query.columns], path


def test_an_editor_finds_every_prefix(real: FlaskClient) -> None:
    found = {row["prefix"]["value"]: row["namespace"] for row in rows(real, DECLARED)}
    assert {prefix: namespace["value"] for prefix, namespace in found.items()} == vocab.PREFIXES
    assert {namespace["datatype"] for namespace in found.values()} == {vocab.XSD + "anyURI"}


def test_an_editor_finds_the_properties_of_each_class(real: FlaskClient) -> None:
    """What the endpoint does not say of its data, editors look for in the description of the service."""
    description = ox.Store()
    description.load(real.get("/sparql").data, format=ox.RdfFormat.TURTLE)
    answer = LocalStore(description, version="", union=False).table(PARTITIONS)
    found = {tuple(term.value if term else "" for term in row) for row in answer.rows}
    g7, xsd = vocab.G7, vocab.XSD
    assert (g7 + "Indicator", g7 + "axis", g7 + "Axis", "") in found
    assert (g7 + "Measurement", g7 + "value", "", xsd + "decimal") in found
    terms = {(row["property"]["value"], row["class"]["value"]) for row in rows(real, PROPERTIES)}
    assert len(terms) > 100
    assert {(property_, kind) for kind, property_, _, _ in found} == terms


def test_a_query_says_its_form_its_subject_and_where_to_send_it(real: FlaskClient) -> None:
    query = f"""PREFIX rdfs: <{vocab.STANDARD["rdfs"]}> PREFIX schema: <https://schema.org/> PREFIX sh: <{SH}>
SELECT ?label ?keyword ?target ?kind WHERE {{ <{vocab.query("indicator-progress")}> rdfs:label ?label ;
  a ?kind ; schema:keywords ?keyword ; schema:target ?target ; sh:prefixes/sh:declare/sh:prefix "g7"
  FILTER(LANG(?label) = "en") }}"""
    found = [{name: value["value"] for name, value in row.items()} for row in rows(real, query)]
    assert {row["label"] for row in found} == {"Progress of each indicator"}
    assert {row["keyword"] for row in found} == {"progress", "indicators"}
    assert {row["target"] for row in found} == {"https://w3id.org/g7graph/sparql"}
    assert {row["kind"] for row in found} == {f"{SH}SPARQLExecutable", f"{SH}SPARQLSelectExecutable"}


def test_a_check_says_what_is_wrong_and_how_grave_it_is(real: FlaskClient) -> None:
    text = real.get("/query/checks/ubigeo-within.ttl").text
    assert "sh:severity sh:Violation" in text
    assert '"The place\'s ubigeo does not begin like that of the place it is in."@en' in text
    assert "INEI's, which differ from RENIEC's" in text


@pytest.mark.parametrize("name", RDF)
@pytest.mark.parametrize("path", ["indicator-progress", "derive/status", "checks/ubigeo-within", "support/tables"])
def test_the_iri_of_a_query_leads_to_its_description(real: FlaskClient, path: str, name: str) -> None:
    by_extension = real.get(f"/query/{path}.{name}")
    by_accept = real.get(f"/query/{path}", headers={"Accept": exports.GRAPHS[name].media_type})
    assert by_extension.status_code == by_accept.status_code == 200
    assert by_extension.data == by_accept.data
    assert f'</query/{path}.rq>; rel="alternate"; type="application/sparql-query"' in by_accept.headers["Link"]
    assert f'</query/{path}.html>; rel="alternate"; type="text/html"' in by_accept.headers["Link"]
    said = {quad.triple for quad in ox.parse(by_extension.data, format=RDF[name])}
    construct = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ <{vocab.query(path)}> }} ?s ?p ?o }}"
    asked = real.get("/sparql", query_string={"query": construct}, headers={"Accept": "application/n-triples"})
    assert said == {quad.triple for quad in ox.parse(asked.data, format=ox.RdfFormat.N_TRIPLES)}


def test_the_index_of_queries_names_them_and_declares_the_prefixes(real: FlaskClient, project: Project) -> None:
    found = [quad.triple for quad in ox.parse(real.get("/query/").data, format=ox.RdfFormat.TURTLE)]
    members = {triple.object for triple in found if triple.predicate.value.endswith("#hadMember")}
    assert members == {ox.NamedNode(vocab.query(path)) for path in Library.read(project.queries).by_path}
    declared = {triple.object for triple in found if triple.predicate.value == f"{SH}declare"}
    assert ox.NamedNode("https://w3id.org/g7graph/query/#prefix-g7") in declared
    browser = real.get("/query/", headers={"Accept": "text/html"})
    assert (browser.status_code, browser.headers["Location"]) == (303, "/api/queries")


def test_a_rule_still_has_its_text_and_a_page_that_leads_to_its_other_forms(real: FlaskClient) -> None:
    assert real.get("/query/derive/status").mimetype == "application/sparql-query"
    assert real.get("/query/derive/status", headers={"Accept": "text/plain"}).mimetype == "application/sparql-query"
    page = real.get("/query/derive/status", headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    assert 'href="/query/derive/status.ttl"' in page.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/query/nothing.ttl", 404),
        ("/query/derive/nothing", 404),
        ("/query/derive", 404),
        ("/query/derive/status?format=csv", 406),
        ("/query/?format=rq", 406),
        ("/query/%3E%20.ttl", 404),
        ("/query/../../etc/passwd", 404),
    ],
)
def test_what_is_no_query_or_no_format_is_refused(real: FlaskClient, address: str, status: int) -> None:
    answer = real.get(address)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_queries_of_other_peoples_rdf_are_described_but_not_among_their_data(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    file = tmp_path_factory.mktemp("plain") / "a.nt"
    file.write_text('<http://x/a> <http://x/p> "1" .\n')
    plain = Project.find(file)
    client = create_app(plain, open_store(plain)).test_client()
    assert rows(client, EXAMPLES) == []
    assert b"sh:select" in client.get("/query/projects.ttl").data


def test_a_query_that_changed_is_another_version_of_the_store(
    small: Project,
) -> None:
    path = next(small.queries.rglob("notations.rq"))
    before, text = version_of(small), path.read_text(encoding="utf-8")
    try:
        path.write_text(text + "# more\n", encoding="utf-8")
        assert version_of(small) != before
    finally:
        path.write_text(text, encoding="utf-8")
    assert version_of(small) == before


def test_the_graph_of_queries_is_the_same_each_time(small: Project) -> None:
    def read() -> set[str]:
        found = open_store(small).table(
            "SELECT ?s ?p ?o { GRAPH <https://w3id.org/g7graph/graph/derived/queries> { ?s ?p ?o } }"
        )
        return {re.sub(r"\s+", " ", str(row)) for row in found.rows}

    assert read() == read() != set()
