"""Which graphs a text names, as its prologue has them resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import NamedNode, RdfFormat, parse

from g7graph.store.guard import FORMS, has_word, tokens

_FROM = re.compile("FROM", re.IGNORECASE)


def names_dataset(text: str) -> bool:
    """Whether a query names its dataset itself (FROM): then the union default graph must not override it.

    >>> names_dataset("SELECT * FROM <http://x/g> { ?s ?p ?o }")
    True
    """
    return has_word(text, _FROM)


def graphs_named(text: str, base: str) -> list[str]:
    """Return the IRIs of the graphs that a query names by FROM, relative and prefixed ones resolved.

    The engine resolves them: their prologue and names mean the same in Turtle. None where they do not parse.

    >>> graphs_named("BASE <http://x/y/> PREFIX g: <z#> SELECT * FROM g:a FROM NAMED <../b> { ?s ?p ?o }", "http://w/")
    ['http://x/y/z#a', 'http://x/b']
    """
    return [iri for _, iri in named(text, base)]


def named(text: str, base: str) -> list[tuple[str, str]]:
    """Return the graphs that a query names, in its order, each with the word before it: `FROM` or `FROM NAMED`."""
    prologue: list[str] = []
    ways: list[str] = []
    names: list[str] = []
    before, begun = "", False
    for token in tokens(text):
        begun = begun or token.word in FORMS
        if not begun:
            prologue.append(token.text)
        elif token.kind in ("iri", "name") and before in ("FROM", "FROM NAMED"):
            names.append(token.text)
            ways.append(before)
        before = f"{before} {token.word}" if before == "FROM" and token.word == "NAMED" else token.word
    return [*zip(ways, resolved(prologue, names, base), strict=False)]


def resolved(prologue: Iterable[str], names: Iterable[str], base: str) -> list[str]:
    """Return the IRIs of names behind a prologue, tokens as a text has them; none where they do not parse."""
    written = " ".join(prologue) + "\n" + "".join(f"{name} <about:here> <about:here> .\n" for name in names)
    try:
        quads = list(parse(written, RdfFormat.TURTLE, base_iri=base))
    except SyntaxError:
        return []
    return [quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)]
