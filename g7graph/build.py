"""Build: a project's files, and what is derived from them, in a store ready to be asked."""

from __future__ import annotations

import hashlib
import json
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
_MANIFEST_SUFFIX = ".manifest"
_FRESH_SUFFIX = ".new"
_REPLACING = "being replaced"
_BLOCK = 1 << 20


def open_store(project: Project, where: str = MEMORY, *, read_only: bool = False) -> LocalStore | RemoteStore:
    """Open a project's store: remote where `where` is a URL, else as `open_local`."""
    return (
        RemoteStore(where, wants_union=not project.is_plain)
        if "://" in where
        else open_local(project, where, read_only=read_only)
    )


def open_local(project: Project, where: str = MEMORY, *, read_only: bool = False) -> LocalStore:
    """Open a project's store in memory, or on disk (`where` is a folder).

    A store on disk is built when the data, the rules or the program changed since; `read_only` opens it beside other
    processes. A folder that holds something else is refused. Raises DataError for a file that does not parse,
    StoreError for a store that cannot be opened.
    """
    manifest = _manifest(project)
    version, union = version_of(project, where), not project.is_plain
    if where == MEMORY:
        return LocalStore(_filled(ox.Store(), project), version=version, union=union)
    inner = _on_disk(Path(where), project, version, read_only)
    if not read_only:
        _remember(project, Path(where), version, manifest)
    return LocalStore(inner, version=version, union=union, in_memory=False)


def version_of(project: Project, where: str = MEMORY) -> str:
    """Return a hash of all that a store's content depends on: data, ontology, rules, program.

    16 hexadecimal digits of SHA-256. For a store in a folder, the hash kept beside it while no file has changed since.
    """
    return (where != MEMORY and _remembered(project, Path(where))) or _hashed(project)


def _hashed(project: Project) -> str:
    digest = hashlib.sha256(__version__.encode())
    for path in _inputs(project):
        digest.update(f"\n{project.name_of(path)}\n".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()[:16]


def _inputs(project: Project) -> list[Path]:
    rules = [] if project.is_plain else sorted((project.queries / "derive").rglob("*.rq"))
    return [*(file.path for file in project.graph_files()), *rules]


def _manifest(project: Project) -> dict[str, object]:
    """What tells without reading them whether files changed: names, sizes, times; and which program read them."""
    found = [(path, path.stat()) for path in _inputs(project)]
    files = [[str(path.resolve()), project.name_of(path), stat.st_size, stat.st_mtime_ns] for path, stat in found]
    return {"program": __version__, "files": files}


def _remembered(project: Project, folder: Path) -> str | None:
    """Return the version that was hashed of these same files; None where one may have changed since.

    A file as young as the manifest may have been changed within the same tick of the clock: it is hashed again.
    """
    path = _beside(folder, _MANIFEST_SUFFIX)
    try:
        noted = json.loads(path.read_bytes())
        noted_at = path.stat().st_mtime_ns
    except (OSError, ValueError):
        return None
    now = _manifest(project)
    settled = all(file.stat().st_mtime_ns < noted_at for file in _inputs(project))
    same = isinstance(noted, dict) and settled and {**now, "version": noted.get("version")} == noted
    return str(noted["version"]) if same else None


def _remember(project: Project, folder: Path, version: str, manifest: dict[str, object]) -> None:
    """Note the manifest, taken before the files were read; not where one changed meanwhile, nor where it is known."""
    if _remembered(project, folder) is None and _manifest(project) == manifest:
        _beside(folder, _MANIFEST_SUFFIX).write_text(json.dumps({**manifest, "version": version}))


def _beside(folder: Path, suffix: str) -> Path:
    return folder.with_name(folder.name + suffix)


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
    stamp = _beside(folder, _VERSION_SUFFIX)
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
    fresh = _beside(folder, _FRESH_SUFFIX)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        store = _filled(ox.Store(str(fresh)), project)
        if not project.is_plain:
            store.optimize()  # many files and what is derived lie in layers; one dump does not, and it costs a quarter
        store.flush()
        del store
        stamp.write_text(_REPLACING)
        if folder.is_dir():
            shutil.rmtree(folder)
        fresh.rename(folder)
        stamp.write_text(version)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
