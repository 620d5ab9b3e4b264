"""Each format, byte by byte: tables and graphs, numbers and dates as such, and nothing that runs as a formula."""

from __future__ import annotations

import builtins
import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import date, datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import Dataset, Graph
from rdflib.compare import isomorphic

from g7graph import i18n, vocab
from g7graph.errors import UsageError
from g7graph.exports import FORMATS, GRAPHS, TABLES, workbook
from g7graph.table import Column, Table
from g7graph.vocab import G7, XSD


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(XSD + datatype))


TABLE = Table(
    (
        Column("indicator", "iri"),
        Column("label"),
        Column("actual", "integer"),
        Column("progress", "decimal"),
        Column("date", "date"),
        Column("closed", "boolean"),
    ),
    (
        (
            NamedNode(vocab.thing("indicator", "4.4")),
            Literal('Simplificación, "trámites"', language="es"),
            typed("43", "integer"),
            typed("0.7963", "decimal"),
            typed("2014-05-31", "date"),
            typed("true", "boolean"),
        ),
        (BlankNode("b"), Literal("a|b\nc"), None, typed("-1.50", "decimal"), None, None),
    ),
)

CSV = (
    "indicator,label,actual,progress,date,closed\r\n"
    'https://w3id.org/g7graph/id/indicator/4.4,"Simplificación, ""trámites""",43,0.7963,2014-05-31,true\r\n'
    '_:b,"a|b\nc",,-1.50,,\r\n'
)
TSV = (
    "?indicator\t?label\t?actual\t?progress\t?date\t?closed\n"
    '<https://w3id.org/g7graph/id/indicator/4.4>\t"Simplificación, \\"trámites\\""@es\t43\t0.7963\t'
    '"2014-05-31"^^<http://www.w3.org/2001/XMLSchema#date>\ttrue\n'
    '_:b\t"a|b\\nc"\t\t-1.50\t\t\n'
)
MARKDOWN = (
    "| indicator | label | actual | progress | date | closed |\n"
    "| --- | --- | ---: | ---: | --- | --- |\n"
    '| https://w3id.org/g7graph/id/indicator/4.4 | Simplificación, "trámites" | 43 | 0.7963 | 2014-05-31 | true |\n'
    "| b | a\\|b<br>c |  | -1.50 |  |  |\n"
)
RESULTS = {
    "head": {"vars": ["indicator", "label", "actual", "progress", "date", "closed"]},
    "results": {
        "bindings": [
            {
                "indicator": {"type": "uri", "value": "https://w3id.org/g7graph/id/indicator/4.4"},
                "label": {"type": "literal", "value": 'Simplificación, "trámites"', "xml:lang": "es"},
                "actual": {"type": "literal", "value": "43", "datatype": XSD + "integer"},
                "progress": {"type": "literal", "value": "0.7963", "datatype": XSD + "decimal"},
                "date": {"type": "literal", "value": "2014-05-31", "datatype": XSD + "date"},
                "closed": {"type": "literal", "value": "true", "datatype": XSD + "boolean"},
            },
            {
                "indicator": {"type": "bnode", "value": "b"},
                "label": {"type": "literal", "value": "a|b\nc"},
                "progress": {"type": "literal", "value": "-1.50", "datatype": XSD + "decimal"},
            },
        ]
    },
}


def one(value: str, name: str = "label") -> Table:
    return Table((Column(name),), ((Literal(value),),))


@pytest.mark.parametrize(("name", "expected"), [("csv", CSV), ("tsv", TSV), ("md", MARKDOWN)])
def test_a_table_as_text(name: str, expected: str) -> None:
    assert TABLES[name].write(TABLE).decode() == expected


def test_json_is_the_sparql_results_format() -> None:
    assert json.loads(TABLES["json"].write(TABLE)) == RESULTS


def test_xml_is_the_sparql_results_format_and_says_the_same_as_json() -> None:
    parsed = ox.parse_query_results(TABLES["xml"].write(TABLE), format=ox.QueryResultsFormat.XML)
    assert isinstance(parsed, ox.QuerySolutions)
    assert json.loads(parsed.serialize(format=ox.QueryResultsFormat.JSON) or b"") == RESULTS


