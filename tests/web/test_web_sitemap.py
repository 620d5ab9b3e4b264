"""`/sitemap.xml` and `/robots.txt`: every address once, in three languages; what crawlers should leave alone."""

from __future__ import annotations

import urllib.robotparser
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph import vocab
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app, sitemap

HERE = "https://data.example.org/g7"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def read(client: FlaskClient, path: str) -> ET.Element:
    answer = client.get(path, base_url=HERE)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml"
    return ET.fromstring(answer.data)  # noqa: S314 - of our own


def places(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.findall(".//s:loc", NAMES)]


def test_every_thing_page_query_and_graph_is_listed_once(real: FlaskClient, store: LocalStore) -> None:
    listed = places(read(real, "/sitemap.xml"))
    assert len(listed) == len(set(listed))
    rows = store.table('SELECT DISTINCT ?s { ?s a ?c FILTER(STRSTARTS(STR(?s), "https://w3id.org/g7graph/id/")) }').rows
    things = {row[0].value.replace(vocab.THING, f"{HERE}/doc/") for row in rows if row[0] is not None}
    assert things <= set(listed)
    assert f"{HERE}/sparql" not in listed
    graphs = {iri.replace(vocab.BASE, f"{HERE}/") for iri in store.graphs()}
    assert graphs <= set(listed)
    assert {
        f"{HERE}/{path}" for path in ("", "dataset", "ontology", "graph/", "api/queries", "api/queries/projects")
    } <= set(listed)


def test_shapes_are_listed_where_there_are_any(real: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("<http://x/a> a <http://x/B> .")
    plain = create_app(Project.find(tmp_path / "a.ttl")).test_client()
    assert f"{HERE}/shapes" in places(read(real, "/sitemap.xml"))
    listed = places(read(plain, "/sitemap.xml"))
    assert all(plain.get(one.removeprefix(HERE), base_url=HERE).status_code == 200 for one in listed)


@pytest.mark.parametrize("number", [0, 1, 2, -300, -200, -1])
def test_the_addresses_answer(real: FlaskClient, number: int) -> None:
    address = places(read(real, "/sitemap.xml"))[number]
    assert real.get(address.removeprefix(HERE)).status_code == 200


def test_each_address_says_when_it_changed_and_where_its_languages_are(real: FlaskClient) -> None:
    entry = next(one for one in read(real, "/sitemap.xml") if one.findtext("s:loc", "", NAMES).endswith("/dataset"))
    assert entry.findtext("s:lastmod", "", NAMES) == "2026-12-01"
    links = {one.get("hreflang"): one.get("href") for one in entry.findall("x:link", NAMES)}
    assert links == {
        "es": f"{HERE}/dataset?lang=es",
        "en": f"{HERE}/dataset?lang=en",
        "fr": f"{HERE}/dataset?lang=fr",
        "x-default": f"{HERE}/dataset",
    }


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A framework of more things than a part holds, with odd names."""
    root = tmp_path_factory.mktemp("many")
    for folder in ("data/ttl", "queries", "ontology"):
        (root / folder).mkdir(parents=True)
    lines = [
        f"<{vocab.THING}agency/{number:06}%26a> a <{vocab.G7}Agency> ." for number in range(sitemap.MOST_THINGS + 1)
    ]
    (root / "data/ttl/agencies.ttl").write_text("\n".join(lines), encoding="utf-8")
    return create_app(Project.find(root))


def test_many_things_are_listed_in_parts(many: Flask) -> None:
    client = many.test_client()
    index = read(client, "/sitemap.xml")
    assert index.tag == f"{{{NAMES['s']}}}sitemapindex"
    assert places(index)[:2] == [f"{HERE}/sitemap-pages.xml", f"{HERE}/sitemap-0.xml"]
    parts = [read(client, one.removeprefix(HERE)) for one in places(index)]
    assert len(parts) == 17
    assert max(map(len, parts)) < 1500
    listed = [place for part in parts[1:] for place in places(part)]
    assert len(listed) == len(set(listed)) == sitemap.MOST_THINGS + 1
    assert client.get(listed[-1].removeprefix(HERE)).status_code == 200
    assert f"{HERE}/dataset" in places(parts[0])


def test_no_part_is_larger_than_the_protocol_allows() -> None:
    for things in (50_001, 1_000_000, 50_000_000):
        assert things / len(sitemap.parts(things)) <= 25_000


@pytest.mark.parametrize("part", ["g", "A", "00000", "", "page", "%00", "..%2f", "a" * 3000, "0.xml/..", "\U0001f600"])
def test_a_part_that_cannot_be_is_not_found(real: FlaskClient, part: str) -> None:
    answer = real.get(f"/sitemap-{part}.xml", headers={"Accept": "application/problem+json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_addresses_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.nq").write_text(f"<{vocab.THING}a&b'ñ> <{vocab.RDF_TYPE}> <http://x/C> .\n", encoding="utf-8")
    listed = places(read(create_app(Project.find(tmp_path / "a.nq")).test_client(), "/sitemap.xml"))
    assert [one for one in listed if "/doc/" in one] == [f"{HERE}/doc/a&b'%C3%B1"]


def test_robots_may_read_all_but_the_services(real: FlaskClient) -> None:
    answer = real.get("/robots.txt", base_url="https://data.example.org")
    assert answer.content_type.startswith("text/plain")
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(answer.text.splitlines())
    at = "https://data.example.org"
    for path in ("/", "/dataset", "/doc/indicator/4.4", "/api/queries/projects.csv", "/dumps/dataset.nq.gz"):
        assert robots.can_fetch("anybody", at + path)
    for path in ("/sparql", "/sparql?query=ASK%20%7B%7D", "/graph-store", "/metrics", "/health"):
        assert not robots.can_fetch("anybody", at + path)
    assert robots.site_maps() == [f"{at}/sitemap.xml"]


@pytest.mark.parametrize("accept", ["text/html", "image/png", "nonsense", ""])
@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml"])
def test_robots_get_them_whatever_they_accept(real: FlaskClient, path: str, accept: str) -> None:
    assert real.get(path, headers={"Accept": accept}).status_code == 200
