"""The SPARQL 1.1 Protocol on the wire, read-only and within limits."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.store.limits import Limits
from g7graph.web import create_app
from g7graph.web.options import Options

RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
CODES = (
    "SELECT ?code { ?i a <https://w3id.org/g7graph/ontology#PerformanceIndicator> ; "
    "<http://www.w3.org/2004/02/skos/core#notation> ?code } ORDER BY ?code"
)
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s <https://w3id.org/g7graph/ontology#parent> ?any ; ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?q ?r ?s }"
MEMORY = (
    "SELECT (COUNT(DISTINCT CONCAT(STR(?a), STR(?c), STR(?d), STR(?f), STR(?g), STR(?i), STR(?j), STR(?l))) AS ?n) "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
INDICATORS = "https://w3id.org/g7graph/graph/indicators"


def ask(client: FlaskClient, query: str, accept: str = "*/*", **more: str) -> tuple[int, str, bytes]:
    response = client.get("/sparql", query_string={"query": query, **more}, headers={"Accept": accept})
    return response.status_code, response.content_type.partition(";")[0], response.data


@pytest.mark.parametrize("media_type", RESULTS)
def test_a_table_is_written_in_each_standard_format(client: FlaskClient, media_type: str) -> None:
    status, kind, body = ask(client, CODES, media_type)
    assert (status, kind) == (200, media_type)
    rows = ox.parse_query_results(body, format=RESULTS[media_type])
    assert isinstance(rows, ox.QuerySolutions)
    assert [row["code"].value for row in rows] == ["4.4", "9.1"]


def test_csv_is_as_the_standard_says(client: FlaskClient) -> None:
    assert ask(client, CODES, "text/csv") == (200, "text/csv", b"code\r\n4.4\r\n9.1\r\n")


@pytest.mark.parametrize("most", [1, 100])
@pytest.mark.parametrize("comma", [True, False])
def test_csv_has_a_field_for_each_column_whatever_the_terms_hold(client: FlaskClient, most: int, comma: bool) -> None:
    numbers = " ".join(map(str, range(most)))
    end = ",(1)" if comma else ""
    said = 'say "x",\r\n' + "y" * 150  # a hundred times a hundred of it are more than a worker keeps in memory
    query = f"""SELECT ?iri ?none ?text {{
      VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} BIND({json.dumps(said)} AS ?text)
      BIND(IRI(CONCAT("http://x/", STR(?a), "/", STR(?b), IF(?a = {most - 1}, "{end}", ""))) AS ?iri)
    }} ORDER BY ?a ?b"""
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    found = list(csv.reader(io.StringIO(response.text, newline="")))
    response.close()
    iris = [f"http://x/{a}/{b}{end if a == most - 1 else ''}" for a in range(most) for b in range(most)]
    assert found == [["iri", "none", "text"], *([iri, "", said] for iri in iris)]


@pytest.mark.parametrize("media_type", GRAPHS)
@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE <https://w3id.org/g7graph/id/result/4>"])
def test_a_graph_is_written_in_each_usual_format(client: FlaskClient, media_type: str, query: str) -> None:
    status, kind, body = ask(client, query, media_type)
    assert (status, kind) == (200, media_type)
    assert len(list(ox.parse(body, format=GRAPHS[media_type]))) >= 3


def test_ask_gives_a_boolean(client: FlaskClient) -> None:
    _, _, body = ask(client, "ASK { ?s ?p ?o }")
    assert json.loads(body) == {"head": {}, "boolean": True}


def test_a_query_is_taken_by_get_by_form_and_directly(client: FlaskClient) -> None:
    by_get = ask(client, CODES)[2]
    by_form = client.post("/sparql", data={"query": CODES})
    direct = client.post("/sparql", data=CODES, content_type="application/sparql-query; charset=utf-8")
    assert by_form.status_code == direct.status_code == 200
    assert by_get == by_form.data == direct.data


def test_what_is_not_of_the_protocol_is_heard_in_the_address_of_a_form_too(client: FlaskClient) -> None:
    as_csv = client.post("/sparql?format=csv", data={"query": CODES})
    assert (as_csv.mimetype, as_csv.data) == ("text/csv", b"code\r\n4.4\r\n9.1\r\n")
    assert (
        client.post("/sparql?format=csv", data={"query": CODES, "format": "tsv"}).mimetype
        == "text/tab-separated-values"
    )
    assert client.post("/sparql?timeout=soon", data={"query": CODES}).status_code == 400


@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
def test_graphs_named_as_of_an_update_do_not_let_a_query_read_all_others(client: FlaskClient, name: str) -> None:
    status, _, body = ask(client, COUNT, **{name: INDICATORS})
    assert (status, name.encode() in body) == (400, True)


@pytest.mark.parametrize("named", ["default-graph-uri", "named-graph-uri", "FROM", "FROM NAMED"])
def test_a_graph_that_is_named_twice_is_read_once(client: FlaskClient, named: str) -> None:
    pattern = "{ GRAPH ?g { ?s ?p ?o } }" if "named" in named.lower() else "{ ?s ?p ?o }"
    counts = set()
    for times in (1, 2):
        if named.isupper():
            clauses = f"PREFIX g: <{INDICATORS[:-2]}> SELECT (COUNT(*) AS ?n) {named} <{INDICATORS}> "
            text = clauses + (f"{named} g:{INDICATORS[-2:]} " if times == 2 else "") + pattern
            found = client.get("/sparql", query_string={"query": text, "format": "csv"})
        else:
            text = f"SELECT (COUNT(*) AS ?n) {pattern}"
            found = client.get("/sparql", query_string={"query": text, "format": "csv", named: [INDICATORS] * times})
        counts.add(int(found.text.split()[1]))
    (count,) = counts
    assert count


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_the_dataset_of_the_request_replaces_that_of_the_service(client: FlaskClient, name: str) -> None:
    query = COUNT if name == "default-graph-uri" else "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    whole = json.loads(ask(client, query)[2])["results"]["bindings"][0]["n"]["value"]
    part = json.loads(ask(client, query, **{name: INDICATORS})[2])["results"]["bindings"][0]["n"]["value"]
    assert 0 < int(part) < int(whole)
    direct = client.post(
        f"/sparql?{urlencode({name: INDICATORS})}", data=query, content_type="application/sparql-query"
    )
    assert json.loads(direct.data)["results"]["bindings"][0]["n"]["value"] == part


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("SELECT * FROM <http://example.org/g> { ?s ?p ?o }", {}),
        ("SELECT * FROM NAMED <file:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }", {}),
        ("PREFIX g: <http://example.org/> SELECT * FROM g:g { ?s ?p ?o }", {}),
        ("BASE <http://example.org/> SELECT * FROM <g> { ?s ?p ?o }", {}),
        ("SELECT * FROM <graph/indicator> { ?s ?p ?o }", {}),
        (COUNT, {"default-graph-uri": "http://example.org/g"}),
        (COUNT, {"named-graph-uri": "https://w3id.org/g7graph/graph/indicator"}),
    ],
)
def test_a_graph_that_is_not_here_is_refused_and_never_fetched(
    client: FlaskClient, query: str, more: dict[str, str]
) -> None:
    status, kind, body = ask(client, query, **more)
    assert (status, kind) == (404, "application/problem+json")
    assert INDICATORS in json.loads(body)["nearest"]


def test_a_graph_that_is_here_can_be_named_in_the_query(client: FlaskClient) -> None:
    status, _, body = ask(client, COUNT.replace("WHERE", f"FROM <{INDICATORS}> WHERE"))
    assert status == 200
    assert int(json.loads(body)["results"]["bindings"][0]["n"]["value"]) > 10


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * {", 1, 11),
        ("SELECT *\n{ ?s ?p }", 2, 9),
        ("SELECT * {} x", 1, 13),
        ("ASK WHER { }", 1, 5),
        ("SELECT ?x\n  WHRE {}", 2, 3),
    ],
)
def test_a_query_that_does_not_parse_is_placed_by_line_and_column(
    client: FlaskClient, query: str, line: int, column: int
) -> None:
    status, kind, body = ask(client, query)
    problem = json.loads(body)
    assert (status, kind) == (400, "application/problem+json")
    assert (problem["status"], problem["line"], problem["column"]) == (400, line, column)
    assert problem["type"].endswith("/problem/syntax")
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("es", "el prefijo «skos:» no está declarado. Escriba al comienzo: PREFIX skos: <http"),
        ("en", "the prefix «skos:» is not declared. Write at the beginning: PREFIX skos: <http"),
        ("fr", "le préfixe « skos: » n'est pas déclaré. Écrivez au début : PREFIX skos: <http"),
    ],
)
def test_a_prefix_that_is_not_declared_is_named_in_the_language_of_the_reader(
    client: FlaskClient, lang: str, said: str
) -> None:
    asked = {"query": "SELECT ?s WHERE { ?s skos:prefLabel ?l }"}
    response = client.get("/sparql", query_string=asked, headers={"Accept-Language": lang})
    problem = json.loads(response.data)
    assert (problem["line"], problem["column"]) == (1, 22)
    assert said in problem["detail"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT * { SERVICE <http://example.org/sparql> { ?s ?p ?o } }", "service-not-allowed"),
        ("SELECT * { sErViCe SILENT ?x { ?s ?p ?o } }", "outbound"),
    ],
)
def test_service_is_refused(client: FlaskClient, query: str, problem: str) -> None:
    status, _, body = ask(client, query)
    assert status == 403
    assert json.loads(body)["type"].endswith(f"/problem/{problem}")


def test_updates_are_refused(client: FlaskClient) -> None:
    update = "INSERT DATA { <http://x/a> <http://x/b> <http://x/c> }"
    by_form = client.post("/sparql", data={"update": update})
    direct = client.post("/sparql", data=update, content_type="application/sparql-update")
    by_get = client.get("/sparql", query_string={"update": update})
    assert [one.status_code for one in (by_form, direct, by_get)] == [403, 403, 403]
    assert b"http://x/a" not in ask(client, "SELECT * { ?s ?p ?o }")[2]


@pytest.mark.parametrize(
    ("send", "status"),
    [
        ({"data": b"{}", "content_type": "application/json"}, 415),
        ({"data": {"other": "1"}}, 400),
        ({"data": "query=ASK%7B%7D&query=ASK%7B%7D", "content_type": "application/x-www-form-urlencoded"}, 400),
        ({"data": b"\xff\xfe", "content_type": "application/sparql-query"}, 400),
        ({"data": "ASK {} #" + "x" * 60_000, "content_type": "application/sparql-query"}, 413),
        ({"data": "ASK {} #" + "x" * 1_100_000, "content_type": "application/sparql-query"}, 413),
    ],
)
def test_a_request_that_is_no_query_is_refused(client: FlaskClient, send: dict[str, object], status: int) -> None:
    response = client.post("/sparql", **send)
    assert response.status_code == status
    assert response.json is not None
    assert response.json["status"] == status


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_query_does_not_parse(client: FlaskClient, text: str) -> None:
    for response in (
        client.get("/sparql", query_string={"query": text}),
        client.post("/sparql", data={"query": text}),
        client.post("/sparql", data=text.encode(), content_type="application/sparql-query"),
    ):
        assert response.status_code == 400
        assert response.json is not None
        assert (response.json["line"], response.json["column"]) == (1, 1)
        assert response.json["type"].endswith("/syntax")
    page = client.get("/sparql", query_string={"query": text, "format": "html"}, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "<textarea" in page.text


@pytest.mark.parametrize(("query", "offered"), [(CODES, "text/csv"), (CONSTRUCT, "text/turtle")])
def test_a_format_that_is_not_offered_lists_those_that_are(client: FlaskClient, query: str, offered: str) -> None:
    for status, kind, body in (ask(client, query, "image/png"), ask(client, query, format="png")):
        assert (status, kind) == (406, "application/problem+json")
        assert offered in json.loads(body)["available"]


def test_without_a_query_the_service_describes_itself(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    said = {
        (t.predicate.value.rpartition("#")[2], str(t.object))
        for t in ox.parse(response.data, format=ox.RdfFormat.TURTLE)
    }
    assert ("endpoint", "<http://localhost/sparql>") in said
    assert ("name", f"<{INDICATORS}>") in said
    assert ("feature", "<http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph>") in said


def test_a_browser_gets_the_editor_then_the_rows_below_it(client: FlaskClient) -> None:
    empty = client.get("/sparql", headers={"Accept": BROWSER}).text
    assert "<textarea" in empty
    shown = client.get("/sparql", query_string={"query": CODES}, headers={"Accept": BROWSER}).text
    assert "PerformanceIndicator" in shown.partition("<textarea")[2].partition("</textarea>")[0]
    assert '<th scope="col">code</th>' in shown
    graph = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": BROWSER}).text
    assert '<th scope="col">predicate</th>' in graph


def test_a_page_that_is_cut_says_so(client: FlaskClient) -> None:
    many = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"
    page = client.get("/sparql", query_string={"query": many, "lang": "en"}, headers={"Accept": BROWSER}).text
    assert "Only the first 500 rows are shown" in page
    assert page.count("<tr>") == 501


def test_a_page_of_results_has_values_as_queries_write_them(client: FlaskClient) -> None:
    asked = 'SELECT (true AS ?a) (1234567.5 AS ?b) ("1e3"^^xsd:double AS ?c) ("oui"@fr AS ?d) {}'
    for lang in ("es", "en", "fr"):
        text = f"PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> {asked}"
        page = client.get("/sparql", query_string={"query": text, "lang": lang}, headers={"Accept": BROWSER}).text
        shown = re.findall(r'<span class="(?:text|number)"[^>]*>([^<]*)</span>', page)
        assert shown == ["true", "1234567.5", "1000", "oui"], lang


def test_a_malformed_query_comes_back_to_the_browser_with_its_text(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT * { <b>"}, headers={"Accept": BROWSER})
    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "SELECT * { &lt;b&gt;</textarea>" in response.text
    assert "<b>" not in response.text


@pytest.mark.parametrize(
    ("limits", "query", "kind"),
    [
        (Limits(seconds=0.3), RUNAWAY, "too-long"),
        (Limits(answer_bytes=20_000), "SELECT * { ?a ?b ?c . ?d ?e ?f }", "too-large"),
        (
            Limits(memory_bytes=30_000_000),
            MEMORY,
            "too-much",
        ),
    ],
)
def test_a_query_over_its_limit_is_ended_and_others_go_on(
    small: Project, limits: Limits, query: str, kind: str
) -> None:
    client = create_app(small, options=Options(limits=limits)).test_client()
    status, _, body = ask(client, query)
    assert status == 503
    assert json.loads(body)["type"].endswith(f"/problem/{kind}")
    assert ask(client, "ASK {}")[0] == 200


def test_a_service_that_is_full_says_when_to_come_back(small: Project) -> None:
    client = create_app(small, options=Options(limits=Limits(together=0, waiting_seconds=0.1))).test_client()
    response = client.get("/sparql", query_string={"query": "ASK {}"})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"


def test_an_answer_is_the_same_bytes_from_every_mount(small_app: Flask) -> None:
    client = small_app.test_client()
    one = client.get("/sparql", query_string={"query": CODES})
    two = client.get("/sparql", query_string={"query": CODES}, base_url="https://data.example.org/g7")
    assert one.data == two.data


def test_a_graph_is_named_relative_to_the_service(client: FlaskClient) -> None:
    status, _, body = ask(client, COUNT.replace("WHERE", "FROM <graph/indicators> WHERE"))
    assert (status, body) == (200, ask(client, COUNT.replace("WHERE", f"FROM <{INDICATORS}> WHERE"))[2])


def test_an_unknown_function_is_an_error_of_its_expression(client: FlaskClient) -> None:
    query = "PREFIX f: <http://x/f#> SELECT (f:a(f:b(1)) AS ?none) (COALESCE(f:c(), 2) AS ?two) {}"
    status, _, body = ask(client, query, "text/csv")
    assert (status, body) == (200, b"none,two\r\n,2\r\n")
    assert ask(client, "SELECT ?s { ?s ?p ?o FILTER(<http://x/f>(?o)) }", "text/csv")[2] == b"s\r\n"


def test_an_update_sent_as_a_query_is_told_so(client: FlaskClient) -> None:
    status, _, body = ask(client, "PREFIX x: <http://x/> DELETE WHERE { ?s ?p ?o }")
    assert status == 400
    assert json.loads(body)["type"].endswith("/problem/update-as-query")


@pytest.mark.parametrize(
    ("send", "status"),
    [
        ({"data": "ASK {}", "content_type": "application/sparql-query; charset=utf-16"}, 415),
        ({"data": "ASK {}", "content_type": "application/sparql-query", "headers": {"Content-Encoding": "gzip"}}, 415),
        ({"data": "ASK {}", "content_type": "application/sparql-query", "query_string": {"query": "ASK {}"}}, 400),
        ({"data": "ASK {}", "content_type": "application/sparql-query", "query_string": {"timeout": "-1"}}, 400),
        ({"data": "ASK { ?s ?p \u0000 }", "content_type": "application/sparql-query"}, 400),
        ({"data": "ASK {}", "content_type": "application/sparql-query; charset=UTF-8"}, 200),
    ],
)
def test_what_comes_with_a_query_is_looked_at(client: FlaskClient, send: dict[str, object], status: int) -> None:
    assert client.post("/sparql", **send).status_code == status


def test_a_graph_that_is_no_iri_is_refused(client: FlaskClient) -> None:
    query = {"query": COUNT, "default-graph-uri": "http://x/\r\nX-Injected: 1"}
    response = client.get("/sparql", query_string=query)
    assert response.status_code == 404
    assert "X-Injected" not in response.headers


def test_a_long_accept_header_is_read_in_bounds(client: FlaskClient) -> None:
    many = ", ".join(f"application/x-{n};q=0.{n % 10}" for n in range(2_000)) + ", text/csv"
    assert ask(client, CODES, many)[:2] == (200, "text/csv")


def test_the_endpoint_is_there_with_a_slash_too_and_says_what_it_takes(client: FlaskClient) -> None:
    assert client.get("/sparql/", query_string={"query": CODES}).data == ask(client, CODES)[2]
    options = client.options("/sparql")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    head = client.head("/sparql", query_string={"query": CODES})
    assert (head.status_code, head.data) == (200, b"")
    assert head.mimetype == "application/sparql-results+json"


def test_a_service_that_is_only_read_describes_itself_so(client: FlaskClient) -> None:
    said = client.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert "SPARQL11Query" in said
    assert "SPARQL11Update" not in said
    assert "inputFormat" not in said
    assert '"Queries only. ' in said


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("CONSTRUCT { <x:a> <x:b> <<( <x:a> <x:b> 1 )>> } {}", "jsonld"),
        ("CONSTRUCT { <x:a> <http://x/1> 1 } {}", "rdf"),
        ("CONSTRUCT { <x:a> <http://x/a> 1 . <x:a> <http://x/> 1 } {}", "rdf"),
    ],
)
def test_a_graph_that_a_format_cannot_say_is_not_acceptable(client: FlaskClient, query: str, form: str) -> None:
    status, kind, body = ask(client, query, "application/json", format=form, lang="en")
    assert (status, kind) == (406, "application/problem+json")
    assert "ttl" in json.loads(body)["detail"]
    assert ask(client, query, format="ttl")[0] == 200


def test_rdf_xml_is_the_graph_that_was_asked_for(client: FlaskClient) -> None:
    status, _, body = ask(client, CONSTRUCT, format="rdf")
    assert status == 200
    lines = {str(quad.triple) for quad in ox.parse(body, format=ox.RdfFormat.RDF_XML)}
    turtle = {
        str(quad.triple) for quad in ox.parse(ask(client, CONSTRUCT, format="ttl")[2], format=ox.RdfFormat.TURTLE)
    }
    assert lines == turtle


def test_the_dataset_in_the_address_of_a_form_is_heard_and_another_query_is_not_passed_over(
    client: FlaskClient,
) -> None:
    def count(address: dict[str, str], **fields: str) -> tuple[int, str]:
        sent = client.post("/sparql", query_string=address, data={"query": COUNT, "format": "csv", **fields})
        return sent.status_code, sent.get_data(as_text=True)

    of_graph = count({}, **{"default-graph-uri": INDICATORS})
    assert count({"default-graph-uri": INDICATORS}) == of_graph != count({})
    assert count({"default-graph-uri": INDICATORS + "/no"})[0] == 404
    assert count({"query": COUNT})[0] == 400


def test_what_is_not_utf8_is_refused_wherever_it_stands(client: FlaskClient) -> None:
    text = "query=SELECT+(%22caf%E9%22+AS+%3Fx)+%7B%7D"
    by_form = client.post("/sparql", data=text, content_type="application/x-www-form-urlencoded")
    by_get = client.get("/sparql", query_string=text)
    for refused in (by_form, by_get):
        assert refused.status_code == 400
        assert refused.get_json()["type"].endswith("/not-utf8")
    assert client.get("/sparql", query_string=text.replace("%E9", "%C3%A9")).status_code == 200


@pytest.mark.parametrize(
    "text", ["SELECT * {BIND(" + "(" * 3000 + "1", "SELECT * " + "{" * 3000, "ASK {?s ?p" + "[" * 201]
)
def test_a_query_that_is_nested_too_deep_is_placed(client: FlaskClient, text: str) -> None:
    status, _, body = ask(client, text)
    told = json.loads(body)
    assert (status, told["type"].rpartition("/")[2], told["line"]) == (400, "too-deep", 1)
    assert told["column"] > 200


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("SELECT ?t { BIND(0.5<RAND()&&2>1 AS ?t) }", False),
        ("CONSTRUCT { _:a <x:b> 1 } WHERE {}", False),
        ("CONSTRUCT { [] <x:b> 1 } WHERE {}", False),
        ("SELECT ?t { VALUES ?t { <http://x/brand> <http://x/unknown> } }", True),
        ("SELECT ?s { ?s ?p [] }", True),
        ("CONSTRUCT { <x:a> <x:b> 1 } WHERE {}", True),
    ],
)
def test_what_may_be_another_answer_each_time_is_not_kept(client: FlaskClient, query: str, kept: bool) -> None:
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 200
    assert ("ETag" in response.headers, response.headers["Cache-Control"]) == (kept, "no-cache" if kept else "no-store")
