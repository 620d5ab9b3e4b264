"""Parts of a file: what a `Range` header asks for (RFC 9110 §14), and the body that has them. Pure but for reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

_UNIT = "bytes"
_SPEC = re.compile(r"(?P<first>[0-9]{0,18})-(?P<last>[0-9]{0,18})")
_MOST = 20  # parts; more of them, or parts that overlap, cost more than the whole


@dataclass(frozen=True)
class Part:
    """The bytes from `first` to `last`, both of them too."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def of(self, size: int) -> str:
        """Return it as `Content-Range` says it."""
        return f"{_UNIT} {self.first}-{self.last}/{size}"


def asked(header: str, size: int) -> list[Part] | None:
    """Return the parts that a header asks for of so many bytes, in its order; none where it has none of them.

    None where the whole is to be sent: another unit, what is no range, parts that overlap, very many.

    >>> [(one.first, one.last) for one in asked("bytes=0-1, -2", 10)]
    [(0, 1), (8, 9)]
    >>> asked("bytes=10-", 10), asked("lines=1-2", 10)
    ([], None)
    """
    unit, equals, specs = header.partition("=")
    written = [spec.strip() for spec in specs.split(",") if spec.strip()]
    if unit.strip().lower() != _UNIT or not equals or not 0 < len(written) <= _MOST:
        return None
    found: list[Part] = []
    for spec in written:
        one = _SPEC.fullmatch(spec)
        if not one or spec == "-" or (one["first"] and one["last"] and int(one["last"]) < int(one["first"])):
            return None
        part = _part(one["first"], one["last"], size)
        if part:
            found.append(part)
    in_order = sorted(found, key=lambda part: part.first)
    overlap = any(after.first <= before.last for before, after in pairwise(in_order))
    return None if overlap else found


def _part(first: str, last: str, size: int) -> Part | None:
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    return Part(begin, end) if begin <= end else None


class Body:
    """A file of which only parts are read, one after the other; several stand in a `multipart/byteranges` body."""

    def __init__(self, file: IO[bytes], parts: Sequence[Part], *, size: int, media_type: str, boundary: str) -> None:
        self._file = file
        self._pieces: list[bytes | Part] = []
        for part in parts:
            if len(parts) > 1:
                head = f"\r\n--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {part.of(size)}\r\n\r\n"
                self._pieces.append(head.encode("ascii"))
            self._pieces.append(part)
        if len(parts) > 1:
            self._pieces.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
        self.size = sum(len(piece) for piece in self._pieces)
        self._pieces.reverse()

    def read(self, most: int) -> bytes:
        """Read on, at most so many bytes; none at the end, or where the file is shorter than it was."""
        if not self._pieces:
            return b""
        piece = self._pieces.pop()
        if isinstance(piece, bytes):
            return piece
        self._file.seek(piece.first)
        found = self._file.read(min(most, len(piece)))
        if len(found) < len(piece) and found:
            self._pieces.append(Part(piece.first + len(found), piece.last))
        return found

    def close(self) -> None:
        """Close the file."""
        self._file.close()
