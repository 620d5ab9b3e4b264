"""A small framework, frozen: all that the service answers is a file, and every link leads to one."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from g7graph import i18n
from g7graph.build import open_local
from g7graph.cli import main
from g7graph.errors import DataError, StoreError, UsageError
from g7graph.exports.manifest import Manifest
from g7graph.freeze import Wanted, dumped, freeze
from g7graph.freeze.edition import Edition, edition
from g7graph.project import Project
from g7graph.store.limits import Limits
from g7graph.web import create_app
from tests.freeze.conftest import NOWHERE
from tests.freeze.links import checked, files

BASE = "https://w3id.org/g7graph"
RDF = ("ttl", "jsonld", "nt", "nq", "trig", "rdf")


@pytest.fixture(scope="module")
def live(small: Project) -> Flask:
    return create_app(small)


def text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_every_thing_has_a_page_in_three_languages_and_every_form_of_rdf(copy: Path) -> None:
    endings = {*RDF, "html", "en.html", "fr.html"}
    assert {path.name.removeprefix("4.4.") for path in (copy / "doc/indicator").glob("4.4.*")} == endings
    assert '<html lang="es">' in text(copy, "doc/indicator/4.4.html")
    assert "Local governments that simplify" in text(copy, "doc/indicator/4.4.en.html")
    assert '<html lang="fr">' in text(copy, "doc/indicator/4.4.fr.html")


@pytest.mark.parametrize(
    "name",
    [
        *(f"doc/indicator/4.4.{form}" for form in RDF),
        *(f"graph/source/2014.{form}" for form in RDF),
        *(f"ontology.{form}" for form in RDF),
        *(f"api/queries/notations.{form}" for form in RDF),
        *(f"api/queries/indicators.{form}" for form in ("csv", "tsv", "json", "xml", "md", "xlsx")),
        "query/indicators.rq",
        "static/style.css",
    ],
)
def test_a_file_is_what_the_service_answers(copy: Path, live: Flask, name: str) -> None:
    answer = live.test_client().get(f"/{name}", base_url=BASE)
    assert answer.status_code == 200
    assert (copy / name).read_bytes() == answer.data


def test_what_is_said_in_a_language_is_a_file_in_each(copy: Path, live: Flask) -> None:
    for lang, name in {"es": "indicators.csv", "en": "indicators.en.csv", "fr": "indicators.fr.csv"}.items():
        answer = live.test_client().get("/api/queries/indicators.csv", headers={"Accept-Language": lang})
        assert (copy / "api/queries" / name).read_bytes() == answer.data
    assert "Local governments" in text(copy, "api/queries/indicators.en.csv")
    assert "Local governments" not in text(copy, "api/queries/indicators.csv")


def test_lists_have_the_forms_that_are_asked_for_by_a_parameter(copy: Path, live: Flask) -> None:
    asked = live.test_client().get("/graph/?format=csv")
    assert (copy / "graph/index.csv").read_bytes() == asked.data


def test_the_description_of_the_service_has_what_is_left_of_it(copy: Path) -> None:
    described = json.loads(text(copy, "openapi.json"))
    assert [str(error) for error in OpenAPIV31SpecValidator(described).iter_errors()] == []
    paths = described["paths"]
    assert {"/api/queries/indicators.{format}", "/doc/{key}.{format}", "/dataset.{extension}"} < paths.keys()
    assert not paths.keys() & {"/sparql", "/graph-store", "/search", "/reconcile", "/health", "/metrics"}
    assert {method for item in paths.values() for method in item} == {"get"}
    taken = [one["in"] for item in paths.values() for one in item["get"]["parameters"]]
    assert set(taken) == {"path"}
    assert set(paths["/api/queries/indicators.{format}"]["get"]["responses"]) == {"200"}
    assert not set(described["components"]) - {"schemas"}
    assert "explain=1" not in json.dumps(described)


def test_every_link_leads_to_a_file_and_every_fragment_to_an_id(copy: Path) -> None:
    found = checked(copy)
    assert found.dead == []
    assert found.relative > 2000
    assert len(found.pages) > 150


def test_iris_stay_what_they_are(copy: Path) -> None:
    assert f"<code>{BASE}/id/indicator/4.4</code>" in text(copy, "doc/indicator/4.4.html")


def test_pages_say_what_they_are_a_copy_of_and_lead_to_what_needs_a_service(copy: Path) -> None:
    version = version_of(copy)
    for mark, said in {"": "Copia congelada", ".en": "Frozen copy", ".fr": "Copie figée"}.items():
        page = text(copy, f"doc/result/4{mark}.html")
        assert f'<a href="../../frozen{mark}.html">{said}' in page
        assert f'<a href="../../frozen{mark}.html#sparql">SPARQL</a>' in page
        notice = text(copy, f"frozen{mark}.html")
        assert version in notice
        assert set(re.findall(r'<section id="(\w+)">', notice)) == {"queries", "sparql", "reconcile", "writing", "rest"}
    form = text(copy, "api/queries/indicators.html")
    assert 'action="../../frozen.html#queries"' in form
    assert not (copy / "sparql.html").exists()
    assert not (copy / "reconcile").exists()


def version_of(copy: Path) -> str:
    return str(json.loads(text(copy, "freeze.json"))["data"])


def test_the_edition_is_that_of_the_dataset_not_of_its_parts_or_versions(tmp_path: Path) -> None:
    said = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix dataset: <https://w3id.org/g7graph/id/dataset/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        dataset:a1 a dcat:Dataset ; dcat:version "1" ; dcat:isVersionOf dataset:b .
        dataset:a2 a dcat:Dataset ; dcat:version "0" .
        dataset:b a dcat:Dataset ; dcat:version "2" ; dcterms:hasPart dataset:a2 ;
          dcterms:issued "2020-01-01"^^xsd:date ; dcterms:modified "2021-02-03"^^xsd:date ."""
    store = open_local(Project.find(framework(tmp_path / "fw", said)))
    assert edition(store, store.version) == Edition("2", "2021-02-03", store.version)
    nothing = open_local(Project.find(framework(tmp_path / "nothing")))
    assert edition(nothing, nothing.version).name == nothing.version


