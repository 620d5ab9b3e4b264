"""The journal: many files of a folder replaced at once, whatever happens in between.

The new files are written beside, then a manifest names them; its appearance is the moment of the change. What was
interrupted before it never happened, what was interrupted after it is finished by whoever opens the folder next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_FOLDER = ".change"
_MANIFEST = "manifest.json"


def begin(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Have the journal hold a change of files below a folder, path → content; None removes one.

    It is made from then on. Raises OSError where the journal does not hold it: nothing changes.
    """
    finish(folder)
    place = folder / _FOLDER
    place.mkdir()
    said: dict[str, str | None] = {}
    for number, (path, content) in enumerate(sorted(files.items())):
        said[path] = None if content is None else str(number)
        if content is not None:
            _written(place / str(number), content)
    _written(place / f"{_MANIFEST}.new", json.dumps(said).encode())
    (place / f"{_MANIFEST}.new").replace(place / _MANIFEST)
    _synced(place)


def finish(folder: Path) -> None:
    """Finish the change that a folder's journal holds, or drop what had not become one.

    Raises OSError in the middle; whoever comes next goes on.
    """
    place = folder / _FOLDER
    if not place.is_dir():
        return
    manifest = place / _MANIFEST
    if manifest.is_file():
        for path, name in json.loads(manifest.read_bytes()).items():
            _moved(place / name if name else None, folder / path)
        manifest.unlink()
    shutil.rmtree(place)
    _synced(folder)


def _moved(new: Path | None, target: Path) -> None:
    if new is None:
        target.unlink(missing_ok=True)
    elif new.is_file():  # else it was moved before the interruption
        target.parent.mkdir(parents=True, exist_ok=True)
        new.replace(target)
    if target.parent.is_dir():
        _synced(target.parent)


def _written(path: Path, content: bytes) -> None:
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _synced(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
