"""A changed graph as the Turtle file it stands in: what did not change keeps its lexical form and its header."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from g7graph import turtle


def rewritten(path: Path, after: set[ox.Triple]) -> bytes | None:
    """Return the canonical Turtle of a graph that now has the triples `after`, None where it has none.

    The engine knows one form of a value (`0.50` is `0.5` to it): triples that the file has in another are kept as they
    are written there. Blank nodes have no name to be known by: a file with any is written as the engine has it.
    Comments on top and above subjects stay. Raises DataError for comments elsewhere: they would be lost.
    """
    if not after:
        return None
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    written = [quad.triple for quad in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE)]
    if any(_blank(triple) for triple in (*written, *after)):
        statements: Iterable[ox.Triple] = after
    else:
        known = {engine_form(triple): triple for triple in written}
        statements = [known.get(triple, triple) for triple in after]
    lines = ox.serialize(sorted(statements, key=str), format=ox.RdfFormat.N_TRIPLES) or b""
    header, above = turtle.header_of(text), turtle.above_of(text, name=path.name)
    return turtle.format_statements(lines.decode(), header=header, above=above).encode()


def engine_form(triple: ox.Triple) -> ox.Triple:
    """Return a triple as the engine's store gives it back."""
    store = ox.Store()
    store.add(ox.Quad(triple.subject, triple.predicate, triple.object))
    (quad,) = store.quads_for_pattern(None, None, None)
    return quad.triple


def _blank(triple: ox.Triple) -> bool:
    return any(isinstance(term, ox.BlankNode) for term in (triple.subject, triple.object))
