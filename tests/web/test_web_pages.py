"""Pages about things, the vocabulary, the graphs; links lead to the deployment, IRIs stay."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph import exports

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
RDF = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdf": ox.RdfFormat.RDF_XML,
}
INDICATOR = "https://w3id.org/g7graph/id/indicator/4.4"
PAGES = [
    "/", "/sparql", "/api/queries", "/api/queries/indicators", "/api/queries/notations", "/doc/indicator/4.4",
    "/doc/result/4", "/doc/passage/plan-4.4", "/ontology", "/graph/", "/graph/indicators", "/problem/syntax",
    "/nothing",
]  # fmt: skip


class Links(HTMLParser):
    """The addresses a page leads to, and what would be code in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.code: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.code += [tag] * (tag in ("script", "style", "iframe"))
        self.code += [name for name, _ in attrs if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("address", ["/id/indicator/4.4", "/id/result/4", "/id/passage/plan-4.4"])
def test_a_thing_leads_to_the_document_about_it(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 303
    assert response.headers["Location"] == address.replace("/id/", "/doc/")
    assert client.get(response.headers["Location"]).status_code == 200


def test_what_was_asked_with_a_thing_goes_on_to_its_document(client: FlaskClient) -> None:
    assert client.get("/id/indicator/4.4?lang=en").headers["Location"] == "/doc/indicator/4.4?lang=en"


@pytest.mark.parametrize(
    "address", ["/id/indicator/4.5", "/doc/indicator/4.5", "/doc/indicator/4.5.ttl", "/doc/indicators/4.4"]
)
def test_an_unknown_thing_names_the_nearest(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert response.json is not None
    assert "indicator/4.4" in response.json["nearest"]


@pytest.mark.parametrize("key", ["a b", "ñandú", "x%3E%20%7D%20DROP", "..", "a/../../b"])
def test_a_key_of_any_shape_is_only_unknown(client: FlaskClient, key: str) -> None:
    assert client.get(f"/doc/indicator/{key}").status_code in (404, 308)


@pytest.mark.parametrize("name", RDF)
def test_a_document_is_the_same_in_every_graph_format(client: FlaskClient, name: str) -> None:
    by_extension = client.get(f"/doc/indicator/4.4.{name}")
    by_accept = client.get("/doc/indicator/4.4", headers={"Accept": exports.GRAPHS[name].media_type})
    assert by_extension.mimetype == exports.GRAPHS[name].media_type
    assert by_extension.data == by_accept.data
    triples = {quad.triple for quad in ox.parse(by_extension.data, format=RDF[name])}
    said = {(t.subject.value, t.predicate.value.rpartition("#")[2], t.object) for t in triples}
    assert (INDICATOR, "notation", ox.Literal("4.4")) in said
    assert any(subject.endswith("4.4-plan-target") for subject, _, _ in said), "what points to it is said too"


def test_trig_says_in_which_graph_each_statement_stands(client: FlaskClient) -> None:
    quads = [*ox.parse(client.get("/doc/indicator/4.4.trig").data, format=ox.RdfFormat.TRIG)]
    graphs = {quad.graph_name for quad in quads}
    stated = {ox.NamedNode(f"https://w3id.org/g7graph/graph/{name}") for name in ("indicators", "source/2014")}
    assert graphs == {*stated, ox.DefaultGraph()}, "in the default graph are labels that no file says"


def test_a_format_that_is_not_offered_lists_those_that_are(client: FlaskClient) -> None:
    for response in (
        client.get("/doc/indicator/4.4", headers={"Accept": "image/png"}),
        client.get("/doc/indicator/4.4?format=csv"),
    ):
        assert response.status_code == 406
        assert response.json is not None
        assert response.json["available"][:2] == ["text/html", "text/turtle"]


def test_the_page_of_a_thing_says_what_it_is_where_it_is_from_and_what_points_to_it(client: FlaskClient) -> None:
    page = client.get("/doc/indicator/4.4?lang=en", headers=BROWSER).text
    assert re.search(r"<h1>.*4\.4.*Local governments that simplify</h1>", page)
    assert f"<code>{INDICATOR}</code>" in page
    assert "Performance indicator</a>" in page
    assert 'href="/ontology?lang=en#parent"' in page
    assert 'href="/doc/result/4?lang=en"' in page
    assert "<p>Al menos 54 gobiernos locales</p>" in page
    assert "At least 54 local governments" in page
    assert "Plan, fila 4.4</a>" in page
    assert "Measurement 4.4-plan-target</a>" in page


def test_a_language_that_has_no_label_falls_back_to_spanish(client: FlaskClient) -> None:
    page = client.get("/doc/result/4?lang=fr", headers=BROWSER)
    assert "Resultado 4</h1>" in page.text
    assert page.headers["Content-Language"] == "fr"
    assert '<html lang="fr">' in page.text


@pytest.mark.parametrize("address", PAGES)
def test_a_page_leads_only_to_pages_that_exist_and_runs_no_code(client: FlaskClient, address: str) -> None:
    found = Links(client.get(address, headers=BROWSER).text)
    assert found.code == []
    assert found.addresses
    for link in {link for link in found.addresses if not link.startswith(("http", "#"))}:
        assert link.startswith("/"), link
        assert client.get(link, headers=BROWSER).status_code in (200, 303, 404 if address == "/nothing" else 200), link


@pytest.mark.parametrize("address", PAGES)
def test_a_page_below_a_prefix_leads_below_it(client: FlaskClient, address: str) -> None:
    found = Links(client.get(address, headers=BROWSER, base_url="https://example.org/g7").text)
    inner = [link for link in found.addresses if not link.startswith(("http", "#"))]
    assert inner
    assert [link for link in inner if not link.startswith("/g7/")] == []


def test_a_redirect_below_a_prefix_leads_below_it(client: FlaskClient) -> None:
    response = client.get("/id/indicator/4.4", base_url="https://example.org/g7")
    assert response.headers["Location"] == "/g7/doc/indicator/4.4"


def test_a_link_that_would_run_code_is_only_text(client: FlaskClient) -> None:
    page = client.get("/doc/indicator/4.4", headers=BROWSER).text
    assert "javascript:alert(1)" in page
    assert 'href="javascript:' not in page
    assert 'href="https://example.org/?a=1&amp;b=2"' in page


def test_a_named_graph_is_served_as_page_and_as_rdf(client: FlaskClient) -> None:
    turtle = client.get("/graph/source/2014")
    assert turtle.mimetype == "text/turtle"
    assert len(list(ox.parse(turtle.data, format=ox.RdfFormat.TURTLE))) == 8
    assert client.get("/graph/source/2014.ttl").data == turtle.data
    assert "graph/source/2014</h1>" in client.get("/graph/source/2014", headers=BROWSER).text
    missing = client.get("/graph/source/2015")
    assert missing.status_code == 404
    assert missing.json is not None
    assert missing.json["nearest"][0] == "source/2014"


def test_the_list_of_graphs_has_their_sizes(client: FlaskClient) -> None:
    page = client.get("/graph/", headers=BROWSER).text
    assert 'href="/graph/indicators"' in page
    assert '<td class="number">8</td>' in page


def test_the_list_of_graphs_is_a_table_to_programs(client: FlaskClient) -> None:
    listed = client.get("/graph/", headers={"Accept": "application/json"})
    assert listed.mimetype == "application/sparql-results+json"
    assert listed.json is not None
    bindings = listed.json["results"]["bindings"]
    sizes = {row["graph"]["value"].rpartition("/graph/")[2]: row["triples"]["value"] for row in bindings}
    assert list(sizes) == ["derived/queries", "indicators", "source/2014"]
    assert (sizes["indicators"], sizes["source/2014"]) == ("19", "8")
    assert client.get("/graph/?format=csv").text.startswith("graph,triples\r\n")


def test_the_kinds_of_problems_are_a_list_to_programs(client: FlaskClient) -> None:
    listed = client.get("/problem/syntax?lang=en", headers={"Accept": "application/json"}).json
    assert listed is not None
    (syntax,) = [one for one in listed if one["type"].endswith("/syntax")]
    assert (syntax["type"], syntax["status"]) == ("https://w3id.org/g7graph/problem/syntax", 400)
    assert syntax["detail"].startswith("This is not valid SPARQL")


@pytest.mark.parametrize(
    ("address", "accept", "offered"),
    [
        ("/", "image/png", ["text/html", "text/turtle"]),
        ("/graph/", "text/turtle", ["text/html", "application/sparql-results+json", "text/csv"]),
        ("/graph/indicators", "text/csv", ["text/turtle", "application/ld+json"]),
        ("/problem/", "text/turtle", ["text/html", "application/json"]),
        ("/problem/syntax", "image/png", ["text/html", "application/json"]),
    ],
)
def test_a_page_that_is_not_in_the_format_asked_for_says_in_which_it_is(
    client: FlaskClient, address: str, accept: str, offered: list[str]
) -> None:
    response = client.get(address, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (406, "application/problem+json")
    assert response.json is not None
    assert response.json["available"][: len(offered)] == offered


def test_a_kind_of_problem_that_there_is_not_is_a_problem_itself(client: FlaskClient) -> None:
    response = client.get("/problem/sintax?lang=en")
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert response.json is not None
    assert response.json["type"].endswith("/problem/unknown-problem")
    assert "syntax" in response.json["nearest"]
    assert client.get("/problem/unknown-problem").status_code == 200


@pytest.mark.parametrize("address", ["/", "/graph/", "/problem/"])
def test_who_does_not_mind_gets_the_page(client: FlaskClient, address: str) -> None:
    for headers in ({}, {"Accept": "*/*"}, BROWSER):
        assert client.get(address, headers=headers).mimetype == "text/html"


@pytest.mark.parametrize(
    ("address", "accept", "form"),
    [
        ("/", "text/turtle", "ttl"),
        ("/", "text/turtle;q=0.9, text/html;q=0.1", "ttl"),
        ("/", "application/ld+json", "jsonld"),
        ("/", "application/json", "jsonld"),
        ("/", "application/n-triples", "nt"),
        ("/", "application/n-quads", "nq"),
        ("/", "application/trig", "trig"),
        ("/", "application/rdf+xml", "rdf"),
        ("/?format=ttl", BROWSER["Accept"], "ttl"),
        ("/?format=application/trig", "*/*", "trig"),
    ],
)
def test_who_asks_the_front_page_for_rdf_is_led_to_the_description_of_the_dataset(
    client: FlaskClient, address: str, accept: str, form: str
) -> None:
    for asked in (client.get, client.head):
        led = asked(address, headers={"Accept": accept})
        assert (led.status_code, led.headers["Location"]) == (303, f"/dataset.{form}")
        assert {"Accept", "Accept-Language"} <= {*led.headers["Vary"].split(", ")}
    below = client.get(address, headers={"Accept": accept}, environ_overrides={"SCRIPT_NAME": "/plan"})
    assert below.headers["Location"] == f"/plan/dataset.{form}"
    described = client.get(address, headers={"Accept": accept}, follow_redirects=True)
    assert (described.status_code, described.mimetype) == (200, exports.GRAPHS[form].media_type)


def test_whoever_rather_reads_a_page_gets_it(client: FlaskClient) -> None:
    for accept in ("text/html, text/turtle", "text/turtle;q=0.5, */*", "text/*"):
        assert client.get("/", headers={"Accept": accept}).mimetype == "text/html", accept
    assert client.get("/?format=html", headers={"Accept": "text/turtle"}).mimetype == "text/html"


@pytest.mark.parametrize(
    ("address", "name", "where"),
    [
        ("/doc/indicator/4.5", "indicator/4.4", "/doc/indicator/4.4"),
        ("/id/indicator/4.5", "indicator/4.4", "/doc/indicator/4.4"),
        ("/graph/indicator", "indicators", "/graph/indicators"),
        ("/api/queries/indicator", "indicators", "/api/queries/indicators"),
        ("/problem/sintax", "syntax", "/problem/syntax"),
    ],
)
def test_the_page_of_what_is_not_there_leads_to_what_is_nearest(
    client: FlaskClient, address: str, name: str, where: str
) -> None:
    for query in ("", "?lang=en"):
        response = client.get(address + query, headers=BROWSER)
        assert response.status_code == 404
        assert f'<a href="{where}{query}">{name}</a>' in response.text
        assert client.get(where, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_slashes_that_follow_one_another_lead_on_in_the_language_asked_for(client: FlaskClient, lang: str) -> None:
    said = {"es": "Está en otra dirección", "en": "It is at another address", "fr": "C’est à une autre adresse"}
    for asked in ({"headers": {"Accept-Language": lang}}, {"query_string": {"lang": lang}}):
        response = client.get("/doc//indicator/4.4", **asked)
        assert (response.status_code, response.headers["Content-Language"]) == (308, lang)
        assert f"<h1>{said[lang]}</h1>" in response.text
        assert f'<a href="{response.headers["Location"]}">' in response.text
        assert client.get(response.headers["Location"]).status_code == 200


@pytest.mark.parametrize("extension", ["png", "csv"])
def test_the_vocabulary_is_not_in_formats_it_has_not(client: FlaskClient, extension: str) -> None:
    assert client.get(f"/ontology.{extension}").status_code == 406


def test_other_forms_of_a_page_are_linked(client: FlaskClient) -> None:
    link = client.get("/doc/indicator/4.4", headers=BROWSER).headers["Link"]
    assert '</doc/indicator/4.4.ttl>; rel="alternate"; type="text/turtle"' in link


@pytest.mark.parametrize("path", ["dataset", "doc/indicator/4.4", "graph/indicators", "ontology"])
def test_the_data_link_to_their_page_for_people(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/{path}.ttl")
    assert f'</{path}.html>; rel="alternate"; type="text/html"' in answer.headers["Link"]
    assert client.get(f"/{path}.html").mimetype == "text/html"
