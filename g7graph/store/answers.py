"""From an engine's answer to a table."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from g7graph.errors import QueryError
from g7graph.store import Answer
from g7graph.table import Column, Table
from g7graph.vocab import XSD


def as_triples(answer: Answer) -> list[Triple]:
    """Read a CONSTRUCT or DESCRIBE answer whole. Raises QueryError for a table."""
    if not isinstance(answer, QueryTriples):
        raise QueryError("no_graph")
    return list(answer)


def as_table(answer: Answer) -> Table:
    """Read a SELECT or ASK answer whole. Raises QueryError for a graph."""
    if isinstance(answer, QueryBoolean):
        truth = Literal(str(bool(answer)).lower(), datatype=NamedNode(XSD + "boolean"))
        return Table((Column("answer", "boolean"),), ((truth,),))
    if not isinstance(answer, QuerySolutions):
        raise QueryError("no_table")
    columns = tuple(Column(variable.value) for variable in answer.variables)
    rows = tuple(tuple(solution[i] for i in range(len(columns))) for solution in answer)
    return Table(columns, rows)