def test_xml_stays_well_formed_and_keeps_carriage_returns() -> None:
    root = ET.fromstring(TABLES["xml"].write(one("a\r\nb\x01<&")))  # noqa: S314 - our own bytes
    (literal,) = root.iter("{http://www.w3.org/2005/sparql-results#}literal")
    assert literal.text == "a\r\nb\ufffd<&"


@pytest.mark.parametrize("name", ["csv", "tsv", "json", "xml"])
def test_the_engine_writes_an_answer_as_we_write_its_table(name: str) -> None:
    text = 'SELECT * { VALUES (?a ?b) { (1 "x"@en) (<http://x/> UNDEF) ("a,b" "2014-05"^^<http://x/t>) } }'
    answer = ox.Store().query(text)
    assert isinstance(answer, ox.QuerySolutions)
    rows = tuple((row["a"], row["b"]) for row in answer)
    again = ox.Store().query(text)
    assert isinstance(again, ox.QuerySolutions)
    form = getattr(ox.QueryResultsFormat, name.upper())
    table = Table((Column("a"), Column("b")), rows)
    assert TABLES[name].write(table) == again.serialize(format=form)


def test_a_comma_in_an_iri_breaks_no_line() -> None:
    values = ["http://x/a,b", 'a "b", c', "d\r\ne"]
    row = (NamedNode(values[0]), Literal(values[1]), Literal(values[2]), None, BlankNode("b"))
    written = TABLES["csv"].write(Table(tuple(map(Column, "abcde")), (row,)))
    assert list(csv.reader(io.StringIO(written.decode(), newline=""))) == [[*"abcde"], [*values, "", "_:b"]]


@pytest.mark.parametrize(
    ("value", "written"),
    [("a|b", r"a\|b"), (r"a\|b", r"a\\\|b"), ("x\r\ny", "x<br>y"), ("<b>", r"\<b>"), ("[a](b)", r"\[a](b)"),
     ("*a* `b`", r"\*a\* \`b\`"), ("43 %", "43 %")],
)  # fmt: skip
def test_markdown_escapes_what_it_would_read_as_markup(value: str, written: str) -> None:
    assert TABLES["md"].write(one(value)).decode().splitlines()[2] == f"| {written} |"


def sheet(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def test_xlsx_has_typed_cells_under_a_bold_frozen_header() -> None:
    found = sheet(TABLES["xlsx"].write(TABLE))
    assert [[cell.value for cell in row] for row in found.iter_rows()] == [
        ["indicator", "label", "actual", "progress", "date", "closed"],
        ["https://w3id.org/g7graph/id/indicator/4.4", 'Simplificación, "trámites"', 43, 0.7963, datetime(2014, 5, 31), True],  # noqa: DTZ001, E501 - a cell has no zone
        ["b", "a|b\nc", None, -1.5, None, None],
    ]  # fmt: skip
    assert all(cell.font.bold for cell in found[1])
    assert not any(cell.font.bold for cell in found[2])
    assert found.freeze_panes == "A2"
    assert found["E2"].number_format == "yyyy-mm-dd"
    assert found.column_dimensions["A"].width > found.column_dimensions["C"].width


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("http://x/")', "#N/A", "=cmd|' /C'!A0"])
def test_a_text_that_looks_like_a_formula_stays_text(value: str) -> None:
    found = sheet(TABLES["xlsx"].write(one(value, value)))
    assert [(cell.value, cell.data_type) for cell in (found["A1"], found["A2"])] == [(value, "s")] * 2
    assert found["A2"].quotePrefix == (value[0] in "=+-@")


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (typed("12345678901234567", "integer"), "12345678901234567"),
        (typed("20522547957", "integer"), 20522547957),
        (typed("INF", "double"), "inf"),
        (typed("1850-01-01", "date"), "1850-01-01"),
        (typed("2014-05", "gYearMonth"), "2014-05"),
        (typed("many", "integer"), "many"),
        (Literal("a\x01b"), "a\ufffdb"),
    ],
)
def test_what_a_spreadsheet_cannot_hold_exactly_is_text(term: Literal, value: object) -> None:
    assert sheet(TABLES["xlsx"].write(Table((Column("a"),), ((term,),))))["A2"].value == value


