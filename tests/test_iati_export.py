"""The framework as IATI 2.03: valid by schema, codelists and standard ruleset, and nothing lost that IATI can say."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from okfn_iati import enums
from okfn_iati.iati_schema_validator import IatiValidator

from bench.patterns import framework
from bench.surroundings import ROUNDS
from bench.synthetic import generate
from g7graph.cli import main
from g7graph.exports.activities import xml
from g7graph.iati.activities import REPORTER, Written, activities
from g7graph.sources.iati.read import read
from g7graph.sources.iati.record import Activity, Figure, Indicator, Result
from g7graph.store.local import LocalStore

PLAN = f"{REPORTER}-action-plan-2013-2014"
MODIFIED = "2026-12-01"

Results = list[tuple[Result, list[Indicator]]]


@pytest.fixture(scope="module")
def written(store: LocalStore) -> Written:
    return activities(store, "The g7graph developers")


@pytest.fixture(scope="module")
def document(written: Written) -> bytes:
    return xml(written.activities, modified=MODIFIED)


@pytest.fixture(scope="module")
def root(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own


def activity(root: ET.Element, name: str) -> ET.Element:
    found = root.find(f"iati-activity[iati-identifier='{REPORTER}-{name}']")
    assert found is not None
    return found


def codes(root: ET.Element, path: str, attribute: str) -> set[str]:
    found = {str(element.get(attribute)) for element in root.iterfind(path) if element.get(attribute)}
    assert found
    return found


def allowed(codelist: Any) -> set[str]:
    return {str(code.value) for code in codelist}


def test_the_file_is_valid_by_the_schema_and_the_rules_of_the_library(document: bytes) -> None:
    assert IatiValidator().validate(document.decode()) == (True, {"schema_errors": [], "ruleset_errors": []})


@pytest.mark.parametrize(
    ("path", "attribute", "codelist"),
    [
        (".//participating-org", "role", enums.OrganisationRole),
        (".//participating-org", "type", enums.OrganisationType),
        (".//reporting-org", "type", enums.OrganisationType),
        (".//activity-status", "code", enums.ActivityStatus),
        (".//activity-date", "type", enums.ActivityDateType),
        (".//related-activity", "type", enums.RelatedActivityType),
        (".//category", "code", enums.DocumentCategory),
        (".//location-id", "vocabulary", enums.LocationID),
        (".//result", "type", enums.ResultType),
        (".//indicator", "measure", enums.IndicatorMeasure),
        (".//sector", "vocabulary", enums.Sector_Vocabulary),
    ],
)
def test_every_code_is_of_its_codelist(root: ET.Element, path: str, attribute: str, codelist: Any) -> None:
    assert codes(root, path, attribute) <= allowed(codelist)


def test_every_kind_of_place_is_of_its_codelist(root: ET.Element) -> None:
    listed = resources.files("okfn_iati.data").joinpath("location-type-codes.csv").read_text(encoding="utf-8")
    known = {row["Code"] for row in csv.DictReader(io.StringIO(listed))}
    assert codes(root, ".//feature-designation", "code") <= known


def test_the_standard_ruleset_is_kept(root: ET.Element) -> None:
    for element in root.iterfind("iati-activity"):
        identifier, reporter = str(element.findtext("iati-identifier")), element.find("reporting-org")
        assert reporter is not None
        assert identifier.startswith(str(reporter.get("ref")))
        refs = {identifier, *(str(one.get("ref")) for one in element.iterfind("participating-org"))}
        assert not any(re.search(r"[/&|?]", ref) for ref in refs)
        assert (element.find("recipient-country") is None) == (element.find("recipient-region") is not None)
        dates = {one.get("type"): str(one.get("iso-date")) for one in element.iterfind("activity-date")}
        assert dates["1"] < dates["3"]
        assert not {"2", "4"} & set(dates)
    for period in root.iterfind(".//period"):
        start, end = period.find("period-start"), period.find("period-end")
        assert start is not None
        assert end is not None
        assert str(start.get("iso-date")) <= str(end.get("iso-date"))
    assert not root.findall(".//result/reference")  # where it is, its indicators may have none
    for indicator in root.iterfind(".//indicator"):
        with_value = [
            one.get("value") is not None for name in ("baseline", "period/*") for one in indicator.iterfind(name)
        ]
        assert indicator.get("measure") != "5" or not any(with_value)


def test_no_identifier_pretends_to_be_of_a_registered_organisation(root: ET.Element) -> None:
    reporter = root.find("iati-activity/reporting-org")
    assert reporter is not None
    assert reporter.get("ref") == "w3id.org:g7graph"
    assert reporter.get("secondary-reporter") == "1"
    refs = codes(root, ".//participating-org", "ref")
    assert refs == {
        "CA-3", "DE-1", "US-GOV-1", "XI-IATI-IADB", "XM-DAC-41114", "XM-DAC-5-52", "XM-DAC-903", "PE-RUC-20131368829",
    }  # fmt: skip


def test_there_is_the_plan_with_its_results_and_the_eight_projects_below_it(root: ET.Element) -> None:
    plan = activity(root, "action-plan-2013-2014")
    assert len(root.findall("iati-activity")) == 9
    assert len(plan.findall("result")) == 12
    assert len(plan.findall("result/indicator")) == 33
    assert Counter(one.get("type") for one in plan.iterfind("result")) == {"1": 10, "2": 2}
    children = {one.get("ref") for one in plan.iterfind("related-activity[@type='2']")}
    projects = [one for one in root.iterfind("iati-activity") if one is not plan]
    assert children == {one.findtext("iati-identifier") for one in projects}
    assert all(one.find(f"related-activity[@ref='{PLAN}'][@type='1']") is not None for one in projects)
    assert {one.get("hierarchy") for one in projects} == {"2"}


def test_the_figures_of_4_4_are_those_of_the_document_in_periods_of_their_months(root: ET.Element) -> None:
    found = next(one for one in root.iterfind(".//indicator") if one.find("reference[@code='4.4']") is not None)
    baseline, actual, target = found.find("baseline"), found.find("period/actual"), found.find("period/target")
    assert baseline is not None
    assert (baseline.get("value"), baseline.get("year"), baseline.get("iso-date")) == ("0", "2013", "2013-06-30")
    assert actual is not None
    assert actual.get("value") == "43"
    assert target is not None
    assert target.get("value") == "54"
    ends = [(list(one)[1].get("iso-date"), list(one)[2].tag) for one in found.iterfind("period")]
    assert ends == [("2014-05-31", "actual"), ("2015-06-30", "target")]
    link = actual.find("document-link")
    assert link is not None
    assert link.get("url") == "https://w3id.org/g7graph/doc/passage/monitoring-4.4-actual"
    assert "43 gobiernos locales han simplificado" in str(actual.findtext("comment/narrative"))


def test_missing_is_not_zero(root: ET.Element) -> None:
    figures = [one for name in ("baseline", "target", "actual") for one in root.iterfind(f".//{name}")]
    assert all(one.get("value") for one in figures)
    not_reported = next(one for one in root.iterfind(".//indicator") if one.find("reference[@code='3.3']") is not None)
    assert not_reported.find("period/actual") is None
    assert not root.findall(".//budget")


def test_a_project_says_who_where_and_that_its_dates_are_the_plans(root: ET.Element) -> None:
    found = activity(root, "project-mim-peru")
    organisations = {(one.get("role"), one.get("ref")) for one in found.iterfind("participating-org")}
    assert organisations == {("1", "CA-3"), ("4", "XM-DAC-903")}
    assert [one.findtext("name/narrative") for one in found.iterfind("location")] == ["Cajamarca", "Moquegua"]
    assert [one.get("code") for one in found.iterfind("recipient-country")] == ["PE"]
    assert "el documento no da la del proyecto" in str(found.findtext("activity-date/narrative"))
    pages = {one.get("url") for one in found.iterfind("document-link") if one.find("category[@code='A12']") is not None}
    assert pages == {"http://www.mim.org.pe", "https://w3id.org/g7graph/doc/project/mim-peru"}
    idb = activity(root, "project-gobernanza-industrias-extractivas")
    assert [one.get("ref") for one in idb.iterfind("other-identifier")] == ["RG-X1129"]
    assert idb.findtext("location/name/narrative") == "América Latina y el Caribe"


def back(document: bytes) -> tuple[list[Activity], Results]:
    """Read a file of ours; nothing in it may be a problem."""
    left = Counter[str]()
    found = list(read(io.BytesIO(document), "ours.xml", left))
    assert left.keys() <= {"reporting-org/@secondary-reporter"}  # always the same
    results: Results = []
    for one in found:
        if isinstance(one, Indicator):
            results[-1][1].append(one)
        elif isinstance(one, Result):
            results.append((one, []))
        else:
            assert isinstance(one, Activity), one
    return [one for one in found if isinstance(one, Activity)], results


def test_what_is_read_back_is_written_again_byte_by_byte(document: bytes) -> None:
    found, results = back(document)
    by_activity = [(one, [pair for pair in results if pair[0].activity == one.identifier]) for one in found]
    assert xml(by_activity, modified=MODIFIED) == document


FIGURES = """
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code ?kind ?value ?date WHERE {
  VALUES ?kind { g7:baseline g7:target g7:actual }
  ?progress a g7:Progress ; g7:indicator ?indicator ; ?kind ?figure .
  ?indicator skos:notation ?code . ?figure g7:value ?value ; g7:date ?date .
}
"""
STATUS = """
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code ?status ?progress ?attainment WHERE {
  ?node a g7:Progress ; g7:indicator ?indicator ; g7:status ?status ; g7:attainment ?attainment .
  ?indicator skos:notation ?code .
  OPTIONAL { ?node g7:progress ?progress }
}
"""


def rows(store: LocalStore, text: str) -> list[str]:
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in store.table(text).records())


def test_export_and_import_keep_every_figure_place_and_organisation_and_the_progress_they_mean(
    store: LocalStore, document: bytes, written: Written, tmp_path: Path
) -> None:
    from g7graph.build import open_local
    from g7graph.project import Project

    file, tree = tmp_path / "activities.xml", tmp_path / "data" / "ttl"
    file.write_bytes(document)
    tree.mkdir(parents=True)
    result = CliRunner().invoke(main, ["import", "iati", str(file), "--output", str(tree / "imported.ttl")])
    assert result.exit_code == 0, result.stderr
    theirs = open_local(Project.find(tmp_path))
    assert len(rows(store, FIGURES)) == 23 + 33 + 21
    assert rows(theirs, FIGURES) == rows(store, FIGURES)
    assert len(rows(store, STATUS)) > 20
    assert rows(theirs, STATUS) == rows(store, STATUS)
    found, results = back(document)
    ours = dict.fromkeys(one.identifier for one, _ in written.activities)
    assert [one.identifier for one in found] == list(ours)
    for mine, read_back in zip((one for one, _ in written.activities), found, strict=True):
        assert read_back.organisations == mine.organisations
        assert read_back.locations == mine.locations
    assert [told(figure) for figure in of(results)] == [told(figure) for figure in of(written.activities[0][1])]


def of(results: Sequence[tuple[Result, Sequence[Indicator]]]) -> list[Figure]:
    return [figure for _, indicators in results for one in indicators for figure in one.figures]


def told(figure: Figure) -> tuple[object, ...]:
    return (figure.kind, figure.value, figure.start, figure.end, figure.locations, figure.dimensions, figure.comment)


def test_parts_by_place_and_by_dimension_are_written_beside_their_whole(root: ET.Element) -> None:
    found = next(one for one in root.iterfind(".//indicator") if one.find("reference[@code='1.1']") is not None)
    actuals = [
        (one.get("value"), [(dimension.get("name"), dimension.get("value")) for dimension in one.iterfind("dimension")])
        for one in found.iterfind("period/actual")
    ]
    assert actuals == [
        ("18", []),
        ("7", [("agency", "usaid"), ("stage", "final-report")]),
        ("11", [("agency", "ifc")]),
    ]
    meetings = next(one for one in root.iterfind(".//indicator") if one.find("reference[@code='9.2']") is not None)
    refs = {one.get("ref") for one in meetings.iterfind("period/actual/location")}
    assert refs
    plan = activity(root, "action-plan-2013-2014")
    assert refs <= {one.get("ref") for one in plan.iterfind("location")}


def test_the_command_writes_the_same_bytes_and_lists_what_iati_has_no_place_for(tmp_path: Path) -> None:
    runs = [
        CliRunner().invoke(main, ["export", "iati", "--lang", "en", "--output", str(tmp_path / name)]) for name in "ab"
    ]
    assert [run.exit_code for run in runs] == [0, 0]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    said = runs[0].stderr.splitlines()
    assert said[0].startswith("Written: 9 activities with 12 results.")
    assert "  31 targets of the plan that the monitoring states again: the monitoring's is written" in said
    assert "  5 composite indicators: their components are written" in said
    assert 'generated-datetime="2026-12-01T00:00:00Z"' in (tmp_path / "a").read_text(encoding="utf-8")


def test_what_is_not_said_keeps_an_activity_from_being_written_and_is_told(tmp_path: Path) -> None:
    tree = tmp_path / "data" / "ttl"
    tree.mkdir(parents=True)
    (tree / "framework.ttl").write_text(
        "@prefix g7: <https://w3id.org/g7graph/ontology#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "<https://w3id.org/g7graph/id/project/p> a g7:Project ; rdfs:label 'P'@es .\n"
        "<https://w3id.org/g7graph/id/action-plan/a> a g7:ActionPlan ; rdfs:label 'A'@es .\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(main, ["--data", str(tmp_path), "export", "iati", "--lang", "en"])
    assert result.exit_code == 1
    assert (
        "project:p: It is not written as an IATI activity, whose schema demands what is not said here" in result.stderr
    )
    assert "action-plan:a: It is not written" in result.stderr


def test_an_approved_round_is_a_period_of_actual_values_and_one_only_submitted_is_not(tmp_path: Path) -> None:
    with framework(tmp_path) as sink:
        generate(sink, 10_000, 1)
    out = tmp_path / "activities.xml"
    result = CliRunner().invoke(main, ["--data", str(tmp_path), "export", "iati", "--output", str(out)])
    assert result.exit_code == 0
    found = ET.parse(out)  # noqa: S314 - our own
    periods = {(str(list(one)[1].get("iso-date"))[:7], list(one)[2].tag) for one in found.iterfind(".//period")}
    assert periods == {*((month, "actual") for month in ("2013-12", "2014-05", "2014-11")), ("2015-06", "target")}
    assert ROUNDS["2015-03"] == "submitted"
    assert IatiValidator().validate(out.read_text(encoding="utf-8"))[0]


def test_every_writing_of_a_value_comes_back() -> None:
    figure = Figure("actual", Decimal("10.50"), start=date(2014, 1, 1), end=date(2014, 12, 31), comment={"es": "Sí"})
    result = Result("X-1", 1, {"es": "R <&> \x01"}, "1")
    indicator = Indicator("X-1", 1, 1, {"es": "I"}, "1", figures=(figure,))
    document = xml([(Activity("X-1", {"es": "T"}), [(result, [indicator])])])
    _, results = back(document)
    assert results[0][0].title == {"es": "R <&> \ufffd"}
    assert told(results[0][1][0].figures[0]) == told(figure)
