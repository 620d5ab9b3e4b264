"""What a query text asks for beyond the local data, seen before it is evaluated.

The engine exposes no parser, so the text is cut into the tokens of SPARQL 1.1 §19.8 that can hide a keyword (comments,
strings, IRIs, prefixed names, variables) and bare words; only bare words can be keywords.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from g7graph.errors import QueryError

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<string>\"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
      | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<name>(?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*(?:[\w:\-]|%[0-9A-Fa-f]{2}|\\.))?)
  | (?P<word>[^\W\d]\w*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OUTBOUND = ("SERVICE", "LOAD")
_PROLOGUE = ("BASE", "PREFIX", "VERSION")
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")


def words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the bare words of a query, upper case, each with its offset.

    >>> [word for word, _ in words('SELECT ?service { ?s <SERVICE> "LOAD" } # FROM')]
    ['SELECT']
    """
    for token in _TOKEN.finditer(_unescaped(text)):
        if token.lastgroup == "word":
            yield token.group().upper(), token.start()


def names_dataset(text: str) -> bool:
    """Whether a query names its dataset itself (FROM): then the union default graph must not override it.

    >>> names_dataset("SELECT * FROM <http://x/g> { ?s ?p ?o }")
    True
    """
    return any(word == "FROM" for word, _ in words(text))


def refuse_outbound(text: str) -> None:
    """Raise QueryError where a query would have the engine call another server (SERVICE, LOAD)."""
    for word, offset in words(text):
        if word in _OUTBOUND:
            line, column = position(_unescaped(text), offset)
            raise QueryError("outbound", detail=word, line=line, column=column)


def refuse_update(text: str) -> None:
    """Raise QueryError where a text is no query: a service that is asked through us is only ever read."""
    found = next(((word, offset) for word, offset in words(text) if word not in _PROLOGUE), ("", 0))
    if found[0] not in _FORMS:
        line, column = position(_unescaped(text), found[1])
        raise QueryError("syntax", detail=" · ".join(_FORMS), line=line, column=column)


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, both from 1, of an offset."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _unescaped(text: str) -> str:
    """Resolve code point escapes, which SPARQL 1.1 §19.2 allows anywhere, a keyword included."""
    return _ESCAPED.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), text)
