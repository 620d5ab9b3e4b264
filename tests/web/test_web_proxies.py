"""Behind a proxy: what it forwards is believed when the operator says so, and only then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.web import create_app
from g7graph.web.options import Options

FORWARDED = {
    "X-Forwarded-For": "198.51.100.66, 203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "data.example",
    "X-Forwarded-Prefix": "/plan",
    "Accept": "text/html",
}


class Behind:
    """A client of an application behind so many proxies, and the log of who asked."""

    def __init__(self, project: Project, folder: Path, proxies: int) -> None:
        self._log = folder / f"log-{proxies}"
        options = Options(access_log=str(self._log), log_address="full", behind_proxy=proxies)
        self.client: FlaskClient = create_app(project, options=options).test_client()

    @property
    def asked(self) -> list[str]:
        return [json.loads(line)["client"] for line in self._log.read_text(encoding="ascii").splitlines()]


@pytest.fixture
def alone(small: Project, tmp_path: Path) -> Behind:
    return Behind(small, tmp_path, 0)


@pytest.fixture
def behind(small: Project, tmp_path: Path) -> Behind:
    return Behind(small, tmp_path, 1)


def test_without_a_proxy_nothing_forwarded_is_believed(alone: Behind) -> None:
    page = alone.client.get("/", headers=FORWARDED)
    assert 'href="/sparql' in page.text
    assert "/plan/" not in page.text
    described = alone.client.get("/sparql", headers={**FORWARDED, "Accept": "text/turtle"}).text
    assert "http://localhost/sparql" in described
    assert "data.example" not in described
    assert set(alone.asked) == {"127.0.0.1"}


def test_a_trusted_proxy_says_who_asks_and_where_the_service_is(behind: Behind) -> None:
    page = behind.client.get("/", headers=FORWARDED)
    assert 'href="/plan/sparql' in page.text
    assert 'href="/sparql' not in page.text
    described = behind.client.get("/sparql", headers={**FORWARDED, "Accept": "text/turtle"}).text
    assert "https://data.example/plan/sparql" in described
    assert set(behind.asked) == {"203.0.113.9"}


def test_redirects_lead_below_the_prefix(behind: Behind) -> None:
    response = behind.client.get("/id/indicator/4.4", headers=FORWARDED)
    assert response.status_code == 303
    assert response.headers["Location"].removeprefix("https://data.example").startswith("/plan/doc/indicator/4.4")


def test_answers_for_one_place_are_not_given_for_another(behind: Behind) -> None:
    """What is kept is kept by host, scheme and prefix too."""
    first = behind.client.get("/", headers=FORWARDED)
    second = behind.client.get("/", headers={**FORWARDED, "X-Forwarded-Prefix": "/other"})
    assert first.headers["ETag"] != second.headers["ETag"]
    assert 'href="/other/sparql' in second.text


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/a b", '/"><script>', "https://evil.example", "/x\\y", "/a//b", "plan", "/%2f"]
)
def test_a_prefix_that_is_none_is_left_out(behind: Behind, prefix: str) -> None:
    page = behind.client.get("/", headers={**FORWARDED, "X-Forwarded-Prefix": prefix})
    assert page.status_code == 200
    assert 'href="/sparql' in page.text
    assert "evil" not in page.text


def test_a_prefix_may_end_in_a_slash(behind: Behind) -> None:
    assert 'href="/plan/sparql' in behind.client.get("/", headers={**FORWARDED, "X-Forwarded-Prefix": "/plan/"}).text


@pytest.mark.parametrize(
    ("sent", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("unknown", "127.0.0.1"),
        ("evil\u00ff", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_an_address_that_is_none_is_the_proxys_own(behind: Behind, sent: str, client: str) -> None:
    assert behind.client.get("/sparql?query=ASK{}", headers={"X-Forwarded-For": sent}).status_code == 200
    assert behind.asked == [client]


def test_a_scheme_that_is_none_is_left_out(behind: Behind) -> None:
    headers = {**FORWARDED, "X-Forwarded-Proto": "javascript", "Accept": "text/turtle"}
    assert "<http://data.example/plan/sparql>" in behind.client.get("/sparql", headers=headers).text


def test_of_two_proxies_both_are_trusted_and_no_more(small: Project, tmp_path: Path) -> None:
    two = Behind(small, tmp_path, 2)
    two.client.get("/health", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.66, 203.0.113.9"})
    assert two.asked == ["198.51.100.66"]
