"""The update cases: the graphs before and after, and syntax."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from rdflib.term import Node

from tests.w3c import data, results
from tests.w3c.comparison import difference
from tests.w3c.manifest import MF, UT, Case
from tests.w3c.matching import Row
from tests.w3c.outcome import Failure
from tests.w3c.queries import accepted, base_of, refused, text
from tests.w3c.service import Service

_STATE = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_TABLE_TYPE = "application/sparql-results+json"
_EMPTIED = re.compile(r"\b(?:CLEAR|DROP)\s+(?:SILENT\s+)?GRAPH\s+<([^<>\s]*)>", re.IGNORECASE)
_LOAD = re.compile(r"\bLOAD\b", re.IGNORECASE)


def run(case: Case, service: Service) -> None:
    """Run an update case. Raises Failure and what the service raises."""
    if service.read_only:
        raise Failure("the server is read-only: it refuses every update, a malformed one included")
    if case.kind.startswith("Negative"):
        service.load(data.Dataset())
        refused(case, service.change(text(case, case.action())))
    elif case.kind.startswith("Positive"):
        _accepted(case, service)
    else:
        _evaluated(case, service)


def _accepted(case: Case, service: Service) -> None:
    asked = text(case, case.action())
    service.load(data.Dataset(named={urljoin(base_of(asked), name): () for name in _EMPTIED.findall(asked)}))
    answer = service.change(asked)
    accepted(answer, "needs LOAD: " if _LOAD.search(asked) else "")


def _evaluated(case: Case, service: Service) -> None:
    action = case.action()
    service.load(data.load(case.files(action), case.root))
    asked = text(case, case.the(action, UT.request))
    answer = service.change(asked)
    if not answer.succeeded:
        needs = "needs LOAD: " if _LOAD.search(asked) else ""
        raise Failure(f"{needs}expected the update to succeed, got {answer.said()}")
    _compare(case, case.the(case.node, MF.result), service)


def _compare(case: Case, result: Node, service: Service) -> None:
    """Raise Failure unless each graph is as expected; an empty graph need not be kept."""
    expected = data.load(case.files(result), case.root)
    wanted = {iri or "": results.triples(found) for iri, found in expected.graphs() if found}
    got = _state(service)
    for iri in sorted(wanted.keys() | got.keys()):
        nothing = results.Triples(frozenset())
        differs = difference(wanted.get(iri, nothing), got.get(iri, nothing))
        if differs:
            raise Failure(f"{f'graph {iri}' if iri else 'default graph'}: {differs}")


def _state(service: Service) -> dict[str, results.Triples]:
    answer = service.ask(_STATE, _TABLE_TYPE)
    if not answer.succeeded:
        raise Failure(f"the graphs could not be read back: {answer.said()}")
    table = results.read_table(answer.body, answer.media_type)
    if isinstance(table, bool):
        raise Failure("the graphs could not be read back: a truth value came instead of rows")
    graphs: dict[str, set[Row]] = {}
    for row in table.rows:
        graphs.setdefault(row.get("g", ("", ""))[1], set()).add((row["s"], row["p"], row["o"]))
    return {iri: results.Triples(frozenset(rows)) for iri, rows in graphs.items()}
