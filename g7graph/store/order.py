"""The keys by which a query sorts, written so that the engine can compare any two values.

Its comparison of literals of different kinds (numbers, dates, texts) is no total order, on which its sort breaks off,
and the process with it. Sorted by kind first, numbers being one, only values of a kind are compared; SPARQL 1.1 §15.1
leaves the order of kinds open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from g7graph.store.edits import Edit, Edited
from g7graph.store.guard import Token, tokens

_DIRECTIONS = ("ASC", "DESC")
_CALLED = ("word", "iri", "name")


def by_kind(text: str) -> str:
    """Return a query whose sort keys each have one before it that sorts by kind.

    >>> by_kind("SELECT * { ?s ?p ?o } ORDER BY DESC(?o) LIMIT 5")
    'SELECT * { ?s ?p ?o } ORDER BY DESC(IF(ISNUMERIC((?o)), "", STR(DATATYPE((?o))))) DESC((?o)) LIMIT 5'
    """
    return Edited(text, keyed(text)).text


def keyed(text: str) -> tuple[Edit, ...]:
    """Return the edits that put such a key before each."""
    return tuple(
        Edit(start, end, f'{direction}(IF(ISNUMERIC({key}), "", STR(DATATYPE({key})))) {direction}({key})')
        for start, end, direction, key in _keys(text, list(tokens(text)))
    )


def _keys(text: str, found: Sequence[Token]) -> Iterator[tuple[int, int, str, str]]:
    """Yield each key with where it begins and ends, and its direction."""
    for place, (order, by) in enumerate(pairwise(found)):
        at = place + 2
        while (order.word, by.word) == ("ORDER", "BY") and at < len(found):
            begin = found[at]
            direction = begin.word if begin.word in _DIRECTIONS else "ASC"
            key = at + (begin.word in _DIRECTIONS)
            called = key + (found[key].kind in _CALLED) if key < len(found) else key
            if begin.text[0] in "?$":
                last = at
            elif called < len(found) and found[called].text == "(":
                last = _closing(found, called)
            else:
                break
            yield begin.start, found[last].end, direction, text[found[key].start : found[last].end]
            at = last + 1


def _closing(found: Sequence[Token], opening: int) -> int:
    """Return the place of the bracket that closes one; the last token where none does."""
    depth = 0
    for place in range(opening, len(found)):
        depth += (found[place].text == "(") - (found[place].text == ")")
        if depth == 0:
            return place
    return len(found) - 1
