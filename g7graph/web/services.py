"""The services of the W3C's protocols, SPARQL and whole graphs, as `/openapi.json` describes them."""

from __future__ import annotations

from http import HTTPStatus

from g7graph import i18n
from g7graph.web import asks, formats, operations
from g7graph.web.arguments import graph_names
from g7graph.web.context import language, site
from g7graph.web.operations import said
from g7graph.web.schemas import TEXT, Json, listed, reference

TAG_QUERY, TAG_STORE = "sparql", "graph-store"
_IRIS = listed({"type": "string", "format": "uri"})
_FORM = "application/x-www-form-urlencoded"
_ASKED = ("default-graph-uri", "named-graph-uri")
_USING = ("using-graph-uri", "using-named-graph-uri")
_CONDITIONS = ("If-Match", "If-None-Match")
_OFFERED = (*formats.RESULTS, *formats.GRAPHS, formats.HTML)
_REFUSED: tuple[str | HTTPStatus, ...] = (
    *("bad_timeout", "charset", "coded", "long_query", "many_queries", "not_acceptable", "not_evaluated", "not_utf8"),
    *("many_parts", "not_sorted"),
    *("no_media_type", "no_query", "other_dataset", "outbound", "own_function", "read_only", "syntax", "unknown_graph"),
    "update_as_query",
    *operations.SERVICES,
    *operations.ASKING,
)
_WRITING: tuple[str | HTTPStatus, ...] = (
    *(
        "change_not_saved",
        "change_too_long",
        "change_too_much",
        "change_unanswered",
        "change_unseen",
        "change_unsure",
        "comments_elsewhere",
        "graph_not_writable",
        "no_default_graph",
        "rejected",
        "unauthorized",
        "unmet",
        "writer_gone",
        "wrong_token",
    ),
    *("store_remote", HTTPStatus.LENGTH_REQUIRED),
)
_UPDATING = ("dataset_twice", "graph_exists", "query_as_update")
_NAMING = ("not_an_iri", "unknown_graph", "which_graph")
_LOADING = ("bad_parts", "byte_order_mark", "other_graph", "too_deep", "unparsable")


def sparql(path: str) -> Json:
    """Describe the endpoint: queries and, where it is writable, updates."""
    asking = _operation(path, "get", [_query(), *_dataset(), *_options()], None, _REFUSED)
    written = site().writer is not None
    using = [operations.query(name, _IRIS) for name in _USING] if written else []
    using += [operations.header(name) for name in _CONDITIONS] if written else []
    refused = (*_REFUSED, *operations.SENDING, *((*_WRITING, *_UPDATING) if written else ()))
    posting = _operation(path, "post", [*_dataset(), *using, *_options()], _body(), refused)
    if written:
        posting["responses"] |= operations.answers(said("updated"), {}, status=HTTPStatus.NO_CONTENT)
        posting = operations.secured(posting, optional=True)
    return {"get": asking, "head": _head(asking), "post": posting}


def graph_store(path: str) -> Json:
    """Describe a graph that is read and, where that is allowed, put, added to and dropped."""
    target = [_segment()] if "{" in path else [_graph(), _default()]
    answers = operations.answers(said("graph_read_answer"), operations.content(formats.GRAPHS))
    refused = operations.refusals(("not_acceptable", *_NAMING, *operations.ASKING))
    parameters = [*target, operations.format_of(formats.GRAPHS), *operations.common()]
    described = operations.Operation(path, "get", TAG_STORE, said("graph_read"), parameters, {**answers, **refused})
    reading = described.described
    item = {"get": reading, "head": _head(reading)}
    if site().writer is None:
        return item
    return item | {method: _change(path, method, target) for method in ("put", "post", "delete")}


def _change(path: str, method: str, target: list[Json]) -> Json:
    sends = method != "delete"
    refused = (*_WRITING, *_NAMING, *((*_LOADING, *operations.SENDING) if sends else ()))
    done = operations.answers(said("changed"), {}, status=HTTPStatus.NO_CONTENT)
    if sends:
        done |= operations.answers(said("created"), {}, headers=("Location",), status=HTTPStatus.CREATED)
    made = operations.Operation(
        path,
        method,
        TAG_STORE,
        said(f"graph_{method}"),
        [*target, *map(operations.header, _CONDITIONS), *operations.common()],
        {**done, **operations.refusals(refused)},
        _documents() if sends else None,
    )
    return operations.secured(made.described)


def _operation(
    path: str, method: str, parameters: list[Json], body: Json | None, refused: tuple[str | HTTPStatus, ...]
) -> Json:
    known = {"json": reference("schemas", "sparql-results")}
    answers = operations.answers(said("sparql_answer"), operations.content(_OFFERED, known), kept=method == "get")
    return operations.Operation(
        path,
        method,
        TAG_QUERY,
        said("sparql_writable" if method == "post" and site().writer else "sparql"),
        [*parameters, *operations.common()],
        {**answers, **operations.refusals(refused)},
        body,
        _limits(),
    ).described


def _limits() -> str:
    return i18n.text("web.limits", language(), **vars(site().limits))


def _head(reading: Json) -> Json:
    """Describe HEAD, which answers as GET does, without a body."""
    answers = {
        status: {name: part for name, part in answer.items() if name != "content"}
        for status, answer in reading["responses"].items()
    }
    identified = reading["operationId"].replace("get_", "head_", 1)
    return {**reading, "operationId": identified, "summary": said("head"), "responses": answers}


def _query() -> Json:
    return operations.query("query", TEXT, example=asks.text("example"))


def _dataset() -> list[Json]:
    return [operations.query(name, _IRIS) for name in _ASKED]


def _options() -> list[Json]:
    timeout = {"type": "number", "exclusiveMinimum": 0, "default": site().limits.seconds}
    return [operations.query("timeout", timeout), operations.format_of(_OFFERED)]


def _body() -> Json:
    """Describe what is posted to the endpoint: a form, or the text of a query or an update."""
    names = ("query", "update") if site().writer else ("query",)
    iris = (*_ASKED, *(_USING if site().writer else ()))
    form = {"timeout": {"type": "number", "exclusiveMinimum": 0}, "format": TEXT}
    fields = {**dict.fromkeys(names, TEXT), **dict.fromkeys(iris, _IRIS), **form}
    one = {"oneOf": [{"required": [name]} for name in names]}
    example = asks.text("example")
    content = {
        _FORM: {"schema": {"type": "object", "properties": fields, **one}, "example": {"query": example}},
        "application/sparql-query": {"schema": TEXT, "example": example},
    }
    if site().writer:
        content["application/sparql-update"] = {"schema": TEXT}
    return {"required": True, "description": said("body_sparql"), "content": content}


def _documents() -> Json:
    content = operations.content(formats.GRAPHS)
    parts = {"type": "object", "additionalProperties": TEXT}
    return {
        "required": True,
        "description": said("body_graph"),
        "content": {**content, "multipart/form-data": {"schema": parts}},
    }


def _segment() -> Json:
    return operations.segment("name", graph_names() if site().writer is None else TEXT, key="segment_graph")


def _graph() -> Json:
    known = site().store.graphs()
    return operations.query("graph", {"type": "string", "format": "uri"}, example=known[0] if known else None)


def _default() -> Json:
    return operations.query("default", TEXT, empty=True)
