"""The named graphs: their list, each one's page and its statements in every graph format."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response
from pyoxigraph import NamedNode

from g7graph import exports, vocab
from g7graph.errors import UnknownName
from g7graph.table import Column, Table, python
from g7graph.web import answer, departed, formats
from g7graph.web.asks import ask, fill
from g7graph.web.context import site
from g7graph.web.negotiate import split_extension

blueprint = Blueprint("graphs", __name__)

SHOWN = 300
_OFFERED = (*formats.GRAPHS, formats.HTML)


@blueprint.get("/graph/")
def index() -> Response:
    """List the named graphs with their sizes: a page, or a table in the SPARQL results formats."""
    chosen = answer.negotiated((formats.HTML, *formats.RESULTS))
    found = ask(site().store, "graph-sizes")
    if chosen is not formats.HTML:
        return Response(exports.TABLES[chosen.name].write(found), content_type=chosen.media_type)
    sizes = [(graph.value, python(size)) for graph, size in found.rows if graph is not None]
    return answer.page("graphs.html", sizes=sizes)


@blueprint.get("/graph/<path:name>")
def named(name: str) -> Response:
    """Answer with a named graph; browsers get its page with the first statements."""
    stem, extension = split_extension(name, _OFFERED)
    iri = vocab.graph(stem)
    known = site().store.graphs()
    if iri not in known:
        gone = departed.look(iri, extension=extension)
        if gone:
            return gone
        raise UnknownName("graph", stem, [one.removeprefix(vocab.GRAPH) for one in known])
    chosen = answer.negotiated(_OFFERED, extension=extension)
    triples = read(iri)
    if chosen is formats.HTML:
        rows = Table(
            tuple(Column(name) for name in ("subject", "predicate", "object")),
            tuple((t.subject, t.predicate, t.object) for t in sorted(triples, key=str)[:SHOWN]),  # type: ignore[misc]
        )
        response = answer.page(
            "graph.html",
            iri=iri,
            path=f"graph/{stem}",
            table=rows,
            total=len(triples),
            shown=SHOWN,
            offered=formats.GRAPHS,
        )
    else:
        quads = [ox.Quad(t.subject, t.predicate, t.object, NamedNode(iri)) for t in triples]
        response = answer.graph(quads, chosen)
    return answer.alternates(response, f"graph/{stem}", _OFFERED)


def read(iri: str) -> list[ox.Triple]:
    """Read the statements of a named graph."""
    return site().store.triples(fill("graph", {"graph": [NamedNode(iri)]}))
