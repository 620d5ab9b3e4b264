"""CSV of SPARQL results (RFC 4180), with what the engine leaves out: quotes around an IRI that has a comma."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO

import pyoxigraph as ox

from g7graph.table import Term

_SPECIAL = re.compile('[",\r\n]')
_QUOTED = re.compile(rb'"[^"]*(?:"|\Z)')


def line(values: Iterable[str]) -> bytes:
    r"""Write a line.

    >>> line(["http://x/a,b", "", 'a "b" c'])
    b'"http://x/a,b",,"a ""b"" c"\r\n'
    """
    return (",".join(map(_field, values)) + "\r\n").encode("utf-8")


def row(terms: Iterable[Term | ox.Triple | None]) -> bytes:
    """Write a line of terms as SPARQL 1.1 Query Results CSV has them: bare, nothing for one that there is not."""
    return line(map(_bare, terms))


class Counted:
    """A file that the engine writes CSV to; it sees whether all lines have as many fields as there are columns."""

    def __init__(self, out: IO[bytes], columns: int) -> None:
        self._out, self._commas = out, max(columns - 1, 0)
        self._surplus, self._in_quotes = 0, False

    def write(self, chunk: bytes) -> int:
        """Write a piece of a document; it may begin and end inside of a quoted field."""
        text = b'"' + chunk if self._in_quotes else chunk
        self._in_quotes = text.count(b'"') % 2 == 1
        bare = _QUOTED.sub(b"", text)
        self._surplus += bare.count(b",") - bare.count(b"\n") * self._commas
        return self._out.write(chunk)

    def flush(self) -> None:
        """Write what is buffered."""
        self._out.flush()

    @property
    def is_broken(self) -> bool:
        """Whether some line has too many fields."""
        return self._surplus != 0


def _field(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _bare(term: Term | ox.Triple | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.Triple):
        return " ".join(map(_bare, (term.subject, term.predicate, term.object)))
    return str(term) if isinstance(term, ox.BlankNode) else term.value
