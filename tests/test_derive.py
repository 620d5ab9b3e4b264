"""The rules that derive progress, branch by branch, on both engines."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from g7graph import vocab
from g7graph.derive import PROGRESS, derive, graph_of, in_order
from g7graph.errors import UsageError
from g7graph.queries import Library

ROOT = Path(__file__).resolve().parent.parent
RULES = {name: rule for name, rule in Library.read(ROOT / "queries").rules.items() if graph_of(rule) == PROGRESS}
PREPARED = [prepareQuery(rule.text) for rule in in_order(RULES)]
PREFIXES = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in vocab.PREFIXES.items())
PLAN = """
action-plan:p g7:baselineDate "2013-06"^^xsd:gYearMonth ; g7:targetDate "2015-06"^^xsd:gYearMonth .
objective:1 g7:plan action-plan:p .
result:1 g7:objective objective:1 .
"""

#: A measurement whose passage gives no number.
WORDS = "words"
MINUS = "\N{MINUS SIGN}"

#: Of what a node has several, the keys are listed.
SEVERAL = ("responsibility", "summary")

Derived = dict[str, dict[str, object]]


def round_(date: str, status: str = "approved", plan: str = "p") -> str:
    return (
        f'round:{date} a g7:MonitoringRound ; skos:notation "{date}" ; g7:date "{date}"^^xsd:gYearMonth ; '
        f"g7:plan action-plan:{plan} ; g7:roundStatus round-status:{status} .\n"
    )


def indicator(code: str, direction: str = "ascending", parent: str = "result:1", kind: str = "ProcessIndicator") -> str:
    return (
        f'indicator:{code} a g7:{kind} ; skos:notation "{code}" ; g7:parent {parent} ; '
        f"g7:direction direction:{direction} .\n"
    )


def measurement(
    kind: str, value: str, date: str | None = "2014-05", *, standing: str = "main", code: str = "1.1"
) -> str:
    """A measurement of a round, or of the plan where there is no date."""
    origin = f"g7:version version:monitoring ; g7:round round:{date}" if date else "g7:version version:plan"
    number = "" if value == WORDS else f"; g7:value {value} "
    key = f"{code}-{date or 'plan'}-{kind.lower()}" + ("" if standing == "main" else f"-{standing}")
    return (
        f"measurement:{key} a g7:{kind} ; g7:indicator indicator:{code} ; g7:standing standing:{standing} ; "
        f"{origin} {number}.\n"
    )


def measured(baseline: str | None = None, target: str | None = None, actual: str | None = None) -> str:
    given = {"Baseline": baseline, "Target": target, "Actual": actual}
    return "".join(measurement(kind, value) for kind, value in given.items() if value is not None)


def derived(data: str) -> Derived:
    """Derive with both engines, which must agree; return the properties of each progress by its key."""
    turtle = PREFIXES + PLAN + data
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:data"))
    derive(store, RULES)
    graph = rdflib.Graph(bind_namespaces="none").parse(data=turtle, format="turtle")
    given = set(graph)
    for rule in PREPARED:
        for triple in list(graph.query(rule)):
            graph.add(triple)  # type: ignore[arg-type]  # a rule is a CONSTRUCT
    ours = {tuple(map(str, quad.triple)) for quad in quads(store)}
    theirs = {tuple(str(as_oxigraph(node)) for node in triple) for triple in set(graph) - given}
    assert ours == theirs
    return by_key(store)


def quads(store: ox.Store) -> list[ox.Quad]:
    return list(store.quads_for_pattern(None, None, None, ox.NamedNode(PROGRESS)))


def as_oxigraph(node: rdflib.term.Node) -> ox.NamedNode | ox.Literal:
    """Convert a node; oxigraph's own canonical form makes equal decimals equal."""
    if isinstance(node, rdflib.Literal):
        datatype = ox.NamedNode(str(node.datatype or vocab.XSD + "string"))
        text = f"{node.toPython().normalize():f}" if isinstance(node.toPython(), Decimal) else str(node)
        return ox.Literal(text, datatype=datatype)
    return ox.NamedNode(str(node))


