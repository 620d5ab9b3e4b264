"""The Graph Store HTTP Protocol and SPARQL Update on the wire, over data that can be written."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from g7graph.build import open_local
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.change import Change, Outcome
from g7graph.store.federation import NONE
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore
from g7graph.store.update import applied
from g7graph.web import create_app
from g7graph.web.options import Options
from g7graph.web.work import working

TOKEN = "a-token-of-some-length"  # noqa: S105 - of this test only
BEARER = {"Authorization": f"Bearer {TOKEN}"}
G = "http://x/g"
DATA = '<http://x/a> <http://x/p> "1" .\n<http://x/a> <http://x/p> "2" <http://x/g> .\n'
TURTLE = '<> <http://x/p> "5" .'
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


class Here:
    """A writer in this process: it changes the store and has the workers forked anew."""

    def __init__(self, store: LocalStore, pool: Pool, library: Library) -> None:
        self.store, self.pool, self.library = store, pool, library
        self.changes: list[Change] = []
        self.lock = threading.Lock()
        self.publish()

    def publish(self) -> None:
        self.pool.publish(f"v{len(self.changes)}", working(lambda: self.store, self.library, NONE))

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:  # noqa: ARG002
        with self.lock:
            created = applied(self.store.inner, change, union=self.store.union, version=self.pool.edition.version)
            self.changes.append(change)
            self.publish()
            return Outcome(created, self.pool.edition.version)


def writable(project: Project) -> tuple[FlaskClient, Here]:
    store, options = open_local(project), Options(tokens={"ana": TOKEN, "eva": "another-token-here"})
    pool = Pool(replace(Limits(), together=1, own=1))
    writer = Here(store, pool, Library.read(project.queries))
    return create_app(
        project, PooledStore(pool, union=store.union), options=options, writer=writer
    ).test_client(), writer


@pytest.fixture
def plain(tmp_path: Path) -> tuple[FlaskClient, Here]:
    """Somebody's RDF: a default graph and a named one."""
    (tmp_path / "a.nq").write_text(DATA)
    return writable(Project.find(tmp_path / "a.nq"))


@pytest.fixture
def client(plain: tuple[FlaskClient, Here]) -> FlaskClient:
    return plain[0]


@pytest.fixture
def framework(small: Project) -> FlaskClient:
    """A framework, whose default graph is the union of its graphs."""
    return writable(small)[0]


def triples(response: TestResponse) -> set[str]:
    assert response.status_code == 200, response.text
    form = GRAPHS[response.mimetype or ""]
    return {str(quad).replace("http://x/", "") for quad in ox.parse(response.data, format=form)}


def graph(client: FlaskClient, iri: str = G) -> set[str]:
    return triples(client.get("/graph-store", query_string={"graph": iri}))


def put(client: FlaskClient, where: str, body: str | bytes = TURTLE, kind: str = "text/turtle", **more: str) -> int:
    return client.put(where, data=body, content_type=kind, headers={**BEARER, **more}).status_code


@pytest.mark.parametrize("media_type", GRAPHS)
def test_a_graph_is_read_in_every_format(client: FlaskClient, media_type: str) -> None:
    for query, value in ({"graph": G}, "2"), ({"default": ""}, "1"):
        response = client.get("/graph-store", query_string=query, headers={"Accept": media_type})
        assert response.mimetype == media_type
        assert triples(response) == {f'<a> <p> "{value}"'}
        head = client.head("/graph-store", query_string=query, headers={"Accept": media_type})
        assert (head.status_code, head.data, head.mimetype) == (200, b"", media_type)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/graph-store?graph=http://x/no", 404),
        ("/graph-store", 400),
        ("/graph-store?graph=http://x/g&default", 400),
        ("/graph-store?graph=http://x/g&graph=http://x/h", 400),
        ("/graph-store/g?default", 400),
        ("/graph-store?graph=relative", 400),
        ("/graph-store?graph=http://x/%0D%0ALocation:%20http://evil/", 400),
        ("/graph-store/a/../b", 400),
        ("/graph-store/a//b", 400),
        ("/graph-store?graph=http://x/g&format=png", 406),
    ],
)
def test_a_graph_that_cannot_be_had_is_told(client: FlaskClient, address: str, status: int) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert client.head(address).status_code == status


