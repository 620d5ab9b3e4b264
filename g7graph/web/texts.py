"""What leads from the IRI of a query: its text, and the description of it in RDF; pages for browsers."""

from __future__ import annotations

from flask import Blueprint, Response

from g7graph import executables
from g7graph.web import answer, formats
from g7graph.web.context import address, site
from g7graph.web.negotiate import split_extension

blueprint = Blueprint("texts", __name__)

_SEE_OTHER = 303
_DATA = (formats.QUERY, *formats.GRAPHS)
INDEX = (*formats.GRAPHS, formats.HTML)
OFFERED = (*_DATA, formats.HTML)


@blueprint.get("/query/")
def index() -> Response:
    """Answer with what is said of the queries together, and the prefixes; browsers are led to the list."""
    chosen = answer.negotiated(INDEX)
    if chosen is formats.HTML:
        return _led("api/queries")
    return answer.graph([*executables.index(site().library)], chosen)


@blueprint.get("/query/<path:name>")
def text(name: str) -> Response:
    """Answer with a query's text, or its description in RDF; browsers get its page."""
    stem, extension = split_extension(name, OFFERED)
    library = site().library
    asked = library.by_path.get(stem) or library[stem]
    chosen = answer.negotiated(OFFERED, extension=extension)
    path = f"query/{stem}"
    if chosen is formats.HTML and stem in library.saved:
        return _led(f"api/queries/{stem}")
    if chosen is formats.HTML:
        response = answer.page("rule.html", query=asked, path=path, offered=_DATA)
    elif chosen is formats.QUERY:
        response = Response(asked.text, content_type=chosen.media_type)
    else:
        response = answer.graph([*executables.described(stem, asked)], chosen)
    return answer.alternates(response, path, OFFERED)


def _led(path: str) -> Response:
    return Response(status=_SEE_OTHER, headers={"Location": address(path)})
