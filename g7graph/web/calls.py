"""Saved queries as operations of `/openapi.json`: a path each, its parameters, and what its answer looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from g7graph import i18n, run
from g7graph.citation import Citation
from g7graph.errors import Limited
from g7graph.queries import Param, SavedQuery, in_language
from g7graph.table import Column
from g7graph.web import answer, api, formats, operations, paging, runs, schemas
from g7graph.web.context import language, say, site
from g7graph.web.operations import said
from g7graph.web.schemas import TEXT, Json, reference

TAG = "queries"
_PATH = "/api/queries/"
_REFUSED = ("not_acceptable", "bad_value", "no_page", "unknown_parameter", "needs_extra", *operations.ASKING)


def paths() -> dict[str, Json]:
    """Describe every saved query twice: by `Accept` or `?format=`, and with an extension."""
    found: dict[str, Json] = {}
    for asked in site().library:
        offered = (*api.offered_by(asked), formats.HTML)
        path = _PATH + quote(asked.name)
        found[path] = {"get": _call(asked, path, operations.format_of(offered))}
        found[path + ".{format}"] = {
            "get": _call(asked, path + ".{format}", operations.extension_of(offered), ("unknown_query",))
        }
    return found


def components() -> dict[str, Json]:
    """Return the schemas that the operations refer to: what parameters may be, and the tables."""
    params = [param for asked in site().library for param in asked.params if param.kind]
    kinds = {(param.type, param.kind): param for param in params}
    values = {_kind(param): _values(param) for param in kinds.values()}
    tables = [asked for asked in site().library if api.offered_by(asked) is formats.TABLES]
    return values | {_result(asked): schemas.results(asked, _explaining(asked)) for asked in tables}


def parameters(asked: SavedQuery) -> list[Json]:
    """Describe the parameters of a saved query, in the language of the request."""
    return [_parameter(asked, param) for param in asked.params]


def run_segments() -> list[Json]:
    """Describe the parts of the address of a run; one that can be opened is the example."""
    example = _example()
    parts = {} if example is None else {**vars(example), "result": example.named_result}
    names = [asked.name for asked in site().library]
    schemas = {"query": {"type": "string", "enum": names} if names else TEXT}
    schemas |= dict.fromkeys(("version", "edition", "result"), TEXT)
    keys = {"query": "segment_run", "version": "segment_query_version"}
    return [
        operations.segment(name, schema, key=keys.get(name, ""), example=parts.get(name))
        for name, schema in schemas.items()
    ]


def run_values() -> list[Json]:
    """Describe the parameters of the query that was run, whatever they are called."""
    example = _example()
    values: Json = {"type": "object", "additionalProperties": TEXT}
    described = operations.query("values", values, example=example and dict(example.values))
    return [{**described, "style": "form", "explode": True}]


def _example() -> Citation | None:
    """Return today's run of the first query that gives a table, None where there is none within the limits."""
    tables = [asked for asked in site().library if answer.is_table(asked) and not asked.services]
    try:
        return runs.today(tables[0]) if tables else None
    except Limited:
        return None


def _call(asked: SavedQuery, path: str, form: Json, refused: tuple[str, ...] = ()) -> Json:
    own = {param.name for param in asked.params}
    shared = [*operations.common()[1:], *([] if "lang" in own else operations.common()[:1])]
    offered = (*api.offered_by(asked), formats.HTML)
    is_table = answer.is_table(asked)
    text = "\n\n".join(_told(asked)) or said("graph_made")
    body = operations.content(offered, {"json": reference("schemas", _result(asked))} if is_table else {})
    headers = ("Content-Language", "Link", runs.TOTAL) if is_table else ("Link",)
    everybodys = [*((paging.PAGE, paging.SIZE) if is_table else ()), *([runs.EXPLAIN] if asked.explain else ())]
    shared += [reference("parameters", name) for name in everybodys if name not in own]
    refusals = (*_REFUSED, *refused, *(operations.SERVICES if asked.services else ()))
    return operations.Operation(
        path,
        "get",
        TAG,
        in_language(asked.summary, language()) or asked.name,
        [*parameters(asked), *shared, *([] if form["name"] in own else [form])],
        {**operations.answers(text, body, headers=headers), **operations.refusals(refusals)},
        description="\n\n".join(filter(None, (in_language(asked.description, language()), *_services(asked)))),
    ).described


