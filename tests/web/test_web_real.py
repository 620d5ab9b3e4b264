"""The alliance's own framework on the web: what the document says comes out of every door."""

from __future__ import annotations

import csv
import io
import json
import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph import i18n
from g7graph.pointing import PAGE
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.web.dashboard import STATES

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NOTATION = "http://www.w3.org/2004/02/skos/core#notation"


def rows(client: FlaskClient, name: str, **args: str) -> list[dict[str, str]]:
    response = client.get(f"/api/queries/{name}.csv", query_string=args)
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def test_an_indicator_leads_to_its_document_in_turtle_with_its_code(real: FlaskClient) -> None:
    response = real.get("/id/indicator/4.4", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/indicator/4.4")
    document = real.get(response.headers["Location"], headers={"Accept": "text/turtle"})
    said = {
        (str(t.subject), t.predicate.value, str(t.object)) for t in ox.parse(document.data, format=ox.RdfFormat.TURTLE)
    }
    assert ("<https://w3id.org/g7graph/id/indicator/4.4>", NOTATION, '"4.4"') in said


def test_indicator_progress_has_a_row_for_every_indicator(real: FlaskClient) -> None:
    response = real.get("/api/queries/indicator-progress.json")
    found = json.loads(response.data)
    assert found["head"]["vars"][:3] == ["indicator", "code", "label"]
    assert len(found["results"]["bindings"]) == 38
    by_code = {row["code"]["value"]: row for row in found["results"]["bindings"]}
    assert by_code["4.4"]["actual"]["value"] == "43"
    assert by_code["4.4"]["status"]["value"] == "on-track"


def test_every_saved_query_answers_in_every_language(real: FlaskClient, library: Library) -> None:
    assert len(library) >= 15
    for query in library:
        for lang in ("es", "en", "fr"):
            response = real.get(f"/api/queries/{query.name}", query_string={"lang": lang}, headers=BROWSER)
            assert response.status_code == 200, (query.name, response.text)
            assert query.summary[lang].split("\n")[0] in response.text.replace("&#39;", "'")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SELECT ?s ?o { ?s <https://w3id.org/g7graph/ontology#valueA> ?o } ORDER BY ?o", 50),
        ("SELECT ?s ?o { ?s ?p ?o FILTER(ISLITERAL(?o)) } ORDER BY DESC(?o) LIMIT 700", 700),
    ],
)
def test_values_of_several_kinds_are_put_in_an_order(real: FlaskClient, text: str, count: int) -> None:
    response = real.get("/sparql", query_string={"query": text}, headers={"Accept": "application/sparql-results+json"})
    assert response.status_code == 200, response.text
    found = [row["o"] for row in json.loads(response.data)["results"]["bindings"]]
    assert len(found) == count
    numbers = [float(one["value"]) for one in found if one.get("datatype", "").endswith(("#integer", "#decimal"))]
    assert numbers == sorted(numbers, reverse="DESC" in text)


def test_every_line_of_csv_has_a_field_for_each_column(real: FlaskClient, library: Library) -> None:
    for query in library:
        lines = list(csv.reader(io.StringIO(real.get(f"/api/queries/{query.name}.csv").text, newline="")))
        assert {len(line) for line in lines} == {len(lines[0])}, query.name
    links = [row["url"] for row in rows(real, "projects")]
    assert "http://www.iadb.org/en/projects/project-description-title,1303.html?id=RG-X1129" in links


def test_every_proxy_takes_the_link_from_a_query_to_the_editor(real: FlaskClient, library: Library) -> None:
    for query in library:
        page = real.get(f"/api/queries/{query.name}", headers=BROWSER).text
        (link,) = re.findall(r'href="(/sparql\?query=[^"]*)"', page)
        assert len(link) < 8_000, (query.name, len(link))  # what Apache and nginx take if not told otherwise
        assert real.get(link, headers=BROWSER).status_code == 200, query.name


def test_every_example_of_a_saved_query_answers(real: FlaskClient, library: Library) -> None:
    for query in library:
        if query.example:
            assert rows(real, query.name, **query.example), query.name


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_the_dashboard_shows_every_indicator_with_its_status_in_words(real: FlaskClient, lang: str) -> None:
    page = real.get("/", query_string={"lang": lang}, headers=BROWSER).text
    codes = re.findall(r'<th scope="row"><span class="code">([^<]+)</span> <a href="/doc/indicator/', page)
    assert codes == [row["code"] for row in rows(real, "indicator-progress")]
    assert page.count('<svg class="stack"') == 3 + 2 + 10
    assert f'<html lang="{lang}">' in page


