"""What is found before anybody asks: the same bytes as when it is found then, and found once."""

from __future__ import annotations

import io
import json
import re
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import NamedNode, Quad

from g7graph import i18n, run
from g7graph.beforehand import Beforehand, Found, find, kept
from g7graph.beforehand.kept import is_whole, keep, on_disk
from g7graph.build import as_built, build, current, open_local
from g7graph.errors import DataError, QueryError
from g7graph.pointing import Listing
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery
from g7graph.result import Answers, Materialised, Run, Runner, Wanted, canonical
from g7graph.store.lifeline import Lifeline
from g7graph.store.local import LocalStore
from g7graph.store.pooled import PooledStore
from g7graph.web import create_app, dashboard, opening, work
from g7graph.web.description import Describer
from g7graph.web.opening import opened
from g7graph.web.options import Options
from g7graph.web.work import Trusted
from tests.services import Running, answered, send, serving

OVERVIEWS = ("agency-progress", "axis-progress", "objective-progress", "result-progress")
ROUND = "round:2014-05"


@pytest.fixture(scope="module")
def runner(store: LocalStore, library: Library) -> Runner:
    return Runner(store, library)


@pytest.fixture(scope="module")
def found(store: LocalStore, library: Library) -> dict[str, Materialised]:
    return dict(find(store, library).answers)


def test_the_overviews_the_indicators_and_those_behind_are_materialised_in_each_language(
    library: Library, found: dict[str, Materialised]
) -> None:
    materialised = [query for query in library if query.materialised]
    assert {query.name for query in materialised} == {*OVERVIEWS, "indicator-progress", "behind-target"}
    assert len(found) == len(materialised) * len(i18n.LANGUAGES)


WANTED = [Wanted("json"), Wanted("csv"), Wanted("xml"), Wanted("xlsx"), Wanted("json", 2, 3), Wanted("csv", 0, 10_000)]
EXPLAINED = Wanted("json", 0, 4, explained=True)


@pytest.mark.parametrize("wanted", [*WANTED, EXPLAINED], ids=str)
@pytest.mark.parametrize("name", [*OVERVIEWS, "indicator-progress", "behind-target"])
def test_they_are_given_out_as_when_they_are_made(
    store: LocalStore, library: Library, found: dict[str, Materialised], name: str, wanted: Wanted
) -> None:
    for lang in i18n.LANGUAGES:
        made, taken = io.BytesIO(), io.BytesIO()
        first = Runner(store, library).give(Run(library[name], {}, lang), wanted, made)
        then = Runner(store, library, found).give(Run(library[name], {}, lang), wanted, taken)
        assert then.citation == first.citation
        assert first.rows in (then.rows, None if wanted.whole else then.rows)
        assert taken.getvalue() == made.getvalue() != b""


class Taken:
    """Answers that note which of them were taken."""

    def __init__(self, found: Answers) -> None:
        self.found = found
        self.taken: list[bool] = []

    def get(self, text: str, /) -> Materialised | None:
        answer = self.found.get(text)
        self.taken.append(answer is not None)
        return answer


@pytest.mark.parametrize(
    ("values", "is_taken"), [({}, True), ({"round": ROUND}, True), ({"axis": "efficiency"}, False)], ids=str
)
def test_a_run_with_the_round_that_it_has_by_default_is_the_same(
    store: LocalStore, library: Library, found: dict[str, Materialised], values: dict[str, str], is_taken: bool
) -> None:
    noting, out = Taken(found), io.BytesIO()
    told = Runner(store, library, noting).give(Run(library["result-progress"], values), Wanted("json"), out)
    assert noting.taken == [is_taken]
    rows = json.loads(out.getvalue())["results"]["bindings"]
    assert len(rows) == (10 if is_taken else len(rows)) > 0
    assert told.citation.values["round"] == ROUND


def test_they_are_kept_with_the_store_of_their_version(
    found: dict[str, Materialised], tmp_path: Path, store: LocalStore, library: Library
) -> None:
    folder = tmp_path / "store"
    keep(folder, "1", Found(answers=found.items()))
    kept = on_disk(folder, "1").answers
    for text, answer in found.items():
        assert kept.get(text) == answer
        assert answer.opened().read() == canonical(store.query(text))  # type: ignore[arg-type]
    assert kept.get(library["axis-progress"].text) is None
    assert on_disk(folder, "2").answers.get(next(iter(found))) is None


