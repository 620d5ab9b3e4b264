"""`/reconcile`: the manifest, names matched in batches, suggestions, previews and the extension of tables."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotFound

from g7graph import vocab
from g7graph.errors import BadParameter
from g7graph.web import answer, headers, protocol
from g7graph.web.cells import Cell, cell
from g7graph.web.context import language, site
from g7graph.web.names import NAMING, Names
from g7graph.web.once import Once
from g7graph.web.reconciliation import batch, candidates, index, suggested, told, values
from g7graph.web.reconciliation.batch import Query
from g7graph.web.reconciliation.candidates import Candidate
from g7graph.web.reconciliation.index import Entity, Index
from g7graph.web.reconciliation.manifest import PATH, manifest
from g7graph.web.refusals import Refused, UnknownThing

blueprint = Blueprint("reconciliation", __name__)

JSON, SCRIPT = "application/json", "application/javascript"
#: What a client may have its script called by (JSONP): a name of JavaScript, or several with points between.
CALLBACK = r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*"
MOST_PROPOSED = 200
LONGEST_CALLBACK = 100
FORM = "application/x-www-form-urlencoded"
_EXTENSION = "g7graph.reconciliation"
_SHOWN = 6  # properties of a preview
_VALUES = 3
#: Said at the head of a preview, or of where things come from, which their own page tells.
_UNSHOWN = {
    *NAMING,
    *(vocab.STANDARD["skos"] + name for name in ("altLabel", "notation")),
    *(vocab.STANDARD["dcterms"] + "source", vocab.STANDARD["prov"] + "hadPrimarySource"),
}


def attach(app: Flask) -> None:
    """Let an application remember the index of the data that it serves."""
    app.extensions[_EXTENSION] = Once[Index]()


def known() -> Index:
    """Return the index of the data as they are now."""
    once = cast("Once[Index]", current_app.extensions[_EXTENSION])
    return once.get(site().store.version, lambda: index.read(site().store))


@blueprint.route("/reconcile", methods=["GET", "POST"])
def reconcile() -> Response:
    """Match a batch of names, or extend a table; without either, answer with the manifest."""
    name, text = _asked("queries", "extend")
    if name == "queries":
        return _said(matched(text, known()))
    if name == "extend":
        return _extended(text)
    if request.method == "POST":
        raise Refused("reconcile_no_batch")
    return _said(manifest(known()))


@blueprint.route("/reconcile/extend", methods=["GET", "POST"])
def extend() -> Response:
    """Tell what things have for some properties."""
    return _extended(_asked("extend")[1])


@blueprint.get("/reconcile/extend/propose")
def propose() -> Response:
    """Propose the properties that things of a type have, those of most things first."""
    found, asked = known(), request.args.get("type", "")
    properties = found.uses[batch.term(asked, found.types, "type")] if asked else [*found.properties]
    limit = _number("limit", MOST_PROPOSED)
    listed = [told.kind(found.properties[iri]) for iri in properties[:limit]]
    return _said({"type": asked, "limit": limit, "properties": listed})


@blueprint.get("/reconcile/suggest/<kind>")
def suggest(kind: str) -> Response:
    """Suggest things, types or properties by the beginnings of their names."""
    _check(kind)
    found, prefix, start = known(), request.args.get("prefix", ""), _number("cursor", 0)
    if len(prefix) > batch.MOST_CHARACTERS:
        raise Refused("long_search", limit=batch.MOST_CHARACTERS)
    end = start + suggested.SHOWN
    if kind == "entity":
        things = suggested.things(prefix, found, language())[start:end]
        return _said({"result": [{**told.entity(one, found), "notable": told.types(one, found)} for one in things]})
    listed = found.types if kind == "type" else found.properties
    kinds = suggested.kinds(prefix, listed.values(), language())[start:end]
    return _said({"result": [told.type_(one, found) if kind == "type" else told.kind(one) for one in kinds]})


@blueprint.get("/reconcile/flyout/<kind>")
def flyout(kind: str) -> Response:
    """Answer with a few words of HTML on a suggestion."""
    _check(kind)
    found, key = known(), request.args.get("id", "")
    if kind == "entity":
        one = told.entity(_thing(key, found), found)
    else:
        listed = found.types if kind == "type" else found.properties
        iri = batch.named(key, listed)
        if iri is None:
            raise UnknownThing(key[: batch.MOST_CHARACTERS], [each.key for each in listed.values()])
        one = told.kind(listed[iri])
    return _said({"id": key, "html": render_template("reconcile-flyout.html", one=one)})


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """Answer with a small page on a thing, for others' pages to frame."""
    setattr(g, headers.FRAMED, True)
    found = known()
    thing = _thing(request.args.get("id", ""), found)
    node = NamedNode(thing.iri)
    shown = {
        "thing": told.entity(thing, found),
        "called": cell(node, Names(site().store, [node], language())),
        "facts": _facts(thing, found),
    }
    return answer.page("reconcile-preview.html", **shown)


