"""What is sent to a remote store is standard SPARQL, and means there what it means in memory."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pyoxigraph as ox
import pytest

from g7graph import vocab
from g7graph.errors import G7Error, Limited, QueryError
from g7graph.store import Asker, Question
from g7graph.store.address import Address
from g7graph.store.change import Change, Kind
from g7graph.store.guard import BASE
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.mistakes import mistake
from g7graph.store.remote import RemoteStore
from g7graph.store.remote_writer import RemoteWriter
from g7graph.store.standard import standard
from g7graph.store.update import applied
from tests.engines import oxigraph, oxigraph_program, virtuoso, virtuoso_program

OXIGRAPH = pytest.mark.skipif(oxigraph_program() is None, reason="oxigraph is not installed (PyPI package oxigraph)")
VIRTUOSO = pytest.mark.skipif(virtuoso_program() is None, reason="Virtuoso is not installed (virtuoso-opensource)")
ENGINES = [pytest.param("oxigraph", marks=OXIGRAPH), pytest.param("virtuoso", marks=VIRTUOSO)]
#: Nobody is there: what leaves is no QueryError.
AWAY = Address("http://127.0.0.1:1/query", update="http://127.0.0.1:1/update")
GRAPH = vocab.BASE + "graph/notes/n1"

FETCHING = """SELECT * FROM <https://w3id.org/g7graph/graph/topics>
OPTION (get:uri "http://127.0.0.1:{port}/x", get:soft "replacing", get:method "GET") {{ ?s ?p ?o }} LIMIT 1"""
EXTENSIONS = [
    ('SELECT * FROM <http://x/g> OPTION (get:uri "http://x/") { ?s ?p ?o }', 1, 28),
    ('PREFIX get: <http://x/>\nSELECT * FROM <http://x/g> OPTION (get:uri "http://x/") { ?s ?p ?o }', 2, 28),
    ("DEFINE input:default-graph-uri <http://x/> SELECT * { ?s ?p ?o }", 1, 1),
    ("SELECT * { ?s <http://x/p> ?o OPTION (TRANSITIVE, t_in(?s), t_out(?o)) }", 1, 31),
    ("SELECT * { { SELECT ?s ?o { ?s ?p ?o } } OPTION (transitive) }", 1, 42),
    ("SELECT (`1` AS ?x) {}", 1, 9),
    ("SELECT * { LET (?x := 1) }", 1, 12),
    ("SELECT * { ?s ?p ?o NOT EXISTS { ?s ?p 1 } } WITH 1", 1, 21),
    ("SELECT (SAMPLE(?x) ?y) { ?x ?p ?o }", 1, 20),
]
HIDDEN = [
    "SELECT * { ?s ?p '''OPTION (get:uri \"http://x/\")''' }",
    "SELECT * { ?s ?p ?o } # DEFINE input:grab-all",
    'SELECT * { ?s ?p "define get:soft" }',
    r'SELECT * { ?s ?p "d\u0065fine g\u0065t:soft" }',
]
MISTAKES = [
    "SELECT {x",
    "SELECT * {?s ?p ?o} ORDER BY",
    "SELEC * {}",
    "SELECT * { ?s ?p ?o",
    "ASK { ?s x:y 1 }",
    "ASK {}\n}",
]
PLAIN = [
    'SELECT * { ?s ?p "option" }',
    "PREFIX get: <http://x/> SELECT * { ?s get:uri ?o ; get:soft 1 }",
    'PREFIX input: <http://x/> SELECT * { ?s input:a "input:b" } # get:all',
    'SELECT * { ?s ?p "define it" FILTER(?s = TRUE) }',
    'SELECT * { ?s ?p "Optional (get it)" }',
    r'SELECT * { ?s ?p "\u00e9", "\\u0041", "\\\\" }',
]


@pytest.fixture(scope="module", params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    folder = tmp_path_factory.mktemp("virtuoso")
    with oxigraph() if request.param == "oxigraph" else virtuoso(folder) as found:
        yield found


@pytest.fixture
def remote(address: Address) -> RemoteStore:
    return RemoteStore(address, wants_union=False)


def local() -> LocalStore:
    return LocalStore(ox.Store(), version="")


def refused_query(text: str) -> QueryError:
    with pytest.raises(QueryError) as refused:
        RemoteStore(AWAY).table(text)
    return refused.value


def refused_update(text: str, limits: Limits | None = None) -> QueryError:
    with pytest.raises(QueryError) as refused:
        RemoteWriter(RemoteStore(AWAY), limits=limits).apply(Change(Kind.UPDATE, "ana", text=text))
    return refused.value


def test_virtuoso_is_not_made_to_fetch(address: Address) -> None:
    """Its powerful account would: the graph was replaced by what anybody's address answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        text = FETCHING.format(port=server.getsockname()[1])
        powerful = RemoteStore(Address(address.update, user=address.user, password=address.password))
        with pytest.raises(QueryError) as refused:
            powerful.table(text)
        with pytest.raises(TimeoutError):
            server.accept()
    assert (refused.value.key, refused.value.line, refused.value.column) == ("syntax", 2, 1)


