"""Build: a project's files, and what is derived from them, in a store ready to be asked."""

from __future__ import annotations

import hashlib
import re
import shutil
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from g7graph import __version__, executables
from g7graph.beforehand import Found, find, kept
from g7graph.derive import derive
from g7graph.errors import StoreError
from g7graph.graph import format_of, require_whole_file, unparsable
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store import blanks, stamp
from g7graph.store.local import LocalStore
from g7graph.store.pinned import Pinned, remove_unread
from g7graph.store.stamp import Stamp

if TYPE_CHECKING:
    from g7graph.store.remote import RemoteStore

MEMORY = "memory"
_FRESH_SUFFIX = ".new"
_OLD_SUFFIX = ".old"
_FIRST_FILE = "CURRENT"  # of RocksDB: without it a folder is no database
_BLOCK = 1 << 20

OnStep = Callable[[str], object]


def _silent(_: str) -> None:
    """Tell nobody of a step."""


def open_store(project: Project, where: str = MEMORY, *, read_only: bool = False) -> LocalStore | RemoteStore:
    """Open a project's store: remote where `where` is a URL, else as `open_local`."""
    if "://" not in where:
        return open_local(project, where, read_only=read_only)
    from g7graph.store.remote import RemoteStore  # with what speaks HTTP

    return RemoteStore(where, wants_union=not project.is_plain)


def open_local(
    project: Project, where: str = MEMORY, *, read_only: bool = False, on_step: OnStep = _silent
) -> LocalStore:
    """Open a project's store in memory, or on disk (`where` is a folder) where `build` has it up to date.

    `read_only` opens it beside other processes; `on_step` is told as by `build`. Raises DataError for a file that does
    not parse, StoreError for a store that cannot be opened.
    """
    if where != MEMORY:
        folder = Path(where)
        version = current(project, folder) or build(project, folder, on_step=on_step)
        return opened(folder, version, union=not project.is_plain, read_only=read_only)
    version = version_of(project)
    return LocalStore(_filled(ox.Store(), project, on_step), version=version, union=not project.is_plain)


def opened(folder: Path, version: str, *, union: bool, read_only: bool = True) -> LocalStore:
    """Open what is built on disk, as it is. Raises StoreError."""
    try:
        if not read_only:
            return LocalStore(ox.Store(str(folder)), version=version, union=union, in_memory=False)
        return _read(Pinned(folder), folder, version, union)
    except (OSError, RuntimeError) as error:
        raise StoreError("store_local", path=folder, detail=error) from error


def _read(pinned: Pinned, folder: Path, version: str, union: bool) -> LocalStore:
    try:
        store = LocalStore(ox.Store.read_only(pinned.path), version=version, union=union, in_memory=False)
    except (OSError, RuntimeError) as error:
        raise StoreError("store_local", path=folder, detail=error) from error
    weakref.finalize(store, lambda held: held, pinned)  # as long as the store is there
    return store


def as_built(folder: Path, version: str, *, union: bool) -> Callable[[], LocalStore]:
    """Hold what is built on disk, and return what opens it for reading, here or in a process that is forked from here.

    Raises StoreError where it is of another version by now.
    """
    try:
        pinned = Pinned(folder)
    except OSError as error:
        raise StoreError("store_local", path=folder, detail=error) from error
    if (stamp.read(folder) or Stamp(version)).version != version:
        raise StoreError("store_busy", path=folder)
    return partial(_read, pinned, folder, version, union)


def current(project: Project, folder: Path) -> str | None:
    """Return the version of a store on disk that can be opened as it is; None where it is to be built.

    What was written to is its own truth: plain RDF stays as it is, and no store of a framework takes its place. Raises
    StoreError for that, and for a folder that holds something else.
    """
    noted = stamp.read(folder)
    is_there = _is_there(folder)
    if folder.exists() and not (noted and is_there) and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError("store_foreign", path=folder)
    if noted and noted.written:
        if not project.is_plain:
            raise StoreError("store_written", path=folder)
        return noted.version
    return noted.version if noted and is_there and noted.version == stamp.remembered(project, folder) else None


def _is_there(folder: Path) -> bool:
    return (folder / _FIRST_FILE).is_file()


