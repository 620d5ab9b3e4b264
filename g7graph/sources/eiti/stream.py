"""The elements of a list within a JSON object, one by one, from text of any length (RFC 8259)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import TextIO

_CHUNK = 1 << 16
_LARGEST = 1 << 22
_SPACE = " \t\r\n"


class Broken(ValueError):
    """Text that is not the JSON it should be: where that is seen, and whether it is markup instead."""

    def __init__(self, line: int, detail: str, *, is_markup: bool = False) -> None:
        super().__init__(detail)
        self.line, self.detail, self.is_markup = line, detail, is_markup


class Elements:
    """Yields the elements of the list under a key, or of a list alone; `envelope` takes the other values.

    Numbers are decimals, as written. Raises Broken where the text is cut, no JSON, or an element too large.
    """

    def __init__(self, text: TextIO, key: str) -> None:
        self.envelope: dict[str, object] = {}
        self.found = False
        self._text, self._key = text, key
        self._held, self._at, self._line, self._ended = "", 0, 1, False
        self._decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=str)

    def __iter__(self) -> Iterator[object]:
        opening = self._next()
        if opening == "[":
            yield from self._list()
            return
        if opening != "{":
            raise Broken(self._line, opening or "-", is_markup=opening == "<")
        if self._peek() == "}":
            return
        while True:
            name = self._value()
            self._expect(":")
            if name == self._key and self._peek() == "[":
                self._next()
                yield from self._list()
            elif name == self._key and self._peek() == "{":
                self.found = True
                yield self._value()
            else:
                self.envelope[str(name)] = self._value()
            if self._expect(",}") == "}":
                return

    def _list(self) -> Iterator[object]:
        self.found = True
        if self._peek() == "]":
            self._next()
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return

    def _value(self) -> object:
        """Decode one value; text is added until it is whole, and is more than a number cut at the end of it."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as error:
                if self._ended or len(self._held) - self._at > _LARGEST:
                    raise Broken(self._line, str(error)) from error
            else:
                if end < len(self._held) or self._ended:
                    self._pass(end)
                    return value
            self._fill()

    def _expect(self, characters: str) -> str:
        found = self._next()
        if not found or found not in characters:
            raise Broken(self._line, f"{found or '-'} ({' '.join(characters)})")
        return found

    def _next(self) -> str:
        found = self._peek()
        self._pass(self._at + len(found))
        return found

    def _peek(self) -> str:
        """Return the next character that is no white space, empty at the end."""
        while True:
            at = self._at
            while at < len(self._held) and self._held[at] in _SPACE:
                at += 1
            self._pass(at)
            if at < len(self._held):
                return self._held[at]
            if self._ended:
                return ""
            self._fill()

    def _pass(self, at: int) -> None:
        self._line += self._held.count("\n", self._at, at)
        self._at = at

    def _fill(self) -> None:
        """Take more text, as much again as is held, and let go of what is read."""
        left = self._held[self._at :]
        more = self._text.read(max(_CHUNK, len(left)))
        self._ended = not more
        self._held, self._at = left + more, 0
