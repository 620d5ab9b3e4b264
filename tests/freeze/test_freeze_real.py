"""The alliance's own framework, frozen: whole, its links intact, its RDF that of the service, its search at work."""

from __future__ import annotations

import gzip
import html
import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask import Flask

from g7graph import vocab
from g7graph.exports.manifest import Manifest
from g7graph.graph import format_of
from g7graph.project import Project
from g7graph.store.local import LocalStore
from g7graph.web import create_app
from tests.freeze.links import checked, files

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ENDINGS = ("", ".html", "index.html", ".json", ".ttl", ".xlsx")
CITED_QUERIES = ("agency-progress", "discrepancies", "evidence", "indicator-progress", "round-diff")
RDF = ("ttl", "jsonld", "nt", "nq", "trig", "rdf")


@pytest.fixture(scope="module")
def live(project: Project, store: LocalStore) -> Flask:
    return create_app(project, store)


@pytest.fixture(scope="module")
def things(store: LocalStore) -> list[str]:
    said = store.table("SELECT DISTINCT ?s { ?s ?p ?o FILTER(ISIRI(?s)) } ORDER BY ?s").rows
    iris = [term.value for (term,) in said if term is not None]
    return [iri.removeprefix(vocab.THING) for iri in iris if iri.startswith(vocab.THING)]


def test_every_link_leads_to_a_file_and_every_fragment_to_an_id(real_copy: Path) -> None:
    found = checked(real_copy)
    assert found.dead == []
    assert len(found.pages) > 6_000
    assert found.relative > 200_000


def test_every_thing_has_its_page_its_rdf_and_its_address(real_copy: Path, things: list[str]) -> None:
    assert len(things) > 1_400
    names = [f"doc/{key}.{ending}" for key in things for ending in ("html", "en.html", "fr.html", *RDF)]
    names += [f"id/{key}/index.html" for key in things]
    assert [name for name in names if not (real_copy / name).is_file()] == []


def test_every_run_that_a_page_cites_is_there_in_its_language_and_format(real_copy: Path, live: Flask) -> None:
    client = live.test_client()
    rounds = set()
    for name in CITED_QUERIES:
        for mark in ("", ".en", ".fr"):
            page = (real_copy / f"api/queries/{name}{mark}.html").read_text(encoding="utf-8")
            (address,) = set(re.findall(r">https://w3id.org/g7graph/(api/runs/[^<]*)<", page))
            path, _, args = html.unescape(address).partition("?")
            rounds.add("round=" in args)
            assert (real_copy / f"{path}.html").is_file()
            for ending in ("csv", "json"):
                answer = client.get(f"/{path}.{ending}?{args}")
                assert answer.status_code == 200
                assert (real_copy / f"{path}.{ending}").read_bytes() == answer.data
    assert rounds == {True, False}
    assert not [path for path in (real_copy / "api/runs").rglob("sha256-*.*") if b"/problem/" in path.read_bytes()]


def slot_values(slot: dict[str, Any]) -> list[str]:
    """What a part of a path may be: all there is, else the example, if there is one."""
    schema = slot["schema"]
    return [*(schema.get("enum") or schema.get("examples") or [slot[name] for name in ("example",) if name in slot])]


def test_every_address_of_the_description_is_a_file(real_copy: Path) -> None:
    addresses = [
        path.format_map({slot["name"]: value for slot, value in zip(item["get"]["parameters"], chosen, strict=True)})
        for path, item in json.loads((real_copy / "openapi.json").read_text(encoding="utf-8"))["paths"].items()
        for chosen in product(*map(slot_values, item["get"]["parameters"]))
    ]
    assert len(addresses) > 200
    names = set(files(real_copy))
    missing = [one for one in addresses if not {one[1:] + end for end in ENDINGS} & names]
    assert missing == []


def test_every_saved_query_has_its_answer_in_every_format(real_copy: Path, project: Project) -> None:
    stems = {path.stem for path in project.queries.rglob("*.rq") if path.parent.name == "progress"}
    assert "indicator-progress" in stems
    for stem in stems:
        for ending in ("html", "csv", "en.csv", "tsv", "json", "xml", "md", "xlsx"):
            assert (real_copy / f"api/queries/{stem}.{ending}").is_file(), stem


