"""The command line: what each command prints and writes, in which language, and with which exit code."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import openpyxl
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal
from rich.console import Console

import g7graph
from g7graph import i18n
from g7graph.build import build
from g7graph.cli import main, output
from g7graph.cli.serve import read_tokens
from g7graph.cli.speech import language_of
from g7graph.errors import UsageError
from g7graph.project import Project
from g7graph.store.limits import Limits
from g7graph.table import Column, Table
from g7graph.turtle import format_text
from g7graph.web.options import Options

PREFIXES = """@prefix agency: <https://w3id.org/g7graph/id/agency/> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix g7sh: <https://w3id.org/g7graph/shapes#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """# The vocabulary.
g7:Agency a owl:Class .
g7:founded a owl:DatatypeProperty .
"""
SHAPES = """
g7sh:Agency-label a sh:NodeShape ; sh:targetClass g7:Agency ; sh:property g7sh:Agency-named .
g7sh:Agency-named a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ;
  sh:message "Falta el nombre."@es, "The name is missing."@en, "Il manque le nom."@fr .
"""
AGENCIES = """# The agencies.
# By hand.
agency:giz a g7:Agency ; rdfs:label "Cooperación | Alemana"@es ; g7:founded 2011 .
agency:undp a g7:Agency ; rdfs:label "=PNUD"@es .
"""
TERMS = {
    "owl": ("http://www.w3.org/2002/07/owl#", "Class DatatypeProperty"),
    "rdf": ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "type langString"),
    "rdfs": ("http://www.w3.org/2000/01/rdf-schema#", "label"),
    "sh": ("http://www.w3.org/ns/shacl#", "NodeShape PropertyShape targetClass property path minCount message"),
    "xsd": ("http://www.w3.org/2001/XMLSchema#", "integer string"),
}
QUERY = """#+ summary: {es: Las agencias, en: The agencies, fr: Les agences}
#+ params:
#+   agency: {type: iri, kind: agency}
#+ columns: {agency: iri, label: string, founded: integer}
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?agency ?label ?founded WHERE {
  VALUES ?agency { UNDEF }
  ?agency a g7:Agency ; rdfs:label ?label .
  OPTIONAL { ?agency g7:founded ?founded }
} ORDER BY ?agency
"""
RULE = """PREFIX g7: <https://w3id.org/g7graph/ontology#>
CONSTRUCT { ?agency g7:founded 1965 } WHERE { ?agency a g7:Agency FILTER NOT EXISTS { ?agency g7:founded ?any } }
"""
CSV = (
    "agency,label,founded\r\n"
    "https://w3id.org/g7graph/id/agency/giz,Cooperación | Alemana,2011\r\n"
    "https://w3id.org/g7graph/id/agency/undp,=PNUD,1965\r\n"
)
PLAIN = """\
agency       label                  founded
agency:giz   Cooperación | Alemana     2011
agency:undp  =PNUD                     1965
"""

Run = Callable[..., Result]


def g7(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A whole framework of two agencies, canonical and without findings."""
    root = tmp_path / "tiny"
    for name, text in (
        ("ontology/g7.ttl", ONTOLOGY),
        ("ontology/shapes/agencies.ttl", SHAPES),
        ("data/ttl/agencies.ttl", AGENCIES),
    ):
        comments = [line for line in text.splitlines() if line.startswith("#")]
        body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        write(root / name, format_text("\n".join([*comments, PREFIXES, body, ""])))
    for name, (namespace, terms) in TERMS.items():
        write(root / f"ontology/terms/{name}.txt", "\n".join([f"# namespace: {namespace}", *terms.split(), ""]))
    write(root / "queries/people/agencies.rq", QUERY)
    write(root / "queries/derive/founded.rq", RULE)
    return root


@pytest.fixture
def run(tiny: Path) -> Run:
    return lambda *words: g7("--data", tiny, *words)


def test_a_saved_query_is_a_plain_table_in_a_pipe(run: Run) -> None:
    result = run("query", "agencies")
    assert (result.exit_code, result.stdout, result.stderr) == (0, PLAIN, "")


def test_a_table_has_rules_on_a_terminal_and_nothing_of_it_is_markup() -> None:
    out = io.StringIO()
    table = Table((Column("code"), Column("actual", "integer")), ((Literal("[red]4.4[/]"), Literal(43)),))
    output.draw(table, Console(file=out, force_terminal=True, width=40, color_system=None))
    assert "[red]4.4[/]" in out.getvalue()
    assert "─" in out.getvalue()