def test_a_graph_is_put_added_to_and_dropped(client: FlaskClient) -> None:
    where = "/graph-store?graph=http://x/new"
    assert put(client, where) == 201
    assert graph(client, "http://x/new") == {'<new> <p> "5"'}
    assert put(client, where, '<http://x/b> <http://x/p> "6" .') == 204
    assert graph(client, "http://x/new") == {'<b> <p> "6"'}
    added = client.post(where, data='<http://x/c> <http://x/p> "7" .', content_type="text/turtle", headers=BEARER)
    assert added.status_code == 204
    assert "Content-Type" not in added.headers
    assert graph(client, "http://x/new") == {'<b> <p> "6"', '<c> <p> "7"'}
    assert client.delete(where, headers=BEARER).status_code == 204
    assert client.get(where).status_code == 404
    assert client.delete(where, headers=BEARER).status_code == 404


@pytest.mark.parametrize("body", ['"hello"', "1", "null", "[1]", '[{"@id": "http://x/a"}, "b"]'])
def test_json_that_says_nothing_empties_no_graph(client: FlaskClient, body: str) -> None:
    where = "/graph-store?graph=http://x/new"
    assert put(client, where) == 201
    answer = client.put(where, data=body, content_type="application/ld+json", headers=BEARER)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert graph(client, "http://x/new") == {'<new> <p> "5"'}


def test_the_default_graph_of_plain_rdf_is_written(client: FlaskClient) -> None:
    assert put(client, "/graph-store?default", '<http://x/b> <http://x/p> "6" .') == 204
    assert triples(client.get("/graph-store?default")) == {'<b> <p> "6"'}
    assert client.delete("/graph-store?default", headers=BEARER).status_code == 204
    assert triples(client.get("/graph-store?default")) == set()


def test_a_graph_below_the_store_has_its_address_for_a_name(client: FlaskClient) -> None:
    created = client.put("/graph-store/person/1.ttl", data=TURTLE, content_type="text/turtle", headers=BEARER)
    assert (created.status_code, created.headers["Location"]) == (201, "http://localhost/graph-store/person/1.ttl")
    said = {'<http://localhost/graph-store/person/1.ttl> <p> "5"'}
    assert triples(client.get("/graph-store/person/1.ttl")) == said
    assert graph(client, "http://localhost/graph-store/person/1.ttl") == said


def test_a_name_is_decoded_once(client: FlaskClient) -> None:
    assert put(client, "/graph-store?graph=http://x/%2531") == 201
    assert client.get("/graph-store?graph=http://x/%31").status_code == 404
    assert graph(client, "http://x/%31") == {'<%31> <p> "5"'}


def test_what_is_posted_to_the_store_is_a_new_graph(client: FlaskClient) -> None:
    one, two = (client.post("/graph-store", data=TURTLE, content_type="text/turtle", headers=BEARER) for _ in "ab")
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.headers["Location"] != two.headers["Location"]
    assert len(triples(client.get(f"/graph-store?graph={one.headers['Location']}"))) == 1
    assert len(triples(client.get(one.headers["Location"]))) == 1


PART = "--b\r\nContent-Disposition: form-data; name={}\r\nContent-Type: {}\r\n\r\n{}\r\n"
PARTS = (
    PART.format('"a"; filename="a.ttl"', "text/turtle; charset=utf-8", '<http://x/m> <http://x/p> "a" .')
    + PART.format('"b"', "application/n-triples", '<http://x/m> <http://x/p> "b" .')
    + "--b--\r\n"
)
MULTIPART = "multipart/form-data; boundary=b"


