"""The runner of the W3C's tests, on a suite of a few cases of our own: it must see what is right and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.w3c import results
from tests.w3c.__main__ import main, outcome
from tests.w3c.comparison import difference
from tests.w3c.data import Dataset
from tests.w3c.manifest import BASE, ManifestError, cases
from tests.w3c.matching import Term, same
from tests.w3c.servers import ours_read_only
from tests.w3c.service import Response, Service

PREFIXES = """
@prefix : <http://example.org/suite#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> .
@prefix qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#> .
@prefix ut: <http://www.w3.org/2009/sparql/tests/test-update#> .
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix ht: <http://www.w3.org/2011/http#> .
@prefix hts: <http://www.w3.org/2011/http-statusCodes#> .
@prefix cnt: <http://www.w3.org/2011/content#> .
"""
QUERIES = """
<> mf:entries ( :right :wrong :named :boats-only :far :entailed :written :unwritten :badly-written ) .
:right a mf:QueryEvaluationTest ; mf:result <boats.srj> ; mf:action [ qt:query <boats.rq> ; qt:data <boats.ttl> ] .
:wrong a mf:QueryEvaluationTest ; mf:result <boats.srj> ; mf:action [ qt:query <boats.rq> ; qt:data <fewer.ttl> ] .
:named a mf:QueryEvaluationTest ; mf:result <named.srj> ; mf:action [ qt:query <named.rq> ] .
:boats-only a mf:QueryEvaluationTest ; mf:result <boats.ttl> ; mf:action [ qt:query <copy.rq> ; qt:data <boats.ttl> ] .
:far a mf:QueryEvaluationTest ; mf:result <boats.srj> ;
  mf:action [ qt:query <boats.rq> ; qt:serviceData [ qt:endpoint <http://far.example/> ] ] .
:entailed a mf:QueryEvaluationTest ; mf:result <boats.srj> ;
  mf:action [ qt:query <boats.rq> ; sd:entailmentRegime <http://www.w3.org/ns/entailment/RDFS> ] .
:written a mf:PositiveSyntaxTest11 ; mf:action <boats.rq> .
:unwritten a mf:NegativeSyntaxTest11 ; mf:action <open.rq> .
:badly-written a mf:NegativeSyntaxTest11 ; mf:action <boats.rq> .
"""
UPDATES = """
<> mf:entries ( :painted :refused ) .
:painted a mf:UpdateEvaluationTest ; mf:action [ ut:request <paint.ru> ; ut:data <boats.ttl> ] ;
  mf:result [ ut:graphData [ ut:graph <boats.ttl> ; rdfs:label "http://example.org/fleet" ] ] .
:refused a mf:NegativeSyntaxTest11 ; mf:action <open.ru> .
"""
EXCHANGES = """
<> mf:entries ( :asked :answered-otherwise :changed ) .
:asked a mf:ProtocolTest ; mf:name "a query" ;
  ut:graphData [ ut:graph <boats.ttl> ; rdfs:label "http://example.org/fleet" ] ;
  mf:action [ ht:requests ( [
    ht:methodName "GET" ;
    ht:absolutePath "/sparql/?query=ASK%20%7B%20GRAPH%20%3Fg%20%7B%20%3Fs%20%3Fp%202%20%7D%20%7D" ;
    ht:resp [ mf:expectedStatus hts:StatusCode2xx ; mf:expectedFormat "boolean" ; mf:expectedBoolean true ] ] ) ] .
:answered-otherwise a mf:ProtocolTest ; mf:name "a query" ; mf:action [ ht:requests ( [
    ht:methodName "POST" ; ht:absolutePath "/sparql/" ; ht:body [ cnt:chars "ASK { ?s ?p 3 }" ] ;
    ht:headers ( [ ht:fieldName "content-type" ; ht:fieldValue "application/sparql-query" ] ) ;
    ht:resp [ mf:expectedStatus hts:StatusCode2xx ; mf:expectedBoolean true ] ] ) ] .
:changed a mf:ProtocolTest ; mf:name "an update" ; mf:action [ ht:requests ( [
    ht:methodName "POST" ; ht:absolutePath "/sparql/" ; ht:body [ cnt:chars "update=CLEAR%20ALL" ] ;
    ht:headers ( [ ht:fieldName "content-type" ; ht:fieldValue "application/x-www-form-urlencoded" ] ) ;
    ht:resp [ mf:expectedStatus hts:StatusCode2xx ] ] ) ] .
"""
DESCRIBED = "<> mf:entries ( :returns-rdf :of-another-kind ) . :returns-rdf a mf:ServiceDescriptionTest ."
FILES = {
    "boats.ttl": "@prefix : <http://example.org/> . :a :seats 2 ; :mate [ :seats 1.50 ] .",
    "fewer.ttl": "@prefix : <http://example.org/> . :a :seats 2 .",
    "boats.rq": "PREFIX : <http://example.org/> SELECT ?boat ?seats { ?boat :seats ?seats } ORDER BY ?seats",
    "copy.rq": "CONSTRUCT WHERE { ?s ?p ?o }",
    "named.rq": "SELECT (COUNT(*) AS ?n) FROM NAMED <fewer.ttl> { GRAPH <fewer.ttl> { ?s ?p ?o } }",
    "named.srj": '{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"1",'
    '"datatype":"http://www.w3.org/2001/XMLSchema#integer"}}]}}',
    "open.rq": "SELECT * {",
    "open.ru": "INSERT DATA {",
    "paint.ru": "MOVE DEFAULT TO <http://example.org/fleet>",
}
INTEGER, DECIMAL = (f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal"))
BOATS = {
    "head": {"vars": ["boat", "seats"]},
    "results": {
        "bindings": [
            {
                "boat": {"type": "bnode", "value": "some"},
                "seats": {"type": "literal", "value": "01.5", "datatype": DECIMAL},
            },
            {
                "boat": {"type": "uri", "value": "http://example.org/a"},
                "seats": {"type": "literal", "value": "+2", "datatype": INTEGER},
            },
        ]
    },
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite in the W3C's form: two manifests that lead to others."""
    folder = tmp_path / "sparql11" / "boats"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "boats.srj").write_text(json.dumps(BOATS), encoding="utf-8")
    described = DESCRIBED + " :of-another-kind a mf:ServiceDescriptionTest ."
    entries = {"query": QUERIES, "update": UPDATES, "protocol": EXCHANGES, "service": described}
    for name, text in entries.items():
        (folder / f"{name}.ttl").write_text(PREFIXES + text, encoding="utf-8")
    included = " ".join(f"<boats/{name}.ttl>" for name in entries)
    (tmp_path / "sparql11" / "manifest-all.ttl").write_text(f"{PREFIXES} <> mf:include ( {included} ) .")
    (tmp_path / "sparql10").mkdir()
    (tmp_path / "sparql10" / "manifest.ttl").write_text(f"{PREFIXES} <> mf:include () .")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], suite: Path, group: str) -> tuple[int, list[str]]:
    code = main(["--rdf-tests", str(suite), "--server", "ours", "--read-only", "--group", group])
    return code, capsys.readouterr().out.splitlines()


