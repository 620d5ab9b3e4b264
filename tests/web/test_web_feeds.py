"""What changed: an Atom feed, an event stream and a page of the same, older changes in archives."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.namespace import DCTERMS, PROV, SH

from g7graph.project import Project
from g7graph.web import changes, create_app

ATOM = "{http://www.w3.org/2005/Atom}"
TREE = rdflib.Namespace("https://w3id.org/tree#")
HISTORY = "{http://purl.org/syndication/history/1.0}"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix g7: <https://w3id.org/g7graph/ontology#> .
"""
DATA = """<http://x/v/1> dcat:isVersionOf <http://x/d> ; dcterms:issued "2026-11-23"^^xsd:date ;
  dcterms:title "Versión 1"@es , "Version 1"@en ; dcterms:description "Lo primero <b>"@es , "The first & <b>"@en .
<http://x/v/2> dcat:isVersionOf <http://x/d> ; dcterms:issued "2026-11-24"^^xsd:date ; dcterms:title "Version 2"@en .
<https://w3id.org/g7graph/id/change/1> a prov:Activity ; prov:endedAtTime "2026-11-24T10:00:00.500Z"^^xsd:dateTime ;
  rdfs:label "Ana escribió"@es , "Ana wrote"@en ;
  prov:generated <https://w3id.org/g7graph/id/change/1/a> ; prov:invalidated <https://w3id.org/g7graph/id/change/1/b> .
<https://w3id.org/g7graph/id/change/1/a> dcterms:identifier "https://w3id.org/g7graph/graph/a"^^xsd:anyURI .
<https://w3id.org/g7graph/id/change/1/b> dcterms:identifier "http://x/b"^^xsd:anyURI .
<https://w3id.org/g7graph/id/round/1> a g7:MonitoringRound ; g7:date "2014-05"^^xsd:gYearMonth .
<http://x/v/3> dcat:isVersionOf <http://x/d> ; dcterms:issued "some day" , "2014-02-31"^^xsd:date .
<http://x/other> a prov:Activity ; prov:endedAtTime "2020-01-01T00:00:00Z"^^xsd:dateTime .
"""
CHANGE, ROUND = "https://w3id.org/g7graph/id/change/1", "https://w3id.org/g7graph/id/round/1"


def served(folder: Path, data: str) -> FlaskClient:
    (folder / "a.ttl").write_text(PREFIXES + data, encoding="utf-8")
    return create_app(Project.find(folder / "a.ttl")).test_client()


@pytest.fixture
def few(tmp_path: Path) -> FlaskClient:
    return served(tmp_path, DATA)


@pytest.fixture
def many(tmp_path: Path) -> FlaskClient:
    """Two full archives and one change more."""
    version = '<http://x/v/{n:03}> dcat:isVersionOf <http://x/d> ; dcterms:issued "{y}-01-01"^^xsd:date .\n'
    count = 2 * changes.HELD + 1
    return served(tmp_path, "".join(version.format(n=n, y=1900 + n) for n in range(count)))


def feed(client: FlaskClient, address: str = "/changes.atom?lang=en") -> Element:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    return fromstring(answer.data)  # noqa: S314 - our own


def ids(root: Element) -> list[str]:
    return [entry.findtext(f"{ATOM}id", "") for entry in root.findall(f"{ATOM}entry")]


def links(root: Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in root.findall(f"{ATOM}link")}


def test_a_feed_has_what_rfc_4287_asks_for(few: FlaskClient) -> None:
    root = feed(few)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (one,) = element.findall(f"{ATOM}{name}")
            assert one.text
        assert re.fullmatch(r"[a-z]+:\S+", element.findtext(f"{ATOM}id", ""))
        moment = datetime.fromisoformat(element.findtext(f"{ATOM}updated", ""))
        assert moment.tzinfo is not None
        assert element.find(f"{ATOM}content") is not None or links(element).get("alternate")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "g7graph"
    assert links(root)["self"] == "http://localhost/changes.atom?lang=en"
    assert root.findtext(f"{ATOM}updated") == "2026-11-24T10:00:00.500Z"


