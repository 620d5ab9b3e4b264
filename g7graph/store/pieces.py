"""A SPARQL text as the pieces that its engine takes as one each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from g7graph.store import guard
from g7graph.store.guard import Token

_SNIPPET = 30
#: Signs of more than one character.
_SIGNS = frozenset(("&&", "||", "!=", "<=", ">=", "^^", "<<", "<<(", ">>", "{|", "|}"))
_CLOSED = re.compile(r"""(["'])(?:[^"'\\]|\\.|(?!\1)["'])*\1""", re.DOTALL)


@dataclass(frozen=True)
class Pieces:
    """The pieces of a text, up to the string that is not closed, if any; and the text as the engine is asked."""

    text: str
    asked: str
    all: Sequence[Token]
    broken: Token | None

    def before(self, place: int) -> str:
        """Return what the engine is asked up to a piece, without the space that is between them."""
        return self.asked[: self.all[place - 1].end] if place else ""

    def start(self, place: int) -> int:
        """Return where a piece begins; where the last ends, if there are not so many."""
        return self.all[place].start if place < len(self.all) else self.all[-1].end if self.all else 0

    def shown(self, place: int) -> str:
        """Return a piece as it is shown."""
        return shown(self.text, self.all[place]) if place < len(self.all) else ""


def pieces(text: str) -> Pieces:
    """Cut a text into pieces.

    >>> [piece.text for piece in pieces("_:a<= -1+?b 'c").all]
    ['_:a', '<=', '-1', '+', '?b']
    """
    found: list[Token] = []
    broken = None
    for token in guard.tokens(text):
        if token.kind == "unfinished" or (token.kind == "string" and not _CLOSED.fullmatch(token.text)):
            broken = token
            break
        last = found[-1] if found else None
        if last and _are_one(last, token):
            found[-1] = Token(token.kind, last.text + token.text, last.start)
        else:
            found.append(token)
    return Pieces(text, _asked(text, found), found, broken)


def _are_one(last: Token, token: Token) -> bool:
    """Whether two tokens are one piece: a sign of several characters, a blank node or a number with its own sign."""
    if last.kind != "other" or last.end != token.start:
        return False
    blank = last.text == "_" and token.text.startswith(":")
    return blank or (last.text in "+-" and token.kind == "number") or last.text + token.text in _SIGNS


def _asked(text: str, found: Sequence[Token]) -> str:
    """Write `=` for each lone `<`, which compares as well, and truths as the engine reads them; nothing moves.

    The engine would take a `<` for an IRI's, and look for its end up to the end of the text.
    """
    parts, done = [], 0
    for piece in found:
        if piece.text == "<":
            parts += [text[done : piece.start], "="]
            done = piece.end
    return guard.readable("".join((*parts, text[done:])))


def shown(text: str, piece: Token) -> str:
    """Return a piece as it is shown, of a `<` what follows it: from its beginning, no more than a snippet of its line.

    >>> shown("a <b c", Token("other", "<", 2))
    '<b c'
    """
    end = len(text) if piece.text == "<" else piece.end
    line = text[piece.start : end].partition("\n")[0].rstrip()
    return line if len(line) <= _SNIPPET else f"{line[:_SNIPPET]}…"
