"""The named graphs: their list, each one's page and its statements in every graph format."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
from flask import Blueprint, Response
from pyoxigraph import NamedNode

from g7graph import exports, vocab
from g7graph.errors import UnknownName
from g7graph.table import Column, Table, python
from g7graph.web import answer, departed, formats, links
from g7graph.web.asks import ask, fill
from g7graph.web.cells import cell
from g7graph.web.context import language, site
from g7graph.web.names import Names
from g7graph.web.negotiate import split_extension
from g7graph.web.reading import Reading

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
    said = Reading(told([graph for graph, _ in sizes]))
    titles = {graph: said.text(graph, "dcterms:title", language()) for graph, _ in sizes}
    return answer.page("graphs.html", sizes=sizes, titles=titles)


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
        said = Reading(told([iri]))
        makers = said.values(iri, "prov:wasGeneratedBy")
        names = Names(site().store, makers, language())
        response = answer.page(
            "graph.html",
            iri=iri,
            title=said.text(iri, "dcterms:title", language()),
            description=said.text(iri, "dcterms:description", language()),
            makers=[cell(maker, names) for maker in makers],
            path=f"graph/{stem}",
            table=rows,
            total=len(triples),
            shown=SHOWN,
            offered=formats.GRAPHS,
        )
    else:
        quads = [ox.Quad(t.subject, t.predicate, t.object, NamedNode(iri)) for t in triples]
        response = answer.graph(quads, chosen)
    response = answer.alternates(response, f"graph/{stem}", _OFFERED)
    response.headers.add("Link", links.described_by("dataset", iri))  # what it holds need not tell of itself
    return response


def told(graphs: Sequence[str]) -> list[ox.Triple]:
    """Read what named graphs say that they are: titles, descriptions, what made them."""
    return site().store.triples(fill("graphs", {"graph": [NamedNode(iri) for iri in graphs]})) if graphs else []


def subsets(dataset: str) -> list[ox.Triple]:
    """Describe the named graphs as subsets of a dataset (VoID §4.3)."""
    graphs = site().store.graphs()
    kind, subset = (NamedNode(vocab.STANDARD["void"] + name) for name in ("Dataset", "subset"))
    found = told(graphs)
    for graph in map(NamedNode, graphs):
        found.append(ox.Triple(NamedNode(dataset), subset, graph))
        found.append(ox.Triple(graph, NamedNode(vocab.RDF_TYPE), kind))
    return found


def read(iri: str) -> list[ox.Triple]:
    """Read the statements of a named graph."""
    return site().store.triples(fill("graph", {"graph": [NamedNode(iri)]}))
