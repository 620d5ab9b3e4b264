"""What the header of a table's query says of it: titles, key, and of each column what its values are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from g7graph import header, i18n, vocab
from g7graph.queries import Library, SavedQuery, Texts
from g7graph.table import Column


@dataclass(frozen=True)
class Field:
    """A column: iri, string, integer, decimal, boolean, date, gYearMonth; what it is called.

    `property` is the IRI of what it says of its row's thing, empty where that is worked out. A `scheme` is the code
    list whose keys it holds, `refers` the table whose key it holds; `many` values stand in a cell with a space between.
    """

    name: str
    type: str
    titles: Texts
    property: str = ""
    lang: str = ""
    scheme: str = ""
    refers: str = ""
    many: bool = False


@dataclass(frozen=True)
class Schema:
    """A table: its fields, the fields of its key, the class of its rows' things (an IRI, or empty)."""

    name: str
    titles: Texts
    descriptions: Texts
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    kind: str
    query: SavedQuery

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(field.name for field in self.fields)


def schemas(library: Library) -> list[Schema]:
    """Read the tables of a framework, in the order that their headers give them."""
    queries = sorted(library.tables.values(), key=lambda query: (int(query.header.get("place", 0)), query.name))
    return [_schema(query) for query in queries]


def _schema(query: SavedQuery) -> Schema:
    said: Mapping[str, Any] = query.header["columns"]
    fields = tuple(_field(column, header.column(said[column.name])) for column in query.columns)
    return Schema(
        name=query.name,
        titles=query.summary,
        descriptions=query.description,
        fields=fields,
        key=tuple(query.header.get("key") or (fields[0].name,)),
        kind=_iri(query.header.get("class")),
        query=query,
    )


def _field(column: Column, known: Mapping[str, Any]) -> Field:
    return Field(
        name=column.name,
        type=column.type,
        titles={lang: str(known.get(lang, column.name)) for lang in i18n.LANGUAGES},
        property=_iri(known.get("property")),
        lang=str(known.get("lang") or ""),
        scheme=column.scheme,
        refers=str(known.get("refers") or ""),
        many=bool(known.get("many")),
    )


def _iri(curie: object) -> str:
    return (vocab.expand(str(curie)) or "") if curie else ""
