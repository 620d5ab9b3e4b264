"""What became of the addresses that were asked for: files, other addresses, nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from g7graph.freeze.address import Address

_MOST_STEPS = 5


@dataclass(frozen=True)
class Kept:
    """An answer that is a file, or one in each language; the media type is without its charset."""

    stem: str
    extension: str
    media_type: str
    localized: bool = False
    status: int = 200

    def file(self, lang: str, default: str) -> str:
        """Return the name of the file in a language; that in the default one has no mark.

        >>> Kept("doc/indicator/4.4", "html", "text/html", localized=True).file("en", "es")
        'doc/indicator/4.4.en.html'
        """
        mark = f".{lang}" if self.localized and lang != default else ""
        return self.stem + mark + (f".{self.extension}" if self.extension else "")


@dataclass(frozen=True)
class Moved:
    """An answer that leads on to another address."""

    to: Address
    fragment: str = ""


@dataclass(frozen=True)
class Absent:
    """An answer that a copy cannot hold: none, or one that only a live service gives."""

    status: int


Outcome = Kept | Moved | Absent


@dataclass(frozen=True)
class Written:
    """A file that was written: its size and SHA-256, which do not stay where its links are only marked yet."""

    name: str
    bytes: int
    sha256: str
    marked: bool = False


def write(folder: Path, name: str, body: bytes, *, marked: bool = False) -> Written:
    """Write a file to a folder, below which its own folders are made."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return Written(name, len(body), hashlib.sha256(body).hexdigest(), marked)


@dataclass
class Visit:
    """What came of asking for an address: outcomes, files, the parts of those, and the addresses that they link to."""

    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    files: list[Written] = field(default_factory=list)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)
    links: set[Address] = field(default_factory=set)


class Atlas(dict[str, Outcome]):
    """The outcomes by the key of an address, and the parts of each file."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: dict[str, frozenset[str]] = {}

    def note(self, visit: Visit) -> None:
        """Take over what came of a visit; a file or another address is never given up for nothing."""
        self.parts |= visit.parts
        for address, outcome in visit.outcomes.items():
            if not isinstance(outcome, Absent) or address.key not in self:
                self[address.key] = outcome

    def end(self, url: str, fragment: str = "") -> tuple[Outcome, str]:
        """Follow an address to where it leads in the end; what leads on and on leads nowhere."""
        outcome: Outcome = self.get(url, Absent(404))
        for _ in range(_MOST_STEPS):
            if not isinstance(outcome, Moved):
                return outcome, fragment
            fragment = outcome.fragment or fragment
            outcome = self.get(outcome.to.key, Absent(404))
        return Absent(404), fragment
