"""What is counted, what `/metrics` says of it, and what it costs nobody to ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client
from werkzeug.wrappers import Response

from g7graph.project import Project
from g7graph.web import create_app
from g7graph.web.metrics import BOUNDS, HELP, PROBLEMS, Happened, Metrics
from g7graph.web.tallies import Tallies
from g7graph.web.watch import Watched

Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def fresh(small: Project) -> Flask:
    """An application that has counted nothing yet."""
    return create_app(small)


@pytest.fixture
def client(fresh: Flask) -> FlaskClient:
    return fresh.test_client()


def numbers(client: FlaskClient) -> dict[Sample, float]:
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def requests(client: FlaskClient, route: str, method: str, status: str, answer: str) -> float:
    labels = (("answer", answer), ("method", method), ("route", route), ("status", status))
    return numbers(client).get(("g7graph_requests_total", labels), 0.0)


def test_requests_are_counted_by_where_their_answer_is_from(client: FlaskClient) -> None:
    tag = client.get("/sparql?query=ASK{}").headers["ETag"]
    for _ in range(3):
        client.get("/sparql?query=ASK{}")
    client.get("/sparql?query=ASK{}", headers={"If-None-Match": tag})
    client.head("/sparql?query=ASK{}")
    assert requests(client, "/sparql", "GET", "2xx", "made") == 1
    assert requests(client, "/sparql", "GET", "2xx", "hit") == 3
    assert requests(client, "/sparql", "GET", "3xx", "304") == 1
    assert requests(client, "/sparql", "HEAD", "2xx", "hit") == 1


@pytest.mark.parametrize(
    ("path", "method", "route", "status"),
    [
        ("/", "GET", "/", "2xx"),
        ("/api/queries/indicators.csv", "GET", "/api", "2xx"),
        ("/doc/indicator/nothing", "GET", "/doc", "4xx"),
        ("/id/indicator/4.4", "GET", "/id", "3xx"),
        ("/secret/of/mine", "GET", "other", "4xx"),
        ("//", "GET", "/", "3xx"),
        ("/sparql", "DELETE", "/sparql", "4xx"),
        ("/sparql", "BREW", "/sparql", "4xx"),
    ],
)
def test_a_request_is_counted_by_the_first_segment_of_its_path(
    client: FlaskClient, path: str, method: str, route: str, status: str
) -> None:
    client.open(path, method=method)
    assert requests(client, route, "other" if method == "BREW" else method, status, "made") == 1


def test_bytes_are_those_of_the_bodies(client: FlaskClient) -> None:
    size = sum(len(client.get("/sparql?query=ASK{}").data) for _ in range(3)) // 3
    found = numbers(client)
    assert found["g7graph_answer_bytes_total", (("answer", "made"),)] == size
    assert found["g7graph_answer_bytes_total", (("answer", "hit"),)] == 2 * size


@pytest.mark.parametrize(
    ("query", "kind"), [("SELECT * {", "syntax"), ("ASK {}" + " " * 60_000, "long_query"), ("ASK {}", "")]
)
def test_problems_are_counted_by_their_kind(client: FlaskClient, query: str, kind: str) -> None:
    client.post("/sparql", data={"query": query})
    found = numbers(client)
    counted = {one: found["g7graph_problems_total", (("kind", one),)] for one in PROBLEMS}
    assert {one: number for one, number in counted.items() if number} == ({kind: 1.0} if kind else {})


def test_a_body_over_the_limit_is_a_problem_of_its_own(client: FlaskClient) -> None:
    assert client.post("/sparql", data={"query": "x" * 2_000_000}).status_code == 413
    assert numbers(client)["g7graph_problems_total", (("kind", "http_413"),)] == 1


def test_latencies_are_cumulative_and_summed() -> None:
    metrics = Metrics(["/"])
    for seconds in (0.0005, 0.0006, 0.02, 100.0):
        metrics.count(Happened("/", "GET", "200 OK", "made", seconds, 1))
    (family,) = [one for one in metrics.collect() if one.name == "g7graph_request_seconds"]
    buckets = [one.value for one in family.samples if one.name.endswith("_bucket")]
    assert len(buckets) == len(BOUNDS) + 1
    assert buckets[:3] == [1, 2, 2]
    assert buckets[-2:] == [3, 4]
    assert [one.value for one in family.samples if one.name.endswith("_sum")] == [pytest.approx(100.0211)]


def test_what_is_so_now_is_said_with_it(client: FlaskClient, small_size: int) -> None:
    found = numbers(client)
    assert found["g7graph_triples", ()] == small_size
    assert found["g7graph_graphs", ()] == 3
    assert (found["g7graph_ready", ()], found["g7graph_edition", ()]) == (1, 1)
    health = client.get("/health").json
    assert health is not None
    assert found["g7graph_dataset_info", (("version", health["data"]),)] == 1
    assert found["g7graph_build_info", (("version", health["version"]),)] == 1


def test_both_text_formats_are_valid_and_every_metric_has_help(client: FlaskClient) -> None:
    plain = client.get("/metrics")
    assert plain.headers["Content-Type"].startswith("text/plain; version=")
    assert plain.headers["Cache-Control"] == "no-store"
    families = list(text_string_to_metric_families(plain.text))
    assert {one.name.removesuffix("_info") for one in families} <= set(HELP)
    assert all(one.documentation for one in families)
    opened = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert opened.headers["Content-Type"].startswith("application/openmetrics-text")
    found = open_families(opened.text)  # type: ignore[no-untyped-call]
    assert {one.name for one in found} <= set(HELP)


def test_what_is_asked_does_not_reach_the_metrics(client: FlaskClient) -> None:
    client.get("/doc/indicator/secret?query=secret", headers={"User-Agent": "secret", "Authorization": "secret"})
    client.open("/secret", method="SECRET")
    assert "secret" not in client.get("/metrics").text.lower()


def test_a_row_is_summed_over_processes_and_a_place_is_taken_over() -> None:
    tallies = Tallies(3)
    tallies.own[1] = 5
    for _ in range(40):  # more than there are places: those of ended processes are taken over
        pid = os.fork()
        if pid == 0:
            tallies.forked()
            tallies.own[1] += 1
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
    assert tallies.sums() == [0, 45, 0]


class Stream:
    """An application that answers piece by piece, without end of its own."""

    def __init__(self) -> None:
        self.closed = False

    def __call__(self, _: dict[str, Any], start_response: Any) -> Stream:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"ab", b"cd"])

    def close(self) -> None:
        self.closed = True


def cut(metrics: Metrics) -> list[float]:
    return [one.samples[0].value for one in metrics.collect() if one.name == "g7graph_answers_cut"]


@pytest.mark.parametrize(("pieces", "size", "cuts"), [(1, 2, 1), (2, 4, 1), (3, 4, 0)])
def test_a_stream_is_counted_when_it_is_closed(pieces: int, size: int, cuts: int) -> None:
    """One that was read to its end is whole; the last piece alone does not say that it is the last."""
    metrics, stream = Metrics(["/"]), Stream()
    response = Client(Watched(stream, metrics), Response).get("/", buffered=False)
    body = response.iter_encoded()
    for _ in range(pieces):
        next(body, None)
    response.close()
    assert stream.closed
    assert cut(metrics) == [cuts]
    sent = {one.labels["answer"]: one.value for family in metrics.collect() for one in family.samples
            if one.name == "g7graph_answer_bytes_total"}  # fmt: skip
    assert sent["hit"] == size


def test_an_application_that_fails_is_counted_too() -> None:
    def failing(_: dict[str, Any], __: Any) -> list[bytes]:
        raise ZeroDivisionError

    metrics = Metrics(["/"])
    with pytest.raises(ZeroDivisionError):
        Client(Watched(failing, metrics), Response).get("/")
    (family,) = [one for one in metrics.collect() if one.name == "g7graph_requests"]
    assert [one.labels["status"] for one in family.samples] == ["5xx"]


@pytest.mark.parametrize(("path", "names"), [("/sparql?query=ASK{}", ["queue", "eval", "total"]), ("/", ["total"])])
def test_an_answer_made_anew_says_where_its_time_went(client: FlaskClient, path: str, names: list[str]) -> None:
    said = client.get(path).headers["Server-Timing"]
    durations = dict(one.strip().split(";dur=") for one in said.split(","))
    assert set(names) <= set(durations)
    assert all(float(value) >= 0 for value in durations.values())
    assert "Server-Timing" not in client.get(path).headers
