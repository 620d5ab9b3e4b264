"""A remote store over real engines: `oxigraph serve` and Virtuoso, each on the loopback with the whole framework."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph import i18n, run, vocab
from g7graph.errors import DataError, G7Error, Limited, QueryError, StoreError, UnknownName
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store import Asker, Question
from g7graph.store.address import Address
from g7graph.store.answers import GRAPHS, RESULTS
from g7graph.store.change import Change, Condition, Document, Kind, Unmet, state_of
from g7graph.store.fetching import Fetch
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.remote import RemoteStore
from g7graph.store.remote_writer import RemoteWriter, load
from g7graph.table import Table, python
from g7graph.web import create_app
from tests.engines import free_port, oxigraph, oxigraph_program, virtuoso, virtuoso_program

OXIGRAPH = pytest.mark.skipif(oxigraph_program() is None, reason="oxigraph is not installed (PyPI package oxigraph)")
VIRTUOSO = pytest.mark.skipif(virtuoso_program() is None, reason="Virtuoso is not installed (virtuoso-opensource)")
ENGINES = [pytest.param("oxigraph", marks=OXIGRAPH), pytest.param("virtuoso", marks=VIRTUOSO)]
#: Saved queries that Virtuoso 7.2.5 answers otherwise; docs/stores.md says why.
DIFFERENT = {
    "virtuoso": {"eiti-axis", "eiti-cases", "evidence", "place-activity", "place-eiti", "projects", "round-diff"},
    "oxigraph": set[str](),
}
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
PAIRS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) > STR(?f)) }"
CODES = """SELECT ?i ?code WHERE { ?i <https://w3id.org/g7graph/ontology#axis> ?axis ;
  <http://www.w3.org/2004/02/skos/core#notation> ?code } ORDER BY ?code ?i"""
ABOUT = "CONSTRUCT WHERE { <https://w3id.org/g7graph/id/indicator/4.4> ?p ?o }"
SECRET = "correct horse"  # noqa: S105 - what must be shown nowhere
PROBLEM = vocab.BASE + "problem/"
GRAPH, OTHER = "http://example.org/graph", "http://example.org/other"
#: XML of a kilobyte whose entities come to megabytes.
BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "x">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n > 1 else b"&a;") * 10) for n in range(1, 8))
    + b']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">'
    + b'<rdf:Description rdf:about="http://x/"><x:p>&a7;</x:p></rdf:Description></rdf:RDF>'
)
TURTLE = b'<a> <http://example.org/says> "hola"@es , 1.5 ; <http://example.org/has> [ <http://example.org/is> true ] .'


