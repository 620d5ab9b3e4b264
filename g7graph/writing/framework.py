"""A framework that takes changes: its Turtle files are the truth, and have a change only when it is valid."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from g7graph import i18n, journal, vocab
from g7graph.build import MEMORY, build, open_local, opened
from g7graph.errors import DataError, StoreError, UsageError
from g7graph.project import Project
from g7graph.store.apart import apart
from g7graph.store.attempt import attempted
from g7graph.store.change import Change, Outcome, Rejected
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.update import applied
from g7graph.validate.findings import VIOLATION
from g7graph.writing.files import rewritten
from g7graph.writing.hold import Hold
from g7graph.writing.record import graph_of, recorded

#: A folder whose name ends as that of a file would pass for one.
_WRITABLE = re.compile(r"(?:[a-z0-9][a-z0-9._-]*+(?<!\.ttl)/)*[a-z0-9][a-z0-9._-]*")
_MOST_CHARACTERS = 200  # of 255 that a file system takes, its ending included
_RESERVED = ("ontology/", "derived/", "changes/")


class Framework:
    """The data folder of a framework, which no other process writes to meanwhile, and its store.

    Raises StoreError where another one does. The limits are those of a change before it is validated.
    """

    def __init__(
        self,
        project: Project,
        where: str,
        clock: Callable[[], datetime],
        *,
        lang: str,
        limits: Limits = Limits(),  # noqa: B008 - never changed
    ) -> None:
        self._project, self._clock, self._lang, self._limits = project, clock, lang, limits
        self.folder = None if where == MEMORY else Path(where)
        self._hold = Hold(project.data)
        #: Whether what is saved is not in the store yet.
        self.is_behind = True
        self.renew()

    @property
    def store(self) -> LocalStore:
        """The store, opened for reading."""
        return self._memory or opened(self.folder or Path(), self.version, union=True)

    def _publishable(self) -> None:
        """Have a store that is of what the files say."""
        folder = self.folder
        self._memory: LocalStore | None = None
        if folder:
            self.version = apart(lambda: build(self._project, folder))
        else:
            self._memory = open_local(self._project)
            self.version = self._memory.version

    def apply(self, change: Change) -> Outcome:
        """Make a change, whole or not at all; see `Writer.apply`. Afterwards `store` is of what the files say."""
        tried = attempted(lambda: self._tried(change), self._limits)
        if tried.files:
            try:
                self._refuse_invalid(tried.files)
                journal.begin(self._project.data, tried.files)
            except OSError as error:
                raise StoreError("change_not_saved", detail=_detail(error)) from error
        if tried.files or tried.version != self.version:  # files may have been changed by hand
            self.is_behind = True
            with _unmade("change_unserved"):
                self.renew()
        return Outcome(tried.created, self.version)

    def renew(self) -> None:
        """Finish what the journal holds, and have the store be of what the files say.

        Raises DataError for a file that does not parse, StoreError where files cannot be replaced or the store built.
        """
        try:
            journal.finish(self._project.data)
        except OSError as error:
            raise StoreError("change_stuck", detail=_detail(error)) from error
        self._publishable()
        self.is_behind = False

    def _tried(self, change: Change) -> _Tried:
        """Make a change in a copy of the data. Raises StoreError where the data itself cannot be read."""
        with _unmade("change_not_begun"):
            copy = open_local(self._project)
        candidate = copy.inner
        before = _sums(candidate)
        created = applied(candidate, change, union=True, version=copy.version, limits=self._limits)
        touched = sorted(_changed(before, _sums(candidate)))
        for graph in touched:
            _refuse_reserved(graph)
        return _Tried(created, self._files(candidate, change, touched) if touched else {}, copy.version)

    def _files(self, candidate: ox.Store, change: Change, touched: list[str]) -> dict[str, bytes | None]:
        """Return the files of the changed graphs and of the record, path below the data folder → content."""
        now = self._clock()
        left = {graph: _triples(candidate, graph) for graph in touched}
        log = graph_of(now)
        left[log] = _triples(candidate, log) | {*recorded(change, {graph: bool(left[graph]) for graph in touched}, now)}
        paths = {graph: graph.removeprefix(vocab.GRAPH) + ".ttl" for graph in left}
        return {path: rewritten(self._project.data / path, left[graph]) for graph, path in paths.items()}

    def _refuse_invalid(self, files: Mapping[str, bytes | None]) -> None:
        """Raise Rejected where the framework would have violations with these files in place."""
        with tempfile.TemporaryDirectory(prefix="g7graph-candidate-") as folder:
            staged = _staged(self._project, files, Path(folder))
            # Apart: it takes memory and does not give it back.
            found = attempted(lambda: _violations(staged, self._lang), self._limits)
        if found:
            raise Rejected(found)


@dataclass(frozen=True)
class _Tried:
    """What a change would do to the data of a version: make its graph anew; other files, path → content."""

    created: bool
    files: dict[str, bytes | None]
    version: str


@contextmanager
def _unmade(key: str) -> Iterator[None]:
    """Tell of what is wrong with the data as of a fault of the service, not of who asks for a change."""
    try:
        yield
    except (DataError, StoreError) as error:
        raise StoreError(key, detail=error) from error
    except OSError as error:
        raise StoreError(key, detail=_detail(error)) from error


def _detail(error: OSError) -> str:
    place = f"{Path(error.filename).name}: " if isinstance(error.filename, str) else ""
    return f"{place}{error.strerror or error}"


def _violations(project: Project, lang: str) -> list[dict[str, Any]]:
    from g7graph.validate import validate  # its libraries are large

    return [asdict(one) for one in validate(project, lang=lang, formatted=False) if one.severity == VIOLATION]


def _triples(store: ox.Store, graph: str) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))}


def _staged(project: Project, files: Mapping[str, bytes | None], folder: Path) -> Project:
    """Make a copy of a framework, of links to its files, with some files replaced."""
    data = folder / "data" / "ttl"
    shutil.copytree(project.data.resolve(), data, copy_function=os.symlink, ignore=shutil.ignore_patterns(".*"))
    for path, content in files.items():
        target = data / path
        target.unlink(missing_ok=True)
        if content is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return replace(project, root=folder, data=data)


def _sums(store: ox.Store) -> dict[str, int]:
    """Return a sum of each graph's statements, whatever their order; the default graph's name is empty."""
    sums: dict[str, int] = {}
    for quad in store:
        graph = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        sums[graph] = sums.get(graph, 0) + hash(quad)
    return sums


def _changed(before: Mapping[str, int], after: Mapping[str, int]) -> Iterable[str]:
    return {graph for graph in {*before, *after} if before.get(graph) != after.get(graph)}


def _refuse_reserved(graph: str) -> None:
    """Raise UsageError for a graph that is not a Turtle file of the data."""
    path = graph.removeprefix(vocab.GRAPH) if graph.startswith(vocab.GRAPH) else ""
    if not _WRITABLE.fullmatch(path) or path.startswith(_RESERVED) or len(path) > _MOST_CHARACTERS:
        said = graph or i18n.text("errors.default_graph", i18n.DEFAULT)
        raise UsageError("graph_not_writable", graph=said, most=_MOST_CHARACTERS)