def test_data_cannot_steer_the_terminal() -> None:
    assert output.cell(Literal("a\x1b[2J\nb")) == "a\ufffd[2J b"


def test_csv_is_written_byte_by_byte(run: Run) -> None:
    assert run("query", "agencies", "--format", "csv").stdout_bytes.decode() == CSV


def test_json_is_the_sparql_results_format(run: Run) -> None:
    rows = json.loads(run("query", "agencies", "--format", "json").stdout)["results"]["bindings"]
    assert [row["founded"]["value"] for row in rows] == ["2011", "1965"]


def test_markdown_escapes_pipes(run: Run) -> None:
    assert r"| Cooperación \| Alemana |" in run("query", "agencies", "--format", "md").stdout


def test_the_extension_of_the_output_names_the_format(run: Run, tmp_path: Path) -> None:
    assert run("query", "agencies", "--output", tmp_path / "a.xlsx").exit_code == 0
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ["https://w3id.org/g7graph/id/agency/giz", "Cooperación | Alemana", 2011],
        ["https://w3id.org/g7graph/id/agency/undp", "=PNUD", 1965],
    ]
    assert run("query", "agencies", "--output", tmp_path / "a.txt").exit_code == 0
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == PLAIN


def test_a_parameter_narrows_the_answer(run: Run) -> None:
    assert run("query", "agencies", "--param", "agency=PNUD", "--format", "csv").stdout.count("\n") == 2


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    return lambda text: write(tmp_path / "mine.rq", text)


def test_a_file_of_sparql_is_run_and_may_have_parameters(run: Run, file: Callable[[str], Path]) -> None:
    result = run("query", file(QUERY), "--param", "agency=giz", "--format", "tsv")
    assert result.stdout.splitlines()[1].endswith("\t2011")


def test_a_question_is_answered_with_true_or_false(run: Run, file: Callable[[str], Path]) -> None:
    path = file("ASK { ?s ?p 2011 }")
    assert run("query", path).stdout == "answer\ntrue\n"
    assert json.loads(run("query", path, "--format", "json").stdout) == {"head": {}, "boolean": True}
    assert "<boolean>true</boolean>" in run("query", path, "--format", "xml").stdout
    assert run("query", path, "--format", "csv").stdout_bytes == b"answer\r\ntrue\r\n"


@pytest.mark.parametrize("form", ["ttl", "jsonld", "nt", "nq", "trig", "rdf"])
def test_a_construct_is_a_graph_in_every_format(run: Run, file: Callable[[str], Path], form: str) -> None:
    result = run("query", file("CONSTRUCT WHERE { ?s ?p 2011 }"), "--format", form)
    kind = ox.RdfFormat.from_extension(form)
    assert kind is not None
    (quad,) = ox.parse(result.stdout_bytes, format=kind)
    assert quad.object == Literal(2011)


def test_a_graph_is_turtle_with_our_prefixes_where_nothing_else_is_asked(run: Run, file: Callable[[str], Path]) -> None:
    result = run("query", file("CONSTRUCT WHERE { ?s ?p 2011 }"))
    assert result.stdout.endswith("agency:giz g7:founded 2011 .\n")


@pytest.mark.parametrize(
    ("text", "form", "offered"),
    [("SELECT * { ?s ?p ?o }", "ttl", "csv"), ("DESCRIBE <http://x/>", "csv", "ttl"), ("ASK {}", "nq", "json"),
     ("CONSTRUCT WHERE { ?s ?p ?o }", "table", "jsonld"), ("ASK {}", "pdf", "csv")],
)  # fmt: skip
def test_a_format_that_does_not_fit_is_refused_with_those_that_do(
    run: Run, file: Callable[[str], Path], text: str, form: str, offered: str
) -> None:
    result = run("query", file(text), "--format", form)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"«{form}»" in result.stderr
    assert offered in result.stderr


