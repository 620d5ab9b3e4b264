"""What the fronts of a service ask, opened by their parent: workers, a keeper where it is writable, a remote service.

An open database does not survive a fork: on disk it is built by a process of its own, and opened by each worker.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from g7graph import i18n
from g7graph.beforehand import Beforehand, find, kept
from g7graph.build import MEMORY, as_built, build, complete, current, open_local, remove_replaced
from g7graph.errors import G7Error, StoreError
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store import Service, stamp
from g7graph.store.apart import apart, heard, telling
from g7graph.store.change import Writer
from g7graph.store.lifeline import Lifeline
from g7graph.store.local import LocalStore
from g7graph.store.place import made_for
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore
from g7graph.store.turns import Turns
from g7graph.web.options import Options
from g7graph.web.work import near, working
from g7graph.writing.keeper import Kept, KeptWriter, keep, listening, refuse

_PAUSE_SECONDS = 1.0
_ABROAD = 2  # workers for queries that ask other services
_LAST = 19  # of all processes to have a turn


@dataclass(frozen=True)
class Opened:
    """A service, the saved queries that it is asked, and where it is writable its writer."""

    service: Service
    library: Library
    writer: Writer | None = None


def opened(project: Project, options: Options, lifeline: Lifeline) -> Opened:
    """Open what the fronts ask. Raises DataError and StoreError as `open_store`."""
    library = Library.read(project.queries)
    if "://" in options.store:
        return _remote(project, options, library)
    limits = replace(options.limits, abroad=_ABROAD) if options.federation.prefixes else options.limits
    pool = Pool(limits)
    publish = _Publisher(project, options, pool, library)
    store, writer = None, None
    if options.writable:
        writer = _kept(project, options, publish, lifeline)
    elif options.store == MEMORY:
        store = open_local(project)
        publish.in_memory(store)
    else:
        folder = Path(options.store)
        stamp.refuse_held(folder)
        told = partial(_say_building, folder, options.lang)
        version = current(project, folder) or apart(lambda: build(project, folder, on_step=told))
        publish.on_disk(folder, version)
        threading.Thread(target=_look_after_folder, args=(publish, folder, version), daemon=True).start()
    _say_what_stays(project, options)
    held = near(store) if store else None
    service = PooledStore(pool, union=not project.is_plain, federation=options.federation, near=held)
    return Opened(service, library, writer)


def _look_after_folder(publish: _Publisher, folder: Path, version: str) -> None:
    if not publish.project.is_plain:
        _complete(publish, folder, version)
    _follow(publish, folder, version)


def _complete(publish: _Publisher, folder: Path, version: str) -> None:
    """Have what is found beforehand, where it is not whole, found by a process that gives way to all others."""
    lang = publish.options.lang

    def lacking() -> bool:
        os.nice(_LAST)
        if kept.is_whole(folder, version):
            return False
        _say(i18n.text("web.preparing", lang, path=folder))
        try:
            complete(folder, version, publish.project)
        except OSError as error:
            raise StoreError("store_local", path=folder, detail=error) from error
        return True

    try:
        if apart(lacking):
            publish.on_disk(folder, version)
    except StoreError as error:  # another service does it, or nobody may
        _say(error.text(lang))
    except SystemExit:
        pass  # it has said why


def _follow(publish: _Publisher, folder: Path, version: str) -> None:
    """Publish a store on disk again whenever another process has built it anew, and remove the one before."""
    while True:
        time.sleep(_PAUSE_SECONDS)
        with suppress(OSError, StoreError):  # while it is put in its place, or written to
            noted = stamp.read(folder)
            if noted and noted.version not in ("", version):
                stamp.refuse_held(folder)
                publish.on_disk(folder, noted.version)
                version = noted.version
            remove_replaced(folder)


def _say_building(folder: Path, lang: str, step: str) -> None:
    """Say that a store is built, which may take minutes, before there is an answer."""
    if step == "load":
        _say(i18n.text("web.building", lang, path=folder))


def _say_what_stays(project: Project, options: Options) -> None:
    """Say what somebody who serves plain RDF might not expect of it, on standard error."""
    if not project.is_plain:
        return
    if options.writable and options.store == MEMORY:
        _say(i18n.text("web.volatile", options.lang))
    noted = None if options.store == MEMORY else stamp.read(Path(options.store))
    if noted and noted.written:
        _say(i18n.text("web.own_truth", options.lang, path=options.store))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def _remote(project: Project, options: Options, library: Library) -> Opened:
    """Open a remote service, and say what it cannot do. Raises StoreError where it is to be written and cannot be."""
    from g7graph.store.remote import RemoteStore  # with what speaks HTTP
    from g7graph.store.remote_writer import RemoteWriter

    store = RemoteStore(options.store, limits=options.limits, wants_union=not project.is_plain)
    # or one client had all threads of the fronts
    store.turns = Turns(made_for(store), options.limits, all_together=True)
    for line in store.said(options.lang):
        _say(line)
    if options.writable and not store.address.update:
        raise StoreError("store_read_only")
    return Opened(store, library, RemoteWriter(store, limits=options.limits) if options.writable else None)


@dataclass(frozen=True)
class _Publisher:
    """Puts data before the fronts: in memory the workers share it, on disk each opens it."""

    project: Project
    options: Options
    pool: Pool
    library: Library

    def __call__(self, data: Kept) -> None:
        if data.folder:
            self.on_disk(data.folder, data.version)
        else:
            self.in_memory(data.store)

    def in_memory(self, store: LocalStore) -> None:
        """Publish a store in memory, where it is large with what is found beforehand: all workers share that.

        Of one that is written to nothing is, for it would be at each change.
        """
        store.settled()
        is_large = not (near(store) or self.options.writable or self.project.is_plain)
        found = find(store, self.library).held() if is_large else Beforehand()
        self.pool.publish(store.version, working(lambda: store, self.library, self.options.federation, lambda: found))

    def on_disk(self, folder: Path, version: str) -> None:
        """Publish what is built on disk. Raises StoreError where it cannot be opened."""
        again = as_built(folder, version, union=not self.project.is_plain)
        if not self.options.writable:  # else a keeper has just had it open
            apart(lambda: again() is not None)
        found = partial(kept.on_disk, folder, version)
        self.pool.publish(version, working(again, self.library, self.options.federation, found), on_disk=True)


def _kept(project: Project, options: Options, publish: _Publisher, lifeline: Lifeline) -> KeptWriter:
    """Start a keeper, and start another whenever it ends; return the writer that sends changes to it."""
    place = publish.pool.place("keeper")
    listener = listening(place)

    def start() -> int:
        return _keeper(listener, lifeline, lambda: _keepable(project, options), publish)

    threading.Thread(target=_look_after, args=(start(), start, listener, options.lang), daemon=True).start()
    return KeptWriter(place)


def _keepable(project: Project, options: Options) -> Kept:
    from g7graph.writing.framework import Framework  # validation's libraries are large
    from g7graph.writing.plain import plain

    if project.is_plain:
        return plain(project, options.store, options.limits)
    clock = lambda: datetime.now(UTC)  # noqa: E731
    return Framework(project, options.store, clock, lang=options.lang, limits=options.limits)


def _keeper(listener: socket.socket, lifeline: Lifeline, kept: Callable[[], Kept], publish: _Publisher) -> int:
    """Fork a keeper; return its process id when its data is published. Raises the error that it raised."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(said)
        tempfile.tempdir = str(publish.pool.place(""))  # what it leaves when it is ended is removed with that folder
        publish.pool.lost = _end_at_once
        with telling(say) as tell:
            data = kept()
            publish(data)
            tell(None)
        keep(listener, lifeline.alive, data, publish)
    os.close(say)
    heard(said, pid)
    return pid


def _end_at_once() -> None:
    """End a keeper whose workers are lost: the next one has others."""
    os._exit(1)


def _look_after(pid: int | None, start: Callable[[], int], listener: socket.socket, lang: str) -> None:
    """Start another keeper where one ends, as soon as that can be; meanwhile the workers serve what it published."""
    said = ""
    while True:
        if pid:
            os.waitpid(pid, 0)
        time.sleep(_PAUSE_SECONDS)
        try:
            pid, said = start(), ""
        except G7Error as error:  # what keeps it from starting may pass
            pid = None
            if error.text(lang) != said:
                said = error.text(lang)
                _say(said)
            refuse(listener, StoreError("change_not_begun", detail=error))
        except (SystemExit, OSError):  # it ended without a word that we could pass on, or could not even be forked
            pid = None
            refuse(listener, StoreError("writer_away"))