def build(project: Project, folder: Path, *, replace: bool = False, on_step: OnStep = _silent) -> str:
    """Build a store on disk where the data, the rules or the program changed since it was; return its version.

    What is found beforehand is found again where it is not kept, or damaged. `replace` builds anew what was written to.
    `on_step` is told `load`, `derive`, `compact`, `prepare` as each begins.
    Raises DataError for a file that does not parse, OSError for one that cannot be read, StoreError as `current`.
    """
    try:
        noted = stamp.read(folder)
        standing = None if replace and noted and noted.written else current(project, folder)
        before, version = stamp.manifest(project), standing or version_of(project)
        if not standing and (noted != Stamp(version) or not _is_there(folder)):
            with stamp.Held(folder):
                _replace(folder, project, version, on_step)
        elif not (project.is_plain or kept.is_whole(folder, version)):
            complete(folder, version, project, on_step)
        if not standing:
            stamp.remember(project, folder, version, before)
    except OSError as error:
        if error.filename and Path(error.filename) in stamp.inputs(project):
            raise  # not of the store: it names the file
        raise StoreError("store_local", path=folder, detail=error) from error
    return version


def complete(folder: Path, version: str, project: Project, on_step: OnStep = _silent) -> None:
    """Find again what is found beforehand in a store that is built, and keep it. Raises StoreError, OSError."""
    with stamp.Held(folder):
        kept.keep(folder, version, _found(opened(folder, version, union=True), project, on_step))


def version_of(project: Project, where: str = MEMORY) -> str:
    """Return a hash of all that a store's content depends on: data, ontology, queries, program.

    16 hexadecimal digits of SHA-256. For a store in a folder, the hash kept beside it while no file has changed since.
    """
    return (where != MEMORY and stamp.remembered(project, Path(where))) or _hashed(project)


def _hashed(project: Project) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in stamp.inputs(project):
        digest.update(f"\n{project.name_of(path)}\n".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:16]


def _filled(store: ox.Store, project: Project, on_step: OnStep) -> ox.Store:
    """Load a project's files into a new store, and derive; return it. Raises DataError for what does not parse."""
    on_step("load")
    for file in project.graph_files():
        require_whole_file(file.path, project.name_of(file.path))
        try:
            store.bulk_load(
                path=str(file.path),
                format=format_of(file.path),
                to_graph=ox.NamedNode(file.iri) if file.iri else None,
            )
        except SyntaxError as error:
            raise unparsable(error, project.name_of(file.path)) from error
    if not project.is_plain:
        blanks.name(store, [file.iri for file in project.graph_files() if file.iri and blanks.may_be_in(file.path)])
        on_step("derive")
        library = Library.read(project.queries)
        derive(store, library.rules)
        executables.load(store, library)
    return store


def _replace(folder: Path, project: Project, version: str, on_step: OnStep) -> None:
    """Build beside the old store and put the new one in its place when it is whole: a bad file leaves the old one.

    Whoever reads the old one goes on reading it.
    """
    fresh = stamp.beside(folder, _FRESH_SUFFIX)
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        store = _filled(ox.Store(str(fresh)), project, on_step)
        if not project.is_plain:
            on_step("compact")
            store.optimize()  # many files and what is derived lie in layers; one dump does not, and it costs a quarter
            kept.prepare(folder, version, _found(LocalStore(store, version=version), project, on_step))
        store.flush()
        del store
        stamp.write(folder, Stamp(""))
        if folder.is_dir():
            folder.rename(_unused(folder))
        fresh.rename(folder)
        if not project.is_plain:
            kept.put(folder)
        stamp.write(folder, Stamp(version))
    finally:
        remove_unread(fresh)
        remove_replaced(folder)
        _remove_editions(folder)


def _found(store: LocalStore, project: Project, on_step: OnStep) -> Found:
    on_step("prepare")
    return find(store, Library.read(project.queries))


def remove_replaced(folder: Path) -> None:
    """Remove the stores that were replaced by the one in a folder, as far as nobody reads them any more."""
    name = re.compile(re.escape(folder.name + _OLD_SUFFIX) + r"\d*")
    for left in [*folder.parent.iterdir()]:
        if name.fullmatch(left.name):
            remove_unread(left)


def _remove_editions(folder: Path) -> None:
    """Remove what a service left that wrote to a store that is replaced."""
    editions = stamp.beside(folder, stamp.EDITIONS_SUFFIX)
    with suppress(OSError):  # there are none, or some are read
        for edition in [*editions.iterdir()]:
            remove_unread(edition)
        editions.rmdir()


def _unused(folder: Path) -> Path:
    """Return a name for a store that is replaced; others before may still be read."""
    names = (stamp.beside(folder, f"{_OLD_SUFFIX}{number or ''}") for number in count())
    return next(path for path in names if not path.exists())
