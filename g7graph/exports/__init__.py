"""Exports: the one table of formats, name → media type, extension and writer, for tables and for graphs.

A writer is a pure function from a Table, or from triples and quads, to bytes: the same in the command line and the web.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pyoxigraph as ox

from g7graph.exports import columnar, graphs, results, workbook
from g7graph.exports.graphs import Statements
from g7graph.table import Table

_Content = TypeVar("_Content")


@dataclass(frozen=True)
class Format(Generic[_Content]):
    """A format: what it is called, its media type (without parameters), its extension (without dot), its writer."""

    name: str
    media_type: str
    extension: str
    write: Callable[[_Content], bytes]
    binary: bool = False


def _by_name(*formats: Format[_Content]) -> Mapping[str, Format[_Content]]:
    return {one.name: one for one in formats}


#: For SELECT and ASK. csv, tsv, json and xml are the SPARQL 1.1 results formats.
TABLES: Mapping[str, Format[Table]] = _by_name(
    Format("csv", "text/csv", "csv", results.csv),
    Format("tsv", "text/tab-separated-values", "tsv", results.tsv),
    Format("json", "application/sparql-results+json", "json", results.json),
    Format("xml", "application/sparql-results+xml", "xml", results.xml),
    Format("md", "text/markdown", "md", results.markdown),
    Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        workbook.xlsx,
        binary=True,
    ),
    Format("parquet", "application/vnd.apache.parquet", "parquet", columnar.parquet, binary=True),
)

#: For CONSTRUCT, DESCRIBE and whole datasets; ttl, nt and rdf have no graph names.
GRAPHS: Mapping[str, Format[Statements]] = _by_name(
    Format("ttl", "text/turtle", "ttl", graphs.turtle),
    Format("jsonld", "application/ld+json", "jsonld", graphs.jsonld),
    Format("nt", "application/n-triples", "nt", graphs.ntriples),
    Format("nq", "application/n-quads", "nq", graphs.nquads),
    Format("trig", "application/trig", "trig", graphs.trig),
    Format("rdf", "application/rdf+xml", "rdf", graphs.rdfxml),
)

_NAMING = ("nq", "trig")


def document(form: str, statements: Statements) -> bytes:
    """Write the document about a thing or a named graph: TriG and N-Quads alone say in which graph a statement stands.

    Who reads JSON-LD as one graph, as most do, would lose what stands in a named one.
    """
    if form not in _NAMING:
        statements = [one.triple if isinstance(one, ox.Quad) else one for one in statements]
    return GRAPHS[form].write(statements)


#: Every format by its name.
FORMATS: Mapping[str, Format[Table] | Format[Statements]] = {**TABLES, **GRAPHS}
