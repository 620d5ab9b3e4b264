"""The vocabulary: its documentation for people, the same as RDF, and its earlier versions as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import pyoxigraph as ox
from flask import Blueprint, Response, current_app
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotFound

from g7graph import vocab
from g7graph.errors import UnknownName
from g7graph.graph import parse
from g7graph.project import GraphFile, Project
from g7graph.table import text
from g7graph.web import answer, codelists, context, formats
from g7graph.web.asks import ask, fill
from g7graph.web.context import address, language, site
from g7graph.web.diagram import drawn
from g7graph.web.entries import Entries, Use
from g7graph.web.facts import Facts
from g7graph.web.graphs import read
from g7graph.web.negotiate import Format, split_extension
from g7graph.web.refusals import NotAcceptable
from g7graph.web.rules import Rules
from g7graph.web.terms import Terms, local
from g7graph.web.usage import Usage, uses
from g7graph.web.versions import header, history, versions

blueprint = Blueprint("vocabulary", __name__)

_OFFERED = (*formats.GRAPHS, formats.HTML)
_GRAPH = vocab.graph("ontology/g7")
_VERSIONS = vocab.graph("ontology/versions")
_ONTOLOGY_GRAPHS = vocab.graph("ontology/")
_EXTENSION = "g7graph-vocabulary"


@dataclass
class _Kept:
    """What is read or counted once: the rules of the shapes, how the data use the terms."""

    project: Project
    usage: Usage = field(default_factory=Usage)

    @cached_property
    def rules(self) -> Rules:
        """The rules. Raises DataError for a file that does not parse."""
        return Rules.read(self.project)


@blueprint.get("/ontology/logo.svg")
def logo() -> Response:
    """Answer with the logo of the vocabulary, if it has one."""
    path = site().project.ontology / "logo.svg"
    if not path.is_file():
        raise NotFound
    return Response(path.read_bytes(), content_type="image/svg+xml")


@blueprint.get("/ontology")
@blueprint.get("/ontology.<extension>")
def ontology(extension: str | None = None) -> Response:
    """Answer with the vocabulary as it is now: in RDF, or as its documentation."""
    form = next((one for one in _OFFERED if one.name == extension), None)
    if extension and form is None:
        raise NotAcceptable(_OFFERED)
    return _answered("ontology", current(), answer.negotiated(_OFFERED, extension=form))


@blueprint.get("/ontology/<name>")
def version(name: str) -> Response:
    """Answer with a version of the vocabulary: the present one, or an earlier one as it was published."""
    number, extension = split_extension(name, _OFFERED)
    known = published()
    if number not in known:
        raise UnknownName("version", number, known)
    chosen = answer.negotiated(_OFFERED, extension=extension)
    response = _answered(f"ontology/{number}", number, chosen, known[number])
    response.headers.add("Link", f'<{address("ontology")}>; rel="latest-version"')
    return response


def current() -> str:
    """Return the version of the vocabulary in the store, empty where it says none."""
    rows = ask(site().store, "version").rows
    return next((text(number) for (number,) in rows), "")


def published() -> dict[str, Path | None]:
    """Return the versions that can be had, the present one first, the others each with its file."""
    now = current()
    earlier = {number: path for number, path in site().project.earlier_vocabularies().items() if number != now}
    return {**({now: None} if now else {}), **earlier}


def _answered(path: str, number: str, chosen: Format, file: Path | None = None) -> Response:
    if chosen is formats.HTML:
        response = _page(path, file)
    else:
        response = answer.graph(_earlier(file) if file else read(_GRAPH), chosen)
        named = "-".join(filter(None, ("g7graph-ontology", number)))
        response.headers["Content-Disposition"] = f'inline; filename="{named}.{chosen.name}"'
    return answer.alternates(response, path, _OFFERED)


def _earlier(file: Path) -> list[ox.Triple]:
    """Read an earlier version. Raises DataError where its file does not parse."""
    return [quad.triple for quad in parse(GraphFile(file, _GRAPH), name=site().project.name_of(file))]


def _page(path: str, file: Path | None) -> Response:
    """Answer with the documentation; of an earlier version that which it says itself, without the data of today."""
    kept = _kept()
    facts = Facts([*_earlier(file), *read(_VERSIONS)] if file else _present())
    rules = Rules() if file else kept.rules
    terms = Terms(facts, language())
    used = None if file else _used(kept, terms)
    entries = [replace(one, use=(used or {}).get(one.iri)) for one in Entries(terms, rules).all()]
    return answer.page(
        "ontology.html",
        path=path,
        header=header(terms),
        is_earlier=file is not None,
        entries=entries,
        by_iri={one.iri: one for one in entries},
        tree=_tree(terms),
        diagram=drawn(terms),
        lists=codelists.listed(terms),
        versions=versions(terms),
        resolvable=published(),
        history={one.iri: history(terms, one.iri) for one in entries},
        rule_count=len({one.shape for one in rules.all}),
        counted=used is not None,
        offered=formats.GRAPHS,
        formats_named=formats.NAMES,
        word=partial(context.word, lang=terms.lang),
        local=local,
        curie=vocab.curie,
    )


def _present() -> list[ox.Triple]:
    """Read the graphs of the ontology: vocabulary, code lists, alignments, versions."""
    graphs = [NamedNode(iri) for iri in site().store.graphs() if iri.startswith(_ONTOLOGY_GRAPHS)]
    return site().store.triples(fill("graph", {"graph": graphs}))


def _used(kept: _Kept, terms: Terms) -> Mapping[str, Use] | None:
    """Describe the uses of the terms; None where they could not be counted."""
    counted = kept.usage.of(site().store, terms.classes, terms.kinds)
    return None if counted is None else uses(site().store, counted)


def _tree(terms: Terms) -> list[tuple[int, str]]:
    """List the classes with their depth: those below another after it."""
    found: list[tuple[int, str]] = []

    def walk(iris: list[str], depth: int) -> None:
        for cell in terms.cells(iris):
            found.append((depth, cell.iri))
            walk([one for one in terms.children(cell.iri) if terms.parents(one)[0] == cell.iri], depth + 1)

    walk([one for one in terms.classes if not terms.parents(one)], 0)
    return found


def _kept() -> _Kept:
    kept = current_app.extensions.setdefault(_EXTENSION, _Kept(site().project))
    assert isinstance(kept, _Kept)  # noqa: S101 - nobody else knows its name
    return kept
