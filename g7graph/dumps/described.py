"""The tables described for programs: CSV on the Web, a Frictionless data package, Datasette's metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from g7graph import i18n, vocab
from g7graph.dumps.about import About
from g7graph.dumps.rows import Rows
from g7graph.dumps.schema import Field, Schema
from g7graph.exports.manifest import Dump

Json = dict[str, Any]

CSVW = "http://www.w3.org/ns/csvw"
PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
_CSVW_TYPES = {"iri": "anyURI"}
_PACKAGE_TYPES: Mapping[str, Json] = {
    "iri": {"type": "string", "format": "uri"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "date": {"type": "date"},
    "gYearMonth": {"type": "yearmonth"},
}
_SPACE = " "
_HEADER = "und"  # the language of a column's own name, by which CSVW compares a file's header with titles


def csvw(tables: Sequence[Rows], about: About) -> bytes:
    """Describe the tables as CSVW does (Metadata Vocabulary for Tabular Data): each a graph of what its rows say."""
    return _written(
        {
            "@context": [CSVW, {"@language": i18n.DEFAULT}],
            **_titled(about.titles, about.descriptions),
            **({"dc:license": {"@id": about.license}} if about.license else {}),
            **({"dc:publisher": about.publisher} if about.publisher else {}),
            **({"dc:modified": {"@value": about.modified, "@type": "xsd:date"}} if about.modified else {}),
            "tables": [_csvw_table(table.schema, tables) for table in tables],
        }
    )


def package(tables: Sequence[Rows], about: About, dumps: Sequence[Dump]) -> bytes:
    """Describe the tables as a data package (Data Package 2.0), each with the size and hash of its file."""
    files = {dump.name.rpartition("/")[2]: dump for dump in dumps}
    licences = [{"path": about.license}] if about.license else []
    sources = [{"title": one.name, "path": one.place} for one in about.sources]
    contributors = [{"title": one.name, "path": one.place, "roles": [one.role]} for one in about.contributors]
    return _written(
        {
            "$schema": PACKAGE,
            "name": "tables",
            **({"id": about.iri} if about.iri else {}),
            "title": about.title,
            **({"description": _default(about.descriptions)} if about.descriptions else {}),
            **({"version": about.version} if about.version else {}),
            **({"licenses": licences} if licences else {}),
            **({"sources": sources} if sources else {}),
            **({"contributors": contributors} if contributors else {}),
            "resources": [_resource(table.schema, tables, files[_file(table.schema.name)]) for table in tables],
        }
    )


def datasette(tables: Sequence[Rows], about: About, database: str) -> bytes:
    """Describe the tables for those who open the SQLite file with Datasette."""
    described = {
        table.schema.name: {
            "title": _default(table.schema.titles),
            "description": _default(table.schema.descriptions),
            "columns": {field.name: _default(field.titles) for field in table.schema.fields},
            **({"label_column": label} if (label := _label(table.schema)) else {}),
        }
        for table in tables
    }
    return _written(
        {
            "title": about.title,
            **({"description": _default(about.descriptions)} if about.descriptions else {}),
            **({"license_url": about.license} if about.license else {}),
            **({"source_url": about.iri} if about.iri else {}),
            "databases": {database: {"tables": described}},
        }
    )


def _csvw_table(schema: Schema, tables: Sequence[Rows]) -> Json:
    subject = schema.fields[0]
    columns = [_csvw_column(schema, field) for field in schema.fields]
    if schema.kind:
        columns.append({"name": "class", "virtual": True, "propertyUrl": vocab.RDF_TYPE, "valueUrl": schema.kind})
    return {
        "url": _file(schema.name),
        **_titled(schema.titles, schema.descriptions),
        "tableSchema": {
            "aboutUrl": f"{{+{subject.name}}}",
            "columns": columns,
            **({"primaryKey": list(schema.key)} if schema.key else {}),
            **({"rowTitles": [label]} if (label := _label(schema)) else {}),
            **_foreign(
                [
                    {
                        "columnReference": field.name,
                        "reference": {"resource": _file(field.refers), "columnReference": _key_of(field, tables)},
                    }
                    for field in schema.fields
                    if field.refers
                ]
            ),
        },
    }


def _csvw_column(schema: Schema, field: Field) -> Json:
    return {
        "name": field.name,
        "titles": {_HEADER: field.name, **field.titles},
        "datatype": _CSVW_TYPES.get(field.type, field.type),
        **({"propertyUrl": field.property} if field.property else {}),
        **({"suppressOutput": True} if not field.property or field.many else {}),
        **({"valueUrl": _value_url(field)} if _value_url(field) else {}),
        **({"lang": field.lang} if field.lang else {}),
        **({"separator": _SPACE} if field.many else {}),
        **({"required": True} if field.name in schema.key else {}),
    }


def _value_url(field: Field) -> str:
    if field.scheme:
        return f"{vocab.thing(field.scheme, '')}{{{field.name}}}"
    return f"{{+{field.name}}}" if field.type == "iri" and field.property and not field.many else ""


def _resource(schema: Schema, tables: Sequence[Rows], file: Dump) -> Json:
    return {
        "name": schema.name,
        "type": "table",
        "path": _file(schema.name),
        "title": _default(schema.titles),
        "description": _default(schema.descriptions),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [_package_field(schema, field) for field in schema.fields],
            "missingValues": [""],
            **({"primaryKey": list(schema.key)} if schema.key else {}),
            **_foreign(
                [
                    {
                        "fields": [field.name],
                        "reference": {"resource": _other(field, schema), "fields": [_key_of(field, tables)]},
                    }
                    for field in schema.fields
                    if field.refers
                ]
            ),
        },
    }


def _package_field(schema: Schema, field: Field) -> Json:
    kind = {"type": "string"} if field.many else _PACKAGE_TYPES.get(field.type, {"type": "string"})
    return {
        "name": field.name,
        **kind,
        "title": _default(field.titles),
        **({"rdfType": field.property} if field.property else {}),
        **({"constraints": {"required": True}} if field.name in schema.key else {}),
    }


def _other(field: Field, schema: Schema) -> str:
    """Name the table that a field refers to; a table names itself by nothing."""
    return "" if field.refers == schema.name else field.refers


def _foreign(keys: list[Json]) -> Json:
    return {"foreignKeys": keys} if keys else {}


def _key_of(field: Field, tables: Sequence[Rows]) -> str:
    return next(table.schema.key[0] for table in tables if table.schema.name == field.refers)


def _label(schema: Schema) -> str:
    """Return the field that names a row to people, empty where none does."""
    return next((field.name for field in schema.fields if field.lang == i18n.DEFAULT), "")


def _titled(titles: Mapping[str, str], descriptions: Mapping[str, str]) -> Json:
    named = {"dc:title": titles, "dc:description": descriptions}
    return {
        name: [{"@value": value, "@language": lang} for lang, value in said.items()]
        for name, said in named.items()
        if said
    }


def _file(name: str) -> str:
    return f"{name}.csv"


def _default(texts: Mapping[str, str]) -> str:
    return texts.get(i18n.DEFAULT) or next(iter(texts.values()), "")


def _written(document: Json) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
