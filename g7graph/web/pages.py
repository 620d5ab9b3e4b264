"""Pages about things: `/id/…` leads to `/doc/…`, which is a page or the same in RDF."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Store
from g7graph.web import answer, formats
from g7graph.web.asks import ask
from g7graph.web.citation import citation
from g7graph.web.context import site
from g7graph.web.describe import described, statements
from g7graph.web.negotiate import split_extension
from g7graph.web.refusals import UnknownThing

blueprint = Blueprint("pages", __name__)

_SEE_OTHER = 303
_OFFERED = (formats.HTML, *formats.GRAPHS)


@blueprint.get("/id/<path:key>")
def lead(key: str) -> Response:
    """Lead from a thing, which is not a document, to the document about it (httpRange-14)."""
    _known(key)
    query = request.query_string.decode("ascii", "ignore")
    location = f"{request.script_root}/doc/{_quoted(key)}" + (f"?{query}" if query else "")
    return Response(status=_SEE_OTHER, headers={"Location": location})


@blueprint.get("/doc/<path:key>")
def document(key: str) -> Response:
    """Answer with the document about a thing."""
    stem, extension = split_extension(key, _OFFERED)
    iri, path = _known(stem), f"doc/{_quoted(stem)}"
    chosen = answer.negotiated(_OFFERED, extension=extension)
    if chosen is not formats.HTML:
        response = answer.graph(statements(site().store, iri), chosen)
    else:
        thing = described(site().store, iri)
        response = answer.page("thing.html", thing=thing, path=path, offered=formats.GRAPHS, citation=citation())
    return answer.alternates(response, path, formats.GRAPHS)


def _known(key: str) -> NamedNode:
    """Return the thing of a key. Raises UnknownThing with the nearest keys where nothing is said of it."""
    iri = NamedNode(vocab.THING + _quoted(key))
    if len(ask(site().store, "thing", thing=[iri])):
        return iri
    raise UnknownThing(key, _keys(site().store, key.partition("/")[0]))


def _keys(store: Store, kind: str) -> set[str]:
    """Return the keys of the things of a kind, of all where there is no such kind."""
    for prefix in (vocab.thing(kind, ""), vocab.THING):
        rows = ask(store, "options", prefix=[Literal(prefix)]).rows
        keys = {row[0].value.removeprefix(vocab.THING) for row in rows if row[0] is not None}
        if keys:
            return keys
    return set()


def _quoted(key: str) -> str:
    return quote(key, safe="-._~/")
