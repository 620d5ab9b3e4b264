"""The SPARQL 1.1 Graph Store HTTP Protocol: whole graphs read, put, added to and dropped, by their IRI.

A graph is named by `?graph=`, the default one by `?default`. Below `/graph-store/` a graph has an address of its own:
over a framework that of the graph with the same path below `graph/`; over other people's RDF the address is its IRI.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData, Preamble

from g7graph import vocab
from g7graph.errors import QueryError, UnknownName
from g7graph.store import Asker, Question
from g7graph.store.change import Change, Document, Kind
from g7graph.store.conversion import is_empty
from g7graph.web import answer, asks, formats, headers
from g7graph.web.conditions import condition
from g7graph.web.context import site
from g7graph.web.negotiate import named as format_named
from g7graph.web.protocol import refuse_coded, refuse_coding
from g7graph.web.refusals import Refused
from g7graph.web.tokens import writing
from g7graph.web.visitor import Visitor

blueprint = Blueprint("graphstore", __name__, url_prefix="/graph-store")

_MULTIPART = "multipart/form-data"
_MOST_PARTS = 100
_CREATED, _NO_CONTENT = 201, 204
_UP = ("", ".", "..")
_READS = "GET, HEAD, OPTIONS"


@dataclass(frozen=True)
class Target:
    """The graph that a request is about: its IRI (None: the default graph) and where it can be asked for."""

    iri: str | None
    address: str = ""


@blueprint.get("", strict_slashes=False)
@blueprint.get("/<path:name>")
def get(name: str = "") -> Response:
    """Answer with the statements of a graph, in the RDF format asked for."""
    target = _target(name)
    _require(target)
    text = asks.fill("graph", {"graph": [NamedNode(target.iri)]}) if target.iri else asks.text("default")
    chosen = answer.negotiated(formats.GRAPHS)
    visitor = Visitor(request.environ)
    asker = Asker(visitor.name, gone=visitor.gone)
    out = site().store.answer(Question(text), chosen.name, asker)
    if is_empty(out, chosen.name):
        _require_still(target, out)
    return answer.file(out, chosen)


@blueprint.put("", strict_slashes=False)
@blueprint.put("/<path:name>")
def put(name: str = "") -> Response:
    """Put a graph in the place of the one there is, if any."""
    apply, who = writing()
    if "Content-Range" in request.headers:  # RFC 9110 §14.5: a part would pass for the whole
        raise Refused("partial")
    target = _target(name)
    change = Change(Kind.REPLACE, who, graph=target.iri, documents=_documents(target), condition=condition())
    return _done(target, created=apply(change).created)


@blueprint.post("", strict_slashes=False)
@blueprint.post("/<path:name>")
def post(name: str = "") -> Response:
    """Add statements to a graph; to one that is made for them where none is named."""
    apply, who = writing()
    named = name or "graph" in request.args or "default" in request.args
    target = _target(name if named else secrets.token_hex(8))
    change = Change(Kind.MERGE, who, graph=target.iri, documents=_documents(target), condition=condition())
    return _done(target, created=apply(change).created)


@blueprint.delete("", strict_slashes=False)
@blueprint.delete("/<path:name>")
def delete(name: str = "") -> Response:
    """Drop a graph."""
    apply, who = writing()
    target = _target(name)
    apply(Change(Kind.DROP, who, graph=target.iri, condition=condition()))
    return Response(status=_NO_CONTENT)


@blueprint.after_app_request
def closed(response: Response) -> Response:
    """Close what writes to other sites' pages."""
    is_ours = request.blueprint == blueprint.name
    if is_ours and request.method == "OPTIONS" and site().writer is None:
        response.headers["Allow"] = _READS
    return headers.closed_to_writes(response, graph_store=is_ours)


def _done(target: Target, *, created: bool) -> Response:
    if not created:
        return Response(status=_NO_CONTENT)
    return Response(status=_CREATED, headers={"Location": target.address})


def _target(name: str) -> Target:
    """Return the graph that the request names, in one way.

    Raises Refused where it names none or several, QueryError for what is no IRI.
    """
    graphs, default = request.args.getlist("graph"), request.args.getlist("default")
    if len(graphs) + len(default) + bool(name) != 1:
        raise Refused("which_graph")
    if default:
        return Target(None)
    if name:
        return _direct(name)
    iri, own = graphs[0], _own_address()
    if site().store.union and iri.startswith(own):
        return _direct(iri.removeprefix(own))
    return Target(_checked(iri), request.url)


def _require(target: Target) -> None:
    """Raise UnknownName for a graph that is not here; the default one always is."""
    known = site().store.graphs() if target.iri else []
    if target.iri and target.iri not in known:
        raise UnknownName("graph", target.iri, known)


def _require_still(target: Target, out: IO[bytes]) -> None:
    """Raise UnknownName for a graph that was dropped meanwhile: none that is gone passes for an empty one."""
    try:
        _require(target)
    except UnknownName:
        out.close()
        raise


def _direct(name: str) -> Target:
    """Return the graph that has an address of its own. Raises QueryError for a path that leads elsewhere."""
    if any(segment in _UP for segment in name.split("/")):
        raise QueryError("not_an_iri", detail=name)
    address = _own_address() + vocab.graph(name).removeprefix(vocab.GRAPH)
    return Target(_checked(vocab.graph(name) if site().store.union else address), address)


def _own_address() -> str:
    return f"{request.root_url.rstrip('/')}{blueprint.url_prefix}/"


def _checked(iri: str) -> str:
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise QueryError("not_an_iri", detail=str(error)) from error


def _documents(target: Target) -> tuple[Document, ...]:
    """Read the documents of the request's body. Raises Refused for what is no RDF that is known here."""
    refuse_coded()
    base = target.iri or request.base_url
    body = request.get_data()
    if request.mimetype != _MULTIPART:
        return (Document(body, _form(request.mimetype), base),)
    try:
        return tuple(Document(content, _form(kind), base) for kind, content in _parts(body))
    except ValueError as error:
        raise Refused("bad_parts", detail=str(error)) from error


def _form(media_type: str) -> str:
    found = format_named(media_type, formats.GRAPHS) if "/" in media_type else None
    if found is None:
        offered = [one.media_type.partition(";")[0] for one in formats.GRAPHS]
        raise Refused("no_media_type", expected=", ".join((*offered, _MULTIPART)))
    return found.name


def _parts(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield media type and content of each part, file or field. Raises ValueError for what is not multipart.

    Raises Refused for a part that is compressed, or in another character set than UTF-8.
    """
    boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "replace")
    if not boundary:
        raise ValueError("boundary")
    decoder = MultipartDecoder(boundary, max_parts=_MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    media_type, content = "", b""
    while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
        if isinstance(event, Field | File):
            (kind, told), content = parse_options_header(event.headers.get("Content-Type", "")), b""
            refuse_coding(event.headers.get("Content-Encoding", ""), told.get("charset", ""))
            media_type = kind.lower()
        elif isinstance(event, Data):
            content += event.data
            if not event.more_data:
                yield media_type, content
        elif not isinstance(event, Preamble):
            break