def test_an_indicator_leads_to_the_document_about_it(copy: Path) -> None:
    page = text(copy, "id/indicator/4.4/index.html")
    assert '<meta http-equiv="refresh" content="0; url=../../../doc/indicator/4.4.html">' in page


def test_the_page_of_unknown_addresses_is_shown_at_any_depth(copy: Path) -> None:
    assert 'href="/static/style.css"' in text(copy, "404.html")
    assert 'href="/index.en.html"' in text(copy, "404.en.html")


def test_the_manifest_knows_every_file(copy: Path) -> None:
    lines = (line.partition("  ") for line in text(copy, "SHA256SUMS").splitlines())
    sums = {name: sha256 for sha256, _, name in lines}
    assert set(sums) == set(files(copy)) - {"SHA256SUMS"}
    for name, sha256 in sums.items():
        assert hashlib.sha256((copy / name).read_bytes()).hexdigest() == sha256
    said = json.loads(text(copy, "freeze.json"))
    assert said["files"] == len(sums) - 1
    assert said["bytes"] == sum((copy / name).stat().st_size for name in sums if name != "freeze.json")


def test_the_index_of_the_search_has_every_thing_that_has_a_page(copy: Path) -> None:
    script = text(copy, "search/index.js")
    index = json.loads(script.removeprefix("globalThis.g7graphIndex = ").rstrip(";\n"))
    assert index["languages"] == list(i18n.LANGUAGES)
    things = {thing[0]: thing for thing in index["things"]}
    assert set(things) == {
        *("doc/indicator/4.4", "doc/indicator/9.1", "doc/passage/plan-4.4", "doc/result/4"),
    }
    _, code, kinds, names, _ = things["doc/indicator/4.4"]
    assert (code, names[:2]) == ("4.4", ["Gobiernos locales que simplifican", "Local governments that simplify"])
    assert [index["kinds"][kind][1] for kind in kinds] == ["Performance indicator"]
    assert "At least 54 local governments" in things["doc/passage/plan-4.4"][4]
    assert "JavaScript" in text(copy, "search.html")


