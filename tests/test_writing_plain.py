"""Changes of plain RDF: the store is its own truth; what was accepted outlives the service, however that ends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import urllib.error
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import wraps
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar, cast

import pytest
from click.testing import CliRunner

from g7graph.build import build, open_local, opened
from g7graph.cli import main
from g7graph.errors import QueryError, StoreError
from g7graph.project import Project
from g7graph.store import stamp
from g7graph.store.apart import apart
from g7graph.store.change import Change, Condition, Document, Kind, Unmet, state_of
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.writing.plain import PlainInMemory, PlainOnDisk
from tests.services import KILLER, answered, environ, send, serving, until

Test = TypeVar("Test", bound=Callable[..., None])
DATA = '<http://x/a> <http://x/p> "1" .\n<http://x/a> <http://x/p> "2" <http://x/g> .\n'
VALUES = "SELECT ?v { { ?s <http://x/p> ?v } UNION { GRAPH ?g { ?s <http://x/p> ?v } } } ORDER BY ?v"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Somebody's RDF: a default graph and a named one."""
    path = tmp_path / "a.nq"
    path.write_text(DATA)
    return path


def insert(value: str, graph: str = "") -> Change:
    triple = f'<http://x/a> <http://x/p> "{value}"'
    return Change(
        Kind.UPDATE,
        "ana",
        text=f"INSERT DATA {{ GRAPH <{graph}> {{ {triple} }} }}" if graph else f"INSERT DATA {{ {triple} }}",
    )


def alone(test: Test) -> Test:
    """Run a test in a new interpreter: a database that this one once opened leaves threads that no fork has."""

    @wraps(test)
    def run(**given: object) -> None:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            pool.submit(_called, test.__name__, given).result(timeout=60)

    return cast(Test, run)


def _called(name: str, given: dict[str, object]) -> None:
    globals()[name].__wrapped__(**given)


def rows(opened: Callable[[], LocalStore]) -> list[str]:
    """Return the values of a store, opened and read by another process."""
    return apart(lambda: [str(row["v"]) for row in opened().table(VALUES).records()])


def values(place: Path, data: Path) -> list[str]:
    return rows(lambda: open_local(Project.find(data), str(place), read_only=True))


