"""Validators, kept answers and gzip, in front of any WSGI application."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

import brotli
import pytest
import zstandard
from werkzeug.test import Client
from werkzeug.wrappers import Response

from g7graph.web.cache import Answer, Cached, Kept

LARGE = 2_000_000


class Counter:
    """An application that counts its calls and answers with the path; `/large` as a stream."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.calls += 1
        path = environ["PATH_INFO"]
        size = LARGE if path == "/large" else 1000
        status = 404 if path == "/missing" else 200
        response = Response(b"x" * size, status, content_type="text/plain")
        if path == "/private":
            response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def client(counter: Counter) -> Client:
    return Client(Cached(counter, lambda: "1"))


def test_an_answer_is_made_once_and_the_same_after(client: Client, counter: Counter) -> None:
    first, second = client.get("/a"), client.get("/a")
    assert first.data == second.data
    assert first.headers["ETag"] == second.headers["ETag"]
    assert counter.calls == 1


def test_who_has_an_answer_is_told_so_without_asking_the_application(client: Client, counter: Counter) -> None:
    tag = client.get("/a").headers["ETag"]
    again = client.get("/a", headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == tag
    assert "Accept" in again.headers["Vary"]
    assert counter.calls == 1


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/b"},
        {"path": "/a", "query_string": "x=1"},
        {"path": "/a", "headers": {"Accept": "text/html"}},
        {"path": "/a", "headers": {"Accept-Language": "fr"}},
        {"path": "/a", "headers": {"Accept-Encoding": "gzip"}},
        {"path": "/a", "headers": {"Host": "elsewhere.example"}},
    ],
)
def test_what_is_asked_otherwise_is_another_answer(client: Client, counter: Counter, other: dict[str, Any]) -> None:
    assert client.get("/a").headers["ETag"] != client.get(**other).headers["ETag"]
    assert counter.calls == 2


def test_who_has_any_answer_is_told_so_where_there_is_one(client: Client) -> None:
    any_ = {"If-None-Match": "*"}
    assert [client.get(path, headers=any_).status_code for path in ("/a", "/a", "/missing")] == [304, 304, 404]
    assert client.get("/a", headers=any_).headers["ETag"] == client.get("/a").headers["ETag"]


def test_other_data_gives_other_tags(counter: Counter) -> None:
    assert (
        Client(Cached(counter, lambda: "1")).get("/a").headers["ETag"]
        != Client(Cached(counter, lambda: "2")).get("/a").headers["ETag"]
    )


def test_without_a_version_nothing_is_kept(counter: Counter) -> None:
    client = Client(Cached(counter, str))
    assert "ETag" not in client.get("/a").headers
    client.get("/a")
    assert counter.calls == 2


@pytest.mark.parametrize("path", ["/missing", "/private"])
def test_what_is_no_lasting_answer_is_not_kept(client: Client, counter: Counter, path: str) -> None:
    assert "ETag" not in client.get(path).headers
    client.get(path)
    assert counter.calls == 2


def test_a_post_is_always_made_anew(client: Client, counter: Counter) -> None:
    client.post("/a")
    client.post("/a")
    assert counter.calls == 2


@pytest.mark.parametrize("path", ["/a", "/large"])
@pytest.mark.parametrize(
    ("taken", "coding", "unpack"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("gzip;q=0.5, br", "br", brotli.decompress),
        ("gzip, deflate, br, zstd", "zstd", lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body)),
    ],
)
def test_text_is_compressed_for_those_who_take_it(
    client: Client, path: str, taken: str, coding: str, unpack: Callable[[bytes], bytes]
) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": taken})
    assert packed.headers["Content-Encoding"] == coding
    assert unpack(packed.data) == plain.data
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_a_head_has_the_headers_of_the_get_and_no_body(client: Client) -> None:
    head, get = client.head("/a"), client.get("/a")
    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)


def test_a_large_answer_is_passed_on_and_not_kept(client: Client, counter: Counter) -> None:
    assert len(client.get("/large").data) == LARGE
    client.get("/large")
    assert counter.calls == 2


def test_the_answers_used_longest_ago_are_dropped_first() -> None:
    kept = Kept(most=25)
    for key in "ab":
        kept.put((key,), Answer("200 OK", [], [b"x" * 10]))
    kept.get(("a",))
    kept.put(("c",), Answer("200 OK", [], [b"x" * 10]))
    assert kept.get(("b",)) is None
    assert kept.get(("a",)) is not None
    assert len(kept) == 2
