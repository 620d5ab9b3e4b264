"""Whatever is sent, the answer is whole, declared as what it is, and tells nothing of the inside.

Requests are made of pieces that mean something to the service and of noise; no example is a fault of the service's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from g7graph.build import open_local, open_store
from g7graph.project import Project
from g7graph.store.change import Change, Outcome
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.update import applied
from g7graph.web import create_app
from g7graph.web.options import Options
from g7graph.web.refusals import STATUS

Send = Callable[..., TestResponse]
Headers = dict[str, str]

LIMITS = Limits(seconds=2, memory_bytes=400_000_000)
TOKEN = "a-token-of-some-length"  # noqa: S105 - of this test only
FORM = "application/x-www-form-urlencoded"
INSIDE = (b"Traceback", b'File "/', b"panicked at", b"site-packages")
#: What a request may end in: a limit is none of the service's faults.
LIMITED = (501, 503)
PROBLEM = "application/problem+json"
BOUNDED = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
FEW = settings(BOUNDED, max_examples=25)

PATHS = (
    "/",
    "/sparql",
    "/api/queries",
    "/api/queries/indicators",
    "/api/queries/indicators.csv",
    "/id/indicator/4.4",
    "/doc/indicator/4.4",
    "/doc/indicator/4.4.ttl",
    "/ontology",
    "/shapes",
    "/dataset",
    "/graph/indicators.ttl",
    "/graph-store",
    "/health",
    "/openapi.json",
    "/static/style.css",
    "/problem/syntax",
    "/nothing/here",
    "/reconcile",
    "/reconcile/suggest/entity",
)
FORWARDED_NAMES = ("For", "Proto", "Host", "Prefix", "Port")
MEDIA = ("text/html", "text/turtle", "text/csv", "application/json", "application/sparql-results+json", "*/*", "text/*")
QUALITIES = ("", ";q=0", ";q=1", ";q=0.5", ";q=nan", ";q=inf", ";q=-inf", ";q=1e999", ";q=", ";q", ";q=0;q=1", ";Q=٣")

noise = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)
qualities = st.sampled_from([one for one in QUALITIES if one.isascii()])


def listed(*names: str) -> st.SearchStrategy[str]:
    """Lists as `Accept` headers have them: names, noise, and qualities that are numbers or not."""
    one = st.tuples(st.sampled_from(names) | noise, qualities).map("".join)
    return st.lists(one, max_size=8).map(",".join) | noise | one.map(lambda part: f"{part}," * 2000)


FORWARDED = noise | st.sampled_from(
    ["//evil.example", "/\\evil.example", "/a/../..", "javascript", "https", "a, b", "::1"]
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Accept": listed(*MEDIA),
        "Accept-Language": listed("es", "en", "fr", "en-GB", "*"),
        "Accept-Encoding": listed("gzip", "br", "zstd", "identity", "*"),
        "Accept-Charset": listed("utf-8", "*"),
        "If-None-Match": listed("*", '"a"', 'W/"a"', '"'),
        "If-Modified-Since": noise | st.just("Thu, 01 Jan 1970 00:00:00 GMT"),
        "Range": noise | st.sampled_from(["bytes=0-", "bytes=5-2", "bytes=-1", "bytes=0-0,2-3", "bytes=9999999999-"]),
        "If-Range": noise,
        "Host": noise | st.sampled_from(["a:b:c", "[::1", "..", "http://x/", "x" * 5000]),
        "Authorization": noise | st.sampled_from(["Bearer", "Bearer ", "Basic a", "Basic \xff", "Bearer \xff"]),
        "Cookie": noise,
        "Origin": noise,
        "X-Forwarded-For": noise,
        "User-Agent": noise,
        "Content-Encoding": st.sampled_from(["gzip", "br", "zstd", "identity", "gzip, gzip"]) | noise,
        "Transfer-Encoding": st.sampled_from(["chunked", "gzip"]) | noise,
    },
)
SPARQL_PIECES = (
    *"SELECT ASK CONSTRUCT DESCRIBE WHERE FILTER OPTIONAL UNION MINUS GRAPH SERVICE FROM NAMED BIND VALUES".split(),
    *"UNDEF AS IN NOT EXISTS GROUP BY HAVING ORDER LIMIT OFFSET DISTINCT REDUCED COUNT(*) BASE PREFIX INSERT".split(),
    *"DELETE DATA LOAD CLEAR { } ( ) [ ] . ; , * / | ^ !".split(),
    *"+ - < > = && || ?s ?p ?o $s a 1 -1 1.5 1e9 true @en ^^".split(),
    *'<http://x/> <../a> x:y : _:b "a" \'b\' """c""" "\\u0041" "\\uD800" "\\U00110000" \\u0053ELECT " \''.split(),
    *("IF( STRLEN( REGEX( REPLACE( <<( )>> NaN 99999999999999999999 :p* :p|!:q {?s?p?o}".split()),
    *("<x y>", "#comment", "#SERVICE\n", "\n", "\0", "\x7f", "é", "\U0001d4b3", '"\n"'),
)
GRAPH_FORMS = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "application/trig")
GRAPH_PIECES = (
    *'<a> <b> <c> . { } [ ] ( ) , ; "x" @en ^^ @prefix : _:b "@context" "@id" "http://x/" null 1 true <<'.split(),
    *"<!DOCTYPE <!ENTITY > &a; <![CDATA[ ]]> << >> \ufeff \0 é <file:///etc/passwd> <http://x/remote>".split(),
    "</rdf:RDF>",
    *('<?xml version="1.0"?>', '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'),
)


@pytest.fixture(scope="module")
def app(small: Project) -> Flask:
    return create_app(small, open_store(small), options=Options(limits=LIMITS))


@pytest.fixture(scope="module")
def send(app: Flask) -> Send:
    return sending(app)


@pytest.fixture(scope="module")
def proxied(small: Project) -> Send:
    """What sends to a service that believes what a proxy tells it."""
    limits = replace(LIMITS, together=1, own=1)
    return sending(create_app(small, open_store(small), options=Options(limits=limits, behind_proxy=1)))


@pytest.fixture(scope="module", autouse=True)
def unchanged(send: Send) -> Iterator[None]:
    """However it is asked, what cannot be written stays as it is."""
    before = send("/sparql", "query=ASK%7B%7D").headers["ETag"], whole(send)
    yield
    assert (send("/sparql", "query=ASK%7B%7D").headers["ETag"], whole(send)) == before


def whole(send: Send) -> list[bytes]:
    return sorted(send("/graph-store", "default", headers={"Accept": "application/n-triples"}).data.splitlines())


class Taken:
    """A writer in this process; what it changes is not published."""

    def __init__(self, store: LocalStore) -> None:
        self.store = store

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:  # noqa: ARG002
        created = applied(self.store.inner, change, union=self.store.union)
        return Outcome(created, self.store.version)


@pytest.fixture(scope="module", params=["framework", "plain"])
def write(small: Project, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Send:
    """What sends to a service that can be written, over a framework or somebody's RDF."""
    file = tmp_path_factory.mktemp("plain") / "a.nq"
    file.write_text('<http://x/a> <http://x/p> "1" <http://x/g> .\n')
    project = small if request.param == "framework" else Project.find(Path(file))
    store = open_local(project)
    options = Options(limits=replace(LIMITS, together=1, own=1), tokens={"ana": TOKEN})
    return sending(create_app(project, open_local(project), options=options, writer=Taken(store)))