@pytest.mark.parametrize("name", ["xlsx", "parquet"])
def test_bytes_are_not_sent_to_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(output, "on_terminal", lambda: True)
    result = run("query", "agencies", "--format", name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--output archivo.{name}" in result.stderr


def test_an_unknown_query_names_the_nearest(run: Run) -> None:
    result = run("query", "agencis", "--lang", "en")
    assert (result.exit_code, result.stderr) == (2, "There is no query «agencis». Did you mean: agencies?\n")


def test_a_missing_file_is_said_to_be_missing(run: Run) -> None:
    result = run("query", "none.rq", "--lang", "en")
    assert (result.exit_code, result.stderr) == (2, "There is no file or folder none.rq.\n")


def test_a_malformed_query_is_placed_by_line_and_column(run: Run, file: Callable[[str], Path]) -> None:
    result = run("query", file("SELECT *\nWHERE { ?s ?p ?o } LIMIT x"), "--lang", "en")
    assert result.exit_code == 2
    assert "line 2, column 26" in result.stderr
    assert "Traceback" not in result.output


def test_a_query_that_would_call_another_server_is_refused(run: Run, file: Callable[[str], Path]) -> None:
    result = run("query", file("SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"))
    assert result.exit_code == 2
    assert "--allow-service http://x/" in result.stderr


@pytest.mark.parametrize(
    ("param", "said"),
    [("agencia=giz", "agency"), ("agency=gizz", "giz"), ("agency", "name=value"), ("=giz", "name=value")],
)
def test_a_parameter_that_will_not_do_is_refused_with_what_would(run: Run, param: str, said: str) -> None:
    result = run("query", "agencies", "--param", param, "--lang", "en")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_parameter_given_twice_is_refused(run: Run) -> None:
    assert run("query", "agencies", "--param", "agency=giz", "--param", "agency=undp").exit_code == 2


def test_queries_are_listed_with_summary_and_parameters(run: Run) -> None:
    assert run("queries").stdout.splitlines()[1].split("  ") == ["agencies", "Las agencias", "agency"]
    (listed,) = json.loads(run("queries", "--format", "json", "--lang", "fr").stdout)
    assert (listed["name"], listed["summary"], listed["params"][0]["name"]) == ("agencies", "Les agences", "agency")


def test_clean_data_has_no_findings(run: Run) -> None:
    result = run("validate", "--lang", "en")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No findings.\n")
    assert json.loads(run("validate", "--format", "json").stdout) == []


def test_a_violation_exits_with_1_and_is_said_in_the_language_asked_for(run: Run, tiny: Path) -> None:
    write(tiny / "data/ttl/more.ttl", format_text(PREFIXES + "agency:dar a g7:Agency .\n"))
    said = {"es": "Falta el nombre.", "en": "The name is missing.", "fr": "Il manque le nom."}
    for lang, message in said.items():
        result = run("validate", "--lang", lang)
        assert result.exit_code == 1
        assert message in result.stdout
        assert "agency:dar" in result.stdout


def test_findings_are_data_too(run: Run, tiny: Path) -> None:
    write(tiny / "data/ttl/more.ttl", format_text(PREFIXES + "agency:dar a g7:Agency .\n"))
    (found,) = json.loads(run("validate", "--format", "json").stdout)
    assert (found["severity"], found["file"], found["subject"]) == ("Violation", "data/ttl/more.ttl", "agency:dar")
    rows = run("validate", "--format", "csv").stdout_bytes.decode().splitlines()
    assert rows[0] == "severity,file,line,subject,path,value,message,source"
    assert rows[1].startswith("Violation,data/ttl/more.ttl,,agency:dar,rdfs:label,,")


def test_a_warning_alone_exits_with_0(run: Run, tiny: Path) -> None:
    write(tiny / "data/ttl/more.ttl", PREFIXES + 'agency:dar a g7:Agency ; rdfs:label "DAR"@es .\n')
    result = run("validate", "--lang", "en")
    assert (result.exit_code, result.stderr) == (0, "Findings: 0 violations, 1 warnings, 0 notes.\n")


MESSY = "agency:b g7:founded 1 .\nagency:a g7:founded 2 .\n"
BROKEN = "@prefix x: <http://x/> .\nx:a x:b y:c .\n"


def test_a_malformed_file_given_is_a_finding_with_its_place(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "broken.ttl", BROKEN)
    result = run("validate", path, "--lang", "en")
    assert result.exit_code == 1
    assert f"{path}, line 2, column 9" in result.stdout


def test_a_file_is_validated_with_the_framework_and_never_twice(run: Run, tiny: Path, tmp_path: Path) -> None:
    known = write(tmp_path / "round.ttl", format_text(PREFIXES + "agency:giz g7:founded 2012 .\n"))
    assert run("validate", known).exit_code == 0
    unknown = write(tmp_path / "round.ttl", format_text(PREFIXES + "agency:giz rdfs:seeAlso agency:none .\n"))
    assert "agency:none" in run("validate", unknown).stdout
    assert run("validate", tiny / "data/ttl/agencies.ttl").exit_code == 0
    assert run("validate", tiny / "ontology/shapes/agencies.ttl").exit_code == 0


def test_a_folder_is_validated_as_data_is(tiny: Path, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain/a.ttl", "<http://x/a> <http://x/b> <http://x/c> .\n")
    assert g7("validate", tiny, plain.parent).exit_code == 0
    write(plain, BROKEN)
    assert g7("validate", tiny, plain.parent).exit_code == 1


def test_build_writes_the_store_and_the_dumps(run: Run, tmp_path: Path) -> None:
    result = run("build", "--output", tmp_path / "dist", "--lang", "en")
    assert result.exit_code == 0, result.output
    quads = set(ox.parse(path=str(tmp_path / "dist/dataset.nq")))
    trig = gzip.decompress((tmp_path / "dist/dumps/dataset.trig.gz").read_bytes())
    assert quads == set(ox.parse(trig, format=ox.RdfFormat.TRIG))
    assert quads == set(ox.Store.read_only(str(tmp_path / "dist/store")))
    assert "https://w3id.org/g7graph/graph/derived/progress" in {quad.graph_name.value for quad in quads}
    assert result.stderr == f"{len(quads)} statements in {tmp_path / 'dist'}.\n"


def test_the_same_data_gives_the_same_dumps(run: Run, tmp_path: Path) -> None:
    for name in "ab":
        assert run("build", "--output", tmp_path / name).exit_code == 0
    for dump in ("dataset.nq", "dumps/SHA256SUMS"):
        assert (tmp_path / "a" / dump).read_bytes() == (tmp_path / "b" / dump).read_bytes()
    lines = (tmp_path / "a/dataset.nq").read_bytes().splitlines()
    assert lines == sorted(set(lines))


def test_a_build_of_a_malformed_file_says_where_it_is(run: Run, tiny: Path, tmp_path: Path) -> None:
    write(tiny / "data/ttl/broken.ttl", BROKEN)
    result = run("build", "--output", tmp_path / "dist", "--lang", "en")
    assert result.exit_code == 1
    assert "data/ttl/broken.ttl, line 2, column 9" in result.stderr
    assert not (tmp_path / "dist/dataset.nq").exists()


def test_serve_hands_over_the_project_and_where_to_serve_it(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    fake = ModuleType("g7graph.web.serve")
    fake.serve = lambda project, options: served.append((project, options))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "g7graph.web.serve", fake)
    result = g7("serve", "--data", tiny, "--port", 9000, "--store", "dist/store", "--lang", "fr", "--query-seconds", 5)
    assert result.exit_code == 0, result.output
    together = min(4, max(os.cpu_count() or 1, 2))  # over a folder
    limits = Limits(seconds=5.0, together=together, per_client=together - 1)
    assert served == [(Project.find(tiny), Options(port=9000, store="dist/store", lang="fr", limits=limits))]


@pytest.mark.parametrize(
    ("words", "processors", "expected"),
    [
        ("--store dist/store", 2, (2, 1)),
        ("--store dist/store", 1, (2, 1)),
        ("--store dist/store", 16, (4, 3)),
        ("--store dist/store --workers 8", 2, (8, 7)),
        ("--store http://127.0.0.1:7878/query", 2, (4, 3)),
        ("--store memory", 2, (4, 3)),
        ("", 2, (4, 3)),
    ],
)
def test_over_a_folder_no_more_queries_are_evaluated_than_processors_can(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, words: str, processors: int, expected: tuple[int, int]
) -> None:
    served: list[Options] = []
    fake = ModuleType("g7graph.web.serve")
    fake.serve = lambda _, options: served.append(options)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "g7graph.web.serve", fake)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert g7("serve", "--data", tiny, *words.split()).exit_code == 0
    assert (served[0].limits.together, served[0].limits.per_client) == expected


def test_serve_takes_the_dumps_that_build_left_unless_they_are_of_other_data(
    run: Run, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Options] = []
    fake = ModuleType("g7graph.web.serve")
    fake.serve = lambda _, options: served.append(options)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "g7graph.web.serve", fake)
    monkeypatch.chdir(tmp_path)
    cases: list[list[object]] = [[], ["--data", tiny], ["--dumps", "dist"]]
    for words in cases[:2]:
        assert g7("serve", *words).exit_code == 0
    assert run("build").exit_code == 0
    for words in cases:
        assert g7("serve", *words).exit_code == 0
    write(tiny / "data/ttl/more.ttl", PREFIXES + "agency:giz g7:founded 2011 .\n")
    assert g7("serve", "--data", tiny).exit_code == 0
    built = Path("dist/dumps")
    assert [one.dumps for one in served] == [None, None, built, built, Path("dist"), None]
    build(Project.find(tiny), tmp_path / "store")
    monkeypatch.setattr("g7graph.build._hashed", None)
    assert g7("serve", "--data", tiny, "--store", tmp_path / "store").exit_code == 0, "the data are not read for it"
    refused = g7("serve", "--dumps", tmp_path / "none", "--lang", "en")
    assert (refused.exit_code, "no file or folder" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("ana a-long-enough-token\n# nobody else\n\nben another-long-token#1\n", {"ana": 19, "ben": 20}),
        ("only-one-token-here", {"writer": 19}),
    ],
)
def test_tokens_are_read_from_a_file(tmp_path: Path, written: str, tokens: dict[str, int]) -> None:
    path = write(tmp_path / "tokens", written)
    assert {name: len(token) for name, token in read_tokens(path).items()} == tokens


