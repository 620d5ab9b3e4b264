"""What an importer could not read as it should be, and where that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from g7graph import i18n


class Place(NamedTuple):
    """Where something stands: in a file or at an address; its line (from 1), sheet and cell, or path within.

    `path` is a JSON Pointer (RFC 6901) or the path of an XML element. Each row has one: a named tuple is made several
    times as fast as a data class.
    """

    source: str
    sheet: str = ""
    cell: str = ""
    line: int = 0
    path: str = ""

    def __str__(self) -> str:
        """Return it as people write it: `file.xlsx, sheet «3. Revenues», D14`."""
        line = str(self.line) if self.line else ""
        if line and not (self.sheet or self.cell):  # of a table, which has many
            return f"{self.source}:{line}{self.path}"
        return ":".join(filter(None, (self.source, self.sheet, self.cell, line))) + self.path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something at a place that could not be read: a message key of `locale/sources.toml` and the values it names.

    `lost` says whether the whole row or record was left out, not one field of it only.
    """

    place: Place
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    lost: bool = True

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return what is wrong, what was expected and what to do, in a language."""
        return i18n.text(f"sources.{self.key}", lang, **self.values)