def test_versions_writes_and_rounds_with_a_date_are_told_the_latest_first(few: FlaskClient) -> None:
    root = feed(few)
    assert ids(root) == [CHANGE, "http://x/v/2", "http://x/v/1", ROUND]
    kinds = [entry.find(f"{ATOM}category") for entry in root.findall(f"{ATOM}entry")]
    assert [kind.get("term") for kind in kinds if kind is not None] == ["change", "version", "version", "round"]


@pytest.mark.parametrize(
    ("lang", "title", "summary"),
    [
        ("en", "Version 1", "The first & <b>"),
        ("es", "Versión 1", "Lo primero <b>"),
        ("fr", "Versión 1", "Lo primero <b>"),
    ],
)
def test_the_texts_are_in_the_language_asked_for(few: FlaskClient, lang: str, title: str, summary: str) -> None:
    entry = feed(few, f"/changes.atom?lang={lang}").findall(f"{ATOM}entry")[2]
    assert (entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}summary")) == (title, summary)


def test_moments_of_several_zones_are_told_in_their_order(tmp_path: Path) -> None:
    moments = ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00.25Z", "2026-11-24T11:30:00+02:00", "2026-11-24T10:00:01")
    version = '<http://x/{n}> dcat:isVersionOf <http://x/d> ; dcterms:issued "{when}"^^xsd:dateTime .\n'
    client = served(tmp_path, "".join(version.format(n=n, when=when) for n, when in enumerate(moments)))
    assert ids(feed(client)) == ["http://x/3", "http://x/1", "http://x/0", "http://x/2"]


def test_what_xml_cannot_hold_or_nobody_can_follow_leaves_the_feed_valid(tmp_path: Path) -> None:
    data = (
        """<urn:x> dcat:isVersionOf <http://x/d> ; dcterms:issued "2026-01-01"^^xsd:date ; rdfs:label "a\\u000Bb<" ."""
    )
    (entry,) = feed(served(tmp_path, data)).findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title", "").startswith("a")
    assert entry.findtext(f"{ATOM}title", "").endswith("b<")
    assert entry.find(f"{ATOM}link") is None
    assert entry.findtext(f"{ATOM}content")


def test_older_changes_are_in_archives_that_lead_to_one_another(many: FlaskClient) -> None:
    current = feed(many)
    assert ids(current) == ["http://x/v/100"]
    assert current.find(f"{HISTORY}archive") is None
    second = feed(many, links(current)["prev-archive"].removeprefix("http://localhost"))
    assert second.find(f"{HISTORY}archive") is not None
    assert links(second)["current"] == links(current)["self"]
    assert "next-archive" not in links(second)
    first = feed(many, links(second)["prev-archive"].removeprefix("http://localhost"))
    assert links(first)["next-archive"] == links(second)["self"]
    assert "prev-archive" not in links(first)
    told = ids(current) + ids(second) + ids(first)
    assert told == [f"http://x/v/{n:03}" for n in reversed(range(2 * changes.HELD + 1))]


def test_a_member_of_the_stream_is_in_the_class_of_its_kind(few: FlaskClient) -> None:
    triples = [quad.triple for quad in ox.parse(few.get("/changes.ttl").data, format=ox.RdfFormat.TURTLE)]
    types = {t.subject.value: t.object.value for t in triples if t.predicate.value.endswith("rdf-syntax-ns#type")}
    assert types[CHANGE] == "http://www.w3.org/ns/prov#Activity"
    assert types[ROUND] == "https://w3id.org/g7graph/ontology#MonitoringRound"
    assert types["http://x/v/1"] == types["http://x/v/2"] == "http://www.w3.org/ns/prov#Entity"
    assert not [t for t in triples if t.predicate.value == "http://purl.org/dc/terms/type"]


