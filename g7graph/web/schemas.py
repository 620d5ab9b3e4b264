"""JSON Schemas of what the service answers: tables of RDF terms, problems, lists; those of `/openapi.json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from g7graph import explain
from g7graph.queries import SavedQuery
from g7graph.table import Column
from g7graph.vocab import RDF_JSON, THING, XSD

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 0}
ADDRESS: Json = {"type": "string", "format": "uri-reference"}
#: JSON-LD, whatever it says.
LINKED: Json = {"type": ["object", "array"]}

#: The types of columns that are no datatypes of XML Schema.
_PLAIN = {"iri": "iri", "string": "string", "lang": "string", "literal": "literal"}
#: Datatypes whose values are of a column's type, too: an integer is a decimal (XML Schema 2 §3.4.13).
_DERIVED = {"decimal": ("integer",)}


def reference(part: str, name: str) -> Json:
    """Refer to a component of the document.

    >>> reference("schemas", "problem")
    {'$ref': '#/components/schemas/problem'}
    """
    return {"$ref": f"#/components/{part}/{name}"}


def record(required: Mapping[str, Json], optional: Mapping[str, Json] | None = None, *, more: bool = False) -> Json:
    """Describe an object by its members; others are `more`."""
    schema: Json = {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}
    return schema if more else {**schema, "additionalProperties": False}


def listed(items: Json) -> Json:
    """Describe a list."""
    return {"type": "array", "items": items}


#: The list of what can be downloaded whole: the manifest of its folder, and where each file is.
DUMPS = record(
    {
        **dict.fromkeys(("version", "modified", "data", "program"), TEXT),
        "current": {"type": ["boolean", "null"]},
        "dumps": listed(
            record(
                {**dict.fromkeys(("name", "part", "media_type", "sha256"), TEXT), "bytes": COUNT, "url": ADDRESS}
                | {name: {"type": ["string", "null"]} for name in ("compression", "conforms_to")}
            )
        ),
    }
)


def found() -> Json:
    """Describe a page of what a search found."""
    thing = {"iri": ADDRESS, "url": {"type": ["string", "null"]}, "label": TEXT, "code": TEXT, "kinds": listed(TEXT)}
    hit = record({**thing, "exact": {"type": "boolean"}, "snippet": TEXT, "snippetLanguage": TEXT})
    counted = dict.fromkeys(("total", "page", "pages"), COUNT)
    told = {"query": TEXT, "whole": {"type": "boolean"}, "ignored": listed(TEXT)}
    return record(
        {**told, **counted, "hits": listed(hit), "links": {"type": "object", "additionalProperties": ADDRESS}}
    )


def terms() -> Json:
    """Describe the terms of the SPARQL 1.1 Query Results JSON Format, and its answers to SELECT and ASK."""
    literal = record({"type": {"const": "literal"}, "value": TEXT}, {"datatype": TEXT, "xml:lang": TEXT})
    head = record({"vars": listed(TEXT)}, {"link": listed(TEXT)})
    row = {"type": "object", "additionalProperties": reference("schemas", "term")}
    return {
        "iri": record({"type": {"const": "uri"}, "value": TEXT}),
        "literal": literal,
        "string": record({"type": {"const": "literal"}, "value": TEXT}, {"xml:lang": TEXT}),
        "blank": record({"type": {"const": "bnode"}, "value": TEXT}),
        "triple": record({"type": {"const": "triple"}, "value": {"type": "object"}}),
        "term": {"anyOf": [reference("schemas", name) for name in ("iri", "literal", "blank", "triple")]},
        "sparql-results": {
            "anyOf": [
                record({"head": head, "results": record({"bindings": listed(row)})}),
                record({"head": {"type": "object"}, "boolean": {"type": "boolean"}}),
            ]
        },
    }


def results(asked: SavedQuery, explaining: Sequence[Column] = ()) -> Json:
    """Describe the answer of a saved query: its columns in order, what each cell is; one not known is left out.

    A row that is explained has one column more, JSON that is made of what is `explaining` it.
    """
    cells = {column.name: _cell(column) for column in asked.columns}
    if not cells:  # the header promises nothing
        return reference("schemas", "sparql-results")
    more = {explain.COLUMN: _explanation(explaining)} if explaining else {}
    head = record({"vars": _named([*cells, *more], least=len(cells))}, {"link": listed(TEXT)})
    return record({"head": head, "results": record({"bindings": listed(record({}, {**cells, **more}))})})


def _named(names: Sequence[str], *, least: int) -> Json:
    """Describe a list of names in their order, of which the first so many are always there."""
    return {
        "type": "array",
        "prefixItems": [{"type": "string", "const": name} for name in names],
        "minItems": least,
        "maxItems": len(names),
    }


def _explanation(columns: Sequence[Column]) -> Json:
    """Describe the JSON that explains a row: a list of pieces of evidence."""
    members = {column.name: _member(column) for column in columns}
    inside = {"contentMediaType": "application/json", "contentSchema": listed(record({}, members))}
    return record({"type": {"const": "literal"}, "value": {**TEXT, **inside}, "datatype": {"const": RDF_JSON}})


def _member(column: Column) -> Json:
    if column.type == "literal":
        return {"type": ["string", "number", "boolean"]}
    return {"type": "string", "format": "iri"} if column.type == "iri" else TEXT


def problem(members: Mapping[str, Json]) -> Json:
    """Describe a problem document (RFC 9457 §3) with the members of our own that it may have."""
    return record(
        {
            "type": ADDRESS,
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "instance": ADDRESS,
        },
        members,
        more=True,
    )


def problem_of(status: int, kinds: Iterable[str]) -> Json:
    """Describe the problem documents of a status: its `type` is one of some kinds."""
    own = {"status": {"const": status}, "type": {"enum": [*kinds, "about:blank"]}}
    return {"allOf": [reference("schemas", "problem"), {"properties": own}]}


def _cell(column: Column) -> Json:
    if column.type in _PLAIN:
        schema = reference("schemas", _PLAIN[column.type])
    else:
        datatypes = [XSD + name for name in (column.type, *_DERIVED.get(column.type, ()))]
        schema = record({"type": {"const": "literal"}, "value": TEXT, "datatype": {"enum": datatypes}})
    if column.scheme:
        schema = {**schema, "x-code-list": THING + column.scheme}
    if not column.unit:
        return schema
    if column.unit.startswith("?"):
        return {**schema, "x-unit-column": column.unit.removeprefix("?")}
    return {**schema, "description": column.unit, "x-unit": column.unit}
