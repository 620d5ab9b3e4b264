"""Changes of a framework: tried, validated, saved, recorded; a process killed at any moment leaves before or after."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from g7graph.build import open_local
from g7graph.errors import Limited, StoreError, UsageError
from g7graph.project import Project
from g7graph.store.change import Change, Condition, Document, Kind, Rejected, Unmet, state_of
from g7graph.writing.files import rewritten
from g7graph.writing.framework import Framework
from g7graph.writing.keeper import KeptWriter, listening
from tests.services import KILLER, TOKEN, children, send, serving

NOW = datetime(2026, 11, 23, 22, 5, 1, 250_000, tzinfo=UTC)
INDICATORS = "https://w3id.org/g7graph/graph/indicators"
PREFIXES = """
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX indicator: <https://w3id.org/g7graph/id/indicator/>
"""
TURTLE = """# The indicators.
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

indicator:4.4 rdfs:label "Uno"@es ;
  g7:value 0.50 .
"""
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix g7sh: <https://w3id.org/g7graph/shapes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

g7sh:Label a sh:NodeShape ; sh:targetSubjectsOf g7:value ; sh:property g7sh:Label-label .
g7sh:Label-label sh:path rdfs:label ; sh:minCount 1 ; sh:severity sh:Violation ; sh:message "A name is missing."@en .
"""
ONTOLOGY = """@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

g7:value a owl:DatatypeProperty .
"""


@pytest.fixture
def root(tmp_path: Path, project: Project) -> Path:
    """A framework of one graph, one term and one shape."""
    for folder in ("data/ttl", "ontology/shapes", "queries/derive"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/ttl/indicators.ttl").write_text(TURTLE, encoding="utf-8")
    (tmp_path / "ontology/shapes/label.ttl").write_text(SHAPE, encoding="utf-8")
    (tmp_path / "ontology/g7.ttl").write_text(ONTOLOGY, encoding="utf-8")
    shutil.copytree(project.ontology / "terms", tmp_path / "ontology/terms")
    return tmp_path


def framework(root: Path) -> Framework:
    return Framework(Project.find(root), "memory", lambda: NOW, lang="en")


def update(text: str) -> Change:
    return Change(Kind.UPDATE, "ana", text=PREFIXES + text)


def turtle(root: Path, name: str) -> str:
    return (root / "data" / "ttl" / f"{name}.ttl").read_text(encoding="utf-8")


def test_a_change_is_made_only_of_the_data_that_it_was_thought_for(root: Path) -> None:
    one = framework(root)
    condition = Condition("If-Match", states=frozenset({state_of(one.version)}))
    first, second = (
        replace(
            update(f"INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.{n} rdfs:label '{n}'@es }} }}"),
            condition=condition,
        )
        for n in range(2)
    )
    one.apply(first)
    written = turtle(root, "indicators")
    with pytest.raises(Unmet):
        one.apply(second)
    assert turtle(root, "indicators") == written


def test_an_accepted_change_is_saved_as_canonical_turtle_and_seen(root: Path) -> None:
    one = framework(root)
    before = one.store.version
    outcome = one.apply(update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "Otra"@es }} }}'))
    written = turtle(root, "indicators")
    assert written.startswith("# The indicators.\n")
    assert 'indicator:9.1 rdfs:label "Otra"@es .' in written
    assert "g7:value 0.50" in written
    assert outcome.version == one.store.version != before
    assert one.store.version == open_local(Project.find(root)).version
    found = one.store.table('SELECT ?s { ?s <http://www.w3.org/2000/01/rdf-schema#label> "Otra"@es }')
    assert [str(row[0]) for row in found.rows] == ["<https://w3id.org/g7graph/id/indicator/9.1>"]


def test_data_named_by_a_relative_path_take_changes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    untouched = TURTLE.replace("4.4", "4.5").replace("Uno", "Dos")
    (root / "data/ttl/untouched.ttl").write_text(untouched, encoding="utf-8")
    monkeypatch.chdir(root.parent)
    framework(Path(root.name)).apply(
        update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "Otra"@es }} }}')
    )
    assert "Otra" in turtle(root, "indicators")


