"""The description of a thing: what it says in RDF, its pages, its links; the same bytes from whichever store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox
import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from g7graph.build import build, open_local, open_store
from g7graph.pointing import PAGE
from g7graph.portion import PASSAGES, VALUES
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.federation import NONE
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore
from g7graph.table import text
from g7graph.web import create_app
from g7graph.web.description import Describer
from g7graph.web.documents import Remote
from g7graph.web.work import pooled, working

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NTRIPLES = {"Accept": "application/n-triples"}
THING, G7 = "https://w3id.org/g7graph/id/", "https://w3id.org/g7graph/ontology#"
INDICATOR, PLACE = THING + "indicator/4.4", THING + "place/PE"
MEASUREMENT = {"es": "Medición", "en": "Measurement", "fr": "Mesure"}
MANY = 40
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "nq": "nquads", "trig": "trig", "rdf": "xml"}
POINTING = 2 * PAGE + PAGE // 2
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix id: <https://w3id.org/g7graph/id/> .
@prefix passage: <https://w3id.org/g7graph/id/passage/> .
@prefix place: <https://w3id.org/g7graph/id/place/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
PLACES = [f'place:{n:06} a g7:Province ; g7:within place:PE ; rdfs:label "Provincia {n}"@es .' for n in range(POINTING)]
COUNTRY = """
place:PE a g7:Country ; rdfs:label "Perú"@es , "Peru"@en .
id:g7graph a dcat:Dataset ; dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
"""


def framework(root: Path, places: list[str]) -> Project:
    for folder in ("data/ttl", "queries", "ontology"):
        (root / folder).mkdir(parents=True)
    (root / "data/ttl/places.ttl").write_text(PREFIXES + "\n".join(places), encoding="utf-8")
    (root / "data/ttl/country.ttl").write_text(PREFIXES + COUNTRY, encoding="utf-8")
    return Project.find(root)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A place that more points to than a page holds."""
    project = framework(tmp_path_factory.mktemp("places"), PLACES)
    return create_app(project, open_store(project))


@pytest.fixture
def paged(places: Flask) -> FlaskClient:
    return places.test_client()


def triples(answer: TestResponse) -> set[tuple[str, str, str]]:
    assert answer.status_code == 200, answer.text
    found = ox.parse(answer.data, format=ox.RdfFormat.N_TRIPLES)
    return {(one.subject.value, one.predicate.value, str(one.object)) for one in found}


def links(answer: TestResponse) -> dict[str, list[str]]:
    """The targets of a `Link` header by relation."""
    found: dict[str, list[str]] = {}
    for target, relation in re.findall(r'<([^>]*)>; rel="([^"]+)"', answer.headers["Link"]):
        found.setdefault(relation, []).append(target)
    return found


# ---- what it says


def test_it_says_what_the_things_are_called_that_it_mentions(client: FlaskClient) -> None:
    said = triples(client.get("/doc/indicator/4.4", headers=NTRIPLES))
    labels = {(subject.rpartition("/")[2], label) for subject, name, label in said if name.endswith("rdf-schema#label")}
    assert ("4", '"Resultado 4"@es') in labels, "what it points to"
    assert ("ontology#PerformanceIndicator", '"Performance indicator"@en') in labels, "its class"
    assert "ontology#parent" not in {subject for subject, _ in labels}, "not mere properties"


def labels(answer: TestResponse) -> dict[str, set[str]]:
    """What an answer in N-Triples calls each of the project's things."""
    found: dict[str, set[str]] = {}
    for subject, name, label in triples(answer):
        if name in ("http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel"):
            found.setdefault(subject.removeprefix(THING), set()).add(label)
    return found


def test_what_has_no_label_is_called_what_its_page_calls_it_in_three_languages(client: FlaskClient) -> None:
    target = {f'"{word} 4.4-plan-target"@{lang}' for lang, word in MEASUREMENT.items()}
    for path in ("measurement/4.4-plan-target", "indicator/4.4"):
        assert labels(client.get(f"/doc/{path}.nt"))["measurement/4.4-plan-target"] == target, path
    for lang, word in MEASUREMENT.items():
        page = client.get(f"/doc/measurement/4.4-plan-target.html?lang={lang}").text
        assert f"<h1>{word} 4.4-plan-target</h1>" in page