@pytest.mark.parametrize(("text", "line", "column"), EXTENSIONS)
def test_what_only_one_engine_understands_is_a_mistake(text: str, line: int, column: int) -> None:
    found = refused_query(text)
    assert (found.key, found.line, found.column) == ("syntax", line, column)
    assert "«" in found.text("es")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("DEFINE sql:log-enable 3 INSERT DATA {}", 8),
        ("DEFINE input:x 1 INSERT DATA {}", 1),
        ("INSERT INTO <http://x/> { <http://x/a> <http://x/a> 1 }", 8),
        ("DELETE FROM <http://x/> { ?s ?p ?o } WHERE { ?s ?p ?o }", 8),
        ("INSERT { <http://x/a> <http://x/a> ?x } WHERE { LET (?x := 1) }", 49),
    ],
)
def test_an_update_that_only_one_engine_understands_is_a_mistake(text: str, column: int) -> None:
    assert refused_update(text).column == column


@pytest.mark.parametrize("text", HIDDEN)
def test_what_an_engine_may_take_as_told_to_it_is_refused_wherever_it_stands(text: str) -> None:
    assert refused_query(text).key == "own_function"
    assert refused_update(f"INSERT {{ ?s ?p 1 }} WHERE {{ {{ {text}\n }} }}").key == "own_function"


@pytest.mark.parametrize("text", [r'ASK { ?s ?p "\u0022 LET (?x := 1) #" }', "ASK {} # \\u000a LET"])
def test_a_text_is_standard_as_those_read_it_too_who_resolve_escapes_first(text: str) -> None:
    assert refused_query(text).key == "syntax"


def test_a_mistake_behind_escapes_is_told_at_its_place() -> None:
    found = refused_query('ASK { ?s ?p "\\u00e9\\u00e9" ; ?q "\\u0022 x" }')
    assert (found.line, found.column) == (1, 41)


@pytest.mark.parametrize("text", PLAIN)
def test_usual_texts_with_these_words_pass(text: str) -> None:
    with pytest.raises(G7Error) as failed:
        RemoteStore(AWAY).table(text)
    assert failed.value.key == "store_remote"


@pytest.mark.parametrize("text", MISTAKES)
@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_a_mistake_is_told_as_over_memory(text: str, lang: str) -> None:
    with pytest.raises(QueryError) as expected:
        local().table(text)
    found = refused_query(text)
    assert (found.line, found.column, found.text(lang)) == (
        expected.value.line,
        expected.value.column,
        expected.value.text(lang),
    )


def test_a_mistake_of_a_long_update_is_looked_for_apart() -> None:
    limits = Limits(query_characters=20)
    text = "PREFIX x: <http://x/> INSERT DATA { x:a x:b 1 } ;\nPREFIX y: <http://y/> INSERT DATA { y:a y:b }"
    for found in (refused_update(text), refused_update(text, limits)):
        assert (found.line, found.column) == (2, 45)
    long = "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(1" + "+1" * 400_000 + ") }"
    with pytest.raises(G7Error) as ended:
        RemoteWriter(RemoteStore(AWAY), limits=Limits(seconds=0.1)).apply(Change(Kind.UPDATE, "ana", text=long))
    assert ended.value.key == "change_too_long"


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s <p>" + "/<p>" * 12_400 + " ?o }",
        "ASK { ?s <p>" + "|<p>" * 12_400 + " ?o",
        "SELECT (1" + "+1" * 24_900 + " AS ?x) {}",
        "ASK {" + "FILTER EXISTS {" * 199 + "}" * 199 + "}",
        "ASK { FILTER(" + "STR(" * 198 + "1" + ")" * 198 + ") }",
    ],
    ids=lambda text: text[:20],
)
def test_no_text_ends_the_service_that_looks_at_it(text: str) -> None:
    """Its threads have stacks of 2 MB."""
    before = threading.stack_size(2 * 1024 * 1024)
    try:
        with ThreadPoolExecutor(1) as server:
            found = server.submit(mistake, text, updates=False)
    finally:
        threading.stack_size(before)
    assert (found.result() is None) == text.endswith("}")


def test_what_is_relative_is_resolved_as_in_memory(remote: RemoteStore) -> None:
    for asked in (
        "SELECT (<y> AS ?b) {}",
        "SELECT (<//elsewhere/y> AS ?b) {}",
        "PREFIX p: <q#> SELECT (p:y AS ?b) {}",
        "BASE <http://example.org/a/b> SELECT (<y> AS ?b) {}",
        "# where\nSELECT (<http://example.org/a> AS ?b) (<> AS ?c) {}",
    ):
        assert remote.table(asked).rows == local().table(asked).rows, asked


