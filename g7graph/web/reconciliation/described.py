"""The paths of the reconciliation service as `/openapi.json` describes them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from g7graph import vocab
from g7graph.web import operations
from g7graph.web.formats import HTML
from g7graph.web.operations import said
from g7graph.web.reconciliation import batch, service, suggested
from g7graph.web.reconciliation.manifest import PATH
from g7graph.web.refusals import Refused
from g7graph.web.schemas import ADDRESS, COUNT, TEXT, Json, listed, record, reference

TAG = "reconciliation"
_ROOT = f"/{PATH}"
_BATCH = ("reconcile_bad_member", "reconcile_long", "reconcile_many", "reconcile_no_batch", "reconcile_no_query")
_EXTENDING = ("reconcile_bad_member", "reconcile_many", "reconcile_no_extension")
_ASKING = ("bad_callback", "reconcile_much", *operations.ASKING)
_JSON = ("reconcile_no_json", "repeated_parameter", "unknown_type", "unknown_property", "coded", "charset")
_TERM = record({"id": TEXT, "name": TEXT}, {"description": TEXT, "broader": listed({"type": "object"})})
_VALUE: Json = {"oneOf": [TEXT, {"type": "number"}, {"type": "boolean"}, record({"id": TEXT}, {"name": TEXT})]}


def schemas() -> dict[str, Json]:
    """Return the schemas that the paths refer to."""
    feature = record({"id": TEXT, "value": {"type": ["number", "boolean"]}})
    named = record({"id": TEXT, "name": TEXT})
    thing = {"id": TEXT, "name": TEXT, "description": TEXT}
    score: Json = {"type": "number", "minimum": 0, "maximum": 100}
    more = {"type": listed(named), "score": score, "match": {"type": "boolean"}, "features": listed(feature)}
    results = record({"result": listed(record({**thing, **more}))})
    manifest = record(
        {"versions": listed(TEXT), "name": TEXT, "identifierSpace": ADDRESS, "schemaSpace": ADDRESS}, more=True
    )
    cells = {"type": "object", "additionalProperties": listed({"type": "object"})}
    rows = {"type": "object", "additionalProperties": cells}
    return {
        "manifest": manifest,
        "candidates": {"type": "object", "additionalProperties": results},
        "extension": record({"meta": listed(named), "rows": rows}),
        "suggestions": record({"result": listed(record({"id": TEXT, "name": TEXT}, more=True))}),
        "proposals": record({"type": TEXT, "limit": COUNT, "properties": listed(_TERM)}),
        "flyout": record({"id": TEXT, "html": TEXT}),
    }


def item(path: str) -> Json:
    """Describe what can be done at a path."""
    if path == _ROOT:
        return _asked(path, ("queries", "extend"), ("manifest", "candidates", "extension"), (*_BATCH, *_EXTENDING))
    if path == f"{_ROOT}/extend":
        return _asked(path, ("extend",), ("extension",), _EXTENDING)
    if path == f"{_ROOT}/extend/propose":
        asked = operations.query("type", _types(), key="reconcile_type", empty=True)
        return _got(path, "proposals", [asked, _number("limit")], ("bad_cursor", "unknown_type"))
    if path.startswith(f"{_ROOT}/suggest"):
        prefix: Json = {**TEXT, "maxLength": batch.MOST_CHARACTERS}
        prefixed = operations.query("prefix", prefix, key="reconcile_prefix", example="Caja", empty=True)
        return _got(path, "suggestions", [_kind(), prefixed, _number("cursor")], ("bad_cursor", "long_search"))
    if path.startswith(f"{_ROOT}/flyout"):
        return _got(path, "flyout", [_kind(), _id()], ("unknown_thing",))
    refused = operations.refusals(("unknown_thing", "reconcile_much", *operations.ASKING))
    page = operations.answers(
        said("reconcile_preview_answer"), operations.content((HTML,)), headers=("Content-Language",), kept=False
    )
    parameters = [_id(), *operations.common()]
    return {
        "get": operations.Operation(
            path, "get", TAG, said("reconcile_preview"), parameters, {**page, **refused}
        ).described
    }


def _asked(path: str, names: Sequence[str], schemas_: Sequence[str], refused: Sequence[str]) -> Json:
    """Describe a path that is asked in the address or by a form."""
    fields = {name: _text(name) for name in names}
    parameters = [operations.query(name, schema, key=f"reconcile_{name}") for name, schema in fields.items()]
    form = {"schema": {"type": "object", "properties": fields, "minProperties": 1}}
    body = {"required": True, "description": said("reconcile_form"), "content": {service.FORM: form}}
    schema: Json = {"anyOf": [reference("schemas", name) for name in schemas_]}
    refusals = (*refused, *_JSON, *_ASKING)
    return {
        "get": _operation(path, "get", [*parameters, _callback()], schema, refusals),
        "post": {**_operation(path, "post", [], schema, (*refusals, *operations.SENDING)), "requestBody": body},
    }


def _got(path: str, schema: str, parameters: Sequence[Json], refused: Sequence[str]) -> Json:
    found: tuple[str | HTTPStatus, ...] = (*refused, *_ASKING)
    found += (HTTPStatus.NOT_FOUND,) if "{" in path else ()
    return {"get": _operation(path, "get", [*parameters, _callback()], reference("schemas", schema), found)}


def _operation(
    path: str,
    method: str,
    parameters: Sequence[Json],
    schema: Json,
    refused: Sequence[str | HTTPStatus],
) -> Json:
    text = path.removeprefix(_ROOT).strip("/").partition("/{")[0].replace("/", "_")
    key = f"reconcile_{text}" if text else "reconcile"
    content = {service.JSON: {"schema": schema}, **({service.SCRIPT: {"schema": TEXT}} if method == "get" else {})}
    answers = operations.answers(said(f"{key}_answer"), content, headers=("Content-Language",), kept=method == "get")
    responses = {**answers, **operations.refusals(refused)}
    shared = [*parameters, *operations.common()]
    return operations.Operation(path, method, TAG, said(key), shared, responses).described


def _text(name: str) -> Json:
    """Describe JSON that is sent as text."""
    return {**TEXT, "contentMediaType": "application/json", "contentSchema": _BATCHES[name]}


def _types() -> Json:
    """Describe the types that things have; any text where none is, or there are more things than can be matched."""
    try:
        types = [vocab.curie(iri) for iri in service.known().types]
    except Refused:
        types = []
    return {"type": "string", "enum": types} if types else TEXT


def _kind() -> Json:
    return operations.segment("kind", {"type": "string", "enum": list(suggested.KINDS)}, key="reconcile_kind")


def _id() -> Json:
    return {**operations.query("id", TEXT, key="reconcile_id"), "required": True}


def _number(name: str) -> Json:
    number: Json = {"type": "integer", "minimum": 0, "maximum": suggested.MOST}
    return operations.query(name, number, key=f"reconcile_{name}", empty=True)


def _callback() -> Json:
    pattern = {**TEXT, "maxLength": service.LONGEST_CALLBACK, "pattern": f"^({service.CALLBACK})$"}
    return operations.query("callback", pattern, key="reconcile_callback")


_QUERY: Json = {
    "type": "object",
    "properties": {
        "query": {**TEXT, "maxLength": batch.MOST_CHARACTERS},
        "type": {"oneOf": [TEXT, listed(TEXT)]},
        "limit": {"type": "integer", "minimum": 1},
        "type_strict": {"enum": list(batch.STRICTNESS)},
        "properties": listed(record({"pid": TEXT, "v": {"oneOf": [_VALUE, listed(_VALUE)]}})),
    },
    "anyOf": [{"required": ["query"]}, {"required": ["properties"]}],
}
_BATCHES: dict[str, Json] = {
    "queries": {"type": "object", "additionalProperties": _QUERY, "maxProperties": batch.MOST_QUERIES},
    "extend": record(
        {
            "ids": {**listed(TEXT), "maxItems": batch.MOST_IDS},
            "properties": listed(record({"id": TEXT}, {"settings": {"type": "object"}})),
        }
    ),
}
