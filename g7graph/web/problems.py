"""Errors as problem documents (RFC 9457), as pages for browsers; never more than the client should know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from g7graph import i18n, vocab
from g7graph.errors import G7Error, UnknownName
from g7graph.web import answer
from g7graph.web.context import address, language, say, site
from g7graph.web.formats import HTML, JSON, PROBLEM
from g7graph.web.intake import MOST_BYTES
from g7graph.web.negotiate import choose
from g7graph.web.protocol import MOST_FIELDS
from g7graph.web.refusals import STATUS, Elsewhere, kinds
from g7graph.web.watch import PROBLEM as PROBLEM_KEY

blueprint = Blueprint("problems", __name__)

TYPE = vocab.BASE + "problem/"
#: What a problem document may say beside what RFC 9457 names, and the JSON Schema of each.
MEMBERS: Mapping[str, dict[str, Any]] = {
    "line": {"type": "integer", "minimum": 1},
    "column": {"type": "integer", "minimum": 1},
    "nearest": {"type": "array", "items": {"type": "string"}},
    "parameter": {"type": "string"},
    "value": {"type": "string"},
    "available": {"type": "array", "items": {"type": "string"}},
    "limit": {"type": ["number", "string"]},
    "withdrawn": {"type": "string", "format": "date-time"},
    "findings": {"type": "array", "items": {"type": "object"}},
    "changed": {"type": "array", "items": {"enum": ["query", "data", "program"]}},
    "now": {"type": "string", "format": "uri"},
}
#: Error key → below which path the names of what was not found are; of others there is no telling.
_PLACES = {
    "unknown_dump": "dumps/",
    "unknown_graph": "graph/",
    "unknown_problem": "problem/",
    "unknown_query": "api/queries/",
    "unknown_thing": "doc/",
    "unknown_version": "ontology/",
}
#: Error key → what it is called where its status is called otherwise.
_NOT_READY = "change_not_begun change_not_saved change_unseen change_unserved no_workers writer_away writer_gone"
_TITLES = dict.fromkeys(_NOT_READY.split(), "title_not_ready")
_STORES = ("store_local", "store_remote")
_KEPT_HEADERS = ("Allow", "Content-Range", "Retry-After")
_RETRY_SECONDS = "5"
#: A page that tells of a problem asks the store for nothing: that it does not answer may be the problem.
_UNASKED = {"dataset_citation": lambda: None}
_RETRIED = ("busy", "many_changes", "many_downloads", "no_room", "no_workers", "too_many", "writer_away")


@blueprint.get("/problem/")
@blueprint.get("/problem/<kind>")
def index(kind: str = "") -> Response:
    """List the kinds of problems, to which the `type` of each problem document leads.

    Raises UnknownName for a kind that there is not.
    """
    listed = kinds(language())
    known = [key for key, _, _ in listed]
    if kind and kind not in known:
        raise UnknownName("problem", kind, known)
    if answer.negotiated((HTML, JSON)) is HTML:
        return answer.page("problems.html", kinds=listed, kind=kind)
    said = [{"type": TYPE + key, "status": status, "detail": detail} for key, status, detail in listed]
    body = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    return Response(body, content_type=JSON.media_type, headers={"Content-Language": language()})


def register(app: Flask) -> None:
    """Answer every error of an application with a problem document."""
    app.register_error_handler(G7Error, _of_ours)
    app.register_error_handler(HTTPException, _of_http)
    app.after_request(moved)


def _of_ours(error: G7Error) -> Response:
    request.environ[PROBLEM_KEY] = error.key
    said = {**error.values, **vars(error)}
    more = {name: said[name] for name in MEMBERS if said.get(name)}
    status = STATUS.get(error.key, HTTPStatus.INTERNAL_SERVER_ERROR)
    site().tell(error)
    response = _problem(status, TYPE + error.key.replace("_", "-"), _told(error), more, _PLACES.get(error.key, ""))
    if error.key in _RETRIED:
        response.headers["Retry-After"] = _RETRY_SECONDS
    if isinstance(error, Elsewhere):
        response.headers["Link"] = error.link
    return response


def _told(error: G7Error) -> str:
    """Return what a client is told of an error: where the operator's store is, is nobody's business."""
    if error.key in _STORES:
        return say("store_away")
    inner = error.values.get("detail")
    if isinstance(inner, G7Error):
        return i18n.text(f"errors.{error.key}", language(), **{**error.values, "detail": _told(inner)})
    return error.text(language())


def _of_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    key = request.environ[PROBLEM_KEY] = f"http_{status.value}"
    limits = {"bytes": MOST_BYTES, "fields": MOST_FIELDS}
    detail = say(key, **limits) if key in i18n.catalogue("web") else status.description or status.phrase
    response = _problem(status, "about:blank", detail, {})
    response.headers.extend([pair for pair in error.get_headers(request.environ) if pair[0] in _KEPT_HEADERS])
    return response


def moved(response: Response) -> Response:
    """Say in the language of the request where an address is that has slashes that follow one another (308)."""
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT:
        response.set_data(render_template("moved.html", target=response.headers["Location"]))
        response.headers["Content-Language"] = language()
    return response


def _problem(status: HTTPStatus, kind: str, detail: str, more: dict[str, Any], place: str = "") -> Response:
    said = {"title": title(status, request.environ[PROBLEM_KEY]), "status": status.value, "detail": detail}
    if choose(request.headers.get("Accept"), [PROBLEM, HTML]) is HTML:
        query = request.args.get("query") if request.endpoint == "sparql.endpoint" else None
        near = [name for name in more.get("nearest", ()) if place and "://" not in name]
        leads = {name: address(place + name) for name in near}
        page = render_template("problem.html", query=query, now=more.get("now"), leads=leads, **said, **_UNASKED)
        response = Response(page, content_type=HTML.media_type)
    else:
        document = {"type": kind, **said, "instance": quote(request.script_root + request.path), **more}
        body = json.dumps(document, ensure_ascii=False, default=list) + "\n"
        response = Response(body, content_type=PROBLEM.media_type)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language()
    return response


def title(status: HTTPStatus, problem: str = "") -> str:
    """Return what a status is called, or one of the problems that have it."""
    key = _TITLES.get(problem, f"title_{status.value}")
    return say(key) if key in i18n.catalogue("web") else status.phrase
