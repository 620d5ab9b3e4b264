"""What rows come from: for every saved query, exactly the records, passages and formulas behind its values."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from g7graph import run
from g7graph.queries import Library
from g7graph.result import Run, Runner, Wanted
from g7graph.store.local import LocalStore
from g7graph.table import Table

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = Library.read(ROOT / "queries")
COUNTS = ("exceeded", "achieved", "onTrack", "behind", "inProgress", "notReported")
THING = "https://w3id.org/g7graph/id/"

Row = dict[str, Any]
Piece = dict[str, Any]


def explained(store: LocalStore, name: str, **values: str) -> list[tuple[Row, list[Piece]]]:
    out = io.BytesIO()
    Runner(store, LIBRARY).give(Run(LIBRARY[name], values), Wanted("json", explained=True), out)
    found = json.loads(out.getvalue())["results"]["bindings"]
    assert all(row["evidence"]["datatype"].endswith("#JSON") for row in found)
    plain = [{name: cell["value"] for name, cell in row.items()} for row in found]
    return [(row, json.loads(row["evidence"])) for row in plain]


def of_code(store: LocalStore, code: str) -> dict[str, Piece]:
    (pieces,) = [pieces for row, pieces in explained(store, "indicator-progress") if row["code"] == code]
    found = {piece["column"]: piece for piece in pieces}
    assert len(found) == len(pieces)
    return found


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_every_row_of_every_query_is_explained(store: LocalStore, name: str) -> None:
    for row, pieces in explained(store, name):
        assert pieces, row
        columns = {*(column.name for column in LIBRARY[name].columns), "status"}  # by which a row is behind-target
        assert {piece["column"] for piece in pieces if "column" in piece} <= columns


@pytest.mark.parametrize("name", sorted(LIBRARY.saved))
def test_it_is_asked_once_for_all_rows(store: LocalStore, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    table = LocalStore.table

    def heard(self: LocalStore, text: str) -> Table:
        asked.append(text)
        return table(self, text)

    monkeypatch.setattr(LocalStore, "table", heard)
    explained(store, name)
    assert len([text for text in asked if "?quote" in text]) == 1
    assert len(asked) <= 4


def test_the_figures_of_an_indicator_have_their_measurements_passages_and_formulas(store: LocalStore) -> None:
    found = of_code(store, "4.4")
    actual = found["actual"]
    assert (actual["value"], actual["record"]) == (43, THING + "measurement/4.4-2014-05-actual")
    assert actual["quote"].startswith("43 gobiernos locales han simplificado")
    assert actual["locator"] == "Tabla de monitoreo del resultado 4, fila 5, columna «Avance a mayo 2014»"
    assert (actual["section"], actual["source"]) == ("3.2", THING + "source-document/2014")
    assert (found["inProgress"]["value"], found["target"]["value"], found["baseline"]["value"]) == (11, 54, 0)
    assert found["progress"]["formula"] == "(43 \N{MINUS SIGN} 0) / (54 \N{MINUS SIGN} 0)"
    assert found["progress"]["rule"] == "https://w3id.org/g7graph/query/derive/ratios"
    assert found["status"]["formula"] == "progress 0.7963 ≥ elapsed 0.4583"
    assert "quote" not in found["status"]


def test_of_conflicting_figures_only_the_one_that_counts_is_evidence(store: LocalStore) -> None:
    assert of_code(store, "9.1")["actual"]["value"] == 3


def test_what_is_in_process_is_never_an_actual_figure(store: LocalStore) -> None:
    found = of_code(store, "O1.2")
    assert found["inProgress"]["value"] == 5
    assert "value" not in found["actual"]
    assert found["status"]["formula"] == "reported = qualitative"


def test_each_piece_says_the_value_of_its_column(store: LocalStore) -> None:
    for row, pieces in explained(store, "indicator-progress"):
        for piece in pieces:
            if "value" in piece:
                assert str(piece["value"]) == row[piece["column"]].removesuffix(".0") or float(piece["value"]) == float(
                    row[piece["column"]]
                )


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("axis-progress", {}),
        ("axis-progress", {"objective": "1"}),
        ("objective-progress", {}),
        ("objective-progress", {"axis": "dialogue"}),
        ("result-progress", {}),
        ("result-progress", {"axis": "efficiency"}),
        ("agency-progress", {}),
        ("agency-progress", {"axis": "dialogue"}),
        ("agency-progress", {"agency": "ifc"}),
    ],
)
def test_the_indicators_that_are_counted_are_those_of_the_evidence(
    store: LocalStore, name: str, values: dict[str, str]
) -> None:
    for row, pieces in explained(store, name, **values):
        states = [piece for piece in pieces if piece["property"] == "status"]
        assert Counter(piece["column"] for piece in states) == {one: int(row[one]) for one in COUNTS if int(row[one])}
        assert len({piece["code"] for piece in states}) == int(row["indicators"])
        assert all(piece["formula"] for piece in states)
        assert {piece["code"] for piece in pieces} == {piece["code"] for piece in states}


def test_a_place_is_counted_by_what_is_in_it(store: LocalStore) -> None:
    for row, pieces in explained(store, "place-activity"):
        codes = {piece["code"] for piece in pieces if piece["column"] == "indicators"}
        cases = {piece["record"] for piece in pieces if piece["column"] == "cases"}
        projects = {piece["record"] for piece in pieces if piece["column"] == "projects"}
        assert (len(codes), len(cases), len(projects)) == tuple(
            int(row[one]) for one in ("indicators", "cases", "projects")
        )


def test_two_rounds_are_compared_by_their_measurements(store: LocalStore) -> None:
    for row, pieces in explained(store, "round-diff"):
        said = {piece["column"]: str(piece["value"]) for piece in pieces}
        assert said == {side: row[side] for side in ("before", "after") if side in row}


def test_both_sides_of_a_discrepancy_are_quoted(store: LocalStore) -> None:
    for row, pieces in explained(store, "discrepancies", code="4.4"):
        assert [piece["column"] for piece in pieces] == ["valueA", "valueB"]
        assert [piece["quote"] for piece in pieces] == [row["quoteA"], row["quoteB"]]


def test_a_mapping_says_how_it_was_made(store: LocalStore) -> None:
    for row, pieces in explained(store, "eiti-companies"):
        made = [piece["rule"] for piece in pieces if piece["column"] == "eitiOrganisation"]
        assert bool(made) == ("eitiOrganisation" in row)
        assert all(rule.startswith("https://w3id.org/semapv/vocab/") for rule in made)


def test_in_a_spreadsheet_lines_that_correspond_tell_of_the_same_piece(store: LocalStore) -> None:
    asked = Run(LIBRARY["indicator-progress"], {"result": "4"})
    written = {}
    for form in ("csv", "xlsx"):
        out = io.BytesIO()
        Runner(store, LIBRARY).give(asked, Wanted(form, explained=True), out)
        written[form] = out.getvalue()
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(written["csv"].decode(), newline=""))}
    row = rows["4.4"]
    columns = row["evidenceColumn"].split("\n")
    place = columns.index("actual")
    assert row["evidenceQuote"].split("\n")[place].startswith("43 gobiernos locales")
    assert row["evidenceFormula"].split("\n")[columns.index("attainment")] == "43 / 54"
    assert {len(row[name].split("\n")) for name in row if name.startswith("evidence")} == {len(columns)}
    sheet = openpyxl.load_workbook(io.BytesIO(written["xlsx"])).worksheets[0]
    assert sheet.max_row == len(rows) + 1
    assert len(rows) == len(run.table(store, LIBRARY["indicator-progress"], {"result": "4"}))


def test_a_table_without_rows_is_explained_by_nothing(store: LocalStore) -> None:
    assert explained(store, "behind-target", axis="dialogue") == []
