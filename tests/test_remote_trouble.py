"""A remote service that is away or answers otherwise than it should: what clients and the operator are told."""

from __future__ import annotations

import http.server
import io
import json
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask.testing import FlaskClient

from g7graph.errors import Limited, QueryError, StoreError
from g7graph.project import Project
from g7graph.store import Asker, Question
from g7graph.store.abilities import Abilities
from g7graph.store.address import Address
from g7graph.store.change import Change, Document, Kind
from g7graph.store.client import Client
from g7graph.store.fetching import Fetch
from g7graph.store.heard import HEARD
from g7graph.store.limits import Limits
from g7graph.store.remote import RemoteStore
from g7graph.store.remote_writer import RemoteWriter
from g7graph.store.spent import SPENT
from g7graph.store.turns import Turns
from g7graph.web import create_app
from g7graph.web.options import Options
from tests.engines import free_port, oxigraph, oxigraph_program

BROWSER = {"Accept": "text/html"}
GRAPH = "http://example.org/graph"
OXIGRAPH = pytest.mark.skipif(oxigraph_program() is None, reason="oxigraph is not installed (PyPI package oxigraph)")
TERMS = {f"t{n}": f"http://x/{n}" for n in range(12_000)}
#: Each context has all terms of the one around it copied: the engine takes most of a minute for 700 kB.
SLOW = json.dumps({"@context": TERMS, "@graph": [{"@context": {}}] * 20_000}).encode()


@pytest.fixture
def away(project: Project) -> FlaskClient:
    """The framework over a service that nobody runs."""
    return create_app(project, RemoteStore(f"http://127.0.0.1:{free_port()}/query")).test_client()


@pytest.mark.parametrize(("address", "status"), [("/", 502), ("/doc/indicator/4.4", 502), ("/nowhere", 404)])
def test_browsers_get_a_page_that_says_so(away: FlaskClient, address: str, status: int) -> None:
    response = away.get(address, headers=BROWSER)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert f">{status}</span>" in response.text
    assert "127.0.0.1" not in response.text


