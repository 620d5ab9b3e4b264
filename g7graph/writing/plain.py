"""Other people's RDF that takes changes: the store is its own truth, and nothing says what is valid.

On disk, a change is made by a process of its own, which leaves an edition: a copy of the store as it stood then, of
links to its files. Readers open editions. Whatever is killed leaves the store before the change or after it.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from g7graph.build import MEMORY, build, open_local, opened
from g7graph.errors import G7Error, Limited, StoreError
from g7graph.project import Project
from g7graph.store import stamp
from g7graph.store.apart import apart
from g7graph.store.attempt import attempted
from g7graph.store.change import Change, Kind, Outcome
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pinned import is_read, remove_unread
from g7graph.store.stamp import Stamp
from g7graph.store.update import applied

_VERSION_BYTES = 8
_OLD_LOGS = "LOG.old.*"


class PlainInMemory:
    """Plain RDF in memory: what is written lasts as long as this process."""

    folder = None
    is_behind = False

    def __init__(self, project: Project, limits: Limits) -> None:
        self.store, self._limits = open_local(project), limits

    @property
    def version(self) -> str:
        """The version of the data as it stands."""
        return self.store.version

    def renew(self) -> None:
        """Do nothing: what is in memory is never behind."""

    def apply(self, change: Change) -> Outcome:
        """Make a change, whole or not at all; see `Writer.apply`. A process that can be spared tries it before."""
        if change.kind is not Kind.DROP:
            attempted(lambda: self._tried(change), self._limits)
        created = applied(self.store.inner, change, union=False, version=self.version)
        self.store.version = secrets.token_hex(_VERSION_BYTES)
        return Outcome(created, self.store.version)

    def _tried(self, change: Change) -> None:
        applied(self.store.inner, change, union=False, version=self.version, limits=self._limits)


class PlainOnDisk:
    """Plain RDF in a store on disk, which is held as long as this lasts. Raises StoreError where others have it."""

    def __init__(self, project: Project, place: Path, limits: Limits) -> None:
        self._place, self._limits = place, limits
        self.version = apart(lambda: build(project, place))
        self._held = stamp.Held(place)
        if is_read(place):  # the engine removes tables as it writes; editions stay whole, the store itself does not
            raise StoreError("store_read", path=place)
        self._editions = stamp.beside(place, stamp.EDITIONS_SUFFIX)
        apart(lambda: self._edition(self._open(), self.version))
        self._remove_others(self.folder)

    @property
    def folder(self) -> Path:
        """The edition that readers open."""
        return self._editions / self.version

    @property
    def store(self) -> LocalStore:
        """The edition, opened for reading."""
        return opened(self.folder, self.version, union=False)

    @property
    def is_behind(self) -> bool:
        """Whether the store has a change that no edition has: it was ended, or its edition could not be left."""
        noted = stamp.read(self._place)
        return bool(noted and noted.version != self.version)

    def renew(self) -> None:
        """Leave an edition of the store as it is. Raises StoreError where that cannot be, as on a full disk."""
        noted = stamp.read(self._place) or Stamp(self.version)
        try:
            apart(lambda: self._edition(self._open(), noted.version))
        except (SystemExit, StoreError) as error:
            raise StoreError("change_unseen") from error
        self._renewed(noted.version)

    def apply(self, change: Change) -> Outcome:
        """Make a change, whole or not at all; see `Writer.apply`. It is on disk when this returns."""
        version = secrets.token_hex(_VERSION_BYTES)
        try:
            created = attempted(lambda: self._changed(change, version), self._limits)
        except (Limited, StoreError):
            if self.is_behind:  # it was ended in the middle: its change was not made, or was a moment ago
                self.renew()
            raise
        self._renewed(version)
        return Outcome(created, version)

    def _renewed(self, version: str) -> None:
        before, self.version = self.folder, version
        self._remove_others(before, self.folder)  # who is not yet told of the new one may open the one before

    def _remove_others(self, *editions: Path) -> None:
        for one in self._editions.iterdir():
            if one not in editions:
                remove_unread(one)

    def _changed(self, change: Change, version: str) -> bool:
        """Make a change, stamped before it is: nobody was ever told this version of other data."""
        store, before = self._open(), stamp.read(self._place)
        stamp.write(self._place, Stamp(version, written=True))
        try:
            created = applied(store.inner, change, union=False, version=self.version, limits=self._limits)
        except G7Error:
            if before:
                stamp.write(self._place, before)
            raise
        self._edition(store, version)
        return created

    def _open(self) -> LocalStore:
        return opened(self._place, self.version, union=False, read_only=False)

    def _edition(self, store: LocalStore, version: str) -> None:
        self._editions.mkdir(exist_ok=True)
        begun = self._editions / f"{version}.new"
        shutil.rmtree(begun, ignore_errors=True)
        if not (self._editions / version).is_dir():  # whole, for it has its name
            store.inner.backup(str(begun))
            begun.rename(self._editions / version)
        for log in self._place.glob(_OLD_LOGS):  # each opening leaves one, of more than most changes
            log.unlink(missing_ok=True)


def plain(project: Project, where: str, limits: Limits) -> PlainInMemory | PlainOnDisk:
    """Return plain RDF that takes changes, each within the limits. Raises DataError and StoreError as `open_local`."""
    return PlainInMemory(project, limits) if where == MEMORY else PlainOnDisk(project, Path(where), limits)
