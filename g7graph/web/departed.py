"""Answers for what is here no more: 301 to what took its place, 410 with the reason where nothing did."""

from __future__ import annotations

from http import HTTPStatus

import pyoxigraph as ox
from flask import Response, request
from pyoxigraph import NamedNode

from g7graph import vocab
from g7graph.web import answer, formats, links
from g7graph.web.asks import ask
from g7graph.web.context import site
from g7graph.web.negotiate import Format
from g7graph.web.refusals import NotAcceptable, Withdrawn
from g7graph.web.tombstones import Tombstone, tombstone

_OFFERED = (formats.PROBLEM, formats.HTML, *formats.GRAPHS)


def look(iri: str, *, extension: Format | None = None) -> Response | None:
    """Answer for what was here once; None for what never was. Raises Withdrawn."""
    gone = tombstone((property_, value) for property_, value in ask(site().store, "thing", thing=[NamedNode(iri)]).rows)
    return answered(gone, iri, extension=extension) if gone else None


def answered(gone: Tombstone, iri: str, *, extension: Format | None = None) -> Response:
    """Lead on to what took the place of a thing, with the format and the language asked for; else say why it is gone.

    Who asks for RDF gets the tombstone itself. Raises Withdrawn for everybody else.
    """
    if gone.replacement not in ("", iri):
        return _moved(gone.replacement, extension)
    try:
        form = answer.negotiated(_OFFERED, extension=extension)
    except NotAcceptable:
        form = formats.PROBLEM
    if form not in formats.GRAPHS:
        raise Withdrawn(vocab.curie(iri), gone)
    said = ask(site().store, "thing", thing=[NamedNode(iri)]).rows
    response = answer.graph([ox.Triple(NamedNode(iri), *row) for row in said], form)  # type: ignore[arg-type]
    response.status_code = HTTPStatus.GONE
    response.headers["Cache-Control"] = "no-store"
    return response


def _moved(replacement: str, extension: Format | None) -> Response:
    path = vocab.local_path(replacement)
    if path is None:
        return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": links.written(replacement)})
    if request.path.startswith("/doc/"):
        path = "doc/" + path.removeprefix("id/")
    ending = f".{extension.name}" if extension else ""
    query = request.query_string.decode("ascii", "ignore")
    location = f"{request.script_root}/{path}{ending}" + (f"?{query}" if query else "")
    return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})
