"""From an engine's answer to a table, or to bytes in the standard formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from g7graph.errors import QueryError, UsageError
from g7graph.exports import separated
from g7graph.exports.characters import Allowed
from g7graph.exports.graphs import can_be_named
from g7graph.store import Answer
from g7graph.table import Column, Table
from g7graph.vocab import XSD

RESULTS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
GRAPHS = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdf": RdfFormat.RDF_XML,
}
#: What the engine writes of an answer as it comes, whatever its size.
FORMS = (*RESULTS, *GRAPHS)
_XML = ("xml", "rdf")
#: What can write every graph: RDF/XML lacks names for some predicates, JSON-LD what is new in RDF 1.2.
_SAY_ALL = ("ttl", "nt", "nq", "trig")


def write(answer: Answer, form: str, out: IO[bytes], again: Callable[[], Answer] | None = None) -> None:
    """Have the engine write an answer in one of FORMS; `again` asks the same once more.

    Raises QueryError where the answer is of the other kind, UsageError where the form has no way to say it.
    """
    to = cast(IO[bytes], Allowed(out)) if form in _XML else out
    if isinstance(answer, QueryTriples):
        if form not in GRAPHS:
            raise QueryError("no_table")
        _write_graph(answer, form, to)
    else:
        if form not in RESULTS:
            raise QueryError("no_graph")
        if form == "csv" and isinstance(answer, QuerySolutions):
            _write_csv(answer, out, again)
        else:
            answer.serialize(to, RESULTS[form])
    if isinstance(to, Allowed):
        to.flush()


def _write_csv(answer: QuerySolutions, out: IO[bytes], again: Callable[[], Answer] | None) -> None:
    """Write CSV: the engine does so ten times as fast, but lets a comma in an IRI break the line."""
    if again is not None:
        counted = separated.Counted(out, len(answer.variables))
        answer.serialize(cast(IO[bytes], counted), RESULTS["csv"])
        if not counted.is_broken:
            return
        out.seek(0)
        out.truncate()
        answer = cast(QuerySolutions, again())
    out.write(separated.line(variable.value for variable in answer.variables))
    for solution in answer:
        out.write(separated.row(solution))


def _write_graph(answer: QueryTriples, form: str, out: IO[bytes]) -> None:
    try:
        if form == "rdf":
            serialize(_nameable(answer), out, GRAPHS[form])
        else:
            answer.serialize(out, GRAPHS[form])
    except OSError as error:
        if form != "jsonld" or error.errno is not None:  # it is of the file, else of a triple term, which JSON-LD lacks
            raise
        raise _unsayable(form) from error


def _nameable(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield triples whose predicates can be names of XML elements, as RDF/XML needs them."""
    known: set[NamedNode] = set()
    for triple in triples:
        if triple.predicate not in known:
            if not can_be_named(triple.predicate.value):
                raise _unsayable("rdf")
            known.add(triple.predicate)
        yield triple


def _unsayable(form: str) -> UsageError:
    return UsageError("unknown_format", name=form, nearest=_SAY_ALL)


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