PLANTED = b'{"head":{"vars":["label"]},"results":{"bindings":[{"label":{"type":"literal","value":"planted"}}]}}'


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_workers_have_them_from_the_start(
    project: Project, runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_on_disk: bool
) -> None:
    text, _ = runner.materialise(runner.library["axis-progress"], "en")
    planted = Found(answers=[(text, Materialised.of(PLANTED))])
    monkeypatch.setattr(work, "_NEAR", 0)
    monkeypatch.setattr(opening, "find", lambda *_: planted)
    if is_on_disk:
        keep(tmp_path / "store", build(project, tmp_path / "store"), planted)
    service = opened(project, Options(store=str(tmp_path / "store") if is_on_disk else "memory"), Lifeline()).service
    assert isinstance(service, PooledStore)
    job = {"query": "axis-progress", "values": {}, "wanted": {"form": "csv"}}
    with service.pool.run({**job, "lang": "en"}) as english, service.pool.run({**job, "lang": "fr"}) as french:
        assert english.read().startswith(b"label\r\nplanted\r\n")
        assert b"Dialogue" in french.read()


PLACES = "https://w3id.org/g7graph/id/code-list/places"
MEMBERS = """@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix id: <https://w3id.org/g7graph/id/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A framework with a thing of which just so much is said that its pages are made, and one of one statement less."""
    root = tmp_path_factory.mktemp("much")
    for folder in ("data/ttl", "queries", "ontology"):
        (root / folder).mkdir(parents=True)
    lines = [f"<{PLACES}> skos:hasTopConcept id:place\\/{n:04} ." for n in range(475)]
    lines += [f"<{PLACES}> prov:hadPrimarySource id:passage\\/{n:04} ." for n in range(25)]
    lines += [f"<{PLACES}> a skos:ConceptScheme ."]
    lines += [f"<{PLACES}s> skos:hasTopConcept id:place\\/{n:04} ." for n in range(500)]
    (root / "data/ttl/places.ttl").write_text(MEMBERS + "\n".join(lines), encoding="utf-8")
    return Project.find(root)


class Counted(Trusted):
    """A store that notes of what all statements are read."""

    def __init__(self, store: LocalStore) -> None:
        super().__init__(store)
        read.clear()

    def statements(self, subjects: Sequence[NamedNode], properties: Sequence[NamedNode] = ()) -> list[Quad]:
        read.extend(one.value for one in subjects)
        return super().statements(subjects, properties)


read: list[str] = []


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_what_is_said_of_a_thing_of_which_much_is_comes_by_pages_made_before(
    listing: Project, tmp_path: Path, is_on_disk: bool
) -> None:
    version = build(listing, tmp_path / "store")
    store = as_built(tmp_path / "store", version, union=True)()
    known = on_disk(tmp_path / "store", version) if is_on_disk else find(store, Library.read(listing.queries)).held()
    counted = Counted(store)
    for number in (1, 2, 10, 11):
        for form in ("ttl", "parts"):
            made = Describer(counted).written(PLACES, number, form, "es")
            assert PLACES in read
            read.clear()
            assert Describer(counted, known).written(PLACES, number, form, "es") == made
            assert (PLACES in read) is (number > 10)  # there are ten pages
            read.clear()
    about, body = Describer(counted, known).describe(PLACES, 10, "nt", "es")
    assert (about.pages, about.values, about.passages) == (10, 475, 25)
    assert str(body).count("hasTopConcept") == 25
    assert known.said(PLACES + "s", 1) is None


def test_a_query_that_gives_a_graph_cannot_be_materialised(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "graph.rq").write_text("#+ materialised: true\nCONSTRUCT WHERE { ?s ?p ?o }\n", encoding="utf-8")
    with pytest.raises(QueryError) as refused:
        dict(find(store, Library.read(tmp_path)).answers)
    assert refused.value.key == "no_table"