def test_the_cards_of_the_dashboard_count_every_leaf_once(real: FlaskClient) -> None:
    page = real.get("/", headers=BROWSER).text
    figures = [int(figure) for figure in re.findall(r'<span class="figure">(\d+)</span>', page)]
    leaves = [row for row in rows(real, "indicator-progress") if row["reported"] != "composite"]
    assert figures == [sum(row["status"] == state for row in leaves) for state, _, _ in STATES]
    assert sum(figures) == len(leaves) == 33


def test_the_dashboard_marks_the_time_elapsed(real: FlaskClient) -> None:
    page = real.get("/?lang=en", headers=BROWSER).text
    assert "time of the plan elapsed: 46%" in page
    assert '<rect class="marker" x="45.83' in page


def test_the_dashboard_leads_to_the_tables_behind_it(real: FlaskClient) -> None:
    page = real.get("/?lang=fr", headers=BROWSER).text
    for name in ("axis-progress", "objective-progress", "result-progress", "indicator-progress"):
        (address,) = set(re.findall(rf'href="(/api/queries/{name}\.csv[^"]*)"', page))
        assert real.get(address.replace("&amp;", "&")).mimetype == "text/csv"


def test_the_dashboard_of_a_round_that_is_not_names_the_nearest(real: FlaskClient) -> None:
    assert real.get("/?round=2014-05", headers=BROWSER).status_code == 200
    response = real.get("/?round=2015-05")
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["nearest"] == ["2014-05"]


def test_missing_is_not_shown_as_zero(real: FlaskClient) -> None:
    page = real.get("/?lang=en", headers=BROWSER).text
    for row in rows(real, "indicator-progress", lang="en"):
        start = f'<span class="code">{row["code"]}</span> <a href="/doc'
        (shown,) = re.findall(rf"{re.escape(start)}.*?</tr>", page, re.DOTALL)
        cells = re.findall(r'<td class="number"[^>]*>([^<]*)</td>', shown)
        assert [cell.replace(",", "") for cell in cells] == [row["baseline"], row["actual"], row["target"]], row["code"]


