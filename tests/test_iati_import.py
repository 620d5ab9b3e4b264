"""IATI results of any publisher become statements of our vocabulary; what cannot be read is told where it stands."""

from __future__ import annotations

import io
import tracemalloc
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from g7graph import vocab
from g7graph.cli import main
from g7graph.sources.iati import codes
from g7graph.sources.iati.read import read
from g7graph.sources.iati.record import Activity, Indicator
from g7graph.sources.problem import Problem

SAMPLE = Path(__file__).parent / "data" / "iati" / "activities.xml"
HEAD = '<iati-activities version="2.03">'
ACTIVITY = "<iati-activity><iati-identifier>X-1</iati-identifier><title><narrative>T</narrative></title>"


def problems(text: str | bytes) -> list[Problem]:
    found = read(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "a.xml", Counter())
    return [one for one in found if isinstance(one, Problem)]


def keys(text: str | bytes) -> list[tuple[str, int]]:
    return [(problem.key, problem.place.line) for problem in problems(text)]


def imported(path: Path, place: Path, *options: str) -> tuple[ox.Store, Result]:
    result = CliRunner().invoke(main, ["import", "iati", str(path), "--output", str(place), "--lang", "en", *options])
    store = ox.Store()
    store.load(path=str(place))
    return store, result


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[ox.Store, Result]:
    return imported(SAMPLE, tmp_path_factory.mktemp("iati") / "a.ttl")


def values(store: ox.Store, thing: str, predicate: str) -> list[str]:
    subject, name = ox.NamedNode(vocab.THING + thing), vocab.expand(predicate)
    assert name is not None
    found = [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(name), None)]
    return sorted(term.value for term in found if not isinstance(term, ox.Triple))


def test_a_result_with_its_indicator_and_figures_is_read(sample: tuple[ox.Store, Result]) -> None:
    store, _ = sample
    at = "iati/XX-TEST-1%7CA"
    assert values(store, f"objective/{at}/1", "rdfs:label") == ["Better roads"]
    assert values(store, f"objective/{at}/1", "schema:additionalType") == ["ResultType/2"]
    assert values(store, f"indicator/{at}/1.1", "skos:notation") == ["K.1"]
    assert values(store, f"indicator/{at}/1.1", "g7:direction") == [f"{vocab.THING}direction/ascending"]
    assert values(store, f"indicator/{at}/1.1", "rdfs:seeAlso") == ["https://example.org/k1"]
    assert values(store, f"measurement/{at}/1.1/baseline-1", "g7:value") == ["3"]
    assert values(store, f"measurement/{at}/1.1/baseline-1", "g7:date") == ["2013-06"]
    assert values(store, f"measurement/{at}/1.1/baseline-1", "dcterms:date") == ["2013-06-30"]
    assert values(store, f"measurement/{at}/1.1/baseline-1", "rdfs:comment") == ["Counted by hand"]
    assert values(store, f"measurement/{at}/1.1/target-1", "g7:value") == ["10.5"]
    assert values(store, f"measurement/{at}/1.1/target-1", "schema:startDate") == ["2013-06-01"]
    assert values(store, f"measurement/{at}/1.1/actual-1", "g7:value") == ["7"]
    assert values(store, f"measurement/{at}/1.1/actual-1", "rdfs:seeAlso") == ["https://example.org/7"]


def test_parts_beside_their_whole_break_it_down(sample: tuple[ox.Store, Result]) -> None:
    store, _ = sample
    at = "iati/XX-TEST-1%7CA"
    part = f"disaggregation/{at}/1.1/actual-2"
    assert values(store, part, "g7:disaggregates") == [f"{vocab.THING}measurement/{at}/1.1/actual-1"]
    assert values(store, part, "g7:value") == ["4"]
    assert values(store, part, "g7:writtenAs") == ["sex=f"]
    assert values(store, part, "g7:place") == [f"{vocab.THING}place/{at}/here"]
    assert values(store, f"disaggregation/{at}/1.1/actual-3", "g7:place") == [f"{vocab.THING}place/{at}/there"]


