"""The routes of the application, saved queries and protocols apart, as `/openapi.json` describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from werkzeug.routing import Rule

from g7graph import exports, vocab
from g7graph.web import api, calls, dashboard, formats, operations, refusals
from g7graph.web.context import site
from g7graph.web.negotiate import Format
from g7graph.web.operations import said
from g7graph.web.schemas import ADDRESS, COUNT, DUMPS, TEXT, Json, listed, record, reference

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
_NUMBER: Json = {"anyOf": [COUNT, {"type": "null"}]}
_HEALTH = record(
    {
        "status": {"enum": ["ok", "unavailable"]},
        "live": {"type": "boolean"},
        "ready": {"type": "boolean"},
        "version": TEXT,
        "data": TEXT,
        "edition": _NUMBER,
        "triples": _NUMBER,
        "graphs": _NUMBER,
    }
)
_QUERIES = listed(
    record(
        {"name": TEXT, "topic": TEXT, "summary": TEXT, "description": TEXT, "iri": TEXT, "url": ADDRESS}
        | {"formats": listed({"enum": list(exports.FORMATS)}), "example": {"type": "object"}}
        | {"columns": listed(record({"name": TEXT, "type": TEXT}))}
        | {"params": listed(record({"name": TEXT, "type": TEXT, "label": TEXT}, {"kind": TEXT, "default": TEXT}))}
    )
)
_PROBLEMS = listed(record({"type": ADDRESS, "status": {"type": "integer"}, "detail": TEXT}))
_METRICS = (Format("prometheus", "text/plain"), Format("openmetrics", "application/openmetrics-text"))
_SVG = Format("svg", "image/svg+xml")
_UNWELL = (HTTPStatus.SERVICE_UNAVAILABLE,)
_PAGE = ("Content-Language",)
_RDF_PAGE = (*formats.GRAPHS, formats.HTML)


@dataclass(frozen=True)
class Route:
    """How an endpoint is described: what it answers with, and what it may refuse.

    `text` is a key of `locale/openapi.toml`; `also` are other statuses that it answers with in the same way;
    `twin`: the same has extensions, too; `leads`: browsers are led to another page;
    not `kept`: another answer each time.
    """

    tag: str
    text: str
    offered: tuple[Format, ...] = ()
    refused: tuple[str | HTTPStatus, ...] = operations.ASKING
    headers: tuple[str, ...] = ()
    schema: Mapping[str, Json] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    also: tuple[HTTPStatus, ...] = ()
    segments: Callable[[], list[Json]] = list
    parameters: Callable[[], list[Json]] = list
    negotiated: bool = True
    twin: bool = False
    leads: bool = False
    kept: bool = True


def template(rule: Rule) -> str:
    """Return the path of a rule as OpenAPI writes it.

    >>> template(Rule("/doc/<path:key>"))
    '/doc/{key}'
    """
    return _VARIABLE.sub(r"{\1}", rule.rule)


def paths(rule: Rule) -> dict[str, Json]:
    """Describe what answers to the GETs of a rule: a path, and its twin with an extension where it has one."""
    route, path = ROUTES[rule.endpoint], template(rule)
    extended = "extension" in rule.arguments
    own = [operations.extension_of(route.offered, "extension")] if extended else route.segments()
    asked = [operations.format_of(route.offered)] if route.negotiated and not extended else []
    segments = own if "{" in path else []
    found = {path: {"get": _operation(route, path, [*segments, *asked])}}
    if route.twin:
        twin = path + ".{format}"
        found[twin] = {"get": _operation(route, twin, [*segments, operations.extension_of(route.offered)])}
    return found


def graph_names() -> Json:
    """Describe the names of the graphs that have an address here: those there are, where they are not too many."""
    names = [iri.removeprefix(vocab.GRAPH) for iri in site().store.graphs() if iri.startswith(vocab.GRAPH)]
    return {"type": "string", "enum": sorted(names)} if 0 < len(names) <= api.MOST_OPTIONS else TEXT


def _operation(route: Route, path: str, parameters: list[Json]) -> Json:
    parameters = [*parameters, *route.parameters()]
    refused = (*route.refused, *(("not_acceptable",) if route.negotiated else ()))
    body, text = operations.content(route.offered, route.schema), said(f"{route.text}_answer")
    answers: Json = {}
    for status in (route.status, *route.also):
        answers |= operations.answers(text, body, headers=route.headers, status=status, kept=route.kept)
    if route.leads:
        answers |= operations.answers(said("see_page"), {}, headers=("Location",), status=HTTPStatus.SEE_OTHER)
    shared = operations.common()
    responses = {**answers, **operations.refusals(refused)}
    described = operations.Operation(path, "get", route.tag, said(route.text), [*parameters, *shared], responses)
    return described.described


def _thing() -> list[Json]:
    """Describe the key of a thing; the first that a query's parameter may be is the example."""
    params = (param for asked in site().library for param in asked.params if param.type == "iri")
    things = next((iri for param in params for iri in api.things(param.kind)), None)
    return [operations.segment("key", TEXT, example=things and things.removeprefix(vocab.THING))]


