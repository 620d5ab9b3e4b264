"""EITI's tables and the answers of its API become data cubes; what cannot be read is told with its place."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from g7graph.cli import main
from g7graph.sources.eiti.source import Source
from tests.eiti import FIGURES, of_text

PAYMENTS = """country_iso2,company,ruc,revenue_stream,eiti_gfs_code_inferred,receiving_agency,value_usd_inferred,year
PE,Minera Uno S.A.,20209133394,Regalías,1415E1,SUNAT/MEF,177038870.9,2012
PE,Minera Uno S.A.,20209133394,Regalías,1415E1,SUNAT/MEF,"1,000,000",not stated in file
"""
DIMENSIONS = """SELECT ?country ?period ?gfs ?stream ?agency ?company ?project ?cube WHERE {
  ?o a rp:CompanyPayment ; dimension:country ?country ; dimension:reporting-period ?period ; dimension:gfs ?gfs ;
    dimension:stream ?stream ; dimension:receiving-agency ?agency ; dimension:company ?company ;
    dimension:extractive-project ?project ; qb:dataSet ?cube ; dimension:entry ?entry .
} ORDER BY ?entry"""
#: The envelope of the API, version 2.0; the first record nests, as older answers do, the second is flat.
REVENUES = {
    "count": 2,
    "self": {"title": "Self", "href": "https://eiti.org/api/v2.0/revenue"},
    "next": None,
    "data": [
        {
            "id": "7",
            "label": "Mineral Royalty",
            "type": "company",
            "gfs": {"code": "1415E1", "label": "Royalties"},
            "organisation": {"id": "159210", "label": "Barrick"},
            "revenue": 50,
            "original_revenue": 97.71,
            "currency": "GHS",
            "summary_data": "https://eiti.org/api/v2.0/summary_data/GH2013",
        },
        {
            "id": 8,
            "label": "Licence",
            "type": "agency",
            "gfs.code": "114521E",
            "organisation.label": "INGEMMET",
            "revenue": "12.5",
            "currency": "USD",
            "summary_data.iso2": "PE",
            "summary_data.year": "2013",
            "colour": "red",
        },
    ],
}


def test_a_payment_is_an_observation_with_every_dimension(tmp_path: Path) -> None:
    found = of_text(tmp_path, "eiti_top.csv", PAYMENTS)
    who = ("payee:pe-sunat-mef", "payer:pe-20209133394", "breakdown:whole", "dataset:eiti-payments")
    assert found.rows(DIMENSIONS) == [
        ("eiti-country:PE", "period:2012", "eiti-gfs:1415E1", "stream:pe-regalias", *who),
        ("eiti-country:PE", "breakdown:not-stated", "eiti-gfs:1415E1", "stream:pe-regalias", *who),
    ]
    assert found.told == []
    assert found.counts == {"payments": 2}


def test_a_figure_says_where_it_stands_its_currency_and_what_is_inferred(tmp_path: Path) -> None:
    found = of_text(tmp_path, "eiti_top.csv", PAYMENTS)
    assert [row[:3] for row in found.rows(FIGURES)] == [
        ("eiti_top.csv:2", "177038870.9", "currency:USD"),
        ("eiti_top.csv:3", "1000000", "currency:USD"),
    ]
    comments = "SELECT DISTINCT ?said WHERE { ?o sdmx-attribute:comment ?said } ORDER BY ?said"
    assert found.rows(comments) == [("gfs: inferred",), ("value: inferred",)]
    assert found.rows("SELECT ?ruc ?label WHERE { payer:pe-20209133394 g7:ruc ?ruc ; rdfs:label ?label }") == [
        ("20209133394", "Minera Uno S.A.")
    ]


def test_a_period_of_years_and_what_its_brackets_say_are_kept(tmp_path: Path) -> None:
    text = "country_iso2,period,agency,value,currency\nPE,2008-2013 (inferred: a sum),SUNAT,5,USD (inferred)\n"
    found = of_text(tmp_path, "a.csv", text)
    assert found.rows(FIGURES) == [("a.csv:2", "5", "currency:USD", "breakdown:whole", "period:2008-2013")]
    assert found.rows("SELECT ?start ?end WHERE { period:2008-2013 dcat:startDate ?start ; dcat:endDate ?end }") == [
        ("2008", "2013")
    ]
    assert ("period: inferred: a sum",) in found.rows("SELECT ?said WHERE { ?o sdmx-attribute:comment ?said }")


def test_a_code_hangs_below_those_above_it(tmp_path: Path) -> None:
    found = of_text(tmp_path, "codes.csv", "eiti_code,label,parent_in_importer_csv\n1415E1,Royalties,1415E\n")
    above = found.rows("SELECT ?above WHERE { eiti-gfs:1415E1 skos:broader+ ?above } ORDER BY ?above")
    assert above == [("eiti-gfs:1415E",), ("eiti-gfs:141E",), ("eiti-gfs:14E",)]
    assert found.rows("SELECT ?top WHERE { ?scheme skos:hasTopConcept ?top }") == [("eiti-gfs:14E",)]


def test_an_organisation_is_eitis_record_of_a_year(tmp_path: Path) -> None:
    text = (
        "summary_data_year,eiti_organisation_id,identification,label\n"
        '2008,159210,20209133394,"Minera Barrick\n S.A."\n2009,159211,Not available,Volcan\n'
    )
    found = of_text(tmp_path, "o.csv", text, country="PE")
    asked = "SELECT ?o ?label ?year ?ruc WHERE { ?o a g7:EitiOrganisation ; rdfs:label ?label ; g7:year ?year ."
    assert found.rows(asked + " OPTIONAL { ?o g7:ruc ?ruc } } ORDER BY ?o") == [
        ("eiti-organisation:159210", "Minera Barrick S.A.", "2008", "20209133394"),
        ("eiti-organisation:159211", "Volcan", "2009", "-"),
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("PE,2012,1415E1,N/A,USD", "no_value"),
        ("PE,2012,1415E1,about 5,USD", "bad_amount"),
        ("PE,2012,1415E1,1.234.567,USD", "bad_amount"),
        ("PE,2012,1415E1,#REF!,USD", "bad_amount"),
        ("PE,2012,1415E1,#N/A,USD", "bad_amount"),
        ("PE,2012,1415E1,(500),USD", "bad_amount"),
        ("PE,2012,1415E1,5,XYZ", "unknown_currency"),
        ("PE,2012,9999E9,5,USD", "unknown_gfs"),
        ("PE,2012,royalties,5,USD", "bad_gfs"),
        ("PE,soon,1415E1,5,USD", "bad_period"),
        ("ZZ,2012,1415E1,5,USD", "no_country"),
        ("PE,2012,1415E1,5", "bad_width"),
        ("PE,2012,1415E1,5,US\ufffd", "not_utf8"),
        ('PE,2012,1415E1,"5"6,USD', "bad_csv"),
    ],
)
def test_a_bad_row_is_told_of_and_loses_no_other(tmp_path: Path, row: str, told: str) -> None:
    good = "PE,2013,1415E1,7,PEN"
    found = of_text(tmp_path, "a.csv", f"country,year,gfs_code,value,currency\n{good}\n{row}\n{good}\n")
    assert f"a.csv:3: {told}" in found.told
    kept = {row[0]: row[1] for row in found.rows(FIGURES)}
    assert (kept["a.csv:2"], kept["a.csv:4"]) == ("7", "7")
    lost = [problem for problem in found.problems if problem.lost]
    assert ("a.csv:3" in kept) == (not lost)
    assert found.counts["lost"] == len(lost)


def test_a_column_that_is_not_read_is_told_of(tmp_path: Path) -> None:
    found = of_text(tmp_path, "a.csv", "country,year,value,colour\nPE,2012,5,red\n")
    assert [(str(one.place), one.key, one.values["value"]) for one in found.problems] == [
        ("a.csv:1", "unread_column", "colour")
    ]


def test_of_two_columns_of_one_meaning_the_first_is_read_and_dollars_are_dollars(tmp_path: Path) -> None:
    for heads, figures in (("original_revenue,revenue", "330,100"), ("revenue,original_revenue", "100,330")):
        text = f"country,year,company,{heads},currency,comment,note\nPE,2018,X,{figures},PEN,one,two\n"
        found = of_text(tmp_path, "a.csv", text)
        asked = """SELECT ?v ?d ?said WHERE {
          ?o sdmx-measure:obsValue ?v ; attribute:us-dollars ?d ; sdmx-attribute:comment ?said .
        }"""
        assert found.rows(asked) == [("330", "100", "one")]
        assert [(one.key, one.values["value"]) for one in found.problems] == [("repeated_column", "note")]
    found = of_text(tmp_path, "b.csv", "country,year,value,value_usd,amount,currency\nPE,2018,330,100,5,PEN\n")
    assert found.rows("SELECT ?v ?d WHERE { ?o sdmx-measure:obsValue ?v ; attribute:us-dollars ?d }") == [
        ("330", "100")
    ]
    assert [one.values["value"] for one in found.problems] == ["amount"]


def test_rows_of_totals_are_no_payments(tmp_path: Path) -> None:
    rows = "PE,2018,Royalty,Total E&P,10\nPE,2018,Total,,10\nPE,2018,,TOTAL,10\nPE,2018,Total tax,A,1\n"
    found = of_text(tmp_path, "a.csv", "country,year,stream,company,value\n".replace("stream", "revenue stream") + rows)
    assert sorted(row[1] for row in found.rows(FIGURES)) == ["1", "10"]
    assert found.told == ["a.csv:3: total_row", "a.csv:4: total_row"]


def test_an_error_of_a_spreadsheet_is_no_company(tmp_path: Path) -> None:
    text = "country,year,revenue stream,company,value\nPE,2018,Royalty,#REF!,5\nPE,2018,#N/A,A,6\n"
    found = of_text(tmp_path, "a.csv", text)
    asked = (
        "SELECT ?v ?c ?s WHERE { ?o sdmx-measure:obsValue ?v ; dimension:company ?c ; dimension:stream ?s } ORDER BY ?v"
    )
    assert found.rows(asked) == [
        ("5", "breakdown:not-stated", "stream:pe-royalty"),
        ("6", "payer:pe-a", "breakdown:not-stated"),
    ]
    assert found.told == ["a.csv:2: cell_error", "a.csv:3: cell_error"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("2019-07-01,2018-06-30,5", "period_order"),
        ("2019-07-01,,5", "half_period"),
        ("2018-07-01,2019-06-30,0", "bad_rate"),
    ],
)
def test_a_period_or_a_rate_that_cannot_be_is_told_of(tmp_path: Path, row: str, told: str) -> None:
    found = of_text(tmp_path, "a.csv", f"country,start date,end date,exchange rate,value\nPE,{row},7\n")
    assert found.told == [f"a.csv:2: {told}"]
    assert [row[1] for row in found.rows(FIGURES)] == ["7"]


def test_a_table_of_something_else_is_told_of(tmp_path: Path) -> None:
    assert of_text(tmp_path, "a.csv", "annex2_case,seed_label\n1,Barrick\n").told == ["a.csv:1: no_columns"]
    assert of_text(tmp_path, "b.csv", "").told == ["b.csv:1: empty_table"]
    assert of_text(tmp_path, "c.csv", "Country;Year;Revenue\n").told == ["c.csv:1: other_separator"]


def test_an_organisation_that_is_there_twice_is_told_of(tmp_path: Path) -> None:
    text = "summary_data_year,eiti_organisation_id,identification,label\n2008,1,20209133394,Uno\n2008,1,,Dos\n"
    found = of_text(tmp_path, "o.csv", text + "2008,2,20209133394,Tres\n2008,3,20209133395,Cuatro\n", country="PE")
    assert found.told == ["o.csv:3: repeated_organisation", "o.csv:4: same_identification", "o.csv:5: bad_ruc"]
    assert found.rows("SELECT ?id WHERE { eiti-organisation:3 dcterms:identifier ?id }") == [("20209133395",)]


def test_two_companies_with_one_number_stay_two(tmp_path: Path) -> None:
    text = "country,company,identification,value\nGH,Newmont Gold,516G,1\nGH,Newmont Ridge,516G,2\n"
    found = of_text(tmp_path, "a.csv", text + "GH,Newmont Gold,516G,3\n")
    assert found.rows("SELECT ?c WHERE { ?o dimension:company ?c ; dimension:entry ?e } ORDER BY ?e") == [
        ("payer:gh-516g",),
        ("payer:gh-516g-newmont-ridge",),
        ("payer:gh-516g",),
    ]
    assert found.told == ["a.csv:3: same_identification"]


def test_older_and_newer_answers_of_the_api_are_read(tmp_path: Path) -> None:
    found = of_text(tmp_path, "revenue.json", json.dumps(REVENUES))
    assert found.rows(FIGURES) == [
        ("revenue.json/data/0", "97.71", "currency:GHS", "eiti-gfs:1415E1", "period:2013"),
        ("revenue.json/data/1", "12.5", "currency:USD", "eiti-gfs:114521E", "period:2013"),
    ]
    asked = "SELECT ?o ?company ?dollars WHERE { ?o dimension:company ?company ; attribute:us-dollars ?dollars }"
    assert found.rows(asked) == [("observation:eiti-revenue-7", "eiti-organisation:159210", "50")]
    assert found.rows("SELECT ?a WHERE { ?o a rp:GovernmentReceipt ; dimension:receiving-agency ?a }") == [
        ("payee:pe-ingemmet",)
    ]
    assert [(str(one.place), one.values["value"]) for one in found.problems] == [("revenue.json/data/1", "colour")]


def test_summary_data_countries_and_codes_of_the_api_are_read(tmp_path: Path) -> None:
    summary: dict[str, object] = {
        "id": "GH2013",
        "country": {"iso2": "GH", "label": "Ghana"},
        "year_start": "2013-01-01",
    }
    summary |= {
        "year_end": "2013-12-31",
        "currency_code": "GHS",
        "currency_rate": 1.9542,
        "revenue_government_sum": "9",
    }
    found = of_text(tmp_path, "s.json", json.dumps({"data": [summary]}))
    asked = """SELECT ?end ?rate WHERE {
      eiti-summary:GH2013 dcterms:temporal/dcat:endDate ?end ; attribute:exchange-rate ?rate .
    }"""
    assert found.rows(asked) == [("2013-12-31", "1.9542")]
    assert [row[1] for row in found.rows(FIGURES)] == ["9"]
    other = {"data": [{"id": "PE", "iso2": "PE", "iso3": "PER", "label": "Peru"}, {"code": "14E", "label": "Other"}]}
    found = of_text(tmp_path, "o.json", json.dumps(other))
    assert found.rows("SELECT ?l WHERE { eiti-country:PE rdfs:label ?l }") == [("Peru",)]
    assert found.rows("SELECT ?l WHERE { eiti-gfs:14E skos:prefLabel ?l }") == [("Other",)]


@pytest.mark.parametrize(
    ("text", "told", "figures"),
    [
        (json.dumps(REVENUES)[:-100], "r.json:1: bad_json", 1),
        ("<!DOCTYPE html><html><body>502</body></html>", "r.json:1: error_page", 0),
        ('{"error": "filter not allowed"}', "r.json: api_error", 0),
        ("", "r.json:1: bad_json", 0),
        ('{"data": ["a", 5]}', "r.json/data/0: bad_record", 0),
        ('{"data": [{"a": 5}]}', "r.json/data/0: unknown_record", 0),
        ('{"data": [' * 5000, "r.json:1: bad_json", 0),
        ('{"data": [' + '{"a": ' * 5000 + "1" + "}" * 5000 + "]}", "r.json:1: bad_json", 0),
        (r'{"data": [{"revenue": 5, "label": "\ud800", "iso2": "PE"}]}', "r.json/data/0: not_utf8", 0),
        ('{"data": [{"revenue": NaN, "iso2": "PE"}]}', "r.json/data/0: bad_amount", 0),
    ],
)
def test_what_is_no_answer_is_told_of_and_what_stands_before_is_read(
    tmp_path: Path, text: str, told: str, figures: int
) -> None:
    found = of_text(tmp_path, "r.json", text)
    assert told in found.told
    assert len(found.rows(FIGURES)) == figures


def test_a_list_is_read_in_pieces_wherever_they_are_cut(tmp_path: Path) -> None:
    records = [
        {"revenue": number, "iso2": "PE", "type": "agency", "label": "x" * (number % 97)} for number in range(3000)
    ]
    found = of_text(tmp_path, "r.json", json.dumps({"count": 3000, "data": records, "next": None}, indent=1))
    assert sum(Decimal(row[1]) for row in found.rows(FIGURES)) == sum(range(3000))


def test_the_same_sources_give_the_same_bytes_and_two_of_a_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    command = ["--lang", "en", "import", "eiti", str(tmp_path / "a.csv"), "--output"]
    for name in ("one.ttl", "two.ttl", "a.nq"):
        result = CliRunner().invoke(main, [*command, str(tmp_path / name), "--graph", "imported/eiti/x"])
        assert result.exit_code == 0, result.output
        assert "Payments: 2." in result.output
    one, two = ((tmp_path / name).read_bytes() for name in ("one.ttl", "two.ttl"))
    assert one == two
    graph = ox.NamedNode("https://w3id.org/g7graph/graph/imported/eiti/x")
    quads = list(ox.parse(path=str(tmp_path / "a.nq")))
    assert {quad.triple for quad in quads} == {each.triple for each in ox.parse(one, format=ox.RdfFormat.TURTLE)}
    assert {quad.graph_name for quad in quads} == {graph}
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    result = CliRunner().invoke(main, [*command, str(tmp_path / "no.ttl"), str(tmp_path / "more")])
    assert result.exit_code == 2
    assert not (tmp_path / "no.ttl").exists()


def test_what_another_graph_says_is_not_said_again(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(PAYMENTS, encoding="utf-8")
    (tmp_path / "b.csv").write_text(PAYMENTS, encoding="utf-8")
    for name, *more in (("a",), ("b", "--beside", str(tmp_path / "a.nt"))):
        CliRunner().invoke(
            main, ["import", "eiti", str(tmp_path / f"{name}.csv"), "--output", str(tmp_path / f"{name}.nt"), *more]
        )
    a, b = (set((tmp_path / f"{name}.nt").read_text(encoding="utf-8").splitlines()) for name in "ab")
    assert len(b) > 20
    assert not a & b


def test_a_run_says_of_what_it_made_them(tmp_path: Path) -> None:
    found = of_text(tmp_path, "a.csv", PAYMENTS)
    asked = """SELECT ?title ?hash ?version WHERE {
      graph:imported\\/eiti\\/test prov:wasGeneratedBy ?run . ?run a prov:Activity ; prov:used ?source ;
        prov:wasAssociatedWith/dcterms:hasVersion ?version .
      ?source dcterms:title ?title ; spdx:checksum/spdx:checksumValue ?hash .
    }"""
    assert found.rows(asked) == [("a.csv", Source("a.csv", tmp_path / "a.csv").sha256(), "1")]


def test_a_file_of_another_form_is_told_of(tmp_path: Path) -> None:
    assert of_text(tmp_path, "a.pdf", "%PDF").told == ["a.pdf: unknown_form"]


@pytest.mark.parametrize("words", [[], ["x.csv"], ["--country", "Atlantis", "tests"]])
def test_wrong_usage_is_told_of(words: list[str]) -> None:
    assert CliRunner().invoke(main, ["import", "eiti", *words]).exit_code == 2


def test_what_cannot_be_read_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html>502</html>")
    (tmp_path / "a.csv").write_text("country,value\nPE,5\n")
    for name in ("good.ttl", "good.nt"):
        (tmp_path / name).write_text("good")
        page = CliRunner().invoke(
            main, ["import", "eiti", str(tmp_path / "page.csv"), "--output", str(tmp_path / name)]
        )
        assert (page.exit_code, (tmp_path / name).read_text()) == (1, "good")
        assert "no se escribe nada" in page.stderr
    words = ["import", "eiti", str(tmp_path / "a.csv"), "--output", str(tmp_path / "a.jsonld"), "--lang", "en"]
    other = CliRunner().invoke(main, words)
    assert (other.exit_code, "ttl, nt, nq" in other.stderr, (tmp_path / "a.jsonld").exists()) == (2, True, False)


def test_peru_is_what_the_importer_makes_of_the_reference_tables(shared: Path, root: Path, tmp_path: Path) -> None:
    names = (
        "gfs_codes peru_summary_data_ids api_organisations_PE peru_government_revenue_by_gfs_2008_2013 "
        "peru_agency_totals_2008_2013 peru_company_stream_agency_top10"
    ).split()
    files = [str(shared / "reference" / "eiti" / f"eiti_{name}.csv") for name in names]
    made = tmp_path / "peru.ttl"
    CliRunner().invoke(main, ["import", "eiti", *files, "--country", "PE", "--output", str(made)])
    committed = root / "data" / "ttl" / "imported" / "eiti" / "peru.ttl"
    assert made.read_bytes() == committed.read_bytes(), "run the command of docs/eiti.md"