def test_places_and_organisations_keep_their_identifiers_and_roles(sample: tuple[ox.Store, Result]) -> None:
    store, _ = sample
    project = "project/iati/XX-TEST-1%7CA"
    assert values(store, "place/iati/XX-TEST-1%7CA/here", "skos:exactMatch") == ["https://sws.geonames.org/3699674/"]
    assert values(store, "place/iati/XX-TEST-1%7CA/here", "wgs84:lat") == ["-9.53"]
    assert values(store, "place/iati/XX-TEST-1%7CA/there", "wgs84:lat") == []
    assert values(store, project, "g7:donor") == [f"{vocab.THING}agency/iati/XX-TEST"]
    assert values(store, project, "g7:implementer") == [f"{vocab.THING}agency/iati/Road%20Builders"]
    assert values(store, project, "dcterms:contributor") == [f"{vocab.THING}agency/iati/Nobody%20knows"]
    assert values(store, "agency/iati/XX-TEST", "g7:iatiId") == ["XX-TEST"]
    assert values(store, project, "schema:startDate") == ["2013-02-01"]
    assert values(store, project, "dcterms:isPartOf") == [f"{vocab.THING}project/iati/XX-TEST-2"]


def test_a_slip_is_told_by_file_line_and_element_and_loses_nothing_else(sample: tuple[ox.Store, Result]) -> None:
    store, result = sample
    said = result.stderr
    slip = "activities.xml:37/iati-activities/iati-activity[1]/result[2]/indicator[1]"
    assert f"{slip}: “6” is no code of measure: one of 1, 2, 3, 4, 5 was expected" in said
    assert (
        "activities.xml:38/iati-activities/iati-activity[1]/result[2]/indicator[1]/baseline[1]: “1,5” is no nu" in said
    )
    assert "The attribute year is missing" in said
    assert "“2014-02-30” is no date" in said
    assert "The element period-end is missing" in said
    assert "The period begins (2015-01-01) after it ends (2014-01-01)." in said
    assert "“maybe” is no code of ascending" in said
    assert "“north” is no number" in said
    assert result.exit_code == 1
    assert values(store, "measurement/iati/XX-TEST-1%7CA/2.1/actual-1", "g7:value") == ["0"]
    assert values(store, "measurement/iati/XX-TEST-1%7CA/2.1/target-1", "g7:value") == []


def test_a_qualitative_value_is_words(sample: tuple[ox.Store, Result]) -> None:
    store, _ = sample
    assert values(store, "measurement/iati/XX-TEST-1%7CA/2.2/actual-1", "rdfs:comment") == ["much better"]


def test_an_activity_without_name_and_one_named_twice_are_told_and_the_next_is_read(
    sample: tuple[ox.Store, Result],
) -> None:
    store, result = sample
    assert "activities.xml:48/iati-activities/iati-activity[2]: The activity has no iati-identifier" in result.stderr
    assert "activities.xml:52/iati-activities/iati-activity[3]: The activity “XX-TEST-1/A” was there" in result.stderr
    assert values(store, "project/iati/XX-TEST-1%7CA", "rdfs:label") == ["Roads", "Routes"]
    assert values(store, "project/iati/XX-TEST-2", "rdfs:label") == ["Programme"]


def test_the_summary_counts_what_was_read_and_what_is_no_matter_of_results(sample: tuple[ox.Store, Result]) -> None:
    _, result = sample
    summary = result.stderr.splitlines()[-3:]
    assert summary == [
        "Read: 2 activities, 2 results, 3 indicators; 2 baselines, 2 targets, 5 actual values.",
        "No matter of results, and not read: iati-activity/budget 1.",
        "Problems: 14; in 3 of them a whole element was not read.",
    ]