def test_parts_are_each_read_by_their_type(client: FlaskClient) -> None:
    where = "/graph-store?graph=http://x/parts"
    response = client.post(where, data=PARTS, content_type=MULTIPART, headers=BEARER)
    assert response.status_code == 201, response.text
    assert graph(client, "http://x/parts") == {'<m> <p> "a"', '<m> <p> "b"'}


@pytest.mark.parametrize(
    ("body", "kind", "more", "status"),
    [
        ('<http://x/b> <http://x/p> "5"\noops', "text/turtle", {}, 400),
        (TURTLE, "image/png", {}, 415),
        (TURTLE, "", {}, 415),
        (TURTLE, "ttl", {}, 415),
        (TURTLE, "text/turtle; charset=utf-16", {}, 415),
        (gzip.compress(TURTLE.encode()), "text/turtle", {"Content-Encoding": "gzip"}, 415),
        ("x" * 1_100_000, "text/turtle", {}, 413),
        (PARTS, "multipart/form-data", {}, 400),
        (PARTS.replace("application/n-triples", "image/png"), MULTIPART, {}, 415),
        (PARTS.replace("utf-8", "utf-16"), MULTIPART, {}, 415),
        (PARTS.replace("\r\nContent-Type", "\r\nContent-Encoding: gzip\r\nContent-Type"), MULTIPART, {}, 415),
        (TURTLE, "text/turtle", {"Content-Range": "bytes 0-9/20"}, 400),
        ("nothing", MULTIPART, {}, 400),
        ("--b\r\n\r\n--b" * 200, MULTIPART, {}, 400),
    ],
)
def test_a_body_that_cannot_be_taken_changes_nothing(
    client: FlaskClient, body: str | bytes, kind: str, more: dict[str, str], status: int
) -> None:
    assert put(client, "/graph-store?graph=http://x/g", body, kind, **more) == status
    assert graph(client) == {'<a> <p> "2"'}


def test_the_place_where_a_document_does_not_parse_is_told(client: FlaskClient) -> None:
    response = client.put("/graph-store/g", data="<a> <b>\n oops", content_type="text/turtle", headers=BEARER)
    assert response.json is not None
    assert (response.status_code, response.json["line"], response.json["column"]) == (400, 2, 2)


def test_over_a_framework_the_graphs_are_those_below_its_base(framework: FlaskClient) -> None:
    iri = "https://w3id.org/g7graph/graph/indicators"
    one, two = framework.get("/graph-store/indicators"), framework.get(f"/graph-store?graph={iri}")
    assert triples(one) == triples(two)
    whole = triples(framework.get("/graph-store?default"))
    assert triples(one) < whole
    refused = framework.put("/graph-store?default", data=TURTLE, content_type="text/turtle", headers=BEARER)
    assert (refused.status_code, refused.json and refused.json["type"].rpartition("/")[2]) == (403, "no-default-graph")
    created = framework.post("/graph-store", data=TURTLE, content_type="text/turtle", headers=BEARER)
    assert created.status_code == 201
    (said,) = triples(framework.get(f"/graph-store?graph={created.headers['Location']}"))
    assert said.startswith("<https://w3id.org/g7graph/graph/")


def change(client: FlaskClient, text: str, address: str = "/sparql", **headers: str) -> TestResponse:
    return client.post(address, data=text, content_type="application/sparql-update", headers={**BEARER, **headers})


INSERT = 'INSERT DATA { GRAPH <http://x/g> { <http://x/b> <http://x/p> "9" } }'


def test_an_update_is_made_by_form_and_directly(plain: tuple[FlaskClient, Here]) -> None:
    client, writer = plain
    assert change(client, INSERT).status_code == 204
    again = client.post("/sparql/", data={"update": INSERT.replace('"9"', '"8"')}, headers=BEARER)
    assert again.status_code == 204
    assert graph(client) == {'<a> <p> "2"', '<b> <p> "9"', '<b> <p> "8"'}
    assert [one.who for one in writer.changes] == ["ana", "ana"]


