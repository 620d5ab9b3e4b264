"""Saved queries over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from g7graph import exports

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHECKS: dict[str, Callable[[bytes], bool]] = {
    "csv": lambda body: body.startswith(b"indicator,code,label\r\n"),
    "tsv": lambda body: body.startswith(b"?indicator\t?code\t?label\n"),
    "json": lambda body: len(json.loads(body)["results"]["bindings"]) == 2,
    "xml": lambda body: body.startswith(b'<?xml version="1.0"?><sparql'),
    "md": lambda body: body.startswith(b"| indicator |"),
    "xlsx": lambda body: zipfile.is_zipfile(io.BytesIO(body)),
    "parquet": lambda body: body[:4] == body[-4:] == b"PAR1",
}


@pytest.mark.parametrize("name", exports.TABLES)
def test_every_table_format_is_served_by_extension_by_format_and_by_accept(client: FlaskClient, name: str) -> None:
    by_extension = client.get(f"/api/queries/indicators.{name}")
    by_format = client.get(f"/api/queries/indicators?format={name}")
    by_accept = client.get("/api/queries/indicators", headers={"Accept": exports.TABLES[name].media_type})
    assert by_extension.status_code == 200
    assert by_extension.mimetype == exports.TABLES[name].media_type
    assert CHECKS[name](by_extension.data)
    assert by_extension.data == by_format.data == by_accept.data


@pytest.mark.parametrize("name", exports.GRAPHS)
def test_a_query_for_a_graph_is_served_in_every_graph_format(client: FlaskClient, name: str) -> None:
    response = client.get(f"/api/queries/notations.{name}")
    assert response.status_code == 200
    assert response.mimetype == exports.GRAPHS[name].media_type
    assert b"result-4" in response.data


def test_who_does_not_mind_gets_json_with_the_columns_in_order(client: FlaskClient) -> None:
    response = client.get("/api/queries/indicators")
    assert response.mimetype == "application/sparql-results+json"
    assert json.loads(response.data)["head"]["vars"] == ["indicator", "code", "label"]


@pytest.mark.parametrize("given", ["4.4", "indicator:4.4", "https://w3id.org/g7graph/id/indicator/4.4"])
def test_a_parameter_is_a_code_a_prefixed_name_or_an_iri(client: FlaskClient, given: str) -> None:
    rows = client.get("/api/queries/indicators.csv", query_string={"indicator": given}).text.splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["4.4"]


def test_a_parameter_left_empty_in_a_form_is_not_given(client: FlaskClient) -> None:
    assert client.get("/api/queries/indicators.csv?indicator=").data == client.get("/api/queries/indicators.csv").data


@pytest.mark.parametrize(
    ("address", "headers", "label"),
    [
        ("?lang=en", {}, "Local governments"),
        ("", {"Accept-Language": "en-GB, es;q=0.5"}, "Local governments"),
        ("?lang=es", {"Accept-Language": "en"}, "Gobiernos locales"),
        ("", {}, "Gobiernos locales"),
    ],
)
def test_labels_are_in_the_language_asked_for(
    client: FlaskClient, address: str, headers: dict[str, str], label: str
) -> None:
    response = client.get(f"/api/queries/indicators.csv{address}", headers=headers)
    assert label in response.text
    assert response.headers["Content-Language"] == ("en" if label.startswith("Local") else "es")


@pytest.mark.parametrize("name", ["indicatorz", "indicatorz.csv", "indicatorz.png"])
def test_an_unknown_query_names_the_nearest(client: FlaskClient, name: str) -> None:
    response = client.get(f"/api/queries/{name}")
    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert response.json["nearest"][0] == "indicators"


@pytest.mark.parametrize(
    ("args", "nearest"),
    [("indicador=4.4", "indicator"), ("indicator=4.5", "4.4"), ("indicator=comisiones", "9.1"), ("lang=pt", "en")],
)
def test_an_unknown_parameter_or_value_names_the_nearest(client: FlaskClient, args: str, nearest: str) -> None:
    response = client.get(f"/api/queries/indicators.json?{args}")
    assert response.status_code == 422
    assert response.json is not None
    assert isinstance(response.json["nearest"], list)
    assert nearest in response.json["nearest"]
    assert response.json["parameter"] == args.partition("=")[0]


@pytest.mark.parametrize(
    "name",
    ["indicators?format=ttl", "indicators.ttl", "indicators.zzz", "notations.csv", "notations.x", "notations?format=x"],
)
def test_a_format_that_does_not_fit_lists_those_that_do(client: FlaskClient, name: str) -> None:
    response = client.get(f"/api/queries/{name}")
    assert response.status_code == 406
    assert response.json is not None
    assert "text/html" in response.json["available"]


def test_the_list_describes_every_query(client: FlaskClient) -> None:
    listed = client.get("/api/queries?lang=fr").json
    assert listed is not None
    (indicators, notations) = listed
    assert indicators["name"] == "indicators"
    assert indicators["summary"] == "Les indicateurs"
    assert indicators["params"][0] == {"name": "indicator", "type": "iri", "kind": "indicator", "label": "Indicateur"}
    assert indicators["columns"][1] == {"name": "code", "type": "string"}
    assert indicators["iri"] == "https://w3id.org/g7graph/query/indicators"
    assert notations["formats"][0] == "ttl"


def test_a_browser_gets_a_form_and_the_rows(client: FlaskClient) -> None:
    page = client.get("/api/queries/indicators?indicator=4.4&lang=en", headers={"Accept": BROWSER}).text
    assert '<option value="4.4" selected>4.4 · Local governments that simplify</option>' in page
    assert 'href="/api/queries/indicators.csv?indicator=4.4&amp;lang=en"' in page
    assert "https://w3id.org/g7graph/id/indicator/4.4" in page
    assert 'href="/doc/indicator/4.4?lang=en"' in page
    assert "9.1</td>" not in page


def test_what_data_says_is_never_markup(client: FlaskClient) -> None:
    page = client.get("/api/queries/indicators", headers={"Accept": BROWSER}).text
    assert "&lt;b&gt;Comisiones&lt;/b&gt; &amp; más" in page
    assert "<b>Comisiones" not in page


def test_a_query_has_an_iri_that_leads_to_its_text_and_its_page(client: FlaskClient) -> None:
    text = client.get("/query/indicators")
    assert text.mimetype == "application/sparql-query"
    assert text.text.startswith("#+ summary")
    assert client.get("/query/indicators.rq").data == text.data
    page = client.get("/query/indicators", headers={"Accept": BROWSER})
    assert page.status_code == 303
    assert page.headers["Location"] == "/api/queries/indicators"
    assert client.get("/query/indicatorz").status_code == 404