def sending(app: Flask) -> Send:
    """Return what sends a request as a server passes it on, and holds the answer to what every answer must be."""

    def send(
        path: str, query: str = "", *, method: str = "GET", headers: Headers | None = None, **sent: Any
    ) -> TestResponse:
        body: bytes = sent.get("body", b"")
        environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": BytesIO(body)}
        environ |= {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (headers or {}).items()}
        if body or method != "GET":
            environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": sent.get("media_type", "")}
        answer = app.test_client().open(method=method, environ_overrides=environ)
        sound(answer, method)
        return answer

    return send


def sound(answer: TestResponse, method: str) -> None:
    """Hold an answer to what every answer must be."""
    status, body = answer.status_code, answer.data
    assert 200 <= status < 500 or status in LIMITED, body
    for name, value in answer.headers:
        assert not set(f"{name}{value}") & set("\r\n\0"), name
        assert value.encode("latin-1")
    length = answer.headers.get("Content-Length")
    if length is not None and method != "HEAD" and status != 304:
        assert int(length) == len(body)
    if status in (204, 304):
        assert body == b""
    assert not any(word in body for word in INSIDE)
    assert status == 304 or answer.headers["X-Content-Type-Options"] == "nosniff"
    if status >= 400 and method != "HEAD":
        error_is_a_problem(answer)


