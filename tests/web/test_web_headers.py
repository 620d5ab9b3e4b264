"""What every answer says, and what errors look like."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from g7graph.web.refusals import STATUS, kinds

ADDRESSES = ["/", "/health", "/sparql", "/sparql?query=ASK%20{}", "/api/queries/indicators.csv", "/doc/indicator/4.4",
             "/id/indicator/4.4", "/static/style.css", "/nothing", "/sparql?query=x"]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_safe_to_show_and_open_to_read(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert {"Accept", "Accept-Language"} <= set(headers["Vary"].split(", "))
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "address",
    ["/", "/doc/indicator/4.4", "/doc/indicator/4.4.rdf", "/changes.atom", "/static/icon.svg", "/sitemap.xml"],
)
def test_what_a_browser_shows_as_a_document_is_kept_from_all_that_others_could_do_with_it(
    client: FlaskClient, address: str
) -> None:
    headers = client.get(address, headers={"Accept": "text/html"}).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"]
    assert headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/sparql?query=ASK%20{}", "/api/queries/indicators.csv", "/doc/indicator/4.4.ttl"])
def test_data_are_no_document_and_load_nothing(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not {"X-Frame-Options", "Permissions-Policy", "Cross-Origin-Opener-Policy"} & set(headers.keys())


def test_a_preflight_allows_a_direct_post(client: FlaskClient) -> None:
    response = client.options(
        "/sparql", headers={"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    )
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert "POST" in response.headers["Allow"]
    assert "Content-Type" not in response.headers, "it has no body"
    assert client.options("/nothing").mimetype == "application/problem+json"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_head_is_a_get_without_body(client: FlaskClient, address: str) -> None:
    head, get = client.head(address), client.get(address)
    assert head.status_code == get.status_code
    assert head.data == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize(
    "address", ["/", "/sparql?query=ASK%20{}", "/api/queries/indicators.csv", "/doc/indicator/4.4"]
)
def test_who_has_an_answer_is_told_so(client: FlaskClient, address: str) -> None:
    tag = client.get(address).headers["ETag"]
    assert not tag.startswith("W/")
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/sparql", 405), ("POST", "/doc/indicator/4.4", 405), ("PUT", "/", 405)],
)
def test_an_error_is_a_problem_document(client: FlaskClient, method: str, address: str, status: int) -> None:
    response = client.open(address, method=method)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    problem = response.json
    assert problem is not None
    assert {"type", "title", "status", "detail", "instance"} <= set(problem)
    assert (problem["status"], problem["instance"]) == (status, address)
    if status == 405:
        assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(("lang", "title"), [("es", "No se encuentra"), ("en", "Not found"), ("fr", "Introuvable")])
def test_an_error_is_said_in_the_language_asked_for(client: FlaskClient, lang: str, title: str) -> None:
    document = client.get("/nothing", headers={"Accept-Language": lang})
    assert document.json is not None
    assert document.json["title"] == title
    page = client.get("/nothing", headers={"Accept-Language": lang, "Accept": "text/html"})
    assert page.mimetype == "text/html"
    assert title in page.text


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_every_kind_of_problem_is_described_where_its_type_leads(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/problem/syntax?lang={lang}").text
    assert len(kinds(lang)) == len(STATUS)
    for key, status, _ in kinds(lang):
        assert f'id="{key}"' in page
        assert str(status) in page


def test_health_says_versions_and_sizes(client: FlaskClient, small_size: int) -> None:
    response = client.get("/health")
    said = response.json
    assert said is not None
    assert said["status"] == "ok"
    assert (said["triples"], said["graphs"]) == (small_size, 3)
    assert said["version"]
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("fr", "fr"), ("pt-BR, en-GB;q=0.5", "en"), ("fr;q=0.2, en;q=0.9", "en"), ("", "es"), ("pt", "es"), ("*", "es"),
        ("en;q=0", "es"), ("pt-BR, en;q=0", "es"), ("*;q=0.1, en;q=0", "es"), ("es;q=0, *", "en"), ("es;q=0", "en"),
        ("es;q=0, en;q=0, fr;q=0", "es"),
    ],
)  # fmt: skip
def test_pages_are_in_the_best_language_that_is_accepted_and_in_none_that_is_refused(
    client: FlaskClient, accepted: str, lang: str
) -> None:
    answer = client.get("/", headers={"Accept": "text/html", "Accept-Language": accepted})
    assert answer.headers["Content-Language"] == lang


@pytest.mark.parametrize("host", ['evil"><script>', "a b", "a/b", "a@b", "", "[::1", "a:b"])
def test_a_host_that_is_none_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/api/queries", headers={"Host": host, "Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"].endswith("/problem/bad-host")


@pytest.mark.parametrize("host", ["data.example", "data.example:8080", "127.0.0.1:5000", "[2001:db8::1]:443"])
def test_links_are_of_the_host_that_is_asked(client: FlaskClient, host: str) -> None:
    assert f"http://{host}/sitemap.xml" in client.get("/robots.txt", headers={"Host": host}).text


@pytest.mark.parametrize("path", ["/doc/indicator/4.4.ttl", "/", "/sparql?query=ASK%7B%7D"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_not_as_it_was_is_not_answered_where_that_is_asked_for(
    client: FlaskClient, path: str, method: str
) -> None:
    asked = {"Accept": "*/*", "Accept-Language": "en"}
    tag = client.get(path, headers=asked).headers["ETag"]
    for known, status in ((tag, 200), (f'"other", {tag}', 200), (f"W/{tag}", 412), ('"other"', 412), ("*", 200)):
        answer = client.open(path, method=method, headers={**asked, "If-Match": known})
        assert answer.status_code == status
        if status == 412:
            assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/problem+json", "no-store")
            assert "ETag" not in answer.headers
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert client.open("/doc/no/such", method=method, headers={"If-Match": '"other"'}).status_code == 404
