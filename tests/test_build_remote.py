"""`g7graph build --store URL`: what is valid is loaded into a real engine; what is not leaves it as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from g7graph.build import open_local
from g7graph.cli import main
from g7graph.derive import PROGRESS
from g7graph.project import Project
from g7graph.store.address import Address
from g7graph.store.remote import RemoteStore
from tests.engines import free_port, oxigraph, virtuoso
from tests.test_remote import OXIGRAPH, VIRTUOSO
from tests.test_writing import ONTOLOGY, SHAPE, TURTLE

RULE = """PREFIX g7: <https://w3id.org/g7graph/ontology#>
CONSTRUCT { ?s g7:value 7 } WHERE { ?s g7:value ?value }
"""
COUNT = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
INDICATORS = "https://w3id.org/g7graph/graph/indicators"
WRONG = "not the password"


@pytest.fixture(
    scope="module", params=[pytest.param("oxigraph", marks=OXIGRAPH), pytest.param("virtuoso", marks=VIRTUOSO)]
)
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with oxigraph() if request.param == "oxigraph" else virtuoso(tmp_path_factory.mktemp("virtuoso")) as started:
        yield started


@pytest.fixture
def root(tmp_path: Path, project: Project) -> Path:
    """A framework of one graph, one term, one shape and one rule."""
    root = tmp_path / "root"
    for folder in ("data/ttl", "ontology/shapes", "queries/derive"):
        (root / folder).mkdir(parents=True)
    (root / "data/ttl/indicators.ttl").write_text(TURTLE, encoding="utf-8")
    (root / "ontology/shapes/label.ttl").write_text(SHAPE, encoding="utf-8")
    (root / "ontology/g7.ttl").write_text(ONTOLOGY, encoding="utf-8")
    (root / "queries/derive/seven.rq").write_text(RULE, encoding="utf-8")
    shutil.copytree(project.ontology / "terms", root / "ontology/terms")
    return root


def build(data: Path, address: Address, *words: object, lang: str = "en", **more: str) -> Result:
    """Load some data into an engine; the credentials and other addresses are in the environment."""
    environ = {
        "G7GRAPH_STORE_UPDATE": address.update,
        "G7GRAPH_STORE_GRAPHS": address.graphs,
        "G7GRAPH_STORE_USER": address.user or None,
        "G7GRAPH_STORE_PASSWORD": address.password or None,
        **more,
    }
    command = ["--data", data, "build", "--store", address.query, "--lang", lang, *(words or ["--no-dumps"])]
    return CliRunner().invoke(main, [str(word) for word in command], env=environ)


def counts(address: Address) -> dict[str, int]:
    """Return how many triples each graph of an engine has."""
    return {str(row["g"]): int(str(row["n"])) for row in RemoteStore(address).table(COUNT).records()}


def test_a_framework_is_validated_derived_and_loaded(root: Path, address: Address, tmp_path: Path) -> None:
    done = build(root, address, "--output", tmp_path / "dist")
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    store = open_local(Project.find(root))
    assert done.stderr == f"{len(store.inner)} statements in {address.shown}.\n"
    assert counts(address).keys() >= {INDICATORS, PROGRESS}
    assert {graph: n for graph, n in counts(address).items() if graph in store.graphs()} == {
        str(row["g"]): row["n"] for row in store.table(COUNT).records()
    }
    assert len((tmp_path / "dist/dataset.nq").read_bytes().splitlines()) == len(store.inner)
    assert not (tmp_path / "dist/store").exists()


def test_loading_again_replaces_what_was_loaded(root: Path, address: Address) -> None:
    assert build(root, address).exit_code == 0
    before = counts(address)[INDICATORS]
    (root / "data/ttl/indicators.ttl").write_text(TURTLE.replace('"Uno"@es', '"Uno"@es, "One"@en'), encoding="utf-8")
    assert build(root, address).exit_code == 0
    assert counts(address)[INDICATORS] == before + 1


@pytest.mark.parametrize(
    ("lang", "said"),
    [("es", "no se carga nada"), ("en", "nothing is loaded"), ("fr", "rien n'est chargé")],
)
def test_with_a_violation_nothing_is_loaded(root: Path, address: Address, lang: str, said: str) -> None:
    before = counts(address)
    (root / "data/ttl/others.ttl").write_text(
        "@prefix g7: <https://w3id.org/g7graph/ontology#> .\n<https://w3id.org/g7graph/id/indicator/9> g7:value 1 .\n"
    )
    refused = build(root, address, lang=lang)
    assert refused.exit_code == 1
    assert "A name is missing." in refused.stdout
    assert said in refused.stderr
    assert counts(address) == before


def test_plain_rdf_is_loaded_with_its_default_graph(tmp_path: Path, address: Address) -> None:
    if not address.graphs.endswith("/store"):
        pytest.skip("Virtuoso has no default graph of its own that can be written")
    data = tmp_path / "a.nq"
    data.write_text('<http://x/a> <http://x/p> "1" .\n<http://x/a> <http://x/p> "2" <http://x/g> .\n')
    assert build(data, address).exit_code == 0
    assert counts(address)["http://x/g"] == 1
    plain = RemoteStore(address, wants_union=False)
    assert plain.table("SELECT ?o WHERE { <http://x/a> <http://x/p> ?o }").records() == [{"o": "1"}]


def test_who_is_not_let_in_is_told_so_and_loads_nothing(root: Path, address: Address) -> None:
    if not address.user:
        pytest.skip("oxigraph serve lets everybody in")
    before = counts(address)
    refused = build(root, address, G7GRAPH_STORE_PASSWORD=WRONG)
    assert refused.exit_code == 2
    assert "401" in refused.stderr
    assert "0 were loaded" in refused.stderr
    assert WRONG not in refused.output
    assert counts(address) == before


def test_a_service_without_an_address_for_writing_is_not_loaded(root: Path, address: Address) -> None:
    refused = build(root, Address(address.query))
    assert refused.exit_code == 2
    assert "G7GRAPH_STORE_UPDATE" in refused.stderr


def test_a_service_that_is_away_is_told_before_anything_is_done(root: Path) -> None:
    (root / "data/ttl/broken.ttl").write_text("no turtle")
    away = f"http://127.0.0.1:{free_port()}"
    refused = build(root, Address(f"{away}/query", f"{away}/update", f"{away}/store"))
    assert refused.exit_code == 2
    assert f"{away}/query did not answer" in refused.stderr
