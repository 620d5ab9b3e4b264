"""How runs are cited: an address that says all, the same for the same run however it was asked for."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from g7graph import result, run
from g7graph.citation import Citation
from g7graph.errors import BadParameter, DataError, UsageError
from g7graph.exports import results
from g7graph.queries import Library
from g7graph.result import Run, Runner, Told, Wanted
from g7graph.store.answers import as_table
from g7graph.store.local import LocalStore
from g7graph.verify import again, differences

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = Library.read(ROOT / "queries")
HASH = "0123456789abcdef" * 4
CITED = Citation("axis-progress", "0123456789abcdef", "0.1.0-fedcba9876543210", HASH, {"round": "round:2014-05"})


def given(
    store: LocalStore, name: str, wanted: Wanted, values: Mapping[str, str] | None = None, lang: str = "es"
) -> tuple[bytes, Told]:
    out = io.BytesIO()
    told = Runner(store, LIBRARY).give(Run(LIBRARY[name], values or {}, lang), wanted, out)
    return out.getvalue(), told


def test_an_address_is_read_as_it_was_written_wherever_it_is_served() -> None:
    for start in ("", "/", "https://data.example/plan/"):
        assert Citation.read(start + CITED.address) == CITED
    assert Citation.read(CITED.path + ".csv") == replace(CITED, values={})


def test_a_parameter_of_an_address_has_one_value() -> None:
    with pytest.raises(BadParameter) as refused:
        Citation.read(f"{CITED.path}?lang=es&round=round:2014-05&lang=fr")
    assert (refused.value.key, refused.value.parameter, refused.value.value) == ("repeated_parameter", "lang", "fr")
    assert Citation.read(f"{CITED.path}?lang=es&lang=es").values == {"lang": "es"}


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api/runs/",
        CITED.address.replace("sha256", "md5"),
        CITED.path[:-1],
        CITED.path + "0",
        CITED.path.replace("runs", "queries"),
        CITED.path.replace("0123456789abcdef/", "0123/"),
        "api/runs/a/b/../../etc/passwd",
    ],
)
def test_what_is_no_address_of_a_run_is_refused(address: str) -> None:
    with pytest.raises(UsageError) as refused:
        Citation.read(address)
    assert refused.value.key == "not_a_run"


def test_what_changed_is_told() -> None:
    assert CITED.changes(CITED) == ()
    assert CITED.changes(replace(CITED, version="1", edition="2")) == ("query", "data")
    assert CITED.changes(replace(CITED, result="1")) == ("result",)


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_a_run_with_all_that_was_resolved_is_the_same_run(store: LocalStore, name: str) -> None:
    body, told = given(store, name, Wanted("json"))
    assert hashlib.sha256(body).hexdigest() == told.citation.result
    assert given(store, name, Wanted("json"), told.citation.values, "fr") == (body, told)


@pytest.mark.parametrize("form", ["csv", "tsv", "xml", "md", "xlsx"])
def test_the_citation_does_not_depend_on_form_page_or_explanation(store: LocalStore, form: str) -> None:
    _, whole = given(store, "indicator-progress", Wanted("json"))
    assert given(store, "indicator-progress", Wanted(form))[1].citation == whole.citation
    part = given(store, "indicator-progress", Wanted(form, first=10, most=5, explained=True))[1]
    assert (part.citation, part.rows) == (whole.citation, 38)


def test_it_does_not_depend_on_how_a_parameter_was_written(store: LocalStore) -> None:
    ways = ("efficiency", "Eficiencia", "axis:efficiency", "https://w3id.org/g7graph/id/axis/efficiency")
    cited = {given(store, "indicator-progress", Wanted("json"), {"axis": way})[1].citation.address for way in ways}
    assert len(cited) == 1
    (address,) = cited
    values = {"axis": "axis:efficiency", "lang": "es", "round": "round:2014-05"}
    assert Citation.read(address).values == values
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+-[0-9a-f]{16}", Citation.read(address).edition)  # as it is published


def test_the_canonical_form_is_the_json_that_we_write() -> None:
    """The engine's bytes and those of our own writer, whatever a literal holds."""
    literal = '"x\\u0001\\n\\"\\\\é/<>&\\u2028"@es'
    text = f"SELECT ?a ?b ?c {{ VALUES (?a ?b ?c) {{ ({literal} <http://x/a> UNDEF) (1.50 true 1e0) }} }}"
    written = result.canonical(ox.Store().query(text))  # type: ignore[arg-type]  # a SELECT has solutions
    assert written == results.json(as_table(ox.Store().query(text)))
    assert result.hash_of(written) == "5be24bc9c6f0da7df9a1378000a9ba12f0bfa326b4eb0a707538c3d800d504e2"


def test_a_graph_is_cited_whatever_the_order_of_its_triples_and_the_names_of_its_blank_nodes() -> None:
    def hashed(*lines: str) -> str:
        return result.hash_of_graph(quad.triple for quad in ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES))

    one, other = '_:{0} <http://x/p> "1" .', "<http://x/a> <http://x/q> _:{0} ."
    assert hashed(one.format("a"), other.format("a")) == hashed(other.format("b"), one.format("b"))
    assert hashed(one.format("a")) != hashed(other.format("a"))


def test_run_again_it_is_the_same(store: LocalStore) -> None:
    _, told = given(store, "round-diff", Wanted("csv"))
    now = again(store, LIBRARY, told.citation)
    assert now.citation == told.citation
    assert now.table is not None
    assert len(now.table) == 2


def test_a_value_that_is_no_longer_taken_is_a_change_and_one_that_never_was_an_error(store: LocalStore) -> None:
    _, told = given(store, "axis-progress", Wanted("json"))
    wrong = replace(told.citation, values={"round": "1999-01"})
    assert again(store, LIBRARY, replace(wrong, edition="0.0.1-0123456789abcdef")).refusal is not None
    with pytest.raises(BadParameter):
        again(store, LIBRARY, wrong)


def test_rows_that_differ_are_those_of_one_table_alone(store: LocalStore) -> None:
    whole = run.table(store, LIBRARY["axis-progress"], {})
    gone, new = differences(replace(whole, rows=whole.rows[:2]), replace(whole, rows=whole.rows[1:]))
    assert (gone.rows, new.rows) == (whole.rows[:1], whole.rows[2:])


@pytest.mark.parametrize(
    "header",
    ["#+ explain: {query: none, by: {a: a}}", "#+ params:\n#+   a: {type: string, default: {query: none}}"],
)
def test_a_header_that_names_a_query_that_is_not_there_is_refused(tmp_path: Path, header: str) -> None:
    (tmp_path / "progress").mkdir()
    (tmp_path / "progress/one.rq").write_text(header + "\nSELECT ?a { VALUES ?a { UNDEF } }\n")
    with pytest.raises(DataError) as refused:
        Library.read(tmp_path)
    assert "none.rq" in refused.value.detail


def test_rows_are_told_in_json_with_numbers_as_numbers(store: LocalStore) -> None:
    body, _ = given(store, "behind-target", Wanted("json", explained=True))
    row = json.loads(body)["results"]["bindings"][0]
    pieces = {one["column"]: one for one in json.loads(row["evidence"]["value"])}
    assert pieces["actual"]["value"] == 12
    assert pieces["progress"]["value"] == 0.3077