def test_what_has_a_name_in_no_language_is_called_by_it_and_its_kind(client: FlaskClient) -> None:
    found = labels(client.get("/doc/measurement/4.4-plan-target.nt"))
    assert found["passage/plan-4.4"] == {
        '"Pasaje: Plan, fila 4.4"@es',
        '"Passage: Plan, fila 4.4"@en',
        '"Passage : Plan, fila 4.4"@fr',
    }


def test_what_has_a_label_gets_no_other(client: FlaskClient) -> None:
    assert labels(client.get("/doc/indicator/4.4.nt"))["result/4"] == {'"Resultado 4"@es'}


def test_such_labels_are_in_no_named_graph_for_no_file_says_them(client: FlaskClient) -> None:
    quads = [*ox.parse(client.get("/doc/measurement/4.4-plan-target.nq").data, format=ox.RdfFormat.N_QUADS)]
    bare = {(one.subject.value, one.predicate.value) for one in quads if one.graph_name == ox.DefaultGraph()}
    assert {name for _, name in bare} == {"http://www.w3.org/2000/01/rdf-schema#label"}
    assert {thing.removeprefix(THING) for thing, _ in bare} == {"measurement/4.4-plan-target", "passage/plan-4.4"}


@pytest.mark.parametrize("form", ["ttl", "jsonld", "nt", "nq", "trig", "rdf"])
def test_every_form_says_them(client: FlaskClient, form: str) -> None:
    answer = client.get(f"/doc/measurement/4.4-plan-target.{form}")
    said = rdflib.Dataset(default_union=True).parse(data=answer.data, format=FORMS[form])
    found = set(said.objects(rdflib.URIRef(THING + "measurement/4.4-plan-target"), rdflib.RDFS.label))
    assert found == {rdflib.Literal(f"{word} 4.4-plan-target", lang=lang) for lang, word in MEASUREMENT.items()}


def test_titles_are_labels_as_they_stand_and_what_is_not_known_gets_none(tmp_path: Path) -> None:
    data = f"""<{PLACE}> <http://purl.org/dc/terms/relation> <{THING}dataset/a> , <http://x/b> , <{THING}place/XX> .
<{THING}dataset/a> <http://purl.org/dc/terms/title> "Data"@en , "Datos"@es ."""
    (tmp_path / "a.ttl").write_text(data, encoding="utf-8")
    client = create_app(Project.find(tmp_path / "a.ttl")).test_client()
    assert labels(client.get("/doc/place/PE.nt")) == {"dataset/a": {'"Data"@en', '"Datos"@es'}}


def test_what_only_points_to_a_thing_gets_no_label_made(client: FlaskClient) -> None:
    answer = client.get("/doc/passage/plan-4.4.nt")
    assert THING + "measurement/4.4-plan-target" in {subject.strip("<>") for subject, *_ in triples(answer)}
    assert "measurement/4.4-plan-target" not in labels(answer)


def test_every_kind_of_thing_and_all_that_its_document_leads_to_has_a_label(
    real: FlaskClient, store: LocalStore
) -> None:
    things = sorted({one.subject.value for one in store.inner if str(one.subject).startswith(f"<{THING}")})
    kinds = {thing.removeprefix(THING).partition("/")[0]: thing for thing in things}
    assert len(kinds) > MANY
    for kind, thing in kinds.items():
        answer = real.get(f"/doc/{thing.removeprefix(THING)}.nt")
        mentioned = {thing, *(value.strip("<>") for _, _, value in triples(answer))}
        ours = {one.removeprefix(THING) for one in mentioned if one.startswith(THING)}
        assert not ours - set(labels(answer)), kind


