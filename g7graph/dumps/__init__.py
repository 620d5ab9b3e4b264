"""Dumps: a folder for publication, made whole from a store; same data and program, same bytes."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from g7graph import __version__
from g7graph.dumps import activities, statements, tables
from g7graph.dumps.about import about
from g7graph.dumps.folder import Folder, digest
from g7graph.errors import StoreError
from g7graph.exports.manifest import NAME as MANIFEST
from g7graph.exports.manifest import Manifest
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.store.stamp import Held

NAME = "dumps"
SUMS = "SHA256SUMS"
DATASET = "dataset.nq"
_OLD = "old"
_SCRATCH = ".dumps-"
_PACKAGE = Path(__file__).resolve().parent.parent
_PROGRAM = ("dumps/*.py", "dumps/*.rq", "exports/*.py", "iati/*.py", "iati/*.rq", "locale/iati.toml")

Told = Callable[[str], object]


def build(store: LocalStore, project: Project, output: Path, told: Told = lambda _: None) -> bool:
    """Put `dataset.nq` and the folder `dumps` into a folder; return whether they had to be made.

    They take the place of those before when they are whole; those of the same data and program stay. `told` is told
    each name as it begins. Raises StoreError where another process makes them, or the folder holds something else.
    """
    if _is_current(output, store.version, _fingerprint(project)):
        return False
    with Held(output / NAME):
        if not _is_ours(output / NAME):
            raise StoreError("store_foreign", path=output / NAME)
        for left in output.glob(f"{_SCRATCH}*"):  # of a build that was killed
            shutil.rmtree(left)
        _replace(output, store, project, told)
    return True


def _replace(output: Path, store: LocalStore, project: Project, told: Told) -> None:
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=output) as scratch:
        place = Path(scratch)
        folder = Folder(place / NAME, told)
        folder.path.mkdir()
        _fill(folder, store, project, place)
        (place / DATASET).replace(output / DATASET)
        if (output / NAME).is_dir():
            (output / NAME).rename(place / _OLD)
        folder.path.rename(output / NAME)


def _fill(folder: Folder, store: LocalStore, project: Project, scratch: Path) -> None:
    """Write the files, the manifest and the checksums."""
    said = about(store)
    made = [*statements.write(store.inner, folder, scratch)]
    if not project.is_plain:
        made += tables.write(store, Library.read(project.queries), said, folder)
        made += activities.write(store, said, folder)
    Manifest(said.version, said.modified, store.version, tuple(made), _fingerprint(project)).write(folder.path)
    sums = [(dump.sha256, dump.name) for dump in made] + [(digest(folder.path / MANIFEST), MANIFEST)]
    (folder.path / SUMS).write_text("".join(f"{sha256}  {name}\n" for sha256, name in sums), encoding="utf-8")


def _is_ours(folder: Path) -> bool:
    """Whether a folder may be replaced: there is none, nothing in it, or what says that it is of dumps."""
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return not found or bool(found & {MANIFEST, SUMS})


def _is_current(output: Path, version: str, program: str) -> bool:
    """Whether all that would be made is there, of the same data and program."""
    folder = output / NAME
    known = Manifest.read(folder)
    if known is None or (known.data, known.program) != (version, program) or not (output / DATASET).is_file():
        return False
    return all(
        (folder / dump.name).is_file() and (folder / dump.name).stat().st_size == dump.bytes for dump in known.dumps
    )


def _fingerprint(project: Project) -> str:
    """Return a hash of what the dumps depend on beside the data: the program, its extras, the queries of the tables."""
    digest = hashlib.sha256(f"{__version__} {tables.has_parquet()}".encode())
    for folder, patterns in ((_PACKAGE, _PROGRAM), (project.queries, ("tables/**/*.rq",))):
        for path in sorted(path for pattern in patterns for path in folder.glob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()[:16]