def matched(text: str, found: Index) -> dict[str, object]:
    """Return the candidates for a batch of queries, as the API has them."""
    asked = batch.queries(text, found)
    named = {key: candidates.found(one, found) for key, one in asked.items()}
    known_, names = _known(asked, named)
    result: dict[str, object] = {}
    for key, one in asked.items():
        agreed = values.agreements(named[key], one, known_, names, found) if one.wanted else {}
        decided = candidates.decided(named[key], one, agreed)
        result[key] = {"result": [told.candidate(each, found) for each in decided]}
    return result


def _known(asked: Mapping[str, Query], named: Mapping[str, list[Candidate]]) -> tuple[values.Values, Names]:
    """Read at once what all candidates have for the properties that are wanted, and what those values are called."""
    wanting = [key for key, one in asked.items() if one.wanted]
    things = sorted({one.entity.iri for key in wanting for one in named[key]})
    properties = sorted({one.property for key in wanting for one in asked[key].wanted})
    found = values.known(site().store, things, properties)
    return found, Names(site().store, (term for terms in found.values() for term in terms), language())


def _extended(text: str) -> Response:
    found = known()
    return _said(values.extended(batch.extension(text, found), found, site().store, language()))


def _facts(thing: Entity, found: Index) -> list[tuple[str, list[Cell], int]]:
    """Return what a preview says of a thing: property, its first values, and how many there are more."""
    listed = [iri for type_ in thing.types for iri in found.uses[type_] if iri not in _UNSHOWN]
    properties = list(dict.fromkeys(listed))
    read = values.known(site().store, [thing.iri], properties)
    told_ = [(one, values.in_language(read.get((thing.iri, one), ()), language())) for one in properties]
    told_ = [(one, terms) for one, terms in told_ if terms][:_SHOWN]
    names = Names(site().store, [term for _, terms in told_ for term in terms], language())
    return [
        (found.properties[one].label(language()), [cell(term, names) for term in terms[:_VALUES]], len(terms) - _VALUES)
        for one, terms in told_
    ]


def _thing(given: str, found: Index) -> Entity:
    """Return the thing of an identifier. Raises UnknownThing."""
    thing = found.thing(given)
    if thing is None:
        raise UnknownThing(given[: batch.MOST_CHARACTERS], [one.key for one in found.things.values()])
    return thing


def _check(kind: str) -> None:
    """Raise NotFound for what is not suggested."""
    if kind not in suggested.KINDS:
        raise NotFound


def _asked(*names: str) -> tuple[str, str]:
    """Return which of some parameters is given, in the address or in a form, and its value; both empty without one.

    Raises BadParameter for another value or parameter.
    """
    protocol.refuse_coded()
    if request.method == "POST" and request.mimetype != FORM:
        raise Refused("no_media_type", expected=FORM)
    given = protocol.form() if request.method == "POST" else request.args
    first, *more = [(name, value) for name in names for value in given.getlist(name)] or [("", "")]
    if more:
        name, value = more[0]
        raise BadParameter("repeated_parameter", query=PATH, parameter=name, value=value[: batch.MOST_CHARACTERS])
    return first


def _number(name: str, usual: int) -> int:
    """Return a number of the address. Raises Refused for what is none."""
    given = request.args.get(name, "")
    if not given:
        return usual
    if not re.fullmatch(r"[0-9]{1,7}", given) or int(given) > suggested.MOST:
        raise Refused("bad_cursor", name=name, value=given[: batch.MOST_CHARACTERS], limit=suggested.MOST)
    return int(given)


def _said(found: Mapping[str, object]) -> Response:
    """Answer with JSON, or with a script where a callback is named (JSONP). Raises Refused for what is no name."""
    body = json.dumps(found)
    callback = request.args.get("callback", "") if request.method == "GET" else ""
    if callback and (len(callback) > LONGEST_CALLBACK or not re.fullmatch(CALLBACK, callback, re.ASCII)):
        raise Refused("bad_callback", value=callback[:LONGEST_CALLBACK])
    media_type, text = (SCRIPT, f"/**/{callback}({body});\n") if callback else (JSON, body + "\n")
    return Response(text, content_type=media_type, headers={"Content-Language": language()})