def _services(asked: SavedQuery) -> list[str]:
    """Say which other services a query asks."""
    return [say("asks_services", services=", ".join(asked.services))] if asked.services else []


def _told(asked: SavedQuery) -> list[str]:
    """Say what a table is made of: its columns, and what each row may be explained by."""
    listed = [(one, f", {one.unit}" if one.unit else "") for one in asked.columns]
    columns = ", ".join(f"`{column.name}` ({column.type}{unit})" for column, unit in listed)
    found = [said("columns", columns=columns)] if columns else []
    if asked.explain and site().options.live:
        explaining = site().library.explain[asked.explain.query]
        members = ", ".join(f"`{one.name}`" for one in _explaining(asked))
        text = in_language(explaining.description, language())
        found.append(said("explained", members=members, text=text))
    return found


def _parameter(asked: SavedQuery, param: Param) -> Json:
    label = in_language(param.label, language()) or param.name
    how = said(f"parameter_of_{param.type}")
    schema = reference("schemas", _kind(param)) if param.kind else _plain(param)
    default = site().lang if param.type == "lang" else param.default or _told_by_data(asked, param)
    made: Json = {"name": param.name, "in": "query", "description": f"{label}. {how}", "allowEmptyValue": True}
    example = run.example(site().store, asked)
    if param.name in example:
        made["example"] = _typed(param, example[param.name])
    return {**made, "schema": schema if default is None else {**schema, "default": _typed(param, default)}}


def _told_by_data(asked: SavedQuery, param: Param) -> str | None:
    """Return the code of the thing that a parameter is by default as a matter of the data."""
    found = run.defaults(site().store, site().library, replace(asked, params=(param,)), {}).get(param.name)
    return api.key_of(found.value) if found else None


def _plain(param: Param) -> Json:
    if param.type == "lang":
        return {"type": "string", "enum": list(i18n.LANGUAGES)}
    return {"type": "integer"} if param.type == "integer" else TEXT


def _typed(param: Param, value: str) -> str | int:
    """Return a value of a header as its parameter's schema has it; one that is no number stays as it is."""
    try:
        return int(value) if param.type == "integer" else value
    except ValueError:
        return value


def _values(param: Param) -> Json:
    """Describe what a parameter that has kinds may be: a notation, or the code, a label or the IRI of a thing.

    Where there are too many, or none is known, it is any text; a value that is none of theirs is refused.
    """
    if param.type != "iri":
        named = run.named(site().store, param.kind.split())
        notations = sorted(set().union(*(one.notations for one in named.values())), key=api.natural)
        return {"type": "string", "enum": notations} if 0 < len(notations) <= api.MOST_OPTIONS else TEXT
    things = api.things(param.kind)
    if not things:
        return TEXT
    keys = {api.key_of(iri): label for iri, label in things.items()}
    labels = sorted({*things.values(), *_examples(param)} - set(keys))
    listed: Mapping[str, list[str]] = {"by_code": list(keys), "by_label": labels, "by_iri": list(things)}
    choices = [{"title": said(key), "type": "string", "enum": values} for key, values in listed.items() if values]
    explained = " · ".join(f"`{key}` {label}" for key, label in keys.items())
    return {"type": "string", "description": explained, "anyOf": choices}


def _examples(param: Param) -> set[str]:
    """Return the values of a parameter's kind in the examples of the queries, which may be other names of things."""
    return {
        example[one.name]
        for asked in site().library
        for example in (run.example(site().store, asked),)
        for one in asked.params
        if (one.type, one.kind) == (param.type, param.kind) and one.name in example
    }


def _explaining(asked: SavedQuery) -> list[Column]:
    """Return what a piece of evidence of a query's rows is made of."""
    how = asked.explain
    return [one for one in site().library.explain[how.query].columns if one.name not in how.by] if how else []


def _kind(param: Param) -> str:
    return "-or-".join(param.kind.split()) + ("" if param.type == "iri" else "-code")


def _result(asked: SavedQuery) -> str:
    return "result-" + re.sub(r"[^A-Za-z0-9._-]", "_", asked.name)
