"""The vocabulary: a page that lists its terms, or the graph it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response
from pyoxigraph import Literal, NamedNode
from werkzeug.exceptions import NotFound

from g7graph import __version__, vocab
from g7graph.store import Store
from g7graph.table import Term
from g7graph.web import answer, formats
from g7graph.web.asks import ask
from g7graph.web.cells import Cell, cell
from g7graph.web.context import language, site
from g7graph.web.graphs import read
from g7graph.web.names import Names, best
from g7graph.web.refusals import NotAcceptable

blueprint = Blueprint("vocabulary", __name__)

_OFFERED = (*formats.GRAPHS, formats.HTML)
_GRAPH = vocab.graph("ontology/g7")
_TEXTS = ("label", "definition", "scopeNote", "example", "changeNote")


@dataclass(frozen=True)
class Described:
    """A term of the vocabulary as the page shows it; `relations` are its super-terms, domains and ranges."""

    iri: str
    name: str
    texts: dict[str, str]
    relations: list[tuple[str, list[Cell]]]
    is_class: bool
    deprecated: bool


@dataclass
class _Read:
    types: set[str] = field(default_factory=set)
    said: dict[str, list[Term]] = field(default_factory=dict)


@blueprint.get("/ontology/logo.svg")
def logo() -> Response:
    """Answer with the logo of the vocabulary, if it has one."""
    path = site().project.ontology / "logo.svg"
    if not path.is_file():
        raise NotFound
    return Response(path.read_bytes(), content_type="image/svg+xml")


@blueprint.get("/ontology")
@blueprint.get(f"/ontology/{__version__}")
@blueprint.get("/ontology.<extension>")
def ontology(extension: str | None = None) -> Response:
    """Answer with the vocabulary: in RDF, or as a list of its terms."""
    form = next((one for one in _OFFERED if one.name == extension), None)
    if extension and form is None:
        raise NotAcceptable(_OFFERED)
    chosen = answer.negotiated(_OFFERED, extension=form)
    if chosen is formats.HTML:
        response = answer.page("ontology.html", terms=terms(site().store), offered=formats.GRAPHS)
    else:
        response = answer.graph(read(_GRAPH), chosen)
    return answer.alternates(response, "ontology", formats.GRAPHS)


def terms(store: Store) -> list[Described]:
    """Read the terms of the vocabulary: classes, then properties, each by name."""
    read_: dict[str, _Read] = {}
    for term, kind, about, value in ask(store, "terms").rows:
        if term is None or kind is None or about is None or value is None:
            continue
        one = read_.setdefault(term.value, _Read())
        one.types.add(_local(kind.value))
        values = one.said.setdefault(_local(about.value), [])
        if value not in values:
            values.append(value)
    names = Names(
        store, (value for one in read_.values() for values in one.said.values() for value in values), language()
    )
    found = [_described(iri, one, names) for iri, one in read_.items()]
    return sorted(found, key=lambda one: (not one.is_class, one.name.casefold()))


def _described(iri: str, read_: _Read, names: Names) -> Described:
    texts = {
        about: best([one for one in values if isinstance(one, Literal)], language())
        for about, values in read_.said.items()
        if about in _TEXTS and any(isinstance(one, Literal) for one in values)
    }
    relations = [
        (about, [cell(value, names) for value in values])
        for about, values in sorted(read_.said.items())
        if any(isinstance(value, NamedNode) for value in values)
    ]
    return Described(iri, _local(iri), texts, relations, "Class" in read_.types, "deprecated" in read_.said)


def _local(iri: str) -> str:
    return max(iri.rpartition("#")[2], iri.rpartition("/")[2], key=lambda part: -len(part))
