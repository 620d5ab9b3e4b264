"""A text as another engine is sent it: one that the standard's grammar takes, with the base that it has here.

Engines take more than that, some of it dangerous (Virtuoso fetches what `OPTION (get:uri …)` names), and what is
relative they resolve by an address of their own, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from g7graph.errors import QueryError
from g7graph.store.edits import Edit, Edited
from g7graph.store.functions import refuse_own, refuse_pragmas
from g7graph.store.guard import BASE, position, readable, refuse_deep, refuse_outbound, refuse_update, tokens, unescaped
from g7graph.store.mistakes import mistake
from g7graph.store.operations import gathered
from g7graph.store.update import where_it_was

_ESCAPE = re.compile(r"\\\\|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.\-]*:)")
#: What joins patterns, steps of a path and operands; an engine may call itself for each. `oxigraph serve` 0.5.13 can
#: answer 500 of any kind, if it does not take too long; over a thousand BIND or MINUS it ends, for everybody.
_JOINTS = frozenset("/ | & ^ + - * . ; UNION OPTIONAL MINUS FILTER BIND VALUES GRAPH".split())
_MOST_JOINTS = 500
#: Functions that resolve what they are given.
_RESOLVING = ("IRI", "URI")


def standard(text: str, *, updates: bool) -> Edited:
    """Return a query or an update as it is sent.

    Raises QueryError, with the place in it, for what is not standard, or has the engine ask others.

    >>> standard("ASK { <a> ?p TRUE }", updates=False).text
    'BASE <https://w3id.org/g7graph/sparql> ASK { <a> ?p true }'
    """
    refuse_deep(text)
    refuse_outbound(text)
    refuse_own(text)
    moved = gathered(readable(text)) if updates else Edited(readable(text), ())
    for reading in _readings(moved.text):
        found = mistake(reading.text, updates=updates)
        if found:
            raise where_it_was(where_it_was(found, reading), moved)
    refuse_pragmas(text)
    if not updates:
        refuse_update(text)
        _refuse_many(text)
    base = (Edit(0, 0, f"BASE <{BASE}> "),) if _needs_base(moved.text) else ()
    return Edited(moved.original, (*base, *moved.edits))


def _refuse_many(text: str) -> None:
    """Raise QueryError for a query of more parts than every engine survives."""
    joints = (token for token in tokens(text) if (token.word or token.text) in _JOINTS)
    last = next(islice(joints, _MOST_JOINTS, None), None)
    if last:
        line, column = position(text, last.start)
        raise QueryError("many_parts", limit=_MOST_JOINTS, line=line, column=column)


def _readings(text: str) -> Iterator[Edited]:
    """Yield a text as our engine reads it, and as those do that resolve code point escapes first (SPARQL 1.1 §19.2)."""
    yield Edited(text, ())
    found = [escape for escape in _ESCAPE.finditer(text) if escape.group() != r"\\"]
    if found:
        yield Edited(text, tuple(Edit(one.start(), one.end(), unescaped(one.group())) for one in found))


def _needs_base(text: str) -> bool:
    """Whether what a text names, or a function of it makes, may be relative to another base than its own."""
    before = ""
    for token in tokens(text):
        if token.word in _RESOLVING or (token.kind == "iri" and _RELATIVE.match(token.text)):
            return True
        if token.kind == "iri" and before == "BASE":
            return False
        before = token.word
    return False
