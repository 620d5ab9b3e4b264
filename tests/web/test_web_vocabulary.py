"""The documentation of the vocabulary: every term with its rules, uses and past; every version of it resolves."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from g7graph import vocab
from g7graph.build import open_store
from g7graph.errors import Limited
from g7graph.project import Project
from g7graph.table import Table
from g7graph.web import create_app, fingerprint
from g7graph.web.facts import Facts
from g7graph.web.options import Options
from g7graph.web.rules import Count, Rules
from g7graph.web.usage import Usage
from tests.web import vocabulary as past

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ROOT = Path(__file__).resolve().parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"
MEDIA = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "rdf": "application/rdf+xml",
}


class Page(HTMLParser):
    """What a page has: the places on it and what leads to places on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: list[str] = []
        self.leads: set[str] = set()
        self.feed(text)

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.places.append(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.leads.add((value or "")[1:])


@pytest.fixture(scope="module")
def past_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.find(past.write(tmp_path_factory.mktemp("past")))


@pytest.fixture(scope="module")
def past_app(past_project: Project) -> Flask:
    return create_app(past_project, open_store(past_project))


@pytest.fixture
def old(past_app: Flask) -> FlaskClient:
    return past_app.test_client()


@pytest.fixture(scope="module")
def pages(real_app: Flask) -> dict[str, str]:
    client = real_app.test_client()
    return {lang: client.get(f"/ontology?lang={lang}", headers=BROWSER).text for lang in ("es", "en", "fr")}


@pytest.fixture(scope="module")
def ontology() -> Facts:
    files = [path for path in sorted((ROOT / "ontology").rglob("*.ttl")) if "shapes" not in path.parts]
    return Facts(quad.triple for path in files for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE))


def own_terms(ontology: Facts) -> set[str]:
    kinds = [vocab.STANDARD["owl"] + name for name in ("Class", "ObjectProperty", "DatatypeProperty")]
    found = {iri for kind in kinds for iri in ontology.subjects("rdf:type", kind)}
    return {iri for iri in found if iri.startswith(vocab.G7)}


def article(page: str, name: str) -> str:
    (found,) = re.findall(rf'<article class="term[^"]*" id="{name}">.*?</article>', page, re.DOTALL)
    return re.sub(r"\s+", " ", found)