def test_a_change_is_recorded_with_who_and_when(root: Path) -> None:
    framework(root).apply(update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "Otra"@es }} }}'))
    record = turtle(root, "changes/2026-11")
    assert "change:20261123T220501250000Z" in record
    assert "prov:wasAssociatedWith writer:ana" in record
    assert 'dcterms:identifier "https://w3id.org/g7graph/graph/indicators"^^xsd:anyURI' in record
    assert '"2026-11-23T22:05:01.250Z"^^xsd:dateTime' in record


def test_a_violation_rejects_the_change_and_nothing_is_left_of_it(root: Path) -> None:
    one = framework(root)
    with pytest.raises(Rejected) as raised:
        one.apply(update(f"INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 g7:value 3 }} }}"))
    (finding,) = raised.value.findings
    assert finding["message"] == "A name is missing."
    assert finding["file"] == "data/ttl/indicators.ttl"
    assert turtle(root, "indicators") == TURTLE
    assert not (root / "data/ttl/changes").exists()
    assert one.store.table("ASK { <https://w3id.org/g7graph/id/indicator/9.1> ?p ?o }").records() == [{"answer": False}]
    assert one.apply(update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.2 rdfs:label "x" }} }}')).version


@pytest.mark.parametrize(
    "graph",
    [
        "https://w3id.org/g7graph/graph/derived/progress",
        "https://w3id.org/g7graph/graph/derived/cube",
        "https://w3id.org/g7graph/graph/ontology/g7",
        "https://w3id.org/g7graph/graph/changes/2026-11",
        "https://w3id.org/g7graph/graph/../../x",
        "https://w3id.org/g7graph/graph/a/.change/manifest",
        "https://w3id.org/g7graph/graph/People",
        "https://w3id.org/g7graph/graph/people.ttl/list",
        f"https://w3id.org/g7graph/graph/{'a' * 300}",
        f"https://w3id.org/g7graph/graph/{'a/' * 3000}a",
        "http://example.org/g",
    ],
)
def test_graphs_that_are_no_files_of_the_data_refuse_writes(root: Path, graph: str) -> None:
    with pytest.raises(UsageError) as raised:
        framework(root).apply(update(f'INSERT DATA {{ GRAPH <{graph}> {{ indicator:9.1 rdfs:label "x" }} }}'))
    assert raised.value.key == "graph_not_writable"
    assert sorted(path.name for path in (root / "data/ttl").iterdir()) == ["indicators.ttl"]


def test_a_graph_is_made_replaced_and_removed(root: Path) -> None:
    one = framework(root)
    graph = "https://w3id.org/g7graph/graph/people/list"
    document = Document(b'<a> <http://www.w3.org/2000/01/rdf-schema#label> "A" .', "ttl", graph)
    made = one.apply(Change(Kind.REPLACE, "ana", graph=graph, documents=(document,)))
    assert made.created
    assert '<https://w3id.org/g7graph/graph/people/a> rdfs:label "A"' in turtle(root, "people/list")
    assert not one.apply(Change(Kind.REPLACE, "ana", graph=graph, documents=(document,))).created
    one.apply(Change(Kind.DROP, "ana", graph=graph))
    assert not (root / "data/ttl/people/list.ttl").exists()
    assert "prov:invalidated" in turtle(root, "changes/2026-11")


def test_a_name_that_ends_as_a_file_is_no_folder(root: Path) -> None:
    framework(root).apply(
        update('INSERT DATA { GRAPH <https://w3id.org/g7graph/graph/a/b.ttl> { indicator:9.1 rdfs:label "x" } }')
    )
    assert 'indicator:9.1 rdfs:label "x"' in turtle(root, "a/b.ttl")