def test_the_cases_are_those_the_manifests_lead_to(suite: Path) -> None:
    found = {case.name: case.group for case in cases(suite)}
    assert len(found) == 16
    assert found["sparql11/boats/right"] == "query"
    assert found["sparql11/boats/refused"] == "update", "the syntax of an update, whatever the manifest calls it"
    assert found["sparql11/boats/changed"] == "protocol"


def test_a_manifest_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rdf-tests", str(tmp_path), "--server", "ours"]) == 2
    assert "sparql10/manifest.ttl" in capsys.readouterr().out


def test_a_kind_of_test_that_is_not_known_is_not_passed_over(suite: Path) -> None:
    manifest = suite / "sparql11" / "boats" / "query.ttl"
    manifest.write_text(manifest.read_text().replace(":right a mf:QueryEvaluationTest", ":right a mf:OtherTest"))
    with pytest.raises(ManifestError, match="OtherTest"):
        cases(suite)


def test_a_server_that_does_not_start_fails_each_case(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["--rdf-tests", str(suite), "--server", "oxigraph", "--oxigraph", str(suite / "none"), "--group", "query"]
    )
    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[0].startswith("FAILED query sparql11/boats/right: ")
    assert "cannot be run" in lines[0]
    assert lines[-1] == "all: 0 of 9"