def test_it_has_its_passages_and_measurements_whole(client: FlaskClient) -> None:
    said = triples(client.get("/doc/indicator/4.4", headers=NTRIPLES))
    passage, target = THING + "passage/plan-4.4", THING + "measurement/4.4-plan-target"
    assert (passage, G7 + "quote", '"Al menos 54 gobiernos locales"@es') in said
    assert (passage, G7 + "translation", '"At least 54 local governments"@en') in said
    assert (target, G7 + "value", '"54"^^<http://www.w3.org/2001/XMLSchema#integer>') in said


def test_a_passage_says_what_it_supports(client: FlaskClient) -> None:
    said = triples(client.get("/doc/passage/plan-4.4", headers=NTRIPLES))
    source = "http://www.w3.org/ns/prov#hadPrimarySource"
    assert (INDICATOR, source, f"<{THING}passage/plan-4.4>") in said
    assert {label for subject, _, label in said if subject == INDICATOR and "@en" in label}


@pytest.fixture(scope="module")
def far(project: Project, store: LocalStore) -> FlaskClient:
    """The alliance's own framework, of which whoever answers holds nothing: workers are asked for everything."""
    pool = pooled(store, Library.read(project.queries), Limits()).pool
    return create_app(project, PooledStore(pool, union=store.union)).test_client()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What workers are asked for meanwhile."""
    found: list[object] = []
    run = Pool.run

    def noted(self: Pool, job: Mapping[str, Any], *more: Any, **named: Any) -> IO[bytes]:
        found.append(job)
        return run(self, job, *more, **named)

    monkeypatch.setattr(Pool, "run", noted)
    return found


SOME = ("/doc/indicator/4.4", "/doc/round/2014-05", "/doc/organisation/pcm", "/doc/agency-kind", "/doc/place/040000")


def test_however_much_there_is_to_say_a_worker_is_asked_once(far: FlaskClient, asked: list[object]) -> None:
    for path in ("/doc/indicator/4.4", "/doc/round/2014-05"):
        far.get(path, headers=BROWSER)  # how the data is cited is asked once, not for each page
        for headers in (BROWSER, {"Accept": "text/turtle"}):
            asked.clear()
            assert far.get(f"{path}?only={len(headers)}", headers=headers).status_code == 200
            assert len(asked) == 1, asked


def test_no_worker_is_asked_where_the_data_are_at_hand(real: FlaskClient, asked: list[object]) -> None:
    for path in (*SOME, SOME[0].replace("doc", "id"), "/doc/indicator/nowhere"):
        real.get(f"{path}?at=hand", headers=BROWSER)
    assert not asked


@pytest.mark.parametrize("path", SOME)
def test_a_worker_says_the_same_as_data_at_hand(real: FlaskClient, far: FlaskClient, path: str) -> None:
    for ending in (".html", ".html?lang=fr", ".html?page=2", ".ttl", ".trig", ".jsonld"):
        near, other = real.get(path + ending), far.get(path + ending)
        assert (near.status_code, near.data) == (other.status_code, other.data), ending
        assert near.headers.get("Link") == other.headers.get("Link")


def test_data_at_hand_answer_no_more_when_they_are_not_those_that_are_served(small: Project) -> None:
    library = Library.read(small.queries)
    old, new = (LocalStore(ox.Store(), version=version) for version in ("1", "2"))
    old.inner.add(ox.Quad(ox.NamedNode(PLACE), ox.NamedNode(G7 + "code"), ox.Literal("old")))
    service = pooled(old, library, Limits())
    found = [service.table(f"ASK {{ <{PLACE}> ?p ?o }}").rows[0][0]]
    with service.near() as near:
        assert near is old
    service.pool.publish(new.version, working(lambda: new, library, NONE))
    with service.near() as near:
        assert near is None
    found.append(service.table(f"ASK {{ <{PLACE}> ?p ?o }}").rows[0][0])
    assert [text(one) for one in found] == ["true", "false"]


def test_data_at_hand_are_asked_by_one_at_a_time_and_workers_by_the_others(
    real_app: Flask, asked: list[object]
) -> None:
    store = real_app.extensions["g7graph"].store
    with store.near() as near:
        assert near
        first = real_app.test_client().get("/doc/result/4.html?at=once").data
        assert asked
    asked.clear()
    assert real_app.test_client().get("/doc/result/4.html?at=first").data.replace(b"at=first", b"at=once") == first
    assert not asked


# ---- pages


def pages(paged: FlaskClient) -> Iterator[set[tuple[str, str, str]]]:
    path = "/doc/place/PE"
    while path:
        answer = paged.get(path, headers=NTRIPLES)
        yield {one for one in triples(answer) if one[1] == G7 + "within"}
        path = next(iter(links(answer).get("next", [])), "")


def test_the_pages_together_say_all_that_points_to_it_and_each_says_its_own_share(paged: FlaskClient) -> None:
    found = list(pages(paged))
    assert [len(page) for page in found] == [PAGE, PAGE, POINTING - 2 * PAGE]
    assert set.union(*found) == {(f"{THING}place/{n:06}", G7 + "within", f"<{PLACE}>") for n in range(POINTING)}
    assert min(found[1]) > max(found[0]), "they are in order"


def test_pages_link_to_each_other_and_keep_their_number_in_every_form(paged: FlaskClient) -> None:
    found = links(paged.get("/doc/place/PE.ttl?page=2&lang=en"))
    assert (found["first"], found["prev"]) == (["/doc/place/PE.ttl?page=1&lang=en"],) * 2
    assert (found["next"], found["last"]) == (["/doc/place/PE.ttl?page=3&lang=en"],) * 2
    assert found["canonical"] == ["https://w3id.org/g7graph/doc/place/PE?page=2"]
    assert "/doc/place/PE.jsonld?page=2&lang=en" in found["alternate"]
    assert links(paged.get("/doc/place/PE?format=text/turtle"))["next"] == ["/doc/place/PE?page=2&format=text%2Fturtle"]
    assert "next" not in links(paged.get("/doc/place/PE?page=3"))
    assert not {"first", "prev", "next", "last"} & {*links(paged.get("/doc/place/000001"))}


SOURCES, MEMBERS = 2 * PASSAGES + 1, VALUES + 1
TALKATIVE = [
    'id:alliance a g7:Alliance ; rdfs:label "Alianza"@es .',
    *(f"id:alliance g7:member place:{n:06} ; prov:hadPrimarySource passage:{n:06} ." for n in range(SOURCES)),
    *(f"id:alliance g7:member place:{n:06} ." for n in range(SOURCES, MEMBERS)),
    *(f'passage:{n:06} a g7:Passage ; g7:locator "Fila {n}" ; g7:quote "Cita {n}"@es .' for n in range(SOURCES)),
]


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A thing that says more of itself than a document holds, and that nothing points to."""
    project = framework(tmp_path_factory.mktemp("talkative"), TALKATIVE)
    return create_app(project, open_store(project)).test_client()


