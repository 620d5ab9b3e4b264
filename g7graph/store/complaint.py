"""What a remote service says of a text that it does not take, as an error of ours: its place is said once."""

from __future__ import annotations

import re
from functools import partial

from g7graph.errors import QueryError
from g7graph.store import guard
from g7graph.store.grammar import SYNTAX
from g7graph.store.mistakes import of_query, of_update
from g7graph.store.stack import deep

_PLACES = (
    re.compile(r"error at (?P<line>\d+):(?P<column>\d+)"),
    re.compile(r"line:? (?P<line>\d+)(?:,? col(?:umn)?:?\.? (?P<column>\d+))?", re.IGNORECASE),
)
#: What our engine says of CREATE, MOVE and others; `oxigraph serve`, which has it too, with status 500.
_GRAPH = re.compile(r"The graph <(?P<iri>[^>]*)> (?P<what>already exists|does not exist)")
#: Virtuoso answers so what it does not take; 08… is trouble of its own.
_OF_THE_TEXT = re.compile(rf"Virtuoso (?!08)\w{{5}} Error |{_GRAPH.pattern}")
_LEADING = re.compile(r"[\s,:(]*(?:\b(?:at|in|on))?\s*\Z")
_TRAILING = re.compile(r"\A[\s).,:;]+")


def complaint(said: str) -> QueryError:
    """Return the error of a text in the service's words: of its syntax, where they have a place, else of evaluation."""
    for pattern in _PLACES:
        found = pattern.search(said)
        if found:
            return QueryError("syntax", detail=said, line=int(found["line"]), column=int(found["column"] or 1))
    return not_evaluated(said)


def not_evaluated(said: str) -> QueryError:
    """Return the error of what an engine could not evaluate, in its words but for graphs that are there, or are not."""
    graph = _GRAPH.match(said)
    if not graph:
        return QueryError("not_evaluated", detail=said)
    key = "graph_exists" if graph["what"] == "already exists" else "unknown_graph"
    return QueryError(key, name=graph["iri"], nearest="")


def is_of_text(said: str) -> bool:
    """Whether what an engine says as if it had failed is of the text that it was sent."""
    return _OF_THE_TEXT.match(said) is not None


def understood(error: QueryError, text: str, *, updates: bool) -> QueryError:
    """Return a service's error as we say it, where its engine is ours; else in its words, without the place in them.

    >>> understood(complaint("Parse error at line 3, column 7: no."), "ASK", updates=False).detail
    'Parse error: no.'
    """
    if error.key != "syntax":
        return error
    if SYNTAX.search(error.detail) and not guard.too_deep(text):  # or our process would end
        return deep(partial(of_update if updates else of_query, error.detail, text))
    return QueryError("syntax", detail=_placeless(error.detail), line=error.line, column=error.column)


def _placeless(said: str) -> str:
    found = next(filter(None, (pattern.search(said) for pattern in _PLACES)))
    before, after = _LEADING.sub("", said[: found.start()]), _TRAILING.sub("", said[found.end() :])
    return ": ".join(filter(None, (before, after))) or said