def by_key(store: ox.Store) -> Derived:
    found: Derived = {}
    for quad in quads(store):
        assert isinstance(quad.subject, ox.NamedNode)
        properties = found.setdefault(quad.subject.value.rpartition("/")[2], {})
        name = vocab.curie(quad.predicate.value).removeprefix("g7:")
        value = value_of(quad.object)
        if name.startswith("prov:"):
            properties[name] = sorted([*properties.get(name, []), str(value)])  # type: ignore[misc]
        elif name in SEVERAL:
            properties[name] = sorted([*properties.get(name, []), re.split("[/:]", str(value))[-1]])  # type: ignore[misc]
        else:
            assert name not in properties, f"two values of {name}"
            properties[name] = value
    return found


def value_of(term: object) -> object:
    if isinstance(term, ox.Literal):
        return Decimal(term.value) if term.datatype.value == vocab.XSD + "decimal" else term.value
    assert isinstance(term, ox.NamedNode)
    return vocab.curie(term.value)


def only(data: str, direction: str = "ascending") -> dict[str, object]:
    """Derive the progress of one indicator in May 2014."""
    found = derived(round_("2014-05") + indicator("1.1", direction) + data)
    assert list(found) == ["1.1-2014-05"]
    return found["1.1-2014-05"]


# ---- status


@pytest.mark.parametrize(
    ("baseline", "target", "actual", "status", "formula"),
    [
        pytest.param("0", "54", "54", "achieved", "actual 54 = target 54", id="at the target"),
        pytest.param("0", "54", "55", "exceeded", "actual 55 > target 54", id="beyond the target"),
        pytest.param("0", "54", "43", "on-track", "progress 0.7963 ≥ elapsed 0.4583", id="ahead of time"),
        pytest.param("28", "75", "30", "behind", "progress 0.0426 < elapsed 0.4583", id="too slow"),
        pytest.param("0", "24", "11", "on-track", "progress 0.4583 ≥ elapsed 0.4583", id="exactly in time"),
        pytest.param("0", "100000", "45833", "behind", "progress 0.4583 < elapsed 0.4583", id="rounding is no help"),
        pytest.param("20", "30", "15", "behind", "progress -0.5 < elapsed 0.4583", id="below the baseline"),
        pytest.param(None, "4", "2", "on-track", "attainment 0.5 ≥ elapsed 0.4583", id="no baseline, in time"),
        pytest.param(None, "5", "2", "behind", "attainment 0.4 < elapsed 0.4583", id="no baseline, behind"),
        pytest.param(WORDS, "4", "2", "on-track", "attainment 0.5 ≥ elapsed 0.4583", id="baseline in words"),
        pytest.param("5", "5", "4", "on-track", "attainment 0.8 ≥ elapsed 0.4583", id="nothing to gain"),
        pytest.param("0", "0", "1", "exceeded", "actual 1 > target 0", id="a target of zero"),
        pytest.param("8.5", "80.0", "40.25", "behind", "progress 0.4441 < elapsed 0.4583", id="percentages"),
    ],
)
def test_an_ascending_indicator(baseline: str | None, target: str, actual: str, status: str, formula: str) -> None:
    found = only(measured(baseline, target, actual))
    assert (found["status"], found["statusFormula"]) == (f"status:{status}", formula)
    assert found["reported"] == "reported:numeric"


@pytest.mark.parametrize(
    ("baseline", "target", "actual", "status", "formula"),
    [
        pytest.param("100", "50", "50", "achieved", "actual 50 = target 50", id="at the target"),
        pytest.param("100", "50", "40", "exceeded", "actual 40 < target 50", id="below the target"),
        pytest.param("100", "50", "60", "on-track", "progress 0.8 ≥ elapsed 0.4583", id="ahead of time"),
        pytest.param("100", "50", "90", "behind", "progress 0.2 < elapsed 0.4583", id="too slow"),
        pytest.param("24", "0", "13", "on-track", "progress 0.4583 ≥ elapsed 0.4583", id="exactly in time"),
        pytest.param(
            None, "50", "60", "on-track", "target / actual 0.8333 ≥ elapsed 0.4583", id="no baseline, in time"
        ),
        pytest.param(None, "50", "200", "behind", "target / actual 0.25 < elapsed 0.4583", id="no baseline, behind"),
        pytest.param("5", "0", "0", "achieved", "actual 0 = target 0", id="down to zero"),
    ],
)
def test_a_descending_indicator(baseline: str | None, target: str, actual: str, status: str, formula: str) -> None:
    found = only(measured(baseline, target, actual), "descending")
    assert (found["status"], found["statusFormula"]) == (f"status:{status}", formula)