def test_what_says_much_of_itself_says_it_on_pages_with_the_passages_of_each(talkative: FlaskClient) -> None:
    found, path = [], "/doc/alliance"
    while path:
        answer = talkative.get(path, headers=NTRIPLES)
        found.append(triples(answer))
        path = next(iter(links(answer).get("next", [])), "")
    members = [{value for _, name, value in page if name == G7 + "member"} for page in found]
    assert [len(page) for page in members] == [VALUES, MEMBERS - VALUES, 0]
    assert set.union(*members) == {f"<{THING}place/{n:06}>" for n in range(MEMBERS)}
    quoted = [{subject for subject, name, _ in page if name == G7 + "quote"} for page in found]
    behind = [{value.strip("<>") for _, name, value in page if name.endswith("hadPrimarySource")} for page in found]
    assert quoted == behind
    assert quoted == [
        {f"{THING}passage/{n:06}" for n in range(SOURCES)[at : at + PASSAGES]} for at in range(0, SOURCES, PASSAGES)
    ]
    assert all(
        (THING + "alliance", "http://www.w3.org/2000/01/rdf-schema#label", '"Alianza"@es') in one for one in found
    )


def test_a_page_for_people_says_how_much_there_is_of_values_and_passages(talkative: FlaskClient) -> None:
    page = talkative.get("/doc/alliance?lang=en&page=2", headers=BROWSER).text
    assert f"Page 2 of 2; up to {VALUES} values of each property on a page." in page
    assert f"Page 2 of 3; {SOURCES} passages in all, up to {PASSAGES} on a page." in page
    assert '<a rel="next" href="/doc/alliance?page=3&amp;lang=en#evidence">Next</a>' in page
    assert '<a rel="next" href="/doc/alliance?page=3&amp;lang=en#properties">' not in page
    assert '<a rel="prev" href="/doc/alliance?page=1&amp;lang=en#properties">Previous</a>' in page
    assert page.count("<blockquote") == PASSAGES
    last = talkative.get("/doc/alliance?lang=en&page=3", headers=BROWSER).text
    assert "The long lists end on page 2." in last
    assert '<a rel="last" href="/doc/alliance?page=2&amp;lang=en#properties">Last</a>' in last
    assert '<nav class="pages"' not in talkative.get("/doc/place/PE", headers=BROWSER).text
    assert talkative.get("/doc/alliance?page=4").status_code == 404


