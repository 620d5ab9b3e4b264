"""Pages about things: `/id/…` leads to `/doc/…`, which is a page or the same in RDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Store
from g7graph.web import answer, departed, formats, links, schema_org
from g7graph.web.asks import ask
from g7graph.web.catalogue import catalogue
from g7graph.web.citation import citation
from g7graph.web.context import language, site
from g7graph.web.describe import shown
from g7graph.web.description import PARTS, About, Parts
from g7graph.web.documents import described, spellings
from g7graph.web.negotiate import Format, split_extension
from g7graph.web.refusals import NotAcceptable, UnknownPage, UnknownThing
from g7graph.web.tombstones import tombstone

blueprint = Blueprint("pages", __name__)

_SEE_OTHER = 303
_DATASET = vocab.STANDARD["void"] + "Dataset"
_OFFERED = (formats.HTML, *formats.GRAPHS)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@blueprint.get("/id/<path:key>")
def lead(key: str) -> Response:
    """Lead from a thing, which is not a document, to the document about it (httpRange-14)."""
    for spelling in spellings(key):
        path, iri = f"doc/{spelling}", vocab.THING + spelling
        said = ask(site().store, "thing", thing=[NamedNode(iri)]).rows
        if said:
            break
    else:
        raise _unknown(key)
    gone = tombstone((property_, value) for property_, value in said)
    if gone:
        return departed.answered(gone, iri)
    query = request.query_string.decode("ascii", "ignore")
    location = links.written(f"{request.script_root}/{path}") + (f"?{query}" if query else "")
    return Response(status=_SEE_OTHER, headers={"Location": location, "Link": links.described_by(path, iri)})


@blueprint.get("/doc/<path:key>")
def document(key: str) -> Response:
    """Answer with the document about a thing."""
    number = _number()
    for spelling, extension in _readings(key):
        iri, path = vocab.THING + spelling, f"doc/{spelling}"
        chosen = _chosen(extension)
        form = chosen.name if chosen in formats.GRAPHS else PARTS
        about, body = described(site(), iri, number, form, language())
        if about.known:
            break
    else:
        raise _unknown(split_extension(key, _OFFERED)[0])
    if about.gone:
        return departed.answered(about.gone, iri, extension=extension)
    if chosen is None:
        raise NotAcceptable(_OFFERED)
    if not 0 < number <= about.pages:
        raise UnknownPage(request.args["page"], about.pages)
    if isinstance(body, Parts):
        thing = shown(body, iri)
        told = {"thing": thing, "about": about, "citation": citation(), "linked": _linked(iri, about)}
        response = answer.page("thing.html", path=path, offered=formats.GRAPHS, **told)
    else:
        response = Response(body, content_type=chosen.media_type)
    response.headers["Link"] = links.about(about, path, iri, _OFFERED, extension)
    return response


def _readings(key: str) -> Iterator[tuple[str, Format | None]]:
    """Yield what an address may mean: how the key of the thing is spelled, the extension behind it, if it is one."""
    stem, extension = split_extension(key, _OFFERED)
    yield from ((spelling, extension) for spelling in spellings(stem))
    if extension:
        yield from ((spelling, None) for spelling in spellings(key))


def _linked(iri: str, about: About) -> dict[str, Any] | None:
    """Return what search engines read on the page of the dataset that is served; None of other things."""
    if _DATASET not in about.types:
        return None
    found = catalogue()
    return schema_org.dataset(found, language()) if found.dataset == iri else None


def _chosen(extension: Format | None) -> Format | None:
    try:
        return answer.negotiated(_OFFERED, extension=extension)
    except NotAcceptable:
        return None


def _number() -> int:
    """Return the number of the page asked for; 0 for what is none."""
    given = request.args.get("page") or "1"
    return int(given) if _NUMBER.fullmatch(given) else 0


def _unknown(key: str) -> UnknownThing:
    return UnknownThing(key, _keys(site().store, key.partition("/")[0]))


def _keys(store: Store, kind: str) -> set[str]:
    """Return keys of things of a kind, of any where there is no such kind: all there are but in large stores."""
    for prefix in (vocab.thing(kind, ""), vocab.THING):
        rows = ask(store, "keys", prefix=[Literal(prefix)]).rows
        keys = {row[0].value.removeprefix(vocab.THING) for row in rows if row[0] is not None}
        if keys:
            return keys
    return set()