@pytest.mark.parametrize(
    ("data", "reported", "status"),
    [
        pytest.param(measured("0", "5", WORDS), "qualitative", "in-progress", id="only words"),
        pytest.param(measured("0", "5"), "not-reported", "not-reported", id="no actual"),
        pytest.param(measured(actual="5"), "numeric", "in-progress", id="no target"),
        pytest.param(measured(target=WORDS, actual="5"), "numeric", "in-progress", id="a target in words"),
        pytest.param("", "not-reported", "not-reported", id="nothing at all"),
    ],
)
def test_what_cannot_be_compared_has_no_ratio(data: str, reported: str, status: str) -> None:
    found = only(data)
    assert (found["reported"], found["status"]) == (f"reported:{reported}", f"status:{status}")
    assert not {"progress", "attainment"} & set(found)
    assert found["elapsed"] == Decimal("0.4583")


def test_what_is_in_process_is_no_actual() -> None:
    data = measured("0", "5", WORDS) + "measurement:1.1-2014-05-actual g7:inProcess 5 ."
    assert only(data)["status"] == "status:in-progress"


def test_a_head_is_composite_and_has_no_status() -> None:
    data = (
        round_("2014-05")
        + indicator("8.1", kind="CompositeIndicator")
        + indicator("8.1a")
        + "indicator:8.1a g7:componentOf indicator:8.1 .\n"
        + measurement("Target", "1", code="8.1a")
        + measurement("Actual", "1", code="8.1a")
    )
    found = derived(data)
    assert found["8.1-2014-05"]["reported"] == "reported:composite"
    assert not {"status", "progress", "attainment", "actual", "prov:wasDerivedFrom"} & set(found["8.1-2014-05"])
    assert found["8.1a-2014-05"]["status"] == "status:achieved"


# ---- ratios


@pytest.mark.parametrize(
    ("baseline", "target", "actual", "progress", "attainment"),
    [
        ("94729", "250000", "183466", "0.5715", "0.7339"),
        ("1", "2", "3", "2", "1.5"),
        ("0", "7", "15", "2.1429", "2.1429"),
        ("0", "16", "1", "0.0625", "0.0625"),
        ("0", "20000", "1", "0.0001", "0.0001"),
        ("8.5", "80.0", "40.25", "0.4441", "0.5031"),
        ("4", "2", "3", "0.5", "1.5"),
        ("0", "0", "1", None, None),
        ("5", "5", "4", None, "0.8"),
        (None, "9", "8", None, "0.8889"),
        ("76", "80", None, None, None),
    ],
)
def test_ratios_are_decimals_of_four_places_without_a_cap(
    baseline: str | None, target: str, actual: str | None, progress: str | None, attainment: str | None
) -> None:
    found = only(measured(baseline, target, actual))
    assert found.get("progress") == (progress and Decimal(progress))
    assert found.get("attainment") == (attainment and Decimal(attainment))


def test_each_ratio_comes_with_its_formula() -> None:
    found = only(measured("0", "54", "43"))
    assert found["progressFormula"] == f"(43 {MINUS} 0) / (54 {MINUS} 0)"
    assert found["attainmentFormula"] == "43 / 54"
    assert found["elapsedFormula"] == "11 / 24"


def test_a_formula_writes_decimals_without_idle_zeros() -> None:
    found = only(measured("10.50", "100.0", "40.0"))
    assert found["progressFormula"] == f"(40 {MINUS} 10.5) / (100 {MINUS} 10.5)"
    assert found["attainmentFormula"] == "40 / 100"


@pytest.mark.parametrize(
    ("date", "elapsed", "formula"),
    [
        ("2013-06", "0", "0 / 24"),
        ("2013-12", "0.25", "6 / 24"),
        ("2015-06", "1", "24 / 24"),
        ("2015-09", "1.125", "27 / 24"),
    ],
)
def test_elapsed_counts_months_of_the_plan(date: str, elapsed: str, formula: str) -> None:
    found = derived(round_(date) + indicator("1.1"))[f"1.1-{date}"]
    assert (found["elapsed"], found["elapsedFormula"]) == (Decimal(elapsed), formula)


