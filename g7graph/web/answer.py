"""Answers in the format that was asked for: a page, a table, a graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

import pyoxigraph as ox
from flask import Response, render_template, request

from g7graph import exports
from g7graph.queries import SavedQuery
from g7graph.web import links
from g7graph.web.context import language, site
from g7graph.web.formats import HTML
from g7graph.web.negotiate import Format, choose, named
from g7graph.web.protocol import form_of
from g7graph.web.refusals import NotAcceptable


def negotiated(offered: Sequence[Format], *, asked: str | None = None, extension: Format | None = None) -> Format:
    """Return the format for the request: of its extension, `?format=` (or `asked`), `Accept`.

    Raises NotAcceptable, which lists what is offered.
    """
    if extension is not None:
        return extension
    wanted = asked or request.args.get("format")
    found = named(wanted, offered) if wanted else choose(request.headers.get("Accept"), offered)
    if found is None:
        raise NotAcceptable(offered)
    return found


def page(template: str, **values: object) -> Response:
    """Answer with a page in the language of the request."""
    response = Response(render_template(template, **values), content_type=HTML.media_type)
    response.headers["Content-Language"] = language()
    return response


def is_table(asked: SavedQuery) -> bool:
    """Whether a saved query gives a table; else it gives a graph."""
    return form_of(asked.text) == "table"


def file(out: IO[bytes], chosen: Format) -> Response:
    """Answer with a file, from its start; it is closed when it has been sent."""
    size = out.seek(0, 2)
    out.seek(0)
    body = site().outgo.lend(out, size, request.environ)
    response = Response(body, content_type=chosen.media_type, direct_passthrough=True)
    response.content_length = size
    return response


def graph(statements: Sequence[ox.Triple] | Sequence[ox.Quad], chosen: Format) -> Response:
    """Answer with a graph."""
    return Response(exports.document(chosen.name, statements), content_type=chosen.media_type)


def alternates(response: Response, path: str, offered: Sequence[Format]) -> Response:
    """Say of a page its other forms, its own IRI and its licences, as `Link` headers (RFC 8288)."""
    response.headers.add("Link", ", ".join([*links.forms(path, offered), links.canonical(path), *links.licences()]))
    return response
