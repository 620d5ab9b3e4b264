"""Which services a query may ask: listed ones, at public addresses."""

from __future__ import annotations

import http.server
import shutil
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyoxigraph as ox
import pytest

from g7graph.errors import QueryError, UsageError
from g7graph.project import Project
from g7graph.store.federation import Federation, is_public
from g7graph.store.local import LocalStore
from g7graph.store.mistakes import of_query
from g7graph.store.relay import Relay
from g7graph.web import create_app

SD = "http://www.w3.org/ns/sparql-service-description#"
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
    with pytest.raises(UsageError) as refused:
        Federation((prefix,))
    assert (refused.value.key, refused.value.values) == ("bad_service", {"value": prefix})


ANSWER = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"literal","value":"there"}}]}}'
QUERY = "SELECT ?s {{ SERVICE <{service}> {{ ?s ?p ?o }} }}"


class There(http.server.BaseHTTPRequestHandler):
    """A service: what it answers depends on the path; hosts and paths that it was asked for are kept."""

    asked: ClassVar[list[tuple[str | None, str]]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.headers["Host"], self.path))
        end = self.path.rpartition("/")[2]
        self.send_response(int(end) if end.isdecimal() else 200)
        self.send_header("Location", "/secret")
        self.send_header("Content-Type", "application/sparql-results+json")
        if end != "unmeasured":
            self.send_header("Content-Length", str(len(ANSWER) + 100 * (end == "cut")))
        self.end_headers()
        self.wfile.write(ANSWER[:-10] if end == "unmeasured" else ANSWER)

    do_GET = do_POST  # noqa: N815 - as it is called

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def there() -> Iterator[http.server.ThreadingHTTPServer]:
    There.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), There) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asking(prefix: str, *addresses: list[str], private: bool = True) -> LocalStore:
    """Return a store whose services resolve to each of some addresses in turn, then to the last for ever."""
    turns = [*addresses]
    store = LocalStore(ox.Store(), version="1")
    store.federation = Federation((prefix,), private, lambda _: turns.pop(0) if len(turns) > 1 else turns[0])
    return store


def found(store: LocalStore, text: str) -> list[str]:
    return [str(getattr(row[0], "value", "")) for row in store.table(text).rows]


def failure(store: LocalStore, text: str) -> str:
    """Return what is said of a query that fails; what the engine holds of it goes in this thread."""
    try:
        rows = found(store, text)
    except (OSError, RuntimeError, QueryError) as error:
        return store.unmasked(error.detail if isinstance(error, QueryError) else str(error))
    raise AssertionError(rows)


def test_a_service_is_asked_at_the_address_that_was_checked_by_the_name_it_has(
    there: http.server.ThreadingHTTPServer,
) -> None:
    port = there.server_address[1]
    service = f"http://there.example:{port}/sparql?a=b"
    assert found(asking(service, ["127.0.0.1"]), QUERY.format(service=service)) == ["there"]
    assert There.asked == [(f"there.example:{port}", "/sparql?a=b")]


def test_a_name_that_leads_elsewhere_after_the_check_is_not_followed(there: http.server.ThreadingHTTPServer) -> None:
    service = f"http://there.example:{there.server_address[1]}/sparql"
    store = asking(service, ["9.9.9.9"], ["127.0.0.1"], private=False)
    assert service in failure(store, QUERY.format(service=service))
    assert There.asked == []
    silent = QUERY.format(service=service).replace("SERVICE", "SERVICE SILENT")
    assert found(asking(service, ["9.9.9.9"], ["127.0.0.1"], private=False), silent) == [""]
    assert There.asked == []


def test_the_next_address_is_tried_where_one_does_not_answer(there: http.server.ThreadingHTTPServer) -> None:
    service = f"http://there.example:{there.server_address[1]}/sparql"
    assert found(asking(service, ["127.0.0.2", "127.0.0.1"]), QUERY.format(service=service)) == ["there"]


@pytest.mark.parametrize("end", ["301", "302", "303", "307", "308", "500", "cut", "unmeasured"])
def test_no_redirect_is_followed_and_half_an_answer_is_none(there: http.server.ThreadingHTTPServer, end: str) -> None:
    service = f"http://there.example:{there.server_address[1]}/{end}"
    store = asking(service, ["127.0.0.1"])
    said = failure(store, QUERY.format(service=service))
    assert [path for _, path in There.asked] == [f"/{end}"]
    assert f"{end} " in said or "502 " in said
    for text in (f"{QUERY} LIMIT 1", QUERY.replace("?s", "(COUNT(*) AS ?n)", 1)):  # whose rows there would be
        assert "502 " in failure(store, text.format(service=service)) or end.isdecimal()


def test_a_relay_answers_nobody_who_does_not_know_its_path(there: http.server.ThreadingHTTPServer) -> None:
    relay = Relay(lambda _: ["127.0.0.1"])
    service = f"http://there.example:{there.server_address[1]}/sparql"
    place = relay.of(service)
    known = place.split("/")[3]
    for path in (place.replace(known, "x" * len(known)), place.replace(f"/{known}", "")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(path, b"ASK {}"), timeout=10)  # noqa: S310 - our own
        with refused.value as error:
            assert error.code == 404
    assert There.asked == []
    assert relay.unmasked(f"Error 502 returned by {place} with") == f"Error 502 returned by {service} with"


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
@pytest.mark.parametrize(("name", "answered"), [("there.example", True), ("other.example", False)])
def test_a_certificate_has_to_be_of_the_name_that_is_asked(
    there: http.server.ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, answered: bool
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -addext subjectAltName=DNS:{name}".split()
    command = ["openssl", *made, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    there.socket = context.wrap_socket(there.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    service = f"https://there.example:{there.server_address[1]}/sparql"
    store = asking(service, ["127.0.0.1"])
    if answered:
        assert found(store, QUERY.format(service=service)) == ["there"]
    else:
        assert "certificate" in failure(store, QUERY.format(service=service))
    assert len(There.asked) == answered


def test_a_mistake_behind_a_service_is_placed_in_the_text_that_was_sent(there: http.server.ThreadingHTTPServer) -> None:
    service = f"http://there.example:{there.server_address[1]}/sparql"
    text = f"SELECT * {{\nSERVICE <{service}> {{ ?s ?p ?o }} ?a ?b }} # here"
    with pytest.raises(SyntaxError) as engine:
        ox.Store().query(text)
    with pytest.raises(QueryError) as refused:
        found(asking(service, ["127.0.0.1"]), text)
    expected = of_query(str(engine.value), text)
    assert (refused.value.key, refused.value.line, refused.value.column) == ("syntax", 2, expected.column)
    assert refused.value.detail == expected.detail


@pytest.mark.parametrize("prefixes", [(), (WIKIDATA,)])
def test_the_service_says_of_itself_whether_queries_may_ask_others(tmp_path: Path, prefixes: tuple[str, ...]) -> None:
    (tmp_path / "a.ttl").write_text("<http://x/a> a <http://x/C> .")
    store = LocalStore(ox.Store(), version="1")
    store.federation = Federation(prefixes)
    client = create_app(Project.find(tmp_path / "a.ttl"), store).test_client()
    said = client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert (f"<{SD}feature> <{SD}BasicFederatedQuery>" in said) == bool(prefixes)