def error_is_a_problem(answer: TestResponse) -> None:
    assert answer.headers["Cache-Control"] == "no-store"
    if answer.mimetype == "text/html" or "Content-Encoding" in answer.headers:
        return
    assert answer.mimetype == PROBLEM
    said = json.loads(answer.data)
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]
    kind = said["type"].removeprefix("https://w3id.org/g7graph/problem/").replace("-", "_")
    assert kind == "about:blank" or STATUS[kind] == answer.status_code


@BOUNDED
@given(path=st.sampled_from(PATHS), method=st.sampled_from(["GET", "HEAD", "OPTIONS"]), headers=HEADERS)
@example(path="/static/style.css", method="GET", headers={"Range": "bytes=5-2"})
@example(path="/", method="GET", headers={"Accept-Encoding": "gzip;q=nan, br;q=nan"})
@example(path="/", method="GET", headers={"Accept": "text/html;q=nan"})
@example(path="/sparql", method="GET", headers={"Authorization": "Basic \xff"})
def test_any_headers(send: Send, path: str, method: str, headers: Headers) -> None:
    send(path, "query=ASK%7B%7D" if path == "/sparql" else "", method=method, headers=headers)


@BOUNDED
@given(path=st.sampled_from(PATHS), headers=HEADERS)
def test_what_a_client_has_already_is_not_sent_again(send: Send, path: str, headers: Headers) -> None:
    known = {name: value for name, value in headers.items() if not name.startswith("If-") and name != "Range"}
    query = "query=ASK%7B%7D" if path == "/sparql" else ""
    first = send(path, query, headers=known)
    tag = first.headers.get("ETag", "")
    if first.status_code != 200 or not tag or "no-store" in first.headers["Cache-Control"]:
        return
    again = send(path, query, headers={**known, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["ETag"] == tag
    assert send(path, query, headers=known).data == first.data


@BOUNDED
@given(path=st.sampled_from(PATHS), headers=HEADERS)
def test_head_says_what_get_says_without_the_body(send: Send, path: str, headers: Headers) -> None:
    if path == "/health" or "Range" in headers:
        return  # what it says changes by the moment; of a part, the body is another one
    got, head = (send(path, headers=headers, method=method) for method in ("GET", "HEAD"))
    assert (head.status_code, head.data) == (got.status_code, b"")
    assert lasting(head) == lasting(got)


def lasting(answer: TestResponse) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers if pair[0] not in ("Server-Timing", "Date"))


@BOUNDED
@given(
    path=st.sampled_from(["/", "/id/indicator/4.4", "/doc/indicator/4.4", "/sparql", "/api/queries", "/nothing"]),
    forwarded=st.fixed_dictionaries({}, optional={f"X-Forwarded-{one}": FORWARDED for one in FORWARDED_NAMES}),
    accept=st.sampled_from(["text/html", "text/turtle"]),
)
@example(path="/id/indicator/4.4", forwarded={"X-Forwarded-Prefix": "//evil.example"}, accept="text/html")
@example(path="/doc/indicator/4.4", forwarded={"X-Forwarded-Proto": "javascript"}, accept="text/html")
def test_what_a_proxy_passes_on_leads_no_link_elsewhere(
    proxied: Send, path: str, forwarded: Headers, accept: str
) -> None:
    answer = proxied(path, headers={**forwarded, "Accept": accept})
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert b'href="//' not in answer.data
    assert b'href="javascript:' not in answer.data


NAMES = st.sampled_from(
    ["query", "format", "timeout", "default-graph-uri", "named-graph-uri", "update", "lang", "graph"]
)
VALUES = st.sampled_from(
    [
        "ASK%7B%7D",
        "SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D",
        "json",
        "csv",
        "%",
        "%00",
        "%0D%0AX-Y:%20z",
        "%FF",
        "%ED%A0%80",
        "1",
        "0",
        "-1",
        "nan",
        "1e999",
        "http://x/",
        "http://w3id.org/",
        "en",
        "%E2%80%AE",
        "ttl",
        "default",
        "round",
    ]
)
PAIRS = st.lists(st.tuples(NAMES, VALUES | noise).map("=".join), max_size=6).map("&".join)
QUERIES = PAIRS | noise | st.binary(max_size=80).map(lambda raw: raw.decode("latin-1"))


@BOUNDED
@given(path=st.sampled_from(PATHS), query=QUERIES, accept=st.sampled_from(["*/*", "text/html", "text/turtle"]))
@example(path="/sparql", query="query=ASK{}&timeout=1e999", accept="*/*")
@example(path="/graph-store", query="graph=%0D%0AX:%20y", accept="*/*")
@example(path="/", query="lang=%0D%0ASet-Cookie:%20a=b", accept="text/html")
@example(path="/api/queries/indicators", query="indicator=%00%FF", accept="text/html")
def test_any_query_string(send: Send, path: str, query: str, accept: str) -> None:
    send(path, query, headers={"Accept": accept})


BODIES = (
    PAIRS.map(lambda text: text.encode("latin-1"))
    | st.binary(max_size=200)
    | st.sampled_from(
        [b"query=" + b"a" * 60_000, b"&" * 100_000, b"query=ASK{}&" * 1000, b"--a\r\n\r\n--a--\r\n", b"\x1f\x8b"]
    )
)
TYPES = st.sampled_from(
    [
        FORM,
        "application/sparql-query",
        "application/sparql-update",
        "multipart/form-data; boundary=a",
        "",
        "text/plain",
        f"{FORM}; charset=utf-16",
        "application/sparql-query; charset=ÿ",
        "a/b; c=" + "d" * 5000,
        "multipart/form-data",
    ]
)


@BOUNDED
@given(
    path=st.sampled_from(["/sparql", "/graph-store", "/api/queries/indicators", "/"]),
    method=st.sampled_from(["POST", "PUT", "DELETE", "PATCH"]),
    body=BODIES,
    media_type=TYPES | noise,
)
def test_any_body(send: Send, path: str, method: str, body: bytes, media_type: str) -> None:
    send(path, method=method, body=body, media_type=media_type)


SEGMENTS = st.sampled_from(
    [
        "id",
        "doc",
        "graph",
        "graph-store",
        "static",
        "api",
        "queries",
        "dumps",
        "problem",
        "..",
        ".",
        "",
        "indicator",
        "4.4",
        "%2e%2e",
        "..%2f",
        "\\",
        "\r\nX: y",
        "\x00",
        "ÿ",
        "a" * 3000,
        "4.4.ttl",
        ".ttl",
        "indicators.csv",
        "<script>",
        "é",
    ]
)


@BOUNDED
@given(segments=st.lists(SEGMENTS | noise, max_size=8), accept=st.sampled_from(["*/*", "text/html"]))
@example(segments=["id", "indicator", "\r\nSet-Cookie: a=b"], accept="text/html")
@example(segments=["doc", "indicator", "a" * 50_000], accept="text/html")
@example(segments=["static", "..", "..", "..", "pyproject.toml"], accept="*/*")
def test_any_path(send: Send, segments: list[str], accept: str) -> None:
    answer = send("/" + "/".join(segments), headers={"Accept": accept})
    assert b"requires-python" not in answer.data
    assert b"<script>alert" not in answer.data


@BOUNDED
@given(
    pieces=st.lists(st.sampled_from(SPARQL_PIECES), max_size=25),
    accept=st.sampled_from(["*/*", "text/html", "text/csv"]),
)
@example(pieces=["SELECT * {} LIMIT", "9" * 400], accept="*/*")
@example(pieces=['SELECT ("', "é" * 24_000, '" AS ?x) {}'], accept="text/html")
@example(pieces=["SELECT (", "9" * 40_000, "AS ?x) {}"], accept="text/csv")
@example(pieces=["#" * 30_000, "\nSELECT * { SERVICE <http://x/> {} }"], accept="*/*")
@example(pieces=['"""' * 9], accept="*/*")
def test_any_query(send: Send, pieces: list[str], accept: str) -> None:
    body = " ".join(pieces).encode()
    send("/sparql", method="POST", body=body, media_type="application/sparql-query", headers={"Accept": accept})


DEEP = {
    "parentheses": "SELECT * { FILTER" + "(" * 10_000 + "1" + ")" * 10_000 + " }",
    "braces": "SELECT * " + "{" * 10_000 + "}" * 10_000,
    "unclosed": "SELECT * " + "{" * 49_000,
    "lists": "SELECT * { ?s ?p " + "(" * 10_000 + ")" * 10_000 + " }",
    "signs": "SELECT * { FILTER(" + "!" * 45_000 + "1) }",
    "calls": "SELECT * { BIND(" + "STR(" * 8_000 + "1" + ")" * 8_000 + " AS ?x) }",
    "paths": "SELECT * { ?s " + "^(" * 10_000 + "<p>" + ")" * 10_000 + " ?o }",
    "subqueries": "SELECT * {" + "{SELECT * {" * 2_000 + "}}" * 2_000 + "}",
    "exists": "SELECT * {" + "FILTER EXISTS{?s ?p ?o " * 1_000 + "}" * 1_001,
    "path": "SELECT * { ?s <p>*" + "/<p>*" * 8_000 + " ?o }",
}


@pytest.mark.parametrize("name", DEEP)
def test_nesting_without_end_ends_no_more_than_itself(send: Send, name: str) -> None:
    """The engine calls itself for each level: where its stack ends, a worker ends, and another takes its place."""
    send("/sparql", method="POST", body=DEEP[name].encode(), media_type="application/sparql-query")
    assert json.loads(send("/sparql", "query=ASK%7B%7D").data)["boolean"] is True


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {" + "OPTIONAL{?s ?p ?o}" * 2_500 + "}",
        "SELECT * {" + "VALUES ?a {1 2 3 4 5 6 7 8 9} " * 1_600 + "}",
        "SELECT * {" + "".join(f"?a{n} ?p{n} ?b{n} . " for n in range(2_000)) + "}",
    ],
)
def test_what_takes_long_before_it_is_evaluated_has_its_limit_too(send: Send, text: str) -> None:
    answer = send("/sparql", "timeout=0.3", method="POST", body=text.encode(), media_type="application/sparql-query")
    assert (answer.status_code, json.loads(answer.data)["limit"]) == (503, 0.3)


