"""The access log: what a line says, what it never says, and that it stays a line."""

from __future__ import annotations

import hashlib
import json
import select
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.web import create_app, log
from g7graph.web.metrics import Happened
from g7graph.web.options import Options

QUERY = "ASK { ?secret ?p ?o }"
HASH = hashlib.sha256(QUERY.encode()).hexdigest()[:16]
ONE = Happened("/sparql", "GET", "200 OK", "made", 0.0123456789, 17)


class Logged:
    """A client of an application that writes a log, and the lines of it."""

    def __init__(self, project: Project, path: Path, **more: Any) -> None:
        self.path = path
        self.client: FlaskClient = create_app(project, options=Options(access_log=str(path), **more)).test_client()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.path.read_text(encoding="ascii").splitlines()]


@pytest.fixture
def logged(small: Project, tmp_path: Path) -> Logged:
    return Logged(small, tmp_path / "access.log")


def test_a_line_says_what_was_asked_and_what_became_of_it(logged: Logged) -> None:
    first = logged.client.get("/sparql", query_string={"query": QUERY}, headers={"User-Agent": "some/1"})
    tag = first.headers["ETag"]
    logged.client.get("/sparql", query_string={"query": QUERY})
    logged.client.get("/sparql", query_string={"query": QUERY}, headers={"If-None-Match": tag})
    made, hit, same = logged.lines
    assert (made["method"], made["path"], made["status"], made["bytes"]) == ("GET", "/sparql", 200, len(first.data))
    assert [line["answer"] for line in (made, hit, same)] == ["made", "hit", "304"]
    assert {line["query"] for line in (made, hit, same)} == {HASH}
    assert (made["agent"], made["client"]) == ("some/1", "127.0.0.0/24")
    assert made["time"].endswith("+00:00")
    assert made["seconds"] > 0
    assert (same["status"], same["bytes"]) == (304, 0)


@pytest.mark.parametrize(
    "how", [{"data": {"query": QUERY}}, {"data": QUERY, "content_type": "application/sparql-query"}]
)
def test_a_query_that_is_posted_has_the_same_hash(logged: Logged, how: dict[str, Any]) -> None:
    logged.client.post("/sparql", **how)
    assert [line["query"] for line in logged.lines] == [HASH]


def test_a_limit_or_problem_is_named(logged: Logged) -> None:
    logged.client.get("/sparql", query_string={"query": "SELECT * {"})
    logged.client.get("/nothing")
    assert [line.get("problem") for line in logged.lines] == ["syntax", "http_404"]


def test_what_people_ask_and_who_they_are_is_not_written(logged: Logged) -> None:
    secret = {"Authorization": "Bearer secret", "Cookie": "secret", "Referer": "https://secret.example"}
    logged.client.get("/search?q=secret", headers=secret)
    logged.client.get("/sparql", query_string={"query": QUERY, "token": "secret"}, headers=secret)
    logged.client.post("/sparql?access_token=secret", data={"query": QUERY}, headers=secret)
    assert len(logged.lines) == 3
    assert "secret" not in logged.path.read_text(encoding="ascii")


@pytest.mark.parametrize(("address", "shown"), [("full", "127.0.0.1"), ("network", "127.0.0.0/24"), ("none", None)])
def test_the_address_of_a_client_is_as_the_operator_wants_it(
    small: Project, tmp_path: Path, address: str, shown: str | None
) -> None:
    logged = Logged(small, tmp_path / "log", log_address=address)
    logged.client.get("/health")
    assert [line.get("client") for line in logged.lines] == [shown]


@pytest.mark.parametrize("hostile", ['\n{"status": 200}', "\x1b[31m", "\x00", "ñ\u2028", "\udcff", '\\"'])
def test_what_a_client_sends_cannot_break_a_line(tmp_path: Path, hostile: str) -> None:
    place = tmp_path / "log"
    path, agent = "/" + hostile.encode("utf-8", "surrogateescape").decode("latin-1"), "a" + hostile
    assert log.Log(str(place)).write(
        ONE._replace(path=path, method="GET" + hostile), client=hostile, agent=agent, query=hostile
    )
    (line,) = place.read_bytes().splitlines()
    assert line.isascii()
    assert line.decode().isprintable()
    assert json.loads(line)["agent"] == agent


def test_a_line_is_short_enough_to_be_written_in_one_piece(tmp_path: Path) -> None:
    place = tmp_path / "log"
    long = "\xff" * 100_000
    log.Log(str(place), log.FULL).write(
        ONE._replace(path=long, method=long, problem="http_413", cut=True), client="::1", agent=long, query=long
    )
    assert len(place.read_bytes()) < select.PIPE_BUF


def test_a_log_that_was_moved_away_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_LOOK_SECONDS", -1.0)
    place = tmp_path / "log"
    written = log.Log(str(place))
    written.write(ONE, client="", agent="first", query="")
    place.rename(tmp_path / "log.1")
    written.write(ONE, client="", agent="second", query="")
    assert "first" in (tmp_path / "log.1").read_text(encoding="ascii")
    assert [json.loads(line)["agent"] for line in place.read_text(encoding="ascii").splitlines()] == ["second"]
    assert place.stat().st_mode & 0o007 == 0


def test_a_log_that_cannot_be_written_disturbs_nobody_and_is_counted(small: Project) -> None:
    client = create_app(small, options=Options(access_log="/dev/full")).test_client()
    assert client.get("/sparql?query=ASK{}").status_code == 200
    assert "g7graph_log_lines_lost_total 1.0" in client.get("/metrics").text


def test_the_log_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    log.Log(log.STANDARD_ERROR).write(ONE, client="192.0.2.9", agent="x", query=QUERY)
    said = json.loads(capfd.readouterr().err)
    assert (said["seconds"], said["query"], said["client"]) == (0.012346, HASH, "192.0.2.0/24")
