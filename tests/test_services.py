"""Saved queries that ask other services, between two real servers of this machine."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from g7graph.errors import DataError
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery
from tests.engines import free_port
from tests.services import Running, send, serving

QUERY = """#+ summary: {{es: Allí, en: There, fr: Là-bas}}
#+ services: [{service}]
#+ columns: {{code: string, label: string}}
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code ?label WHERE {{
  SERVICE <{service}> {{ ?axis a g7:Axis ; skos:notation ?code ; skos:prefLabel ?label . FILTER(LANG(?label) = "en") }}
}} ORDER BY ?code
"""
GRAPH = """#+ summary: {{es: Allí, en: There, fr: Là-bas}}
#+ services: [{service}]
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
CONSTRUCT {{ ?axis skos:notation ?code }} WHERE {{
  SERVICE <{service}> {{ ?axis a <https://w3id.org/g7graph/ontology#Axis> ; skos:notation ?code }}
}}
"""


class Odd(http.server.BaseHTTPRequestHandler):
    """A service that answers with a page, that takes its time, or that is not well."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/slow":
            time.sleep(30)
            return
        self.send_response(500 if self.path == "/ill" else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"<p/>")

    def log_message(self, *_: object) -> None: ...


@dataclass(frozen=True)
class Two:
    """A service that may ask another, the address of that other, and where the asking one's framework is."""

    asking: Running
    there: str
    root: Path


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def two(root: Path, odd: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The framework of Peru, with queries of its own that ask, and the invented one, which is asked."""
    folder = tmp_path_factory.mktemp("asking")
    shutil.copytree(root / "data", folder / "data")
    shutil.copytree(root / "queries", folder / "queries")
    federated = folder / "queries" / "federated"
    federated.mkdir()
    with serving(root / "examples" / "aldoria", writable=False) as asked:
        there = f"{asked.url}/sparql"
        services = {"there": there, "slow": f"{odd}/slow", "ill": f"{odd}/ill", "page": f"{odd}/page"}
        services |= {"away": f"http://127.0.0.1:{free_port()}/sparql", "elsewhere": "http://127.0.0.1:1/sparql"}
        for name, service in services.items():
            (federated / f"{name}.rq").write_text(QUERY.format(service=service), encoding="utf-8")
        (federated / "graph-there.rq").write_text(GRAPH.format(service=there), encoding="utf-8")
        allowed = [word for name in services if name != "elsewhere" for word in ("--allow-service", services[name])]
        with serving(folder, *allowed, "--allow-private", "--query-seconds", 3, writable=False) as asking:
            yield Two(asking, there, folder)


def refused(two: Two, name: str) -> tuple[int, dict[str, str]]:
    with pytest.raises(urllib.error.HTTPError) as found:
        send(f"{two.asking.url}/api/queries/{name}.json?lang=en")
    return found.value.code, json.load(found.value)


def test_a_saved_query_asks_the_service_that_it_names(two: Two) -> None:
    asked = urllib.request.Request(f"{two.asking.url}/api/queries/there.csv")  # noqa: S310 - our own server
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.read().decode().split() == ["code,label", "integrity,Integrity", "participation,Participation"]


def test_one_that_gives_a_graph_does_as_well(two: Two) -> None:
    lines = send(f"{two.asking.url}/api/queries/graph-there.nt").decode().splitlines()
    assert [line.split('"')[1] for line in sorted(lines)] == ["integrity", "participation"]


def test_what_is_described_says_which_service_is_asked(two: Two) -> None:
    url = two.asking.url
    listed = {one["name"]: one for one in json.loads(send(f"{url}/api/queries?format=json"))}
    assert listed["there"]["services"] == [two.there]
    assert listed["axis-progress"]["services"] == []
    described = json.loads(send(f"{url}/openapi.json?lang=en"))["paths"]["/api/queries/there"]["get"]
    assert f"It asks another service, too: {two.there}" in described["description"]
    assert {"403", "502", "504"} <= set(described["responses"])
    where = f"{url}/api/queries/there?lang=en"
    page = urllib.request.Request(where, headers={"Accept": "text/html"})  # noqa: S310
    with urllib.request.urlopen(page) as answer:  # noqa: S310
        assert f"It asks another service, too: {two.there}" in answer.read().decode()


def test_one_that_is_not_allowed_says_how_to_allow_it(two: Two) -> None:
    status, problem = refused(two, "elsewhere")
    assert status == 403
    assert "Line 8, column 11: the query asks the service http://127.0.0.1:1/sparql" in problem["detail"]
    assert "--allow-service http://127.0.0.1:1/sparql" in problem["detail"]


@pytest.mark.parametrize("name", ["away", "ill", "page"])
def test_a_service_that_does_not_answer_as_it_should_is_named_with_its_place(two: Two, name: str) -> None:
    status, problem = refused(two, name)
    assert status == 502
    assert problem["detail"].startswith("Line 8, column 11: the service http://127.0.0.1:")
    assert "did not answer as it should" in problem["detail"]


def test_a_slow_one_is_waited_for_within_the_limit_and_named(two: Two, odd: str) -> None:
    begun = time.monotonic()
    status, problem = refused(two, "slow")
    assert status == 504
    assert f"the limit of 3 s and was stopped: it waits for the service {odd}/slow" in problem["detail"]
    assert time.monotonic() - begun < 15
    assert json.loads(send(f"{two.asking.url}/api/queries/axis-progress.json"))


def cli(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "g7graph", "--lang", "en", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_line_asks_what_it_is_allowed_to(two: Two, odd: str) -> None:
    query = ("--data", two.root, "query", "there", "--format", "csv")
    assert "--allow-service " + two.there in cli(*query).stderr
    alone = cli(*query, "--allow-service", two.there)
    assert (alone.returncode, "leads to no public address" in alone.stderr) == (2, True)
    done = cli(*query, "--allow-service", two.there, "--allow-private")
    assert done.stdout.split() == ["code,label", "integrity,Integrity", "participation,Participation"]
    slow = ("--data", two.root, "query", "slow", "--allow-service", odd, "--allow-private", "--query-seconds", 1)
    assert f"it waits for the service {odd}/slow" in cli(*slow).stderr


@pytest.mark.parametrize(
    "services",
    ["", "#+ services: [https://other.example/sparql]\n", "#+ services: [https://a.example/, https://b.example/]\n"],
)
def test_a_saved_query_says_exactly_the_services_that_it_asks(tmp_path: Path, services: str) -> None:
    (tmp_path / "one.rq").write_text(services + "SELECT * { SERVICE <https://a.example/> { ?s ?p ?o } } ORDER BY ?s")
    with pytest.raises(DataError, match=r"services: \[https://a.example/\]"):
        Library.read(tmp_path)


def test_the_examples_are_read(root: Path) -> None:
    """Wikidata is never asked here; the other example is run in docs/framework.md."""
    paths = sorted((root / "examples" / "federation").glob("*.rq"))
    assert [SavedQuery.read(path).services for path in paths] == [
        ("http://127.0.0.1:8001/sparql",),
        ("https://query.wikidata.org/sparql",),
    ]
    assert len(Library.read(root / "examples" / "federation")) == 2
    assert not any(one.services for one in Library.read(Project.default().queries))
