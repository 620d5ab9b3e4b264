"""Snippets: the part of a text in which the words stand that were looked for. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from g7graph import vocab

_WORD = re.compile(r"\w+")
_AROUND = 100
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Piece:
    """A piece of a snippet; `is_found` where it is one of the words."""

    text: str
    is_found: bool = False


def snippet(
    texts: Sequence[Literal], words: Sequence[str], lang: str, label: str = ""
) -> tuple[tuple[Piece, ...], str]:
    """Return the part of the text that has most of the words, the reader's language first, and its language.

    `words` are folded; nothing where no text has any of them, where the label that is shown anyway has more, or where
    that has as many and the text is in another language: it would only be the same name again.

    >>> [piece.text for piece in snippet([Literal("Ámbito de Áncash")], ["ancash"], "es")[0] if piece.is_found]
    ['Áncash']
    >>> snippet([Literal("Region of Piura", language="en")], ["piura"], "es", "Región de Piura")
    ((), '')
    """
    starts = tuple(part for word in words for part in word.split())
    ranked = [(_count(one.value, starts), one.language == lang, one) for one in texts]
    most, is_readers, best = max(ranked, key=lambda one: one[:2], default=(0, False, Literal("")))
    tells = most >= max(1, _count(label, starts) + (not is_readers))
    return (_cut(best.value, starts), best.language or "") if tells else ((), "")


def _count(text: str, starts: Sequence[str]) -> int:
    return len({start for _, start in _places(text, starts)})


def _places(text: str, starts: Sequence[str]) -> list[tuple[re.Match[str], str]]:
    """Return the words of a text that begin like one of those looked for, and like which."""
    found = []
    for word in _WORD.finditer(text):
        plain = vocab.fold(word.group())
        like = next((start for start in starts if plain.startswith(start)), None)
        if like is not None:
            found.append((word, like))
    return found


def _cut(text: str, starts: Sequence[str]) -> tuple[Piece, ...]:
    """Cut a text up around the words found, beginning a little before the first."""
    places = [word.span() for word, _ in _places(text, starts)]
    begin = _at_word(text, max(0, places[0][0] - _AROUND))
    end = min(len(text), places[0][1] + 2 * _AROUND)
    pieces = [Piece(_ELLIPSIS)] if begin else []
    at = begin
    for start, stop in places:
        if stop > end:
            break
        pieces += [Piece(text[at:start]), Piece(text[start:stop], is_found=True)]
        at = stop
    pieces.append(Piece(text[at:end] + (_ELLIPSIS if end < len(text) else "")))
    return tuple(piece for piece in pieces if piece.text)


def _at_word(text: str, place: int) -> int:
    """Return where the next word begins."""
    space = text.find(" ", place)
    return 0 if place == 0 or space < 0 else space + 1
