"""`/dataset` and `/.well-known/void`: what the data state, the dumps, the addresses here, the counts of it all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, RDF, RDFS, VOID, Graph, Literal, Namespace, URIRef

from g7graph import i18n, vocab
from g7graph.exports.manifest import Dump, Manifest
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app, formats
from g7graph.web.citation import Citation
from g7graph.web.negotiate import Format
from g7graph.web.options import Options

SPDX = Namespace(vocab.STANDARD["spdx"])
DATASET = URIRef(vocab.thing("dataset", "g7graph"))
ROUND = URIRef(vocab.thing("dataset", "round-2014-05"))
HERE = "https://data.example.org/g7"
SUM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DUMPS = (
    Dump("g7.nq.gz", "dataset", "application/n-quads", 1234, SUM, "application/gzip", "https://www.w3.org/TR/n-quads/"),
    Dump("round.ttl", "graph/measurements/2014-05", "text/turtle", 5, SUM),
    Dump("places.ttl", "graph/places", "text/turtle", 7, SUM),
    Dump("tables.zip", "tables", "application/zip", 9, SUM),
    Dump("tables/projects.csv", "table/projects", "text/csv", 11, SUM),
)


def dumps(folder: Path, store: LocalStore, held: tuple[Dump, ...] = DUMPS) -> Path:
    Manifest("0.2.1", "2026-12-01", store.version, held).write(folder)
    return folder


@pytest.fixture(scope="module")
def app(project: Project, store: LocalStore, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(project, store, options=Options(dumps=dumps(tmp_path_factory.mktemp("dumps"), store)))


@pytest.fixture
def asked(app: Flask) -> FlaskClient:
    return app.test_client()


def parsed(client: FlaskClient, path: str) -> Graph:
    answer = client.get(path, base_url=HERE)
    assert answer.status_code == 200
    return Graph().parse(data=answer.get_data(as_text=True), format="turtle")


@pytest.fixture(scope="module")
def said(app: Flask) -> Graph:
    return parsed(app.test_client(), "/dataset.ttl")


@pytest.fixture(scope="module")
def counted(app: Flask) -> Graph:
    return parsed(app.test_client(), "/.well-known/void")


def number(graph: Graph, subject: Any, name: str) -> int:
    return int(str(graph.value(subject, VOID[name])))


def scripts(page: str) -> list[dict[str, Any]]:
    return [json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]


@pytest.mark.parametrize("form", formats.GRAPHS, ids=lambda form: form.name)
def test_every_rdf_format_is_had_by_extension_and_by_accept(asked: FlaskClient, form: Format) -> None:
    named = asked.get(f"/dataset.{form.name}")
    negotiated = asked.get("/dataset", headers={"Accept": form.media_type.partition(";")[0]})
    assert named.content_type == negotiated.content_type == form.media_type
    assert named.data == negotiated.data


def test_a_browser_gets_the_page_and_void_turtle(asked: FlaskClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert asked.get("/dataset", headers=browser).content_type.startswith("text/html")
    assert asked.get("/.well-known/void", headers=browser).content_type.startswith("text/turtle")
    assert asked.get("/.well-known/void", headers={"Accept": "application/ld+json"}).is_json


@pytest.mark.parametrize(
    "path", ["/dataset.xyz", "/dataset.ttl.exe", "/dataset?format=pdf", "/.well-known/void?format=html"]
)
def test_an_unknown_format_is_refused(asked: FlaskClient, path: str) -> None:
    answer = asked.get(path, headers={"Accept": "application/problem+json"})
    assert answer.status_code == 406
    assert answer.content_type == "application/problem+json"


def test_what_is_minted_leads_to_the_document_that_describes_it(said: Graph, counted: Graph) -> None:
    for graph, document in ((said, "dataset"), (counted, ".well-known/void")):
        assert any(str(one).startswith(f"{vocab.BASE}{document}#") for one in graph.subjects())
    minted = {one for one in counted.all_nodes() if str(one).startswith(vocab.DATASET + "#")}
    assert minted <= set(said.subjects())


def test_of_data_that_do_not_describe_themselves_only_what_is_known_is_said(client: FlaskClient) -> None:
    this = URIRef(f"{HERE}/dataset#this")
    said = parsed(client, "/dataset.ttl")
    assert set(said.predicates(this)) == {RDF.type, VOID.sparqlEndpoint, VOID.subset}
    counted = parsed(client, "/.well-known/void")
    assert number(counted, URIRef(vocab.counted("class", "g7:PerformanceIndicator")), "entities") == 2
    assert (this, VOID.classPartition, None) in counted
    page = client.get("/dataset?lang=en", headers={"Accept": "text/html"})
    assert "do not describe themselves" in page.text


def test_dumps_are_distributions_with_size_checksum_and_formats(said: Graph) -> None:
    whole = URIRef(vocab.described("dump", "g7.nq.gz"))
    assert (DATASET, DCAT.distribution, whole) in said
    assert said.value(whole, DCAT.downloadURL) == said.value(whole, DCAT.accessURL) == URIRef(f"{HERE}/dumps/g7.nq.gz")
    assert said.value(whole, DCAT.byteSize) == Literal("1234", datatype=vocab.XSD + "nonNegativeInteger")
    assert str(said.value(whole, DCAT.mediaType)).endswith("/media-types/application/n-quads")
    assert str(said.value(whole, DCAT.compressFormat)).endswith("/media-types/application/gzip")
    assert str(said.value(whole, DCTERMS.format)).endswith("/file-type/RDF_N_QUADS")
    assert (whole, DCTERMS.conformsTo, URIRef("https://www.w3.org/TR/n-quads/")) in said
    assert said.value(whole, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    checksum = said.value(whole, SPDX.checksum)
    assert str(said.value(checksum, SPDX.checksumValue)) == SUM
    assert said.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
    assert (DATASET, VOID.dataDump, URIRef(f"{HERE}/dumps/g7.nq.gz")) in said


def test_a_dump_of_a_graph_belongs_to_what_has_it_as_a_part(said: Graph) -> None:
    assert (ROUND, DCAT.distribution, URIRef(vocab.described("dump", "round.ttl"))) in said
    assert (DATASET, DCAT.distribution, URIRef(vocab.described("dump", "round.ttl"))) not in said
    assert (None, None, URIRef(vocab.described("dump", "places.ttl"))) not in said


def test_a_dump_in_rdf_conforms_to_what_its_dataset_conforms_to(said: Graph) -> None:
    for name, owner in (("g7.nq.gz", DATASET), ("round.ttl", ROUND)):
        stated = set(said.objects(owner, DCTERMS.conformsTo))
        assert URIRef(vocab.ONTOLOGY) in stated
        assert stated <= set(said.objects(URIRef(vocab.described("dump", name)), DCTERMS.conformsTo))
    table = URIRef(vocab.described("dump", "tables/projects.csv"))
    assert (table, DCTERMS.conformsTo, None) not in said


def test_addresses_are_the_deployments_and_iris_canonical(said: Graph) -> None:
    endpoint = URIRef(f"{HERE}/sparql")
    assert said.value(URIRef(vocab.thing("data-service", "sparql")), DCAT.endpointURL) == endpoint
    assert said.value(DATASET, VOID.sparqlEndpoint) == endpoint
    leading = [*said.objects(predicate=DCAT.accessURL), *said.objects(predicate=DCAT.endpointURL)]
    assert [one for one in leading if not str(one).startswith(HERE)] == []
    subjects = {str(one) for one in said.subjects() if str(one).startswith(HERE)}
    assert {str(kind) for one in subjects for kind in said.objects(URIRef(one), RDF.type)} == {
        "http://www.w3.org/2000/01/rdf-schema#Resource"
    }


def test_a_frozen_copy_has_its_files_and_claims_no_endpoint_of_its_own(project: Project, store: LocalStore) -> None:
    client = create_app(project, store, options=Options(live=False)).test_client()
    said = parsed(client, "/.well-known/void")
    services = {name: URIRef(vocab.thing("data-service", name)) for name in ("graph-store", "reconcile", "sparql")}
    for name, service in services.items():
        assert said.value(service, DCAT.endpointURL) == URIRef(vocab.BASE + name)
    assert said.value(DATASET, VOID.sparqlEndpoint) == URIRef(vocab.BASE + "sparql")
    assert f"<code>{vocab.BASE}sparql</code>" in client.get("/dataset.html", base_url=HERE).text
    assert said.value(URIRef(vocab.thing("data-service", "queries")), DCAT.endpointURL) == URIRef(f"{HERE}/api/queries")


def test_without_dumps_the_live_service_is_the_distribution(real: FlaskClient) -> None:
    said = parsed(real, "/dataset.ttl")
    assert list(said.objects(DATASET, DCAT.distribution)) == [URIRef(vocab.thing("dataset", "g7graph-by-sparql"))]
    assert "no ofrece archivos" in real.get("/dataset.html").text


def test_new_dumps_are_told_at_once(project: Project, store: LocalStore, tmp_path: Path) -> None:
    client = create_app(project, store, options=Options(dumps=dumps(tmp_path, store, DUMPS[:1]))).test_client()
    before = client.get("/dataset.nt")
    assert client.get("/dataset.nt", headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    dumps(tmp_path, store)
    after = client.get("/dataset.nt", headers={"If-None-Match": before.headers["ETag"]})
    assert (b"tables.zip" in before.data, b"tables.zip" in after.data) == (False, True)


def test_dumps_of_other_data_are_no_distributions(project: Project, store: LocalStore, tmp_path: Path) -> None:
    Manifest("0.2.1", "2026-12-01", SUM, DUMPS).write(tmp_path)
    client = create_app(project, store, options=Options(dumps=tmp_path)).test_client()
    said = parsed(client, "/dataset.ttl")
    assert list(said.objects(DATASET, DCAT.distribution)) == [URIRef(vocab.thing("dataset", "g7graph-by-sparql"))]
    assert not list(parsed(client, "/.well-known/void").objects(DATASET, VOID.dataDump))


def test_the_same_dumps_give_the_same_tags_whenever_they_were_written(
    project: Project, store: LocalStore, tmp_path: Path
) -> None:
    tags = set()
    for name, when in (("one", 1_000_000_000), ("other", 1_700_000_000)):
        (tmp_path / name).mkdir()
        folder = dumps(tmp_path / name, store)
        os.utime(folder / "manifest.json", (when, when))
        client = create_app(project, store, options=Options(dumps=folder)).test_client()
        tags.add(client.get("/dataset.nt").headers["ETag"])
    assert len(tags) == 1


def test_plain_rdf_is_described_by_what_its_default_graph_says_of_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("""
        @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix void: <http://rdfs.org/ns/void#> .
        <https://data.example/ds> a void:Dataset , dcat:Dataset ; dcterms:title "Mine"@en ;
          dcterms:publisher <http://x/p> .
        <http://x/p> rdfs:label "P" . <http://x/other> rdfs:label "of no concern" .
    """)
    client = create_app(Project.find(tmp_path / "a.ttl")).test_client()
    said = parsed(client, "/dataset.ttl")
    dataset = URIRef("https://data.example/ds")
    assert str(said.value(dataset, DCTERMS.title)) == "Mine"
    assert str(said.value(URIRef("http://x/p"), RDFS.label)) == "P"
    assert (URIRef("http://x/other"), None, None) not in said
    assert (dataset, VOID.classPartition, None) in parsed(client, "/.well-known/void")


def test_the_counts_are_those_of_the_store(counted: Graph, store: LocalStore) -> None:
    def one(text: str) -> int:
        ((value,),) = store.table(text).rows
        return int(value.value) if value is not None else -1

    assert number(counted, DATASET, "triples") == one("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert number(counted, DATASET, "properties") == one("SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }")
    assert number(counted, DATASET, "classes") == one("SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }")
    assert number(counted, DATASET, "distinctSubjects") == one("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    assert number(counted, DATASET, "distinctObjects") == one("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")


def test_partitions_count_classes_and_properties(counted: Graph) -> None:
    indicators = URIRef(vocab.counted("class", "g7:Indicator"))
    assert (DATASET, VOID.classPartition, indicators) in counted
    assert counted.value(indicators, VOID["class"]) == URIRef(vocab.G7 + "Indicator")
    assert number(counted, indicators, "entities") == 38  # heads and components too
    quotes = URIRef(vocab.counted("property", "g7:quote"))
    assert counted.value(quotes, VOID.property) == URIRef(vocab.G7 + "quote")
    triples = [number(counted, part, "triples") for part in counted.objects(DATASET, VOID.propertyPartition)]
    assert sum(triples) == number(counted, DATASET, "triples")


def test_linksets_say_what_is_linked_to_whom(counted: Graph, store: LocalStore) -> None:
    found = {
        (
            str(counted.value(one, VOID.linkPredicate)),
            str(counted.value(counted.value(one, VOID.objectsTarget), VOID.uriSpace)),
        )
        for one in counted.subjects(RDF.type, VOID.Linkset)
    }
    assert (vocab.STANDARD["skos"] + "exactMatch", "https://sws.geonames.org/") in found
    assert (vocab.STANDARD["skos"] + "exactMatch", "http://www.wikidata.org/") in found
    links = URIRef(vocab.counted("links", "skos:exactMatch/https://sws.geonames.org/"))
    assert (DATASET, VOID.subset, links) in counted
    ((count,),) = store.table(
        "SELECT (COUNT(*) AS ?n) { ?s <http://www.w3.org/2004/02/skos/core#exactMatch> ?o "
        'FILTER(STRSTARTS(STR(?o), "https://sws.geonames.org/")) }'
    ).rows
    assert count is not None
    assert number(counted, links, "triples") == int(count.value)


def test_every_file_of_links_is_a_linkset_whose_links_are_counted(counted: Graph, store: LocalStore) -> None:
    files = {path.stem for path in (Path(__file__).parents[2] / "data" / "ttl" / "links").glob("*.ttl")}
    sets = {one for one in counted.subjects(RDF.type, VOID.Linkset) if str(one).startswith(vocab.graph("links/"))}
    whole = {one for one in sets if "#" not in str(one)}
    assert {str(one).rpartition("/")[2] for one in whole} == files
    for one in whole:
        assert (DATASET, VOID.subset, one) in counted
        assert counted.value(one, VOID.subjectsTarget) == DATASET
        assert (counted.value(one, VOID.objectsTarget), RDF.type, VOID.Dataset) in counted
        assert counted.value(one, VOID.triples) is None  # as a graph it has more statements than links
        parts = list(counted.objects(one, VOID.subset))
        assert parts
        for part in parts:
            predicate = counted.value(part, VOID.linkPredicate)
            ((count,),) = store.table(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{one}> {{ ?s <{predicate}> ?o }} }}").rows
            assert count is not None
            assert number(counted, part, "triples") == int(count.value)


def test_harvesters_are_led_from_the_front_page_to_the_catalogue(real: FlaskClient) -> None:
    links = ", ".join(real.head("/", headers={"Accept": "text/html"}).headers.getlist("Link"))
    assert '</dataset.ttl>; rel="describedby"; type="text/turtle"' in links
    assert '</dataset.rdf>; rel="describedby"; type="application/rdf+xml"' in links
    below = real.get("/", headers={"Accept": "text/html"}, environ_overrides={"SCRIPT_NAME": "/plan"}).headers
    assert "</plan/dataset.ttl>" in ", ".join(below.getlist("Link"))
    for address in ("/", "/.well-known/void"):
        told = ", ".join(real.get(address).headers.getlist("Link"))
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in told


def test_examples_are_things_that_are_served(said: Graph, asked: FlaskClient) -> None:
    examples = [str(one) for one in said.objects(DATASET, VOID.exampleResource)]
    assert len(examples) >= 3
    for example in examples:
        assert asked.get("/" + example.removeprefix(vocab.BASE)).status_code == 303


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/dataset", "/doc/dataset/g7graph"])
def test_search_engines_find_a_dataset(asked: FlaskClient, path: str, lang: str) -> None:
    page = asked.get(path, query_string={"lang": lang}, base_url=HERE, headers={"Accept": "text/html"})
    (told,) = scripts(page.text)
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert 50 <= len(told["description"]) <= 5000
    assert told["name"] in page.text
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert (told["version"], told["temporalCoverage"]) == ("0.2.1", ["2013-06/2015-06", "2004/2016"])
    assert [one["name"] for one in told["creator"]] == ["The g7graph developers"]
    assert {one["name"] for one in told["spatialCoverage"]} == {{"es": "Perú", "en": "Peru", "fr": "Pérou"}[lang]}
    downloads = {one["name"]: one for one in told["distribution"]}
    assert downloads["g7.nq.gz"]["contentUrl"] == f"{HERE}/dumps/g7.nq.gz"
    assert downloads["g7.nq.gz"]["encodingFormat"] == "application/n-quads"
    assert set(downloads) == {"g7.nq.gz", "tables.zip", "tables/projects.csv"}  # those of graphs are parts


LINE = (
    "The g7graph developers (2026-12-01). Alliance for Transparency: action plan and monitoring, as linked open data."
)


@pytest.mark.parametrize("path", ["/", "/dataset", "/doc/indicator/4.4"])
def test_pages_say_how_to_cite(asked: FlaskClient, path: str) -> None:
    page = asked.get(path, query_string={"lang": "en"}, headers={"Accept": "text/html"}).text
    assert f"{LINE} Version 0.2.1, dataset. CC-BY-4.0. https://w3id.org/g7graph/id/" in page


def test_a_thing_is_cited_by_its_own_name_and_address(asked: FlaskClient) -> None:
    page = asked.get("/doc/result/4?lang=fr", headers={"Accept": "text/html"}).text
    assert "Version 0.2.1, jeu de données. CC-BY-4.0. https://w3id.org/g7graph/id/result/4<" in page


def test_the_page_gives_bibtex(asked: FlaskClient) -> None:
    page = asked.get("/dataset?lang=en", headers={"Accept": "text/html"}).text
    assert "@misc{g7graph-0.2.1," in page
    assert "author = {{The g7graph developers}}" in page


def test_data_without_a_description_are_cited_nowhere(client: FlaskClient) -> None:
    for path in ("/", "/dataset", "/doc/indicator/4.4"):
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert 'id="cite"' not in page.text
        assert scripts(page.text) == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_the_page_shows_versions_downloads_and_services(asked: FlaskClient, lang: str) -> None:
    page = asked.get("/dataset", query_string={"lang": lang}, base_url=HERE, headers={"Accept": "text/html"}).text
    places = [page.index(f"/dataset-version/{version}") for version in ("0.2.1", "0.2.0", "0.1.0")]
    assert places == sorted(places)
    assert f'href="/g7/dumps/g7.nq.gz?lang={lang}"' in page
    assert SUM in page
    assert f"<code>{HERE}/sparql</code>" in page
    assert page.count({"es": ">Perú<", "en": ">Peru<", "fr": ">Pérou<"}[lang]) == 1
    assert i18n.text("web.dump_table", lang, name="projects") in page


def test_a_description_cannot_break_out_of_its_script(tmp_path: Path) -> None:
    (tmp_path / "data/ttl").mkdir(parents=True)
    (tmp_path / "queries").mkdir()
    (tmp_path / "ontology").mkdir()
    (tmp_path / "data/ttl/dataset.ttl").write_text(
        "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        "@prefix void: <http://rdfs.org/ns/void#> .\n"
        "<https://w3id.org/g7graph/id/dataset/x> a void:Dataset , dcat:Dataset ;\n"
        '  dcterms:title "</script><b>x</b>"@en ; dcterms:description "y"@en .\n',
        encoding="utf-8",
    )
    client = create_app(Project.find(tmp_path)).test_client()
    page = client.get("/dataset?lang=en", headers={"Accept": "text/html"}).text
    assert "<b>x</b>" not in page
    (told,) = scripts(page)
    assert told["name"] == "</script><b>x</b>"
    assert "license" not in told


def test_bibtex_survives_what_it_takes_for_commands(client: FlaskClient) -> None:
    with client.application.test_request_context("/"):
        odd = Citation("https://x/d", r"100 % {of} a_b & c\d", "1.0.0", "2026-01-02", "CC0-1.0", ("A & B", "C"))
        assert r"title = {{100 \% \{of\} a\_b \& c\textbackslash{}d}}" in odd.bibtex
        assert r"author = {{A \& B} and {C}}" in odd.bibtex
        assert odd.bibtex.startswith("@misc{d-1.0.0,")
