"""Summary-data workbooks: a real one of template 1.0, small ones of 2.x, and what can be wrong with a sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from g7graph.sources.eiti import sheets
from g7graph.sources.eiti.source import Source
from tests.eiti import FIGURES, Imported, imported

ABOUT = [
    ("Country or area name", None, "Ghana"),
    ("Start Date", None, "2018-07-01"),
    ("End Date", None, "2019-06-30"),
    ("Currency code (ISO-4217)", None, "GHS"),
    ("Exchange rate used: 1 USD =", None, 5),
]
ENTITIES = [
    ("Full company name", "Company ID number", "Sector"),
    ("Abosso Goldfields", "614G000005", "Mining"),
]
GOVERNMENT = [
    ("A note above the table",),
    ("GFS Classification", "Sector", "Revenue stream name", "Government entity", "Revenue value", "Currency"),
    ("Royalties (1415E1)", "Mining", "Mineral Royalty", "GRA", 1000, "GHS"),
    ("Ordinary taxes (1112E1)", "Mining", "Corporate Tax", "GRA", 20.5, "USD"),
]
COMPANY = [
    (
        "Company",
        "Government entity",
        "Revenue stream name",
        "Levied on project (Y/N)",
        "Project name",
        "Sector",
        "Reporting currency",
        "Revenue value",
        "In-kind volume (if applicable)",
        "Unit (if applicable)",
        "Comments",
    ),
    ("Abosso Goldfields", "GRA", "Mineral Royalty", "Yes", "Damang", "Oil", "GHS", 600, 3, "oz", "In two parts"),
    ("Other Ltd", "GRA", "Bonus", "No", None, "Oil", None, 5, None, None, None),
]


def workbook(**tables: Sequence[Sequence[object]]) -> Workbook:
    """Return a workbook of template 2.x; a sheet may be given otherwise."""
    made = Workbook()
    made.remove(made.worksheets[0])
    given: dict[str, Sequence[Sequence[object]]] = {"about": ABOUT, "entities": ENTITIES, "government": GOVERNMENT}
    given |= {"company": COMPANY, **tables}
    titles = {"about": "Part 1 - About", "entities": "Part 3 - Reporting entities"}
    titles |= {"government": "Part 4 - Government revenues", "company": "Part 5 - Company data"}
    for name, rows in given.items():
        sheet = made.create_sheet(titles[name])
        for row in rows:
            sheet.append(list(row))
    return made


def read(folder: Path, made: Workbook) -> Imported:
    path = folder / "gh.xlsx"
    made.save(path)
    return imported([Source(path.name, path)])


def test_a_workbook_of_template_2_is_read_by_its_headings(tmp_path: Path) -> None:
    found = read(tmp_path, workbook())
    period = "period:2018-07-01-2019-06-30"
    assert found.rows(FIGURES) == [
        ("gh.xlsx:Part 4 - Government revenues:E3", "1000", "currency:GHS", "eiti-gfs:1415E1", period),
        ("gh.xlsx:Part 4 - Government revenues:E4", "20.5", "currency:USD", "eiti-gfs:1112E1", period),
        ("gh.xlsx:Part 5 - Company data:H2", "600", "currency:GHS", "eiti-gfs:1415E1", period),
        ("gh.xlsx:Part 5 - Company data:H3", "5", "currency:GHS", "breakdown:not-stated", period),
    ]
    asked = """SELECT ?company ?project ?rate ?volume ?unit ?said WHERE {
      ?o dimension:company ?company ; dimension:extractive-project ?project ; attribute:exchange-rate ?rate ;
        attribute:volume ?volume ; attribute:volume-unit ?unit ; sdmx-attribute:comment ?said .
    } ORDER BY ?said"""
    assert found.rows(asked) == [
        ("payer:gh-614g000005", "extractive-project:gh-damang", "5", "3", "oz", said)
        for said in ("In two parts", "levied on project: Yes")
    ]
    sectors = "SELECT ?sector WHERE { ?o a rp:CompanyPayment ; attribute:sector ?sector }"
    assert found.rows(sectors) == []  # its lookup returns the wrong column
    assert found.told == []


def test_what_yes_or_no_say_of_a_payment_is_kept(tmp_path: Path) -> None:
    heads = (*COMPANY[0][:3], "Reported by project (Y/N)", "Payment made in-kind (Y/N)", *COMPANY[0][3:])
    rows = [(*row[:3], "No", answer, *row[3:]) for row, answer in zip(COMPANY[1:], ("Yes", None), strict=True)]
    found = read(tmp_path, workbook(company=[heads, *rows]))
    asked = "SELECT ?said WHERE { ?o a rp:CompanyPayment ; sdmx-attribute:comment ?said } ORDER BY ?said"
    assert {row[0] for row in found.rows(asked)} == {
        "In two parts",
        "in kind: Yes",
        "levied on project: No",
        "levied on project: Yes",
        "reported by project: No",
    }


def test_a_column_of_a_workbook_that_is_not_read_is_told_of(tmp_path: Path) -> None:
    government = [(*row, more) for row, more in zip(GOVERNMENT[1:], ("GFS Level 1", "Taxes", "Taxes"), strict=True)]
    entities = [(*row, more) for row, more in zip(ENTITIES, ("Stock exchange", "none"), strict=True)]
    found = read(tmp_path, workbook(government=government, entities=entities))
    told = {str(one.place): one.values["value"] for one in found.problems if one.key == "unread_column"}
    assert told == {
        "gh.xlsx:Part 3 - Reporting entities:D1": "Stock exchange",
        "gh.xlsx:Part 4 - Government revenues:G1": "GFS Level 1",
    }


def test_the_headings_of_template_2_1_are_known_and_its_other_tables_told_of(tmp_path: Path) -> None:
    """Headings and order of tables are those that a public reader of filled workbooks expects."""
    about = [("Country or area name", "Ghana"), ("ISO Alpha-3 Code", "GHA"), ("National currency ISO-4217", "GHS")]
    about += [("Start Date", "2021-01-01"), ("End Date", "2021-12-31")]
    entities = [
        ("Full name of entity", "Entity type", "ID number (if applicable)", "Total reported"),
        ("GRA", "Agency", "77", 5),
        ("Company name", "Company type", "Company ID number", "Sector"),
        ("Abosso Goldfields", "Private", "614G000005", "Mining"),
        ("Full project name", "Start Date", "Unit", "Production (value)", "Currency"),
        ("Abosso Goldfields", "2010-01-01", "oz", 5, "GHS"),
    ]
    revenues = [
        (
            "GFS classification",
            "Sector",
            "Revenue stream name",
            "Issuing government entity",
            "Revenue value",
            "Currency",
        ),
        ("Royalties (1415E1)", "Mining", "Mineral Royalty", "GRA", 1000, "GHS"),
        ("Total in GHS", None, None, None, 1000, "GHS"),
        ("Sector", "Revenue stream name", "Government entity", "Revenue value", "Currency"),
        ("Mining", "Local fee", "District", 7, "GHS"),
    ]
    company = [
        (
            *("Company", "Issuing government entity", "Revenue stream name", "Levied on project (Y/N)"),
            *("Reported on project (Y/N)", "Project name (if applicable)", "Reporting currency", "Revenue value"),
            *("Payment made in kind (Y/N)", "In-kind volume (if applicable)", "Unit (if applicable)", "Comments"),
        ),
        ("Abosso Goldfields", "GRA", "Mineral Royalty", "Yes", "Yes", "Damang", "GHS", 600, "No", None, None, None),
    ]
    found = read(tmp_path, workbook(about=about, entities=entities, government=revenues, company=company))
    assert found.rows(FIGURES) == [
        ("gh.xlsx:Part 4 - Government revenues:E2", "1000", "currency:GHS", "eiti-gfs:1415E1", "period:2021"),
        ("gh.xlsx:Part 5 - Company data:H2", "600", "currency:GHS", "eiti-gfs:1415E1", "period:2021"),
    ]
    assert found.rows("SELECT ?c ?p WHERE { ?o dimension:company ?c ; dimension:extractive-project ?p }") == [
        ("payer:gh-614g000005", "extractive-project:gh-damang")
    ]
    tables = [(str(one.place), one.values["value"]) for one in found.problems if one.key == "unread_table"]
    assert tables == [
        ("gh.xlsx:Part 3 - Reporting entities:A1", "Full name of entity"),
        ("gh.xlsx:Part 3 - Reporting entities:A5", "Full project name"),
        ("gh.xlsx:Part 4 - Government revenues:A4", "Sector"),
    ]
    assert found.counts["lost"] == 0


def test_a_company_called_total_ends_no_table_and_totals_do(tmp_path: Path) -> None:
    total = ("TOTAL E&P Ghana", "GRA", "Mineral Royalty", "No", None, "Oil", "GHS", 70)
    below = ("", "", "Total in GHS", None, None, None, "GHS", 675)
    entities = [ENTITIES[0], ("TOTAL E&P Ghana", "9X", "Oil"), ENTITIES[1]]
    grand = (None, None, None, None, None, None, "GHS", 675)
    open_ = ("Beyond", "GRA", None, "No", None, None, "GHS", 2)
    company = [
        COMPANY[0],
        total,
        *COMPANY[1:],
        below,
        grand,
        open_,
        ("After it", "GRA", "Bonus", "No", None, None, "GHS", 1),
    ]
    found = read(tmp_path, workbook(entities=entities, company=company))
    asked = "SELECT ?c ?v WHERE { ?o dimension:company ?c ; sdmx-measure:obsValue ?v } ORDER BY ?c"
    assert found.rows(asked) == [
        ("payer:gh-614g000005", "600"),
        ("payer:gh-9x", "70"),
        ("payer:gh-after-it", "1"),
        ("payer:gh-beyond", "2"),
        ("payer:gh-other-ltd", "5"),
    ]


def test_a_company_without_stream_or_figure_is_told_of(tmp_path: Path) -> None:
    found = read(tmp_path, workbook(company=[*COMPANY, ("Silent Ltd", "GRA")]))
    assert found.told == ["gh.xlsx:Part 5 - Company data:H4: no_value"]


def test_what_is_wrong_with_the_report_is_told_once_in_its_own_cell(tmp_path: Path) -> None:
    entries = {"Start Date": "01/07/2018", "Exchange rate used: 1 USD =": "5,2", "Currency code (ISO-4217)": "ghs"}
    about = [(label, empty, entries.get(label, entry)) for label, empty, entry in ABOUT]
    found = read(tmp_path, workbook(about=about))
    place = "gh.xlsx:Part 1 - About"
    assert found.told == [f"{place}:C2: bad_period", f"{place}:C5: bad_number", f"{place}:C3: half_period"]
    assert {row[4] for row in found.rows(FIGURES)} == {"breakdown:not-stated"}
    late = [(label, empty, "2020-07-01" if label == "Start Date" else entry) for label, empty, entry in ABOUT]
    assert read(tmp_path, workbook(about=late)).told == [f"{place}:C2: period_order"]
    small = [(label, empty, "ghs" if "Currency" in label else entry) for label, empty, entry in ABOUT]
    rates = read(tmp_path, workbook(about=small)).rows("SELECT ?o ?r WHERE { ?o attribute:exchange-rate ?r }")
    assert len(rates) == 3


def test_of_two_figures_in_a_row_the_first_is_read_at_its_own_cell(tmp_path: Path) -> None:
    government = [(*row[:5], more, row[5]) for row, more in zip(GOVERNMENT[1:], ("Revenue value", 2, 3), strict=True)]
    found = read(tmp_path, workbook(government=government, company=[]))
    assert [row[:2] for row in found.rows(FIGURES)] == [
        ("gh.xlsx:Part 4 - Government revenues:E2", "1000"),
        ("gh.xlsx:Part 4 - Government revenues:E3", "20.5"),
    ]
    assert [(str(one.place)[-2:], one.key) for one in found.problems if "column" in one.key] == [
        ("F1", "repeated_column")
    ]


def test_the_order_of_columns_and_the_rows_above_do_not_matter(tmp_path: Path) -> None:
    turned = [row[::-1] for row in GOVERNMENT]
    found = read(tmp_path, workbook(government=[("x",), ("y",), *turned], company=[]))
    assert [row[:2] for row in found.rows(FIGURES)] == [
        ("gh.xlsx:Part 4 - Government revenues:B5", "1000"),
        ("gh.xlsx:Part 4 - Government revenues:B6", "20.5"),
    ]


def merged_figures(sheet: Worksheet) -> None:
    sheet["E4"] = None
    sheet.merge_cells("E3:E4")


def merged_code(sheet: Worksheet) -> None:
    sheet["A4"] = None
    sheet.merge_cells("A3:A4")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda sheet: sheet.__setitem__("E4", "=E3*2"), ["E4: uncomputed"]),
        (lambda sheet: sheet.__setitem__("E4", "twenty"), ["E4: bad_amount"]),
        (lambda sheet: sheet.__setitem__("E4", "#REF!"), ["E4: bad_amount"]),
        (lambda sheet: sheet.__setitem__("E4", None), ["E4: no_value"]),
        (lambda sheet: sheet.__setitem__("F4", "cedis"), ["F4: unknown_currency"]),
        (lambda sheet: sheet.__setitem__("A4", "77E9"), ["A4: unknown_gfs"]),
        (lambda sheet: sheet.__setitem__("A4", "taxes"), ["A4: bad_gfs"]),
        (merged_figures, ["E4: merged_figure"]),
        (merged_code, []),
    ],
)
def test_a_bad_cell_is_told_of_and_loses_no_other_row(
    tmp_path: Path, change: Callable[[Worksheet], object], told: list[str]
) -> None:
    made = workbook(company=[])
    change(made["Part 4 - Government revenues"])
    found = read(tmp_path, made)
    assert found.told == [f"gh.xlsx:Part 4 - Government revenues:{one}" for one in told]
    assert found.rows(FIGURES)[0][1] == "1000"


def test_a_code_merged_over_two_streams_is_of_both(tmp_path: Path) -> None:
    made = workbook(company=[])
    merged_code(made["Part 4 - Government revenues"])
    assert {row[3] for row in read(tmp_path, made).rows(FIGURES)} == {"eiti-gfs:1415E1"}


def test_a_workbook_without_a_table_or_a_country_is_told_of(tmp_path: Path) -> None:
    found = read(tmp_path, workbook(government=[], company=[], entities=[]))
    assert [one.partition(": ")[2] for one in found.told] == ["no_tables"]
    found = read(tmp_path, workbook(about=[], company=[]))
    assert [one.rpartition(": ")[2] for one in found.told] == ["no_country", "no_country"]


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def garbled(content: bytes) -> bytes:
    """Return a workbook whose largest part cannot be unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = max(package.infolist(), key=lambda one: one.compress_size)
    at = part.header_offset + 30 + len(part.filename) + part.compress_size // 4
    return content[:at] + bytes(range(64, 104)) + content[at + 40 :]


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {one: package.read(one) for one in package.namelist()}
    return packed(parts | {name: change(parts[name])})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<html>not found</html>", "no_workbook"),
        (packed({"a.txt": b"a"}), "no_workbook"),
        (saved(workbook())[:-400], "no_workbook"),
        (garbled(saved(workbook())), "no_workbook"),
        (changed(saved(workbook()), "xl/styles.xml", lambda part: part[:90]), "no_workbook"),
        (
            changed(saved(workbook()), "xl/workbook.xml", lambda part: part.replace(b'sheetId="1"', b'sheetId="1.5"')),
            "no_workbook",
        ),
        (packed({"xl/a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), "doctype"),
        (packed({f"xl/{number}.bin": b"" for number in range(2001)}), "too_large"),
    ],
)
def test_what_is_no_workbook_is_told_of(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert imported([Source(path.name, path)]).told == [f"a.xlsx: {told}"]


def test_rows_before_a_sheet_breaks_off_are_read(tmp_path: Path) -> None:
    path = tmp_path / "gh.xlsx"
    path.write_bytes(
        changed(saved(workbook()), "xl/worksheets/sheet4.xml", lambda part: part[: part.index(b'<row r="3"')])
    )
    found = imported([Source(path.name, path)])
    assert found.told == ["gh.xlsx:Part 5 - Company data: no_workbook"]
    assert [row[1] for row in found.rows(FIGURES)] == ["1000", "20.5", "600"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_BYTES", 1_000_000)
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({"xl/worksheets/sheet1.xml": b"0" * 2_000_000}))
    assert path.stat().st_size < 10_000
    assert imported([Source(path.name, path)]).told == ["a.xlsx: too_large"]


@pytest.fixture(scope="module")
def ghana(shared: Path) -> Imported:
    path = shared / "reference" / "eiti" / "summary-data-template-v1.0-ghana-2013.xlsx"
    return imported([Source(path.name, path)])


def test_a_real_workbook_of_template_1_adds_up_to_the_totals_it_states(ghana: Imported) -> None:
    book = "summary-data-template-v1.0-ghana-2013.xlsx:3. Revenues"
    asked = """SELECT ?class ?value WHERE {
      VALUES ?class { rp:GovernmentReceipt rp:CompanyPayment }
      ?o a ?class ; sdmx-measure:obsValue ?value ; sdmx-attribute:obsStatus sdmx-code:obsStatus-A .
    }"""
    sums: dict[str, Decimal] = {}
    for name, value in ghana.rows(asked):
        sums[name] = sums.get(name, Decimal()) + Decimal(value)
    assert sums == {"rp:GovernmentReceipt": Decimal(828430763), "rp:CompanyPayment": Decimal("827941486.42")}
    assert (f"{book}:K38", "22526890.23", "currency:GHS", "eiti-gfs:1415E1", "period:2013") in ghana.rows(FIGURES)
    assert ghana.counts["payments"] == 101
    assert ghana.counts["lost"] == 0
    assert set(ghana.rows("SELECT ?r WHERE { ?o attribute:exchange-rate ?r }")) == {("1.9542",)}
    assert ghana.told == [f"{book}:W11: same_identification", f"{book}:B18: unknown_gfs"]


def test_what_a_workbook_says_is_not_included_is_missing_not_zero(ghana: Imported) -> None:
    asked = """SELECT DISTINCT ?value ?said WHERE {
      ?o sdmx-attribute:obsStatus sdmx-code:obsStatus-M ; sdmx-measure:obsValue ?value ; sdmx-attribute:comment ?said .
    }"""
    assert ghana.rows(asked) == [("NaN", "Not included")]
