"""The routes of the application, saved queries and protocols apart, as `/openapi.json` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from werkzeug.routing import Rule

from g7graph import exports
from g7graph.web import (
    arguments,
    calls,
    dashboard,
    feeds,
    formats,
    jsonld,
    operations,
    route,
    search,
    texts,
)
from g7graph.web.negotiate import Format
from g7graph.web.route import Route
from g7graph.web.schemas import ADDRESS, COUNT, DUMPS, TEXT, Json, found, listed, record, reference

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
        | {
            "columns": listed(record({"name": TEXT, "type": TEXT}, {"unit": TEXT, "scheme": ADDRESS})),
            "explained": {"type": "boolean"},
            "services": listed(TEXT),
        }
        | {"params": listed(record({"name": TEXT, "type": TEXT, "label": TEXT}, {"kind": TEXT, "default": TEXT}))}
    )
)
_PROBLEMS = listed(record({"type": ADDRESS, "status": {"type": "integer"}, "detail": TEXT}))
_METRICS = (Format("prometheus", "text/plain"), Format("openmetrics", "application/openmetrics-text"))
_SVG = Format("svg", "image/svg+xml")
_UNWELL = (HTTPStatus.SERVICE_UNAVAILABLE,)
_PAGE = ("Content-Language",)
_RDF_PAGE = (*formats.GRAPHS, formats.HTML)


#: Every endpoint that is answered by GET alone, saved queries apart.
ROUTES: Mapping[str, Route] = {
    "dashboard.home": Route(
        "pages",
        "dashboard",
        dashboard.OFFERED,
        ("bad_value", *operations.ASKING),
        _PAGE,
        parameters=arguments.dashboard_values,
        leads="see_dataset",
    ),
    "api.index": Route(
        calls.TAG, "queries", (formats.JSON, formats.HTML), (), _PAGE, {"json": reference("schemas", "queries")}
    ),
    "texts.index": Route(calls.TAG, "query_index", texts.INDEX, (), leads="see_page"),
    "texts.text": Route(
        calls.TAG,
        "query_text",
        texts.OFFERED,
        ("unknown_query",),
        ("Link",),
        segments=arguments.query_text,
        twin=True,
        leads="see_page",
    ),
    "api.cited": Route(
        calls.TAG,
        "run",
        (*formats.TABLES, formats.HTML),
        ("bad_value", "no_page", "not_a_run", "run_changed", "unknown_parameter", "unknown_query", *operations.ASKING),
        ("Content-Language", "Link"),
        {"json": reference("schemas", "sparql-results")},
        segments=calls.run_segments,
        parameters=calls.run_values,
        twin=True,
    ),
    "pages.lead": Route(
        "things",
        "thing",
        refused=("unknown_thing", "withdrawn", *operations.ASKING),
        headers=("Location", "Link"),
        status=HTTPStatus.SEE_OTHER,
        segments=arguments.thing,
        negotiated=False,
        renamed=True,
    ),
    "pages.document": Route(
        "things",
        "document",
        _RDF_PAGE,
        ("unknown_thing", "unknown_page", "withdrawn", *operations.ASKING),
        ("Link",),
        segments=arguments.thing,
        parameters=arguments.incoming_page,
        twin=True,
        renamed=True,
    ),
    "search.search": Route(
        "things",
        "search",
        search.OFFERED,
        ("bad_page", "long_search", *operations.ASKING),
        (*_PAGE, "Link"),
        {"json": reference("schemas", "found")},
        parameters=arguments.searched,
    ),
    "feeds.listed": Route(
        "things",
        "changes",
        feeds.OFFERED,
        ("no_archive", *operations.ASKING),
        ("Link",),
        parameters=lambda: [operations.query("archive", {"type": "integer", "minimum": 1}, empty=True)],
    ),
    "jsonld.latest": Route("things", "jsonld", jsonld.CONTEXT, headers=("Link",)),
    "jsonld.versioned": Route("things", "jsonld", jsonld.CONTEXT, headers=("Link",)),
    "vocabulary.logo": Route("things", "logo", (_SVG,), (HTTPStatus.NOT_FOUND,), negotiated=False),
    "shapes.shapes": Route(
        "things", "shapes", _RDF_PAGE, (HTTPStatus.NOT_FOUND, *operations.ASKING), headers=("Link",)
    ),
    "dataset.dataset": Route("things", "dataset", _RDF_PAGE, headers=("Link",)),
    "dataset.void": Route("things", "void", formats.GRAPHS),
    "sitemap.robots": Route("service", "robots", (formats.TEXT,), (), negotiated=False),
    "sitemap.everything": Route("service", "sitemap", (formats.XML,), negotiated=False),
    "sitemap.some": Route(
        "service",
        "sitemap_part",
        (formats.XML,),
        (HTTPStatus.NOT_FOUND, *operations.ASKING),
        segments=arguments.part,
        negotiated=False,
    ),
    "vocabulary.ontology": Route("things", "ontology", _RDF_PAGE, headers=("Link", "Content-Disposition")),
    "vocabulary.version": Route(
        "things",
        "ontology_version",
        _RDF_PAGE,
        ("unknown_version", *operations.ASKING),
        ("Link", "Content-Disposition"),
        segments=arguments.version,
        twin=True,
    ),
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
        ("unknown_graph", "withdrawn", *operations.ASKING),
        ("Link",),
        segments=arguments.graph,
        twin=True,
        renamed=True,
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
        parameters=lambda: [operations.header("Range")],
        negotiated=False,
    ),
    "problems.index": Route(
        "service",
        "problems",
        (formats.HTML, formats.JSON),
        ("unknown_problem",),
        _PAGE,
        {"json": reference("schemas", "problems")},
        segments=arguments.problem,
    ),
    "openapi.openapi": Route(
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
SCHEMAS = {"dumps": DUMPS, "found": found(), "health": _HEALTH, "queries": _QUERIES, "problems": _PROBLEMS}


def paths(rule: Rule) -> dict[str, Json]:
    """Describe what answers to the GETs of a rule."""
    return route.paths(ROUTES[rule.endpoint], rule)
