"""From the format that a remote service gives to the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from io import SEEK_END
from typing import IO, cast

import pyoxigraph as ox

from g7graph.errors import Limited
from g7graph.exports.characters import Allowed
from g7graph.store.answers import GRAPHS, RESULTS, write
from g7graph.store.limits import Limits
from g7graph.store.margins import Margins
from g7graph.table import text

_MEGABYTE = 1_000_000
_PROLOGUE_BYTES = 1_000  # more than a document has before its first statement


def convert(source: IO[bytes], got: str, form: str, out: IO[bytes], limits: Limits) -> None:
    """Write an answer in another form, as it is read. Raises SyntaxError for what is not in the form it is said to be.

    Raises Limited for what goes beyond the size of an answer.
    """
    bounded = cast(IO[bytes], _Bounded(out, limits.answer_bytes))
    if form in RESULTS:
        read = cast(IO[bytes], Margins(source)) if got == "xml" else source
        write(ox.parse_query_results(read, format=RESULTS[got]), form, bounded)
        return
    to = Allowed(bounded) if form == "rdf" else bounded
    ox.serialize(_triples(source, got), cast(IO[bytes], to), format=GRAPHS[form])
    to.flush()


def truth(source: IO[bytes], got: str, form: str, out: IO[bytes]) -> None:
    """Write an ASK's answer that an engine gives as a table of one number."""
    found = ox.parse_query_results(source, format=RESULTS[got])
    true = isinstance(found, ox.QueryBoolean) and bool(found)
    if isinstance(found, ox.QuerySolutions):
        true = any(text(row[0]) in ("1", "true") for row in found)
    document = b'{"head":{},"boolean":%s}' % (b"true" if true else b"false")
    write(ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON), form, out)


def is_empty(answer: IO[bytes], form: str) -> bool:
    """Whether an answer is a graph without a statement; it is left at its start."""
    if form in RESULTS or answer.seek(0, SEEK_END) > _PROLOGUE_BYTES:
        answer.seek(0)
        return False
    answer.seek(0)
    try:
        return not any(True for _ in ox.parse(answer.read(), format=GRAPHS[form]))
    except SyntaxError:
        return False
    finally:
        answer.seek(0)


def _triples(source: IO[bytes], got: str) -> Iterator[ox.Triple]:
    for quad in ox.parse(source, format=GRAPHS[got]):
        yield quad.triple


class _Bounded:
    """A file that takes so many bytes and no more."""

    def __init__(self, out: IO[bytes], most: int) -> None:
        self._out, self._left, self._most = out, most, most

    def write(self, chunk: bytes) -> int:
        self._left -= len(chunk)
        if self._left < 0:
            raise Limited("too_large", limit=self._most // _MEGABYTE)
        return self._out.write(chunk)

    def flush(self) -> None:
        self._out.flush()