def _texts() -> list[Json]:
    """Describe the names of everything that has the text of a query."""
    library = site().library
    parts = {"derive": library.rules, "checks": library.checks, "support": library.support, "tables": library.tables}
    names = [*library.saved, *(f"{part}/{name}" for part, queries in parts.items() for name in queries)]
    return [operations.segment("name", {"type": "string", "enum": names} if names else TEXT, key="segment_query")]


def _graph() -> list[Json]:
    return [operations.segment("name", graph_names(), key="segment_graph")]


def _dashboard() -> list[Json]:
    """Describe the parameters of the queries that the dashboard shows."""
    asked = [site().library.saved[name] for name in dashboard.QUERIES if name in site().library.saved]
    found = {one["name"]: one for query in asked for one in calls.parameters(query)}
    return [one for name, one in found.items() if name != "lang"]


def _problem() -> list[Json]:
    kinds = [key for key, _, _ in refusals.kinds(site().lang)]
    return [operations.segment("kind", {**TEXT, "examples": kinds})]


#: Every endpoint that is answered by GET alone, saved queries apart.
ROUTES: Mapping[str, Route] = {
    "dashboard.home": Route(
        "pages",
        "dashboard",
        (formats.HTML,),
        ("bad_value", *operations.ASKING),
        _PAGE,
        parameters=_dashboard,
    ),
    "api.index": Route(
        calls.TAG, "queries", (formats.JSON, formats.HTML), (), _PAGE, {"json": reference("schemas", "queries")}
    ),
    "api.text": Route(
        calls.TAG, "query_text", (formats.QUERY, formats.HTML), ("unknown_query",), segments=_texts, leads=True
    ),
    "pages.lead": Route(
        "things",
        "thing",
        refused=("unknown_thing", *operations.ASKING),
        headers=("Location",),
        status=HTTPStatus.SEE_OTHER,
        segments=_thing,
        negotiated=False,
    ),
    "pages.document": Route(
        "things",
        "document",
        _RDF_PAGE,
        ("unknown_thing", *operations.ASKING),
        ("Link",),
        segments=_thing,
        twin=True,
    ),
    "vocabulary.logo": Route("things", "logo", (_SVG,), (HTTPStatus.NOT_FOUND,), negotiated=False),
    "vocabulary.ontology": Route("things", "ontology", _RDF_PAGE, headers=("Link",)),
    "graphs.index": Route(
        "graphs",
        "graphs",
        (formats.HTML, *formats.RESULTS),
        schema={"json": reference("schemas", "sparql-results")},
    ),
    "graphs.named": Route(
        "graphs",
        "graph",
        _RDF_PAGE,
        ("unknown_graph", *operations.ASKING),
        ("Link",),
        segments=_graph,
        twin=True,
    ),
    "dumps.index": Route(
        "dumps", "dumps", (formats.HTML, formats.JSON), (), _PAGE, {"json": reference("schemas", "dumps")}
    ),
    "dumps.download": Route(
        "dumps",
        "dump",
        (Format("file", "*/*"),),
        ("unknown_dump", "many_downloads", HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
        ("Accept-Ranges", "Content-Disposition", "Last-Modified"),
        also=(HTTPStatus.PARTIAL_CONTENT,),
        segments=lambda: [operations.segment("name", TEXT, key="segment_dump", example="dataset.ttl.gz")],
        parameters=lambda: [operations.range_asked()],
        negotiated=False,
    ),
    "problems.index": Route(
        "service",
        "problems",
        (formats.HTML, formats.JSON),
        (),
        _PAGE,
        {"json": reference("schemas", "problems")},
        segments=_problem,
    ),
    "openapi.described": Route(
        "service", "openapi", (formats.JSON,), operations.ASKING, _PAGE, {"json": {"type": "object"}}
    ),
    "health.health": Route(
        "service",
        "health",
        (formats.JSON,),
        (),
        schema={"json": reference("schemas", "health")},
        also=_UNWELL,
        negotiated=False,
        kept=False,
    ),
    "metrics.metrics": Route("service", "metrics", _METRICS, (), negotiated=False, kept=False),
}
#: The schemas that they refer to.
SCHEMAS = {"dumps": DUMPS, "health": _HEALTH, "queries": _QUERIES, "problems": _PROBLEMS}
