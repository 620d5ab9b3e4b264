"""Which services a query may ask: listed ones, at public addresses."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from g7graph.errors import QueryError, UsageError
from g7graph.store.federation import Federation, is_public

WIKIDATA = "https://query.wikidata.org/sparql"


def open_to(*prefixes: str, private: bool = False, addresses: tuple[str, ...] = ("9.9.9.9",)) -> Federation:
    return Federation(prefixes, private, lambda _: addresses)


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ SERVICE <{WIKIDATA}> {{ ?s ?p ?o }} }}",
        f"SELECT * {{ service silent <{WIKIDATA}?a=b> {{ ?s ?p ?o }} }}",
        "PREFIX w: <https://query.wikidata.org/> SELECT * { SERVICE w:sparql { ?s ?p ?o } }",
        "BASE <https://query.wikidata.org/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
    ],
)
def test_a_listed_service_may_be_asked(text: str) -> None:
    (found,) = open_to(WIKIDATA).check(text)
    assert found.startswith(WIKIDATA)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <https://other.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://query.wikidata.org/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org:8443/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org@other.example/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org/sparql/../admin> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org/sparql/%2e%2e/admin> { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://query.wikidata.org/other> { ?s ?p ?o } }",
        f"SELECT * {{ VALUES ?u {{ <{WIKIDATA}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
        f"SELECT * {{ SERVICE <{WIKIDATA}> {{ SERVICE <http://localhost/> {{ ?s ?p ?o }} }} }}",
        f"SELECT * {{ \\u0053ERVICE <http://localhost/> {{ ?s ?p ?o }} SERVICE <{WIKIDATA}> {{ ?s ?p ?o }} }}",
        "PREFIX w: <http://localhost/> SELECT * { SERVICE w:sparql { ?s ?p ?o } }",
        "SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE unknown:sparql { ?s ?p ?o } }",
        f"LOAD <{WIKIDATA}>",
    ],
)
def test_no_other_service_may_be_asked(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        open_to(WIKIDATA).check(text)
    assert refused.value.key in ("outbound", "service_not_allowed")


def test_a_service_that_has_a_name_is_told_with_its_place() -> None:
    text = "SELECT *\n{ SERVICE <https://other.example/sparql> { ?s ?p ?o } }"
    for federation in (Federation(), open_to(WIKIDATA)):
        with pytest.raises(QueryError) as refused:
            federation.check(text)
        error = refused.value
        found = (error.key, error.detail, error.line, error.column)
        assert found == ("service_not_allowed", "https://other.example/sparql", 2, 11)
    with pytest.raises(QueryError) as away:
        open_to(WIKIDATA, addresses=("10.0.0.1",)).check(f"ASK {{ SERVICE <{WIKIDATA}> {{}} }}")
    assert away.value.key == "service_not_reached"


def test_without_a_list_nothing_is_asked() -> None:
    assert Federation().check('SELECT ?service { ?service ?p "SERVICE <x>" } # SERVICE <x>') == []
    with pytest.raises(QueryError):
        Federation().check(f"ASK {{ SERVICE <{WIKIDATA}> {{}} }}")


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1 255.255.255.255"
    " ::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1::1 fe80::1%eth0 nonsense".split(),
)
def test_an_address_of_our_own_needs_a_second_word(address: str) -> None:
    assert not is_public(address)
    assert not open_to(WIKIDATA, addresses=("9.9.9.9", address)).allows(WIKIDATA)
    assert open_to(WIKIDATA, private=True, addresses=(address,)).allows(WIKIDATA)


@pytest.mark.parametrize("address", ["9.9.9.9", "2620:fe::fe"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_host_that_does_not_resolve_is_not_asked() -> None:
    def fails(_: str) -> list[str]:
        raise OSError

    assert not Federation((WIKIDATA,), resolve=fails).allows(WIKIDATA)
    assert not open_to(WIKIDATA, addresses=()).allows(WIKIDATA)


@pytest.mark.parametrize("prefix", ["ftp://example.org/", "example.org", "https://me@example.org/", "http://x:99999/"])
def test_a_prefix_is_an_http_url(prefix: str) -> None:
    with pytest.raises(UsageError):
        Federation((prefix,))


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A service that sends whoever asks to another path, and the paths it was asked for."""
    asked: list[str] = []

    class Redirecting(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(self.path)
            self.send_response(int(self.path.strip("/")))
            self.send_header("Location", "/secret")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - as it is called

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_engine_follows_no_redirect(elsewhere: tuple[str, list[str]], status: int) -> None:
    address, asked = elsewhere
    text = f"SELECT * {{ SERVICE <{address}/{status}> {{ ?s ?p ?o }} }}"
    Federation((address,), private=True).check(text)
    with pytest.raises((OSError, ValueError, RuntimeError)):
        list(ox.Store().query(text))  # type: ignore[arg-type]  # a SELECT
    assert asked == [f"/{status}"]