@pytest.mark.parametrize(
    ("code", "status", "cells"),
    [
        ("4.4", "On track", ["80%", "80%", "46%", "0", "43", "54"]),
        ("3.3", "Not reported", ["", "", "46%", "76", "", "80"]),
        ("9.1", "Exceeded", ["200%", "150%", "46%", "1", "3", "2"]),
    ],
)
def test_the_page_of_an_indicator_says_how_it_stands_and_leads_to_the_record(
    real: FlaskClient, code: str, status: str, cells: list[str]
) -> None:
    page = real.get(f"/doc/indicator/{code}?lang=en", headers=BROWSER).text
    (shown,) = re.findall(r'<table class="standings stacks">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert re.findall(r'<td class="number"[^>]*>([^<]*)</td>', shown) == cells
    assert f">{status}</a>" in shown
    assert 'href="/doc/round/2014-05?lang=en"' in shown
    (record,) = re.findall(r'href="(/doc/progress/[^"]+)"', shown)
    assert record == f"/doc/progress/{code}-2014-05?lang=en"
    assert real.get(record, headers=BROWSER).status_code == 200


def test_the_head_of_components_has_no_status(real: FlaskClient) -> None:
    assert 'class="standings' not in real.get("/doc/indicator/8.1", headers=BROWSER).text


def test_an_unknown_code_names_the_nearest(real: FlaskClient) -> None:
    for name in ("evidence", "discrepancies"):
        response = real.get(f"/api/queries/{name}?code=99")
        assert response.status_code == 422
        assert response.json is not None
        assert (response.json["parameter"], response.json["value"]) == ("code", "99")
        assert response.json["nearest"][0] == "9.2"
    assert rows(real, "discrepancies", code="4.5") == []  # an indicator without any: nothing is wrong with the question


def test_the_page_of_an_indicator_shows_measurements_and_quotes(real: FlaskClient) -> None:
    page = real.get("/doc/indicator/4.4?lang=en", headers=BROWSER).text
    assert "Measurement 4.4-2014-05-actual</a>" in page
    assert "43 gobiernos locales han simplificado" in page
    assert "<blockquote" in page


@pytest.mark.parametrize("address", ["/doc/status/on-track", "/doc/axis/efficiency", "/doc/axis", "/doc/round/2014-05",
                                     "/doc/agency/giz", "/doc/result/4", "/doc/objective/1"])  # fmt: skip
def test_codes_and_things_have_pages(real: FlaskClient, address: str) -> None:
    for lang in ("es", "en", "fr"):
        assert real.get(address, query_string={"lang": lang}, headers=BROWSER).status_code == 200


def test_the_page_of_a_thing_shows_its_links_and_each_link_has_a_page(real: FlaskClient) -> None:
    page = real.get("/doc/indicator/6.1", headers={**BROWSER, "Accept-Language": "en"}).text
    (section,) = re.findall(r'<section id="links">.*?</section>', page, re.DOTALL)
    said = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    assert "Related match 5.2 Subnational transfers 0.9 The canon is the transfer to regional governments" in said
    assert "Broader match Ensure public access to information" in said
    record = "/doc/mapping/indicator-6-1-requirement-eiti-2019-5-2"
    assert f'href="{record}"' in section
    assert real.get(record, headers=BROWSER).status_code == 200
    assert '<section id="links">' not in real.get("/doc/indicator/5.1b", headers=BROWSER).text


def test_what_points_to_a_thing_is_on_pages_that_say_how_much_there_is(real: FlaskClient) -> None:
    page = real.get("/doc/source-document/2014?lang=en", headers=BROWSER).text
    found = re.search(r"Page 1 of (\d+); ([\d,]+) statements in all", page)
    assert found is not None
    assert int(found[1]) == -(-int(found[2].replace(",", "")) // PAGE) > 1
    assert 'href="/doc/source-document/2014?page=2&amp;lang=en#incoming"' in page


def test_the_vocabulary_has_a_page_and_a_graph(real: FlaskClient) -> None:
    page = real.get("/ontology?lang=en", headers=BROWSER).text
    assert ">Measurement</a>" in page
    assert "Medición" not in page
    assert 'id="Indicator"' in page
    assert 'id="attainment"' in page
    turtle = real.get("/ontology", headers={"Accept": "text/turtle"})
    subjects = {str(quad.subject) for quad in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)}
    assert "<https://w3id.org/g7graph/ontology#Indicator>" in subjects
    assert real.get("/ontology.rdf").mimetype == "application/rdf+xml"


def test_what_computed_a_figure_can_be_read(real: FlaskClient) -> None:
    rule = real.get("/query/derive/status", headers=BROWSER)
    assert rule.status_code == 200
    assert "g7:status" in rule.text
    assert real.get("/query/derive/status").mimetype == "application/sparql-query"


def test_health_counts_the_union(real: FlaskClient) -> None:
    said = real.get("/health").json
    assert said is not None
    assert said["triples"] > 5_000
    assert said["graphs"] > 20


def test_every_graph_of_the_list_is_served(real: FlaskClient) -> None:
    addresses = re.findall(r'<td><a href="(/graph/[^"]+)"', real.get("/graph/", headers=BROWSER).text)
    assert len(addresses) > 20
    for address in addresses:
        assert real.get(address, headers={"Accept": "application/n-triples"}).data.count(b"\n") > 0


def test_the_version_and_the_logo_of_the_vocabulary_are_served(real: FlaskClient) -> None:
    versioned = real.get("/ontology/0.1.0", headers={"Accept": "text/turtle"})
    assert versioned.data == real.get("/ontology", headers={"Accept": "text/turtle"}).data
    assert real.get("/ontology/logo.svg").data.startswith(b"<svg")


def test_an_answer_that_differs_each_time_is_not_kept(real: FlaskClient) -> None:
    answers = {real.get("/sparql", query_string={"query": "SELECT (UUID() AS ?id) {}"}).data for _ in range(2)}
    assert len(answers) == 2


@pytest.mark.parametrize(("lang", "yes"), [("es", "sí"), ("en", "yes"), ("fr", "oui")])
def test_what_is_true_is_said_in_the_language_of_the_page(real: FlaskClient, lang: str, yes: str) -> None:
    page = real.get(f"/doc/indicator/4.4?lang={lang}", headers=BROWSER).text
    (cumulative,) = re.findall(r'ontology#cumulative">.*?</tr>', page, re.DOTALL)
    assert f">{yes}<" in cumulative
    assert ">true<" not in page


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_the_topics_of_the_saved_queries_are_named_in_the_language_of_the_page(real: FlaskClient, lang: str) -> None:
    page = real.get(f"/api/queries?lang={lang}", headers=BROWSER).text
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    folders = {query.topic for query in Library.read(Project.default().queries)}
    assert sorted(headings) == sorted(i18n.text(f"web.topic_{folder}", lang) for folder in folders)


def test_the_table_of_a_query_is_printed_whole_and_without_its_form(real: FlaskClient) -> None:
    """It goes across the sheet, and is made smaller; what hides the form weighs more than what lays it out."""
    page = real.get("/api/queries/indicator-progress", headers=BROWSER).text
    assert '<div class="scroll results"' in page
    assert '<form class="params"' in page
    sheet = real.get("/static/style.css").text
    printed = sheet.partition("@media print")[2].partition("\n}")[0]
    assert re.search(r"@page (\w+) \{ size: A4 landscape", sheet).group(1) == "wide"  # type: ignore[union-attr]
    assert "body:has(> main > .results) { page: wide; }" in printed
    assert re.search(r"^ .*\bform\.params,.*\{ display: none; \}", printed, re.MULTILINE)


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
@pytest.mark.parametrize("name", sorted(Library.read(Project.default().queries).saved))
def test_the_columns_of_a_query_are_called_in_the_language_of_the_page_above_their_names(
    real: FlaskClient, name: str, lang: str
) -> None:
    page = real.get(f"/api/queries/{name}?lang={lang}", headers=BROWSER).text
    heads = re.findall(r'<th scope="col">([^<]+?)(?: <span[^<]*</span>)? <code>(\w+)</code></th>', page)
    columns = [column.name for column in Library.read(Project.default().queries)[name].columns]
    assert heads == [(i18n.text(f"columns.{column}", lang), column) for column in columns]


@pytest.mark.parametrize(
    ("lang", "names"), [("es", ["Valor A", "Valor B", "Diferencia"]), ("en", ["Value A", "Value B", "Difference"])]
)
def test_the_series_of_a_chart_are_called_as_the_columns_are(real: FlaskClient, lang: str, names: list[str]) -> None:
    page = real.get(f"/api/queries/eiti-differences?lang={lang}", headers=BROWSER).text
    (key,) = re.findall(r'<ul class="key">(.*?)</ul>', page, re.DOTALL)
    assert [name for name in names if name in key] == names
    assert "valueA" not in key


@pytest.mark.parametrize(
    ("name", "lang", "cells"),
    [
        (
            "indicator-progress",
            "es",
            {"status/on-track": "En camino", "axis/dialogue": "Diálogo", "unit/person": "Persona"},
        ),
        ("indicator-progress", "fr", {"reported/numeric": "Chiffré", "indicator-kind/process": "De processus"}),
        ("discrepancies", "en", {"discrepancy-kind/scope": "Scope"}),
        ("eiti-cases", "es", {"company-relation/same-company": "La misma empresa"}),
        (
            "compliance",
            "fr",
            {"compliance-measure/portal": "Portail de transparence", "rank/highest": "La plus élevée"},
        ),
    ],
)
def test_a_code_in_a_table_is_called_in_the_language_of_the_page_and_leads_to_its_list(
    real: FlaskClient, name: str, lang: str, cells: dict[str, str]
) -> None:
    """Files for programs have the key."""
    page = real.get(f"/api/queries/{name}?lang={lang}", headers=BROWSER).text
    for code, label in cells.items():
        (shown,) = set(re.findall(rf'<a href="/doc/{code}\?lang={lang}"[^>]*>([^<]*)</a>', page))
        assert shown == label
        key = code.rpartition("/")[2]
        assert f">{key}<" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert key in {value for row in rows(real, name) for value in row.values()}


def test_names_with_accents_stand_where_readers_look_for_them(real: FlaskClient) -> None:
    page = real.get("/doc/place/PE?lang=es", headers=BROWSER).text
    assert re.findall(r">(Áncash|Cajamarca|Moquegua|Piura|Tacna)<", page) == [
        "Áncash",
        "Cajamarca",
        "Moquegua",
        "Piura",
        "Tacna",
    ]