def said(page: str, name: str) -> str:
    """The text of a term's article, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", article(page, name)).replace("&#39;", "'")).replace(" ,", ",")


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_every_term_stands_on_the_page_at_the_hash_of_its_iri_with_its_texts(
    pages: dict[str, str], ontology: Facts, lang: str
) -> None:
    terms = own_terms(ontology)
    assert len(terms) > 180
    assert set(Page(pages[lang]).places) >= {iri.removeprefix(vocab.G7) for iri in terms}
    for iri in terms:
        text = said(pages[lang], iri.removeprefix(vocab.G7))
        for name in ("rdfs:label", "skos:definition"):
            (mine,) = [one.value for one in ontology.literals(iri, name) if one.language == lang]
            assert re.sub(r"\s+", " ", mine).replace("'", "'") in text.replace("&amp;", "&").replace("&#34;", '"'), iri


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_no_place_is_named_twice_and_what_leads_to_one_finds_it(pages: dict[str, str], lang: str) -> None:
    page = Page(pages[lang])
    assert len(page.places) == len(set(page.places))
    assert page.leads <= set(page.places)
    assert len(page.leads) > 200


def test_a_property_says_where_it_is_used_what_is_asked_and_what_the_data_say_with_it(pages: dict[str, str]) -> None:
    text = said(pages["en"], "parent")
    assert "Used on Indicator" in text
    assert "Values Key result, Objective" in text or "Values Objective, Key result" in text
    assert "Inverse Has indicator" in text
    assert "functional: one value at most" in text
    assert "rdfs:domain: what has it is of that class; rdfs:range" in said(pages["en"], "parentCompany")
    assert "indicator:4.4 g7:parent result:4 ." in text
    assert "close match cids:forOutcome, sdg:isIndicatorOf" in text
    assert "added in 0.1.0" in text
    assert "The indicator takes exactly one parent" in text
    assert re.search(r"In the data 38 statements, for example 1\.1 .* → ", text)


def test_a_class_says_its_hierarchy_its_properties_with_how_many_and_a_thing_that_is_one(
    pages: dict[str, str], real: FlaskClient
) -> None:
    text = said(pages["es"], "Measurement")
    assert "Subclases Avance, Línea de base, Meta" in text
    assert "Se divide en Avance, Línea de base, Meta" in text
    assert "subclase de Entidad (PROV), Observación, schema:Observation" in text
    assert re.search(r"Indicador g7:indicator 1 Indicador ", text), "exactly one, an indicator"
    assert re.search(r"Versión g7:version 1 Versiones ", text), "a code of the list"
    assert "Disjunta de 25 términos" in text
    (count, thing) = re.findall(
        r'(\d+) cosas; por ejemplo\s*<a href="(/doc/[^"]+)"', article(pages["es"], "Measurement")
    )[0]
    asked = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/g7graph/ontology#Measurement> }"
    assert real.get("/sparql", query_string={"query": asked, "format": "csv"}).text.split() == ["n", count]
    assert real.get(thing, headers=BROWSER).status_code == 200


def test_what_is_inherited_is_said_so_and_counts(pages: dict[str, str]) -> None:
    text = said(pages["en"], "District")
    assert "Subclass of Place" in text
    assert "And those of Place" in text
    assert re.search(r"UBIGEO g7:ubigeo 0–1 ", text), "at most one of any place"


def test_the_page_tells_the_sizes_that_the_files_have(pages: dict[str, str], ontology: Facts) -> None:
    classes = [iri for iri in own_terms(ontology) if vocab.STANDARD["owl"] + "Class" in ontology.nodes(iri, "rdf:type")]
    concepts = ontology.subjects("rdf:type", vocab.STANDARD["skos"] + "Concept")
    schemes = ontology.subjects("rdf:type", vocab.STANDARD["skos"] + "ConceptScheme")
    expected = (
        f"{len(classes)} classes, {len(own_terms(ontology)) - len(classes)} properties, "
        f"{len(schemes)} code lists with {len(concepts)} codes"
    )
    assert expected in pages["en"]


def test_every_code_stands_on_the_page_and_on_that_of_its_list(
    pages: dict[str, str], ontology: Facts, real: FlaskClient
) -> None:
    for scheme in ontology.subjects("rdf:type", vocab.STANDARD["skos"] + "ConceptScheme"):
        key = scheme.removeprefix(vocab.THING)
        list_page = real.get(f"/doc/{key}?lang=en", headers=BROWSER).text
        for iri in ontology.subjects("skos:inScheme", scheme):
            (notation,) = ontology.literals(iri, "skos:notation")
            row = f'<th scope="row"><code>{notation.value}</code></th>'
            assert row in list_page
            assert row in article(pages["en"], f"list-{key}").replace("> <", "><")


def test_a_code_list_counts_who_carries_each_code_and_is_had_whole(real: FlaskClient) -> None:
    page = re.sub(r"\s+", " ", real.get("/doc/status?lang=en", headers=BROWSER).text)
    uses = dict(re.findall(r'<code>([a-z-]+)</code></th>.*?data-label="Uses">(\d+)</td>', page))
    progress = real.get("/api/queries/indicator-progress.csv").text
    assert {key: int(count) for key, count in uses.items()} == {
        key: len(re.findall(rf",{key},", progress)) for key in uses
    }
    assert len(uses) == 6
    assert 'href="/ontology?lang=en#status"' in page
    assert 'href="/graph/ontology/codes/status.ttl?lang=en"' in page


@pytest.mark.parametrize(
    ("root", "lang", "name"),
    [("", "es", "Lograda"), ("", "en", "Achieved"), ("/data", "en", "Achieved"), ("", "fr", "Atteinte")],
)
def test_each_reader_is_shown_a_code_list_in_their_language_with_links_that_lead_there(
    real: FlaskClient, root: str, lang: str, name: str
) -> None:
    page = real.get(f"/doc/status?lang={lang}", headers=BROWSER, environ_overrides={"SCRIPT_NAME": root}).text
    iri = "https://w3id.org/g7graph/id/status/achieved"
    assert f'<a href="{root}/doc/status/achieved?lang={lang}" title="{iri}">{name}</a>' in page


def diagram(page: str) -> ET.Element:
    (found,) = re.findall(r"<svg class=\"diagram\".*?</svg>", page, re.DOTALL)
    return ET.fromstring(found)  # noqa: S314 - our own


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_the_diagram_has_every_class_once_and_leads_to_it(pages: dict[str, str], ontology: Facts, lang: str) -> None:
    drawing = diagram(pages[lang])
    leads = [one.get("href", "")[1:] for one in drawing.iter(SVG + "a")]
    classes = {name for iri in own_terms(ontology) if (name := iri.removeprefix(vocab.G7))[0].isupper()}
    assert sorted(name for name in leads if name[0].isupper()) == sorted(classes)
    assert {"parent", "indicator", "within"} <= set(leads)
    assert "hasIndicator" not in leads, "its inverse says the same"
    labelled = set(Page(pages[lang]).places)
    assert drawing.get("aria-labelledby") in labelled
    assert drawing.get("aria-describedby") in labelled


def test_no_boxes_of_the_diagram_overlap_and_none_is_outside(pages: dict[str, str]) -> None:
    drawing = diagram(pages["fr"])
    width, height = int(drawing.get("width", 0)), int(drawing.get("height", 0))
    frames = [
        tuple(int(one.get(name, 0)) for name in ("x", "y", "width", "height"))
        for one in drawing.iter(SVG + "rect")
        if one.get("class") is None
    ]
    assert len(frames) > 20
    for place, (x, y, w, h) in enumerate(frames):
        assert 0 <= x <= width - w
        assert 0 <= y <= height - h
        for other_x, other_y, other_w, other_h in frames[place + 1 :]:
            assert x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y


def test_the_diagram_is_the_same_each_time_and_in_each_language(real_app: Flask, pages: dict[str, str]) -> None:
    again = real_app.test_client().get("/ontology?lang=en&again=1", headers=BROWSER).text
    assert ET.tostring(diagram(again)) == ET.tostring(diagram(pages["en"]))
    paths = [[one.get("d") for one in diagram(pages[lang]).iter(SVG + "path")] for lang in ("es", "fr")]
    assert paths[0] == paths[1]
    assert len(paths[0]) > 60


@pytest.mark.parametrize("name", MEDIA)
def test_the_vocabulary_is_downloaded_in_every_format_under_a_name_of_its_own(real: FlaskClient, name: str) -> None:
    expected = {quad.triple for quad in ox.parse(path=ROOT / "ontology/g7.ttl", format=ox.RdfFormat.TURTLE)}
    for address in (f"/ontology.{name}", f"/ontology/0.1.0.{name}"):
        answer = real.get(address)
        assert answer.mimetype == MEDIA[name]
        assert answer.headers["Content-Disposition"] == f'inline; filename="g7graph-ontology-0.1.0.{name}"'
        parsed = {quad.triple for quad in ox.parse(answer.data, format=ox.RdfFormat.from_extension(name))}
        assert len(parsed) == len(expected)
        plain = {one for one in expected if not any(isinstance(term, ox.BlankNode) for term in one)}
        assert plain <= parsed


def test_the_version_iri_of_the_header_and_of_every_version_recorded_resolves(
    real: FlaskClient, ontology: Facts
) -> None:
    named = {*ontology.nodes(vocab.ONTOLOGY, "owl:versionIRI"), *ontology.nodes(vocab.ONTOLOGY, "dcat:hasVersion")}
    assert named
    for iri in named:
        answer = real.get(iri.removeprefix(vocab.BASE.rstrip("/")), headers={"Accept": "text/turtle"})
        assert (answer.status_code, answer.mimetype) == (200, "text/turtle")
        assert f"<{iri}>" in answer.text
        assert '</ontology>; rel="latest-version"' in ", ".join(answer.headers.getlist("Link"))


def test_an_earlier_version_is_answered_for_as_it_was_published(old: FlaskClient) -> None:
    turtle = old.get("/ontology/0.1.0", headers={"Accept": "text/turtle"})
    expected = {quad.triple for quad in ox.parse(past.PREFIXES + past.FIRST, format=ox.RdfFormat.TURTLE)}
    assert {quad.triple for quad in ox.parse(turtle.data, format=ox.RdfFormat.TURTLE)} == expected
    page = old.get("/ontology/0.1.0?lang=en", headers=BROWSER).text
    assert "This is version 0.1.0 as it was published" in page
    assert "In the data" not in page, "the data are of today"
    assert "deprecated" not in article(page, "Yardstick")
    assert 'href="/ontology/0.1.0.ttl?lang=en"' in page
    assert "g7:Indicator" not in page
    assert Page(page).leads <= set(Page(page).places)
    assert "Added: 2 Hue Yardstick" in said(page, "version-0.1.0")


def test_an_earlier_version_is_not_in_the_data(old: FlaskClient) -> None:
    asked = "SELECT ?v { <https://w3id.org/g7graph/ontology> <http://www.w3.org/2002/07/owl#versionInfo> ?v }"
    assert old.get("/sparql", query_string={"query": asked, "format": "csv"}).text.split() == ["v", "0.2.0"]
    assert "versions/0.1.0" not in old.get("/graph/", headers=BROWSER).text


@pytest.mark.parametrize(
    "address",
    [
        "/ontology/0.0.9",
        "/ontology/0.3.0.ttl",
        "/ontology/..",
        "/ontology/%2e%2e%2fg7",
        "/ontology/x%22%3E",
        "/ontology/0.1",
    ],
)
def test_a_version_that_was_never_published_is_not_made_up(old: FlaskClient, address: str) -> None:
    answer = old.get(address)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_who_asks_for_an_unknown_version_is_told_the_nearest(old: FlaskClient) -> None:
    answer = old.get("/ontology/0.2.1?lang=en")
    assert answer.json is not None
    assert answer.json["type"].endswith("/problem/unknown-version")
    assert answer.json["nearest"][0] == "0.2.0"
    assert old.get("/ontology/0.1.0", headers={"Accept": "image/png"}).status_code == 406


def test_what_is_in_disuse_is_said_so_with_what_to_use_instead(old: FlaskClient) -> None:
    page = old.get("/ontology?lang=en", headers=BROWSER).text
    text = said(page, "Yardstick")
    assert "Deprecated: do not use it in new data. Instead: Indicator" in text
    assert "added in 0.1.0 ; deprecated in 0.2.0 : an indicator says it better" in text
    assert 'id="section-deprecated"' in page
    assert "not used" in text
    codes = said(page, "list-shade")
    assert "dark Dark deprecated Deprecated: do not use it in new data. Instead: Dim" in codes
    assert "In its place" not in said(page, "Indicator")


def test_changes_are_told_by_version_the_newest_first(old: FlaskClient) -> None:
    page = old.get("/ontology?lang=en", headers=BROWSER).text
    assert re.findall(r'id="version-([\d.]+)"', page) == ["0.2.0", "0.1.0", "0.0.9"]
    second, first = said(page, "version-0.2.0"), said(page, "version-0.1.0")
    assert "Indicators." in second
    assert "Added: 1 Indicator" in second
    assert "Changed: 1 Hue : used on indicators" in second
    assert "Deprecated: 1 Yardstick : an indicator says it better" in second
    assert "2025-01-02" in first
    assert "Added: 2 Hue Yardstick" in first
    assert 'href="/ontology/0.1.0?lang=en"' in article(page, "version-0.1.0")
    assert "href" not in article(page, "version-0.0.9"), "it cannot be had"


def test_rules_warnings_and_uses_are_those_of_the_framework(old: FlaskClient) -> None:
    page = old.get("/ontology?lang=en", headers=BROWSER).text
    assert "Indicator : Give it a hue. g7sh:Indicator-hue warning" in said(page, "hue")
    assert re.search(r"Rules \(1\) Not so far\. g7sh:Indicator-far", said(page, "Indicator")), (
        "a rule on more than one property"
    )
    assert "Hue g7:hue 1–2 xsd:string" in said(page, "Indicator")
    assert "one statement: The first → red" in said(page, "hue")
    assert "2 things, for example The first" in said(page, "Indicator")
    assert "&lt;b&gt;What&lt;/b&gt;" in page


@pytest.mark.parametrize("address", ["/ontology", "/ontology/0.1.0", "/doc/status"])
def test_everything_that_a_page_leads_to_here_is_there(real: FlaskClient, address: str) -> None:
    found = re.findall(r'(?:href|src)="(/[^"#]*)', real.get(address, headers=BROWSER).text)
    leads = {html.unescape(one) for one in found if not one.startswith("/shapes")}  # each shape by its own hash
    assert len(leads) > 20
    for lead in leads:
        assert real.get(lead, headers=BROWSER).status_code in (200, 303), lead


def test_data_without_a_vocabulary_say_so(client: FlaskClient) -> None:
    page = client.get("/ontology?lang=en", headers=BROWSER)
    assert page.status_code == 200
    assert "These data bring no description of a vocabulary." in page.text
    assert client.get("/ontology/0.1.0").status_code == 404
    assert client.get("/ontology.ttl").headers["Content-Disposition"] == 'inline; filename="g7graph-ontology.ttl"'


def test_plain_data_that_hold_the_ontology_have_its_page(tmp_path: Path) -> None:
    graph = ox.NamedNode(vocab.graph("ontology/g7"))
    triples = [quad.triple for quad in ox.parse(path=ROOT / "ontology/g7.ttl", format=ox.RdfFormat.TURTLE)]
    file = tmp_path / "all.nq"
    file.write_bytes(
        ox.serialize(
            [ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples], format=ox.RdfFormat.N_QUADS
        )
        or b""
    )
    project = Project.find(file)
    client = create_app(project, open_store(project)).test_client()
    assert 'id="Indicator"' in client.get("/ontology", headers=BROWSER).text
    assert client.get("/ontology/0.1.0").status_code == 200


def test_answers_are_made_anew_where_shapes_or_earlier_versions_are_others(tmp_path: Path) -> None:
    root = past.write(tmp_path / "one")
    before = fingerprint(Project.find(root), Options())
    (root / "ontology/shapes/all.ttl").write_text(past.PREFIXES)
    changed = fingerprint(Project.find(root), Options())
    (root / "ontology/versions/0.1.0.ttl").unlink()
    assert len({before, changed, fingerprint(Project.find(root), Options())}) == 3


class Slow:
    """A store over which counting takes too long, or one that others keep busy."""

    union, version = True, "1"

    def __init__(self, key: str) -> None:
        self.key, self.asked = key, 0

    def table(self, _: str) -> Table:
        self.asked += 1
        raise Limited(self.key)

    def triples(self, _: str) -> list[ox.Triple]:
        return []

    def graphs(self) -> list[str]:
        return []

    def size(self) -> int:
        return 0


def test_data_too_large_to_be_counted_are_tried_once() -> None:
    usage, store = Usage(), Slow("too_long")
    assert usage.of(store, [vocab.G7 + "Indicator"], []) is None
    assert usage.of(store, [vocab.G7 + "Indicator"], []) is None
    assert store.asked == 1
    with pytest.raises(Limited):
        Usage().of(Slow("busy"), [vocab.G7 + "Indicator"], [])


def test_counts_are_of_all_rules_at_once() -> None:
    shapes = Facts(quad.triple for quad in ox.parse(past.PREFIXES + past.SHAPES, format=ox.RdfFormat.TURTLE))
    assert shapes.number(vocab.SHAPES + "Indicator-hue", "sh:maxCount") == 2
    rules = Rules.read(Project.default())
    assert str(rules.count([vocab.G7 + "Indicator"], vocab.G7 + "parent")) == "1"
    assert str(rules.count([vocab.G7 + "Indicator"], vocab.G7 + "nothing")) == "≥ 0"
    assert Count(2, 5).both(Count(0, 3)) == Count(2, 3)
    kinds = [one.kinds for one in rules.about(vocab.G7 + "unit") if one.target == vocab.G7 + "ContextFigure"]
    assert kinds == [(vocab.THING + "unit",)]


def test_what_is_asked_of_many_properties_alike_is_said_of_each_once() -> None:
    """A shape that targets all inverse properties has a part for each: none is said of another."""
    rules = Rules.read(Project.default())
    for name in ("next", "contains", "hasPlan"):
        (rule,) = [one for one in rules.on(vocab.G7 + name) if "OneDirection" in one.shape]
        assert rule.path == vocab.G7 + name
        assert [one.target for one in rules.about(vocab.G7 + name) if "OneDirection" in one.shape] == [rule.target]
