"""Build: a project's files, and what is derived from them, in a store ready to be asked."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pyoxigraph as ox

from g7graph import __version__
from g7graph.derive import derive
from g7graph.errors import StoreError
from g7graph.graph import format_of, unparsable
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.store.remote import RemoteStore

MEMORY = "memory"
_VERSION_SUFFIX = ".version"
_FRESH_SUFFIX = ".new"
_REPLACING = "being replaced"


def open_store(project: Project, where: str = MEMORY, *, read_only: bool = False) -> LocalStore | RemoteStore:
    """Open a project's store: remote where `where` is a URL, else as `open_local`."""
    return RemoteStore(where) if "://" in where else open_local(project, where, read_only=read_only)


def open_local(project: Project, where: str = MEMORY, *, read_only: bool = False) -> LocalStore:
    """Open a project's store in memory, or on disk (`where` is a folder).

    A store on disk is built when the data, the rules or the program changed since; `read_only` opens it beside other
    processes. A folder that holds something else is refused. Raises DataError for a file that does not parse,
    StoreError for a store that cannot be opened.
    """
    version = version_of(project)
    if where == MEMORY:
        return LocalStore(_filled(ox.Store(), project), version=version, union=not project.is_plain)
    folder, union = Path(where), not project.is_plain
    return LocalStore(_on_disk(folder, project, version, read_only), version=version, union=union, in_memory=False)


def version_of(project: Project) -> str:
    """Return a hash of all that a store's content depends on: data, ontology, rules, program.

    16 hexadecimal digits of SHA-256.
    """
    digest = hashlib.sha256(__version__.encode())
    rules = [] if project.is_plain else sorted((project.queries / "derive").rglob("*.rq"))
    for path in [*(file.path for file in project.graph_files()), *rules]:
        digest.update(f"\n{project.name_of(path)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _filled(store: ox.Store, project: Project) -> ox.Store:
    for file in project.graph_files():
        try:
            store.bulk_load(
                path=str(file.path),
                format=format_of(file.path),
                to_graph=ox.NamedNode(file.iri) if file.iri else None,
            )
        except SyntaxError as error:
            raise unparsable(error, project.name_of(file.path)) from error
    if not project.is_plain:
        derive(store, Library.read(project.queries).rules)
    return store


def _on_disk(folder: Path, project: Project, version: str, read_only: bool) -> ox.Store:
    """Open the store in a folder; its version is written beside it, so that nothing else is ever taken for one."""
    stamp = folder.with_name(folder.name + _VERSION_SUFFIX)
    try:
        if not stamp.is_file() and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StoreError("store_foreign", path=folder)
        if not stamp.is_file() or stamp.read_text() != version:
            _replace(folder, stamp, project, version)
        return ox.Store.read_only(str(folder)) if read_only else ox.Store(str(folder))
    except OSError as error:
        raise StoreError("store_local", path=folder, detail=error) from error


def _replace(folder: Path, stamp: Path, project: Project, version: str) -> None:
    """Build beside the old store and put the new one in its place when it is whole: a bad file leaves the old one."""
    fresh = folder.with_name(folder.name + _FRESH_SUFFIX)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        store = _filled(ox.Store(str(fresh)), project)
        store.optimize()
        store.flush()
        del store
        stamp.write_text(_REPLACING)
        if folder.is_dir():
            shutil.rmtree(folder)
        fresh.rename(folder)
        stamp.write_text(version)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
