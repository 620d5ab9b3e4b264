"""Validation: the project's own data is clean, and each kind of bad input is found, placed and explained."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from g7graph.project import Project
from g7graph.turtle import format_text
from g7graph.validate import Finding, validate

PREFIXES = """@prefix agency: <https://w3id.org/g7graph/id/agency/> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix measurement: <https://w3id.org/g7graph/id/measurement/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix responsibility: <https://w3id.org/g7graph/id/responsibility/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Path:
    """A framework root of its own, so that it can be broken."""
    root = tmp_path_factory.mktemp("framework")
    for folder in ("ontology", "data", "queries"):
        shutil.copytree(project.root / folder, root / folder)
    return root


def replace(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text, f"{before!r} is no longer in {path.name}"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def about(findings: list[Finding], subject: str, path: str) -> Finding:
    found = [one for one in findings if (one.subject, one.path) == (subject, path)]
    assert len(found) == 1, f"{subject} {path}: {found or sorted({one.subject for one in findings})}"
    return found[0]


def test_the_projects_own_data_has_no_findings(project: Project) -> None:
    assert validate(project) == []


def test_a_malformed_file_is_placed_by_line_and_column_and_nothing_else_is_blamed(copy: Path, tmp_path: Path) -> None:
    root = shutil.copytree(copy, tmp_path / "broken")
    (root / "data/ttl/broken.ttl").write_text(PREFIXES + "indicator:4.4 g7:value 43 ;;\n  g7:unit .\n")
    (found,) = validate(Project.find(root), lang="en")
    assert (found.severity, found.file, found.line) == ("Violation", "data/ttl/broken.ttl", 9)
    assert "line 9, column 11" in found.message


@pytest.fixture(scope="module")
def findings(copy: Path) -> list[Finding]:
    """What validation says, in English, of a framework with one defect of each kind."""
    indicators = copy / "data/ttl/indicators.ttl"
    replace(indicators, "g7:unit unit:committee", "g7:unitt unit:committee")
    (copy / "data/ttl/bad.ttl").write_text(
        PREFIXES
        + """
indicator:99.1 a g7:Indicator, g7:ProcessIndicator .
measurement:99.1-plan-target a g7:Measurement, g7:Target ; g7:indicator indicator:99.1 ; g7:value "many"^^xsd:integer .
responsibility:99.1-plan-1 a g7:Responsibility ; g7:donor agency:nobody .
indicator:4.4 g7:kind <https://w3id.org/g7graph/id/indicator-kind/process> .
"""
    )
    return validate(Project.find(copy), lang="en")


def test_a_misspelt_term_is_found_with_the_nearest_that_exists(findings: list[Finding]) -> None:
    (found,) = [one for one in findings if one.source == "unknown-term"]
    assert (found.file, found.value) == ("data/ttl/indicators.ttl", "g7:unitt")
    assert "g7:unit" in found.message


def test_an_indicator_without_unit_or_label_is_found(findings: list[Finding]) -> None:
    assert about(findings, "indicator:99.1", "g7:unit").file == "data/ttl/bad.ttl"
    assert [one for one in findings if (one.subject, one.path) == ("indicator:99.1", "rdfs:label")]


def test_a_target_without_date_is_found(findings: list[Finding]) -> None:
    assert about(findings, "measurement:99.1-plan-target", "g7:date").severity == "Violation"


def test_a_value_of_the_wrong_datatype_is_found(findings: list[Finding]) -> None:
    assert about(findings, "measurement:99.1-plan-target", "g7:value").value == "many"


def test_a_dangling_agency_is_found(findings: list[Finding]) -> None:
    (found,) = [one for one in findings if one.source == "dangling-reference"]
    assert (found.subject, found.value) == ("responsibility:99.1-plan-1", "agency:nobody")


def test_a_triple_in_two_graphs_is_found(findings: list[Finding]) -> None:
    (found,) = [one for one in findings if one.source == "triple-in-two-graphs"]
    assert (found.subject, found.path) == ("indicator:4.4", "g7:kind")
    assert "data/ttl/indicators.ttl" in found.message


def test_a_file_that_is_not_canonical_is_a_warning(findings: list[Finding]) -> None:
    (found,) = [one for one in findings if (one.source, one.file) == ("not-canonical", "data/ttl/bad.ttl")]
    assert found.severity == "Warning"


def test_without_looking_at_the_format_all_else_is_found(copy: Path, findings: list[Finding]) -> None:
    others = [one for one in findings if one.source != "not-canonical"]
    assert validate(Project.find(copy), lang="en", formatted=False) == others != findings


def test_every_finding_says_what_to_do_and_who_says_so(findings: list[Finding]) -> None:
    assert len(findings) > 8
    assert all(one.message and one.source and one.file for one in findings)


def test_messages_speak_the_language_asked_for(copy: Path, tmp_path: Path) -> None:
    root = shutil.copytree(copy, tmp_path / "broken")
    (root / "data/ttl/broken.ttl").write_text("x")
    messages = {lang: validate(Project.find(root), lang=lang)[0].message for lang in ("es", "en", "fr")}
    assert "no se puede leer" in messages["es"]
    assert "cannot be read" in messages["en"]
    assert "ne peut être lu" in messages["fr"]


def other_framework(root: Path, text: str) -> Project:
    """A framework of one file that borrows our ontology."""
    (root / "data/ttl").mkdir(parents=True)
    (root / "data/ttl/ronda 2015.ttl").write_text(format_text(text))
    return Project.find(root)


def test_another_framework_is_not_blamed_for_what_is_ours(tmp_path: Path) -> None:
    text = (
        "# One company.\n" + PREFIXES + '<https://w3id.org/g7graph/id/company/x> a g7:Company ; rdfs:label "X"@es .\n'
    )
    assert validate(other_framework(tmp_path, text)) == []


def test_a_misspelt_class_or_datatype_of_no_vocabulary_is_found(tmp_path: Path) -> None:
    text = (
        "# Misspelt.\n" + PREFIXES + "<http://x/a> a <http://www.w3.org/ns/provv#Entity> ; g7:value "
        '"1"^^<http://www.w3.org/2001/XMLSchemas#integer> .\n'
    )
    values = {one.value for one in validate(other_framework(tmp_path, text)) if one.source == "unknown-term"}
    assert values == {"http://www.w3.org/ns/provv#Entity", "http://www.w3.org/2001/XMLSchemas#integer"}


@pytest.mark.parametrize(("lang", "word"), [("es", "principal"), ("en", "main"), ("fr", "principal")])
def test_what_a_sparql_constraint_finds_is_told_in_the_language_asked_for(tmp_path: Path, lang: str, word: str) -> None:
    root = tmp_path / "framework"
    shutil.copytree(Project.default().data, root / "data/ttl")
    path = root / "data/ttl/measurements/2014-05.ttl"
    path.write_text(path.read_text().replace("standing:conflicting", "standing:main"))
    found = [one for one in validate(Project.find(root), lang=lang) if one.source == "g7sh:Indicator-measurement"]
    assert {one.subject for one in found} == {"indicator:4.4"}
    assert all(word in one.message for one in found), found[0].message
    assert not [one for one in validate(Project.find(root), lang=lang) if one.file == "derived"]


def test_what_is_not_read_and_what_would_be_overwritten_is_said(tmp_path: Path) -> None:
    framework = other_framework(tmp_path, "# Nothing.\n")
    (tmp_path / "data/ttl/round.nq").write_text("")
    (tmp_path / "data/ttl/ROUND.TTL").write_text("")
    (tmp_path / "data/ttl/derived").mkdir()
    (tmp_path / "data/ttl/derived/progress.ttl").write_text("")
    found = {(one.severity, one.file, one.source) for one in validate(framework)}
    assert found >= {
        ("Warning", "data/ttl/round.nq", "not-turtle"),
        ("Warning", "data/ttl/ROUND.TTL", "not-turtle"),
        ("Violation", "data/ttl/derived/progress.ttl", "reserved-name"),
    }


def test_what_was_withdrawn_is_neither_described_nor_used_any_more(copy: Path, tmp_path: Path) -> None:
    root = shutil.copytree(copy, tmp_path / "withdrawn")
    (root / "data/ttl/tombstones.ttl").write_text("""@prefix agency: <https://w3id.org/g7graph/id/agency/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

agency:giz a prov:Entity ;
    dcterms:isReplacedBy agency:giz-international ;
    prov:invalidatedAtTime "2026-11-24T00:00:00Z"^^xsd:dateTime .
""")
    findings = validate(Project.find(root))
    found = [one for one in findings if "agency:giz" in (one.subject, one.value)]
    assert {"Tombstone", "Tombstone-type", "Tombstone-changeNote-fr"} <= {
        one.source.rpartition(":")[2] for one in found
    }
    assert {one.source for one in found} >= {"checks/withdrawn-yet-used"}
    (dangling,) = [one for one in findings if one.value == "agency:giz-international"]
    assert dangling.source == "dangling-reference"