@pytest.mark.parametrize("written", ["", "# none\n", "ana short", "ana b a-long-enough-token"])
def test_a_token_file_that_is_no_use_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(UsageError):
        read_tokens(write(tmp_path / "tokens", written))


def test_a_token_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    path.write_bytes(b"ana \xff\xfe-a-long-enough-token")
    with pytest.raises(UsageError, match="each line is a name and a token"):
        read_tokens(path)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ana a-long-enough-token\nana another-long-token\n", "ana"),
        ("a-long-enough-token\nwriter another-long-token", "writer"),
    ],
)
def test_a_second_token_of_one_name_is_refused_not_passed_over(tmp_path: Path, written: str, name: str) -> None:
    path = write(tmp_path / "tokens", written)
    with pytest.raises(UsageError) as refused:
        read_tokens(path)
    assert str(refused.value).startswith(f"{path}: “{name}” has two tokens")
    assert "long" not in str(refused.value).removeprefix(str(path))


@pytest.mark.parametrize("given", ["secret", "ana a-long-enough-token"])
def test_a_given_token_that_is_no_use_is_refused_as_one_token(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("G7GRAPH_TOKEN", given)
    with pytest.raises(UsageError) as refused:
        read_tokens(None)
    assert str(refused.value).startswith("G7GRAPH_TOKEN: one token is expected, without spaces, of 16 characters")
    assert given not in str(refused.value)


def test_writing_needs_a_token(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("G7GRAPH_TOKEN", raising=False)
    result = g7("serve", "--data", tiny, "--writable", "--lang", "en")
    assert result.exit_code == 2
    assert "--token-file" in result.stderr


def test_format_check_lists_what_is_not_canonical_and_changes_nothing(run: Run, tiny: Path) -> None:
    assert run("format", "--check").exit_code == 0
    path = write(
        tiny / "data/ttl/messy.ttl", "# Kept.\n" + PREFIXES + "agency:b g7:founded 1 .\nagency:a g7:founded 2 .\n"
    )
    before = path.read_bytes()
    result = run("format", "--check")
    assert (result.exit_code, result.stdout) == (1, f"{path}\n")
    assert path.read_bytes() == before


def test_format_writes_the_canonical_form_and_keeps_the_header(run: Run, tiny: Path) -> None:
    path = write(
        tiny / "data/ttl/messy.ttl", "# Kept.\n" + PREFIXES + "agency:b g7:founded 1 .\nagency:a g7:founded 2 .\n"
    )
    assert run("format").exit_code == 0
    written = path.read_text(encoding="utf-8")
    assert written.startswith("# Kept.\n@prefix")
    assert written.index("agency:a ") < written.index("agency:b ")
    assert [file.name for file in path.parent.iterdir()].count("messy.ttl.new") == 0
    assert run("format", "--check").exit_code == 0


def test_format_takes_files_and_folders(tmp_path: Path) -> None:
    path = write(tmp_path / "deep/er/a.ttl", "<http://x/b> <http://x/p> 1 . <http://x/a> <http://x/p> 1 .\n")
    assert g7("format", "--check", tmp_path).stdout == f"{path}\n"
    assert g7("format", path).exit_code == 0
    assert g7("format", "--check", tmp_path / "deep", path).stdout == ""


def test_format_of_a_malformed_file_says_where_it_is_and_writes_nothing(tmp_path: Path) -> None:
    messy = write(tmp_path / "a.ttl", "<http://x/b> <http://x/p> 1 . <http://x/a> <http://x/p> 1 .\n")
    write(tmp_path / "b.ttl", BROKEN)
    before = messy.read_bytes()
    result = g7("format", tmp_path, "--lang", "en")
    assert result.exit_code == 1
    assert "b.ttl, line 2, column 9" in result.stderr
    assert messy.read_bytes() == before


def test_format_leaves_files_alone_whose_comments_would_be_lost_and_names_the_lines(run: Run, tiny: Path) -> None:
    path = write(tiny / "data/ttl/said.ttl", PREFIXES + "agency:a g7:founded 2 . # the year is a guess\n")
    before, line = path.read_bytes(), str(PREFIXES.count("\n") + 1)
    result = run("format", "--lang", "en")
    assert result.exit_code == 1
    assert f"said.ttl: the comments of these lines would be lost: {line}." in result.stderr
    assert path.read_bytes() == before
    found = json.loads(run("validate", "--format", "json").stdout)
    assert (int(line), "not-canonical") in [(one["line"], one["source"]) for one in found]


def test_a_byte_order_mark_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "marked.ttl"
    path.write_bytes(b"\xef\xbb\xbf<http://x/a> <http://x/p> 1 .\n")
    for words in (("validate",), ("query", "projects"), ("format", path)):
        result = g7("--data", path, *words, "--lang", "en")
        assert result.exit_code == 1
        assert "byte order mark" in result.output


def test_a_single_plain_file_is_called_by_its_name(tmp_path: Path) -> None:
    result = g7("--data", write(tmp_path / "broken.ttl", BROKEN), "query", "projects", "--lang", "en")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (1, "broken.ttl, line 2, column 9")


def test_a_framework_without_an_ontology_of_its_own_leaves_ours_alone(tiny: Path) -> None:
    shutil.rmtree(tiny / "ontology")
    result = g7("format", "--check", "--data", tiny)
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize("words", [["--lang", "fr", "--data", "X", "queries"], ["queries", "--data", "X", "--lang=fr"]])
def test_data_and_language_go_before_or_after_the_command(tiny: Path, words: list[str]) -> None:
    result = g7(*(tiny if word == "X" else word for word in words))
    assert "Les agences" in result.stdout


def test_the_option_nearest_to_the_command_wins(tiny: Path) -> None:
    assert "The agencies" in g7("--data", "none", "--lang", "fr", "queries", "--data", tiny, "--lang", "en").stdout


@pytest.mark.parametrize(
    "words",
    [["querie"], ["query"], ["query", "a", "b"], ["queries", "--forma", "json"], ["queries", "--format", "xml"],
     ["serve", "--port", "x"], ["serve", "--port", "70000"], ["query", "x", "--param"], ["--lang", "pt", "queries"],
     ["serve", "--query-seconds", "-1"], ["serve", "--query-megabytes", "5"], ["serve", "--allow-service", "foo"],
     ["--data", "none", "queries"], ["validate", "none.ttl"], ["format", "none.ttl"]],
)  # fmt: skip
def test_wrong_usage_is_one_message_in_each_language(words: list[str]) -> None:
    said = set()
    for lang in i18n.LANGUAGES:
        result = g7(*words, *(["--lang", lang] if "--lang" not in words and words[-1] != "--param" else []))
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr
        assert "Traceback" not in result.stderr
        said.add(result.stderr.splitlines()[0])
    assert len(said) == (1 if "--lang" in words or words[-1] == "--param" else 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--query-megabytes", "5"], "--query-megabytes expects a whole number from 10 to 1000000."),
        (["--answer-megabytes", "9" * 20], "--answer-megabytes expects a whole number from 1 to 1000000."),
        (["--query-seconds", "nan"], "--query-seconds expects a number from 0.1 to 3600."),
        (["--store", "/"], "The folder / holds something else"),
        (["--workers", "0"], "--workers expects a whole number from 1 to 64."),
        (["--query-seconds", "-1"], "--query-seconds expects a number from 0.1 to 3600."),
        (["--allow-service", "foo"], "«foo» is not the address of a service: http:// or https:// and a host"),
    ],
)
def test_a_value_that_an_option_does_not_take_is_said_with_what_it_takes(words: list[str], said: str) -> None:
    assert g7("serve", *words, "--lang", "en").stderr.startswith(said)


def test_a_misspelt_command_or_option_gets_the_nearest() -> None:
    assert "query" in g7("qery").stderr
    assert "--format" in g7("queries", "--fromat", "json").stderr


def test_where_nothing_can_be_written_it_is_said(run: Run, tmp_path: Path) -> None:
    result = run("query", "agencies", "--format", "csv", "--output", tmp_path / "none/a.csv", "--lang", "en")
    assert result.exit_code == 2
    assert str(tmp_path / "none/a.csv") in result.stderr


def test_version() -> None:
    assert g7("--version").stdout == f"g7graph {g7graph.__version__}\n"


COMMANDS = main.list_commands(click.Context(main))


def test_a_command_is_loaded_when_it_is_asked_for() -> None:
    asked = "import sys, g7graph.cli; print([name for name in sys.modules if name.startswith('g7graph.validate')])"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    context = click.Context(main)
    assert all(main.get_command(context, name) for name in COMMANDS)
    assert main.get_command(context, "speech") is None


def helps() -> list[tuple[str, ...]]:
    return [(), *((name,) for name in COMMANDS)]


@pytest.mark.parametrize("words", helps(), ids=lambda words: " ".join(words) or "g7graph")
def test_help_speaks_three_languages(words: tuple[str, ...]) -> None:
    texts = {lang: g7(*words, "--help", "--lang", lang).stdout for lang in i18n.LANGUAGES}
    assert len(set(texts.values())) == 3
    assert all("--data" in text and "--lang" in text for text in texts.values())
    assert texts["es"] == g7(*words, "--help").stdout
    assert "Usage" not in texts["es"]


def test_every_command_of_the_contract_is_there() -> None:
    assert set(COMMANDS) >= {"build", "format", "queries", "query", "serve", "validate"}


@pytest.mark.parametrize(("words", "lang"), [(["a", "--lang=en"], "en"), (["--lang", "pt"], "es"), (["--lang"], "es")])
def test_the_language_is_known_before_the_words_are_parsed(words: list[str], lang: str) -> None:
    assert language_of(words) == lang


def test_python_m_g7graph_is_the_same() -> None:
    said = subprocess.run([sys.executable, "-m", "g7graph", "--version"], check=True, capture_output=True, text=True)
    assert said.stdout == f"g7graph {g7graph.__version__}\n"


def test_starting_loads_neither_rdflib_nor_rich_nor_the_server() -> None:
    code = (
        "import sys, g7graph.cli; print(sorted({'rdflib', 'rich', 'flask', 'pyshacl', 'openpyxl'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n"


def test_the_projects_own_data_is_valid() -> None:
    result = g7("validate", "--lang", "en")
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_projects_own_turtle_is_canonical() -> None:
    result = g7("format", "--check")
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_indicators_of_the_alliance_are_38() -> None:
    result = g7("query", "indicator-progress", "--format", "csv")
    rows = result.stdout_bytes.decode().split("\r\n")
    assert rows[0].startswith("indicator,code,label,kind,axis,parent,unit,baseline,target,actual,inProgress,progress,")
    assert len(rows) == 1 + 38 + 1


@pytest.mark.parametrize("name", ["json", "xlsx", "parquet", "md", "xml", "tsv"])
def test_the_dialogue_cases_come_in_every_table_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"cases.{name}"
    assert g7("query", "dialogue-cases", "--format", name, "--output", path).exit_code == 0
    assert path.stat().st_size > 0


def test_the_saved_queries_of_the_contract_are_listed() -> None:
    names = {query["name"] for query in json.loads(g7("queries", "--format", "json").stdout)}
    assert names >= set(
        "indicator-progress result-progress objective-progress axis-progress agency-progress behind-target "
        "place-activity responsibilities projects dialogue-cases compliance evidence discrepancies round-diff "
        "eiti-companies".split()
    )


def test_the_dump_of_the_project_is_the_same_on_every_run(tmp_path: Path) -> None:
    for name in "ab":
        assert g7("build", "--output", tmp_path / name).exit_code == 0
    assert (tmp_path / "a/dataset.nq").read_bytes() == (tmp_path / "b/dataset.nq").read_bytes()