@pytest.fixture(scope="session", params=ENGINES)
def loaded(
    request: pytest.FixtureRequest, store: LocalStore, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """An engine's name and address, once the framework was loaded into it through us."""
    name: str = request.param
    options = ("--timeout-s", "10")  # it does not end its work when whoever asked has gone
    with oxigraph(*options) if name == "oxigraph" else virtuoso(tmp_path_factory.mktemp("virtuoso")) as address:
        told: list[str] = []
        assert load(store.inner, RemoteWriter(RemoteStore(address)), who="tests", progress=told.append) == len(told)
        assert told == store.graphs()
        yield name, address


@pytest.fixture
def address(loaded: tuple[str, Address]) -> Address:
    return loaded[1]


@pytest.fixture(scope="session")
def remote(loaded: tuple[str, Address]) -> RemoteStore:
    return RemoteStore(loaded[1])


@pytest.fixture(scope="session")
def site(remote: RemoteStore, project: Project) -> FlaskClient:
    return create_app(project, remote).test_client()


def values(table: Table) -> list[list[object]]:
    """A table's values; how an engine writes a number is its own affair (1.50 is 1.5)."""
    return [[python(cell) for cell in row] for row in table.rows]


def test_the_default_graph_is_the_union_of_our_graphs(remote: RemoteStore, store: LocalStore) -> None:
    assert remote.union
    assert remote.graphs() == store.graphs()
    assert remote.table(COUNT).rows == store.table(COUNT).rows
    assert remote.size() == store.size()


def test_graph_patterns_see_our_graphs_only(remote: RemoteStore, store: LocalStore) -> None:
    text = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    assert remote.table(text).rows == store.table(text).rows


def test_a_dataset_that_is_named_replaces_the_union(remote: RemoteStore, store: LocalStore) -> None:
    graph = vocab.graph("indicators")
    named = COUNT.replace("WHERE", f"FROM <{graph}> WHERE")
    expected = values(store.table(named))
    assert values(remote.table(named)) == expected
    with remote.answer(Question(COUNT, (graph,), ()), "json", Asker()) as out:
        assert [[int(row["n"]["value"])] for row in json.load(out)["results"]["bindings"]] == expected


@pytest.mark.parametrize("example", [False, True])
@pytest.mark.parametrize("name", sorted(Library.read(Project.default().queries).saved))
def test_saved_queries_give_the_rows_that_our_own_store_gives(
    loaded: tuple[str, Address], store: LocalStore, library: Library, name: str, *, example: bool
) -> None:
    remote, query = RemoteStore(loaded[1]), library[name]
    given = dict(query.example) if example else {}
    same = values(run.table(remote, query, given)) == values(run.table(store, query, given))
    if not same and name in DIFFERENT[loaded[0]]:
        pytest.xfail(f"{loaded[0]} answers {name} otherwise; see docs/stores.md")
    assert same


@pytest.mark.parametrize("form", sorted(RESULTS))
def test_tables_come_in_every_format(remote: RemoteStore, store: LocalStore, form: str) -> None:
    with remote.answer(Question(CODES), form, Asker()) as out:
        body = out.read()
    if form == "csv":
        rows = [tuple(line.split(",")) for line in body.decode().splitlines()][1:]
        assert rows == [(i.value, code.value) for i, code in store.table(CODES).rows if i and code]
    else:
        found = ox.parse_query_results(body, format=RESULTS[form])
        assert isinstance(found, ox.QuerySolutions)
        assert [(row["i"], row["code"]) for row in found] == list(store.table(CODES).rows)


@pytest.mark.parametrize("form", sorted(GRAPHS))
def test_graphs_come_in_every_format(remote: RemoteStore, store: LocalStore, form: str) -> None:
    with remote.answer(Question(ABOUT), form, Asker()) as out:
        found = {quad.triple for quad in ox.parse(out.read(), format=GRAPHS[form])}
    assert found == set(store.triples(ABOUT))


@pytest.mark.parametrize(
    ("text", "truth"), [("ASK { ?s ?p ?o }", True), ("ASK { ?s <http://example.org/no> ?o }", False)]
)
def test_asks_are_answered_as_the_standard_says(remote: RemoteStore, text: str, *, truth: bool) -> None:
    for form in ("json", "xml"):
        with remote.answer(Question(text), form, Asker()) as out:
            found = ox.parse_query_results(out.read(), format=RESULTS[form])
        assert isinstance(found, ox.QueryBoolean)
        assert bool(found) is truth
    assert values(remote.table(text)) == [[truth]]


def test_a_table_is_no_graph(remote: RemoteStore) -> None:
    for text, form, key in ((COUNT, "ttl", "no_graph"), (ABOUT, "json", "no_table")):
        with pytest.raises(QueryError) as refused:
            remote.answer(Question(text), form, Asker())
        assert refused.value.key == key


@pytest.mark.parametrize(
    "page", ["/", "/doc/indicator/4.4", "/sparql", "/graph/", "/graph/indicators", "/ontology", "/health"]
)
def test_pages_are_served_over_it(site: FlaskClient, page: str) -> None:
    assert site.get(page, headers={"Accept": "text/html"}).status_code == 200


def test_the_page_of_an_indicator_says_what_our_own_does(
    site: FlaskClient, project: Project, store: LocalStore
) -> None:
    address = "/doc/indicator/4.4.nt"
    ours = create_app(project, store).test_client().get(address).data
    assert set(site.get(address).data.splitlines()) == set(ours.splitlines())


@pytest.mark.parametrize(
    "media_type", ["application/sparql-results+json", "text/csv", "application/sparql-results+xml"]
)
def test_the_endpoint_passes_answers_on(site: FlaskClient, media_type: str) -> None:
    response = site.get("/sparql", query_string={"query": CODES}, headers={"Accept": media_type})
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert b"4.4" in response.data


def test_what_does_not_parse_is_told_with_its_place(site: FlaskClient) -> None:
    asked = {"query": "SELECT * WHERE { ?s ?p ?o } LIMIT x"}
    response = site.get("/sparql", query_string=asked, headers={"Accept-Language": "en"})
    assert response.status_code == 400
    problem = json.loads(response.data)
    assert problem["type"].endswith("/syntax")
    assert (problem["line"], problem["column"]) == (1, 35)
    assert "«x» cannot stand here. Expected: 0…9" in problem["detail"]
    assert problem["detail"].count("line 1") == 1
    assert "error at 1:" not in problem["detail"]


def test_what_takes_too_long_is_ended(remote: RemoteStore) -> None:
    with pytest.raises(Limited) as ended:
        remote.answer(Question(PAIRS), "json", Asker(seconds=1))
    assert (ended.value.key, ended.value.values["limit"]) == ("too_long", 1)


def test_nobody_is_waited_for_who_has_gone(remote: RemoteStore) -> None:
    with pytest.raises(Limited) as ended:
        remote.answer(Question(PAIRS), "json", Asker(gone=lambda: True))
    assert ended.value.key == "client_gone"


def test_an_answer_that_is_too_large_is_not_sent(address: Address) -> None:
    small = RemoteStore(address, limits=replace(Limits(), answer_bytes=200_000))
    for form in ("xml", "csv"):
        with pytest.raises(Limited) as ended:
            small.answer(Question("SELECT * WHERE { ?s ?p ?o } LIMIT 9000"), form, Asker())
        assert ended.value.key == "too_large"


@VIRTUOSO
def test_an_answer_that_the_engine_cuts_short_is_not_passed_off_as_whole(
    loaded: tuple[str, Address], remote: RemoteStore
) -> None:
    question = Question("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")
    if loaded[0] == "oxigraph":
        with remote.answer(question, "csv", Asker()) as out:
            assert out.read().count(b"\r\n") > 10_000
        return
    with pytest.raises(Limited) as ended:
        remote.answer(question, "csv", Asker())
    assert "10000" in ended.value.text("en")


@pytest.mark.parametrize("form", ["nt", "ttl", "jsonld"])
def test_graphs_that_the_engine_cuts_without_a_word_are_not_passed_off_as_whole(
    loaded: tuple[str, Address], remote: RemoteStore, form: str
) -> None:
    """Virtuoso gives 10,001 statements of a CONSTRUCT, and describes as many things."""
    things = "".join(f"<http://x/{n}> <http://x/is> {n} .\n" for n in range(10_500))
    things += "".join(f"<http://x/one> <http://x/has> {n} .\n" for n in range(10_500))
    writer = RemoteWriter(remote)
    writer.apply(Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(things.encode(), "ttl", GRAPH),)))
    whole = {
        f"CONSTRUCT {{ ?s ?p ?o }} FROM <{GRAPH}> WHERE {{ ?s ?p ?o }} LIMIT 9000": 9_000,
        f"CONSTRUCT {{ <http://x/> <http://x/p> ?p }} FROM <{GRAPH}> WHERE {{ ?s ?p ?o }}": 2,
        f"DESCRIBE <http://x/one> FROM <{GRAPH}>": 10_500,
    }
    cut = {
        f"CONSTRUCT {{ ?s ?p ?o }} FROM <{GRAPH}> WHERE {{ ?s ?p ?o }}": 21_000,
        f"DESCRIBE ?s FROM <{GRAPH}> WHERE {{ ?s ?p ?o }}": 21_000,
    }
    try:
        for text, count in (whole | cut).items():
            if loaded[0] == "virtuoso" and text in cut:
                with pytest.raises(Limited) as ended:
                    remote.answer(Question(text), form, Asker())
                assert "10000" in ended.value.text("en")
                continue
            with remote.answer(Question(text), form, Asker()) as out:
                assert sum(1 for _ in ox.parse(out.read(), format=GRAPHS[form])) == count
    finally:
        writer.apply(Change(Kind.DROP, "tests", graph=GRAPH))


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_what_the_engine_does_is_said(loaded: tuple[str, Address], remote: RemoteStore, lang: str) -> None:
    said = remote.said(lang)
    assert loaded[0] in said[0].lower()
    if loaded[0] == "oxigraph":
        assert remote.abilities.wrong == ()
        assert said[2].endswith(": csv")  # an IRI with a comma breaks its lines
        assert len(said) == 4
    else:
        assert set(remote.abilities.wrong) == {"coalesce-mixed", "order-by-aggregate"}
        assert any("csv" in line for line in said)
    assert remote.address.query not in "\n".join(said)


