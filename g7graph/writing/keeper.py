"""The keeper: the one process that changes the data; the others send it what they are asked to change."""

from __future__ import annotations

import errno
import os
import pickle
import socket
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn, Protocol

from g7graph.errors import G7Error, Limited, StoreError
from g7graph.store.call import received
from g7graph.store.change import Change, Outcome
from g7graph.store.lifeline import heed_no_end
from g7graph.store.local import LocalStore

#: Changes that wait at most: those of the tenth of them wait for minutes.
_WAITING = 64
_SECONDS = 300.0  # a change waits for those before it, each of which is validated
_TURN_SECONDS = 5.0
_PAUSE_SECONDS = 1.0
#: What the keeper says: it is a change's turn; what became of it stands in the file. Who asks: it is to be made.
_TURN, _DONE, _GO = b"turn", b"done", b"go"
_MESSAGE_BYTES = 16


class Kept(Protocol):
    """What a keeper keeps: data that takes changes.

    Readers open it from `folder`; where that is None it is in memory, and they share `store`. No database on disk is
    open here, for none survives the fork of a reader.
    """

    @property
    def version(self) -> str:
        """The version of the data as it stands."""

    @property
    def folder(self) -> Path | None:
        """Where readers find it on disk."""

    @property
    def store(self) -> LocalStore:
        """The data, opened."""

    @property
    def is_behind(self) -> bool:
        """Whether what is saved is not in the store yet."""

    def renew(self) -> None:
        """Have the store be of what is saved. Raises DataError and StoreError where that cannot be now."""

    def apply(self, change: Change) -> Outcome:
        """Make a change; see `Writer.apply`."""


def listening(place: Path) -> socket.socket:
    """Make the socket that a keeper takes changes on."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(place))
    listener.listen(_WAITING)
    return listener


def keep(listener: socket.socket, lifeline: int, kept: Kept, publish: Callable[[Kept], object]) -> NoReturn:
    """Take changes one at a time until the lifeline ends, even in the middle of one: who ends has none half made.

    Never returns.
    """
    heed_no_end()
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    try:
        while True:
            listener.settimeout(_PAUSE_SECONDS if kept.is_behind else None)
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                _catch_up(kept, publish)
                continue
            with connection:
                _take(connection, kept, publish)
    finally:
        traceback.print_exc()
        os._exit(1)


def refuse(listener: socket.socket, error: G7Error) -> None:
    """Tell those who wait that their changes are not made, in the place of a keeper that cannot start."""
    listener.settimeout(0)
    with suppress(OSError):  # nobody waits any more, or nothing can be opened now
        while True:
            connection, _ = listener.accept()
            with connection, _sent(connection) as file:
                if file:
                    _tell(connection, file, error)


def _follow(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(0)


def _take(connection: socket.socket, kept: Kept, publish: Callable[[Kept], object]) -> None:
    """Make a change, if who asked for it still waits, and tell what became of it."""
    with _sent(connection) as file:
        if not file or not _goes_on(connection):
            return
        change, before = pickle.load(file), kept.version  # noqa: S301 - a front of our own wrote it
        try:
            said: Outcome | G7Error = kept.apply(change)
        except G7Error as error:
            said = error
        if kept.version != before:
            publish(kept)
        _tell(connection, file, said)


def _catch_up(kept: Kept, publish: Callable[[Kept], object]) -> None:
    """Have seen what was saved before; what still keeps it from that is told to whoever asks for a change."""
    before = kept.version
    with suppress(G7Error):
        kept.renew()
        if kept.version != before:
            publish(kept)


@contextmanager
def _sent(connection: socket.socket) -> Iterator[IO[bytes] | None]:
    """Give the file that a front sent; None where it has gone."""
    connection.settimeout(_TURN_SECONDS)
    descriptors: list[int] = []
    with suppress(OSError):
        _, descriptors, _, _ = socket.recv_fds(connection, _MESSAGE_BYTES, 1)
    if not descriptors:
        yield None
        return
    with os.fdopen(descriptors[0], "r+b") as file:
        yield file


def _goes_on(connection: socket.socket) -> bool:
    """Whether who asked for a change still wants it made, now that it can be."""
    with suppress(OSError):
        connection.send(_TURN)
        return connection.recv(_MESSAGE_BYTES) == _GO
    return False


def _tell(connection: socket.socket, file: IO[bytes], said: Outcome | G7Error) -> None:
    file.seek(0)
    file.truncate()
    pickle.dump(said, file)
    file.flush()
    with suppress(OSError):  # who asked is gone
        connection.send(_DONE)


class KeptWriter:
    """The writer of a front: it sends each change to the keeper, and tells what became of it."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:
        """Have the keeper make a change; see `Writer.apply`. Raises StoreError where the keeper does not answer."""
        with tempfile.TemporaryFile() as file, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            pickle.dump(change, file)
            file.flush()
            file.seek(0)
            if self._heard(connection, file, gone) == _TURN:
                if gone():
                    raise Limited("client_gone")
                self._confirm(connection)
            return _said(file)

    def _heard(self, connection: socket.socket, file: IO[bytes], gone: Callable[[], bool]) -> bytes:
        """Hand a change over and wait for its turn. Raises StoreError where none comes, Limited where many wait."""
        connection.setblocking(False)
        if connection.connect_ex(str(self._place)) == errno.EAGAIN:
            raise Limited("many_changes", limit=_WAITING)
        connection.setblocking(True)
        try:
            socket.send_fds(connection, [b"."], [file.fileno()])
        except OSError as error:
            raise StoreError("writer_away") from error
        message = received(connection, _SECONDS, gone)
        if message is None:
            raise Limited("many_changes", limit=_WAITING)
        if not message:
            raise StoreError("writer_away")
        return message

    def _confirm(self, connection: socket.socket) -> None:
        """Have the change made, and wait until it is. Raises StoreError where it is not known whether it was."""
        try:
            connection.send(_GO)
        except OSError as error:
            raise StoreError("writer_away") from error
        if received(connection, _SECONDS, lambda: False) != _DONE:
            raise StoreError("writer_gone")


def _said(file: IO[bytes]) -> Outcome:
    file.seek(0)
    said: Outcome | G7Error = pickle.load(file)  # noqa: S301 - the keeper of our own wrote it
    if isinstance(said, G7Error):
        raise said
    return said
