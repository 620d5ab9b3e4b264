"""The generator of synthetic frameworks: same seed, same bytes; as large as asked for; valid; every status occurs."""

from __future__ import annotations

import io
from pathlib import Path

import pyoxigraph as ox
import pytest

from bench.patterns import framework, quads, read
from bench.surroundings import ROUNDS
from bench.synthetic import OUTCOMES, generate
from g7graph import vocab
from g7graph.build import open_store
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.run import table
from g7graph.store.local import LocalStore
from g7graph.validate import validate

TRIPLES = 10_000
#: Questions to the figures of EITI and to reviewed links, which a synthetic framework does not have.
OTHERS = {"eiti-axis", "eiti-cases", "eiti-commitments", "eiti-differences", "eiti-revenue", "links"}


def nquads(triples: int, seed: int) -> str:
    target = io.StringIO()
    with quads(target) as sink:
        generate(sink, triples, seed)
    return target.getvalue()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synthetic")
    with framework(folder) as sink:
        generate(sink, TRIPLES, 1)
    return folder


@pytest.fixture(scope="module")
def store(root: Path) -> LocalStore:
    opened = open_store(Project.find(root))
    assert isinstance(opened, LocalStore)
    return opened


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert nquads(TRIPLES, 1) == nquads(TRIPLES, 1)


def test_another_seed_gives_other_bytes() -> None:
    assert nquads(TRIPLES, 1) != nquads(TRIPLES, 2)


@pytest.mark.parametrize("triples", [10_000, 100_000])
def test_it_is_as_large_as_asked_for_and_says_nothing_twice(triples: int) -> None:
    lines = nquads(triples, 1).splitlines()
    assert triples <= len(lines) <= triples + 1_000
    assert len({line.rpartition(" <")[0] for line in lines}) == len(lines)


def test_quads_and_framework_say_the_same_in_the_same_graphs(root: Path) -> None:
    project = Project.find(root)
    files = [file for file in project.graph_files() if file.path.is_relative_to(project.data)]
    in_files = {(triple, file.iri) for file in files for triple in ox.parse(path=str(file.path))}
    in_quads = {
        (quad.triple, quad.graph_name.value) for quad in ox.parse(nquads(TRIPLES, 1), format=ox.RdfFormat.N_QUADS)
    }
    assert {(each.triple, graph) for each, graph in in_files} == in_quads


def test_the_framework_is_valid(root: Path) -> None:
    found = {finding.source for finding in validate(Project.find(root))}
    assert found <= {"not-canonical"}, found


def test_every_status_occurs(store: LocalStore, root: Path) -> None:
    query = Library.read(Project.find(root).queries)["indicator-progress"]
    column = [column.name for column in query.columns].index("status")
    rows = [row for month in ROUNDS for row in table(store, query, {"round": month}).rows]
    assert {row[column].value for row in rows if row[column]} == set(OUTCOMES)  # type: ignore[union-attr]


@pytest.mark.parametrize("query", sorted({query.name for query in Library.read(Project.default().queries)} - OTHERS))
def test_every_saved_query_of_a_framework_has_rows(store: LocalStore, root: Path, query: str) -> None:
    library = Library.read(Project.find(root).queries)
    assert table(store, library[query], {}).rows


def test_a_pattern_knows_how_many_statements_it_makes() -> None:
    pattern = read('[one] places\nplace:{key}\n    a g7:Place g7:Region\n    rdfs:label "x y"@es\n')["one"]
    assert (pattern.graph, pattern.count, pattern.text.count(vocab.THING)) == ("places", 3, 3)
