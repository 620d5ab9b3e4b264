"""The keeper: the one process that changes the data; the others send it what they are asked to change."""

from __future__ import annotations

import os
import pickle
import socket
import tempfile
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO, NoReturn, Protocol

from g7graph.errors import G7Error, StoreError
from g7graph.store.change import Change, Outcome
from g7graph.store.lifeline import heed_no_end
from g7graph.store.local import LocalStore

_BACKLOG = 128
_BYTE = b"."
_SECONDS = 300.0  # a change waits for those before it, each of which is validated


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

    def apply(self, change: Change) -> Outcome:
        """Make a change; see `Writer.apply`."""


def listening(place: Path) -> socket.socket:
    """Make the socket that a keeper takes changes on."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(place))
    listener.listen(_BACKLOG)
    return listener


def keep(listener: socket.socket, lifeline: int, kept: Kept, publish: Callable[[Kept], object]) -> NoReturn:
    """Take changes one at a time until the lifeline ends, even in the middle of one: who ends has none half made.

    Never returns.
    """
    heed_no_end()
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    try:
        while True:
            connection, _ = listener.accept()
            with connection:
                _take(connection, kept, publish)
    finally:
        traceback.print_exc()
        os._exit(1)


def _follow(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(0)


def _take(connection: socket.socket, kept: Kept, publish: Callable[[Kept], object]) -> None:
    try:
        _, descriptors, _, _ = socket.recv_fds(connection, len(_BYTE), 1)
    except ConnectionResetError:
        return
    if not descriptors:
        return
    with os.fdopen(descriptors[0], "r+b") as file:
        change = pickle.load(file)  # noqa: S301 - a front of our own wrote it
        before = kept.version
        try:
            said: Outcome | G7Error = kept.apply(change)
        except G7Error as error:
            said = error
        if kept.version != before:
            publish(kept)
        file.seek(0)
        file.truncate()
        pickle.dump(said, file)
        file.flush()
        try:
            connection.send(_BYTE)
        except OSError:
            return  # who asked is gone; the change is made


class KeptWriter:
    """The writer of a front: it sends each change to the keeper, and tells what became of it."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def apply(self, change: Change) -> Outcome:
        """Have the keeper make a change; see `Writer.apply`. Raises StoreError where the keeper does not answer."""
        with tempfile.TemporaryFile() as file, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            pickle.dump(change, file)
            file.flush()
            file.seek(0)
            connection.settimeout(_SECONDS)
            try:
                connection.connect(str(self._place))
                socket.send_fds(connection, [_BYTE], [file.fileno()])
                answered = connection.recv(len(_BYTE))
            except OSError as error:
                raise StoreError("writer_gone") from error
            if not answered:
                raise StoreError("writer_gone")
            return _said(file)


def _said(file: IO[bytes]) -> Outcome:
    file.seek(0)
    said: Outcome | G7Error = pickle.load(file)  # noqa: S301 - the keeper of our own wrote it
    if isinstance(said, G7Error):
        raise said
    return said