def test_a_page_for_people_says_which_it_is_and_leads_to_the_others(paged: FlaskClient) -> None:
    page = paged.get("/doc/place/PE?page=2&lang=en", headers=BROWSER).text
    assert f"Page 2 of 3; {POINTING} statements in all." in page
    assert '<a rel="next" href="/doc/place/PE?page=3&amp;lang=en#incoming">Next</a>' in page
    assert '<a rel="prev" href="/doc/place/PE?page=1&amp;lang=en#incoming">Previous</a>' in page
    assert page.count('title="https://w3id.org/g7graph/id/place/') == PAGE
    assert f"Provincia {PAGE}<" in page
    assert f"Provincia {PAGE - 1}<" not in page


@pytest.mark.parametrize("number", ["0", "-1", "4", "1.0", "abc", "٣", "1e3", "9" * 40, "1 OR 1", "%00"])
def test_a_page_that_there_is_not_is_a_problem_that_says_which_there_are(paged: FlaskClient, number: str) -> None:
    answer = paged.get("/doc/place/PE", query_string={"page": number, "lang": "en"}, headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"].endswith("/problem/unknown-page")
    assert answer.json["detail"].endswith("they go from 1 to 3.")


# ---- headers


def test_a_document_links_to_its_forms_its_thing_its_classes_and_its_licence(paged: FlaskClient) -> None:
    answer = paged.get("/doc/place/PE", headers={"Accept": "text/turtle"})
    found, header = links(answer), answer.headers["Link"]
    forms = ("html", "ttl", "jsonld", "nq", "nt", "rdf", "trig")
    assert found["alternate"] == [f"/doc/place/PE.{form}" for form in forms]
    assert found["canonical"] == ["https://w3id.org/g7graph/doc/place/PE"]
    assert f'</doc/place/PE>; rel="describedby"; anchor="{PLACE}"' in header
    assert f'<{G7}Country>; rel="type"; anchor="{PLACE}"' in header
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert links(paged.get("/id/place/PE"))["describedby"] == ["/doc/place/PE"]
    assert links(paged.get("/graph/places.ttl"))["license"] == found["license"]


def test_below_a_prefix_links_lead_below_it_and_iris_stay(paged: FlaskClient) -> None:
    found = links(paged.get("/doc/place/PE", base_url="https://data.example.org/g7", headers=NTRIPLES))
    assert {link.startswith("/g7/doc/place/PE") for link in (*found["alternate"], *found["next"])} == {True}
    assert found["canonical"] == ["https://w3id.org/g7graph/doc/place/PE"]
    here, there = (paged.get("/doc/place/PE.ttl", base_url=base).data for base in (None, "https://data.example.org/g7"))
    assert here == there


@pytest.mark.parametrize("path", ["/doc/place/PE", "/doc/place/PE.ttl?page=2", "/id/place/PE"])
def test_head_says_what_get_says(paged: FlaskClient, path: str) -> None:
    got, head = paged.get(path), paged.head(path)
    assert head.data == b""
    drop = ("Server-Timing", "Date")
    assert head.status_code == got.status_code
    assert [pair for pair in head.headers if pair[0] not in drop] == [
        pair for pair in got.headers if pair[0] not in drop
    ]


def test_a_document_that_the_client_has_is_not_sent_again(paged: FlaskClient) -> None:
    answer = paged.get("/doc/place/PE.ttl")
    tag = answer.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag), "a strong one"
    again = paged.get("/doc/place/PE.ttl", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert paged.get("/doc/place/PE.ttl?page=2", headers={"If-None-Match": tag}).status_code == 200
    assert "Accept, Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/turtle;q=0.4, application/ld+json;q=0.5", "application/ld+json"),
        ("text/html;q=0.1, application/rdf+xml", "application/rdf+xml"),
        ("application/trig, */*;q=0.1", "application/trig"),
        ("text/turtle;q=0, text/*", "text/html"),
        ("application/n-triples;q=0.2, text/turtle;q=0.1", "application/n-triples"),
        ("text/turtle;q=nonsense", "text/turtle"),
        (",;,text/turtle;;;q=0.3;x=\x7f", "text/turtle"),
        ("a" * 5000 + ", text/turtle", "text/turtle"),
    ],
)
def test_the_form_is_what_the_client_likes_best(paged: FlaskClient, accept: str, expected: str) -> None:
    assert paged.get("/doc/place/PE", headers={"Accept": accept}).mimetype == expected


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/doc/place/nowhere", "text/turtle", 404),
        ("/id/nothing", "text/turtle", 404),
        ("/doc/place/PE.png", "*/*", 404),
        ("/doc/place/PE", "image/png", 406),
        ("/doc/place/PE?format=exe", "*/*", 406),
    ],
)
def test_what_cannot_be_had_is_a_problem_in_the_language_asked_for(
    paged: FlaskClient, lang: str, path: str, accept: str, status: int
) -> None:
    answer = paged.get(path, headers={"Accept": accept, "Accept-Language": lang})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.headers["Content-Language"] == lang