def test_the_graphs_of_an_update_come_with_the_request(client: FlaskClient) -> None:
    text = "INSERT { <http://x/n> <http://x/p> ?o } WHERE { ?s ?p ?o }"
    assert change(client, text, "/sparql?using-graph-uri=http://x/g").status_code == 204
    assert triples(client.get("/graph-store?default")) == {'<a> <p> "1"', '<n> <p> "2"'}
    form = {"update": text.replace("/n>", "/m>"), "using-named-graph-uri": "http://x/g"}
    assert client.post("/sparql", data=form, headers=BEARER).status_code == 204
    assert len(triples(client.get("/graph-store?default"))) == 2
    conflict = change(client, text.replace("WHERE", "USING <http://x/g> WHERE"), "/sparql?using-graph-uri=http://x/g")
    assert conflict.status_code == 400


def test_graphs_named_as_of_a_query_do_not_let_an_update_change_all_others(client: FlaskClient) -> None:
    before = triples(client.get("/graph-store?default"))
    for name in ("default-graph-uri", "named-graph-uri"):
        refused = change(client, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", f"/sparql?{name}=http://x/g")
        assert (refused.status_code, refused.json and refused.json["type"].rpartition("/")[2]) == (400, "other-dataset")
        assert name in refused.text
    assert triples(client.get("/graph-store?default")) == before != set()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("INSERT DATA { <http://x/a> }", "application/sparql-update", 400),
        ("ASK {}", "application/sparql-update", 400),
        ("LOAD <http://127.0.0.1:1/>", "application/sparql-update", 403),
        ("update=CLEAR%20ALL&update=CLEAR%20ALL", "application/x-www-form-urlencoded", 400),
        ("update=CLEAR%20ALL&query=ASK%7B%7D", "application/x-www-form-urlencoded", 400),
        ("query=CLEAR%20ALL", "application/x-www-form-urlencoded", 400),
        ("CLEAR ALL", "application/sparql-query", 400),
        ("CLEAR ALL", "application/sparql-update; charset=utf-16", 415),
        ("CLEAR ALL".encode("utf-16"), "application/sparql-update", 400),
        ("CLEAR ALL", "text/plain", 415),
    ],
)
def test_what_is_no_update_changes_nothing(client: FlaskClient, body: str | bytes, kind: str, status: int) -> None:
    response = client.post("/sparql", data=body, content_type=kind, headers=BEARER)
    assert response.status_code == status, response.text
    assert graph(client) == {'<a> <p> "2"'}


def test_an_update_is_longer_than_a_query_may_be(client: FlaskClient) -> None:
    assert change(client, INSERT + " #" + "x" * 100_000).status_code == 204
    refused = change(client, INSERT + " #" + "x" * 1_100_000)
    assert refused.status_code == 413
    assert refused.json is not None
    assert "1000000" in refused.json["detail"]


def test_an_update_is_not_sent_by_get(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"update": "CLEAR ALL"}, headers=BEARER)
    assert response.status_code == 400
    assert graph(client) == {'<a> <p> "2"'}


MISSING, WRONG = 'Bearer realm="g7graph"', 'Bearer realm="g7graph", error="invalid_token"'