WRITTEN_TYPES = st.sampled_from([*GRAPH_FORMS, "multipart/form-data; boundary=a", "application/sparql-update"]) | noise


@FEW
@given(
    path=st.sampled_from(["/graph-store", "/graph-store/a", "/graph-store/indicators", "/graph-store/..", "/sparql"]),
    query=st.sampled_from(["", "default", "graph=http://x/g", "graph=a", "graph=%0D%0A", "graph=", "default&graph=a"]),
    method=st.sampled_from(["PUT", "POST", "DELETE", "GET", "HEAD"]),
    sent=st.tuples(st.lists(st.sampled_from((*GRAPH_PIECES, *SPARQL_PIECES)), max_size=12), WRITTEN_TYPES),
)
def test_any_graph(write: Send, path: str, query: str, method: str, sent: tuple[list[str], str]) -> None:
    pieces, media_type = sent
    body = " ".join(pieces).encode() if method in ("PUT", "POST") else b""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    send_body = {"body": body, "media_type": media_type} if body else {}
    write(path, query, method=method, headers=headers, **send_body)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/ld+json", b"[" * 100_000),
        ("application/ld+json", b'{"@id":' * 50_000),
        ("text/turtle", b"<a> <b> " + b"[<c> " * 50_000),
        ("text/turtle", b"<a> <b> " + b"(" * 100_000),
        ("application/trig", b"{" * 100_000),
        ("application/rdf+xml", b"<a>" * 50_000),
        ("application/sparql-update", b"DELETE WHERE " + b"{" * 100_000),
        ("application/sparql-update", b"INSERT DATA { <a> <b> " + b"(" * 100_000),
    ],
)
def test_nesting_in_what_is_written(write: Send, media_type: str, body: bytes) -> None:
    path = "/sparql" if media_type.endswith("update") else "/graph-store/a"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert write(path, method="POST", headers=headers, body=body, media_type=media_type).status_code == 400