@OXIGRAPH
def test_functions_that_resolve_do_so_as_in_memory() -> None:
    """Virtuoso's `IRI` resolves nothing."""
    with oxigraph() as engine:
        for asked in ('SELECT (IRI("y") AS ?b) {}', 'SELECT (uri("../y") AS ?b) {}'):
            assert RemoteStore(engine, wants_union=False).table(asked).rows == local().table(asked).rows


def test_updates_and_graphs_that_are_relative_are_resolved_as_in_memory(remote: RemoteStore) -> None:
    text = """INSERT DATA { GRAPH <graph/notes/n1> { <a> <b> <c> } } ;
PREFIX x: <x#> INSERT { GRAPH <graph/notes/n1> { ?s x:d ?o } } WHERE { GRAPH <graph/notes/n1> { ?s <b> ?o } }"""
    store = ox.Store()
    change = Change(Kind.UPDATE, "ana", text=text)
    applied(store, change, union=False)
    RemoteWriter(remote).apply(change)
    asked = "SELECT ?s ?p ?o FROM <graph/notes/n1> WHERE { ?s ?p ?o } ORDER BY ?p"
    expected = LocalStore(store, version="", union=False).table(asked).rows
    assert len(expected) == 2
    assert remote.table(asked).rows == expected
    assert remote.table(asked.replace("graph/notes/n1", GRAPH)).rows == expected
    RemoteWriter(remote).apply(Change(Kind.UPDATE, "ana", text="DROP SILENT GRAPH <graph/notes/n1>"))


def test_a_place_that_the_engine_tells_is_of_the_text_that_was_asked() -> None:
    sent = standard("ASK { <y> ?p 1 }", updates=False)
    assert sent.text.startswith(f"BASE <{BASE}> ")
    assert sent.offset(sent.text.index("<y>")) == sent.original.index("<y>")


def test_graphs_beside_the_text_are_absolute() -> None:
    for default, named in (("graph/x", None), (None, "graph/x")):
        with pytest.raises(QueryError) as refused:
            RemoteStore(AWAY).query("ASK {}", default_graphs=default and [default], named_graphs=named and [named])
        assert refused.value.key == "not_an_iri"
    for change in (
        Change(Kind.UPDATE, "ana", text="DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", using=("graph/x",)),
        Change(Kind.UPDATE, "ana", text="DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", using_named=("graph/x",)),
    ):
        with pytest.raises(QueryError) as refused:
            RemoteWriter(RemoteStore(AWAY, wants_union=False)).apply(change)
        assert refused.value.key == "not_an_iri"


@pytest.mark.parametrize(
    ("begin", "part", "end"),
    [
        ("ASK { ?s a", "/a", " ?o }"),
        ("ASK { ?s ?p ?o ", "MINUS { ?s ?p 1 } ", "}"),
        ("ASK { ", "?s ?p ?o . ", "}"),
        ("ASK { FILTER(1", "+1", ") }"),
    ],
)
def test_a_query_of_very_many_parts_never_leaves(begin: str, part: str, end: str) -> None:
    with pytest.raises(QueryError) as refused:
        standard(begin + 600 * part + end, updates=False)
    assert (refused.value.key, refused.value.values["limit"]) == ("many_parts", 500)
    assert standard(begin + 400 * part + end, updates=False).text
    rows = " ".join(f"<http://x/{number}>" for number in range(2_000))
    assert standard(f"SELECT * {{ VALUES ?s {{ {rows} }} ?s ?p ?o }}", updates=False).text


@OXIGRAPH
def test_an_engine_outlives_many_parts() -> None:
    with oxigraph() as address:
        store = RemoteStore(address, limits=Limits(seconds=2))
        for part in ("BIND(1 AS ?b{}) ", "MINUS { ?s ?p 1 } ", "FILTER EXISTS { ?s ?p 1 } "):
            text = "ASK { ?s ?p ?o " + "".join(part.replace("{}", str(number)) for number in range(490)) + "}"
            with suppress(Limited):
                store.table(text)
        assert len(store.table("SELECT * {}")) == 1


@OXIGRAPH
def test_an_engine_outlives_a_sort_of_values_of_several_kinds() -> None:
    form = '"{0}"@es, "{0}", {0}, "2014-{1:02}"^^xsd:gYearMonth'
    values = ", ".join(form.format(number, number % 12 + 1) for number in range(40))
    with oxigraph() as address:
        store = RemoteStore(address)
        writer = RemoteWriter(store)
        said = f"GRAPH <{GRAPH}> {{ <http://x/s> <http://x/p> {values} }}"
        said = f"PREFIX xsd: <{vocab.XSD}> INSERT DATA {{ {said} }}"
        writer.apply(Change(Kind.UPDATE, "ana", text=said))
        question = Question("SELECT ?o { ?s ?p ?o } ORDER BY ?o # by value")
        with store.answer(question, "csv", Asker()) as out:
            found = out.read().decode().split()[1:]
        assert len(found) == 132
        assert [one for one in found if one.isdecimal()][:40] == [str(number) for number in range(40)]
        assert len(store.table("SELECT * {}")) == 1
