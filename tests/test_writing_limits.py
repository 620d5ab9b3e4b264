"""Changes have limits: what never ends or nests too deep is given up, loses nothing and leaves no process behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from g7graph.project import Project
from tests.services import Running, answered, environ, send, serving

GRAPH = "https://w3id.org/g7graph/graph/other"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
VALUES = f"SELECT ?v {{ GRAPH <{GRAPH}> {{ ?s <{LABEL}> ?v }} }} ORDER BY ?v"
MANY = " ".join(map(str, range(100)))
ENDLESS = (
    f"INSERT {{ GRAPH <{GRAPH}> {{ <http://x/a> <{LABEL}> ?sum }} }} WHERE {{ SELECT (STR(SUM(?v0 * ?v1)) AS ?sum) {{ "
    + " ".join(f"VALUES ?v{n} {{ {MANY} }}" for n in range(8))
    + " } }"
)
TERMS = {f"t{n}": f"http://x/{n}" for n in range(12_000)}
#: Each context has all terms of the one around it copied: the engine takes most of a minute for 700 kB.
SLOW = json.dumps({"@context": TERMS, "@graph": [{"@context": {}}] * 20_000})
DEEP = f'INSERT {{ GRAPH <{GRAPH}> {{ <http://x/a> <{LABEL}> "deep" }} }} WHERE {{ BIND({"!" * 20_000}true AS ?x) }}'


def insert(value: str) -> str:
    return f'INSERT DATA {{ GRAPH <{GRAPH}> {{ <http://x/a> <{LABEL}> "{value}" }} }}'


@pytest.fixture(params=["framework", "memory", "disk"])
def places(request: pytest.FixtureRequest, tmp_path: Path, project: Project) -> tuple[Path, list[object]]:
    """Data and the options of who serves it: a framework, somebody's RDF in memory, the same in a store on disk."""
    if request.param == "framework":
        for folder in ("data/ttl", "ontology/shapes", "queries/derive"):
            (tmp_path / folder).mkdir(parents=True)
        shutil.copytree(project.ontology / "terms", tmp_path / "ontology/terms")
        (tmp_path / "data/ttl/one.ttl").write_text(f'<http://x/a> <{LABEL}> "0" .\n')
        (tmp_path / "ontology/g7.ttl").write_text("")
        return tmp_path, []
    (tmp_path / "a.nq").write_text(f'<http://x/a> <{LABEL}> "0" .\n')
    return tmp_path / "a.nq", ["--store", tmp_path / "store"] if request.param == "disk" else []


@pytest.fixture
def service(places: tuple[Path, list[object]]) -> Iterator[Running]:
    """A service that gives a change a second."""
    data, options = places
    with serving(data, *options, "--query-seconds", 1) as running:
        yield running


def refused(url: str, text: str) -> dict[str, Any]:
    with pytest.raises(urllib.error.HTTPError) as error:
        send(f"{url}/sparql", text)
    with error.value as answer:
        return dict(json.loads(answer.read()))


@pytest.mark.parametrize(("text", "kind", "limit"), [(ENDLESS, "change-too-long", 1), (DEEP, "change-too-much", 1000)])
def test_a_change_beyond_its_limits_is_given_up_and_nothing_is_lost(
    service: Running, text: str, kind: str, limit: int
) -> None:
    url = service.url
    send(f"{url}/sparql", insert("1"))
    told = refused(url, text)
    assert (told["type"].rpartition("/")[2], told.get("limit")) == (kind, limit)
    assert answered(url, VALUES) == ["1"]
    send(f"{url}/sparql", insert("2"))
    assert answered(url, VALUES) == ["1", "2"]
    assert "Traceback" not in service.said()


def test_of_a_change_beyond_its_memory_the_operator_is_told_no_stack(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text("".join(f'<http://x/{n}> <http://x/p> "{n}" .\n' for n in range(3000)))
    with serving(tmp_path / "a.nt", "--query-megabytes", 200) as service:
        told = refused(service.url, f"INSERT {{ GRAPH <{GRAPH}> {{ ?a ?b ?d }} }} WHERE {{ ?a ?b ?c . ?d ?e ?f }}")
        assert (told["type"].rpartition("/")[2], told["limit"]) == ("change-too-much", 200)
        assert "stack" not in service.said()
        assert "memory allocation" not in service.said()


def test_a_document_that_takes_long_to_read_is_given_up(service: Running) -> None:
    url = service.url
    with pytest.raises(urllib.error.HTTPError) as error:
        send(f"{url}/graph-store?graph={quote(GRAPH)}", SLOW, "application/ld+json", "PUT")
    with error.value as answer:
        told = json.loads(answer.read())
    assert (told["type"].rpartition("/")[2], told["limit"]) == ("change-too-long", 1)
    send(f"{url}/sparql", insert("1"))
    assert answered(url, VALUES) == ["1"]


def test_a_service_that_is_ended_in_the_middle_of_a_change_leaves_no_process(
    places: tuple[Path, list[object]],
) -> None:
    data, options = places
    with serving(data, *options, "--query-seconds", 300) as service:
        send(f"{service.url}/sparql", insert("1"))
        group = service.process.pid

        def change() -> None:
            with suppress(OSError):
                send(f"{service.url}/sparql", ENDLESS)

        asking = threading.Thread(target=change)
        asking.start()
        time.sleep(1)
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(timeout=20)
        asking.join()
        deadline = time.monotonic() + 5
        while alive(group) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not alive(group)


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("places", ["framework"], indirect=True)
def test_two_services_do_not_write_to_the_same_folder(places: tuple[Path, list[object]]) -> None:
    data, _ = places
    words = ["--data", data, "--lang", "en", "serve", "--port", 0, "--writable"]
    command = [sys.executable, "-m", "g7graph", *map(str, words)]
    with serving(data):
        ended = subprocess.run(command, check=False, env=environ(), capture_output=True, timeout=60)
        assert ended.returncode == 2
        assert f"Another process writes to {data}" in ended.stderr.decode()
    with serving(data) as service:
        send(f"{service.url}/sparql", insert("1"))