@pytest.mark.parametrize(
    ("headers", "challenge", "problem"),
    [
        ({}, MISSING, "unauthorized"),
        ({"Authorization": "Bearer wrong"}, WRONG, "wrong-token"),
        ({"Authorization": "Bearer "}, MISSING, "unauthorized"),
        (
            {"Authorization": "Bearer tök\udcff".encode("utf-8", "surrogateescape").decode("latin-1")},
            WRONG,
            "wrong-token",
        ),
        ({"Authorization": f"Basic {TOKEN}"}, MISSING, "unauthorized"),
        ({"Authorization": TOKEN}, MISSING, "unauthorized"),
        ({"Authorization": f"Bearer {TOKEN}x"}, WRONG, "wrong-token"),
    ],
)
def test_nobody_writes_without_a_token(
    client: FlaskClient, headers: dict[str, str], challenge: str, problem: str
) -> None:
    answers = [
        client.put("/graph-store?graph=http://x/g", data=TURTLE, content_type="text/turtle", headers=headers),
        client.post("/graph-store", data=TURTLE, content_type="text/turtle", headers=headers),
        client.delete("/graph-store?graph=http://x/g", headers=headers),
        client.post("/sparql", data="CLEAR ALL", content_type="application/sparql-update", headers=headers),
        client.post(f"/sparql?access_token={TOKEN}", data={"update": "CLEAR ALL"}, headers=headers),
    ]
    for response in answers:
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, challenge)
        assert response.json is not None
        assert response.json["type"].endswith(f"/{problem}")
        assert "Access-Control-Allow-Origin" not in response.headers
        assert TOKEN not in response.text
    assert graph(client) == {'<a> <p> "2"'}


def test_where_nothing_is_written_that_is_said(small: Project) -> None:
    client = create_app(small).test_client()
    for response in (
        client.put("/graph-store?graph=http://x/g", data=TURTLE, content_type="text/turtle", headers=BEARER),
        client.delete("/graph-store/indicators", headers=BEARER),
        change(client, INSERT),
    ):
        assert response.status_code == 403
        assert response.json is not None
        assert response.json["type"].endswith("/problem/read-only")


