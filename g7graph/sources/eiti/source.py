"""One file, or one answer of the API, as readers open it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its path, or what came from an address; `name` is what it is called by."""

    name: str
    path: Path | None = None
    content: bytes = b""

    @property
    def is_address(self) -> bool:
        """Whether it came from an address of the API."""
        return self.path is None

    @property
    def suffix(self) -> str:
        """The extension that says what it is; what the API answers is JSON."""
        return self.path.suffix.lower() if self.path else ".json"

    def open(self) -> BinaryIO:
        """Open it for reading its bytes."""
        return self.path.open("rb") if self.path else io.BytesIO(self.content)

    def sha256(self) -> str:
        """Return the SHA-256 of its bytes, in hexadecimal."""
        digest = hashlib.sha256()
        with self.open() as file:
            for chunk in _chunks(file):
                digest.update(chunk)
        return digest.hexdigest()


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