@pytest.mark.parametrize(
    "key",
    ["place/PE>", "place/%3E%20%7D%20%23", "place/PE%00", "place/PE%0d%0aX: y", "place/%ff%fe", "place/\U0001f600",
     "place/" + "x" * 5000, "%2e%2e/%2e%2e/etc/passwd", "place/PE..ttl", "place/.ttl", ".ttl", "place/PE.TTL",
     "place/PE.ttl.ttl", "place//PE", "place/PE/", "'; DROP", "{{7*7}}", "place/PE%2Ettl%00.html"],
)  # fmt: skip
def test_a_hostile_key_is_only_unknown(paged: FlaskClient, key: str) -> None:
    for path in (f"/doc/{key}", f"/id/{key}"):
        answer = paged.get(path, headers=BROWSER)
        assert answer.status_code in (308, 404), path
        assert "\n" not in answer.headers.get("Location", "")
        assert "X" not in answer.headers


# ---- the same bytes


def from_worker(store: PooledStore, iri: str, number: int, form: str) -> bytes:
    with store.pool.run({"describe": iri, "page": number, "form": form, "lang": "es"}) as out:
        return out.read()


def test_the_same_data_gives_the_same_bytes_however_it_is_stored(places: Flask, tmp_path: Path) -> None:
    project = framework(tmp_path / "reversed", PLACES[::-1])
    other = create_app(project, open_store(project)).test_client()
    build(project, tmp_path / "store")
    on_disk = create_app(project, open_local(project, str(tmp_path / "store"), read_only=True)).test_client()
    client = places.test_client()
    for path in (
        "/doc/place/PE.ttl",
        "/doc/place/PE.trig?page=3",
        "/doc/place/PE.html?page=2",
        "/doc/place/000007.jsonld",
    ):
        assert client.get(path).data == other.get(path).data == on_disk.get(path).data, path


