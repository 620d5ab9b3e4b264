"""`/openapi.json`: the whole HTTP surface as an OpenAPI 3.1 document, made of the application's own tables."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, request

from g7graph import __version__
from g7graph.web import answer, calls, dashboard, operations, route, routes, services, standing
from g7graph.web.context import address, language, site
from g7graph.web.negotiate import Format
from g7graph.web.operations import said
from g7graph.web.reconciliation import described
from g7graph.web.schemas import Json

blueprint = Blueprint("openapi", __name__)

VERSION = "3.1.1"
_TAGS = (
    calls.TAG,
    services.TAG_QUERY,
    services.TAG_STORE,
    described.TAG,
    "graphs",
    "things",
    "dumps",
    "pages",
    "service",
)
_OFFERED = (Format("json", "application/json", ("application/openapi+json", "application/vnd.oai.openapi+json")),)
#: Where clients start: these say where the description is (RFC 8631).
_STARTS = ("dashboard.home", "api.index", "sparql.endpoint")
#: What pages need to look as they do is no part of the service.
_APART = ("static",)
#: What a frozen copy does not have: files do not answer what one likes to ask, nor say how they are.
_LIVE = ("graphstore", "health", "metrics", "reconciliation", "search", "sparql")
#: Nor are these described of it: which there are, pages and site maps tell.
_TOLD = ("api.cited", "sitemap.some")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer with the description of the service, in the language of the request."""
    answer.negotiated(_OFFERED)
    body = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    return Response(body, content_type=_OFFERED[0].media_type, headers={"Content-Language": language()})


@blueprint.after_app_request
def linked(response: Response) -> Response:
    """Say where the description is, on what clients start from."""
    if request.method == "GET" and request.endpoint in _STARTS:
        response.headers.add("Link", f'<{address("openapi.json")}>; rel="service-desc"; type="application/json"')
    return response


def document() -> Json:
    """Describe every route of the application, as it is for those who ask at this address; of a copy what it has."""
    live = site().options.live
    paths = _paths() if live else standing.operations(_paths())
    operations_ = [one for item in paths.values() for one in item.values()]
    used = {status for one in operations_ for status in one["responses"]}
    parts = operations.components(used, writable=site().writer is not None)
    parts["schemas"] |= routes.SCHEMAS | calls.components() | described.schemas()
    alliance, plan = dashboard.title()
    return {
        "openapi": VERSION,
        "info": {
            "title": alliance,
            **({"summary": plan} if plan else {}),
            "description": said("description" if live else "description_copy"),
            "version": __version__,
        },
        "servers": [{"url": request.root_url.rstrip("/")}],
        "tags": [{"name": tag, "description": said(f"tag_{tag.replace('-', '_')}")} for tag in _tags(operations_)],
        "paths": paths,
        "components": parts if live else standing.components(parts, paths),
    }


def _paths() -> dict[str, Json]:
    found: dict[str, Json] = {}
    for rule in current_app.url_map.iter_rules():
        path = route.template(rule)
        blueprint_ = rule.endpoint.partition(".")[0]
        away = (blueprint_ in _LIVE or rule.endpoint in _TOLD) and not site().options.live
        if rule.endpoint in _APART or away or path in found:
            continue
        if rule.endpoint == "api.query":
            found |= calls.paths()
        elif blueprint_ == "sparql":
            found[path] = services.sparql(path)
        elif blueprint_ == "reconciliation":
            found[path] = described.item(path)
        elif blueprint_ == "graphstore":
            found[path] = services.graph_store(path)
        else:
            found |= routes.paths(rule)
    return dict(sorted(found.items()))


def _tags(operations_: list[Json]) -> list[str]:
    used = {tag for one in operations_ for tag in one["tags"]}
    return [tag for tag in _TAGS if tag in used]