def test_what_is_not_read_of_what_is_read_is_counted_too() -> None:
    left = Counter[str]()
    text = f"""{HEAD}{ACTIVITY}
      <description type="1"><narrative>General</narrative></description>
      <description type="2"><narrative>Aims</narrative></description>
      <location><location-id vocabulary="A4" code="PE-CUS"/><location-id vocabulary="G1" code="3941584"/></location>
      <document-link url="https://example.org/" format="text/html">
        <title><narrative>Page</narrative></title><category code="A02"/><category code="A12"/>
      </document-link>
      <result type="1" aggregation-status="1"><title><narrative>R</narrative></title></result>
    </iati-activity></iati-activities>"""
    *_, activity = read(io.BytesIO(text.encode()), "a.xml", left)
    assert isinstance(activity, Activity)
    assert activity.description == {"": "General\nAims"}
    assert [one.category for one in activity.links] == ["A12"]
    assert [one.geonames for one in activity.locations] == ["3941584"]
    assert left == {"result/@aggregation-status": 1, "location/location-id": 1}


def test_the_same_file_gives_the_same_bytes_in_turtle_and_the_same_statements_in_lines(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("a.ttl", "b.ttl", "c.nt")]
    stores = [imported(SAMPLE, place)[0] for place in places]
    assert places[0].read_bytes() == places[1].read_bytes()
    assert {quad.triple for quad in stores[0]} == {quad.triple for quad in stores[2]}
    assert not list(tmp_path.glob("*.new"))


BOMB = """<!DOCTYPE iati-activities [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<iati-activities version="2.03"><iati-activity><title>&b;</title></iati-activity></iati-activities>"""
EXTERNAL = '<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd"><iati-activities version="2.03"/>'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BOMB, [("iati_doctype", 1)]),
        (EXTERNAL, [("iati_doctype", 2)]),
        ("", [("iati_not_xml", 1)]),
        ("not XML", [("iati_not_xml", 1)]),
        (f"{HEAD}\n<iati-activity>&nbsp;</iati-activity></iati-activities>", [("iati_not_xml", 2)]),
        (f"{HEAD}\n{ACTIVITY}<title>", [("iati_not_xml", 2)]),
        (b'<?xml version="1.0" encoding="nonsense"?><iati-activities/>', [("iati_not_xml", 1)]),
        ('<iati-organisations version="2.03"/>', [("iati_wrong_root", 1)]),
        ("<html><body>404</body></html>", [("iati_wrong_root", 1)]),
        ('<iati-activities version="1.05"><iati-activity/></iati-activities>', [("iati_version", 1)]),
        (f"<iati-activities>{ACTIVITY}</iati-activity></iati-activities>", [("iati_no_version", 1)]),
        (HEAD + "<x>" * 80, [("iati_too_large", 1)]),
        (HEAD + f'<iati-activity a="{"x" * 2_000_000}"/>', [("iati_too_large", 1)]),
        (HEAD + "<iati-activity><title><narrative>" + "x" * 9_000_000, [("iati_too_large", 1)]),
    ],
    ids="bomb external empty text entity truncated encoding root html old unversioned deep tag long".split(),
)
def test_a_file_that_is_not_to_be_read_is_refused_with_its_line(
    text: str | bytes, found: list[tuple[str, int]]
) -> None:
    assert keys(text) == found
    for problem in problems(text):
        assert all(problem.text(lang) for lang in ("es", "en", "fr"))


def test_what_stood_before_a_break_is_read() -> None:
    text = SAMPLE.read_bytes()
    cut = text[: text.index(b"<title><narrative>Words")]
    found = list(read(io.BytesIO(cut), "a.xml", Counter()))
    assert [one.title for one in found if isinstance(one, Indicator)] == [{"en": "Kilometres"}, {}]
    assert isinstance(found[-1], Problem)
    assert found[-1].key == "iati_not_xml"
    assert found[-1].place.path.endswith("/result[2]/indicator[2]")


def test_what_cannot_be_read_overwrites_nothing_and_a_form_is_one_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "page.xml").write_text("<html>502</html>")
    (tmp_path / "good.ttl").write_text("good")
    words = ["import", "iati", str(tmp_path / "page.xml"), "--output"]
    page = CliRunner().invoke(main, [*words, str(tmp_path / "good.ttl")])
    assert (page.exit_code, (tmp_path / "good.ttl").read_text()) == (1, "good")
    assert CliRunner().invoke(main, [*words, str(tmp_path / "a.nq")]).exit_code == 2


def test_a_file_that_is_not_there_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["import", "iati", "nowhere.xml"])
    assert result.exit_code == 2
    assert "nowhere.xml" in result.stderr


