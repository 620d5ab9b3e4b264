"""Which graphs a remote store has, as each process of a service sees it, and others who write to the engine itself."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.store import Asker
from g7graph.store.address import Address
from g7graph.store.change import Change, Document, Kind
from g7graph.store.listing import Listing
from g7graph.store.remote import RemoteStore
from g7graph.store.remote_writer import RemoteWriter
from g7graph.web import create_app
from tests.engines import oxigraph, oxigraph_program

pytestmark = pytest.mark.skipif(oxigraph_program() is None, reason="oxigraph is not installed (PyPI package oxigraph)")

GRAPH = "http://example.org/graph"
KEPT = "http://example.org/kept"
TURTLE = b"<http://example.org/a> a <http://example.org/C> ."
FORMS = ["ttl", "nt", "nq", "trig", "rdf", "jsonld"]


@pytest.fixture
def address() -> Iterator[Address]:
    with oxigraph() as started:
        directly(started, KEPT, TURTLE)
        yield started


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    (tmp_path / "a.nq").write_text("")
    return Project.find(tmp_path / "a.nq")


@pytest.fixture
def client(address: Address, plain: Project) -> FlaskClient:
    return create_app(plain, RemoteStore(address, wants_union=False)).test_client()


def directly(address: Address, graph: str, body: bytes | None) -> None:
    """Write to the engine itself, where nobody of ours sees it; no body drops the graph."""
    method = "DELETE" if body is None else "PUT"
    url = f"{address.graphs}?graph={quote(graph, safe='')}"
    asked = urllib.request.Request(url, body, {"Content-Type": "text/turtle"}, method=method)  # noqa: S310
    urllib.request.urlopen(asked, timeout=10).close()  # noqa: S310 - our own engine


def elsewhere(done: Callable[[], object]) -> None:
    """Do something in a process that is forked off this one."""
    pid = os.fork()
    if pid == 0:
        try:
            done()
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0


def path(graph: str = GRAPH, form: str = "nt") -> str:
    return f"/graph-store?graph={quote(graph, safe='')}&format={form}"


def test_what_one_front_writes_the_others_see_at_once(address: Address) -> None:
    store = RemoteStore(address)
    put = Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(TURTLE, "ttl", GRAPH),))
    count = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    seen = [[*store.graphs()]]
    elsewhere(lambda: RemoteWriter(store).apply(put))
    seen.append([*store.graphs()])
    assert "2" in str(store.table(count).rows)  # the graphs that are sent with a query are the new ones
    elsewhere(lambda: RemoteWriter(store).apply(Change(Kind.DROP, "tests", graph=GRAPH)))
    seen.append([*store.graphs()])
    assert seen == [[KEPT], [GRAPH, KEPT], [KEPT]]


def test_a_graph_that_others_made_is_found(address: Address, client: FlaskClient) -> None:
    assert client.get(path()).status_code == 404
    directly(address, GRAPH, TURTLE)
    found = client.get(path())
    assert (found.status_code, found.data.count(b"\n")) == (200, 1)


@pytest.mark.parametrize("form", FORMS)
def test_a_graph_that_others_dropped_passes_for_no_empty_one(address: Address, client: FlaskClient, form: str) -> None:
    assert client.get(path(KEPT, form)).status_code == 200
    directly(address, KEPT, None)
    assert client.get(path(KEPT, form)).status_code == 404


def test_an_empty_graph_that_is_there_is_empty(address: Address, client: FlaskClient) -> None:
    directly(address, GRAPH, b"")
    found = client.get(path())
    assert (found.status_code, found.data) == (200, b"")


def test_a_dataset_may_name_a_graph_that_others_made(address: Address, plain: Project) -> None:
    client = create_app(plain, RemoteStore(address)).test_client()
    query = {"query": f"ASK FROM <{GRAPH}> {{ ?s ?p ?o }}", "format": "json"}
    assert client.get("/sparql", query_string=query).status_code == 404
    directly(address, GRAPH, TURTLE)
    assert client.get("/sparql", query_string=query).json["boolean"] is True  # type: ignore[index]


@pytest.mark.parametrize("options", [(), ("--union-default-graph",)], ids=["default", "union"])
@pytest.mark.parametrize("wants_union", [False, True])
@pytest.mark.parametrize("body", [TURTLE, b'<x:a> <x:b> "c"@en .'], ids=["things", "values"])
def test_the_size_is_of_the_default_graph_and_the_named_ones(
    plain: Project, options: tuple[str, ...], body: bytes, *, wants_union: bool
) -> None:
    with oxigraph(*options) as address:
        for graph in (KEPT, GRAPH):
            directly(address, graph, body)
        plainly = RemoteWriter(RemoteStore(address, wants_union=False))
        plainly.apply(Change(Kind.UPDATE, "tests", text="INSERT DATA { <x:a> <x:b> <x:c> }"))
        store = RemoteStore(address, wants_union=wants_union)
        health = create_app(plain, store).test_client().get("/health").json
    assert health is not None
    assert (health["triples"], health["graphs"]) == (3, 2)


def test_an_empty_engine_has_no_statements() -> None:
    with oxigraph() as address:
        assert RemoteStore(address).size() == 0


@pytest.mark.parametrize(
    ("wants_union", "graphs", "said"),
    [
        (False, [KEPT, GRAPH], "(now 2)"),
        (False, [], "(now 0)"),
        (True, [KEPT, GRAPH], "each query names the graphs"),
        (True, [], "as long as there are no named graphs"),
    ],
)
def test_which_graphs_queries_see_is_said_as_it_is(graphs: list[str], said: str, *, wants_union: bool) -> None:
    with oxigraph() as address:
        for graph in graphs:
            directly(address, graph, TURTLE)
        assert said in RemoteStore(address, wants_union=wants_union).said("en")[1]


def test_graphs_are_listed_once_in_a_while() -> None:
    asked: list[int] = []

    def ask(_: Asker | None) -> list[str]:
        asked.append(1)
        return ["b", "a"]

    listing = Listing(ask)
    assert [listing.get().names for _ in range(3)] == [["a", "b"]] * 3
    assert "a" in listing.names()
    assert len(asked) == 1
    names = listing.names()
    assert ["c" in names, "d" in names] == [False, False]
    assert len(asked) == 2
    listing.changed()
    assert "c" not in listing.names()
    assert len(asked) == 3