def test_the_operator_is_told_why_once_and_not_for_each_request(
    away: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for address in ("/health", "/", "/sparql?query=ASK%7B%7D", "/api/queries/projects.csv"):
        assert away.get(address).status_code in (502, 503)
    (line,) = capfd.readouterr().err.splitlines()
    assert "http://127.0.0.1:" in line
    assert "refused" in line


@OXIGRAPH
def test_all_questions_of_a_page_together_have_the_time_of_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that takes its time over each question would keep a thread for a question's limit times twenty."""
    asked: list[float] = []
    answer = Fetch.answer

    def slowly(self: Fetch, question: Question, form: str, asker: Asker, out: Any) -> str:
        asked.append(asker.seconds or 0.0)
        with SPENT.within("eval"):
            time.sleep(0.3)
        return answer(self, question, form, asker, out)

    with oxigraph() as url:
        store = RemoteStore(url, limits=Limits(seconds=0.5))
        client = create_app(project, store, options=Options(limits=Limits(seconds=0.5))).test_client()
        assert store.abilities
        monkeypatch.setattr(Fetch, "answer", slowly)
        response = client.get("/dataset")
        assert len(asked) == 2
        assert asked[1] < 0.3
        assert store.table("ASK {}").rows, "what is asked for nobody's page is not counted with it"
    assert (response.status_code, response.json and response.json["type"].rpartition("/")[2]) == (503, "too-long")
    assert response.json
    assert response.json["limit"] == 0.5, "what was left of it is no limit that anybody set"
    assert response.headers["Server-Timing"].startswith("eval;dur=")


def test_the_limit_that_is_told_is_that_of_a_query_and_not_what_a_page_had_left_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def late(_: Fetch, __: Question, ___: str, asker: Asker, ____: Any) -> str:
        raise Limited.too_long(asker.seconds or 0)

    monkeypatch.setattr(Fetch, "answer", late)
    monkeypatch.setattr(RemoteStore, "abilities", Abilities("", True, frozenset({"json"}), True, True, ()))
    monkeypatch.setattr(SPENT, "most", 30)
    monkeypatch.setattr(SPENT, "seconds", {"eval": 29.969})
    store = RemoteStore("http://127.0.0.1:1/query", wants_union=False)
    for ask, limit in (
        (lambda: store.table("ASK {}"), 30),
        (lambda: store.answer(Question("ASK {}"), "json", Asker(seconds=5)), 5),
    ):
        with pytest.raises(Limited) as refused:
            ask()
        assert refused.value.values["limit"] == limit


@OXIGRAPH
def test_what_was_heard_in_a_request_is_asked_again_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer = Fetch.answer

    def counted(self: Fetch, question: Question, *given: Any) -> str:
        asked.append(question.text)
        return answer(self, question, *given)

    with oxigraph() as url:
        store = RemoteStore(url, wants_union=False)
        assert store.abilities
        monkeypatch.setattr(Fetch, "answer", counted)
        for kept, times in ((True, 1), (False, 2), (True, 1)):
            with HEARD.within(kept=kept):
                assert store.table("ASK {}").rows == store.table("ASK {}").rows
                assert len(asked) == times
            asked.clear()
        store.table("ASK {}")
        monkeypatch.setattr("g7graph.store.heard.MOST_BYTES", 10)
        with HEARD.within(kept=True):
            assert store.table("ASK {}").rows == store.table("ASK {}").rows
    assert len(asked) == 3, "nothing is kept outside a request, nor what there is no room for"


def test_what_clients_do_wrong_is_not_told_to_the_operator(
    away: FlaskClient, capfd: pytest.CaptureFixture[str]
) -> None:
    assert away.get("/sparql?update=no").status_code == 403
    assert away.get("/nowhere", headers=BROWSER).status_code == 404
    assert capfd.readouterr().err == ""


def test_a_service_that_says_nothing_is_to_blame_and_not_who_asks(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = RemoteStore(f"http://127.0.0.1:{silent.getsockname()[1]}/query", limits=Limits(seconds=0.2))
        response = create_app(project, store).test_client().get("/sparql?query=ASK%7B%7D")
    assert (response.status_code, response.json and response.json["type"].rpartition("/")[2]) == (502, "store-remote")


@OXIGRAPH
def test_whoever_asks_a_service_that_hangs_waits_no_longer_than_they_said(project: Project) -> None:
    """Nor do they keep a turn when they have left: also where the graphs are listed that a query is sent with."""
    with oxigraph() as address:
        store = RemoteStore(address)
        assert store.abilities.engine
        port = address.query.split(":")[2].partition("/")[0]
        (engine,) = [one for one in psutil.Process().children() if f"127.0.0.1:{port}" in one.cmdline()]
        engine.suspend()
        try:
            with pytest.raises(Limited) as late:
                store.answer(Question("ASK {}"), "json", Asker(seconds=0.3))
            with pytest.raises(Limited) as left:
                store.answer(Question("ASK {}"), "json", Asker(gone=lambda: True))
            client = create_app(project, store).test_client()
            named = client.get("/sparql", query_string={"query": f"ASK FROM <{GRAPH}> {{}}", "timeout": "0.3"})
        finally:
            engine.resume()
    assert (late.value.key, late.value.values["limit"], left.value.key) == ("too_long", 0.3, "client_gone")
    assert (named.status_code, named.json and named.json["limit"]) == (503, 0.3)


def test_no_client_has_all_that_a_remote_store_can_do(tmp_path: Path) -> None:
    """Nor the fronts' threads: without turns one client's slow queries kept everybody from every page."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limits = Limits(seconds=1.5, together=3, per_client=2, waiting_seconds=0.2)
        store = RemoteStore(f"http://127.0.0.1:{silent.getsockname()[1]}/query", limits=limits)
        store.turns = Turns(tmp_path, limits, all_together=True)
        with ThreadPoolExecutor() as pool:
            asked = [
                pool.submit(store.answer, Question("ASK {}"), "json", Asker(client))
                for client in ("ana", "ana", "ana", "luz", "luz")
            ]
        refused = Counter(getattr(one.exception(), "key", "") for one in asked)
    assert refused == {"store_remote": 3, "too_many": 1, "busy": 1}


@pytest.mark.parametrize(("cut", "key"), [(True, "change_unsure"), (False, "store_remote")])
def test_of_a_change_whose_answer_is_lost_nobody_knows_whether_it_was_made(*, cut: bool, key: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        if not cut:
            server.close()

        def hang_up() -> None:
            connection, _ = server.accept()
            with connection:
                heard = b""
                while b"CLEAR" not in heard:
                    heard += connection.recv(65_536)

        if cut:
            threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(StoreError) as lost:
            writer(Address(url, update=url)).apply(Change(Kind.UPDATE, "tests", text="CLEAR GRAPH <x:y>"))
    assert lost.value.key == key


@OXIGRAPH
def test_a_full_disk_is_told_of_as_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    with oxigraph() as address:
        store = RemoteStore(address, wants_union=False)
        assert store.abilities.asks
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: io.FileIO("/dev/full", "r+b"))
        with pytest.raises(Limited) as refused:
            store.answer(Question("ASK {}"), "json", Asker("ana"))
    assert refused.value.key == "no_room"


class Unmeasured(http.server.BaseHTTPRequestHandler):
    """Answers in HTTP/1.0: where the connection ends the answer ends, whether it was all or not."""

    answer = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", self.headers["Accept"].partition(",")[0])
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def unmeasured() -> Iterator[tuple[Fetch, type[Unmeasured]]]:
    handler = type("Handler", (Unmeasured,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Fetch(Client(Address(f"http://127.0.0.1:{server.server_address[1]}/sparql")), Limits()), handler
        server.shutdown()


def test_an_answer_without_a_length_that_stops_in_the_middle_is_not_passed_on(
    unmeasured: tuple[Fetch, type[Unmeasured]],
) -> None:
    fetch, handler = unmeasured
    whole = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://x/a"}}]}}\n'
    asked = Question("SELECT ?s { ?s ?p ?o }")
    handler.answer, out = whole, io.BytesIO()
    assert fetch.answer(asked, "json", Asker(), out) == "json"
    assert out.getvalue() == whole
    handler.answer = whole[:-10]
    with pytest.raises(StoreError):
        fetch.answer(asked, "json", Asker(), io.BytesIO())


def writer(address: Address, **more: Any) -> RemoteWriter:
    return RemoteWriter(RemoteStore(address, wants_union=False), **more)


def document(body: bytes, form: str) -> Change:
    return Change(Kind.REPLACE, "tests", graph=GRAPH, documents=(Document(body, form, GRAPH),))


def test_the_reading_of_a_document_has_the_limits_of_a_query() -> None:
    away = Address("http://127.0.0.1:1/query", graphs="http://127.0.0.1:1/store")
    with pytest.raises(Limited) as refused:
        writer(away, limits=Limits(seconds=0.5)).apply(document(SLOW, "jsonld"))
    assert (refused.value.key, refused.value.values["limit"]) == ("change_too_long", 0.5)


@OXIGRAPH
def test_what_is_read_within_limits_is_what_was_sent() -> None:
    with oxigraph() as address:
        assert writer(address, limits=Limits()).apply(document('<a> <b> "á"@es , [] .'.encode(), "ttl")).created
        rows = RemoteStore(address).table(f"SELECT ?s ?o {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }} ORDER BY ?o").rows
        assert [str(row[0]) for row in rows] == ["<http://example.org/a>"] * 2
        assert str(rows[1][1]) == '"á"@es'


@OXIGRAPH
@pytest.mark.parametrize(
    ("text", "key"),
    [("CREATE GRAPH <{}>", "graph_exists"), ("MOVE <{}/no> TO <http://x/>", "unknown_graph")],
)
def test_what_is_wrong_with_a_graph_is_said_of_the_update_and_not_of_the_service(text: str, key: str) -> None:
    with oxigraph() as address:
        ours = writer(address)
        ours.apply(document(b"<a> <b> <c> .", "ttl"))
        with pytest.raises(QueryError) as refused:
            ours.apply(Change(Kind.UPDATE, "tests", text=text.format(GRAPH)))
        assert refused.value.key == key
        assert str(refused.value.values["name"]).startswith(GRAPH)
