"""The dumps that are served: what their folder's manifest lists, and nothing else of what lies there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from g7graph.exports.manifest import NAME, Dump, Manifest

#: What describes the others, and so is not among them.
_MORE = {NAME: "application/json", "SHA256SUMS": "text/plain; charset=utf-8"}
_STAMP_DIGITS = 16
_TRIES = 3  # a folder of dumps may be replaced at any moment

Signature = tuple[int, int, int]


@dataclass(frozen=True)
class Shelved:
    """A folder as its manifest describes it; the files by name, the manifest and the checksums among them."""

    manifest: Manifest
    files: Mapping[str, Dump]
    signature: Signature


class Shelf:
    """A folder of dumps, read again when it was replaced; without a folder there is nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._manifest = os.fspath(folder / NAME) if folder else ""  # looked at for each request: no path is made anew
        self._known: Shelved | None = None

    def shelved(self) -> Shelved | None:
        """Return what there is now, None where there is nothing that says what it is."""
        signature = self._signature()
        if self._folder is None or signature is None:
            return None
        known = self._known
        if known is None or known.signature != signature:
            known = self._known = _read(self._folder, signature)
        return known

    @property
    def stamp(self) -> str:
        """A hash that changes when the dumps do, the same wherever they are; empty where there are none."""
        shelved = self.shelved()
        return shelved.files[NAME].sha256[:_STAMP_DIGITS] if shelved else ""

    def opened(self, name: str) -> tuple[IO[bytes], Dump] | None:
        """Open a file that is listed, as it is listed; None for any other."""
        for _ in range(_TRIES):
            shelved = self.shelved()
            dump = shelved.files.get(name) if shelved else None
            if self._folder is None or shelved is None or dump is None:
                return None
            try:
                file = (self._folder / dump.name).open("rb", buffering=0)
            except OSError:
                continue
            if self._signature() == shelved.signature and file.seek(0, 2) == dump.bytes:
                return file, dump
            file.close()
        return None

    def _signature(self) -> Signature | None:
        try:
            found = os.stat(self._manifest) if self._manifest else None  # noqa: PTH116
        except OSError:
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size) if found else None


def _read(folder: Path, signature: Signature) -> Shelved | None:
    manifest = Manifest.read(folder)
    if manifest is None:
        return None
    more = [_of(folder, name, media_type) for name, media_type in _MORE.items() if (folder / name).is_file()]
    return Shelved(manifest, {dump.name: dump for dump in (*manifest.dumps, *more)}, signature)


def _of(folder: Path, name: str, media_type: str) -> Dump:
    content = (folder / name).read_bytes()
    return Dump(name, "dumps", media_type, len(content), hashlib.sha256(content).hexdigest())