def test_query_cases_against_our_server(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, suite, "query")
    assert code == 1
    said = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    assert set(said) == {
        "FAILED query sparql11/boats/wrong",
        "FAILED query sparql11/boats/far",
        "NOT APPLICABLE query sparql11/boats/entailed",
        "FAILED query sparql11/boats/badly-written",
        "query sparql11",
        "all",
    }
    assert said["FAILED query sparql11/boats/wrong"].startswith("expected 2 rows in this order, got 1; missing [")
    assert said["FAILED query sparql11/boats/far"].startswith("needs SERVICE")
    assert said["FAILED query sparql11/boats/badly-written"].startswith("NegativeSyntaxTest11: expected a refusal")
    assert said["all"] == "5 of 8 (1 not applicable)"


def test_no_update_case_passes_where_all_updates_are_refused(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, suite, "update")
    assert code == 1
    assert lines[-1] == "all: 0 of 2"
    assert "read-only" in lines[0]


def test_a_file_that_is_not_there_fails_its_case_only(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (suite / "sparql11" / "boats" / "named.rq").unlink()
    (suite / "sparql11" / "boats" / "fewer.ttl").write_text("no turtle")
    _, lines = run(capsys, suite, "query")
    said = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    assert said["FAILED query sparql11/boats/named"].startswith("named.rq: ")
    assert said["FAILED query sparql11/boats/wrong"].startswith("fewer.ttl: ")
    assert said["all"] == "4 of 8 (1 not applicable)"


def test_exchanges_and_descriptions_with_our_server(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, suite, "protocol")
    assert code == 1
    assert [line.partition(": ")[0] for line in lines] == [
        "FAILED protocol sparql11/boats/answered-otherwise",
        "FAILED protocol sparql11/boats/changed",
        "protocol sparql11",
        "all",
    ]
    assert lines[0].endswith("expected true, got False")
    assert "expected StatusCode2xx, got 403" in lines[1]
    code, lines = run(capsys, suite, "service-description")
    assert code == 1
    assert lines[0].endswith("of-another-kind: not encoded: the suite gives this case as prose")
    assert lines[-1] == "all: 1 of 2"


def test_the_server_is_started_again_for_other_data_only(tmp_path: Path) -> None:
    with ours_read_only(tmp_path) as service:
        for triples, count in ((["<http://x/a> <http://x/b> 1 ."], 1), ([], 0)):
            read = ox.parse("\n".join(triples).encode(), format=ox.RdfFormat.TURTLE)
            service.load(Dataset(tuple(quad.triple for quad in read)))
            answer = service.ask("SELECT * { ?s ?p ?o }", "application/sparql-results+json")
            assert len(json.loads(answer.body)["results"]["bindings"]) == count


class Engine(Service):
    """The engine itself, asked without a server between."""

    def __init__(self) -> None:
        super().__init__("http://engine/", "http://engine/", "http://engine/")
        self.store = ox.Store()

    def change(self, text: str) -> Response:
        try:
            self.store.update(text)
        except SyntaxError as error:
            return Response(400, {}, str(error).encode())
        return Response(204, {}, b"")

    def ask(self, text: str, accept: str) -> Response:
        found = self.store.query(text)
        assert isinstance(found, ox.QuerySolutions)
        written = found.serialize(format=ox.QueryResultsFormat.from_media_type(accept))
        return Response(200, {"content-type": accept}, written or b"")


def test_update_cases_compare_the_graphs_afterwards(suite: Path) -> None:
    engine = Engine()
    of_updates = [case for case in cases(suite) if case.group == "update"]
    assert [outcome(case, engine).status for case in of_updates] == ["passed", "passed"]
    (suite / "sparql11" / "boats" / "paint.ru").write_text("COPY DEFAULT TO <http://example.org/fleet>")
    assert outcome(of_updates[0], engine).why.startswith("default graph: expected 0 triples, got 3; missing []")
    (suite / "sparql11" / "boats" / "paint.ru").write_text("MOVE DEFAULT TO <http://example.org/ships>")
    assert outcome(of_updates[0], engine).why.startswith("graph http://example.org/fleet: expected 3 triples, got 0")


def test_a_dataset_is_written_as_one_update() -> None:
    triple = next(iter(ox.parse(b"<http://x/a> <http://x/b> 1 .", format=ox.RdfFormat.TURTLE))).triple
    store = ox.Store()
    store.update("INSERT DATA { <http://x/old> <http://x/old> 1 }")
    store.update(Dataset((triple,), {"http://x/g": (triple,), "http://x/empty": ()}).update())
    assert len(store) == 2
    assert {str(graph) for graph in store.named_graphs()} == {"<http://x/g>", "<http://x/empty>"}


def blank(name: str) -> tuple[str, str]:
    return ("blank", name)


@pytest.mark.parametrize(
    ("expected", "got", "alike"),
    [
        ("ab bc ca", "yz zx xy", True),
        ("ab bc ca de ef fd", "uv vw wx xy yz zu", False),
        ("ab bc ca de ef fd", "uv vw wu xy yz zx", True),
        ("ab ab", "xy", False),
        ("aa bb", "xy yx", False),
        ("ab ac", "xy xz", True),
        ("ab ac", "xy zy", False),
    ],
)
def test_blank_nodes_are_paired_one_to_one(expected: str, got: str, alike: bool) -> None:
    left, right = ([tuple(map(blank, pair)) for pair in text.split()] for text in (expected, got))
    assert same(left, right) is alike


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ('"01"^^xsd:integer', '"+1"^^xsd:integer', True),
        ('"-0.0"^^xsd:decimal', '"0"^^xsd:decimal', True),
        ('"1"^^xsd:integer', '"1"^^xsd:decimal', False),
        ('"1.0e0"^^xsd:double', '"1"^^xsd:double', True),
        ('"one"^^xsd:integer', '"one"^^xsd:integer', True),
        ('"1e0"^^xsd:integer', '"1"^^xsd:integer', False),
        ('"1"^^xsd:boolean', "true", True),
        ('"01"', '"1"', False),
        ('"a"@EN', '"a"@en', True),
        ('"a"@en', '"a"', False),
    ],
)
def test_numbers_and_booleans_are_compared_by_datatype_and_value(one: str, other: str, alike: bool) -> None:
    prefix = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <http://x/a> <http://x/b> "
    left, right = (results.read_graph(f"{prefix}{text} .".encode(), "text/turtle", BASE) for text in (one, other))
    assert (difference(left, right) is None) is alike


