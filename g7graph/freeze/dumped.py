"""The dumps of a copy: those that were made of the same data, else made anew."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from g7graph import dumps
from g7graph.dumps.folder import digest
from g7graph.exports.manifest import NAME as MANIFEST
from g7graph.exports.manifest import Manifest
from g7graph.freeze.address import Address
from g7graph.freeze.found import Kept, Outcome, Written
from g7graph.project import Project
from g7graph.store.local import LocalStore

FOLDER = dumps.NAME


def place(store: LocalStore, project: Project, source: Path, target: Path) -> None:
    """Put the dumps of a store into a folder: those of `source` where they are whole and of its data, else new ones."""
    known = Manifest.read(source)
    if known and known.data == store.version and all(_is_whole(source / one.name, one.sha256) for one in known.dumps):
        for name in (MANIFEST, dumps.SUMS, *(one.name for one in known.dumps)):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
        return
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        dumps.build(store, project, Path(scratch))
        (Path(scratch) / dumps.NAME).rename(target)


def placed(folder: Path) -> tuple[dict[Address, Outcome], list[Written]]:
    """Return what stands in the folder of dumps of a copy."""
    paths = sorted(path for path in (folder / FOLDER).rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    known = Manifest.read(folder / FOLDER)
    types = {one.name: one.compression or one.media_type for one in known.dumps} if known else {}
    files = [Written(name, path.stat().st_size, digest(path)) for name, path in zip(names, paths, strict=True)]
    return {Address(name): _kept(name, types) for name in names}, files


def _kept(name: str, types: dict[str, str]) -> Kept:
    stem, _, extension = name.rpartition(".")
    otherwise = "application/json" if extension == "json" else "text/plain"
    return Kept(stem or extension, extension if stem else "", types.get(name.removeprefix(f"{FOLDER}/"), otherwise))


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256
