"""The journal: many files of a folder replaced at once, whatever happens in between.

The new files are written beside those that they replace, then a manifest names them; its appearance is the moment of
the change. What was interrupted before it never happened, what was interrupted after it is finished by whoever opens
the folder next.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_FOLDER = ".change"
_INTENDED, _MANIFEST = "intended.json", "manifest.json"


def begin(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Have the journal hold a change of files below a folder, path → content; None removes one.

    It is made from then on. Raises OSError where the journal does not hold it, or a folder takes no file: nothing
    changes.
    """
    finish(folder)
    place = folder / _FOLDER
    place.mkdir()
    try:
        said = {path: content is not None for path, content in files.items()}
        _written(place / f"{_INTENDED}.new", json.dumps(said).encode())
        (place / f"{_INTENDED}.new").replace(place / _INTENDED)
        _synced(place)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            _written(_beside(folder / path), content or b"")
            _synced((folder / path).parent)
        (place / _INTENDED).replace(place / _MANIFEST)
    except OSError:
        with suppress(OSError):  # what it leaves is dropped by whoever comes next
            finish(folder)
        raise
    with suppress(OSError):  # it is made, if not for a machine that loses power now
        _synced(place)


def finish(folder: Path) -> None:
    """Finish the change that a folder's journal holds, or drop what had not become one.

    Raises OSError in the middle; whoever comes next goes on.
    """
    place = folder / _FOLDER
    if not place.is_dir():
        return
    manifest, intended = place / _MANIFEST, place / _INTENDED
    if manifest.is_file():
        for path, stays in json.loads(manifest.read_bytes()).items():
            _moved(folder / path, stays=stays)
        manifest.unlink()
    elif intended.is_file():
        for path in json.loads(intended.read_bytes()):
            with suppress(NotADirectoryError):  # then nothing was written there
                _beside(folder / path).unlink(missing_ok=True)
    shutil.rmtree(place)
    _synced(folder)


def _moved(target: Path, *, stays: bool) -> None:
    """Put what was written beside a file in its place, or remove both where it does not stay."""
    new = _beside(target)
    if not stays:
        target.unlink(missing_ok=True)
        new.unlink(missing_ok=True)
    elif new.is_file():  # else it was moved before the interruption
        new.replace(target)
    if target.parent.is_dir():
        _synced(target.parent)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}{_FOLDER}")


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
