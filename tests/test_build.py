"""Stores: the union of the graphs in memory, on disk, over HTTP; what is malformed is never half loaded."""

from __future__ import annotations

import os
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from g7graph import vocab
from g7graph.build import build, open_local, open_store, version_of
from g7graph.cli import main
from g7graph.derive import PROGRESS
from g7graph.errors import DataError, QueryError, StoreError, UsageError
from g7graph.exports.graphs import canonical
from g7graph.project import Project
from g7graph.store import blanks, stamp
from g7graph.store.local import LocalStore
from g7graph.store.remote import RemoteStore

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """RDF of somebody else: a default graph and a named one."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.nq").write_text(
        "<http://x/a> <http://x/b> <http://x/c> .\n<http://x/a> <http://x/b> 'd' <http://x/g> .\n".replace("'", '"')
    )
    return folder


def test_the_default_graph_is_the_union_and_graphs_can_be_asked_one_by_one(store: LocalStore) -> None:
    (total,) = store.table(COUNT).records()
    (named,) = store.table("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }").records()
    assert total["n"] == named["n"] == len(store.inner)
    assert PROGRESS in store.graphs()


def test_a_query_with_from_sees_only_the_graphs_it_names(store: LocalStore) -> None:
    (derived,) = store.table(COUNT.replace("WHERE", f"FROM <{PROGRESS}> WHERE")).records()
    graph = ox.NamedNode(PROGRESS)
    assert derived["n"] == sum(1 for _ in store.inner.quads_for_pattern(None, None, None, graph)) > 0


def test_other_peoples_rdf_is_served_as_it_is_with_its_own_default_graph(plain: Path) -> None:
    store = open_store(Project.find(plain))
    assert store.table(COUNT).records() == [{"n": 1}]
    assert store.graphs() == ["http://x/g"]


def test_a_store_on_disk_answers_as_the_one_in_memory_and_is_reused(
    project: Project, store: LocalStore, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    assert open_store(project, str(folder)).table(COUNT) == store.table(COUNT)
    again = open_store(project, str(folder), read_only=True)
    assert again.table(COUNT) == store.table(COUNT)


def test_a_store_on_disk_is_built_again_when_the_data_changed(plain: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "store")
    open_store(Project.find(plain), folder)
    (plain / "b.nt").write_text("<http://x/e> <http://x/b> <http://x/c> .\n")
    assert open_store(Project.find(plain), folder).table(COUNT).records() == [{"n": 2}]


@pytest.mark.parametrize("where", ["memory", "store"])
def test_a_file_of_xml_that_is_cut_is_not_served(tmp_path: Path, where: str) -> None:
    file = tmp_path / "cut.rdf"
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    file.write_text(f'<r:RDF xmlns:r="{rdf}" xmlns:x="http://x/">\n<r:Description r:about="http://x/a" x:p="5"/>\n')
    with pytest.raises(DataError) as refused:
        open_store(Project.find(file), where if where == "memory" else str(tmp_path / where))
    assert refused.value.key == "unparsable"
    assert (refused.value.values["line"], refused.value.values["column"]) == (3, 1)


def test_the_version_changes_with_the_data_and_only_then(plain: Path) -> None:
    before = version_of(Project.find(plain))
    assert before == version_of(Project.find(plain))
    (plain / "a.nq").write_text("")
    assert before != version_of(Project.find(plain))


def changed_unseen(path: Path) -> None:
    """Change a file's bytes, and neither its size nor its time: only reading it would tell."""
    times = path.stat()
    path.write_bytes(path.read_bytes().replace(b"http://x/c", b"http://x/z"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_the_files_of_a_store_on_disk_are_not_read_again_while_their_sizes_and_times_are_the_same(
    plain: Path, tmp_path: Path
) -> None:
    folder = str(tmp_path / "store")
    os.utime(plain / "a.nq", (1_000_000_000, 1_000_000_000))
    before = open_store(Project.find(plain), folder).version
    changed_unseen(plain / "a.nq")
    project = Project.find(plain)
    assert version_of(project) != before
    assert version_of(project, folder) == open_store(project, folder, read_only=True).version == before
    (plain / "a.nq").touch()
    assert version_of(project, folder) == version_of(project)


def test_a_file_as_young_as_the_manifest_is_read_again(plain: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "store")
    open_store(Project.find(plain), folder)
    times = (plain / "a.nq").stat()
    os.utime(tmp_path / "store.manifest", ns=(times.st_atime_ns, times.st_mtime_ns))
    changed_unseen(plain / "a.nq")
    assert version_of(Project.find(plain), folder) == version_of(Project.find(plain))


def test_a_file_touched_but_the_same_does_not_build_the_store_again(plain: Path, tmp_path: Path) -> None:
    open_store(Project.find(plain), str(tmp_path / "store"))
    made = (tmp_path / "store").stat().st_ino
    (plain / "a.nq").touch()
    open_store(Project.find(plain), str(tmp_path / "store"))
    assert (tmp_path / "store").stat().st_ino == made


@pytest.mark.parametrize("text", ["", "{}", "[]", "no manifest", '{"version": "0"}'])
def test_a_manifest_that_says_nothing_is_not_trusted(plain: Path, tmp_path: Path, text: str) -> None:
    folder = str(tmp_path / "store")
    version = open_store(Project.find(plain), folder).version
    (tmp_path / "store.manifest").write_text(text)
    assert version_of(Project.find(plain), folder) == version


def test_a_malformed_file_stops_the_build_with_its_place(plain: Path) -> None:
    (plain / "bad.ttl").write_text("@prefix x: <http://x/> .\nx:a x:b y:c .\n")
    with pytest.raises(DataError, match=r"bad\.ttl, line 2, column 9"):
        open_store(Project.find(plain))


def test_a_file_that_cannot_be_read_is_not_told_as_the_store(plain: Path, tmp_path: Path) -> None:
    (plain / "b.nt").symlink_to("nowhere")
    words = ["--data", str(plain), "--lang", "en", "build", "--no-dumps", "--output", str(tmp_path / "dist")]
    said = CliRunner().invoke(main, words)
    expected = f"{plain / 'b.nt'} cannot be read or written: No such file or directory."
    assert (said.exit_code, said.output.splitlines()[-1]) == (2, expected)


def test_a_folder_that_is_a_file_is_no_store(project: Project, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no store")
    with pytest.raises(StoreError, match="something else"):
        open_store(project, str(tmp_path / "store"))
    assert (tmp_path / "store").read_text() == "no store"


def test_somebody_elses_database_is_left_alone(plain: Path, tmp_path: Path) -> None:
    theirs = ox.Store(str(tmp_path / "theirs"))
    theirs.add(ox.Quad(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/b"), ox.Literal("1")))
    theirs.flush()
    del theirs
    with pytest.raises(StoreError, match="something else"):
        open_store(Project.find(plain), str(tmp_path / "theirs"))
    assert len(ox.Store.read_only(str(tmp_path / "theirs"))) == 1


def test_a_store_that_is_replaced_can_be_read_to_its_end(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    before = open_store(Project.find(plain), str(folder), read_only=True)
    for number in range(2):
        (plain / f"{number}.nt").write_text(f"<http://x/{number}> <http://x/b> <http://x/c> .\n")
        assert open_store(Project.find(plain), str(folder), read_only=True).table(COUNT).records() == [
            {"n": number + 2}
        ]
    assert before.table(COUNT).records() == [{"n": 1}]
    del before
    (plain / "0.nt").unlink()
    open_store(Project.find(plain), str(folder), read_only=True)
    assert list(tmp_path.glob("store.old*")) == []


def test_a_build_that_was_killed_before_its_end_is_done_again(plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    open_store(Project.find(plain), str(folder), read_only=True)
    stamp.write(folder, stamp.Stamp(""))
    shutil.rmtree(folder)
    (tmp_path / "store.new").mkdir()
    assert open_store(Project.find(plain), str(folder), read_only=True).table(COUNT).records() == [{"n": 1}]
    assert stamp.read(folder) == stamp.Stamp(version_of(Project.find(plain)))
    assert not (tmp_path / "store.new").exists()


def test_the_steps_of_a_build_are_told(plain: Path, project: Project, tmp_path: Path) -> None:
    told: list[str] = []
    build(Project.find(plain), tmp_path / "plain-store", on_step=told.append)
    assert told == ["load"]
    build(Project.find(plain), tmp_path / "plain-store", on_step=told.append)
    assert told == ["load"]
    build(project, tmp_path / "store", on_step=told.append)
    assert told[1:] == ["load", "derive", "compact", "prepare"]


def test_a_malformed_file_leaves_the_store_that_was_there(plain: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "store")
    before = open_store(Project.find(plain), folder).table(COUNT)
    (plain / "bad.ttl").write_text("@prefix x: <http://x/> .\nx:a x:b y:c .\n")
    with pytest.raises(DataError):
        open_store(Project.find(plain), folder)
    (plain / "bad.ttl").unlink()
    assert open_store(Project.find(plain), folder, read_only=True).table(COUNT) == before


class Recorded(BaseHTTPRequestHandler):
    """A service that only notes what it is asked."""

    asked: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        """Note the request; answer no rows."""
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        body = b'{"head": {"vars": ["s"]}, "results": {"bindings": []}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.mark.parametrize(
    "text",
    ["DROP ALL", "CLEAR ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "DELETE WHERE { ?s ?p ?o }", "LOAD <http://x/>",
     "PREFIX x: <http://x/> # SELECT\nDROP ALL", "SELECT * { SERVICE <http://169.254.169.254/> { ?s ?p ?o } }"],
)  # fmt: skip
def test_a_remote_store_is_only_ever_read(text: str) -> None:
    Recorded.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorded) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = RemoteStore(f"http://127.0.0.1:{server.server_port}/sparql")
        with pytest.raises(QueryError):
            store.query(text)
        assert Recorded.asked == []
        assert store.table("SELECT ?s { ?s ?p ?o }").records() == []
        assert all(asked.startswith(b"query=") for asked in Recorded.asked)
        assert b"%3Fs+%3Fp+%3Fo" in Recorded.asked[-1]
        server.shutdown()


@pytest.mark.parametrize(
    ("text", "line"), [("SELECT * {", 1), ("SELECT *\n{ ?s ?p }", 2), ("INSERT DATA {}", 1), ("", 1)]
)
def test_a_query_that_does_not_parse_is_placed(store: LocalStore, text: str, line: int) -> None:
    with pytest.raises(QueryError) as refused:
        store.query(text)
    assert refused.value.line == line
    assert refused.value.column >= 1


def test_no_path_and_no_rdf_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        Project.find(tmp_path / "none")
    with pytest.raises(UsageError, match="no RDF file"):
        Project.find(tmp_path)


def test_a_framework_root_and_its_turtle_tree_are_the_same_data(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.data, tmp_path / "data/ttl")
    root, tree = Project.find(tmp_path), Project.find(tmp_path / "data/ttl")
    assert [file.iri for file in root.graph_files()] == [file.iri for file in tree.graph_files()]
    assert not root.is_plain
    assert not tree.is_plain


def test_blank_nodes_have_the_same_names_at_each_start_in_memory_and_on_disk(project: Project, tmp_path: Path) -> None:
    """Those of two graphs stay apart, and what is said of them is what was written, in triple terms too."""
    shutil.copytree(project.data, tmp_path / "data/ttl")
    written = '<x:a> <x:b> [ <x:c> "d" ] , [ <x:c> "d" ] ; <x:e> [ <x:says> <<( _:n <x:p> _:n )>> ] . _:n <x:c> 1 .\n'
    for name in ("one", "two"):
        (tmp_path / f"data/ttl/{name}.ttl").write_text(written)
    root, folder = Project.find(tmp_path), tmp_path / "store"
    build(root, folder)
    first, second, disk = ({*open_local(root, where).inner} for where in ("memory", "memory", str(folder)))
    assert first == second == disk
    graphs = [{q.triple for q in first if q.graph_name == ox.NamedNode(vocab.graph(name))} for name in ("one", "two")]
    expected = canonical(ox.parse(written, format=ox.RdfFormat.TURTLE))
    assert [{*canonical(ox.Quad(*triple) for triple in one)} for one in graphs] == [{*expected}] * 2
    blank = [{term for triple in one for term in triple if isinstance(term, ox.BlankNode)} for one in graphs]
    assert [*map(len, blank)] == [4, 4]
    assert not blank[0] & blank[1]


@pytest.mark.parametrize(
    ("turtle", "has"),
    [
        ("<x:a> <x:b> [] .", True),
        ("<x:a> <x:b> (1) .", True),
        ("<x:a> <x:b> _:c .", True),
        ("<< <x:a> <x:b> <x:c> >> <x:d> 1 .", True),
        ("<x:a> <x:b> <x:c> {| <x:d> 1 |} .", True),
        ("<x:a> <x:b> <x:c> ~ .", True),
        ("<x:a> <x:b> 'c', 1 .", False),
        ("", False),
    ],
)
def test_every_way_to_write_a_blank_node_is_seen(tmp_path: Path, turtle: str, has: bool) -> None:
    (tmp_path / "a.ttl").write_text(turtle)
    found = {term for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE) for term in quad}
    assert any(isinstance(term, ox.BlankNode) for term in found) == has
    assert blanks.may_be_in(tmp_path / "a.ttl") == has


def test_a_build_of_the_store_alone_writes_no_dumps(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--data", str(plain), "build", "--store", "here/store", "--lang", "en"]
    alone = CliRunner().invoke(main, [*words, "--no-dumps"])
    assert (alone.exit_code, alone.stderr) == (0, "2 statements in here/store.\n")
    assert not (tmp_path / "dist").exists()
    assert CliRunner().invoke(main, words).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == ["dataset.nq", "dumps", "dumps.lock"]
    assert CliRunner().invoke(main, words[:3]).exit_code == 0
    assert (tmp_path / "dist/store.version").read_text() == (tmp_path / "here/store.version").read_text()