# ---- which measurements count


def test_only_the_main_measurement_counts() -> None:
    other = measurement("Actual", "48", standing="conflicting") + measurement("Target", "9", standing="supplementary")
    found = only(measured("0", "54", "43") + other)
    assert found["actual"] == "measurement:1.1-2014-05-actual"
    assert found["target"] == "measurement:1.1-2014-05-target"


def test_a_figure_that_is_not_the_main_one_reports_nothing() -> None:
    found = only(measured("0", "54") + measurement("Actual", "48", standing="supplementary"))
    assert found["reported"] == "reported:not-reported"


def test_the_target_of_the_round_wins_over_the_plans() -> None:
    plans = measurement("Target", "43", None)
    assert only(plans + measured("0", "54", "43"))["status"] == "status:on-track"
    assert only(plans + measured("0", None, "43"))["status"] == "status:achieved"


LATER = (
    indicator("1.1")
    + measurement("Target", "100", None)
    + measurement("Baseline", "0", "2014-05")
    + measurement("Target", "50", "2014-05")
    + measurement("Actual", "40", "2014-05")
    + measurement("Actual", "50", "2014-11")
)


def test_a_later_round_takes_target_and_baseline_from_the_latest_approved_one_before() -> None:
    found = derived(round_("2014-05") + round_("2014-11", "draft") + LATER)["1.1-2014-11"]
    assert found["target"] == "measurement:1.1-2014-05-target"
    assert found["baseline"] == "measurement:1.1-2014-05-baseline"
    assert found["actual"] == "measurement:1.1-2014-11-actual"
    assert (found["status"], found["elapsed"]) == ("status:achieved", Decimal("0.7083"))


def test_a_later_rounds_own_target_counts_for_it_and_not_for_the_round_before() -> None:
    data = round_("2014-05") + round_("2014-11") + LATER + measurement("Target", "200", "2014-11")
    found = derived(data)
    assert found["1.1-2014-05"]["target"] == "measurement:1.1-2014-05-target"
    assert found["1.1-2014-11"]["target"] == "measurement:1.1-2014-11-target"
    assert found["1.1-2014-11"]["progress"] == Decimal("0.25")


def test_what_nobody_approved_does_not_count_for_a_later_round() -> None:
    found = derived(round_("2014-05", "submitted") + round_("2014-11") + LATER)["1.1-2014-11"]
    assert found["target"] == "measurement:1.1-plan-target"
    assert "baseline" not in found


def test_an_actual_is_never_carried_into_a_later_round() -> None:
    found = derived(round_("2014-05", "locked") + round_("2015-01") + LATER)
    assert found["1.1-2015-01"]["status"] == "status:not-reported"
    assert found["1.1-2015-01"]["target"] == "measurement:1.1-2014-05-target"


def test_an_indicator_of_an_objective_has_progress_too() -> None:
    data = round_("2014-05") + indicator("O1.1", parent="objective:1")
    assert list(derived(data)) == ["O1.1-2014-05"]


def test_an_indicator_has_no_progress_in_a_round_of_another_plan() -> None:
    other = 'action-plan:q g7:baselineDate "2015-06"^^xsd:gYearMonth ; g7:targetDate "2017-06"^^xsd:gYearMonth .\n'
    data = round_("2014-05") + other + round_("2016-01", plan="q") + indicator("1.1")
    assert list(derived(data)) == ["1.1-2014-05"]


# ---- provenance


def test_a_progress_names_its_inputs_and_the_rules_that_made_it() -> None:
    found = only(measured("0", "54", "43"))
    kinds = ("actual", "baseline", "target")
    assert found["prov:wasDerivedFrom"] == [f"measurement:1.1-2014-05-{kind}" for kind in kinds]
    assert found["prov:wasGeneratedBy"] == [f"query:derive/{rule}" for rule in ("progress", "ratios", "status")]
    assert (found["indicator"], found["round"]) == ("indicator:1.1", "round:2014-05")


def test_every_rule_signs_with_its_own_name() -> None:
    for name, rule in RULES.items():
        assert f"prov:wasGeneratedBy <{vocab.QUERY}derive/{name}>" in rule.text


