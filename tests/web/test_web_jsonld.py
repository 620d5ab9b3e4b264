"""The JSON-LD context: what it says of the terms, and that data compacted with it comes back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from rdflib import Graph

from g7graph import __version__, vocab
from g7graph.project import Project
from tests.web.serving import serving

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS = "https://w3id.org/g7graph/context.jsonld"
DOCUMENTS = [
    "doc/indicator/4.4", "doc/measurement/4.4-plan-target", "doc/passage/fn-3", "doc/round/2014-05", "doc/place/060000",
    "doc/result/4", "ontology", "graph/derived/progress", "query/derive/status",
]  # fmt: skip


def context(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client.get("/context.jsonld").data)
    return found


def loader(client: FlaskClient) -> Callable[[str, Any], dict[str, Any]]:
    """Load the one context there is, from here; nothing else is ever asked for."""

    def load(url: str, _: Any) -> dict[str, Any]:
        assert url == ADDRESS
        return {"contextUrl": None, "documentUrl": url, "document": context(client)}

    return load


def quads(document: object) -> set[ox.Quad]:
    data = ox.Dataset(ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD))
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(data)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_who_reads_it_as_one_graph_gets_what_turtle_has(real: FlaskClient, path: str) -> None:
    graph = Graph(bind_namespaces="none").parse(data=real.get(f"/{path}.jsonld").data, format="json-ld")
    assert len(graph) == len(Graph(bind_namespaces="none").parse(data=real.get(f"/{path}.ttl").data, format="turtle"))
    assert len(graph) > len(set(graph.predicates()))


@pytest.mark.parametrize("path", DOCUMENTS)
def test_what_is_compacted_with_it_is_the_same_when_expanded(real: FlaskClient, path: str) -> None:
    expanded = json.loads(real.get(f"/{path}.jsonld").data)
    options = {"documentLoader": loader(real)}
    compacted = jsonld.compact(expanded, ADDRESS, options)
    assert compacted["@context"] == ADDRESS
    assert quads(jsonld.expand(compacted, options)) == quads(expanded)


def test_what_the_docs_show_compacts_what_a_service_answers(small: Project, tmp_path: Path) -> None:
    (block,) = re.findall("```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    with serving(small.root, tmp_path) as server:
        exec(block.replace(":8000/", f":{server.port}/"), names)  # noqa: S102 - the page's own example
    (indicator,) = (node for node in names["document"]["@graph"] if node["@id"] == "id:indicator/4.4")
    assert indicator["rdfs:label"]["en"] == "Local governments that simplify"


def test_names_of_the_vocabulary_links_and_languages_are_short(real: FlaskClient) -> None:
    expanded = json.loads(real.get("/doc/indicator/4.4.jsonld").data)
    compacted = jsonld.compact(expanded, ADDRESS, {"documentLoader": loader(real)})
    (indicator,) = (node for node in compacted["@graph"] if node["@id"] == "id:indicator/4.4")
    assert indicator["rdf:type"] == ["Indicator", "ProcessIndicator"]
    assert (indicator["axis"], indicator["parent"]) == ("id:axis/efficiency", "id:result/4")
    assert indicator["rdfs:label"]["en"].startswith("Local governments")
    assert set(indicator["rdfs:label"]) == {"es", "en", "fr"}


def test_every_term_of_the_vocabulary_is_in_it_and_means_itself(real: FlaskClient) -> None:
    terms = context(real)["@context"]
    graph = ox.parse(real.get("/ontology.nt").data, format=ox.RdfFormat.N_TRIPLES)
    named = {quad.subject.value for quad in graph if isinstance(quad.subject, ox.NamedNode)}
    ours = {iri.removeprefix(vocab.G7) for iri in named if iri.startswith(vocab.G7)}
    assert len(ours) > 150
    for name in ours:
        said = terms[name] if name in terms and name not in vocab.STANDARD else terms[f"g7:{name}"]
        assert (said if isinstance(said, str) else said["@id"]) == f"g7:{name}"
    assert {name: terms[name] for name in vocab.STANDARD} == vocab.STANDARD


def test_it_is_the_same_at_the_address_of_its_version(real: FlaskClient) -> None:
    latest, versioned = real.get("/context.jsonld"), real.get(f"/context/{__version__}.jsonld")
    assert latest.data == versioned.data
    assert latest.mimetype == versioned.mimetype == "application/ld+json"
    assert latest.headers["Access-Control-Allow-Origin"] == "*"
    assert f"</context/{__version__}.jsonld>" in latest.headers["Link"]
    assert '</context.jsonld>; rel="latest-version"' in versioned.headers["Link"]


@pytest.mark.parametrize(
    ("address", "status"), [("/context/0.0.0.jsonld", 404), ("/context.ttl", 404), ("/context.jsonld?format=ttl", 406)]
)
def test_another_version_or_format_is_a_problem(real: FlaskClient, address: str, status: int) -> None:
    answer = real.get(address)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
