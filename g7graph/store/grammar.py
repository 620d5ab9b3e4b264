"""The engine's grammar, asked how far it takes a text and what may come there.

The engine has no parser of its own to ask, and names no token: it says how far any of its rules came. A rule takes as
many characters as its keyword has before it compares, so that this is up to a keyword too far. Behind a text that ends
in more white space than that, the place is the end only if all of the text was taken. Nothing is ever evaluated.
"""

from __future__ import annotations

import re

import pyoxigraph as ox

from g7graph import vocab
from g7graph.store import guard
from g7graph.store.edits import Edit, Edited
from g7graph.store.wanted import DIGIT

SYNTAX = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): expected (?:one of )?(?P<expected>.*)", re.DOTALL)
#: How many characters the longest keyword has.
LONGEST = len("ENCODE_FOR_URI")
#: On a line of its own: no comment goes on, no string in quotation marks either.
_SPACE = "\n" + " " * (LONGEST + 1)
_NEVER = "\x01"
#: An operation that fails, for what comes behind it not to be done.
_FAILING = f"DROP GRAPH <{vocab.GRAPH}none> ;{' ' * (LONGEST + 1)}"
_FETCHING = re.compile("LOAD", re.IGNORECASE)
_ITEM = re.compile(r"""("(?:[^"\\]|\\.)*")|\[(?:'(?:[^'\\]|\\.|'(?='))*'|[^\]'])*\]|([^,\s"\[][^,\["]*)""")
_DIGITS = "['0'..='9']"


class Grammar:
    """The grammar of queries or of updates."""

    def __init__(self, *, updates: bool) -> None:
        self.updates = updates
        self._store = ox.Store()

    def said(self, text: str) -> tuple[str, Edited]:
        """Return what the engine says against a text, empty where it takes it; and the text as it was asked."""
        begin = _first_operation(text) if self.updates else None
        asked = Edited(text, () if begin is None else (Edit(begin, begin, _FAILING),))
        try:
            self._parse(asked.text)
        except (SyntaxError, UnicodeEncodeError) as error:
            return str(error), asked
        except (ValueError, RuntimeError):
            pass  # the text is right
        return "", asked

    def stop(self, text: str) -> int | None:
        """Return where the engine stops in a text, or up to a keyword behind it; None where it takes all."""
        stop, _ = self._said(text + _SPACE + _NEVER)
        return stop if stop is not None and stop < len(text + _SPACE) else None

    def is_right(self, text: str) -> bool:
        """Whether the engine takes a text as it is."""
        return self._wanted(text) is None

    def refusal(self, text: str, more: str) -> set[str]:
        """Return what the engine wants at the end of `more`, which it does not take after a text: its reasons, too."""
        return self._wanted(text + _SPACE + more) or set()

    def signs(self, text: str) -> set[str]:
        """Return the signs that may come after a text, and the reasons why it is wrong; DIGIT stands for numbers."""
        found = self._wanted(text + _SPACE)
        ended = found is None and self.updates and _first_operation(text) is not None and not text.endswith(";")
        return {";"} if ended else found or set()

    def words(self, text: str) -> set[str]:
        """Return the keywords that may come after a text.

        Those of a length are compared where as many characters are left.
        """
        found = set()
        for length in range(2, LONGEST + 1):
            end = len(text + _SPACE) + length
            offset, expected = self._said(text + _SPACE + _NEVER * length)
            found |= {word for word in expected if len(word) == length and offset == end and word.isidentifier()}
        return found

    def _wanted(self, text: str) -> set[str] | None:
        """Return what the engine wants at the end of a text; None where that may be the end."""
        if self.updates and guard.has_word(text, _FETCHING):  # not even what fails is tried
            return set()
        offset, expected = self._said(text)
        return None if offset is None else expected if offset == len(text) else set()

    def _said(self, text: str) -> tuple[int | None, set[str]]:
        """Return where the engine stops, None where it does not, and what it expects there."""
        message, asked = self.said(text)
        found = SYNTAX.match(message)
        if not found:
            return None, set()
        return asked.offset(offset(asked.text, int(found["line"]), int(found["column"]))), items(found["expected"])

    def _parse(self, text: str) -> None:
        if self.updates:
            self._store.update(text, base_iri=vocab.BASE)
        else:  # two things that exclude each other: it parses, and refuses to evaluate
            self._store.query(text, base_iri=vocab.BASE, use_default_graph_as_union=True, default_graph=[])


def _first_operation(text: str) -> int | None:
    word, begin = guard.first_word(text, lambda word: word not in guard.PROLOGUE)
    return begin if word and guard.kind_of(text) == "update" else None


def offset(text: str, line: int, column: int) -> int:
    r"""Return the offset of a place, of which line and column count from 1.

    >>> offset("ab\ncd", 2, 2)
    4
    """
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1


def items(expected: str) -> set[str]:
    """Return what the engine expects: signs, keywords and sentences; of its character classes, only that of digits.

    >>> sorted(items('",", AS, BIND is overriding, ' "['0'..='9'], ['A' ..= 'Z' | ']'], [_]"))
    [',', '0', 'AS', 'BIND is overriding']
    """
    found = set()
    for item in _ITEM.finditer(expected):
        if item[1]:
            found.add(item[1][1:-1].replace('\\"', '"').replace("\\\\", "\\"))
        elif item[2]:
            found.add(item[2].strip())
        elif item[0] == _DIGITS:
            found.add(DIGIT)
    return found