# ---- who is responsible


def responsibility(
    key: str, date: str | None = None, *, code: str = "1.1", who: str = "g7:responsible agency:dar"
) -> str:
    """A responsibility of a round, or of the plan where there is no date."""
    round_of = f"g7:round round:{date} ; " if date else ""
    return f"responsibility:{key} g7:indicator indicator:{code} ; {round_of}{who} .\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(responsibility("plan"), ["plan"], id="the plan's"),
        pytest.param(
            responsibility("plan") + responsibility("now", "2014-11"), ["now"], id="the round's before the plan's"
        ),
        pytest.param(responsibility("plan") + responsibility("before", "2014-05"), ["before"], id="the latest before"),
        pytest.param(
            responsibility("plan") + responsibility("draft", "2014-08"), ["plan"], id="not what nobody approved"
        ),
        pytest.param(responsibility("plan") + responsibility("later", "2015-01"), ["plan"], id="not what came later"),
        pytest.param(
            responsibility("one", "2014-11") + responsibility("two", "2014-11"), ["one", "two"], id="all rows"
        ),
        pytest.param(responsibility("own") + responsibility("head", code="1"), ["own"], id="its own before its head's"),
        pytest.param(responsibility("head", code="1"), ["head"], id="its head's"),
        pytest.param(
            responsibility("own") + responsibility("head", "2014-05", code="1"), ["head"], id="a later one of its head"
        ),
        pytest.param(
            responsibility("nobody", "2014-11", who="g7:position 1") + responsibility("plan"),
            ["plan"],
            id="not one that names nobody",
        ),
    ],
)
def test_the_responsibilities_that_count(data: str, expected: list[str]) -> None:
    rounds = round_("2014-05", "locked") + round_("2014-08", "draft") + round_("2014-11") + round_("2015-01")
    head = indicator("1", kind="CompositeIndicator") + "indicator:1.1 g7:componentOf indicator:1 .\n"
    found = derived(rounds + head + indicator("1.1") + data)
    assert found["1.1-2014-11"]["responsibility"] == expected


# ---- summaries


COUNTED = (
    round_("2014-05")
    + 'result:1 a g7:Result ; skos:notation "result-1" . objective:1 skos:notation "objective-1" .\n'
    + 'axis:efficiency skos:notation "efficiency" . axis:dialogue skos:notation "dialogue" .\n'
    + indicator("1.1")
    + indicator("1.2")
    + indicator("1", kind="CompositeIndicator")
    + indicator("O1.1", parent="objective:1")
    + "indicator:1.1 g7:axis axis:efficiency ; g7:position 3 .\n"
    + "indicator:1.2 g7:axis axis:dialogue ; g7:position 2 .\n"
    + "indicator:1 g7:axis axis:efficiency ; g7:position 1 .\n"
    + "indicator:O1.1 g7:axis axis:efficiency ; g7:position 4 .\n"
    + measurement("Target", "5", code="1.1")
    + measurement("Actual", "6", code="1.1")
    + measurement("Actual", WORDS, code="O1.1")
    + responsibility("a", who="g7:donor agency:seco ; g7:implementer agency:ifc")
    + responsibility("b", who="g7:donor agency:seco")
    + responsibility("c", code="1.2", who="g7:donor agency:seco")
    + responsibility("d", code="O1.1", who="g7:responsible <http://example.org/who/1>")
)
COUNTS = ("indicators", "exceeded", "achieved", "onTrack", "behind", "inProgress", "notReported")
SUMMARIES = {
    "result-1": "2 1 0 0 0 0 1",
    "objective-1": "3 1 0 0 0 1 1",
    "objective-1-efficiency": "2 1 0 0 0 1 0",
    "objective-1-dialogue": "1 0 0 0 0 0 1",
    "efficiency": "2 1 0 0 0 1 0",
    "dialogue": "1 0 0 0 0 0 1",
    "agency-seco-donor": "2 1 0 0 0 0 1",
    "agency-seco-donor-efficiency": "1 1 0 0 0 0 0",
    "agency-seco-donor-dialogue": "1 0 0 0 0 0 1",
    "agency-ifc-implementer": "1 1 0 0 0 0 0",
    "agency-ifc-implementer-efficiency": "1 1 0 0 0 0 0",
    "http%3A%2F%2Fexample.org%2Fwho%2F1-responsible": "1 0 0 0 0 1 0",
    "http%3A%2F%2Fexample.org%2Fwho%2F1-responsible-efficiency": "1 0 0 0 0 1 0",
}
OVERVIEWS = {
    "result": "result-1",
    "objective": "objective-1",
    "objective-efficiency": "objective-1-efficiency",
    "objective-dialogue": "objective-1-dialogue",
    "axis": "dialogue efficiency",
    "axis-objective-1": "objective-1-dialogue objective-1-efficiency",
    "agency": "agency-ifc-implementer agency-seco-donor http%3A%2F%2Fexample.org%2Fwho%2F1-responsible",
    "agency-efficiency": "agency-ifc-implementer-efficiency agency-seco-donor-efficiency "
    "http%3A%2F%2Fexample.org%2Fwho%2F1-responsible-efficiency",
    "agency-dialogue": "agency-seco-donor-dialogue",
}


