"""Every IRI that the data mints answers: things, codes, terms, graphs, shapes, and is described where it leads."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph import vocab
from g7graph.graph import parse
from g7graph.project import GraphFile, Project
from g7graph.store.local import LocalStore

#: What is no RDF, and what it is.
OTHERS = {
    vocab.BASE: "text/html",
    vocab.BASE + "api/queries": "application/json",
    vocab.BASE + "openapi.json": "application/json",
    vocab.BASE + "reconcile": "application/json",
    vocab.ONTOLOGY + "/logo.svg": "image/svg+xml",
}
#: What describes itself by the address at which it is deployed (SPARQL 1.1 Service Description).
DEPLOYED = (vocab.BASE + "sparql",)
#: What is asked with parameters only.
PROTOCOLS = (vocab.BASE + "graph-store",)
MOST_STEPS = 3


def minted(store: LocalStore, project: Project) -> set[str]:
    """Our IRIs in the dump and in the shapes: subjects, predicates, objects, datatypes, names of graphs."""
    shapes = [quad for path in project.shape_files() for quad in parse(GraphFile(path, None))]
    terms = {term for quad in (*store.inner, *shapes) for term in (*quad.triple, quad.graph_name)}
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    iris |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    return {iri for iri in iris if iri.startswith(vocab.BASE)}


def subjects(client: FlaskClient, path: str) -> tuple[int, set[str]]:
    """What is described where a path leads, step by step; the status it ends with."""
    for _ in range(MOST_STEPS):
        answer = client.get(path, headers={"Accept": "application/n-triples"})
        if answer.status_code != 303:
            break
        path = answer.headers["Location"]
    if answer.status_code != 200 or answer.mimetype != "application/n-triples":
        return answer.status_code, set()
    return 200, {quad.subject.value for quad in ox.parse(answer.data, format=ox.RdfFormat.N_TRIPLES)}


@pytest.fixture(scope="module")
def iris(store: LocalStore, project: Project) -> set[str]:
    return minted(store, project)


def test_every_iri_of_the_dump_answers_with_a_description_of_it(iris: set[str], real_app: Flask) -> None:
    client = real_app.test_client()
    documents: dict[str, tuple[int, set[str]]] = {}
    wrong = []
    for iri in sorted(iris - {*OTHERS, *PROTOCOLS}):
        path = "/" + iri.removeprefix(vocab.BASE).partition("#")[0]
        if path not in documents:
            documents[path] = subjects(client, path)
        status, described = documents[path]
        elsewhere = iri.startswith((vocab.GRAPH, *DEPLOYED))
        if status != 200 or not (described if elsewhere else iri in described):
            wrong.append((iri, status))
    assert wrong == []
    assert len(documents) > 1400


def test_what_is_no_rdf_answers_as_what_it_is(real: FlaskClient) -> None:
    for iri, media_type in OTHERS.items():
        answer = real.get("/" + iri.removeprefix(vocab.BASE))
        assert (answer.status_code, answer.mimetype) == (200, media_type)


def test_there_are_iris_of_every_sort(iris: set[str]) -> None:
    sorts = {iri.removeprefix(vocab.BASE).split("/")[0].split("#")[0] for iri in iris}
    assert {"id", "ontology", "graph", "shapes", "query"} <= sorts