@OXIGRAPH
def test_an_engine_whose_default_graph_is_the_union_is_sent_no_graphs(store: LocalStore) -> None:
    with oxigraph("--union-default-graph") as address:
        remote = RemoteStore(address)
        unions = [remote.union]
        load(store.inner, RemoteWriter(remote), who="tests")
        assert [*unions, remote.union] == [False, True]
        assert remote.abilities.union is True
        assert remote.table(COUNT).rows == store.table(COUNT).rows
        assert remote.size() == store.size()
        assert not RemoteStore(address, wants_union=False).union


@pytest.mark.parametrize("protocol", ["graph store", "update"])
def test_graphs_are_written(address: Address, protocol: str) -> None:
    remote = RemoteStore(address if protocol == "graph store" else replace(address, graphs=""))
    writer = RemoteWriter(remote)
    documents = (Document(TURTLE, "ttl", "http://example.org/"),)
    count = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
    replaced = Change(Kind.REPLACE, "tests", graph=GRAPH, documents=documents)
    try:
        assert [writer.apply(replaced).created for _ in range(2)] == [True, False]
        assert values(remote.table(count)) == [[4]]
        assert GRAPH in remote.graphs()
        more = (Document(b"<b> a <http://example.org/C> .", "ttl", "http://example.org/"),)
        assert not writer.apply(Change(Kind.MERGE, "tests", graph=GRAPH, documents=more)).created
        assert values(remote.table(count)) == [[5]]
    finally:
        writer.apply(Change(Kind.DROP, "tests", graph=GRAPH))
    assert GRAPH not in remote.graphs()
    with pytest.raises(UnknownName):
        writer.apply(Change(Kind.DROP, "tests", graph=GRAPH))
    for condition in (Condition(there=frozenset((True,))), Condition(states=frozenset((state_of(remote.version),)))):
        with pytest.raises(Unmet):
            writer.apply(replace(replaced, condition=condition))
    assert GRAPH not in remote.graphs()


