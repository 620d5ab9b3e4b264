"""Another framework, the invented one of `examples/aldoria`: nothing in the package is of Peru's alone."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from g7graph import citation, run
from g7graph.build import open_store
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.validate import validate
from g7graph.web import create_app

#: What would be of the alliance in Peru; its cases and the EITI are questions that every framework may ask.
FOREIGN = re.compile(
    r"\bper[uú]\b|pérou|\b201[345]\b|alianza para la|g7 alliance|alliance g7|transparencia \(g7\)|g7graph developers"
    r"|CC[ -]BY|dataset/g7graph|\bGIZ\b|\bSECO\b|\bMINEM\b|(?-i:\bDAR\b)|"
    r"axis[/:](?:efficiency|transparency|dialogue)",
    re.IGNORECASE,
)
PAGES = [
    *("/", "/?round=2027-06", "/dataset", "/dataset.ttl", "/.well-known/void", "/api/queries"),
    *("/api/queries?format=json", "/robots.txt"),
    *("/openapi.json", "/changes", "/changes.atom", "/changes.ttl", "/sitemap.xml", "/sparql", "/graph/"),
    *("/search?q=contratos", "/doc/indicator/aldoria-1.1", "/doc/indicator/aldoria-1.1.ttl", "/doc/axis", "/dumps/"),
    *("/doc/round/aldoria-2027-12", "/doc/place/aldoria-farol", "/doc/agency/aldoria-fund", "/doc/unit/aldoria-day"),
    *("/graph/framework", "/graph/ontology/codes/axis", "/graph/derived/progress.ttl", "/context.jsonld"),
]


@pytest.fixture(scope="module")
def aldoria(root: Path) -> Project:
    return Project.find(root / "examples" / "aldoria")


@pytest.fixture(scope="module")
def its_store(aldoria: Project) -> LocalStore:
    opened = open_store(aldoria)
    assert isinstance(opened, LocalStore)
    return opened


@pytest.fixture(scope="module")
def browser(aldoria: Project) -> FlaskClient:
    return create_app(aldoria).test_client()


def test_it_is_valid(aldoria: Project) -> None:
    assert validate(aldoria) == []


def test_its_list_of_axes_stands_in_place_of_ours_and_its_units_beside_them(its_store: LocalStore) -> None:
    library = Library.read(Project.default().queries)
    axes = run.table(its_store, library["axis-progress"], {"lang": "en"}).records()
    assert [(row["code"], row["label"], row["indicators"]) for row in axes] == [
        ("integrity", "Integrity", 3),
        ("participation", "Participation", 2),
    ]
    units = [row["unit"] for row in run.table(its_store, library["indicator-progress"], {}).records()]
    assert units == ["percent", "entity", "aldoria-day", "aldoria-council-session", "process"]


def test_a_round_is_by_default_its_latest_and_the_one_before_is_kept(its_store: LocalStore) -> None:
    library = Library.read(Project.default().queries)
    latest = run.table(its_store, library["indicator-progress"], {}).records()
    assert [(row["code"], row["actual"], row["status"]) for row in latest] == [
        ("1", 70, "on-track"),
        ("1.1", 8, "achieved"),
        ("1.2", 25, "behind"),
        ("2.1", 26, "exceeded"),
        ("2.2", None, "in-progress"),
    ]
    earlier = run.table(its_store, library["indicator-progress"], {"round": "2027-06"}).records()
    assert [row["actual"] for row in earlier] == [55, 3, 28, 14, None]


def test_what_is_derived_has_iris_of_its_own(its_store: LocalStore, store: LocalStore) -> None:
    """Derived names hold the round's key, so that two frameworks can be joined."""
    asked = "SELECT ?s { GRAPH <https://w3id.org/g7graph/graph/derived/progress> { ?s a ?class } }"
    theirs, ours = ({str(row[0]) for row in one.table(asked).rows} for one in (its_store, store))
    assert theirs
    assert not theirs & ours


@pytest.mark.parametrize("name", sorted(Library.read(Project.default().queries).saved))
def test_every_saved_query_answers(browser: FlaskClient, name: str) -> None:
    answer = browser.get(f"/api/queries/{name}.json")
    assert answer.status_code == 200
    assert not FOREIGN.search(answer.text)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_its_pages_say_nothing_of_another_framework(browser: FlaskClient, address: str, lang: str) -> None:
    headers = {"Accept-Language": lang, "Accept": "text/html, */*;q=0.5"}
    answer = browser.get(address, headers=headers)
    assert answer.status_code == 200
    found = FOREIGN.search(answer.text)
    assert found is None, answer.text[max(0, found.start() - 80) : found.end() + 80]


def test_it_is_cited_by_its_own_title_version_and_licence(browser: FlaskClient, its_store: LocalStore) -> None:
    page = browser.get("/", headers={"Accept-Language": "en"}).text
    assert "Open government in Aldoria (invented data). Version 1.0" in page
    assert "Data: CC0-1.0." in page
    assert "<name>Open Government Table of Aldoria (invented)</name>" in browser.get("/changes.atom").text
    assert citation.edition(its_store).startswith("1.0-")
    described = json.loads(browser.get("/openapi.json?lang=en").data)
    assert described["info"]["title"] == "Open Government Table of Aldoria (invented)"


def test_a_page_says_of_a_round_that_nobody_has_approved_what_it_is(root: Path, tmp_path: Path) -> None:
    """Its figures are there to be looked at, and must not be taken for those of an approved round."""
    shutil.copytree(root / "examples/aldoria/data", tmp_path / "data")
    framework = tmp_path / "data/ttl/framework.ttl"
    before, latest, after = framework.read_text(encoding="utf-8").partition("round:aldoria-2027-12 a ")
    sent = after.replace("round-status:approved", "round-status:submitted")
    framework.write_text(before + latest + sent, encoding="utf-8")
    browser = create_app(Project.find(tmp_path)).test_client()
    html = {"Accept": "text/html", "Accept-Language": "en"}
    page = browser.get("/doc/indicator/aldoria-1.1", headers=html).text
    assert page.count(">Monitoring of December 2027 (Submitted)</a>") == 2  # how it stands, and what was measured
    assert ">Monitoring of June 2027</a>" in page
    assert "(Approved)" not in page
    assert "<strong>2027-12</strong> (not approved)" in browser.get("/?round=2027-12", headers=html).text
    assert "not approved" not in browser.get("/", headers=html).text