def test_a_change_that_cannot_be_saved_is_not_made_and_the_next_one_is(root: Path) -> None:
    one = framework(root)
    version = one.version
    blocked = root / "data/ttl/.change"
    blocked.write_text("where the journal would be")
    change = update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "Otra"@es }} }}')
    with pytest.raises(StoreError) as raised:
        one.apply(change)
    assert raised.value.key == "change_not_saved"
    assert (one.version, turtle(root, "indicators")) == (version, TURTLE)
    blocked.unlink()
    assert one.apply(change).version != version
    assert "Otra" in turtle(root, "indicators")


def test_a_graph_in_a_folder_that_takes_no_file_is_not_made(root: Path) -> None:
    one = framework(root)
    version = one.version
    (root / "data/ttl/closed").write_text("where a folder would be")
    with pytest.raises(StoreError) as raised:
        one.apply(
            update(
                f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "x" }} '
                'GRAPH <https://w3id.org/g7graph/graph/closed/a> { indicator:9.2 rdfs:label "y" } }'
            )
        )
    assert (raised.value.key, raised.value.values["detail"]) == ("change_not_saved", "a.ttl: Not a directory")
    assert (one.version, turtle(root, "indicators")) == (version, TURTLE)
    assert not (root / "data/ttl/changes").exists() or not any((root / "data/ttl/changes").iterdir())
    one.apply(update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "x" }} }}'))
    assert 'indicator:9.1 rdfs:label "x"' in turtle(root, "indicators")


def test_a_file_that_was_broken_by_hand_is_no_fault_of_who_asks_for_a_change(root: Path) -> None:
    one = framework(root)
    (root / "data/ttl/broken.ttl").write_text("<http://x/a> <http://x/b> .\n")
    change = update(f'INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:9.1 rdfs:label "x" }} }}')
    with pytest.raises(StoreError) as raised:
        one.apply(change)
    assert raised.value.key == "change_not_begun"
    assert "broken.ttl" in raised.value.text("en")
    (root / "data/ttl/broken.ttl").unlink()
    one.apply(change)
    assert 'indicator:9.1 rdfs:label "x"' in turtle(root, "indicators")


def test_a_change_that_is_saved_and_cannot_be_shown_is_as_soon_as_it_can(root: Path, tmp_path: Path) -> None:
    """As where the disk of the store is full and that of the data is not."""
    place, text = tmp_path / "built" / "store", f"{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ %s }} }}"
    label = 'indicator:n1 rdfs:label "n1"'
    with serving(root, "--store", place) as service:
        in_the_way = place.with_name("store.new")
        in_the_way.write_text("where the store would be built")
        for _ in range(2):  # what is repeated is no other
            with pytest.raises(urllib.error.HTTPError) as raised:
                send(f"{service.url}/sparql", text % label)
            with raised.value as answer:
                told = json.loads(answer.read())
            assert (raised.value.code, told["type"].rpartition("/")[2]) == (503, "change-unserved")
            assert str(place) not in told["detail"]
            assert label in turtle(root, "indicators")
            assert labels(service.url) == set()
        in_the_way.unlink()
        until(lambda: labels(service.url) == {"n1"})
        send(f"{service.url}/sparql", text % label)
        assert labels(service.url) == {"n1"}


def test_what_is_served_outlives_the_process_that_writes(root: Path) -> None:
    """Killed while a file is broken by hand, it cannot start again: what was published is read on."""
    text = f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:%s rdfs:label "%s" }} }}'
    with serving(root) as service:
        send(f"{service.url}/sparql", text % ("n1", "n1"))
        broken = root / "data/ttl/broken.ttl"
        broken.write_text("<http://x/a> <http://x/b> .\n")
        os.kill(service.writing(), signal.SIGKILL)
        for number in range(3):
            assert labels(service.url) == {"n1"}
            with pytest.raises(urllib.error.HTTPError) as raised:
                send(f"{service.url}/sparql", text % ("n2", number))
            with raised.value as answer:
                told = json.loads(answer.read())
            assert (raised.value.code, told["type"].rpartition("/")[2]) == (503, "change-not-begun")
            assert "broken.ttl" in told["detail"]
        broken.unlink()
        until(lambda: not refused(service.url, text % ("n3", "n3")))
        assert labels(service.url) == {"n1", "n3"}
        assert service.said().count("broken.ttl, line") <= 3  # once by each process


