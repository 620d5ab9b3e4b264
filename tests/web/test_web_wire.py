"""What only the wire shows: bytes that are no proper request, sent to a real service."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from g7graph.project import Project
from tests.web.serving import Answer, Server, answered, serving

HOST = "Host: x\r\nConnection: close\r\n"
QUERY = f"POST /sparql HTTP/1.1\r\n{HOST}Content-Type: application/sparql-query\r\n"
INSIDE = (b"Traceback", b'File "/', b"panicked at", b"site-packages")
FEW = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
PIECES = (
    *"GET POST PUT HEAD OPTIONS / /sparql".split(),
    *"/graph-store * HTTP/1.1 HTTP/1.0 HTTP/9.9 Host: Content-Length: Transfer-Encoding:".split(),
    *"chunked gzip 5 -1 99999999999999999999 ASK{} 0".split(),
    *"ffff Connection: close Upgrade: websocket Expect: 100-continue".split(),
    *("\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", "\0", "\xff", "?query=ASK%7B%7D", ":", "http://evil.example/"),
)


@pytest.fixture(scope="module")
def server(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(small.root, tmp_path_factory.mktemp("temporary")) as one:
        yield one
        assert json.loads(one.ask("ASK { ?s ?p ?o }")[1])["boolean"] is True


def get(server: Server, target: str, more: str = "") -> Answer:
    return server.send(f"GET {target} HTTP/1.1\r\n{HOST}{more}\r\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ("Content-Length: 5\r\n\r\nASK{}", 200),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n", 200),
        ("Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{} ", 400),
        ("Content-Length: -1\r\n\r\nASK{}", 400),
        ("Content-Length: +5\r\n\r\nASK{}", 400),
        ("Content-Length: five\r\n\r\nASK{}", 400),
        ("Content-Length: 99999999999999999999999\r\n\r\nASK{}", 400),
        ("Content-Length: 9999999999\r\n\r\nASK{}", 413),
        ("Transfer-Encoding: gzip\r\n\r\nASK{}", 400),
        ("Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n", 501),
        ("Transfer-Encoding: xchunked\r\n\r\n5\r\nASK{}\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\n\r\nfive\r\nASK{}\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nASK{}\r\n0\r\n\r\n", 400),
        ("Transfer-Encoding: chunked\r\n\r\n" + f"10000\r\n{' ' * 65_536}\r\n" * 20 + "0\r\n\r\n", 413),
        ("Content-Length: 5\r\nExpect: 100-continue\r\n\r\nASK{}", 100),
    ],
)
def test_a_body_of_a_doubtful_length_is_no_body(server: Server, more: str, status: int) -> None:
    said = server.send((QUERY + more).encode())
    assert (said.status, said.closed) == (status, True)


def test_one_body_of_two_lengths_is_answered_once(server: Server) -> None:
    """What a proxy may take for another request, we do not: the connection ends with the answer."""
    smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    head = QUERY.replace("Connection: close\r\n", "")
    chunked = f"{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nASK{{}}\r\n0\r\n\r\n{smuggled}"
    with server.connect() as connection:
        connection.sendall(chunked.encode())
        connection.shutdown(socket.SHUT_WR)
        response, _ = answered(connection)
        assert response.status in (200, 400)


@pytest.mark.parametrize(
    "raw",
    [
        "GET /health HTTP/1.1\r\nHost: x\r\nX: a\r\n folded\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n",
        "GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_request_is_refused_and_its_connection_closed(server: Server, raw: str) -> None:
    said = server.send(raw.encode("latin-1"))
    assert (said.status, said.body, said.closed) == (400, b"", True)


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [
        ("1.1", "", 400),
        ("1.0", "", 200),
        ("1.1", "Host: my_service:8000\r\n", 200),
        ("1.1", "Host: a\r\nHost: b\r\n", 400),
        ("1.1", 'Host: a"b\r\n', 400),
        ("1.0", "Host: a b\r\n", 400),
    ],
)
def test_a_request_says_which_host_it_asks_once(server: Server, version: str, hosts: str, status: int) -> None:
    raw = f"GET /robots.txt HTTP/{version}\r\n{hosts}Connection: close\r\n\r\n"
    assert server.send(raw.encode()).status == status


@pytest.mark.parametrize(
    ("target", "more", "status"),
    [
        ("/" + "a" * 70_000, "", 414),
        ("/health", "X: " + "a" * 300_000 + "\r\n", 431),  # the last read may bring as much again as the limit
        ("/health", "X: a\r\n" * 200, 431),
        ("/", "Accept: " + "a/b," * 20_000 + "\r\n", 431),
        ("/", "Accept-Language: " + "aa," * 25_000 + "\r\n", 431),
        ("/", "If-None-Match: " + '"a",' * 17_000 + "\r\n", 431),
    ],
)
def test_what_is_too_long_is_refused(server: Server, target: str, more: str, status: int) -> None:
    assert get(server, target, more).status == status


@pytest.mark.parametrize(
    "target",
    [
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/..%2f..%2fpyproject.toml",
        "/static/%5c..%5c..%5cpyproject.toml",
        "/graph/../../data/ttl/indicators.ttl",
        "/graph-store/..%2f..%2fontology",
        "//evil.example/id/indicator/4.4",
    ],
)
def test_no_path_leads_out(server: Server, target: str) -> None:
    said = get(server, target)
    assert said.status in (400, 404)
    assert said.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "target",
    [
        "/id/indicator/4.4%0d%0aX-Injected:%20y",
        "/doc/indicator/4.4%0d%0aX-Injected:%20y",
        "/?lang=%0d%0aX-Injected:%20y",
        "/sparql?query=ASK%7B%7D&format=%0d%0aX-Injected:%20y",
        "/graph-store?graph=http://x/%0d%0aX-Injected:%20y",
        "/static//x%0d%0aX-Injected:%20y",
    ],
)
def test_no_line_break_gets_into_a_header(server: Server, target: str) -> None:
    said = get(server, target)
    assert "x-injected" not in said.headers
    assert said.status < 500


@pytest.mark.parametrize("scheme", ["http", "https", "ftp"])
def test_an_absolute_target_is_a_path_here(server: Server, scheme: str) -> None:
    said = get(server, f"{scheme}://evil.example/id/indicator/4.4")
    assert (said.status, said.headers["location"]) == (303, "/doc/indicator/4.4")


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PATCH", "PROPFIND", "A" * 1000])
def test_a_method_that_is_none_of_ours_is_refused_and_nothing_echoed(server: Server, method: str) -> None:
    target = "evil.example:443" if method == "CONNECT" else "/"
    said = server.send(f"{method} {target} HTTP/1.1\r\n{HOST}X-Secret: told\r\n\r\n".encode())
    assert said.status in (404, 405)
    assert b"told" not in said.raw


def test_a_connection_is_not_taken_over_by_another_protocol(server: Server) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    with server.connect() as connection:
        connection.sendall(f"GET /health HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        assert answered(connection)[0].status == 200


@FEW
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30))
def test_whatever_comes_over_the_wire_nothing_breaks(server: Server, pieces: list[str]) -> None:
    with server.connect() as connection:
        connection.sendall("".join(pieces).encode("latin-1"))
        connection.shutdown(socket.SHUT_WR)
        raw = b""
        while data := connection.recv(65_536):
            raw += data
    said = Answer(raw, closed=True)
    assert said.status < 500
    assert not any(word in raw for word in INSIDE)