def test_updates_have_the_graphs_that_they_are_given(address: Address) -> None:
    remote = RemoteStore(address)
    writer = RemoteWriter(remote)
    insert = f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <http://example.org/a> <http://example.org/says> "b" }} }}'
    copy = f"INSERT {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
    writer.apply(Change(Kind.UPDATE, "tests", text=insert))
    try:
        writer.apply(Change(Kind.UPDATE, "tests", text=copy, using=(GRAPH,)))
        assert values(remote.table(f"SELECT ?o WHERE {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }}")) == [["b"]]
    finally:
        for graph in (GRAPH, OTHER):
            writer.apply(Change(Kind.DROP, "tests", graph=graph))


@pytest.mark.parametrize("body", ["{where}", "GRAPH ?g {{ {where} }}"], ids=["union", "named"])
def test_updates_that_name_no_graphs_see_the_union(address: Address, body: str) -> None:
    """Of a framework: its graphs are written one by one, over the default graph nothing is."""
    remote = RemoteStore(address)
    writer = RemoteWriter(remote)
    where = body.format(where=f"?s <{vocab.STANDARD['skos']}notation> ?o")
    expected = remote.table(f"SELECT DISTINCT ?s ?o WHERE {{ {where} }} ORDER BY ?s ?o").rows
    assert expected
    try:
        copy = f"INSERT {{ GRAPH <{OTHER}> {{ ?s <x:code> ?o }} }} WHERE {{ {where} }}"
        writer.apply(Change(Kind.UPDATE, "tests", text=copy))
        assert (
            remote.table(f"SELECT ?s ?o WHERE {{ GRAPH <{OTHER}> {{ ?s <x:code> ?o }} }} ORDER BY ?s ?o").rows
            == expected
        )
        with pytest.raises(QueryError) as refused:
            writer.apply(Change(Kind.UPDATE, "tests", text=f"{copy} ;\nINSERT DATA {{ <x:a> <x:b> <x:c> }}"))
        assert (refused.value.key, refused.value.line) == ("no_default_graph", 2)
        with pytest.raises(QueryError) as refused:
            writer.apply(Change(Kind.REPLACE, "tests", documents=(Document(TURTLE, "ttl", "http://example.org/"),)))
        assert refused.value.key == "no_default_graph"
    finally:
        writer.apply(Change(Kind.DROP, "tests", graph=OTHER))