def test_the_dumps_are_there_with_what_they_are_of(copy: Path, small: Project) -> None:
    known = Manifest.read(copy / "dumps")
    assert known is not None
    assert known.data == open_local(small).version
    for dump in known.dumps:
        assert hashlib.sha256((copy / "dumps" / dump.name).read_bytes()).hexdigest() == dump.sha256


def test_the_same_data_gives_the_same_bytes_and_takes_the_place_of_what_was_there(
    small: Project, copy: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "again"
    (folder / "empty").mkdir(parents=True)
    freeze(small, folder, Wanted(dumps=NOWHERE))
    assert text(folder, "SHA256SUMS") == text(copy, "SHA256SUMS")
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_current_dumps_are_taken_over_and_others_are_not(tmp_path: Path) -> None:
    project = Project.find(framework(tmp_path / "fw"))
    store = open_local(project)
    made, again, other = tmp_path / "made", tmp_path / "again", tmp_path / "other"
    dumped.place(store, project, NOWHERE, made)
    names = list(files(made))
    assert "dataset.nq.gz" in names
    (made / "stray.txt").write_text("not ours", encoding="utf-8")
    dumped.place(store, project, made, again)
    assert list(files(again)) == names
    (made / "dataset.nq.gz").write_bytes(b"tampered with")
    dumped.place(store, project, made, other)
    assert (other / "dataset.nq.gz").read_bytes() == (again / "dataset.nq.gz").read_bytes()


def framework(root: Path, turtle: str = "") -> Path:
    """A framework of one thing."""
    (root / "data/ttl").mkdir(parents=True)
    (root / "ontology").mkdir()
    (root / "queries").mkdir()
    said = turtle or '<https://w3id.org/g7graph/id/result/4> <http://www.w3.org/2000/01/rdf-schema#label> "Cuatro"@es .'
    (root / "data/ttl/results.ttl").write_text(said + "\n", encoding="utf-8")
    return root


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    project = Project.find(framework(tmp_path / "fw"))
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "CNAME").write_text("data.example\n", encoding="utf-8")
    with pytest.raises(StoreError, match="CNAME"):
        freeze(project, folder, Wanted(dumps=NOWHERE))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file"):
        freeze(project, tmp_path / "file", Wanted(dumps=NOWHERE))
    assert [path.name for path in folder.iterdir()] == ["CNAME"]


def test_what_was_put_into_a_copy_is_not_lost(copy: Path, tmp_path: Path, small: Project) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("freeze.json", "SHA256SUMS", "index.html"):
        (folder / name).write_bytes((copy / name).read_bytes())
    (folder / ".git").mkdir()
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"\.git/HEAD"):
        freeze(small, folder, Wanted(dumps=NOWHERE))
    assert (folder / "index.html").is_file()


@pytest.mark.parametrize(
    "url", ["data.example", "ftp://data.example", "https://", "https://a.example/?q=1", "https://["]
)
def test_what_is_no_address_of_a_site_is_refused(small: Project, tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="address of a site"):
        freeze(small, tmp_path / "site", Wanted(url, dumps=NOWHERE))


def test_plain_rdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(
        "<http://a.example/s> <http://a.example/p> <http://a.example/o> .\n", encoding="utf-8"
    )
    run = CliRunner().invoke(main, ["--data", str(tmp_path / "a.nt"), "--lang", "en", "freeze", str(tmp_path / "site")])
    assert run.exit_code == 2
    assert "plain RDF" in run.stderr
    assert not (tmp_path / "site").exists()


