"""The folder of a copy: filled beside its place and put there whole, with the checksums of all its files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from g7graph import __version__
from g7graph.errors import StoreError
from g7graph.freeze.edition import Edition
from g7graph.freeze.found import Written, write

#: What makes a folder a copy: what it is of, and its files.
MANIFEST, SUMS = "freeze.json", "SHA256SUMS"
_PROGRAM = "g7graph"
_TOLD = 3  # files of others that an error names


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of `folder` at the end if nothing went wrong.

    Raises StoreError, before and after, where `folder` holds what no freeze has written.
    """
    check(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir(mode=0o755)
        yield fresh
        check(folder)
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)


def check(folder: Path) -> None:
    """Raise StoreError where a folder holds what no freeze has written, or what was changed since."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise StoreError("freeze_foreign", path=folder, names=folder.name)
    own = set(_listed(folder)) | {SUMS}
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    foreign = sorted(name for name in there if name not in own)
    if foreign:
        raise StoreError("freeze_foreign", path=folder, names=tuple(foreign[:_TOLD]))


def seal(folder: Path, files: Iterable[Written], edition: Edition, url: str, left_out: Sequence[str]) -> list[Written]:
    """Write the manifest, which says what was left out, and the checksums of all files; return all of them."""
    known = sorted(files, key=lambda one: one.name)
    said = {
        "program": _PROGRAM,
        "program_version": __version__,
        **asdict(edition),
        "url": url,
        "files": len(known),
        "bytes": sum(one.bytes for one in known),
        "left_out": left_out,
    }
    known.append(write(folder, MANIFEST, (json.dumps(said, indent=2) + "\n").encode()))
    sums = "".join(f"{one.sha256}  {one.name}\n" for one in known)
    return [*known, write(folder, SUMS, sums.encode())]


def _listed(folder: Path) -> list[str]:
    """Return the names of the files that a copy says it has; none of a folder that is no copy."""
    if not ((folder / MANIFEST).is_file() and (folder / SUMS).is_file()):
        return []
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return [line.partition("  ")[2] for line in lines]
