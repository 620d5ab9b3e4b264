"""What the fronts of a service ask, opened by their parent: workers, a keeper where it is writable, a remote service.

An open database does not survive a fork: on disk it is built by a process of its own, and opened by each worker.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from g7graph.build import MEMORY, open_local
from g7graph.errors import G7Error, StoreError
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store import Service
from g7graph.store.change import Writer
from g7graph.store.local import LocalStore
from g7graph.store.pool import LIFELINES, Pool
from g7graph.store.pooled import PooledStore
from g7graph.store.remote import RemoteStore
from g7graph.store.remote_writer import RemoteWriter
from g7graph.web.options import Options
from g7graph.web.work import working
from g7graph.writing.keeper import Kept, KeptWriter, keep, listening

T = TypeVar("T")
_PAUSE_SECONDS = 1.0
_ABROAD = 2  # workers for queries that ask other services


@dataclass(frozen=True)
class Opened:
    """A service and, where it is writable, its writer."""

    service: Service
    writer: Writer | None = None


class Lifeline:
    """A pipe that tells every forked process when the parent has ended, however it ended."""

    def __init__(self) -> None:
        self.alive, self._ended = os.pipe()
        LIFELINES.add(self._ended)

    def let_go(self) -> None:
        """Tell a forked process that it is not the parent."""
        LIFELINES.discard(self._ended)
        os.close(self._ended)

    def follow(self) -> None:
        """Have this process end when the parent has."""
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        os.read(self.alive, 1)
        os._exit(0)


def opened(project: Project, options: Options, lifeline: Lifeline) -> Opened:
    """Open what the fronts ask. Raises DataError and StoreError as `open_store`."""
    if "://" in options.store:
        return _remote(project, options)
    limits = replace(options.limits, abroad=_ABROAD) if options.federation.prefixes else options.limits
    pool = Pool(limits)
    service = PooledStore(pool, union=not project.is_plain, federation=options.federation)
    publish = _Publisher(project, options, pool, Library.read(project.queries))
    if options.writable:
        return Opened(service, _kept(project, options, publish, lifeline))
    if options.store == MEMORY:
        publish(open_local(project))
    else:
        publish.on_disk(_apart(lambda: open_local(project, options.store).version))
    return Opened(service)


def _remote(project: Project, options: Options) -> Opened:
    """Open a remote service, and say what it cannot do. Raises StoreError where it is to be written and cannot be."""
    store = RemoteStore(options.store, limits=options.limits, wants_union=not project.is_plain)
    for line in store.said(options.lang):
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    if options.writable and not store.address.update:
        raise StoreError("store_read_only")
    return Opened(store, RemoteWriter(store) if options.writable else None)


@dataclass(frozen=True)
class _Publisher:
    """Puts data before the fronts: in memory the workers share it, on disk each opens it."""

    project: Project
    options: Options
    pool: Pool
    library: Library

    def __call__(self, store: LocalStore) -> None:
        if store.in_memory:
            self.pool.publish(store.version, working(lambda: store, self.library, self.options.federation))
        else:
            self.on_disk(store.version)

    def on_disk(self, version: str) -> None:
        """Publish what is built on disk."""
        again = partial(open_local, self.project, self.options.store, read_only=True)
        self.pool.publish(version, working(again, self.library, self.options.federation))


def _kept(project: Project, options: Options, publish: _Publisher, lifeline: Lifeline) -> KeptWriter:
    """Start a keeper, and start another whenever it ends; return the writer that sends changes to it."""
    place = publish.pool.place("keeper")
    listener = listening(place)

    def start() -> int:
        return _keeper(listener, lifeline, lambda: _keepable(project, options), publish)

    threading.Thread(target=_look_after, args=(start(), start), daemon=True).start()
    return KeptWriter(place)


def _keepable(project: Project, options: Options) -> Kept:
    from g7graph.writing.framework import Framework  # validation's libraries are large
    from g7graph.writing.plain import Plain

    if project.is_plain:
        return Plain(open_local(project, options.store))
    return Framework(project, options.store, lambda: datetime.now(UTC), lang=options.lang)


def _keeper(
    listener: socket.socket, lifeline: Lifeline, kept: Callable[[], Kept], publish: Callable[[LocalStore], object]
) -> int:
    """Fork a keeper; return its process id when its data is published. Raises the error that it raised."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(said)
        lifeline.let_go()
        with _telling(say) as tell:
            data = kept()
            publish(data.store)
            tell(None)
        keep(listener, lifeline.alive, data, publish)
    os.close(say)
    _heard(said, pid)
    return pid


def _look_after(pid: int, start: Callable[[], int]) -> None:
    while True:
        os.waitpid(pid, 0)
        time.sleep(_PAUSE_SECONDS)
        try:
            pid = start()
        except G7Error as error:
            print(error.text(), file=sys.stderr, flush=True)  # noqa: T201


def _apart(work: Callable[[], T]) -> T:
    """Do work in a forked process that ends with it; return what it returned. Raises the error that it raised."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(said)
        with _telling(say) as tell:
            tell(work())
        os._exit(0)
    os.close(say)
    told: T = _heard(said, pid)
    os.waitpid(pid, 0)
    return told


@contextmanager
def _telling(say: int) -> Iterator[Callable[[object], None]]:
    """Let a forked process tell its parent what came of its work: a value, or the error that ended it."""
    told = False
    with os.fdopen(say, "wb") as out:
        try:
            yield lambda value: pickle.dump(value, out)
            out.flush()
            told = True
        except G7Error as error:
            pickle.dump(error, out)
            out.flush()
            os._exit(1)
        finally:
            if not told:
                traceback.print_exc()
                os._exit(1)


def _heard(said: int, pid: int) -> Any:
    """Return what a forked process tells. Raises the error that it raised."""
    with os.fdopen(said, "rb") as answer:
        try:
            value = pickle.load(answer)  # noqa: S301 - our own process wrote it
        except EOFError:
            raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])) from None
    if isinstance(value, G7Error):
        os.waitpid(pid, 0)
        raise value
    return value
