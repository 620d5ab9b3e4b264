"""What points to hubs, in order before anybody asks: the same documents, and nobody puts anything in order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from g7graph.beforehand import Beforehand, Found
from g7graph.beforehand.kept import keep, on_disk
from g7graph.build import as_built, build
from g7graph.errors import StoreError
from g7graph.pointing import PAGE, Hubs, Listing, listed
from g7graph.project import Project
from g7graph.store.lifeline import Lifeline
from g7graph.store.local import LocalStore
from g7graph.store.pooled import PooledStore
from g7graph.table import Table
from g7graph.web import asks, description, listings, work
from g7graph.web.description import Describer
from g7graph.web.opening import opened
from g7graph.web.options import Options
from g7graph.web.work import Trusted

THING = "https://w3id.org/g7graph/id/"
MANY = 501
PREFIXES = """@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix place: <https://w3id.org/g7graph/id/place/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
SCHEME = "https://w3id.org/g7graph/id/code-list/countries"
HUB, SMALL = THING + "place/PE", THING + "place/CO"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A framework: to one thing just so much points that it is a hub, to another one statement less."""
    root = tmp_path_factory.mktemp("hubs")
    for folder in ("data/ttl", "queries", "ontology"):
        (root / folder).mkdir(parents=True)
    lines = [f"place:{n:06} a g7:Province ; g7:within place:PE ." for n in range(MANY)]
    lines += [f"place:{n:06} g7:borders place:CO ." for n in range(MANY - 1)]
    lines += [f"place:{code} a g7:Country ; skos:inScheme <{SCHEME}> ." for code in ("PE", "CO")]
    (root / "data/ttl/places.ttl").write_text(PREFIXES + "\n".join(lines), encoding="utf-8")
    return Project.find(root)


@pytest.fixture(scope="module")
def built(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Its store on disk, and its version."""
    store = tmp_path_factory.mktemp("built") / "store"
    return store, build(project, store)


@pytest.fixture
def store(built: tuple[Path, str]) -> LocalStore:
    return as_built(*built, union=True)()


@pytest.fixture
def kept(built: tuple[Path, str]) -> Hubs:
    return on_disk(*built).hubs


class Counted(Trusted):
    """A store that counts how often all that points to something is read."""

    read = 0

    def tsv(self, text: str) -> bytes:
        Counted.read += 1
        return super().tsv(text)


@pytest.fixture
def counted(store: LocalStore) -> Counted:
    Counted.read = 0
    return Counted(store)


def test_only_what_very_much_points_to_is_kept_with_all_its_pages(store: LocalStore, kept: Hubs) -> None:
    found, read = kept.get(HUB), listed(Trusted(store).tsv, NamedNode(HUB), union=True)
    assert found is not None
    assert found.total == MANY
    assert {*found.properties} == {"https://w3id.org/g7graph/ontology#within"}
    last = MANY // PAGE + 1
    for number in (1, 2, last):
        assert [*found.page(NamedNode(HUB), number)] == [*read.page(NamedNode(HUB), number)] != []
    assert [*found.page(NamedNode(HUB), last + 1)] == [] == [*found.page(NamedNode(HUB), 0)]
    assert kept.get(SMALL) is None


def test_a_document_is_the_same_and_nothing_is_put_in_order(counted: Counted, kept: Hubs) -> None:
    for number in (1, 11, 12):
        for form in ("ttl", "parts"):
            made = Describer(counted, Beforehand(kept)).written(HUB, number, form, "es")
            assert Counted.read == 0
            assert made == Describer(counted).written(HUB, number, form, "es")
            assert Counted.read == 1
            Counted.read = 0


def test_how_many_things_carry_a_code_is_counted_of_those_alone_that_are_no_hubs(
    store: LocalStore, kept: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(store: Trusted, name: str, **values: Sequence[NamedNode]) -> Table:
        asked.extend(one.value for one in values.get("code", ()))
        return asks.ask(store, name, **values)

    monkeypatch.setattr(description, "ask", ask)
    counted = Describer(Trusted(store)).coded(SCHEME)
    assert sorted(asked) == [SMALL, HUB]
    asked.clear()
    known = Describer(Trusted(store), Beforehand(kept)).coded(SCHEME)
    assert asked == [SMALL]
    assert sorted(known.splitlines()) == sorted(counted.splitlines())
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    for code, uses in ((HUB, MANY), (SMALL, MANY - 1)):
        assert f'<{code}> <http://rdfs.org/ns/void#entities> "{uses}"^^<{integer}> .' in known.decode().splitlines()


def test_listings_of_another_version_or_of_none_are_not_used(built: tuple[Path, str], tmp_path: Path) -> None:
    folder, version = built
    assert on_disk(folder, version + "x").hubs.get(HUB) is None
    assert on_disk(tmp_path / "store", version).hubs.get(HUB) is None
    (tmp_path / "store.beforehand").write_bytes(b"no database")
    assert on_disk(tmp_path / "store", version).hubs.get(HUB) is None


def test_what_cannot_be_kept_is_told_and_leaves_what_was_kept(tmp_path: Path) -> None:
    folder, listing = tmp_path / "store", Listing(1, frozenset(("http://x/p",)), {1: b"old"}, 3)
    keep(folder, "1", Found([(HUB, listing)]))
    with pytest.raises(StoreError, match=r"store\.beforehand\.new"):
        keep(folder, "2", Found([(HUB, listing), (HUB, listing)]))
    assert on_disk(folder, "1").hubs.get(HUB)
    assert [path.name for path in tmp_path.iterdir()] == ["store.beforehand"]


def test_they_are_replaced_while_somebody_reads_them(tmp_path: Path) -> None:
    folder, listing = tmp_path / "a store", Listing(1, frozenset(("http://x/p",)), {1: b"old"}, 3)
    keep(folder, "1", Found([(HUB, listing)]))
    before = on_disk(folder, "1").hubs
    keep(folder, "2", Found())
    assert on_disk(folder, "2").hubs.get(HUB) is None
    found = before.get(HUB)
    assert found is not None
    assert found.pages.get(1) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a store.beforehand"]


def nobody(*_: object, **__: object) -> Listing:
    raise AssertionError("put in order again")


@pytest.mark.parametrize("on_disk", [False, True])
def test_workers_have_them_from_the_start(
    project: Project, built: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, on_disk: bool
) -> None:
    monkeypatch.setattr(work, "_NEAR", 0)
    monkeypatch.setattr(listings, "listed", nobody)
    service = opened(project, Options(store=str(built[0]) if on_disk else "memory"), Lifeline()).service
    assert isinstance(service, PooledStore)
    with service.pool.run({"describe": HUB, "page": 2, "form": "nt", "lang": "es"}) as out:
        assert out.read().count(b"ontology#within") == PAGE
