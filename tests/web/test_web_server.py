"""The production server on the loopback, asked by real clients."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import rdflib
from SPARQLWrapper import CSV, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from g7graph.project import Project
from g7graph.store.remote import RemoteStore
from g7graph.web import create_app
from g7graph.web.options import Options
from g7graph.web.refusals import Refused
from g7graph.web.serve import serve

START = """
import sys
from pathlib import Path
from g7graph.project import Project
from g7graph.web.options import Options
from g7graph.web.serve import serve
serve(Project.find(Path(sys.argv[1])), Options(port=int(sys.argv[2]), store=sys.argv[3]))
"""
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
CODES = "SELECT ?code { ?i <http://www.w3.org/2004/02/skos/core#notation> ?code } ORDER BY ?code"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
START_SECONDS = 30


@pytest.fixture(scope="module", params=["memory", "disk"])
def url(small: Project, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the small framework, with its store in memory or on disk."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = "memory" if request.param == "memory" else str(tmp_path_factory.mktemp("disk") / "store")
    process = subprocess.Popen([sys.executable, "-c", START, str(small.root), str(port), store])
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            get(f"{address}/health")
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        else:
            return


def get(address: str, **headers: str) -> bytes:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request) as response:  # noqa: S310
        return bytes(response.read())


@pytest.mark.parametrize("method", ["GET", POST, POSTDIRECTLY])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_reads_tables(url: str, method: str, form: str) -> None:
    client = SPARQLWrapper(f"{url}/sparql")
    client.setMethod(POST if method == POSTDIRECTLY else method)
    if method == POSTDIRECTLY:
        client.setRequestMethod(POSTDIRECTLY)
    client.setQuery(CODES)
    client.setReturnFormat(form)
    body = client.query().response.read()
    assert b"4.4" in body
    assert b"9.1" in body
    if form == JSON:
        assert json.loads(body)["head"]["vars"] == ["code"]


@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(url: str, form: str) -> None:
    client = SPARQLWrapper(f"{url}/sparql")
    client.setQuery("DESCRIBE <https://w3id.org/g7graph/id/indicator/4.4>")
    client.setReturnFormat(form)
    found = client.query()
    names = {TURTLE: "turtle", N3: "turtle", RDFXML: "xml", JSONLD: "json-ld"}
    graph = rdflib.Graph().parse(data=found.response.read(), format=names[form])
    indicator = rdflib.URIRef("https://w3id.org/g7graph/id/indicator/4.4")
    assert graph.value(indicator, rdflib.SKOS.notation) == rdflib.Literal("4.4")


def test_sparqlwrapper_is_told_of_a_query_that_does_not_parse(url: str) -> None:
    client = SPARQLWrapper(f"{url}/sparql")
    client.setQuery("SELECT * { ?s ?p ?o } LIMIT x")
    with pytest.raises(QueryBadFormed, match="1, columna 2"):
        client.query()


def test_rdflib_follows_a_thing_to_its_document(url: str) -> None:
    graph = rdflib.Graph().parse(f"{url}/id/indicator/4.4")
    indicator = rdflib.URIRef("https://w3id.org/g7graph/id/indicator/4.4")
    assert graph.value(indicator, rdflib.SKOS.notation) == rdflib.Literal("4.4")


def test_many_clients_at_once_get_their_own_answers(url: str) -> None:
    """Tables, graphs, pages and large answers side by side: none is mixed up, and the server lives."""
    addresses = [
        f"{url}/api/queries/indicators.csv?indicator=4.4",
        f"{url}/api/queries/indicators.csv?indicator=9.1",
        f"{url}/doc/indicator/4.4.nt",
        f"{url}/graph/indicators.ttl",
        f"{url}/",
    ]
    once = {address: get(address) for address in addresses}
    with ThreadPoolExecutor(8) as pool:
        work = [address for n in range(20) for address in (f"{one}#{n}" for one in addresses)]
        answers = list(pool.map(lambda one: (one.partition("#")[0], get(one)), work))
    assert all(once[address] == body for address, body in answers)


def test_large_answers_are_whole(url: str) -> None:
    count = int(json.loads(get(f"{url}/sparql?query={quote(COUNT)}"))["results"]["bindings"][0]["n"]["value"])
    table = get(f"{url}/sparql?query={quote(PAIRS)}", Accept="text/csv").decode()
    assert sum(1 for _ in csv.reader(io.StringIO(table, newline=""))) == count**2 + 1


def test_a_query_waits_its_turn(url: str) -> None:
    asks = [f"{url}/sparql?query={quote('ASK {}' + ' ' * n)}" for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        assert all(json.loads(body)["boolean"] for body in pool.map(get, asks))


def test_a_service_can_be_served_by_another(url: str, small: Project) -> None:
    client = create_app(small, RemoteStore(f"{url}/sparql")).test_client()
    assert "Gobiernos locales" in client.get("/api/queries/indicators.csv").text
    assert b"4.4" in client.get("/doc/indicator/4.4.ttl").data
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 200
    assert json.loads(client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"}).data)["boolean"] is True
    assert client.get("/sparql", query_string={"query": "SELECT * {"}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "256.1.1.1"])
def test_an_address_that_cannot_be_listened_on_is_said_before_anything_is_loaded(small: Project, host: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refused, match=host):
            serve(small, Options(host=host, port=taken.getsockname()[1]))