def test_a_header_says_it_with_true_or_false(tmp_path: Path) -> None:
    path = tmp_path / "one.rq"
    path.write_text("#+ summary: One\n#+ materialised: 1\nASK {}\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        SavedQuery.read(path)
    assert (refused.value.line, refused.value.detail) == (2, "materialised: true")


def test_a_dashboard_of_very_many_rows_begins_with_some_and_says_so(
    project: Project, store: LocalStore, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = create_app(project, store).test_client().get("/?lang=en").text
    monkeypatch.setattr(dashboard, "_ROWS", 4)
    page = create_app(project, store).test_client().get("/?lang=en").text
    told = re.findall(r"These are the first (\d+) of (\d+) rows", page)
    assert told == [("4", "10"), ("4", str(len(run.table(store, library["indicator-progress"], {}).rows)))]
    assert page.count('href="/doc/indicator/') == 4 < whole.count('href="/doc/indicator/')
    assert 'href="/api/queries/indicator-progress?lang=en">All of them, by pages' in page
    assert "These are the first" not in whole


def known(folder: Path, version: str) -> dict[str, object]:
    """What is kept, read to the last byte."""
    there = on_disk(folder, version)
    hub, answer = there.hubs.get(PLACES), there.answers.get("ASK {}")
    return {
        "hub": hub and (hub.total, hub.properties),
        **{f"page {number}": hub and hub.pages.get(number) for number in range(1, 12)},
        **{f"said {number}": there.said(PLACES, number) for number in range(1, 11)},
        "answer": answer and (answer.hash, answer.rows, answer.opened().read()),
    }


def test_whatever_byte_is_damaged_what_is_read_is_right_or_found_again(listing: Project, tmp_path: Path) -> None:
    """Each page of the file in turn, and single bits of it."""
    store = LocalStore(open_local(listing).inner, version="1")
    lines = [f"<http://x/p>\t<http://x/{number:03}>\t<http://x/g>\n".encode() for number in range(520)]
    pages = {number: zlib.compress(b"".join(lines[(number - 1) * 50 : number * 50])) for number in range(1, 12)}
    hub = Listing(520, frozenset(("http://x/p",)), pages)
    answers = [("ASK {}", Materialised.of(b'{"head":{},"boolean":true}'))]
    folder = tmp_path / "store"
    keep(folder, "1", Found([(PLACES, hub)], find(store, Library.read(listing.queries)).said, answers))
    right, path = known(folder, "1"), tmp_path / "store.beforehand"
    assert None not in right.values()
    assert is_whole(folder, "1")
    assert not is_whole(folder, "2")
    written = path.read_bytes()
    random = Random(1)  # noqa: S311 - the same each time
    damaged = [written[:start] + bytes(4096) + written[start + 4096 :] for start in range(0, len(written), 4096)]
    for _ in range(300):
        place = random.randrange(len(written))
        damaged.append(written[:place] + bytes([written[place] ^ 1 << random.randrange(8)]) + written[place + 1 :])
    lost = 0
    for content in [*damaged, written[: len(written) // 2], b""]:
        path.write_bytes(content)
        read = known(folder, "1")
        assert all(value in (None, right[name]) for name, value in read.items())
        lost += read != right
        assert not (read != right and is_whole(folder, "1"))
    assert lost > 50


def test_a_page_that_is_damaged_is_put_in_order_again(store: LocalStore) -> None:
    thing = "https://w3id.org/g7graph/id/indicator/1.1"
    made = Describer(Trusted(store)).written(thing, 1, "ttl", "es")
    lost = Listing(1, frozenset(("https://w3id.org/g7graph/ontology#result",)), {})
    assert Describer(Trusted(store), Beforehand({thing: lost})).written(thing, 1, "ttl", "es") == made
    assert b'"total": 0' not in made


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"no database")])
def test_what_is_not_kept_any_more_is_found_at_the_next_build(
    project: Project, tmp_path: Path, harm: Callable[[Path], object]
) -> None:
    folder, path = tmp_path / "store", tmp_path / "store.beforehand"
    version = build(project, folder)
    before = path.read_bytes()
    made = (folder / "CURRENT").stat().st_mtime_ns
    harm(path)
    told: list[str] = []
    assert build(project, folder, on_step=told.append) == version
    assert (told, path.read_bytes()) == (["prepare"], before)
    assert (folder / "CURRENT").stat().st_mtime_ns == made
    assert build(project, folder, on_step=told.append) == version
    assert told == ["prepare"]
    assert not (tmp_path / "store.beforehand.new").exists()


def test_a_build_that_is_interrupted_leaves_what_was_kept(
    project: Project, listing: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of what is found, and before the stamp: what is kept is of the store that is there."""
    folder, path = tmp_path / "store", tmp_path / "store.beforehand"
    version = build(listing, folder)
    before = path.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(kept, "_sum", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(project, folder)
    assert (path.read_bytes(), current(listing, folder)) == (before, version)
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "store", "store.beforehand", "store.lock", "store.manifest", "store.version",
    ]  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(kept, "put", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build(project, folder)
    assert current(project, folder) is None
    told: list[str] = []
    assert is_whole(folder, build(project, folder, on_step=told.append))
    assert told == ["load", "derive", "compact", "prepare"]


def test_what_is_kept_in_a_damaged_file_is_found_again(found: dict[str, Materialised], tmp_path: Path) -> None:
    folder = tmp_path / "store"
    keep(folder, "1", Found(answers=found.items()))
    path = tmp_path / "store.beforehand"
    written = path.read_bytes()
    path.write_bytes(written[:8192] + bytes(len(written) - 8192))  # the version can be read, the tables cannot
    known = on_disk(folder, "1")
    assert [known.answers.get(text) for text in found] == [None] * len(found)
    assert known.hubs.get(PLACES) is None
    assert known.said(PLACES, 1) is None


def test_a_service_makes_it_again_while_it_serves(listing: Project, tmp_path: Path) -> None:
    path = tmp_path / "store.beforehand"
    version = build(listing, tmp_path / "store")
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    with serving(listing.root, "--store", tmp_path / "store", writable=False) as service:
        assert answered(service.url, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        deadline = time.monotonic() + 60
        while not kept.is_whole(tmp_path / "store", version):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert path.stat().st_size == len(whole)
        while edition(service) != 2:  # its workers have it
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert "lacks what is found beforehand" in service.said()


def edition(service: Running) -> int:
    return int(json.loads(send(f"{service.url}/health"))["edition"])
