"""Tables as text: the SPARQL 1.1 results formats and GitHub's Markdown."""

from __future__ import annotations

import json as _json
import re

import pyoxigraph as ox

from g7graph.exports import characters, separated
from g7graph.table import Table, Term, text

_STRING = ox.Literal("").datatype
_NUMERIC = ("integer", "decimal", "double", "float")
_MARKED = re.compile(r"[\\`*\[<|]")


def json(table: Table) -> bytes:
    """Write SPARQL 1.1 Query Results JSON."""
    head = _dumped({"vars": list(table.names)})
    rows = ",".join(  # a row at a time: all of them described take many times as much memory
        _dumped({name: _described(term) for name, term in zip(table.names, row, strict=True) if term is not None})
        for row in table.rows
    )
    return f'{{"head":{head},"results":{{"bindings":[{rows}]}}}}'.encode()


def xml(table: Table) -> bytes:
    """Write SPARQL Query Results XML."""
    return characters.allowed(_by_engine(table, ox.QueryResultsFormat.XML))


def csv(table: Table) -> bytes:
    r"""Write SPARQL 1.1 Query Results CSV (RFC 4180): bare values, lines end in CR LF.

    Values stand as they are, those that a spreadsheet would take for a formula too: for spreadsheets there is xlsx.
    """
    return b"".join([separated.line(table.names), *map(separated.row, table.rows)])


def tsv(table: Table) -> bytes:
    """Write SPARQL 1.1 Query Results TSV: terms as in Turtle."""
    return _by_engine(table, ox.QueryResultsFormat.TSV)


def markdown(table: Table) -> bytes:
    """Write a table of GitHub Flavored Markdown; numbers to the right."""
    names = [_escaped(name) for name in table.names]
    rules = ["---:" if column.type in _NUMERIC else "---" for column in table.columns]
    rows = [[_cell(term) for term in row] for row in table.rows]
    lines = ["| " + " | ".join(cells) + " |" for cells in (names, rules, *rows)]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _by_engine(table: Table, form: ox.QueryResultsFormat) -> bytes:
    """Have the engine write what it reads from the JSON form."""
    return ox.parse_query_results(json(table), format=ox.QueryResultsFormat.JSON).serialize(format=form) or b""


def _described(term: Term | ox.Triple) -> dict[str, object]:
    """Describe a term as SPARQL 1.1 Query Results JSON §3.2.2 says; a triple term as SPARQL 1.2 does."""
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _described(part) for name, part in parts.items()}}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    if term.datatype == _STRING:
        return {"type": "literal", "value": term.value}
    return {"type": "literal", "value": term.value, "datatype": term.datatype.value}


def _dumped(value: object) -> str:
    return _json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cell(term: Term | None) -> str:
    return _escaped(text(term))


def _escaped(value: str) -> str:
    r"""Escape what Markdown would read as markup.

    >>> print(_escaped("a|b\nc <script>"))
    a\|b<br>c \<script>
    """
    return _MARKED.sub(r"\\\g<0>", value.strip()).replace("\r\n", "\n").replace("\n", "<br>")