@alone
def test_what_was_written_is_there_when_the_store_is_opened_again(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    kept = PlainOnDisk(Project.find(data), place, Limits())
    assert not kept.apply(insert("3", "http://x/g")).created
    outcome = kept.apply(Change(Kind.REPLACE, "ana", graph="http://x/new", documents=(DOCUMENT,)))
    assert outcome.created
    assert rows(lambda: kept.store) == ["1", "2", "3", "4"]
    assert values(place, data) == ["1", "2", "3", "4"]
    assert PlainOnDisk(Project.find(data), place, Limits()).version == outcome.version


DOCUMENT = Document(b'<http://x/a> <http://x/p> "4" .', "ttl", "http://x/new")


@alone
def test_a_store_that_was_written_to_does_not_follow_its_files_any_more(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    PlainOnDisk(Project.find(data), place, Limits()).apply(insert("3"))
    data.write_text('<http://x/a> <http://x/p> "9" .\n')
    assert values(place, data) == ["1", "2", "3"]
    kept = PlainOnDisk(Project.find(data), place, Limits())
    assert rows(lambda: kept.store) == ["1", "2", "3"]


@alone
def test_a_store_that_was_only_opened_for_writing_follows_its_files(data: Path, tmp_path: Path) -> None:
    PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    data.write_text('<http://x/a> <http://x/p> "9" .\n')
    assert values(tmp_path / "store", data) == ["9"]


@alone
def test_a_change_that_is_refused_leaves_everything_as_it_was(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    kept = PlainOnDisk(Project.find(data), place, Limits())
    before = kept.version, stamp.read(place)
    for text in ("INSERT DATA {", "LOAD <http://x/>", "CREATE GRAPH <http://x/g>"):
        with pytest.raises(QueryError):
            kept.apply(Change(Kind.UPDATE, "ana", text=text))
    assert (kept.version, stamp.read(place)) == before
    assert rows(lambda: kept.store) == ["1", "2"]


@alone
def test_a_change_is_made_only_of_the_data_that_it_was_thought_for(data: Path, tmp_path: Path) -> None:
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    condition = Condition("If-Match", states=frozenset({state_of(kept.version)}))
    kept.apply(replace(insert("3"), condition=condition))
    with pytest.raises(Unmet):
        kept.apply(replace(insert("4"), condition=condition))
    assert rows(lambda: kept.store) == ["1", "2", "3"]


@alone
def test_only_the_editions_that_somebody_may_open_are_kept(data: Path, tmp_path: Path) -> None:
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    versions = [kept.version, *(kept.apply(insert(str(number))).version for number in range(5))]
    assert {path.name for path in (tmp_path / "store.editions").iterdir()} == set(versions[-2:])
    assert len(set(versions)) == len(versions)
    assert not list((tmp_path / "store").glob("LOG.old*"))


@alone
def test_a_change_that_cannot_be_shown_is_told_so_and_seen_with_the_next(data: Path, tmp_path: Path) -> None:
    """As where the disk is full: the process that writes goes on, and readers have what they had."""
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    editions, aside = tmp_path / "store.editions", tmp_path / "aside"
    editions.rename(aside)
    editions.write_text("where editions would be")
    with pytest.raises(StoreError) as unseen:
        kept.apply(insert("3"))
    assert unseen.value.key == "change_unseen"
    editions.unlink()
    aside.rename(editions)
    assert rows(lambda: kept.store) == ["1", "2"]
    kept.apply(insert("4"))
    assert rows(lambda: kept.store) == ["1", "2", "3", "4"]


@alone
def test_an_edition_that_is_read_does_not_see_what_is_written_after(data: Path, tmp_path: Path) -> None:
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    before = kept.folder
    kept.apply(insert("3"))
    assert rows(lambda: opened(before, "", union=False)) == ["1", "2"]
    assert rows(lambda: kept.store) == ["1", "2", "3"]


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
@alone
def test_a_build_does_not_lose_what_was_written_unless_told_to(data: Path, tmp_path: Path, lang: str) -> None:
    place = tmp_path / "store"
    apart(lambda: PlainOnDisk(Project.find(data), place, Limits()).apply(insert("3")))
    words = ["--data", str(data), "build", "--store", str(place), "--no-dumps", "--lang", lang]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 2
    assert f"--store {place} --replace" in refused.stderr
    assert values(place, data) == ["1", "2", "3"]
    assert apart(lambda: CliRunner().invoke(main, [*words, "--replace"]).exit_code) == 0
    assert values(place, data) == ["1", "2"]


@alone
def test_a_framework_does_not_take_the_place_of_a_store_that_was_written_to(
    data: Path, tmp_path: Path, project: Project
) -> None:
    PlainOnDisk(Project.find(data), tmp_path / "store", Limits()).apply(insert("3"))
    with pytest.raises(StoreError) as refused:
        build(project, tmp_path / "store")
    assert refused.value.key == "store_written"


def test_in_memory_changes_last_as_long_as_the_process(data: Path) -> None:
    kept = PlainInMemory(Project.find(data), Limits())
    versions = {kept.version, kept.apply(insert("3")).version, kept.apply(insert("4")).version}
    assert len(versions) == 3
    assert len(kept.store.table(VALUES).rows) == 4
    assert data.read_text() == DATA
    with pytest.raises(QueryError):
        kept.apply(Change(Kind.UPDATE, "ana", text="INSERT DATA {"))
    assert kept.version in versions


HOLDER = """
import sys, time
from pathlib import Path
from g7graph.store.stamp import Held
held = Held(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_store_that_another_process_writes_to_is_not_built_nor_opened(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(place)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            for attempt in (lambda: build(Project.find(data), place), lambda: stamp.refuse_held(place)):
                with pytest.raises(StoreError) as refused:
                    attempt()
                assert refused.value.key == "store_busy"
        finally:
            holder.kill()
    build(Project.find(data), place)
    stamp.refuse_held(place)


def test_a_service_over_a_store_keeps_what_it_accepted(data: Path, tmp_path: Path) -> None:
    """Written, read, restarted with other files, read-only and writable; another service may not write meanwhile."""
    place = tmp_path / "store"
    with serving(data, "--store", place) as service:
        send(f"{service.url}/sparql", insert("3").text)
        send(f"{service.url}/graph-store?graph=http://x/new", DOCUMENT.body.decode(), "text/turtle", "PUT")
        assert answered(service.url, VALUES) == ["1", "2", "3", "4"]
        version = service.version()
        for more in (["--writable"], []):
            words = ["--data", data, "--lang", "en", "serve", "--port", 0, "--store", place, *more]
            command = [sys.executable, "-m", "g7graph", *map(str, words)]
            ended = subprocess.run(command, check=False, env=environ(), capture_output=True, timeout=60)
            assert ended.returncode == 2
            assert b"Another process builds the store" in ended.stderr
    data.write_text('<http://x/a> <http://x/p> "9" .\n')
    for writable in (True, False):
        with serving(data, "--store", place, writable=writable) as service:
            assert answered(service.url, VALUES) == ["1", "2", "3", "4"]
            assert service.version() == version
            assert "the files it was built of are not read any more" in service.said()


def test_a_service_in_memory_says_that_what_is_written_does_not_last(data: Path) -> None:
    with serving(data) as service:
        send(f"{service.url}/sparql", insert("3").text)
        assert answered(service.url, VALUES) == ["1", "2", "3"]
        assert "lasts as long as this process" in service.said()
    with serving(data) as service:
        assert answered(service.url, VALUES) == ["1", "2"]


@pytest.mark.parametrize("attempt", range(4))
def test_a_service_killed_at_any_moment_keeps_what_it_accepted(data: Path, tmp_path: Path, attempt: int) -> None:
    """Two graphs change together; a killed service has both or none, and all that it had said yes to."""
    chance = random.Random(attempt)  # noqa: S311 - the same moments in every run
    place, accepted, sent = tmp_path / "store", {"1", "2"}, {"1", "2"}
    for _ in range(3):
        with serving(data, "--store", place) as service:
            found = answered(service.url, VALUES)
            assert accepted <= set(found) <= sent
            assert all(found.count(value) == 2 for value in set(found) - {"1", "2"})
            moment = str(0.2 + chance.random())
            with subprocess.Popen([sys.executable, "-c", KILLER, str(service.process.pid), moment]):
                while True:
                    value = f"n{len(sent)}"
                    sent.add(value)
                    triple = f'<http://x/a> <http://x/p> "{value}"'
                    try:
                        send(f"{service.url}/sparql", f"INSERT DATA {{ {triple} GRAPH <http://x/g> {{ {triple} }} }}")
                    except (urllib.error.URLError, OSError):
                        break
                    accepted.add(value)
            service.process.wait()
    found = values(place, data)
    assert len(accepted) > 2
    assert accepted <= set(found) <= sent
    assert all(found.count(value) == 2 for value in set(found) - {"1", "2"})


def test_a_keeper_that_is_killed_is_replaced(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "store"
    with serving(data, "--store", place) as service:
        send(f"{service.url}/sparql", insert("3").text)
        os.kill(service.keeper(place), signal.SIGKILL)
        until(lambda: send(f"{service.url}/sparql", insert("4").text), service.process)
        assert answered(service.url, VALUES) == ["1", "2", "3", "4"]


@alone
def test_the_tables_of_an_edition_are_links_and_take_no_room(data: Path, tmp_path: Path) -> None:
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    tables = [path for path in kept.folder.iterdir() if path.suffix == ".sst"]
    assert tables
    assert all(path.stat().st_nlink > 1 for path in tables)


@alone
def test_the_engine_takes_what_is_written_in_one_transaction(data: Path, tmp_path: Path) -> None:
    kept = PlainOnDisk(Project.find(data), tmp_path / "store", Limits())
    text = 'INSERT DATA { <http://x/a> <http://x/p> "3" } ; CREATE GRAPH <http://x/g>'
    with pytest.raises(QueryError):
        kept.apply(Change(Kind.UPDATE, "ana", text=text))
    assert values(tmp_path / "store", data) == ["1", "2"]