@OXIGRAPH
def test_a_mistake_behind_the_graphs_of_the_union_is_placed_in_the_text_that_was_asked() -> None:
    with oxigraph() as address:
        writer = RemoteWriter(RemoteStore(address))
        put = Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(TURTLE, "ttl", GRAPH),))
        writer.apply(put)
        text = f"INSERT {{ GRAPH <{OTHER}> {{ ?s ?p ?o }} }} WHERE {{\n ?s ?p ?o FILTR(?o) }}"
        with pytest.raises(QueryError) as refused:
            writer.apply(Change(Kind.UPDATE, "tests", text=text))
    assert (refused.value.key, refused.value.line, refused.value.column) == ("syntax", 2, 11)


def test_of_a_change_that_is_not_answered_nobody_knows_whether_it_was_made() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        writer = RemoteWriter(RemoteStore(Address(url, update=url), wants_union=False), seconds=0.5)
        with pytest.raises(Limited) as late:
            writer.apply(Change(Kind.UPDATE, "tests", text="CLEAR GRAPH <x:y>"))
    assert (late.value.key, late.value.values["limit"]) == ("change_unanswered", 0.5)


def test_what_cannot_be_written_is_said(address: Address) -> None:
    writer = RemoteWriter(RemoteStore(address))
    with pytest.raises(QueryError) as refused:
        writer.apply(Change(Kind.UPDATE, "tests", text="INSERT DATA { GRAPH <x:g> { <a"))
    assert refused.value.key == "syntax"
    with pytest.raises(QueryError) as refused:
        writer.apply(Change(Kind.UPDATE, "tests", text="LOAD <http://example.org/a>"))
    assert refused.value.key == "outbound"
    with pytest.raises(DataError):
        writer.apply(Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(b"<a> <b>", "ttl", "http://x/"),)))
    with pytest.raises(QueryError):
        RemoteWriter(RemoteStore(Address(address.query))).apply(Change(Kind.UPDATE, "tests", text="CLEAR GRAPH <x:y>"))


