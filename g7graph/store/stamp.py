"""What is noted beside a store on disk: of which data it was built, whether it was written to since, who has it open.

`<folder>.version` has the version, and a second word once the store was written to; `<folder>.manifest` the files that
the version was hashed of; `<folder>.lock` is held by who builds or writes.
"""

from __future__ import annotations

import json
import os
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from g7graph import __version__
from g7graph.errors import StoreError
from g7graph.project import Project

_VERSION_SUFFIX = ".version"
_MANIFEST_SUFFIX = ".manifest"
_LOCK_SUFFIX = ".lock"
_WRITTEN = "written"
#: Of the folder with what readers open while a store is written to.
EDITIONS_SUFFIX = ".editions"


@dataclass(frozen=True)
class Stamp:
    """The version of a store, empty while it is put in its place; and whether it was written to: its own truth then."""

    version: str
    written: bool = False


def beside(folder: Path, suffix: str) -> Path:
    """Return the path of what belongs to a store and lies next to it. Raises StoreError for a folder without a name."""
    named = folder if folder.name else folder.resolve()
    if not named.name:
        raise StoreError("store_foreign", path=folder)
    return named.with_name(named.name + suffix)


def read(folder: Path) -> Stamp | None:
    """Return the stamp of a store, None where there is none: what is in the folder, if anything, is not ours."""
    path = beside(folder, _VERSION_SUFFIX)
    if not path.is_file():
        return None
    version, *more = path.read_text(errors="replace").split() or [""]
    return Stamp(version, _WRITTEN in more)


def write(folder: Path, stamp: Stamp) -> None:
    """Stamp a store: a process that is killed leaves the stamp before or this one."""
    fresh = beside(folder, _VERSION_SUFFIX + ".new")
    with fresh.open("w") as file:
        file.write(" ".join([stamp.version, *([_WRITTEN] if stamp.written else [])]))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(beside(folder, _VERSION_SUFFIX))


def inputs(project: Project) -> list[Path]:
    """List the files that a store's content depends on: data, ontology, queries."""
    return [*(file.path for file in project.graph_files()), *project.query_files()]


def manifest(project: Project) -> dict[str, object]:
    """What tells without reading them whether files changed: names, sizes, times; and which program read them."""
    found = [(path, path.stat()) for path in inputs(project)]
    files = [[str(path.resolve()), project.name_of(path), stat.st_size, stat.st_mtime_ns] for path, stat in found]
    return {"program": __version__, "files": files}


def remembered(project: Project, folder: Path) -> str | None:
    """Return the version that was hashed of these same files; None where one may have changed since.

    A file as young as the manifest may have been changed within the same tick of the clock: it is hashed again.
    """
    path = beside(folder, _MANIFEST_SUFFIX)
    try:
        noted = json.loads(path.read_bytes())
        noted_at = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return None
    now = manifest(project)
    settled = all(file.stat().st_mtime_ns < noted_at for file in inputs(project))
    same = isinstance(noted, dict) and settled and {**now, "version": noted.get("version")} == noted
    return str(noted["version"]) if same else None


def remember(project: Project, folder: Path, version: str, before: dict[str, object]) -> None:
    """Note the manifest, taken before the files were read; not where one changed meanwhile, nor where it is known.

    Where nothing can be noted the files are read again next time.
    """
    if remembered(project, folder) is None and manifest(project) == before:
        with suppress(OSError):
            beside(folder, _MANIFEST_SUFFIX).write_text(json.dumps({**before, "version": version}))


class Held:
    """A store held for building or writing, by one process at a time, until it is let go or the process ends.

    Raises StoreError where another process has it.
    """

    def __init__(self, folder: Path) -> None:
        import fcntl  # of Unix, as serving is

        folder.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside(folder, _LOCK_SUFFIX), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        self.let_go = weakref.finalize(self, os.close, descriptor)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a forked process does not inherit it
        except OSError as error:
            self.let_go()
            raise StoreError("store_busy", path=folder) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()


def refuse_held(folder: Path) -> None:
    """Raise StoreError where another process builds the store or writes to it."""
    import fcntl

    try:
        file = beside(folder, _LOCK_SUFFIX).open("rb")
    except OSError:
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreError("store_busy", path=folder) from error
