"""Dumps of whole stores: the bytes of the exports, however little is held in memory; a folder made whole or not."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from g7graph import dumps, vocab
from g7graph.build import open_local
from g7graph.dumps import statements, tables
from g7graph.dumps.folder import Folder
from g7graph.errors import StoreError
from g7graph.exports import GRAPHS, ordered
from g7graph.exports.manifest import Manifest
from g7graph.project import Project
from g7graph.store.local import LocalStore

AWKWARD = r"""
_:a <http://x/p> "a <b>"^^<http://x/t> .
_:a <http://x/p> "_:x <b" <http://x/g> .
_:b <http://x/q> _:a _:g .
<http://x/s> <http://x/p> "x\u0000y\n\"z <https://w3id.org/g7graph/id/result/4>\r\n" .
<http://x/s> <http://x/p> "x\\" <http://x/g> .
<http://x/s> <http://x/p> "x\\" <http://x/other> .
<http://x/s> <http://x/a> <http://www.w3.org/2004/02/skos/core#a/b> .
<http://x/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/g7graph/ontology#Result> .
<http://x/s> <http://x/p> "\u00e1\U0001f600" <https://w3id.org/g7graph/graph/a> .
"""
NEWER = r"""
<http://x/s> <http://x/p> <<( <http://x/a> <http://x/b> _:a )>> <http://x/g> .
<http://x/s> <http://x/p> <<( <http://x/a> <http://x/b> "c <d> ." )>> .
<http://x/s> <http://x/p> "a .\n <http://www.w3.org/2004/02/skos/core#x> ."@en--ltr .
"""
NAMELESS = '<http://x/s> <http://x/1> "a" .\n'
FORMS = {"nq", "trig", "ttl", "jsonld", "rdf"}
PLAIN = "<http://x/s> <http://x/p> <http://x/o> .\n"


def store_of(text: str) -> ox.Store:
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.N_QUADS)
    return store


def written(store: ox.Store, place: Path) -> dict[str, bytes]:
    """What is written of a store: each file, unpacked."""
    folder, scratch = place / "folder", place / "scratch"
    folder.mkdir()
    scratch.mkdir()
    found = [*statements.write(store, Folder(folder, lambda _: None), scratch)]
    assert {one.name for one in found} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }
    return {one.name: gzip.decompress((folder / one.name).read_bytes()) for one in found}


@pytest.mark.parametrize("run_bytes", [1, 300, 64_000_000])
@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (AWKWARD, FORMS),
        (AWKWARD + NEWER, FORMS - {"jsonld"}),
        (NAMELESS, FORMS - {"rdf"}),
        ("", FORMS),
        (PLAIN, FORMS),
    ],
    ids=["awkward", "newer", "nameless", "empty", "plain"],
)
def test_a_dump_has_the_bytes_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, forms: set[str], run_bytes: int
) -> None:
    monkeypatch.setattr(ordered, "_RUN_BYTES", run_bytes)
    store = store_of(text)
    found = written(store, tmp_path)
    whole = {name: content for name, content in found.items() if name.startswith("dataset.")}
    assert set(whole) == {f"dataset.{form}.gz" for form in forms}
    for form in forms:
        assert agree(form, whole[f"dataset.{form}.gz"], GRAPHS[form].write(store)), form


def agree(form: str, ours: bytes, theirs: bytes) -> bool:
    """Whether the bytes are the same; of Turtle and RDF/XML what they say, where blank nodes have names.

    Ours have those that the dataset gives them, the export's those of its triples alone.
    """
    return same(ours, theirs, form) if form in ("ttl", "rdf") and b"c14n" in ours else ours == theirs


def same(one: bytes, other: bytes, form: str) -> bool:
    datasets = [ox.Dataset(ox.parse(text, format=ox.RdfFormat.from_extension(form))) for text in (one, other)]
    for dataset in datasets:
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return datasets[0] == datasets[1]


def test_each_graph_of_the_project_has_files_of_its_own(tmp_path: Path, store: LocalStore) -> None:
    found = written(store.inner, tmp_path)
    for form in FORMS:
        assert agree(form, found[f"dataset.{form}.gz"], GRAPHS[form].write(store.inner)), form
    names = [iri.removeprefix(vocab.GRAPH) for iri in store.graphs()]
    assert {"agencies", "derived/progress", "measurements/2014-05", "ontology/g7"} <= set(names)
    assert set(found) == {
        f"{stem}.{form}.gz" for stem in ["dataset", *(f"graphs/{one}" for one in names)] for form in FORMS
    }
    for form in FORMS:
        quads = store.inner.quads_for_pattern(None, None, None, ox.NamedNode(vocab.graph("measurements/2014-05")))
        assert found[f"graphs/measurements/2014-05.{form}.gz"] == GRAPHS[form].write(quads), form


@pytest.mark.parametrize(
    "graph",
    ["http://x/../../etc/passwd", "https://w3id.org/g7graph/graph/../up", "https://w3id.org/g7graph/graph//a",
     "https://w3id.org/g7graph/graph/.hidden", "https://w3id.org/g7graph/graph/a%2F..%2Fb", "urn:x",
     "https://w3id.org/g7graph/graph/" + "a" * 300, "https://w3id.org/g7graph/graph/á", "http://x/" + "é" * 300],
)  # fmt: skip
def test_the_name_of_a_graph_makes_a_file_inside_the_folder(tmp_path: Path, graph: str) -> None:
    found = written(store_of(f"<http://x/s> <http://x/p> <http://x/o> <{graph}> .\n"), tmp_path)
    (name,) = [name for name in found if name.startswith("graphs/") and name.endswith(".nq.gz")]
    assert name.count("/") == 1
    assert len(name) < 200
    assert name.isascii()
    assert graph.encode() in found[name]


def test_more_graphs_than_anybody_would_fetch_one_by_one_are_in_the_dataset_only(tmp_path: Path) -> None:
    many = "".join(f"<http://x/s> <http://x/p> <http://x/o> <http://x/g{number}> .\n" for number in range(1001))
    assert set(written(store_of(many), tmp_path)) == {f"dataset.{form}.gz" for form in FORMS}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, project: Project, store: LocalStore) -> Path:
    output = tmp_path_factory.mktemp("built")
    assert dumps.build(store, project, output)
    return output


def test_the_checksums_are_those_that_sha256sum_checks(built: Path) -> None:
    folder = built / "dumps"
    said = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],  # noqa: S607 - whichever there is
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {line.removesuffix(": OK") for line in said.stdout.splitlines()} == files - {"SHA256SUMS"}


def test_the_manifest_says_what_there_is(built: Path, store: LocalStore) -> None:
    manifest = Manifest.read(built / "dumps")
    assert manifest is not None
    assert (manifest.version, manifest.data) == ("0.2.1", store.version)
    assert manifest.modified.startswith("20")
    by_name = {one.name: one for one in manifest.dumps}
    assert by_name["dataset.trig.gz"].media_type == "application/trig"
    assert by_name["dataset.trig.gz"].compression == "application/gzip"
    assert by_name["graphs/derived/progress.ttl.gz"].part == "graph/derived/progress"
    assert by_name["tables/places.csv"].part == "table/places"
    assert by_name["tables/tables.sqlite"].part == "tables"
    for one in manifest.dumps:
        content = (built / "dumps" / one.name).read_bytes()
        assert (one.bytes, one.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_same_data_gives_the_same_bytes(built: Path, project: Project, tmp_path: Path) -> None:
    again = open_local(project)
    assert dumps.build(again, project, tmp_path)
    for path in sorted(path for path in built.rglob("*") if path.is_file()):
        assert path.read_bytes() == (tmp_path / path.relative_to(built)).read_bytes(), path


def test_the_whole_dataset_stands_unpacked_beside_the_folder(built: Path, store: LocalStore) -> None:
    assert (built / "dataset.nq").read_bytes() == GRAPHS["nq"].write(store.inner)
    assert sorted(path.name for path in built.iterdir()) == ["dataset.nq", "dumps", "dumps.lock"]


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    (tmp_path / "a.nq").write_text(
        '<http://x/a> <http://x/b> <http://x/c> .\n<http://x/a> <http://x/b> "d" <http://x/g> .\n'
    )
    return Project.find(tmp_path / "a.nq")


def test_plain_rdf_has_dataset_and_graphs_and_no_tables(plain: Project, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    dumps.build(open_local(plain), plain, output)
    manifest = Manifest.read(output / "dumps")
    assert manifest is not None
    assert {one.part for one in manifest.dumps} == {"dataset", "http://x/g"}
    assert (manifest.version, manifest.modified) == ("", "")


def test_dumps_are_made_again_only_where_something_changed(
    plain: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, store = tmp_path / "out", open_local(plain)
    output.mkdir()
    assert dumps.build(store, plain, output)
    assert not dumps.build(store, plain, output)
    (output / "dumps/dataset.nq.gz").write_bytes(b"cut")
    assert dumps.build(store, plain, output)
    (output / "dataset.nq").unlink()
    assert dumps.build(store, plain, output)
    (output / "dumps/manifest.json").unlink()
    assert dumps.build(store, plain, output)
    monkeypatch.setattr(store, "version", "another")
    assert dumps.build(store, plain, output)
    monkeypatch.setattr(dumps, "__version__", "another")
    assert dumps.build(store, plain, output)


def test_what_fails_leaves_the_dumps_that_were_there(
    plain: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, store = tmp_path / "out", open_local(plain)
    output.mkdir()
    dumps.build(store, plain, output)
    before = {path.name: path.read_bytes() for path in (output / "dumps").iterdir() if path.is_file()}

    def full(name: str) -> None:
        if name == "dataset.rdf":
            raise OSError(28, "no space left on device")

    monkeypatch.setattr(store, "version", "another")
    with pytest.raises(OSError, match="no space"):
        dumps.build(store, plain, output, full)
    assert {path.name: path.read_bytes() for path in (output / "dumps").iterdir() if path.is_file()} == before
    assert sorted(path.name for path in output.iterdir()) == ["dataset.nq", "dumps", "dumps.lock"]


@pytest.mark.parametrize("said", [None, "", "{", "[]", '"a"', "{}", '{"dumps": [1]}', '{"dumps": []}'])
def test_a_folder_that_is_none_of_dumps_says_nothing(plain: Project, tmp_path: Path, said: str | None) -> None:
    (tmp_path / "out/dumps").mkdir(parents=True)
    if said is not None:
        (tmp_path / "out/dumps/manifest.json").write_text(said)
    assert Manifest.read(tmp_path / "out/dumps") is None
    assert dumps.build(open_local(plain), plain, tmp_path / "out")
    assert Manifest.read(tmp_path / "out/dumps") is not None


def test_what_a_build_left_that_was_killed_is_removed_and_one_at_a_time_builds(plain: Project, tmp_path: Path) -> None:
    output, store = tmp_path / "out", open_local(plain)
    (output / ".dumps-killed/dumps").mkdir(parents=True)
    begun = threading.Event()
    refused: list[str] = []

    def meanwhile(name: str) -> None:
        if not begun.is_set():
            begun.set()
            code = (
                f"from g7graph.store.stamp import Held; from pathlib import Path; Held(Path({str(output / 'dumps')!r}))"
            )
            said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
            refused.append(said.stderr)
        assert not (output / ".dumps-killed").exists(), name

    assert dumps.build(store, plain, output, meanwhile)
    assert "StoreError" in refused[0]
    assert sorted(path.name for path in output.iterdir()) == ["dataset.nq", "dumps", "dumps.lock"]


def test_somebody_elses_folder_is_left_alone(plain: Project, tmp_path: Path) -> None:
    (tmp_path / "out/dumps").mkdir(parents=True)
    (tmp_path / "out/dumps/mine.sql").write_text("mine")
    with pytest.raises(StoreError, match="something else"):
        dumps.build(open_local(plain), plain, tmp_path / "out")
    assert (tmp_path / "out/dumps/mine.sql").read_text() == "mine"


def test_without_pyarrow_there_is_no_parquet_and_with_it_there_is_again(
    project: Project, store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    assert dumps.build(store, project, tmp_path)
    assert list((tmp_path / "dumps/tables").glob("*.parquet")) == []
    assert len(list((tmp_path / "dumps/tables").glob("*.csv"))) == 8
    monkeypatch.undo()
    assert dumps.build(store, project, tmp_path)
    assert len(list((tmp_path / "dumps/tables").glob("*.parquet"))) == 8