@pytest.mark.parametrize(
    ("body", "form", "key"),
    [
        (b"[" * 20_000, "jsonld", "too_deep"),
        (b"<a> <b> " + b"<<( <a> <b> " * 20_000, "ttl", "too_deep"),
        (BOMB, "rdf", "too_deep"),
        (b"<http://x/a> <http://x/b> <http://x/c> <http://x/other> .", "nq", "other_graph"),
        (b'"hello"', "jsonld", "unparsable"),
        (b'{"@context": "http://x/context", "a": 1}', "jsonld", "outbound"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(body: bytes, form: str, key: str) -> None:
    writer = RemoteWriter(RemoteStore(Address("http://127.0.0.1:1/query", graphs="http://127.0.0.1:1/store")))
    with pytest.raises(G7Error) as refused:
        writer.apply(Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(body, form, GRAPH),)))
    assert refused.value.key == key


def test_a_wrong_password_is_said_and_shown_nowhere(loaded: tuple[str, Address]) -> None:
    if loaded[0] != "virtuoso":
        pytest.skip("oxigraph takes writes from everybody")
    address = replace(loaded[1], password=SECRET)
    with pytest.raises(StoreError, match="401") as refused:
        RemoteWriter(RemoteStore(address)).apply(Change(Kind.UPDATE, "tests", text=f"CLEAR GRAPH <{GRAPH}>"))
    for lang in i18n.LANGUAGES:
        assert SECRET not in refused.value.text(lang)


def test_a_service_that_is_away_is_a_bad_gateway_without_its_address(project: Project) -> None:
    url = f"http://somebody:{SECRET.replace(' ', '')}@127.0.0.1:{free_port()}/hidden"
    client = create_app(project, RemoteStore(url)).test_client()
    for page in ("/", "/sparql?query=ASK%7B%7D", "/api/queries/projects.csv"):
        response = client.get(page)
        assert response.status_code == 502
        assert not {"127.0.0.1", "hidden", "somebody", "horse"} & set(response.text.replace("/", " ").split())
        assert "127.0.0.1" not in response.text


class Guarded(http.server.BaseHTTPRequestHandler):
    """Answers what it is told to, to those who say what it wants to hear."""

    answer = b'{"head":{},"boolean":true}'
    media_type = "application/sparql-results+json"
    status = 200
    wanted = ""
    heard: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.heard.append(self.headers.get("Authorization", ""))
        refused = self.wanted and self.heard[-1] != self.wanted
        self.send_response(401 if refused else self.status)
        if refused:
            self.send_header("WWW-Authenticate", 'Basic realm="all"')
        self.send_header("Content-Type", self.media_type)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def guarded() -> Iterator[tuple[str, type[Guarded]]]:
    handler = type("Handler", (Guarded,), {"heard": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql", handler
        server.shutdown()


def test_basic_credentials_are_sent_when_asked_for_and_kept_from_then_on(guarded: tuple[str, type[Guarded]]) -> None:
    url, handler = guarded
    handler.wanted = "Basic bWU6Y29ycmVjdCBob3JzZQ=="
    environ = {"G7GRAPH_STORE_USER": "me", "G7GRAPH_STORE_PASSWORD": SECRET}
    remote = RemoteStore(Address.read(url, environ), wants_union=False)
    assert values(remote.table("ASK {}")) == [[True]]
    assert handler.heard[:2] == ["", handler.wanted]
    assert set(handler.heard[2:]) == {handler.wanted}


def test_a_token_is_sent_at_once(guarded: tuple[str, type[Guarded]]) -> None:
    url, handler = guarded
    remote = RemoteStore(Address.read(url, {"G7GRAPH_STORE_TOKEN": SECRET}), wants_union=False)
    remote.table("ASK {}")
    assert set(handler.heard) == {f"Bearer {SECRET}"}
    assert SECRET not in repr(remote.address)


@pytest.mark.parametrize(
    ("status", "media_type", "answer", "expected"),
    [
        (302, "text/plain", b"elsewhere", StoreError),
        (200, "text/html", b"<p>welcome</p>", StoreError),
        (200, "application/sparql-results+json", b'{"head":', StoreError),
        (500, "text/plain", b"broken", StoreError),
        (503, "text/plain", b"Query timed out", Limited),
        (400, "text/plain", b"Parse error: line 3, column 7: no", QueryError),
        (403, "text/html", b"<h1>no</h1>", StoreError),
    ],
)
def test_strange_answers_are_errors(
    guarded: tuple[str, type[Guarded]], status: int, media_type: str, answer: bytes, expected: type[G7Error]
) -> None:
    url, handler = guarded
    remote = RemoteStore(Address(url), wants_union=False)
    assert remote.abilities.asks
    handler.status, handler.media_type, handler.answer = status, media_type, answer
    ask: dict[bool, Callable[[], object]] = {
        True: lambda: remote.answer(Question("ASK {}"), "json", Asker()),
        False: lambda: remote.table("ASK {}"),
    }
    with pytest.raises(expected) as found:
        ask[expected is QueryError]()  # of a question of ours the service is to blame
    if isinstance(found.value, QueryError):
        assert (found.value.line, found.value.column) == (3, 7)


def test_a_question_of_ours_that_is_refused_is_not_the_fault_of_who_asks(
    guarded: tuple[str, type[Guarded]], project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    url, handler = guarded
    remote = RemoteStore(Address(url))
    site = create_app(project, remote).test_client()
    assert remote.abilities.asks
    handler.status, handler.media_type, handler.answer = 400, "text/plain", b"Virtuoso 22023 Error SR353: no"
    for address in ("/reconcile", "/api/queries/projects.csv", "/sparql?query=ASK%7B%7D"):
        response = site.get(address)
        assert (response.status_code, response.json and response.json["type"]) == (502, f"{PROBLEM}store-remote")
        assert "SR353" not in response.text
    assert "SR353" in capfd.readouterr().err


def test_a_version_that_the_operator_states_lets_answers_be_kept(guarded: tuple[str, type[Guarded]]) -> None:
    address = Address.read(guarded[0], {"G7GRAPH_STORE_VERSION": "2026-11"})
    assert RemoteStore(address).version == "2026-11"
    assert RemoteStore(guarded[0]).version == ""


@pytest.mark.parametrize(
    "text", ["DROP ALL", "SELECT * { SERVICE <http://x/> {} }", "# a\nPREFIX a: <b>\nINSERT DATA {}"]
)
def test_what_is_no_query_never_leaves(guarded: tuple[str, type[Guarded]], text: str) -> None:
    url, handler = guarded
    with pytest.raises(QueryError):
        RemoteStore(Address(url)).table(text)
    assert handler.heard == []


@pytest.mark.parametrize(
    ("call", "column"),
    [
        ('bif:http_get("http://127.0.0.1:1/")', 9),
        ('<bif:http_get>("http://127.0.0.1:1/")', 10),
        (r'<\u0062if:http_get>("http://127.0.0.1:1/")', 10),
        ('<http_get>("http://127.0.0.1:1/")', 9),
        ("sql:SPARQL_EVAL (1)", 9),
        ("<java:com.example.Fetch> # comment\n (1)", 10),
        ('STRLEN("bif:http_get(1)")', 17),
        ("STRLEN('a') /* bif:http_get */", 24),
        ("fetch:it(1)", 9),
    ],
)
def test_functions_of_an_engine_itself_are_not_called(
    guarded: tuple[str, type[Guarded]], call: str, column: int
) -> None:
    url, handler = guarded
    store = RemoteStore(Address(url, update=url))
    asked = f"SELECT ({call} AS ?x) {{}}"
    with pytest.raises(QueryError) as refused:
        store.table(asked)
    assert (refused.value.key, refused.value.values["column"]) == ("own_function", column)
    update = Change(Kind.UPDATE, "ana", text=f"INSERT {{ <http://x/> <http://x/> ?x }} WHERE {{ {asked} }}")
    with pytest.raises(QueryError) as refused:
        RemoteWriter(store).apply(update)
    assert refused.value.key == "own_function"
    assert handler.heard == []


def test_a_prefix_stands_for_a_function_of_an_engine_itself(guarded: tuple[str, type[Guarded]]) -> None:
    url, handler = guarded
    for prefix in (
        "b: <bif:>",
        "b: <SPECIAL::bif:http>",
        "b: <java:a.B.>",
        "b: <get>",
        "b: <http://x/> PREFIX b: <x:>",
    ):
        with pytest.raises(QueryError) as refused:
            RemoteStore(Address(url)).table(f"PREFIX {prefix} SELECT (b:_get(1) AS ?x) {{}}")
        assert refused.value.key == "own_function"
    assert handler.heard == []


@OXIGRAPH
def test_functions_by_name_are_passed_on() -> None:
    with oxigraph() as address:
        asked = """PREFIX x: <http://www.w3.org/2001/XMLSchema#> PREFIX p: <urn:p:>
SELECT (x:integer("1") AS ?a) (<http://www.w3.org/2001/XMLSchema#integer>("2") AS ?b) {
  FILTER(1 IN (1)) OPTIONAL { ?s p:p (1 2) ; <http://example.org/bif#sql> ?o } }"""
        assert RemoteStore(address).table(asked).records() == [{"a": 1, "b": 2}]


@pytest.mark.parametrize("url", ["ftp://example.org/sparql", "http://", "file:///etc/passwd"])
def test_a_remote_store_is_an_http_service(url: str) -> None:
    with pytest.raises(StoreError):
        Address.read(url, {})


def test_our_credentials_are_taken_out_of_what_others_say() -> None:
    address = Address("http://db.internal:8890/sparql", user="me", password=SECRET, token="sesame")  # noqa: S106
    said = address.hidden(f"http://db.internal:8890/ refused me with {SECRET} at db.internal, sesame")
    assert not {"db.internal", "8890", "horse", "sesame"} & set(said.replace("/", " ").split())


@pytest.mark.parametrize("query", ["4.4", "comisiones EITI", "áncash", "pizarra opinion"])
def test_a_search_finds_the_same_here_and_there(
    loaded: tuple[str, Address],
    site: FlaskClient,
    project: Project,
    store: LocalStore,
    query: str,
) -> None:
    """The order of equals is the engine's own."""
    if (loaded[0], query) == ("virtuoso", "pizarra opinion"):
        pytest.xfail("it folds no accent in what REPLACE has given; docs/stores.md")
    address = "/search.json?lang=en&q=" + query
    there, here = (one.get(address).json for one in (site, create_app(project, store).test_client()))
    assert there is not None
    assert here is not None
    assert here["total"] > 0
    assert {hit["iri"]: hit["exact"] for hit in there["hits"]} == {hit["iri"]: hit["exact"] for hit in here["hits"]}


def test_changes_and_the_context_are_the_same_here_and_there(
    site: FlaskClient, project: Project, store: LocalStore
) -> None:
    here = create_app(project, store).test_client()
    for address in ("/changes.atom?lang=es", "/changes.nt", "/context.jsonld"):
        assert site.get(address).data == here.get(address).data


def test_names_are_matched_and_the_site_is_mapped_the_same_here_and_there(
    site: FlaskClient, project: Project, store: LocalStore
) -> None:
    """Virtuoso sorts no more than 10,000 rows for a LIMIT, and has no text begin with an empty one."""
    here = create_app(project, store).test_client()
    asked = urlencode({"queries": json.dumps({"a": {"query": "Agencia de Canadá"}, "b": {"query": "Cajamarca"}})})
    for address in ("/reconcile", f"/reconcile?{asked}", "/sitemap.xml", "/sitemap-a.xml"):
        there = site.get(address)
        assert (there.status_code, there.data) == (200, here.get(address).data)
    assert there.text.count("<loc>") > 50


def test_the_description_of_the_service_asks_each_question_once(
    site: FlaskClient, project: Project, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []
    answer = Fetch.answer

    def counted(self: Fetch, question: Question, *given: Any) -> str:
        asked.append(question)
        return answer(self, question, *given)

    monkeypatch.setattr(Fetch, "answer", counted)
    there, here = (one.get("/openapi.json") for one in (site, create_app(project, store).test_client()))
    assert there.status_code == 200
    assert there.json
    assert here.json
    assert there.json["paths"].keys() == here.json["paths"].keys()
    assert len(asked) == len(set(asked)) < 50


@pytest.mark.parametrize("form", ["json", "tsv"])
def test_literals_keep_the_white_space_at_their_ends(remote: RemoteStore, form: str) -> None:
    text = (
        r"""SELECT ("  lead" AS ?a) ("trail \n" AS ?b) (" " AS ?c) ("\r\na\r\n" AS ?d) (" x "@es AS ?e) ("" AS ?f) {}"""
    )
    meant = ["  lead", "trail \n", " ", "\r\na\r\n", " x ", ""]
    assert values(remote.table(text)) == [meant]
    with remote.answer(Question(text), form, Asker()) as out:
        found = ox.parse_query_results(out.read(), format=RESULTS[form])
    assert isinstance(found, ox.QuerySolutions)
    assert [[cell.value for cell in row] for row in found] == [meant]
