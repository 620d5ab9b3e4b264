"""Saved queries: headers, columns, and the same answers from two engines; then facts of the document itself."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from g7graph import i18n, run, table, vocab
from g7graph.queries import Library, Param, SavedQuery, slot
from g7graph.store.local import LocalStore
from g7graph.table import Term
from g7graph.vocab import XSD

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "tests" / "queries"
LIBRARY = Library.read(ROOT / "queries")
SERVING = {**LIBRARY.support, **LIBRARY.explain}
SELECTS = {**LIBRARY.saved, **SERVING, **LIBRARY.checks}
MOST_TRIPLES = 45

#: The contract: the first columns of each query, in this order.
CONTRACT = {
    "indicator-progress": "indicator code label kind axis parent unit baseline target actual inProgress progress "
    "attainment status reported",
    "result-progress": "node code label indicators exceeded achieved onTrack behind inProgress notReported",
    "objective-progress": "node code label indicators exceeded achieved onTrack behind inProgress notReported",
    "axis-progress": "node code label indicators exceeded achieved onTrack behind inProgress notReported",
    "agency-progress": "agency label role indicators exceeded achieved onTrack behind inProgress notReported",
    "behind-target": "indicator code label actual target progress elapsed agencies",
    "place-activity": "place label level ubigeo indicators cases projects",
    "responsibilities": "code version donor implementer responsible",
    "projects": "project label donor implementer url",
    "dialogue-cases": "number case label company place closed amountPEN",
    "compliance": "entity label measure date percent",
    "evidence": "subject code property value quote section locator",
    "discrepancies": "discrepancy code label valueA sourceA valueB sourceB",
    "round-diff": "code property before after",
    "eiti-revenue": "year gfsCode label valueUSD note",
    "eiti-companies": "case company ruc eitiOrganisation year",
}

#: What a column's type in the header lets through: the datatypes of its literals, none for an IRI.
DATATYPES = {
    "string": {XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"},
    "integer": {XSD + "integer"},
    "decimal": {XSD + "decimal", XSD + "integer"},
    "date": {XSD + "date"},
    "gYearMonth": {XSD + "gYearMonth"},
}

Rows = list[tuple[Term | None, ...]]


# ---- headers


@pytest.mark.parametrize("name", sorted({**SELECTS, **LIBRARY.rules}))
def test_a_header_speaks_three_languages(name: str) -> None:
    header = {**SELECTS, **LIBRARY.rules}[name].header
    parts = ("problem", "solution") if name in LIBRARY.checks else ("summary", "description")
    for part in parts:
        assert sorted(header[part]) == sorted(i18n.LANGUAGES), part
        assert all(header[part].values()), part


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_a_header_describes_its_parameters_and_columns(name: str) -> None:
    query = LIBRARY.saved[name]
    assert query.tags
    for param in query.params:
        assert param.type in {"iri", "string", "lang", "integer"}, param.name
        kinds = param.kind.split()
        assert bool(kinds) == (param.type == "iri" or param.name == "code"), param.name
        assert set(kinds) <= {*vocab.KINDS, *vocab.SCHEMES}, param.name
        assert sorted(param.label) == sorted(i18n.LANGUAGES), param.name
    assert {column.type for column in query.columns} <= {*DATATYPES, "iri", "literal"}
    assert all(query.param(given) for given in query.example)


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_the_columns_of_the_contract_come_first_and_in_order(name: str) -> None:
    promised = CONTRACT[name].split()
    assert [column.name for column in LIBRARY.saved[name].columns][: len(promised)] == promised


@pytest.mark.parametrize("path", sorted((ROOT / "queries").rglob("*.rq")), ids=lambda path: path.stem)
def test_a_query_uses_the_projects_prefixes_and_each_it_declares(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    declared = dict(re.findall(r"^PREFIX ([\w-]+): <([^>]+)>$", text, re.MULTILINE))
    body = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "PREFIX")))
    assert {prefix: vocab.PREFIXES.get(prefix) for prefix in declared} == declared
    assert {prefix for prefix in declared if not re.search(rf"(?<![\w-]){prefix}:", body)} == set()
    assert list(declared) == sorted(declared)


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_a_column_that_counts_or_measures_says_its_unit(name: str) -> None:
    """UCUM or ISO 4217, or the column that has it row by row; years, numbers of cases and codes have none."""
    query = LIBRARY.saved[name]
    columns = {column.name for column in query.columns}
    assert set(query.header.get("units", {})) <= columns
    for column in query.columns:
        if column.name in {"year", "firstYear", "lastYear", "number"}:
            assert column.unit == "", column.name
        elif column.type in {"integer", "decimal"}:
            assert re.fullmatch(r"1|%|deg|[A-Z]{3}|\{[a-z]+\}|\?[a-z]+", column.unit), column.name
        assert not column.unit.startswith("?") or column.unit[1:] in columns


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_what_pages_show_of_rows_has_words_in_every_language(name: str) -> None:
    """The columns, and what is said of each piece of evidence."""
    query, words = LIBRARY.saved[name], i18n.catalogue("columns")
    assert query.explain is not None
    explaining = {column.name for column in LIBRARY.explain[query.explain.query].columns}
    shown = {column.name for column in query.columns} | explaining - set(query.explain.by)
    assert {one for one in shown if set(words.get(one, ())) != set(i18n.LANGUAGES)} == set()


def test_a_column_of_keys_says_of_which_code_list_they_are(store: LocalStore) -> None:
    said = {
        (name, column.name): column.scheme
        for name, query in LIBRARY.saved.items()
        for column in query.columns
        if column.scheme
    }
    assert set(said.values()) <= set(vocab.SCHEMES)
    assert said["indicator-progress", "kind"] == "indicator-kind"
    assert said["discrepancies", "kind"] == "discrepancy-kind"
    for (name, column), scheme in said.items():
        keys = {row[column] for row in run.table(store, LIBRARY.saved[name], {}).records() if row[column] is not None}
        for code in (ox.NamedNode(vocab.thing(scheme, str(key))) for key in keys):
            assert any(store.inner.quads_for_pattern(code, None, None, None)), (name, code)


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_a_header_says_what_explains_the_rows(name: str) -> None:
    query = LIBRARY.saved[name]
    assert query.explain is not None
    explaining = {column.name for column in LIBRARY.explain[query.explain.query].columns}
    assert set(query.explain.by) <= explaining
    assert set(query.explain.by.values()) <= {column.name for column in query.columns}
    assert {"passage", "quote", "section", "locator", "source"} <= explaining
    assert "evidence" not in {column.name for column in query.columns}  # what explains is called so


@pytest.fixture(scope="module")
def backwards(store: LocalStore) -> LocalStore:
    """The same data, loaded from its end."""
    inner = ox.Store()
    for quad in sorted(store.inner.quads_for_pattern(None, None, None, None), key=str, reverse=True):
        inner.add(quad)
    return LocalStore(inner, version="backwards")


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_rows_come_in_one_order_whatever_that_of_the_data(store: LocalStore, backwards: LocalStore, name: str) -> None:
    assert re.search(r"\} ORDER BY [^{}]+$", LIBRARY.saved[name].text)
    assert backwards.table(LIBRARY.saved[name].text).rows == store.table(LIBRARY.saved[name].text).rows


# ---- the same answer from both engines


def fixture(name: str) -> Path:
    return FIXTURES / name / "data.ttl"


def loaded(path: Path) -> LocalStore:
    inner = ox.Store()
    inner.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:fixture"))
    return LocalStore(inner, version="fixture")


def asked_of_oxigraph(store: LocalStore, text: str) -> tuple[list[str], Rows]:
    found = store.table(text)
    return list(found.names), list(found.rows)


def asked_of_rdflib(path: Path, text: str) -> tuple[list[str], Rows]:
    found = rdflib.Graph(bind_namespaces="none").parse(path).query(text)
    rows: Rows = [tuple(map(term_of, row)) for row in found]  # type: ignore[arg-type]  # a SELECT has rows
    return [str(variable) for variable in found.vars or ()], rows


def term_of(node: rdflib.term.Node | None) -> Term | None:
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype or XSD + "string")))
    return None if node is None else ox.NamedNode(str(node))


def cell(term: Term | None) -> str:
    """Write a term as `expected.csv` does: prefixed names, numbers by value."""
    if isinstance(term, ox.NamedNode):
        return vocab.curie(term.value)
    value = table.python(term)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return table.text(term)


def written(rows: Rows) -> list[list[str]]:
    return [[cell(term) for term in row] for row in rows]


def params(name: str) -> dict[str, str]:
    path = FIXTURES / name / "params.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def expected(name: str) -> list[list[str]]:
    with (FIXTURES / name / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def bound(query: SavedQuery, given: Mapping[str, str]) -> str:
    """Fill the slots with keys of things, which a fixture need not describe; `run.bind` has tests of its own.

    Queries that serve others have the parameters of those: rounds.
    """
    text = query.text
    rounds = [Param(name, "iri", "round") for name in given] if query.name in SERVING else []
    for param in (*query.params, *rounds):
        if value := given.get(param.name, i18n.DEFAULT if param.type == "lang" else ""):
            term = ox.NamedNode(vocab.thing(param.kind.split()[0], value)) if param.type == "iri" else ox.Literal(value)
            text = slot(param.name).sub(f"VALUES ?{param.name} {{ {term} }}", text)
    return text


def answers(query: SavedQuery, given: Mapping[str, str]) -> list[tuple[list[str], Rows]]:
    path, text = fixture(query.name), bound(query, given)
    return [asked_of_oxigraph(loaded(path), text), asked_of_rdflib(path, text)]


def test_every_query_has_a_fixture_and_every_fixture_a_query() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == set(SELECTS)
    assert set(CONTRACT) <= set(LIBRARY.saved)


@pytest.mark.parametrize("name", sorted(SELECTS))
def test_both_engines_answer_what_is_expected(name: str) -> None:
    query = SELECTS[name]
    assert len(rdflib.Graph(bind_namespaces="none").parse(fixture(name))) <= MOST_TRIPLES
    header, *rows = expected(name)
    assert rows
    for columns, found in answers(query, params(name)):
        assert columns == header
        assert written(found) == rows


@pytest.mark.parametrize("name", sorted({**LIBRARY.saved, **SERVING}))
def test_the_columns_and_their_types_are_those_of_the_header(name: str) -> None:
    query = SELECTS[name]
    for columns, rows in answers(query, params(name)):
        assert columns == [column.name for column in query.columns]
        for row in rows:
            for column, term in zip(query.columns, row, strict=True):
                if isinstance(term, ox.Literal) and column.type != "literal":
                    assert term.datatype.value in DATATYPES[column.type], column.name
                elif isinstance(term, ox.NamedNode):
                    assert column.type == "iri", column.name


@pytest.mark.parametrize("name", sorted(SELECTS))
def test_a_query_runs_as_it_stands_in_any_editor(name: str) -> None:
    """Slots left at UNDEF: at least the rows asked for are among the answers."""
    query = SELECTS[name]
    bare = [asked_of_oxigraph(loaded(fixture(name)), query.text), asked_of_rdflib(fixture(name), query.text)]
    assert written(bare[0][1]) == written(bare[1][1])
    assert len(bare[0][1]) >= len(expected(name)) - 1


@pytest.mark.parametrize(
    ("name", "given", "column", "values"),
    [
        ("indicator-progress", {"round": "2014-11"}, "code", ["8.1a"]),
        ("indicator-progress", {"result": "8", "lang": "fr"}, "label", ["Productos de conocimiento", "Un evento"]),
        ("result-progress", {"round": "2013-11"}, "behind", ["1", "0"]),
        ("result-progress", {}, "behind", ["0", "0"]),
        ("objective-progress", {"objective": "2"}, "label", ["Diálogo"]),
        ("objective-progress", {"axis": "efficiency"}, "indicators", ["3", "0"]),
        ("axis-progress", {"objective": "2"}, "indicators", ["1", "0", "0"]),
        ("agency-progress", {"agency": "ifc"}, "onTrack", ["1"]),
        ("agency-progress", {"axis": "transparency"}, "label", ["Canadá"]),
        ("behind-target", {"agency": "dar"}, "code", []),
        ("behind-target", {"agency": "ifc"}, "agencies", ["Canadá; IFC"]),
        ("round-diff", {"from": "2014-08", "to": "2014-11"}, "after", ["20"]),
        ("round-diff", {"to": "2014-05"}, "before", [""]),
        ("round-diff", {"from": "2014-11", "to": "2014-05"}, "after", ["18", "2", "behind"]),
        ("place-activity", {"place": "020000"}, "label", ["Áncash", "Huaraz"]),
        ("place-activity", {"place": "020000", "axis": "efficiency"}, "indicators", ["2", "1"]),
        ("responsibilities", {"agency": "dar"}, "code", ["7.1"]),
        ("responsibilities", {"round": "2014-11", "result": "8"}, "version", ["plan", "monitoring"]),
        ("responsibilities", {"objective": "2"}, "code", []),
        ("projects", {}, "label", ["Programa Canon", "MIM Perú", "Post-PEFA"]),
        ("projects", {"place": "200000"}, "places", ["Áncash; Piura"]),
        ("projects", {"agency": "ifc", "lang": "en"}, "responsible", ["International Finance Corporation", ""]),
        ("dialogue-cases", {"company": "barrick"}, "number", ["1", "2", "10"]),
        ("previous-round", {"to": "2014-11"}, "round", ["round:2014-05"]),
        ("previous-round", {"to": "2013-11"}, "round", []),
        ("compared", {"from": "2014-05", "to": "2014-11"}, "column", ["before", "before", "before", "before", "after"]),
        ("compliance", {"entity": "minam"}, "percent", ["79", "60"]),
        ("evidence", {"code": "4.5"}, "subject", ["indicator:4.5"]),
        ("discrepancies", {"code": "result-9"}, "number", ["D01"]),
        ("eiti-companies", {"company": "barrick"}, "year", ["2012", "2013"]),
        ("eiti-axis", {"axis": "transparency"}, "year", ["2013", "2014"]),
        ("eiti-axis", {"axis": "dialogue"}, "year", ["2013"]),
        ("eiti-cases", {"company": "barrick"}, "payments", ["2", ""]),
        ("eiti-cases", {"company": "unlinked"}, "number", []),
        ("eiti-commitments", {"company": "barrick"}, "paid", ["", "100.5", "0"]),
        ("eiti-commitments", {"company": "unlinked"}, "number", []),
        ("eiti-differences", {"country": "GH"}, "difference", ["10.25", "10"]),
        ("eiti-differences", {"country": "PE"}, "difference", []),
        ("place-eiti", {"place": "200000"}, "eiti", ["9.1 actual"]),
        ("place-eiti", {"round": "2014-11"}, "eiti", ["", ""]),
        ("identifiers", {"thing": "bid"}, "scheme", ["crs", "iati"]),
        ("links", {"thing": "barrick"}, "kind", ["exact"]),
    ],
)
def test_a_parameter_narrows_the_answer(name: str, given: dict[str, str], column: str, values: list[str]) -> None:
    for columns, rows in answers(SELECTS[name], given):
        assert [line[columns.index(column)] for line in written(rows)] == values


# ---- the document's own facts


STATUSES = {
    "exceeded": "9.1 9.2",
    "achieved": "O2.1 5.1b 5.1c 7.1 8.1a 10.5",
    "on-track": "O1.1a 1.1 2.1 3.2a 3.2b 4.1 4.4 8.1b 10.1 10.3",
    "behind": "O1.3 1.2 5.1a",
    "in-progress": "O1.2 3.1b 4.2 4.3 4.5 6.1 8.1c 10.2 10.4",
    "not-reported": "O1.1b 3.1a 3.3",
}
PROGRESS = {"4.1": "0.5715", "O1.3": "0.3077", "2.1": "0.4615", "5.1a": "0.0426", "10.1": "0.5714", "9.1": "2.0"}
STATUS_COLUMNS = ("exceeded", "achieved", "onTrack", "behind", "inProgress", "notReported")


def records(store: LocalStore, name: str, **given: str) -> list[dict[str, table.Value]]:
    return run.table(store, LIBRARY.saved[name], given).records()


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_the_example_of_the_header_has_an_answer(store: LocalStore, name: str) -> None:
    query = LIBRARY.saved[name]
    assert len(run.table(store, query, query.example)) >= 1


def test_each_indicator_has_one_row_in_the_order_of_the_document(store: LocalStore) -> None:
    rows = records(store, "indicator-progress")
    codes = [row["code"] for row in rows]
    assert len(codes) == len(set(codes)) == 38
    assert codes[:3] == ["O1.1", "O1.1a", "O1.1b"]
    assert codes[-1] == "10.5"
    assert {row["code"] for row in rows if row["status"] is None} == {"O1.1", "3.1", "3.2", "5.1", "8.1"}
    assert {row["parent"] for row in rows if row["code"] in {"8.1", "8.1a"}} == {"result-8"}
    assert {str(row["elapsed"]) for row in rows} == {"0.4583"}


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_the_statuses_are_those_that_the_document_gives(store: LocalStore, status: str) -> None:
    found = {row["code"] for row in records(store, "indicator-progress") if row["status"] == status}
    assert found == set(STATUSES[status].split())


@pytest.mark.parametrize("code", sorted(PROGRESS))
def test_progress_is_what_the_documents_figures_give(store: LocalStore, code: str) -> None:
    (row,) = [row for row in records(store, "indicator-progress") if row["code"] == code]
    assert row["progress"] == Decimal(PROGRESS[code])


@pytest.mark.parametrize(("name", "rows"), [("axis-progress", 3), ("objective-progress", 2), ("result-progress", 10)])
def test_counts_are_of_leaves_and_the_statuses_add_up(store: LocalStore, name: str, rows: int) -> None:
    found = records(store, name)
    assert len(found) == rows
    for row in found:
        assert row["indicators"] == sum(int(str(row[column])) for column in STATUS_COLUMNS)
    leaves = sum(int(str(row["indicators"])) for row in found)
    assert leaves == (33 if name != "result-progress" else 33 - 5)


def test_the_axes_come_in_the_order_of_the_document(store: LocalStore) -> None:
    assert [row["code"] for row in records(store, "axis-progress")] == ["efficiency", "transparency", "dialogue"]


def test_what_is_behind_is_named_with_its_agencies(store: LocalStore) -> None:
    found = records(store, "behind-target")
    assert [row["code"] for row in found] == ["O1.3", "1.2", "5.1a"]
    assert all(row["agencies"] for row in found)


def test_every_measured_value_has_its_evidence(store: LocalStore) -> None:
    found = {(row["property"], str(row["value"])) for row in records(store, "evidence", code="4.4")}
    assert {("target", "54"), ("actual", "43")} <= found


@pytest.fixture(scope="module")
def graph(store: LocalStore) -> rdflib.Graph:
    """The union of the graphs, for rdflib."""
    union = {quad.triple for quad in store.inner.quads_for_pattern(None, None, None, None)}
    text = ox.serialize(union, format=ox.RdfFormat.N_TRIPLES) or b""
    return rdflib.Graph(bind_namespaces="none").parse(data=text, format="nt")


@pytest.mark.parametrize("name", sorted(SELECTS))
def test_both_engines_agree_on_the_document(store: LocalStore, graph: rdflib.Graph, name: str) -> None:
    query = SELECTS[name]
    text = run.bind(store, query, query.example if name == "evidence" else {})  # rdflib takes seconds for all of it
    found = graph.query(text)
    rows: Rows = [tuple(map(term_of, row)) for row in found]  # type: ignore[arg-type]  # a SELECT has rows
    assert written(rows) == written(list(store.table(text).rows))


@pytest.mark.parametrize("name", sorted(SELECTS))
def test_no_query_repeats_a_row_on_the_real_data(store: LocalStore, name: str) -> None:
    rows = store.table(SELECTS[name].text).rows
    assert len(rows) == len(set(rows))


def test_there_are_eight_projects_each_with_its_page_in_the_annex(store: LocalStore, library: Library) -> None:
    found = {row["project"]: row["url"] for row in run.table(store, library["projects"], {}).records()}
    assert len(found) == 8
    assert found["https://w3id.org/g7graph/id/project/mim-peru"] == "http://www.mim.org.pe"
    assert all(found.values())


def test_a_place_counts_what_names_it_and_what_names_places_inside(store: LocalStore, library: Library) -> None:
    found = {row["label"]: row["indicators"] for row in run.table(store, library["place-activity"], {}).records()}
    assert found["Trujillo"] == 2  # O1.2 and 1.2
    assert found["Moyobamba"] == 1


@pytest.mark.parametrize("entity", ["minem", "gr-cusco", "energy-entities", "minam"])
def test_every_assessed_entity_can_be_asked_for(store: LocalStore, library: Library, entity: str) -> None:
    assert run.table(store, library["compliance"], {"entity": entity}).records()


def test_of_the_cases_one_company_has_payments_and_no_other_has_zero(store: LocalStore) -> None:
    rows = records(store, "eiti-cases")
    assert [(row["number"], row["relation"]) for row in rows] == [
        (1, "same-company"),
        (2, "project-company"),
        (3, "same-company"),
        (4, "same-company"),
        (4, "successor"),
        (5, "same-company"),
        (7, "parent"),
    ]
    assert [row["paidUSD"] for row in rows] == [None, None, Decimal("388257471.86"), None, None, None, None]
    assert (rows[2]["payments"], rows[2]["amountPEN"]) == (4, 104000000)
    assert rows[2]["note"] == "gfs: inferred; period: not-stated; value: inferred"


def test_a_commitment_stands_beside_each_tax_of_its_company_in_the_currency_of_each(store: LocalStore) -> None:
    rows = records(store, "eiti-commitments")
    assert {row["number"]: row["amountPEN"] for row in rows} == {
        1: 20122319,
        2: 287103526,
        3: 104000000,
        4: None,
        5: 3450000,
        7: None,
    }
    paid = [row for row in rows if row["paid"] is not None]
    assert [(row["streamLabel"], row["paid"], row["currency"], row["year"]) for row in paid] == [
        ("Impuesto a la renta", Decimal("305380179.5"), "USD", None),
        ("Impuesto Especial a la Minería", Decimal("39712156.19"), "USD", None),
        ("Derechos de Vigencia", 602478, "USD", None),
        ("Regalia Mineras", Decimal("42562658.17"), "USD", None),
    ]
    assert {row["number"] for row in paid} == {3}
    assert "104 millones de soles" in str(paid[0]["quote"])
    (cases,) = [row for row in records(store, "eiti-cases") if row["number"] == 3]
    assert sum(Decimal(str(row["paid"])) for row in paid) == cases["paidUSD"]


def test_what_agencies_received_exceeds_the_series_by_the_royalties_of_2012(store: LocalStore) -> None:
    computed, stated = records(store, "eiti-differences")
    assert (computed["firstYear"], computed["lastYear"], stated["firstYear"]) == (2008, 2013, 2012)
    assert computed["difference"] == Decimal("1702439542.303")
    assert stated["difference"] == Decimal("1702439541.3")


def test_a_region_has_its_compliance_and_its_eiti_figures(store: LocalStore) -> None:
    rows = {row["label"]: row for row in records(store, "place-eiti")}
    assert len(rows) == 15
    assert {label for label, row in rows.items() if row["mechanisms"]} == {"Cusco", "Loreto"}
    assert (rows["Cusco"]["mechanisms"], rows["Loreto"]["mechanisms"]) == (30, 100)
    assert rows["Piura"]["eiti"] == "O2.1 actual: 1; 6.1 actual; 9.1 actual; 9.2 actual: 6"


def test_results_stand_beside_revenue_only_by_a_reviewed_link(store: LocalStore) -> None:
    rows = records(store, "eiti-axis", axis="transparency")
    assert [row["year"] for row in rows if row["gfsCode"]] == [year for year in range(2008, 2014) for _ in range(4)]
    assert [(row["resultCode"], row["requirements"]) for row in rows if row["result"]] == [
        ("result-6", "eiti-2019-5.2"),
        ("result-8", "eiti-2013-6; eiti-2019-7.1; eiti-2019-7.2"),
    ]
    assert [(row["year"], row["gfsCode"]) for row in rows if row["note"]] == [(2012, "1415E1")]