def test_a_store_elsewhere_is_asked_for_the_same(places: Flask) -> None:
    store = places.extensions["g7graph"].store
    for iri, number in ((PLACE, 1), (PLACE, 3), (THING + "place/000007", 1), (THING + "place/nowhere", 1)):
        assert Describer(Remote(store)).written(iri, number, "ttl", "es") == from_worker(store, iri, number, "ttl")


def test_somebodys_rdf_is_described_from_its_default_graph_too(tmp_path: Path) -> None:
    file = tmp_path / "a.nq"
    own = f'<{PLACE}> <http://x/p> "1" .\n<{PLACE}> <http://x/q> "2" <http://x/g> .\n'
    file.write_text(f"{own}<http://x/a> <http://x/r> <{PLACE}> .\n")
    project = Project.find(file)
    app = create_app(project, open_store(project))
    quads = set(ox.parse(app.test_client().get("/doc/place/PE.nq").data, format=ox.RdfFormat.N_QUADS))
    assert quads == set(ox.parse(file.read_bytes(), format=ox.RdfFormat.N_QUADS))
    store = app.extensions["g7graph"].store
    assert Describer(Remote(store)).written(PLACE, 1, "nq", "es") == from_worker(store, PLACE, 1, "nq")


ODD = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/g7graph/id/x/a(1)> rdfs:label "A" . <https://w3id.org/g7graph/id/x/ñandú> rdfs:label "B" .
<https://w3id.org/g7graph/id/x/a.ttl> rdfs:label "C" . <https://w3id.org/g7graph/id/x/b%20c%28> rdfs:label "D" .
"""


@pytest.mark.parametrize(
    ("address", "label"),
    [("a(1)", "A"), ("a%281%29", "A"), ("%C3%B1and%C3%BA", "B"), ("a.ttl", "C"), ("b%20c%28", "D"), ("b%20c(", "D")],
)
def test_a_thing_is_found_however_its_key_is_spelled(tmp_path: Path, address: str, label: str) -> None:
    (tmp_path / "a.ttl").write_text(ODD, encoding="utf-8")
    client = create_app(Project.find(tmp_path / "a.ttl")).test_client()
    lead = client.get(f"/id/x/{address}")
    assert lead.status_code == 303
    assert f"<h1>{label}</h1>" in client.get(lead.headers["Location"], headers=BROWSER).text
    assert f'"{label}"' in client.get(lead.headers["Location"] + ".nt").text
    assert client.get(f"/doc/x/{address}.nt").data == client.get(lead.headers["Location"] + ".nt").data


def test_an_empty_number_of_a_page_is_none(paged: FlaskClient) -> None:
    assert paged.get("/doc/place/PE.ttl?page=").data == paged.get("/doc/place/PE.ttl?page=1").data


def test_labels_that_are_the_same_in_several_languages_are_in_order(tmp_path: Path) -> None:
    pages = []
    for number, langs in enumerate((("fr", "en", "qu"), ("qu", "en", "fr"))):
        labels = "".join(f'<{PLACE}> <http://x/name> "Peru"@{lang} .\n' for lang in langs)
        (tmp_path / f"{number}.ttl").write_text(labels)
        pages.append(create_app(Project.find(tmp_path / f"{number}.ttl")).test_client().get("/doc/place/PE.html").data)
    assert pages[0] == pages[1]


def test_a_class_of_any_script_fits_into_a_header(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text(f"<{PLACE}> a <http://x/ñ?a='b'&c=(日)> .", encoding="utf-8")
    project = Project.find(file)
    answer = create_app(project, open_store(project)).test_client().get("/doc/place/PE.ttl")
    assert links(answer)["type"] == ["http://x/%C3%B1?a='b'&c=(%E6%97%A5)"]
    assert "<http://x/ñ?a='b'&c=(日)>" in answer.text
