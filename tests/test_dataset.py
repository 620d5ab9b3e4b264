"""The dataset's description: one version, one citation, in the data, CITATION.cff, the changelog and the READMEs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Literal

from g7graph import vocab
from g7graph.store.local import LocalStore
from g7graph.web import asks
from g7graph.web.reading import Reading

DATASET = vocab.thing("dataset", "g7graph")
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
#: Identifiers that a registry gives: none has.
REGISTERED = re.compile(r"doi\.org|hdl\.handle|orcid\.org|ror\.org|mailto:")


@pytest.fixture(scope="module")
def said(store: LocalStore) -> Reading:
    return Reading(store.triples(asks.text("dataset")))


@pytest.fixture(scope="module")
def citation(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    return found


def versions(said: Reading) -> list[str]:
    """The versions of the dataset, the oldest first."""
    found = said.iris(DATASET, "dcat:hasVersion")
    return sorted(found, key=lambda one: tuple(map(int, said.text(one, "dcat:version", "").split("."))))


def test_the_newest_version_is_that_of_the_dataset(said: Reading) -> None:
    newest = versions(said)[-1]
    assert said.iris(DATASET, "dcat:hasCurrentVersion") == [newest]
    assert said.text(DATASET, "dcat:version", "") == said.text(newest, "dcat:version", "")
    assert said.text(DATASET, "owl:versionInfo", "") == said.text(newest, "dcat:version", "")
    assert said.text(DATASET, "dcterms:modified", "") == said.text(newest, "dcterms:issued", "")
    assert said.text(DATASET, "dcterms:issued", "") == said.text(versions(said)[0], "dcterms:issued", "")


def test_each_version_has_its_number_date_notes_and_the_one_before(said: Reading) -> None:
    before: list[str] = []
    for version in versions(said):
        number = said.text(version, "dcat:version", "")
        assert SEMANTIC.fullmatch(number)
        assert version == vocab.thing("dataset-version", number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", said.text(version, "dcterms:issued", ""))
        notes = [one for one in said.values(version, "dcterms:description") if isinstance(one, Literal)]
        assert sorted(str(one.language) for one in notes) == ["en", "es", "fr"]
        assert said.iris(version, "dcat:isVersionOf") == [DATASET]
        assert said.iris(version, "dcat:previousVersion") == before
        assert said.iris(version, "prov:wasRevisionOf") == before
        before = [version]


def test_the_changelog_has_each_version_with_its_date(said: Reading, root: Path) -> None:
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    for version in versions(said):
        number, date = said.text(version, "dcat:version", ""), said.text(version, "dcterms:issued", "")
        assert re.search(rf"^##\S* (?:Data )?{re.escape(number)} \({date}\)$", changelog, re.MULTILINE), number


def test_the_citation_file_says_what_the_data_say(said: Reading, citation: dict[str, Any]) -> None:
    (licence,), (author,) = said.iris(DATASET, "dcterms:license"), said.iris(DATASET, "dcterms:creator")
    assert citation["title"] == said.text(DATASET, "dcterms:title", "en")
    assert citation["version"] == said.text(DATASET, "dcat:version", "")
    assert str(citation["date-released"]) == said.text(DATASET, "dcterms:modified", "")
    assert citation["license"] == said.text(licence, "dcterms:identifier", "")
    assert citation["authors"] == [{"name": said.text(author, "foaf:name", "")}]
    assert citation["url"] == DATASET


@pytest.mark.parametrize(("readme", "lang"), [("README.md", "en"), ("README.es.md", "es")])
def test_the_readmes_cite_as_the_data_say(
    said: Reading, citation: dict[str, Any], root: Path, readme: str, lang: str
) -> None:
    text = " ".join((root / readme).read_text(encoding="utf-8").split())
    for part in (
        said.text(DATASET, "dcterms:title", lang),
        citation["version"],
        str(citation["date-released"]),
        DATASET,
    ):
        assert part in text


def test_the_coverage_is_the_plans_own(said: Reading, store: LocalStore) -> None:
    period, _ = said.iris(DATASET, "dcterms:temporal")
    rows = store.table(
        "PREFIX g7: <https://w3id.org/g7graph/ontology#> "
        "SELECT ?start ?end { ?plan a g7:ActionPlan ; g7:baselineDate ?start ; g7:targetDate ?end }"
    ).records()
    assert rows == [{"start": "2013-06", "end": "2015-06"}]
    assert [said.text(period, f"dcat:{edge}Date", "") for edge in ("start", "end")] == ["2013-06", "2015-06"]
    assert vocab.thing("place", "PE") in said.iris(DATASET, "dcterms:spatial")


def test_the_coverage_has_the_years_of_eitis_data(said: Reading, store: LocalStore) -> None:
    _, period = said.iris(DATASET, "dcterms:temporal")
    rows = store.table(
        "PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dcterms: <http://purl.org/dc/terms/> "
        "SELECT (STR(MIN(?from)) AS ?start) (STR(MAX(?to)) AS ?end) "
        "{ GRAPH <https://w3id.org/g7graph/graph/imported/eiti/peru> "
        "{ [] dcterms:temporal ?year . ?year dcat:startDate ?from ; dcat:endDate ?to } }"
    ).records()
    assert rows == [{edge: said.text(period, f"dcat:{edge}Date", "") for edge in ("start", "end")}]


def test_every_cube_that_has_observations_is_a_part_of_the_dataset(said: Reading, store: LocalStore) -> None:
    rows = store.table("SELECT DISTINCT ?cube { [] <http://purl.org/linked-data/cube#dataSet> ?cube }").rows
    assert len(rows) == 6
    assert {row[0].value for row in rows if row[0] is not None} <= set(said.iris(DATASET, "dcterms:hasPart"))


def test_every_round_is_in_the_series(said: Reading, store: LocalStore) -> None:
    rounds = store.table("SELECT ?round { ?round a <https://w3id.org/g7graph/ontology#MonitoringRound> }").rows
    (series,) = said.things("dcat:DatasetSeries")
    members = said.having("dcat:inSeries", series)
    assert sorted(one for member in members for one in said.iris(member, "dcterms:subject")) == sorted(
        row[0].value for row in rounds if row[0] is not None
    )
    assert said.iris(series, "dcat:last") == members[-1:]


@pytest.mark.parametrize(
    ("media_type", "file_type"),
    [("application/xml", "XML"), ("application/csvm+json", "JSON"), ("application/vnd.datapackage+json", "JSON")],
)
def test_portals_find_files_by_their_type_in_the_eus_list(said: Reading, media_type: str, file_type: str) -> None:
    (found,) = said.iris(vocab.MEDIA_TYPES + media_type, "skos:closeMatch")
    assert found == f"http://publications.europa.eu/resource/authority/file-type/{file_type}"


def test_no_identifier_is_made_up(said: Reading) -> None:
    told = [str(term) for triple in said.statements for term in (triple.subject, triple.object)]
    assert [term for term in told if REGISTERED.search(term)] == []