def test_workers_that_lose_who_replaces_them_are_followed_by_others(root: Path) -> None:
    text = f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:%s rdfs:label "%s" }} }}'
    with serving(root) as service:
        send(f"{service.url}/sparql", text % ("n1", "n1"))
        keeper = service.writing()
        (nursery,) = children(keeper)
        workers = children(nursery)
        os.kill(nursery, signal.SIGKILL)
        until(lambda: keeper not in children(service.process.pid))
        until(lambda: not refused(service.url, text % ("n2", "n2")))
        assert labels(service.url) == {"n1", "n2"}
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_a_change_whose_client_has_gone_before_its_turn_is_not_made(root: Path) -> None:
    with serving(root) as service:
        os.kill(service.writing(), signal.SIGSTOP)
        host, _, port = service.url.removeprefix("http://").partition(":")
        left = []
        for number in range(5):
            body = f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:g{number} rdfs:label "n{number}" }} }}'
            one = socket.create_connection((host, int(port)))
            one.sendall(
                f"POST /sparql HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n"
                f"Content-Type: application/sparql-update\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            left.append(one)
        time.sleep(1)  # they wait by now
        for one in left:
            one.close()
        time.sleep(1)
        os.kill(service.writing(), signal.SIGCONT)
        send(
            f"{service.url}/sparql",
            f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:n9 rdfs:label "n9" }} }}',
        )
        assert labels(service.url) == {"n9"}


def test_only_so_many_changes_wait(tmp_path: Path) -> None:
    place, waiting = tmp_path / "keeper", []
    with listening(place):
        while True:
            one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            one.setblocking(False)
            waiting.append(one)
            if one.connect_ex(str(place)):
                break
        with pytest.raises(Limited) as raised:
            KeptWriter(place).apply(update("INSERT DATA { indicator:n9 g7:value 1 }"))
    assert (raised.value.key, raised.value.values["limit"]) == ("many_changes", 64)
    assert 64 <= len(waiting) - 1 <= 65
    for one in waiting:
        one.close()


def refused(url: str, text: str) -> str:
    """Return why an update is refused; nothing where it is made."""
    try:
        send(f"{url}/sparql", text)
    except urllib.error.HTTPError as error:
        with error:
            return str(json.loads(error.read())["type"])
    return ""


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_change_of_nothing_changes_nothing(root: Path) -> None:
    one = framework(root)
    version = one.store.version
    assert one.apply(update("DELETE WHERE { GRAPH ?g { <http://x/none> ?p ?o } }")).version == version
    assert not (root / "data/ttl/changes").exists()


def test_what_did_not_change_keeps_its_form(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text('# Head.\n<http://x/a> <http://x/b> 0.50, 01, "e"@es-pe .\n')
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TURTLE)
    after = {quad.triple for quad in store} | {
        ox.Triple(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/c"), ox.Literal(2))
    }
    text = (rewritten(path, after) or b"").decode()
    assert text.startswith("# Head.\n")
    assert "0.50" in text
    assert '"01"^^' in text
    assert '"e"@es-pe' in text
    assert "ns1:c 2" in text


def labels(url: str) -> set[str]:
    text = "SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(STRSTARTS(?l, 'n')) }"
    rows = json.loads(send(f"{url}/sparql?query={quote(text)}&format=json"))["results"]["bindings"]
    return {row["l"]["value"] for row in rows}


def test_what_was_accepted_is_served_and_a_wrong_token_is_refused(root: Path) -> None:
    with serving(root) as service:
        url = service.url
        text = f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:n1 rdfs:label "n1" }} }}'
        send(f"{url}/sparql", text)
        assert labels(url) == {"n1"}
        asked = urllib.request.Request(  # noqa: S310
            f"{url}/sparql",
            text.encode(),
            {"Authorization": "Bearer wrong", "Content-Type": "application/sparql-update"},
        )
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(asked, timeout=10)  # noqa: S310
        assert raised.value.code == 401
        with pytest.raises(urllib.error.HTTPError) as raised:
            send(f"{url}/sparql", f"{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:n2 g7:value 1 }} }}")
        assert raised.value.code == 422
        assert json.loads(raised.value.read())["findings"][0]["message"] == "A name is missing."
        assert labels(url) == {"n1"}


