"""A folder of dumps while it is being filled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from g7graph.exports.manifest import Dump


@dataclass(frozen=True)
class Folder:
    """Where the files go, and who is told each name as it begins."""

    path: Path
    told: Callable[[str], object]

    def listed(
        self,
        path: Path,
        part: str,
        media_type: str,
        *,
        compression: str | None = None,
        conforms_to: str | None = None,
    ) -> Dump:
        """Describe a file that was written."""
        name, size = path.relative_to(self.path).as_posix(), path.stat().st_size
        return Dump(name, part, media_type, size, digest(path), compression, conforms_to)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