def test_data_that_cannot_be_read_leaves_no_trace(tmp_path: Path) -> None:
    project = Project.find(framework(tmp_path / "fw", "no Turtle"))
    with pytest.raises(DataError):
        freeze(project, tmp_path / "site", Wanted(dumps=NOWHERE))
    assert [path.name for path in tmp_path.iterdir()] == ["fw"]


def test_an_answer_that_fails_fails_the_copy(tmp_path: Path) -> None:
    root = framework(tmp_path / "fw")
    (root / "queries/long").mkdir()
    endless = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r . ?s ?t ?u . ?v ?w ?x }"
    said = framework_statements(60)
    (root / "data/ttl/many.ttl").write_text(said, encoding="utf-8")
    (root / "queries/long/endless.rq").write_text(endless + "\n", encoding="utf-8")
    (root / "queries/long/at-once.rq").write_text("SELECT * { ?a ?b ?c } LIMIT 1\n", encoding="utf-8")
    limits = Limits(answer_bytes=20_000_000)  # a time would hit whatever is slow on a busy machine
    with pytest.raises(StoreError, match="endless"):
        freeze(Project.find(root), tmp_path / "site", Wanted(dumps=NOWHERE, limits=limits))
    assert [path.name for path in tmp_path.iterdir()] == ["fw"]


def framework_statements(count: int) -> str:
    return "".join(f"<https://a.example/{number}> <https://a.example/p> {number} .\n" for number in range(count))


def test_keys_that_no_folder_takes_lead_to_the_notice(tmp_path: Path) -> None:
    thing = "https://w3id.org/g7graph/id"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    keys = ("place/%2E%2E/%2E%2E/up", "place/" + "x" * 250, "place/A%C3%B1o", "place/a%26b%23c", "place/two//slashes")
    lines = [
        f'<{thing}/{key}> {label} "Lugar {number}"@es ; <{thing}/p> <{thing}/place/to> .'
        for number, key in enumerate(keys)
    ]
    folder = tmp_path / "site"
    made = freeze(Project.find(framework(tmp_path / "fw", "\n".join(lines))), folder, Wanted(dumps=NOWHERE))
    assert checked(folder).dead == []
    assert len(made.left_out) == 3
    assert json.loads(text(folder, "freeze.json"))["left_out"] == made.left_out
    assert {path.name for path in (folder / "doc/place").glob("*.ttl")} == {"Año.ttl", "a&b#c.ttl"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fw", "site"]


def test_two_things_that_would_be_the_same_file_are_told_of(tmp_path: Path) -> None:
    thing, label = "https://w3id.org/g7graph/id/place", "<http://www.w3.org/2000/01/rdf-schema#label>"
    said = f'<{thing}/x> {label} "Lugar"@es . <{thing}/x.en> {label} "Otro"@es .'
    with pytest.raises(StoreError, match=r"doc/place/x\.en\.html"):
        freeze(Project.find(framework(tmp_path / "fw", said)), tmp_path / "site", Wanted(dumps=NOWHERE))


def test_the_command_says_how_much_it_wrote(tmp_path: Path) -> None:
    root = framework(tmp_path / "fw")
    folder = tmp_path / "site"
    arguments = ["freeze", str(folder), "--data", str(root), "--lang", "en", "--url", "https://data.example/plan/"]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0, run.output
    names = list(files(folder))
    total = sum((folder / name).stat().st_size for name in names)
    assert run.stderr == f"{len(names)} files, {total} bytes in {folder}.\n"
    assert '<html lang="en">' in text(folder, "index.html")
    assert '<html lang="es">' in text(folder, "index.es.html")
    assert 'href="/plan/static/style.css"' in text(folder, "404.html")
    assert json.loads(text(folder, "openapi.json"))["servers"] == [{"url": "https://data.example/plan"}]
    assert "sparqlEndpoint" not in text(folder, "dataset.ttl")
    assert "ErrorDocument 404 /plan/404" in text(folder, ".htaccess")
    assert "/plan/id/* /plan/doc/:splat.html 302" in text(folder, "_redirects")
