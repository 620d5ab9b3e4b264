"""The cubes: every figure is an observation; the W3C integrity constraints hold, and notice when they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from bench.patterns import framework
from bench.synthetic import generate
from g7graph import vocab
from g7graph.build import open_store
from g7graph.derive import CUBE, GRAPHS, derive, in_order
from g7graph.errors import UsageError
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.table import Value
from tests.test_derive import as_oxigraph

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = Library.read(ROOT / "queries")
CONSTRAINTS = {name: check for name, check in LIBRARY.checks.items() if name.startswith("ic-")}
PREFIXES = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in vocab.PREFIXES.items())
TURTLE = PREFIXES.replace("PREFIX ", "@prefix ").replace(">\n", "> .\n")
#: The one graph of a store in which something is broken.
TOGETHER = ox.NamedNode("urn:together")


def ask(store: LocalStore, text: str) -> list[dict[str, Value]]:
    return store.table(PREFIXES + text).records()


def cells(store: LocalStore, where: str) -> list[tuple[str, str, str]]:
    """The cells of an indicator: measure type, statement, figure."""
    found = ask(
        store,
        f"""SELECT ?type ?statement ?figure {{
            ?observation {where} ; dimension:measure-type ?type ; dimension:statement ?statement ;
              sdmx-measure:obsValue ?figure .
        }} ORDER BY ?type ?statement""",
    )
    return [(vocab.curie(str(row["type"])), str(row["statement"]), str(row["figure"])) for row in found]


# ---- what is in the cubes


def test_every_figure_is_an_observation_of_one_of_six_cubes(store: LocalStore) -> None:
    found = ask(store, "SELECT ?cube (COUNT(?o) AS ?n) { ?o a qb:Observation ; qb:dataSet ?cube } GROUP BY ?cube")
    counts = {vocab.curie(str(row["cube"])): row["n"] for row in found}
    assert counts == {
        "dataset:measurements": 133,
        "dataset:disaggregations": 94,
        "dataset:compliance": 15,
        "dataset:progress": 38,
        "dataset:eiti-receipts": 28,
        "dataset:eiti-payments": 24,
    }


def test_the_conflicting_figures_of_the_document_are_cells_of_their_own(store: LocalStore) -> None:
    where = "dimension:indicator indicator:4.4 ; dimension:round round:2014-05 ; qb:dataSet dataset:measurements"
    assert cells(store, where) == [
        ("measure-type:actual", "1", "43"),
        ("measure-type:actual", "2", "48"),
        ("measure-type:actual", "3", "54"),
        ("measure-type:actual-in-process", "1", "11"),
        ("measure-type:baseline", "1", "0"),
        ("measure-type:target", "1", "54"),
    ]


def test_the_plans_figures_are_of_the_plan(store: LocalStore) -> None:
    where = "dimension:indicator indicator:4.4 ; dimension:round/rdf:type g7:ActionPlan"
    assert cells(store, where) == [("measure-type:target", "1", "54")]


def test_what_is_in_process_is_never_an_actual_value(store: LocalStore) -> None:
    where = "dimension:indicator indicator:O1.2 ; dimension:round round:2014-05 ; qb:dataSet dataset:measurements"
    assert cells(store, where) == [
        ("measure-type:actual-in-process", "1", "5"),
        ("measure-type:baseline-in-process", "1", "2"),
        ("measure-type:target", "1", "2"),
    ]


def test_missing_is_not_zero(store: LocalStore) -> None:
    missing = ask(
        store,
        """SELECT ?o ?figure { ?o sdmx-attribute:obsStatus sdmx-code:obsStatus-M ; sdmx-measure:obsValue ?figure }
        ORDER BY ?o""",
    )
    assert [str(row["o"]).rpartition("/")[2] for row in missing] == [
        "4.5-2014-05-actual",
        "4.5-2014-05-baseline",
        "5.1a-2014-05-actual-2",
        "5.1a-2014-05-baseline-2",
        "5.1b-2014-05-baseline",
        "6.1-2014-05-actual",
        "8.1b-2014-05-baseline",
        "8.1c-2014-05-baseline",
        "O1.1a-2014-05-baseline",
    ]
    assert {str(row["figure"]) for row in missing} == {"nan"}
    zero = "?o sdmx-measure:obsValue 0 ; qb:dataSet dataset:measurements"
    assert ask(store, f"SELECT ?o {{ {zero} FILTER NOT EXISTS {{ ?o g7:value 0 }} }}") == []
    assert ask(store, "ASK { measurement:6.1-2014-05-baseline sdmx-measure:obsValue 0 }") == [{"answer": True}]


def test_a_part_has_its_place_and_the_whole_on_the_other_dimensions(store: LocalStore) -> None:
    found = ask(
        store,
        """SELECT ?place ?figure {
            ?o qb:dataSet dataset:disaggregations ; dimension:indicator indicator:9.2 ; dimension:place ?place ;
              dimension:government breakdown:whole ; dimension:agency breakdown:whole ;
              dimension:stage breakdown:whole ; dimension:level breakdown:whole ;
              dimension:measure-type measure-type:actual ; sdmx-measure:obsValue ?figure .
        } ORDER BY ?place""",
    )
    assert [(str(row["place"]).rpartition("/")[2], row["figure"]) for row in found] == [
        ("160000", 5),
        ("180000", 4),
        ("200000", 6),
    ]


def test_computed_ratios_are_a_cube_that_names_what_it_is_derived_from(store: LocalStore) -> None:
    found = ask(
        store,
        """SELECT ?type ?figure ?formula {
            ?o qb:dataSet dataset:progress ; dimension:indicator indicator:10.1 ; dimension:measure-type ?type ;
              sdmx-measure:obsValue ?figure ; sdmx-attribute:unitMeasure unit:ratio ; prov:wasDerivedFrom ?progress .
            ?progress g7:progressFormula ?formula .
        } ORDER BY ?type""",
    )
    assert [(vocab.curie(str(row["type"])), str(row["figure"])) for row in found] == [
        ("measure-type:attainment", "0.7"),
        ("measure-type:progress", "0.5714"),
    ]


def test_a_slice_is_the_series_of_an_indicator(store: LocalStore) -> None:
    found = ask(store, "SELECT ?o { <https://w3id.org/g7graph/id/slice/9.2-actual> qb:observation ?o }")
    assert [str(row["o"]).rpartition("/")[2] for row in found] == ["9.2-2014-05-actual"]


def test_a_code_list_has_the_values_that_are_used_and_no_other(store: LocalStore) -> None:
    found = ask(store, "SELECT ?stage { code-list:stage qb:hierarchyRoot ?stage } ORDER BY ?stage")
    assert [vocab.curie(str(row["stage"])) for row in found] == [
        "breakdown:whole",
        "stage:final-report",
        "stage:initial",
        "stage:watching",
    ]


# ---- the integrity constraints


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> LocalStore:
    folder = tmp_path_factory.mktemp("synthetic")
    with framework(folder) as sink:
        generate(sink, 10_000, 1)
    opened = open_store(Project.find(folder))
    assert isinstance(opened, LocalStore)
    return opened


def test_there_is_a_check_for_each_of_the_21_constraints() -> None:
    assert sorted(name[:5] for name in CONSTRAINTS) == [f"ic-{number:02}" for number in range(1, 22)]
    for name, check in CONSTRAINTS.items():
        assert check.header["level"] == "Violation", name
        assert all(f"(IC-{int(name[3:5])})" in text for text in check.header["problem"].values()), name


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_a_constraint_holds_over_all_that_is_published(store: LocalStore, synthetic: LocalStore, name: str) -> None:
    assert store.table(CONSTRAINTS[name].text).records() == []
    assert synthetic.table(CONSTRAINTS[name].text).records() == []


#: What is taken from the real cubes (-) or said in them besides (+), and what is then found.
MUTATIONS = """
ic-01 measurement:9.2-2014-05-actual
- measurement:9.2-2014-05-actual qb:dataSet dataset:measurements
ic-02 dataset:measurements
- dataset:measurements qb:structure dataset:measurements-structure
ic-03 dataset:progress-structure
- sdmx-measure:obsValue rdf:type qb:MeasureProperty
ic-04 dimension:round
- dimension:round rdfs:range dimension:Member
ic-05 dimension:measure-type
- dimension:measure-type qb:codeList id:measure-type
ic-06 dataset:progress-structure-dimension-round
+ dataset:progress-structure-dimension-round qb:componentRequired false
ic-07 dataset:measurements-series
- dataset:measurements-structure qb:sliceKey dataset:measurements-series
ic-08 dataset:measurements-series
+ dataset:measurements-series qb:componentProperty dimension:stage
ic-09 slice:9.2-actual
+ slice:9.2-actual qb:sliceStructure dataset:other
ic-10 slice:9.2-actual
- slice:9.2-actual dimension:indicator indicator:9.2
ic-11 measurement:9.2-2014-05-actual
- measurement:9.2-2014-05-actual dimension:place breakdown:whole
ic-12 measurement:4.4-2014-05-actual-2
- measurement:4.4-2014-05-actual-3 dimension:statement 3
+ measurement:4.4-2014-05-actual-3 dimension:statement 2
ic-13 measurement:9.2-2014-05-actual
- measurement:9.2-2014-05-actual sdmx-attribute:unitMeasure unit:meeting
ic-14 measurement:9.2-2014-05-actual
- dataset:measurements-structure-measureType qb:componentProperty qb:measureType
- measurement:9.2-2014-05-actual sdmx-measure:obsValue 15
ic-15 measurement:9.2-2014-05-actual
- measurement:9.2-2014-05-actual sdmx-measure:obsValue 15
ic-16 measurement:9.2-2014-05-actual
+ dataset:measurements-structure-value qb:componentProperty g7:percent
+ measurement:9.2-2014-05-actual g7:percent 10.0
ic-17 observation:9.2-2014-05-attainment
+ dataset:progress-structure-obsValue qb:componentProperty g7:percent
ic-18 assessment:portal-2014-05-minem
+ slice:9.2-actual qb:observation assessment:portal-2014-05-minem
ic-19 observation:9.2-2014-05-progress
- measure-type:progress skos:inScheme id:measure-type
ic-20 disaggregation:9.2-2014-05-actual-3
- code-list:place qb:hierarchyRoot place:180000
ic-21 disaggregation:1.1-2014-05-actual-3
- code-list:stage qb:hierarchyRoot stage:initial
+ code-list:stage qb:parentChildProperty [ owl:inverseOf skos:broader ]
"""


def mutation(name: str) -> tuple[str, list[str]]:
    """The thing that a broken constraint finds, and the updates that break it."""
    (block,) = re.findall(rf"^{name} (.*)\n((?:[-+] .*\n)+)", MUTATIONS, re.MULTILINE)
    words = {"-": "DELETE", "+": "INSERT"}
    lines = block[1].splitlines()
    return block[0], [f"{words[line[0]]} DATA {{ GRAPH {TOGETHER} {{ {line[2:]} }} }}" for line in lines]


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_a_constraint_that_is_broken_in_the_real_cubes_is_noticed(store: LocalStore, name: str) -> None:
    subject, changes = mutation(name[:5])
    inner = ox.Store()
    inner.extend(ox.Quad(quad.subject, quad.predicate, quad.object, TOGETHER) for quad in store.inner)
    for change in changes:
        inner.update(PREFIXES + change)
    found = LocalStore(inner, version="broken").table(CONSTRAINTS[name].text).records()
    assert subject in {vocab.curie(str(row["subject"])) for row in found}


# ---- the rules


SMALL = """
round:2014-05 a g7:MonitoringRound .
result:1 g7:plan action-plan:p .
indicator:1.1 g7:parent result:1 ; g7:unit unit:plan ; skos:notation "1.1" .
measurement:a a g7:Actual ; qb:dataSet dataset:measurements ; g7:indicator indicator:1.1 ; g7:round round:2014-05 ;
  g7:standing standing:main ; g7:value 3 ; g7:inProcess 2 ; g7:place place:200000 ; rdfs:comment "Dos más."@es .
