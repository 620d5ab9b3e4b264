"""Whatever is served: other people's RDF as it is, a remote service, a framework without saved queries."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.store import Asker, Question
from g7graph.store.answers import write
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.web import create_app, fingerprint
from g7graph.web.options import Options

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
BROWSER = {"Accept": "text/html"}
DATA = (
    '<https://w3id.org/g7graph/id/x/a> <http://www.w3.org/2000/01/rdf-schema#label> "A" .\n'
    '<https://w3id.org/g7graph/id/x/a> <http://x/b> "d" <http://x/g> .\n'
)


@pytest.fixture
def plain(tmp_path: Path) -> FlaskClient:
    """Somebody's N-Quads: a default graph and a named one."""
    (tmp_path / "a.nq").write_text(DATA)
    return create_app(Project.find(tmp_path / "a.nq")).test_client()


def count(client: FlaskClient, **more: str) -> int:
    body = client.get("/sparql", query_string={"query": COUNT, **more}).data
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_other_peoples_rdf_has_its_own_default_graph(plain: FlaskClient) -> None:
    assert count(plain) == 1
    assert count(plain, **{"default-graph-uri": "http://x/g"}) == 1


@pytest.mark.parametrize("address", ["/", "/graph/", "/ontology", "/api/queries", "/sparql", "/health"])
def test_other_peoples_rdf_has_every_page(plain: FlaskClient, address: str) -> None:
    assert plain.get(address, headers=BROWSER).status_code == 200


def test_a_document_has_the_statements_of_the_default_graph_too(plain: FlaskClient) -> None:
    quads = list(ox.parse(plain.get("/doc/x/a.nq").data, format=ox.RdfFormat.N_QUADS))
    assert {quad.graph_name for quad in quads} == {ox.DefaultGraph(), ox.NamedNode("http://x/g")}


class Somebodys:
    """A store of which no version is known, as a remote service."""

    version = ""
    union = False

    def __init__(self, inner: ox.Store) -> None:
        self._local = LocalStore(inner, version="", union=False)
        self.table, self.triples = self._local.table, self._local.triples
        self.graphs, self.size = self._local.graphs, self._local.size

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        out = io.BytesIO()
        write(self._local.query(question.text), form, out)
        assert asker.client
        out.seek(0)
        return out


def test_what_nobody_knows_the_version_of_is_never_kept(small: Project) -> None:
    inner = ox.Store()
    client = create_app(small, Somebodys(inner)).test_client()
    assert count(client) == 0
    inner.add(ox.Quad(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/b"), ox.Literal("c")))
    assert count(client) == 1
    assert "ETag" not in client.get("/").headers


def test_the_fingerprint_changes_with_what_the_operator_chooses(small: Project) -> None:
    chosen = [
        Options(store="dist/store"),
        Options(),
        Options(lang="fr"),
        Options(tokens={"ana": "t"}),
        Options(limits=Limits(seconds=5)),
    ]
    assert len({fingerprint(small, options) for options in chosen}) == len(chosen)


def test_the_fingerprint_changes_with_the_saved_queries(small: Project) -> None:
    before = fingerprint(small, Options())
    assert before == fingerprint(small, Options())
    path = small.queries / "progress" / "another.rq"
    path.write_text("SELECT * { ?s ?p ?o }")
    try:
        assert fingerprint(small, Options()) != before
    finally:
        path.unlink()
