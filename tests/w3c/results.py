"""Answers to queries, read from the suite's files and from a server into what can be compared."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from tests.w3c.matching import BLANK, Row, Term

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
UNBOUND: Term = ("unbound",)
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_TABLES = {
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_CSV = "text/csv"
#: Media type of an expected file, by its extension: the same is asked of the server.
TABLE_TYPES = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".tsv": "text/tab-separated-values",
    ".csv": _CSV,
}
_APPROXIMATE = {XSD + "double", XSD + "float"}
_APPROXIMATE_TEXT = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN")
_EXACT_TEXT = re.compile(r"(?P<sign>[+-]?)(?=\.?\d)(?P<whole>\d*)(?:\.(?P<part>\d*))?")
_EXACT = {
    XSD + name
    for name in (
        "decimal integer long int short byte nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger "
        "unsignedLong unsignedInt unsignedShort unsignedByte"
    ).split()
}


@dataclass(frozen=True)
class Table:
    """Solutions: each a mapping of variables to terms; `ordered` where their order is part of the answer."""

    rows: tuple[dict[str, Term], ...]
    variables: frozenset[str] | None = None
    ordered: bool = False


@dataclass(frozen=True)
class Triples:
    """A graph as rows of three terms, each once."""

    rows: frozenset[Row]


Answer = bool | Table | Triples


class UnreadableAnswer(Exception):
    """An answer that is not in the format it says, or in one that was not asked for."""


def term(found: object) -> Term:
    """Return a term as what it is compared by: numbers by datatype and value, booleans by value."""
    if found is None:
        return UNBOUND
    if isinstance(found, ox.BlankNode):
        return (BLANK, found.value)
    if isinstance(found, ox.NamedNode):
        return ("iri", found.value)
    if isinstance(found, ox.Literal):
        language = (found.language or "").lower()
        return ("literal", _value(found.value, found.datatype.value), found.datatype.value, language)
    return ("term", str(found))


def _value(text: str, datatype: str) -> str:
    """Return one text for all that write the same value; what writes none stays as it is."""
    exact = _EXACT_TEXT.fullmatch(text) if datatype in _EXACT else None
    if exact:
        whole, part = exact["whole"].lstrip("0") or "0", (exact["part"] or "").rstrip("0")
        sign = "-" if exact["sign"] == "-" and (whole != "0" or part) else ""
        return f"{sign}{whole}.{part}" if part else sign + whole
    if datatype in _APPROXIMATE and _APPROXIMATE_TEXT.fullmatch(text):
        return repr(float(text))
    return {"1": "true", "0": "false"}.get(text, text) if datatype == XSD + "boolean" else text


def triples(found: Iterable[ox.Triple]) -> Triples:
    """Return triples as rows to compare."""
    return Triples(frozenset((term(one.subject), term(one.predicate), term(one.object)) for one in found))


def read_table(body: bytes, media_type: str) -> bool | Table:
    """Read a table or a truth value. Raises UnreadableAnswer."""
    if media_type == _CSV:
        return _read_csv(body)
    if media_type not in _TABLES:
        raise UnreadableAnswer(f"the answer is {media_type or 'of no media type'}, no table")
    try:
        found = ox.parse_query_results(body, format=_TABLES[media_type])
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        names = [variable.value for variable in found.variables]
        rows = tuple({name: term(row[name]) for name in names if row[name] is not None} for row in found)
    except (SyntaxError, ValueError) as error:
        raise UnreadableAnswer(f"{media_type}: {error}") from error
    return Table(rows, frozenset(names))


def read_graph(body: bytes, media_type: str, base: str) -> Triples:
    """Read a graph. Raises UnreadableAnswer."""
    form = ox.RdfFormat.from_media_type(media_type)
    if form is None:
        raise UnreadableAnswer(f"the answer is {media_type or 'of no media type'}, no graph")
    try:
        return triples(quad.triple for quad in ox.parse(body, format=form, base_iri=base))
    except (SyntaxError, ValueError) as error:
        raise UnreadableAnswer(f"{media_type}: {error}") from error


def _read_csv(body: bytes) -> Table:
    """Read CSV, which keeps neither datatypes nor languages: values are text, but for blank nodes."""
    try:
        header, *lines = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True)
    except (ValueError, csv.Error) as error:
        raise UnreadableAnswer(f"{_CSV}: {error}") from error
    if any(len(line) != len(header) for line in lines):
        raise UnreadableAnswer(f"{_CSV}: a row has not {len(header)} cells")
    rows: tuple[dict[str, Term], ...] = tuple(
        {
            name: (BLANK, cell) if cell.startswith("_:") else ("text", cell)
            for name, cell in zip(header, line, strict=True)
            if cell
        }
        for line in lines
    )
    return Table(rows, frozenset(header))


def as_answer(found: Sequence[ox.Triple]) -> Answer:
    """Return what a file of triples expects: a graph, or the table or truth value it describes (rs:ResultSet)."""
    sets = [one.subject for one in found if one.predicate == _TYPE and one.object == ox.NamedNode(RS + "ResultSet")]
    if not sets:
        return triples(found)
    index: dict[tuple[object, str], list[object]] = {}
    for one in found:
        index.setdefault((one.subject, one.predicate.value.removeprefix(RS)), []).append(one.object)
    truth = index.get((sets[0], "boolean"))
    if truth:
        return _value(_text(truth[0]), XSD + "boolean") == "true"
    solutions = index.get((sets[0], "solution"), [])
    places = {node: int(_text(index[node, "index"][0])) for node in solutions if (node, "index") in index}
    rows = tuple(_solution(index, node) for node in sorted(solutions, key=lambda node: places.get(node, 0)))
    return Table(rows, ordered=bool(places))


def _solution(index: dict[tuple[object, str], list[object]], node: object) -> dict[str, Term]:
    return {
        _text(index[binding, "variable"][0]): term(index[binding, "value"][0])
        for binding in index.get((node, "binding"), [])
    }


def _text(found: object) -> str:
    return found.value if isinstance(found, ox.Literal) else ""