@pytest.fixture(scope="module")
def counted() -> Derived:
    """What both engines make of COUNTED, by the keys of summaries and overviews."""
    return {key.removesuffix("-2014-05"): one for key, one in derived(COUNTED).items()}


def overviews(counted: Derived) -> list[tuple[str, dict[str, object]]]:
    return [(key, one) for key, one in counted.items() if "groupedBy" in one]


def test_leaves_are_counted_once_for_each_result_objective_axis_and_agency_in_a_role(counted: Derived) -> None:
    found = {key: " ".join(str(one[name]) for name in COUNTS) for key, one in counted.items() if "indicators" in one}
    assert found == SUMMARIES


def test_an_axis_comes_where_its_first_leaf_does(counted: Derived) -> None:
    found = {key: one["position"] for key, one in counted.items() if "position" in one}
    assert found == {"efficiency": "3", "dialogue": "2", "objective-1-efficiency": "3", "objective-1-dialogue": "2"}


def test_an_overview_holds_the_summaries_that_are_read_side_by_side(counted: Derived) -> None:
    found = {key: one["summary"] for key, one in overviews(counted)}
    assert found == {key: [f"{part}-2014-05" for part in parts.split()] for key, parts in OVERVIEWS.items()}


def test_an_overview_says_what_it_groups_by_and_is_limited_to(counted: Derived) -> None:
    names = ("groupedBy", "axis", "underObjective")
    found = {key: [str(one[name]) for name in names if name in one] for key, one in overviews(counted)}
    assert found["axis-objective-1"] == ["g7:Axis", "objective:1"]
    assert found["objective-efficiency"] == ["g7:Objective", "axis:efficiency"]
    assert (found["result"], found["agency"]) == (["g7:Result"], ["g7:Agency"])


def test_a_summary_names_what_it_counts_of_and_the_rule_that_made_it(counted: Derived) -> None:
    found = counted["agency-seco-donor"]
    assert found["prov:wasDerivedFrom"] == ["agency:seco", "round:2014-05"]
    assert found["prov:wasGeneratedBy"] == ["query:derive/totals"]
    assert (found["agency"], found["agencyRole"]) == ("agency:seco", "agency-role:donor")


# ---- running the rules


def test_deriving_again_gives_the_same() -> None:
    store = ox.Store()
    data = PREFIXES + PLAN + round_("2014-05") + indicator("1.1") + measured("0", "54", "43")
    store.load(data.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:data"))
    first = derive(store, RULES)
    before = {str(quad) for quad in quads(store)}
    assert derive(store, RULES) == first == len(before)
    assert {str(quad) for quad in quads(store)} == before


def test_a_rule_runs_after_those_it_names() -> None:
    order = [rule.name for rule in in_order(RULES)]
    assert order[:3] == ["progress", "ratios", "status"]
    assert order[-1] == "overviews"
    for name, rule in RULES.items():
        assert all(order.index(before) < order.index(name) for before in rule.header.get("after") or ()), name


def test_rules_that_wait_for_one_another_are_refused() -> None:
    rules = {name: replace(rule, header={"after": ["status"]}) for name, rule in RULES.items()}
    with pytest.raises(UsageError):
        in_order(rules)
