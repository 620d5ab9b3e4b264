"""Documents that others send: read into a graph, once it is sure that reading them takes no more than they promise."""

from __future__ import annotations

import json
import re
from collections import Counter
from io import BytesIO

import pyoxigraph as ox

from g7graph.errors import DataError, QueryError
from g7graph.graph import require_whole, unparsable
from g7graph.store.answers import GRAPHS
from g7graph.store.change import Document

_ENTITY = re.compile(rb'<!ENTITY\s+([^\s"]+)\s+"([^"]*)"')  # the engine knows no other quotes
_REFERENCE = re.compile(rb"&([^;&\s]+);")
#: What opens and closes, and what that may be hidden in. JSON-LD:
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\]]', re.DOTALL)
#: Turtle 1.2 and what is made of it, no finer than it takes.
_TURTLE_TOKEN = re.compile(
    rb"""\#[^\r\n]*+ | "{3}(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*+'{3}
      | "(?:[^"\\\r\n]|\\.)*+"? | '(?:[^'\\\r\n]|\\.)*+'? | <[^<>\s]*> | <<\(? | \)?>> | [\[\](){}]""",
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = (b"{", b"[", b"(", b"<<", b"<<("), (b"}", b"]", b")", b">>", b")>>")
_REMOTE_CONTEXT = "load remote contexts"
_DEEPEST = 200
_MOST_EXPANDED = 10  # times the size of the document

Graph = ox.NamedNode | ox.DefaultGraph


def statements(document: Document, graph: Graph) -> list[ox.Quad]:
    """Read a document into a graph.

    Raises DataError where it does not parse, is of another graph or would grow without bounds, QueryError for JSON-LD
    with the context of another server: it is never fetched.
    """
    _refuse_growing(document)
    if document.form == "jsonld":
        _refuse_no_statements(document)
    if document.form == "rdf":
        require_whole(BytesIO(document.body), document.base)
    allowed = (ox.DefaultGraph(), graph)
    try:
        quads = list(ox.parse(document.body, GRAPHS[document.form], base_iri=document.base, rename_blank_nodes=True))
    except (SyntaxError, ValueError) as error:
        if _REMOTE_CONTEXT in str(error):
            raise QueryError("outbound", detail="@context", line=1, column=1) from error
        problem = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
        raise unparsable(problem, document.base) from error
    for quad in quads:
        if quad.graph_name not in allowed:
            raise DataError("other_graph", path=document.base, line=1, column=1, detail=str(quad.graph_name))
    return [ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads]


def _refuse_no_statements(document: Document) -> None:
    """Raise DataError for JSON that is neither an object nor an array of them (JSON-LD 1.1 §9).

    The engine reads it as a document that says nothing. What is no JSON at all is left to the engine, which says where.
    """
    try:
        found = json.loads(document.body)
    except ValueError:
        return
    if not all(isinstance(one, dict) for one in (found if isinstance(found, list) else [found])):
        raise DataError("unparsable", path=document.base, line=1, column=1, detail="{…}, [{…}, …]")


def _refuse_growing(document: Document) -> None:
    """Raise DataError for what takes a parser time or memory out of proportion: nesting, entities within entities."""
    if _expands(document.body) if document.form == "rdf" else _depth(document) > _DEEPEST:
        raise DataError("too_deep", path=document.base, line=1, column=1)


def _depth(document: Document) -> int:
    """Return how deep a document is nested."""
    found, deepest = 0, 0
    for token in (_JSON_TOKEN if document.form == "jsonld" else _TURTLE_TOKEN).findall(document.body):
        found += (token in _OPENING) - (token in _CLOSING)
        deepest = max(deepest, found)
    return deepest


def _expands(document: bytes) -> bool:
    """Whether XML has entities that grow: within one another, or to more than some times its size."""
    declared = dict(_ENTITY.findall(document))
    used = Counter(_REFERENCE.findall(document)) if declared else Counter[bytes]()
    nested = any(name in declared for value in declared.values() for name in _REFERENCE.findall(value))
    grown = sum(len(declared.get(name, b"")) * count for name, count in used.items())
    return nested or grown > _MOST_EXPANDED * len(document)
