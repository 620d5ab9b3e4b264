"""Answers by pages, answers that are explained, and the address by which a run is cited."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from g7graph import exports
from g7graph.build import open_store
from g7graph.project import Project
from g7graph.web import create_app
from g7graph.web.options import Options

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
MANY = """#+ columns: {a: integer, text: string}
SELECT ?a ?text {
  VALUES ?x { 0 1 2 3 4 5 6 7 8 9 } VALUES ?y { 0 1 2 3 4 5 6 7 8 9 } VALUES ?z { 0 1 2 3 4 5 6 7 8 9 }
  VALUES ?w { 0 1 2 3 4 5 6 7 8 9 }
  BIND(?x + 10 * ?y + 100 * ?z + 1000 * ?w AS ?a)
  BIND("a text of some length that is in each of ten thousand rows, so that they are many bytes" AS ?text)
} ORDER BY ?a
"""
OWN = """#+ params: {page: {type: integer}, explain: {type: string}}
SELECT ?page ?explain { VALUES ?page { UNDEF } VALUES ?explain { UNDEF } } ORDER BY ?page
"""


def links(answer: TestResponse) -> dict[str, str]:
    """The links of an answer by relation; other forms aside."""
    found = re.findall(r'<([^>]*)>; rel="([a-z-]+)"', ", ".join(answer.headers.getlist("Link")))
    return {relation: target for target, relation in found if relation != "alternate"}


def rows(answer: TestResponse) -> list[dict[str, dict[str, str]]]:
    found: list[dict[str, dict[str, str]]] = json.loads(answer.data)["results"]["bindings"]
    return found


@pytest.fixture
def root(small: Project, tmp_path: Path) -> Path:
    """A copy of the small framework, to be changed."""
    shutil.copytree(small.root, tmp_path / "copy")
    return tmp_path / "copy"


def opened(root: Path, *, behind_proxy: int = 0) -> FlaskClient:
    project = Project.find(root)
    return create_app(project, open_store(project), options=Options(behind_proxy=behind_proxy)).test_client()


def local(address: str) -> str:
    return address.removeprefix("http://localhost")


# ---- pages


def test_without_a_page_the_answer_is_whole(real: FlaskClient) -> None:
    answer = real.get("/api/queries/evidence.json")
    assert len(rows(answer)) == 766
    assert "X-Total-Count" not in answer.headers
    assert set(links(answer)) == {"cite-as"}
    assert real.get("/api/queries/evidence.json?page=&page-size=&explain=").data == answer.data


def test_the_pages_together_are_the_whole(real: FlaskClient) -> None:
    whole, found, address = rows(real.get("/api/queries/evidence.json")), [], "/api/queries/evidence.json?page-size=300"
    while address:
        answer = real.get(address)
        assert answer.headers["X-Total-Count"] == "766"
        found.append(rows(answer))
        address = links(answer).get("next", "")
    assert [len(page) for page in found] == [300, 300, 166]
    assert [row for page in found for row in page] == whole


@pytest.mark.parametrize(
    ("page", "others"),
    [
        (1, {"first": 1, "next": 2, "last": 4}),
        (2, {"first": 1, "prev": 1, "next": 3, "last": 4}),
        (4, {"first": 1, "prev": 3, "last": 4}),
    ],
)
def test_the_links_are_the_other_pages_of_the_same_answer(real: FlaskClient, page: int, others: dict[str, int]) -> None:
    args = f"lang=fr&page={page}&page-size=10&explain=1"
    answer = real.get(f"/api/queries/indicator-progress.csv?{args}", environ_overrides={"SCRIPT_NAME": "/plan"})
    found = links(answer)
    del found["cite-as"]
    path = "/plan/api/queries/indicator-progress.csv?lang=fr&page-size=10&explain=1"
    assert found == {relation: f"{path}&page={number}" for relation, number in others.items()}


@pytest.mark.parametrize("form", exports.TABLES)
def test_every_format_comes_by_pages(real: FlaskClient, form: str) -> None:
    answer = real.get(f"/api/queries/result-progress.{form}?page=4&page-size=3")
    assert answer.status_code == 200
    assert answer.headers["X-Total-Count"] == "10"
    assert answer.data != real.get(f"/api/queries/result-progress.{form}?page=1&page-size=3").data
    if form == "csv":
        assert [line.split(",")[1] for line in answer.text.splitlines()[1:]] == ["result-10"]


def test_an_empty_table_has_one_page(real: FlaskClient) -> None:
    answer = real.get("/api/queries/behind-target.json?axis=dialogue&page=1")
    assert (answer.status_code, rows(answer), answer.headers["X-Total-Count"]) == (200, [], "0")
    assert set(links(answer)) == {"first", "last", "cite-as"}
    assert real.get("/api/queries/behind-target.json?axis=dialogue&page=2").status_code == 404


def test_beyond_the_last_page_there_is_nothing_and_a_link_to_the_last(real: FlaskClient) -> None:
    answer = real.get("/api/queries/axis-progress.csv?page=3&page-size=2")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["type"] == "https://w3id.org/g7graph/problem/no-page"
    assert answer.json["nearest"] == ["2"]
    assert links(answer)["last"] == "/api/queries/axis-progress.csv?page-size=2&page=2"


@pytest.mark.parametrize(
    ("args", "nearest"),
    [
        ("page=0", "1"),
        ("page=-1", "1"),
        ("page=two", "1"),
        ("page=1.5", "1"),
        ("page=%D9%A3", "1"),  # a digit, but no ASCII one
        ("page=99999999999999999999999", "1000000"),
        ("page-size=0", "1"),
        ("page-size=10001", "10000"),
        ("page=1&page-size=all", "1"),
        ("explain=2", "0"),
        ("explain=yes", "1"),
    ],
)
def test_what_is_no_page_is_refused_with_the_nearest(real: FlaskClient, args: str, nearest: str) -> None:
    answer = real.get(f"/api/queries/axis-progress.csv?{args}")
    assert answer.status_code == 422
    assert answer.json is not None
    assert nearest in answer.json["nearest"]
    assert answer.json["parameter"] == args.rpartition("&")[2].partition("=")[0]


def test_a_parameter_given_twice_is_refused_and_none_of_its_values_dropped(real: FlaskClient) -> None:
    answer = real.get("/api/queries/indicator-progress.csv?axis=efficiency&axis=transparency&lang=en")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    assert (answer.json["parameter"], answer.json["value"]) == ("axis", "transparency")
    assert "takes one value for «axis»" in answer.json["detail"]
    assert real.get("/api/queries/indicator-progress.csv?page=1&page=2").status_code == 422
    assert real.get("/api/queries/indicator-progress.csv?axis=&axis=efficiency&lang=en&lang=en").status_code == 200


def test_a_page_of_the_site_has_the_rows_of_a_page_and_leads_to_the_others(real: FlaskClient) -> None:
    page = real.get("/api/queries/evidence?lang=en", headers={"Accept": BROWSER}).text
    assert "Rows 1–500 of 766" in page
    assert 'href="/api/queries/evidence?lang=en&amp;page=2" rel="next"' in page
    second = real.get("/api/queries/evidence?lang=en&page=2", headers={"Accept": BROWSER}).text
    assert "Rows 501–766 of 766" in second
    assert 'rel="next"' not in second
    assert 'href="/api/queries/evidence.csv?lang=en"' in second  # a download has all rows
    small = real.get("/api/queries/axis-progress", headers={"Accept": BROWSER}).text
    assert 'rel="next"' not in small


def test_a_large_answer_is_whole_and_cited(root: Path) -> None:
    (root / "queries/progress/many.rq").write_text(MANY)
    client = opened(root)
    answer = client.get("/api/queries/many.json", buffered=True)
    assert len(answer.data) > 1_500_000
    assert len(rows(answer)) == 10_000
    assert hashlib.sha256(answer.data).hexdigest() in links(answer)["cite-as"]
    by_lines = client.get("/api/queries/many.csv", buffered=True)
    assert len(by_lines.text.splitlines()) == 10_001
    assert links(by_lines) == links(answer)
    assert len(client.get("/api/queries/many.csv?page=10&page-size=1000").text.splitlines()) == 1001


# ---- explained


def test_explained_rows_say_where_they_come_from(real: FlaskClient) -> None:
    answer = real.get("/api/queries/indicator-progress.json?result=4&explain=1")
    (row,) = [row for row in rows(answer) if row["code"]["value"] == "4.4"]
    (actual,) = [one for one in json.loads(row["evidence"]["value"]) if one["column"] == "actual"]
    assert (actual["value"], actual["passage"]) == (43, "https://w3id.org/g7graph/id/passage/monitoring-4.4-actual")
    page = real.get("/api/queries/indicator-progress?result=4&explain=1&lang=en", headers={"Accept": BROWSER}).text
    assert "43 gobiernos locales han simplificado" in page
    assert "<div><dt>Column</dt><dd>Actual</dd></div>" in page
    assert 'href="/doc/passage/monitoring-4.4-actual?lang=en"' in page
    assert 'href="/api/queries/indicator-progress?result=4&amp;lang=en"' in page  # without explanations
    assert 'href="/api/queries/indicator-progress.xlsx?result=4&amp;lang=en&amp;explain=1"' in page


def test_what_nothing_explains_takes_no_explain(client: FlaskClient) -> None:
    assert client.get("/api/queries/indicators.csv?explain=0").status_code == 200
    for args in ("explain=1", "explain=1&page=1"):
        answer = client.get(f"/api/queries/indicators.csv?{args}")
        assert answer.status_code == 422
        assert answer.json is not None
        assert answer.json["parameter"] == "explain"


def test_a_graph_has_no_pages(client: FlaskClient) -> None:
    assert client.get("/api/queries/notations.ttl?page=1").status_code == 422


def test_a_query_may_have_parameters_of_these_names(root: Path) -> None:
    (root / "queries/progress/own.rq").write_text(OWN)
    answer = opened(root).get("/api/queries/own.csv?page=0&explain=both")
    assert answer.text == "page,explain\r\n0,both\r\n"


# ---- cited


def test_the_address_of_a_run_holds_what_it_was(real: FlaskClient) -> None:
    answer = real.get("/api/queries/axis-progress.json?objective=1&lang=en")
    address = links(answer)["cite-as"]
    digest = hashlib.sha256(answer.data).hexdigest()
    assert re.fullmatch(
        r"http://localhost/api/runs/axis-progress/[0-9a-f]{16}/[0-9.]+-[0-9a-f]{16}/sha256-"
        + digest
        + r"\?lang=en&objective=objective%3A1&round=round%3A2014-05",
        address,
    )


@pytest.mark.parametrize("form", exports.TABLES)
def test_opened_it_is_the_same_answer(real: FlaskClient, form: str) -> None:
    answer = real.get(f"/api/queries/compliance.{form}?lang=fr")
    address = links(answer)["cite-as"]
    path, _, args = local(address).partition("?")
    for again in (real.get(f"{path}.{form}?{args}"), real.get(f"{path}?{args}&format={form}")):
        assert again.status_code == 200
        assert (again.data, again.mimetype) == (answer.data, answer.mimetype)
        assert links(again) == {"cite-as": address}


def test_a_page_and_an_explained_answer_are_cited_as_the_whole(real: FlaskClient) -> None:
    whole = links(real.get("/api/queries/evidence.csv"))["cite-as"]
    assert links(real.get("/api/queries/evidence.json?page=2&explain=1"))["cite-as"] == whole
    page = real.get(local(whole) + "&page=8&page-size=100&explain=1")
    assert (page.status_code, len(rows(page))) == (200, 66)
    assert local(links(page)["prev"]).startswith("/api/runs/evidence/")


def test_the_page_of_a_run_leads_to_the_query_in_other_languages(real: FlaskClient) -> None:
    address = local(links(real.get("/api/queries/axis-progress.json?objective=1&lang=en"))["cite-as"])
    page = real.get(address, headers={"Accept": BROWSER}).get_data(as_text=True)
    (french,) = re.findall(r'<a href="([^"]*)" hreflang="fr"', page)
    assert french.startswith("/api/queries/axis-progress?")
    assert real.get(french.replace("&amp;", "&"), headers={"Accept": BROWSER}).status_code == 200


def test_it_leads_to_where_the_service_is_seen(root: Path) -> None:
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example", "X-Forwarded-Prefix": "/plan"}
    answer = opened(root, behind_proxy=1).get("/api/queries/indicators.csv", headers=forwarded)
    assert links(answer)["cite-as"].startswith("https://data.example/plan/api/runs/indicators/")


def test_a_graph_is_cited_too(client: FlaskClient) -> None:
    answer = client.get("/api/queries/notations.nt")
    address = local(links(answer)["cite-as"])
    assert client.get(address + ".nt").data == answer.data
    assert client.get(re.sub("sha256-.", "sha256-x", address)).status_code == 404
    other = "0" if "sha256-0" not in address else "1"
    assert client.get(re.sub("sha256-.", f"sha256-{other}", address)).status_code == 410


def test_of_other_data_with_the_same_result_it_says_that_there_is_other_data(root: Path) -> None:
    address = local(links(opened(root).get("/api/queries/indicators.json?lang=en"))["cite-as"])
    with (root / "data/ttl/indicators.ttl").open("a") as file:
        file.write("indicator:4.4 g7:position 1 .\n")
    answer = opened(root).get(address)
    assert answer.status_code == 200
    found = links(answer)
    assert local(found["cite-as"]) == address
    assert found["latest-version"] != found["cite-as"]
    assert opened(root).get(local(found["latest-version"])).data == answer.data
    page = opened(root).get(address, headers={"Accept": BROWSER}).text
    assert "the same row by row, although there were changes" in page
    assert "The data has changed" in page
    assert "The query has changed" not in page


def test_other_figures_are_never_shown_in_its_place(root: Path) -> None:
    address = local(links(opened(root).get("/api/queries/indicators.json?lang=en"))["cite-as"])
    data = root / "data/ttl/indicators.ttl"
    data.write_text(data.read_text(encoding="utf-8").replace("Local governments", "Municipalities"), encoding="utf-8")
    client = opened(root)
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    assert answer.json is not None
    assert answer.json["changed"] == ["data"]
    assert links(answer) == {"latest-version": answer.json["now"]}
    assert "The data has changed" in answer.json["detail"]
    today = client.get(local(answer.json["now"]))
    assert "Municipalities" in today.text
    page = client.get(address, headers={"Accept": BROWSER})
    assert page.status_code == 410
    assert "Municipalities" not in page.text
    assert "See today&#39;s result" in page.text


def test_a_changed_query_is_told_from_changed_data(root: Path) -> None:
    address = local(links(opened(root).get("/api/queries/indicators.json"))["cite-as"])
    query = root / "queries/progress/indicators.rq"
    query.write_text(query.read_text(encoding="utf-8").replace("ORDER BY ?code", "ORDER BY DESC(?code)"))
    answer = opened(root).get(address)
    assert answer.status_code == 410
    assert answer.json is not None
    assert answer.json["changed"] == ["query"]


def test_a_value_that_is_no_longer_taken_is_a_change(root: Path) -> None:
    address = local(links(opened(root).get("/api/queries/indicators.json?indicator=4.4"))["cite-as"])
    data = root / "data/ttl/indicators.ttl"
    data.write_text(data.read_text(encoding="utf-8").replace("indicator:4.4", "indicator:4.5"), encoding="utf-8")
    (root / "data/ttl/source/2014.ttl").unlink()
    answer = opened(root).get(address)
    assert answer.status_code == 410
    assert answer.json is not None
    assert answer.json["changed"] == ["data"]
    assert local(answer.json["now"]) == "/api/queries/indicators"


def test_an_altered_address_is_no_run_of_this_query(real: FlaskClient) -> None:
    address = local(links(real.get("/api/queries/axis-progress.csv"))["cite-as"])
    answer = real.get(address.replace("lang=es", "lang=fr"))
    assert answer.status_code == 410
    assert answer.json is not None
    assert answer.json["changed"] == ["program"]
    assert real.get(address.replace("round=", "ronda=")).status_code == 422
    assert real.get(address + "&page=0").status_code == 422
    assert real.get(address + "&page=2").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/runs/", 404),
        ("/api/runs/axis-progress", 404),
        ("/api/runs/axis-progress/a/b/c", 404),
        ("/api/runs/axis-progres/0123456789abcdef/1/sha256-" + 64 * "0", 404),
        ("/api/runs/axis-progress/0123456789abcdef/%2e%2e/sha256-" + 63 * "0", 404),
        ("/api/runs/axis-progress/0123456789abcdef/1/sha256-" + 64 * "0" + ".ttl", 406),
        ("/api/runs/axis-progress/0123456789abcdef/1/sha256-" + 64 * "0", 410),
    ],
)
def test_what_is_no_run_is_a_problem(real: FlaskClient, path: str, status: int) -> None:
    answer = real.get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert "bindings" not in answer.text


def test_a_query_page_says_how_to_cite_it(real_app: Flask) -> None:
    client = real_app.test_client()
    for lang, words in {"es": "Citar esta consulta", "en": "Cite this run", "fr": "Citer cette exécution"}.items():
        answer = client.get(f"/api/queries/behind-target?lang={lang}", headers={"Accept": BROWSER})
        assert words in answer.text
        assert links(answer)["cite-as"].replace("&", "&amp;") in answer.text
        assert '<option value="">2014-05</option>' in answer.text  # the round, by default
