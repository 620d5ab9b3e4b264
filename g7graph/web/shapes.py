"""The shapes: a page that lists them with what they say to people, or their graph, straight from their files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response
from pyoxigraph import BlankNode, Literal, NamedNode
from werkzeug.exceptions import NotFound

from g7graph import vocab
from g7graph.graph import parse
from g7graph.project import GraphFile
from g7graph.table import Term, text
from g7graph.web import answer, formats
from g7graph.web.cells import Cell, cell
from g7graph.web.context import language, site
from g7graph.web.names import best
from g7graph.web.negotiate import extension_of
from g7graph.web.refusals import NotAcceptable

blueprint = Blueprint("shapes", __name__)

_OFFERED = (*formats.GRAPHS, formats.HTML)
_SH, _RDF = vocab.STANDARD["sh"], vocab.STANDARD["rdf"]
_TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
#: How SPARQL 1.1 §9.1 writes what a SHACL path says (SHACL §2.3.1).
_PATHS = {
    "inversePath": "^{}",
    "alternativePath": "({})",
    "zeroOrOnePath": "{}?",
    "zeroOrMorePath": "{}*",
    "oneOrMorePath": "{}+",
}
_DEEPEST = 5


@dataclass(frozen=True)
class Shape:
    """A shape as the page shows it: its message, what it looks at, what it is part of."""

    name: str
    iri: str
    message: str
    severity: str
    path: str
    targets: list[Cell]
    parts: list[Cell]


@blueprint.get("/shapes")
@blueprint.get("/shapes.<extension>")
def shapes(extension: str | None = None) -> Response:
    """Answer with the shapes: in RDF, or as a list."""
    triples = list(_triples())
    if not triples:
        raise NotFound
    form = extension_of(extension, _OFFERED)
    if extension and form is None:
        raise NotAcceptable(_OFFERED)
    chosen = answer.negotiated(_OFFERED, extension=form)
    if chosen is formats.HTML:
        response = answer.page("shapes.html", shapes=Shapes(triples).all(), offered=formats.GRAPHS)
    else:
        response = answer.graph(triples, chosen)
    return answer.alternates(response, "shapes", _OFFERED)


def _triples() -> Iterator[ox.Triple]:
    project = site().project
    for path in project.shape_files():
        yield from (quad.triple for quad in parse(GraphFile(path, None), name=project.name_of(path)))


class Shapes:
    """The graph of the shapes, by subject and property."""

    def __init__(self, triples: list[ox.Triple]) -> None:
        self._said: dict[tuple[object, str], list[Term]] = {}
        for triple in triples:
            self._said.setdefault((triple.subject, triple.predicate.value), []).append(triple.object)  # type: ignore[arg-type]

    def all(self) -> list[Shape]:
        """Return those that have an IRI of ours, by name."""
        named = {one for one, _ in self._said if isinstance(one, NamedNode) and one.value.startswith(vocab.SHAPES)}
        return [self._shape(one) for one in sorted(named, key=text)]

    def _shape(self, shape: NamedNode) -> Shape:
        messages = [one for one in self._of(shape, "message") if isinstance(one, Literal)]
        return Shape(
            name=shape.value.removeprefix(vocab.SHAPES),
            iri=shape.value,
            message=best(messages, language()) if messages else "",
            severity=" ".join(text(one).removeprefix(_SH) for one in self._of(shape, "severity")),
            path=" ".join(self._path(one) for one in self._of(shape, "path")),
            targets=[cell(one) for name in _TARGETS for one in self._of(shape, name)],
            parts=[cell(one) for one in self._of(shape, "property")],
        )

    def _of(self, subject: object, name: str) -> list[Term]:
        return sorted(self._said.get((subject, _SH + name), ()), key=str)

    def _path(self, path: Term, depth: int = 0) -> str:
        """Write a path as SPARQL does; what is too deep is left out."""
        if not isinstance(path, BlankNode):
            return vocab.curie(text(path))
        if depth > _DEEPEST:
            return "…"
        for name, written in _PATHS.items():
            for inner in self._of(path, name):
                if name == "alternativePath":
                    return written.format(" | ".join(self._path(one, depth + 1) for one in self._members(inner)))
                return written.format(self._path(inner, depth + 1))
        steps = " / ".join(self._path(one, depth + 1) for one in self._members(path))
        return f"({steps})" if depth else steps

    def _members(self, node: Term) -> Iterator[Term]:
        """Yield the members of a list."""
        seen: set[Term] = set()
        while node not in seen and (node, _RDF + "first") in self._said:
            seen.add(node)
            yield self._said[node, _RDF + "first"][0]
            node = self._said[node, _RDF + "rest"][0]