def test_a_service_that_is_only_read_says_so_of_its_graphs(small: Project) -> None:
    client = create_app(small).test_client()
    for address in ("/graph-store?default", "/graph-store/indicators"):
        assert set(client.options(address).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_other_sites_pages_read_and_never_write(client: FlaskClient) -> None:
    origin = {"Origin": "http://elsewhere"}
    assert client.get("/graph-store?default", headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in change(client, INSERT, **origin).headers
    preflight = client.options("/graph-store?default", headers=origin).headers
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert {"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"} == set(preflight["Allow"].split(", "))
    for headers in (preflight, client.options("/sparql", headers=origin).headers):
        assert "authorization" not in headers["Access-Control-Allow-Headers"].lower()


def test_a_graph_is_not_patched(client: FlaskClient) -> None:
    response = client.patch("/graph-store?default", data="CLEAR ALL", headers=BEARER)
    assert response.status_code == 405
    assert "PUT" in response.headers["Allow"]


def test_a_graph_is_told_apart_from_what_it_was(client: FlaskClient) -> None:
    tag = client.get("/graph-store?default").headers["ETag"]
    assert client.get("/graph-store?default", headers={"If-None-Match": tag}).status_code == 304
    assert change(client, INSERT).status_code == 204
    assert client.get("/graph-store?default", headers={"If-None-Match": tag}).status_code == 200


def test_a_writable_service_says_so(client: FlaskClient) -> None:
    said = {
        (quad.predicate.value.rpartition("#")[2], str(quad.object).rpartition("#")[2].rstrip(">"))
        for quad in ox.parse(client.get("/sparql").data, format=ox.RdfFormat.TURTLE)
    }
    assert {("supportedLanguage", "SPARQL11Update"), ("supportedLanguage", "SPARQL11Query")} <= said
    assert not {value for name, value in said if name == "feature"}
    assert len([value for name, value in said if name == "inputFormat"]) == 6


def tag(client: FlaskClient, path: str, **headers: str) -> str:
    return client.get(path, headers=headers).headers["ETag"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize("form", ["text/turtle", "application/ld+json"])
def test_a_change_of_what_somebody_changed_meanwhile_is_refused(client: FlaskClient, method: str, form: str) -> None:
    path = f"/graph-store?graph={G}"
    sent: dict[str, Any] = {"content_type": "text/turtle", "data": TURTLE}
    known = tag(client, path, Accept=form, **{"Accept-Encoding": "gzip"})
    asked = {**BEARER, "If-Match": f'"other", {known}'}
    assert client.put("/graph-store?graph=http://x/h", headers=BEARER, **sent).status_code == 201
    before = client.get(path).data
    refused = client.open(path, method=method, headers={**asked, "Accept-Language": "en"}, **sent)
    assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
    assert known in refused.json["detail"]  # type: ignore[index]
    assert client.get(path).data == before
    asked["If-Match"] = tag(client, path)
    assert client.open(path, method=method, headers=asked, **sent).status_code == 204
    assert client.open(path, method=method, headers=asked, **sent).status_code == (404 if method == "DELETE" else 412)


@pytest.mark.parametrize(
    ("graph", "headers", "status"),
    [
        (G, {"If-None-Match": "*"}, 412),
        ("http://x/new", {"If-None-Match": "*"}, 201),
        (G, {"If-Match": "*"}, 204),
        ("http://x/new", {"If-Match": "*"}, 412),
        (G, {"If-Match": "*", "If-None-Match": "*"}, 412),
        ("http://x/new", {"If-Match": "*", "If-None-Match": "*"}, 412),
        (G, {"If-Match": ""}, 412),
        (G, {"If-Match": '"", W/"", x'}, 412),
        (G, {"If-None-Match": '"", W/"", x'}, 204),
        (G, {"If-Match": 'W/"{tag}"'}, 412),  # strong comparison
        ("http://x/new", {"If-Match": '"{tag}"'}, 412),  # what is not there has no tag
        (G, {"If-None-Match": '"{tag}"'}, 412),
        (G, {"If-None-Match": 'W/"{tag}"'}, 412),  # weak comparison
        (G, {"If-None-Match": '"other"'}, 204),
        ("http://x/new", {"If-None-Match": '"{tag}"'}, 201),
    ],
)
def test_a_graph_is_put_on_conditions(client: FlaskClient, graph: str, headers: dict[str, str], status: int) -> None:
    known = tag(client, f"/graph-store?graph={G}").strip('"')
    asked = {name: value.replace("{tag}", known) for name, value in headers.items()}
    path = f"/graph-store?graph={graph}"
    put = client.put(path, headers={**BEARER, **asked}, content_type="text/turtle", data=TURTLE)
    assert put.status_code == status


def test_the_default_graph_is_always_there(client: FlaskClient) -> None:
    sent: dict[str, Any] = {"content_type": "text/turtle", "data": TURTLE}
    for header, status in (("If-None-Match", 412), ("If-Match", 204)):
        put = client.put("/graph-store?default", headers={**BEARER, header: "*"}, **sent)
        assert put.status_code == status


def test_an_update_is_made_on_conditions(client: FlaskClient) -> None:
    query = "/sparql?query=ASK%7B%7D"
    known = tag(client, query)
    statuses = [
        client.post(
            "/sparql",
            headers={**BEARER, "If-Match": known},
            content_type="application/sparql-update",
            data=f"INSERT DATA {{ <http://x/b> <http://x/p> {n} }}",
        ).status_code
        for n in range(2)
    ]
    assert statuses == [204, 412]
    assert client.get("/sparql?query=ASK%7B%3Chttp://x/b%3E%20%3Fp%201%7D").json["boolean"] is False  # type: ignore[index]


def test_an_empty_document_makes_no_graph(client: FlaskClient) -> None:
    sent: dict[str, Any] = {"content_type": "text/turtle", "data": "# nothing"}
    for method, path in (("PUT", "/graph-store?graph=http://x/new"), ("POST", "/graph-store")):
        made = client.open(path, method=method, headers=BEARER, **sent)
        assert (made.status_code, "Location" in made.headers) == (204, False)
    assert client.get("/graph-store?graph=http://x/new").status_code == 404
