"""What a folder of dumps holds: each file with its size, checksum and media type, of which version of the dataset."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"


@dataclass(frozen=True)
class Dump:
    """A file: what it is of (`dataset`, `graph/<path>`, `tables`, `table/<name>`, `activities`), how it is written."""

    name: str
    part: str
    media_type: str
    bytes: int
    sha256: str
    compression: str | None = None  # a media type: application/gzip
    conforms_to: str | None = None


@dataclass(frozen=True)
class Manifest:
    """The files of a folder; `version` and `modified` are the dataset's own, `data` is the hash of its content.

    `program` is the hash of what made them.
    """

    version: str
    modified: str
    data: str
    dumps: tuple[Dump, ...]
    program: str = ""

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read what a folder says of itself, None where it says nothing, or something else."""
        try:
            said = json.loads((folder / NAME).read_text(encoding="utf-8"))
            dumps = tuple(Dump(**one) for one in said["dumps"])
            return cls(**{**said, "dumps": dumps})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write it to a folder, whole or not at all."""
        fresh = folder / f"{NAME}.new"
        fresh.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        fresh.replace(folder / NAME)