def test_a_write_tells_the_graphs_that_it_touched(few: FlaskClient) -> None:
    entry = feed(few).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}summary") == "http://x/b, graph/a"
    page = few.get("/changes", headers={"Accept": "text/html"}).text
    assert '<dd>http://x/b, <a href="/graph/a">graph/a</a></dd>' in page  # no link to what is gone
    said = rdflib.Graph().parse(data=few.get("/changes.ttl").data, format="turtle")
    for how, graph in ((PROV.generated, "https://w3id.org/g7graph/graph/a"), (PROV.invalidated, "http://x/b")):
        assert str(said.value(said.value(rdflib.URIRef(CHANGE), how), DCTERMS.identifier)) == graph


def test_the_members_of_the_stream_have_the_shape_that_it_tells(few: FlaskClient) -> None:
    graph = rdflib.Graph().parse(data=few.get("/changes.ttl").data, format="turtle")
    (shape,) = graph.objects(rdflib.URIRef(changes.STREAM), TREE.shape)
    members = list(graph.objects(rdflib.URIRef(changes.STREAM), TREE.member))
    for member in members:
        graph.add((shape, SH.targetNode, member))
    assert pyshacl.validate(graph, shacl_graph=graph)[0]
    graph.remove((members[0], DCTERMS.date, None))
    assert not pyshacl.validate(graph, shacl_graph=graph)[0]


def test_the_same_is_an_event_stream(many: FlaskClient) -> None:
    def stream(address: str) -> tuple[set[str], set[str]]:
        triples = [quad.triple for quad in ox.parse(many.get(address).data, format=ox.RdfFormat.TURTLE)]
        said = [(t.predicate.value, t.object.value) for t in triples if isinstance(t.object, ox.NamedNode)]
        members, nodes = ({o for p, o in said if p == f"https://w3id.org/tree#{name}"} for name in ("member", "node"))
        assert any(t.object == ox.NamedNode("https://w3id.org/ldes#EventStream") for t in triples)
        return members, nodes

    members, nodes = stream("/changes.ttl")
    assert nodes == {"http://localhost/changes.ttl?archive=2"}
    more, nodes = stream("/changes.ttl?archive=2")
    last, end = stream(next(iter(nodes)).removeprefix("http://localhost"))
    assert (len(members), len(more), len(last), end) == (1, changes.HELD, changes.HELD, set())
    assert len(members | more | last) == 2 * changes.HELD + 1


def test_pages_tell_of_the_feed_and_show_the_changes(real: FlaskClient) -> None:
    page = real.get("/changes?lang=fr", headers={"Accept": "text/html"})
    assert '<link rel="alternate" type="application/atom+xml"' in page.text
    assert "Suivi de mai 2014" in page.text
    assert '</changes.atom?lang=fr>; rel="alternate"; type="application/atom+xml"' in page.headers["Link"]
    assert 'href="/changes.atom"' in real.get("/", headers={"Accept": "text/html"}).text


def test_the_same_data_gives_the_same_bytes(few: FlaskClient, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    for address in ("/changes.atom", "/changes.ttl", "/changes.jsonld"):
        assert few.get(address).data == served(again, DATA).get(address).data


def test_a_service_in_which_nothing_happened_has_an_empty_feed(tmp_path: Path) -> None:
    root = feed(served(tmp_path, "<http://x/a> <http://x/p> 1 ."))
    assert ids(root) == []
    assert root.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("archive", ["0", "3", "-1", "x", "1" * 40, "\u0661"])
def test_an_archive_that_is_not_there_is_a_problem(many: FlaskClient, archive: str) -> None:
    answer = many.get("/changes.atom", query_string={"archive": archive})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["type"].endswith("/problem/no-archive")


def test_a_format_that_is_not_there_is_a_problem(few: FlaskClient) -> None:
    assert few.get("/changes.rss").status_code == 406
    assert few.get("/changes", headers={"Accept": "image/png"}).status_code == 406