def many(activities: int) -> bytes:
    indicator = (
        '<indicator measure="1"><title><narrative>I</narrative></title><baseline year="2013" value="1"/>'
        + '<period><period-start iso-date="2013-01-01"/><period-end iso-date="2013-12-31"/><target value="2"/></period>'
        * 20
        + "</indicator>"
    )
    each = "<iati-activity><iati-identifier>X-%d</iati-identifier>" + f'<result type="1">{indicator}</result>'
    return (HEAD + "".join(each % n + "</iati-activity>\n" for n in range(activities)) + "</iati-activities>").encode()


def highest(activities: int) -> int:
    """The most memory that reading so many activities holds at a time, the file aside."""
    file = io.BytesIO(many(activities))
    tracemalloc.start()
    count = sum(isinstance(one, Activity) for one in read(file, "a.xml", Counter()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == activities
    return most


def test_memory_does_not_grow_with_the_file() -> None:
    assert highest(100) < 1.3 * highest(25)


def test_the_alignment_tells_everybody_the_codes_that_the_program_uses() -> None:
    graph = vocab.graph("ontology/alignments/iati")
    path = Path(__file__).parent.parent / "ontology/alignments/iati.ttl"
    identifier = ox.NamedNode(vocab.STANDARD["dcterms"] + "identifier")
    said = {
        (vocab.curie(str(quad.subject.value)), str(quad.object.value))
        for quad in ox.parse(path=str(path), base_iri=graph)
        if quad.predicate == identifier
    }
    assert said == {
        *((f"agency-kind:{ours}", f"OrganisationType/{code}") for ours, code in codes.ORGANISATION_TYPES.items()),
        *((f"agency-role:{ours}", f"OrganisationRole/{code}") for code, ours in codes.ROLES.items() if ours),
        *((f"place-level:{ours}", f"LocationType/{code}") for ours, code in codes.FEATURES.items()),
        *((f"measure:{ours}", f"IndicatorMeasure/{code}") for ours, code in codes.OUR_MEASURES.items()),
        ("g7:Objective", f"ResultType/{codes.OBJECTIVE}"),
        ("g7:Result", f"ResultType/{codes.RESULT}"),
    }


@pytest.mark.parametrize("written", ["1e3", "1 000", "12%", "∞", "NaN", "0x1", "9" * 40])
def test_what_is_no_plain_number_is_no_value(written: str) -> None:
    text = f'{HEAD}{ACTIVITY}<result type="1"><title><narrative>R</narrative></title><indicator measure="1"><title>'
    text += f'<narrative>I</narrative></title><baseline year="2013" value="{written}"/></indicator></result>'
    found = list(read(io.BytesIO(f"{text}</iati-activity></iati-activities>".encode()), "a.xml", Counter()))
    assert [one.key for one in found if isinstance(one, Problem)] == ["iati_bad_value"]
    assert [figure.value for one in found if isinstance(one, Indicator) for figure in one.figures] == [None]


@pytest.mark.parametrize(("written", "value"), [("-1.50", Decimal("-1.50")), ("007", Decimal(7)), (" 2 ", Decimal(2))])
def test_a_plain_number_is_a_value(written: str, value: Decimal) -> None:
    text = f'{HEAD}{ACTIVITY}<result type="1"><title><narrative>R</narrative></title><indicator measure="1"><title>'
    text += f'<narrative>I</narrative></title><baseline year="2013" value="{written}"/></indicator></result>'
    found = list(read(io.BytesIO(f"{text}</iati-activity></iati-activities>".encode()), "a.xml", Counter()))
    assert [figure.value for one in found if isinstance(one, Indicator) for figure in one.figures] == [value]


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
@pytest.mark.parametrize("words", [("import",), ("import", "iati"), ("export",), ("export", "iati")])
def test_help_speaks_three_languages(words: tuple[str, ...], lang: str) -> None:
    result = CliRunner().invoke(main, [*words, "--lang", lang, "--help"])
    assert result.exit_code == 0
    assert ("IITA" if lang == "fr" else "IATI") in result.output
    assert "--lang" in result.output
