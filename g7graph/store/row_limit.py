"""How many rows an engine gives at most, which it tells of tables that it cuts, but not of graphs.

Virtuoso 7.2 gives one statement more of a CONSTRUCT than its `ResultSetMaxRows`, or describes one thing more, and no
word of it; of a SELECT that has as many rows or more a header tells the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

import pyoxigraph as ox

from g7graph.store.answers import GRAPHS
from g7graph.store.client import CutShort

_DIGITS = "0 1 2 3 4 5 6 7 8 9"
_FEWEST = 1_000


class RowLimit:
    """What is known of the limit: `ask` has the engine give the rows of a query; it raises CutShort where it does not.

    It is asked only where an answer has more than it was ever known to give, so that a limit that is raised is heeded.
    """

    def __init__(self, ask: Callable[[str], object]) -> None:
        self._ask = ask
        self._given = 0

    def require_whole(self, answer: IO[bytes], form: str, *, describes: bool) -> None:
        """Raise CutShort for a graph that may be cut, SyntaxError for none; it is left at its start."""
        count = _described(answer, form) if describes else _statements(answer, form)
        answer.seek(0)
        if count <= self._given:
            return
        wanted = max(2 * count, _FEWEST)
        try:
            self._ask(_rows(wanted))
            self._given = wanted
        except CutShort as error:
            self._given = error.rows
            if count > error.rows:
                raise


def _rows(count: int) -> str:
    """Write a query of so many rows."""
    slots = " ".join(f"VALUES ?d{place} {{ {_DIGITS} }}" for place in range(len(str(count - 1))))
    return f"SELECT ?d0 WHERE {{ {slots} }} LIMIT {count}"


def _statements(answer: IO[bytes], form: str) -> int:
    if form == "nt":  # a line each
        return sum(not line.startswith(b"#") for line in answer)
    return sum(1 for _ in ox.parse(answer, format=GRAPHS[form]))


def _described(answer: IO[bytes], form: str) -> int:
    return len({quad.subject for quad in ox.parse(answer, format=GRAPHS[form])})
