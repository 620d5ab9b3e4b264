"""What the site reads, in the shapes that the tools answer with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, cast

import pyoxigraph as ox

from g7graph import run
from g7graph.errors import QueryError
from g7graph.mcp import said
from g7graph.queries import SavedQuery, in_language
from g7graph.table import Term, python, text
from g7graph.web.cells import Cell
from g7graph.web.context import say, site
from g7graph.web.describe import Passage, Property, Standing
from g7graph.web.search import Hit

_STATEMENT = ("subject", "predicate", "object")


def whole(note: str = "") -> said.Answer:
    """Say of which data an answer is and, where it is not whole, what is missing."""
    return {"dataset_version": site().store.version, "whole": not note, "note": note}


def query(asked: SavedQuery, lang: str) -> said.Query:
    """Describe a saved query; the language is a parameter of the tool, not of the query."""
    return {
        "name": asked.name,
        "summary": in_language(asked.summary, lang),
        "description": in_language(asked.description, lang),
        "parameters": [
            {
                "name": one.name,
                "type": one.type,
                "kinds": one.kind.split(),
                "label": in_language(one.label, lang),
                "default": one.default,
            }
            for one in asked.params
            if one.type != "lang"
        ],
        "columns": [column.name for column in asked.columns],
        "example": run.example(site().store, asked),
        "services": list(asked.services),
    }


def rows(columns: Sequence[str], found: Iterable[Sequence[Term | ox.Triple | None]], limit: int) -> said.Rows:
    """Return the first rows of a table; that there are more is said."""
    first = [[value(term) for term in row] for row in islice(found, limit + 1)]
    note = say("mcp_cut", limit=limit) if len(first) > limit else ""
    return {**whole(note), "columns": list(columns), "rows": first[:limit]}


def table(out: IO[bytes], limit: int) -> said.Rows:
    """Read the first rows of an answer to SELECT or ASK, as a worker wrote it. Raises QueryError for anything else."""
    found = ox.parse_query_results(out, format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return rows(("answer",), [(ox.Literal(bool(found)),)], limit)
    if not isinstance(found, ox.QuerySolutions):
        raise QueryError("no_table")
    columns = [variable.value for variable in found.variables]
    return rows(columns, ([row[place] for place in range(len(columns))] for row in found), limit)


def graph(out: IO[bytes], limit: int) -> said.Rows:
    """Read the first statements of an answer to CONSTRUCT or DESCRIBE, as a worker wrote it."""
    statements = (quad.triple for quad in ox.parse(out, format=ox.RdfFormat.N_TRIPLES))
    return rows(_STATEMENT, (cast("Sequence[Term]", (*one,)) for one in statements), limit)


def value(term: Term | ox.Triple | None) -> said.Value:
    """Return a term as JSON has it: numbers and booleans as such, dates and the rest as text, null for nothing.

    >>> value(ox.Literal("0.7963", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
    0.7963
    """
    if isinstance(term, ox.Triple):
        return text(term)
    found = python(term)
    if isinstance(found, Decimal):
        return float(found)
    return found.isoformat() if isinstance(found, date) else found


def hit(one: Hit) -> said.Hit:
    """Return a thing that was found."""
    return {
        "iri": one.thing.iri,
        "code": one.thing.code,
        "label": one.thing.text,
        "kinds": list(one.kinds),
        "exact": one.is_exact,
        "snippet": "".join(piece.text for piece in one.snippet),
    }


def property_(one: Property) -> said.Property:
    """Return what is said of a thing by one property, in every language."""
    values = [_link(each) for each in (*one.values, *one.others)]
    return {"property": one.name.text, "iri": one.name.iri, "values": values}


def standing(one: Standing) -> said.Standing:
    """Return how an indicator stands in a round."""
    ratios = {name: float(number) if isinstance(number, Decimal) else None for name, number in one.ratios.items()}
    return {
        "record": one.record.iri,
        "round": one.round.text,
        "status": one.status.text,
        "formula": one.formula,
        "progress": ratios["progress"],
        "attainment": ratios["attainment"],
        "elapsed": ratios["elapsed"],
        "baseline_actual_target": [figure.text for figure in one.figures],
    }


def passage(one: Passage) -> said.Passage:
    """Return a passage of the source."""
    return {
        "iri": one.cell.iri,
        "quote": one.quote,
        "lang": one.lang,
        "section": one.section,
        "locator": one.locator,
        "translation": one.translation,
    }


def _link(one: Cell) -> said.Link:
    return {"text": f"{one.code} {one.text}".strip(), "iri": one.iri, "lang": one.lang}