@pytest.mark.parametrize("name", ["eiti-revenue", "eiti-commitments", "result-progress"])
@pytest.mark.parametrize("ending", ["html", "en.html", "fr.html"])
def test_pages_of_saved_queries_have_their_charts(real_copy: Path, live: Flask, name: str, ending: str) -> None:
    lang = ending.removesuffix(".html").removesuffix("html") or "es"
    asked = live.test_client().get(f"/api/queries/{name}", headers={"Accept": "text/html", "Accept-Language": lang})
    drawn = re.compile('<svg class="as-.*?</svg>', re.DOTALL)
    frozen = drawn.findall((real_copy / f"api/queries/{name}.{ending}").read_text(encoding="utf-8"))
    assert frozen
    assert frozen == drawn.findall(asked.text)


def test_rdf_parses_and_is_what_the_service_answers(real_copy: Path, live: Flask, things: list[str]) -> None:
    client = live.test_client()
    paths = [f"doc/{key}" for key in [*things[::150], "indicator/4.4"]] + ["ontology", "graph/derived/progress"]
    for path in paths:
        for form in RDF:
            file = real_copy / f"{path}.{form}"
            assert file.read_bytes() == client.get(f"/{path}.{form}", base_url=vocab.BASE).data, file
            assert list(ox.parse(path=str(file), format=format_of(file)))


def test_the_dumps_hold_the_whole_dataset(real_copy: Path, store: LocalStore) -> None:
    known = Manifest.read(real_copy / "dumps")
    assert known is not None
    (whole,) = [one for one in known.dumps if (one.part, one.media_type) == ("dataset", "application/n-quads")]
    written = (real_copy / "dumps" / whole.name).read_bytes()
    lines = (gzip.decompress(written) if whole.compression else written).splitlines()
    assert len(lines) == len(store.inner)


def test_the_index_finds_by_code_name_and_passage(real_copy: Path, things: list[str]) -> None:
    script = (real_copy / "search/index.js").read_text(encoding="utf-8")
    index = json.loads(script.removeprefix("globalThis.g7graphIndex = ").rstrip(";\n"))
    found = {thing[0]: thing for thing in index["things"]}
    assert found.keys() <= {f"doc/{key}" for key in things}
    assert {f"doc/{key}" for key in things if key.partition("/")[0] in ("indicator", "agency", "place")} <= found.keys()
    assert found["doc/indicator/4.4"][1] == "4.4"
    assert any("mesa de desarrollo" in thing[4].lower() for thing in index["things"])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
@pytest.mark.parametrize(
    ("page", "words", "first", "said"),
    [
        ("search.html", "4.4", "doc/indicator/4.4.html", "Resultados: "),
        ("search.en.html", "infobras TRAINED", "doc/indicator/1.2.en.html", "Found: "),
        ("search.fr.html", "simplificacion administrativa", None, "Trouvés"),
    ],
)
def test_a_browser_searches_from_a_folder(real_copy: Path, page: str, words: str, first: str | None, said: str) -> None:
    shown = browsed(f"{(real_copy / page).as_uri()}?q={quote(words)}")
    hrefs = re.findall(r'<dt>.*?<a href="([^"]*)"', shown)
    assert said in shown
    assert hrefs
    assert first is None or hrefs[0] == first
    assert all((real_copy / href).is_file() for href in hrefs)
    assert 'id="no-script"' not in shown


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_shows_the_pages_from_a_folder(real_copy: Path) -> None:
    shown = browsed((real_copy / "id/indicator/4.4/index.html").as_uri())
    assert "doc/indicator/4.4" in shown


def browsed(url: str) -> str:
    """What a browser without a window makes of a page."""
    assert CHROMIUM is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom")
    run = subprocess.run([CHROMIUM, *options, url], capture_output=True, text=True, timeout=60, check=True)
    return run.stdout