measurement:b a g7:Actual ; qb:dataSet dataset:measurements ; g7:indicator indicator:1.1 ; g7:round round:2014-05 ;
  g7:standing standing:conflicting ; g7:value 4 ; g7:place place:200000 , place:160000 .
measurement:c a g7:Actual ; qb:dataSet dataset:measurements ; g7:indicator indicator:1.1 ; g7:round round:2014-05 ;
  g7:standing standing:supplementary .
measurement:d a g7:Target ; qb:dataSet dataset:measurements ; g7:indicator indicator:1.1 ; g7:standing standing:main ;
  g7:inProcess 1 .
disaggregation:a-1 qb:dataSet dataset:disaggregations ; g7:disaggregates measurement:a ; g7:stage stage:initial ;
  g7:value 1 .
assessment:x qb:dataSet dataset:compliance ; g7:percent 40.0 ; g7:date "2014-05"^^xsd:gYearMonth ; g7:group topic:t .
<https://w3id.org/g7graph/id/progress/1.1-2014-05> g7:indicator indicator:1.1 ; g7:round round:2014-05 ;
  g7:attainment 1.5 .
"""
ABBREVIATED = """
dataset:x qb:structure dataset:x-structure ; qb:slice slice:x ; sdmx-attribute:unitMeasure unit:plan .
dataset:x-structure qb:component dataset:x-place , dataset:x-unit , dataset:x-status .
dataset:x-place qb:dimension dimension:place .
dataset:x-unit qb:attribute sdmx-attribute:unitMeasure ; qb:componentAttachment qb:DataSet .
dataset:x-status qb:attribute sdmx-attribute:obsStatus ; qb:componentAttachment qb:Slice .
slice:x dimension:place place:200000 ; sdmx-attribute:obsStatus sdmx-code:obsStatus-A ; qb:observation observation:x .
observation:x qb:dataSet dataset:x .
"""


Triple = tuple[str, ...]


def derived(data: str) -> set[Triple]:
    """Derive with both engines, which must agree; return the triples of the cube, in short."""
    turtle = TURTLE + data
    store = ox.Store()
    store.load(turtle.encode(), format=ox.RdfFormat.TURTLE, to_graph=TOGETHER)
    derive(store, LIBRARY.rules)
    ours = {
        triple(quad.triple) for name in GRAPHS for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))
    }
    graph = rdflib.Graph(bind_namespaces="none").parse(data=turtle, format="turtle")
    given = set(graph)
    for rule in in_order(LIBRARY.rules):
        for found in list(graph.query(rule.text)):
            graph.add(found)  # type: ignore[arg-type]  # a rule is a CONSTRUCT
    assert {triple(map(as_oxigraph, found)) for found in set(graph) - given} == ours
    return ours


def triple(terms: Iterable[object]) -> Triple:
    return tuple(vocab.curie(str(getattr(term, "value", ""))) for term in terms)


def about(found: set[Triple], subject: str) -> dict[str, str]:
    return {predicate.rpartition(":")[2]: value for name, predicate, value in found if name == subject}


@pytest.fixture(scope="module")
def small() -> set[Triple]:
    return derived(SMALL)


def test_a_measurement_is_made_whole(small: set[Triple]) -> None:
    assert about(small, "measurement:a") == {
        "indicator": "indicator:1.1",
        "round": "round:2014-05",
        "place": "place:200000",
        "measure-type": "measure-type:actual",
        "statement": "1",
        "measureType": "sdmx-measure:obsValue",
        "obsValue": "3",
        "unitMeasure": "unit:plan",
        "obsStatus": "sdmx-code:obsStatus-A",
        "comment": "Dos más.",
        "type": "qb:Observation",
    }


def test_what_is_in_process_besides_is_an_observation_of_its_own(small: set[Triple]) -> None:
    found = about(small, "observation:measurement-a-in-process")
    assert (found["measure-type"], found["obsValue"]) == ("measure-type:actual-in-process", "2")
    assert (found["place"], found["dataSet"], found["type"]) == (
        "place:200000",
        "dataset:measurements",
        "qb:Observation",
    )
    assert found["wasDerivedFrom"] == "measurement:a"


def test_a_figure_of_two_places_is_of_neither(small: set[Triple]) -> None:
    found = about(small, "measurement:b")
    assert (found["place"], found["statement"], found["obsValue"]) == ("breakdown:whole", "2", "4")


def test_a_figure_in_words_is_missing_and_counted_after_the_others(small: set[Triple]) -> None:
    found = about(small, "measurement:c")
    assert (found["obsValue"], found["obsStatus"], found["statement"]) == ("NaN", "sdmx-code:obsStatus-M", "3")


def test_a_figure_of_no_round_is_the_plans(small: set[Triple]) -> None:
    found = about(small, "measurement:d")
    assert (found["round"], found["measure-type"]) == ("action-plan:p", "measure-type:target-in-process")


def test_a_part_takes_what_it_lacks_from_its_measurement(small: set[Triple]) -> None:
    found = about(small, "disaggregation:a-1")
    assert (found["indicator"], found["round"], found["unitMeasure"]) == ("indicator:1.1", "round:2014-05", "unit:plan")
    assert (found["stage"], found["place"], found["agency"]) == ("stage:initial", "breakdown:whole", "breakdown:whole")


def test_an_assessment_of_a_group_is_an_observation(small: set[Triple]) -> None:
    found = about(small, "assessment:x")
    assert (found["assessed"], found["period"], found["measureType"]) == ("topic:t", "2014-05", "g7:percent")


def test_a_ratio_is_an_observation(small: set[Triple]) -> None:
    found = about(small, "observation:1.1-2014-05-attainment")
    assert (found["dataSet"], found["obsValue"]) == ("dataset:progress", "1.5")


def test_an_abbreviated_cube_is_brought_into_normal_form() -> None:
    found = derived(ABBREVIATED)
    assert {
        ("observation:x", "rdf:type", "qb:Observation"),
        ("dataset:x", "rdf:type", "qb:DataSet"),
        ("slice:x", "rdf:type", "qb:Slice"),
        ("dimension:place", "rdf:type", "qb:DimensionProperty"),
        ("dataset:x-place", "qb:componentProperty", "dimension:place"),
        ("observation:x", "dimension:place", "place:200000"),
        ("observation:x", "sdmx-attribute:unitMeasure", "unit:plan"),
        ("observation:x", "sdmx-attribute:obsStatus", "sdmx-code:obsStatus-A"),
    } <= found


def test_a_component_without_a_name_is_the_same_one_in_normal_form() -> None:
    store = ox.Store()
    data = "dataset:x-structure a qb:DataStructureDefinition ; qb:component [ qb:measure g7:percent ] ."
    store.load((TURTLE + data).encode(), format=ox.RdfFormat.TURTLE, to_graph=TOGETHER)
    derive(store, LIBRARY.rules)
    (given,) = store.quads_for_pattern(None, ox.NamedNode(vocab.STANDARD["qb"] + "measure"), None, TOGETHER)
    (said,) = store.quads_for_pattern(given.subject, None, None, ox.NamedNode(CUBE))
    assert triple(said.triple)[1:] == ("qb:componentProperty", "g7:percent")


def test_what_is_published_is_in_normal_form_already(store: LocalStore) -> None:
    for name in ("normal-form", "attached"):
        assert list(store.inner.query(LIBRARY.rules[name].text, use_default_graph_as_union=True)) == []  # type: ignore[arg-type]


def test_the_cube_stands_in_a_graph_of_its_own_and_says_nothing_twice(store: LocalStore) -> None:
    found = ask(store, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{CUBE}> {{ ?s ?p ?o }} GRAPH ?g {{ ?s ?p ?o }} }}")
    assert found[0]["n"] == sum(1 for _ in store.inner.quads_for_pattern(None, None, None, ox.NamedNode(CUBE))) > 2000


def test_what_is_no_longer_measured_is_no_longer_in_the_cube() -> None:
    store = ox.Store()
    store.load((TURTLE + SMALL).encode(), format=ox.RdfFormat.TURTLE, to_graph=TOGETHER)
    derive(store, LIBRARY.rules)
    first = {str(quad) for quad in store}
    derive(store, LIBRARY.rules)
    assert {str(quad) for quad in store} == first
    gone = ox.NamedNode(vocab.thing("measurement", "a"))
    for quad in list(store.quads_for_pattern(gone, None, None, TOGETHER)):
        store.remove(quad)
    derive(store, LIBRARY.rules)
    assert not list(store.quads_for_pattern(gone, None, None, None))
    assert not list(store.quads_for_pattern(None, None, gone, ox.NamedNode(CUBE)))


def test_a_rule_for_a_graph_that_no_rule_fills_is_refused() -> None:
    rule = LIBRARY.rules["cells"]
    with pytest.raises(UsageError) as raised:
        derive(ox.Store(), {"cells": replace(rule, header={"graph": "elsewhere"})})
    assert raised.value.key == "rule_graph"