def table(text: str, *, ordered: bool = False) -> results.Table:
    rows: tuple[dict[str, Term], ...] = tuple({"x": ("text", letter)} for letter in text)
    return results.Table(rows, frozenset("x"), ordered)


def test_order_counts_where_the_answer_has_one() -> None:
    assert difference(table("ab"), table("ba")) is None
    assert difference(table("ab", ordered=True), table("ba")) is not None
    assert difference(table("aab"), table("ab")) is not None
    assert difference(table("aab"), table("ab"), lax=True) is None
    assert difference(table("aab"), table("a"), lax=True) is not None
    assert difference(table("ab"), table("aab"), lax=True) is not None


def test_a_table_written_as_triples_is_a_table() -> None:
    written = """@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> .
    [] a rs:ResultSet ; rs:resultVariable "x" ;
      rs:solution [ rs:index 2 ; rs:binding [ rs:variable "x" ; rs:value <http://x/b> ] ] ,
                  [ rs:index 1 ; rs:binding [ rs:variable "x" ; rs:value <http://x/a> ] ] ."""
    found = results.as_answer([quad.triple for quad in ox.parse(written, format=ox.RdfFormat.TURTLE)])
    assert found == results.Table(({"x": ("iri", "http://x/a")}, {"x": ("iri", "http://x/b")}), None, ordered=True)
    boolean = f"[] a <{results.RS}ResultSet> ; <{results.RS}boolean> false ."
    assert results.as_answer([quad.triple for quad in ox.parse(boolean, format=ox.RdfFormat.TURTLE)]) is False


def test_cells_of_csv_are_compared_as_text() -> None:
    one, other = (results.read_table(body, "text/csv") for body in (b"x,y\r\n_:a,1\r\n", b"y,x\n1,_:b\n"))
    assert difference(one, other) is None
    assert difference(one, results.read_table(b"x,y\r\n_:a,1.0\r\n", "text/csv")) is not None


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", "text/csv"),
        (b"x\r\n1,2\r\n", "text/csv"),
        (b"{", "application/sparql-results+json"),
        (b"<p>", "text/html"),
    ],
)
def test_an_answer_that_cannot_be_read_is_said_to_be_so(body: bytes, media_type: str) -> None:
    with pytest.raises(results.UnreadableAnswer):
        results.read_table(body, media_type)