@pytest.mark.parametrize("attempt", range(6))
def test_a_service_killed_at_any_moment_keeps_what_it_accepted(root: Path, attempt: int) -> None:
    """Two graphs change together; a killed service has both or none, and all that it had said yes to."""
    chance = random.Random(attempt)  # noqa: S311 - the same moments in every run
    accepted: set[str] = set()
    sent: set[str] = set()
    for _ in range(3):
        with serving(root) as service:
            url, process = service.url, service.process
            assert accepted <= labels(url) <= sent
            end = time.monotonic() + 0.3 + chance.random() * 1.2
            while time.monotonic() < end:
                name = f"n{len(sent)}"
                sent.add(name)
                both = " ".join(
                    f'GRAPH <{graph}> {{ indicator:{name}-{n} rdfs:label "{name}" }}'
                    for n, graph in enumerate((INDICATORS, "https://w3id.org/g7graph/graph/other"))
                )
                send(f"{url}/sparql", f"{PREFIXES} INSERT DATA {{ {both} }}")
                accepted.add(name)
            name = f"n{len(sent)}"
            sent.add(name)
            killer = subprocess.Popen([sys.executable, "-c", KILLER, str(process.pid), str(chance.random() * 0.4)])
            try:
                send(
                    f"{url}/sparql",
                    f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:{name}-0 rdfs:label "{name}" }} '
                    f'GRAPH <https://w3id.org/g7graph/graph/other> {{ indicator:{name}-1 rdfs:label "{name}" }} }}',
                )
                accepted.add(name)
            except (urllib.error.URLError, ConnectionError, OSError):
                pass
            killer.wait()
            process.wait()
    project = Project.find(root)
    store = Framework(project, "memory", lambda: NOW, lang="en").store
    rows = store.table(
        "SELECT ?l (COUNT(*) AS ?n) { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(STRSTARTS(?l, 'n')) } "
        "GROUP BY ?l"
    ).records()
    assert {row["n"] for row in rows} == {2}
    assert accepted <= {str(row["l"]) for row in rows} <= sent


def test_the_projects_own_data_takes_a_change(tmp_path: Path, project: Project) -> None:
    """A label is corrected in the alliance's own framework, with all its shapes and checks."""
    shutil.copytree(project.data, tmp_path / "data" / "ttl")
    one = framework(tmp_path)
    version = one.store.version
    agency = "https://w3id.org/g7graph/id/agency/minem"
    one.apply(
        update(
            f'INSERT DATA {{ GRAPH <https://w3id.org/g7graph/graph/agencies> {{ <{agency}> skos:altLabel "MEM"@es }} }}'
        )
    )
    assert one.store.version != version
    assert 'skos:altLabel "MEM"@es' in turtle(tmp_path, "agencies")


def test_a_framework_on_disk_is_written_and_served_again(root: Path, tmp_path: Path) -> None:
    """Each change has the store built anew; what is read meanwhile and after a restart is what the files say."""
    place = tmp_path / "built" / "store"
    text = f'{PREFIXES} INSERT DATA {{ GRAPH <{INDICATORS}> {{ indicator:%s rdfs:label "%s" }} }}'
    with serving(root, "--store", place) as service:
        for name in ("n1", "n2", "n3"):
            send(f"{service.url}/sparql", text % (name, name))
            assert name in labels(service.url)
        version = service.version()
    for writable in (True, False):
        with serving(root, "--store", place, writable=writable) as service:
            assert labels(service.url) == {"n1", "n2", "n3"}
            assert service.version() == version
