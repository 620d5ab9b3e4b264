"""The changes as a page, an Atom feed and a Linked Data Event Stream."""

from __future__ import annotations

from flask import Blueprint, Response, request

from g7graph.web import answer, atom, changes, eventstream, formats
from g7graph.web.context import language, site
from g7graph.web.negotiate import Format
from g7graph.web.refusals import NotAcceptable

blueprint = Blueprint("feeds", __name__)

ATOM = Format("atom", "application/atom+xml")
_DATA = (ATOM, *formats.GRAPHS)
OFFERED = (*_DATA, formats.HTML)


@blueprint.get("/changes")
@blueprint.get("/changes.<extension>")
def listed(extension: str | None = None) -> Response:
    """Answer with the latest changes, or with an archive of older ones."""
    form = next((one for one in OFFERED if one.name == extension), None)
    if extension and form is None:
        raise NotAcceptable(OFFERED)
    chosen = answer.negotiated(OFFERED, extension=form)
    held = changes.part(changes.read(site().store), request.args.get("archive", ""))
    if chosen is ATOM:
        response = Response(atom.feed(held), content_type=ATOM.media_type, headers={"Content-Language": language()})
    elif chosen is formats.HTML:
        response = answer.page("changes.html", held=held, place=changes.place, offered=_DATA)
    else:
        response = answer.graph(eventstream.statements(held, chosen.name), chosen)
    return answer.alternates(response, "changes", _DATA)
