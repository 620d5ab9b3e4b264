"""The dumps of a copy: those that were made of the same data, else made anew."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from g7graph.exports import FORMATS, dumps
from g7graph.exports.manifest import NAME, Dump, Manifest
from g7graph.freeze.address import Address
from g7graph.freeze.edition import Edition
from g7graph.freeze.found import Kept, Outcome, Written
from g7graph.store.local import LocalStore

FOLDER = "dumps"


def place(store: LocalStore, edition: Edition, source: Path, target: Path) -> None:
    """Put the dumps of a store into a folder: those of `source` where they are whole and of its data, else new ones."""
    known = Manifest.read(source)
    target.mkdir()
    if known and known.data == store.version and all(_is_whole(source / one.name, one.sha256) for one in known.dumps):
        for name in (NAME, *(one.name for one in known.dumps)):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
        return
    made = dumps.write(store.inner, target)
    said = tuple(
        Dump(path.name, "dataset", FORMATS[path.suffix[1:]].media_type, path.stat().st_size, digest(path))
        for path in made
    )
    Manifest(edition.version, edition.date, store.version, said).write(target)


def placed(folder: Path) -> tuple[dict[Address, Outcome], list[Written]]:
    """Return what stands in the folder of dumps of a copy."""
    paths = sorted(path for path in (folder / FOLDER).rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    known = Manifest.read(folder / FOLDER)
    types = {one.name: one.compression or one.media_type for one in known.dumps} if known else {}
    files = [Written(name, path.stat().st_size, digest(path)) for name, path in zip(names, paths, strict=True)]
    return {Address(name): _kept(name, types) for name in names}, files


def digest(path: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kept(name: str, types: dict[str, str]) -> Kept:
    stem, _, extension = name.rpartition(".")
    otherwise = "application/json" if extension == "json" else "text/plain"
    return Kept(stem or extension, extension if stem else "", types.get(name.removeprefix(f"{FOLDER}/"), otherwise))


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256