def test_a_text_too_long_for_a_cell_says_that_it_was_cut() -> None:
    value = sheet(TABLES["xlsx"].write(one("x" * 40_000)))["A2"].value
    assert len(value) == 32_767
    assert value.endswith("x…")


def test_more_rows_than_a_sheet_has_are_refused_with_the_formats_that_hold_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    with pytest.raises(UsageError, match="csv"):
        TABLES["xlsx"].write(TABLE)


def test_parquet_has_a_type_for_each_column() -> None:
    found = pq.read_table(io.BytesIO(TABLES["parquet"].write(TABLE)))
    assert {field.name: str(field.type) for field in found.schema} == {
        "indicator": "string",
        "label": "string",
        "actual": "int64",
        "progress": "double",
        "date": "date32[day]",
        "closed": "bool",
    }
    assert found.to_pylist()[0]["date"] == date(2014, 5, 31)
    assert found.to_pylist()[1] == {
        "indicator": "b", "label": "a|b\nc", "actual": None, "progress": -1.5, "date": None, "closed": None,
    }  # fmt: skip


def test_parquet_takes_the_types_of_an_empty_table_from_its_header() -> None:
    found = pq.read_table(io.BytesIO(TABLES["parquet"].write(Table(TABLE.columns, ()))))
    assert [str(field.type) for field in found.schema] == ["string", "string", "int64", "double", "date32[day]", "bool"]


def test_parquet_makes_text_of_a_column_of_several_kinds() -> None:
    rows = ((typed("1", "integer"),), (Literal("en proceso"),), (typed("123456789012345678901", "integer"),))
    mixed = pq.read_table(io.BytesIO(TABLES["parquet"].write(Table((Column("a"),), rows))))
    assert mixed.to_pylist() == [{"a": "1"}, {"a": "en proceso"}, {"a": "123456789012345678901"}]
    huge = pq.read_table(io.BytesIO(TABLES["parquet"].write(Table((Column("a"),), rows[2:]))))
    assert huge.to_pylist() == [{"a": "123456789012345678901"}]


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, *args: object) -> object:
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name)
        return really(name, *args)  # type: ignore[arg-type]

    really = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError) as refused:
        TABLES["parquet"].write(TABLE)
    assert all("g7graph[parquet]" in refused.value.text(lang) for lang in i18n.LANGUAGES)


@pytest.mark.parametrize("name", TABLES)
def test_same_table_same_bytes_and_no_rows_are_fine(name: str) -> None:
    assert TABLES[name].write(TABLE) == TABLES[name].write(TABLE)
    assert TABLES[name].write(Table(TABLE.columns, ()))


def test_a_workbook_says_nothing_of_when_it_was_made() -> None:
    book = openpyxl.load_workbook(io.BytesIO(TABLES["xlsx"].write(TABLE)))
    assert book.properties.modified == book.properties.created == datetime(1980, 1, 1)  # noqa: DTZ001 - no zone


INDICATOR = NamedNode(vocab.thing("indicator", "4.4"))
TYPE = NamedNode(vocab.RDF_TYPE)
STATEMENTS = [
    Triple(INDICATOR, NamedNode(G7 + "value"), typed("43", "integer")),
    Triple(INDICATOR, NamedNode(G7 + "quote"), Literal("se pasó a 43\n«…»", language="es")),
    Triple(INDICATOR, TYPE, NamedNode(G7 + "Indicator")),
    Triple(INDICATOR, NamedNode(G7 + "component"), BlankNode("any")),
    Triple(BlankNode("any"), NamedNode(G7 + "value"), typed("1.50", "decimal")),
]
TURTLE = """@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

indicator:4.4 a g7:Indicator ;
\tg7:component _:c14n0 ;
\tg7:quote "se pasó a 43\\n«…»"@es ;
\tg7:value 43 .
_:c14n0 g7:value 1.50 .
"""
NTRIPLES = """\
<https://w3id.org/g7graph/id/indicator/4.4> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
<https://w3id.org/g7graph/ontology#Indicator> .
<https://w3id.org/g7graph/id/indicator/4.4> <https://w3id.org/g7graph/ontology#component> _:c14n0 .
<https://w3id.org/g7graph/id/indicator/4.4> <https://w3id.org/g7graph/ontology#quote> "se pasó a 43\\n«…»"@es .
<https://w3id.org/g7graph/id/indicator/4.4> <https://w3id.org/g7graph/ontology#value> \
"43"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:c14n0 <https://w3id.org/g7graph/ontology#value> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .
"""
RDFLIB = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "nq": "nquads", "trig": "trig", "rdf": "xml"}


def renamed(label: str) -> list[Triple]:
    node = BlankNode(label)
    return [
        Triple(
            node if isinstance(triple.subject, BlankNode) else triple.subject,
            triple.predicate,
            node if isinstance(triple.object, BlankNode) else triple.object,
        )
        for triple in reversed(STATEMENTS)
    ]


@pytest.mark.parametrize(("name", "expected"), [("ttl", TURTLE), ("nt", NTRIPLES), ("nq", NTRIPLES), ("trig", TURTLE)])
def test_a_graph_as_text(name: str, expected: str) -> None:
    assert GRAPHS[name].write(STATEMENTS).decode() == expected


@pytest.mark.parametrize("name", GRAPHS)
def test_same_statements_same_bytes_whatever_their_order_and_blank_nodes(name: str) -> None:
    assert GRAPHS[name].write(STATEMENTS) == GRAPHS[name].write([*renamed("other"), *renamed("other")])


@pytest.mark.parametrize("name", GRAPHS)
def test_rdflib_reads_the_same_graph_from_every_format(name: str) -> None:
    plain = Graph().parse(data=NTRIPLES, format="nt")
    found = Graph()
    for subject, predicate, value, _ in Dataset().parse(data=GRAPHS[name].write(STATEMENTS), format=RDFLIB[name]):
        found.add((subject, predicate, value))
    assert isomorphic(found, plain)


def in_graph(triple: Triple, path: str) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, NamedNode(vocab.graph(path)))


@pytest.mark.parametrize("name", ["jsonld", "nq", "trig"])
def test_named_graphs_stay_apart_where_the_format_has_them(name: str) -> None:
    quads = {in_graph(triple, "a") for triple in STATEMENTS[:3]} | {Quad(*STATEMENTS[0])}
    form = ox.RdfFormat.from_extension(name)
    assert form is not None
    assert set(ox.parse(GRAPHS[name].write(quads), format=form)) == quads


@pytest.mark.parametrize("name", ["ttl", "nt", "rdf"])
def test_a_format_without_graph_names_says_each_statement_once(name: str) -> None:
    quads = [in_graph(triple, path) for triple in STATEMENTS for path in "ab"]
    assert GRAPHS[name].write(quads) == GRAPHS[name].write(STATEMENTS)


def test_rdf_xml_refuses_a_predicate_that_is_no_xml_name() -> None:
    with pytest.raises(UsageError, match="ttl"):
        GRAPHS["rdf"].write([Triple(INDICATOR, NamedNode("http://x/1"), INDICATOR)])


@pytest.mark.parametrize("name", GRAPHS)
def test_no_statements_are_a_valid_document(name: str) -> None:
    assert len(Dataset().parse(data=GRAPHS[name].write([]), format=RDFLIB[name])) == 0


def test_every_format_says_what_it_is() -> None:
    assert set(FORMATS) == set("csv tsv json xml md xlsx parquet ttl jsonld nt nq trig rdf".split())
    assert {one.name for one in FORMATS.values() if one.binary} == {"xlsx", "parquet"}


@pytest.mark.parametrize("name", ["csv", "tsv", "json", "xml", *GRAPHS])
def test_media_types_and_extensions_are_those_the_engine_knows(name: str) -> None:
    known = FORMATS[name]
    form = ox.RdfFormat.from_extension(name) if name in GRAPHS else ox.QueryResultsFormat.from_extension(name)
    assert form is not None
    assert (known.extension, known.media_type) == (name, form.media_type.partition(";")[0])
