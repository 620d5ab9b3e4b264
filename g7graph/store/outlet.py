"""What a worker's job may touch: the outlet its answer goes to, and a seal on everything else."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Self

_SMALL_BYTES = 1_000_000
_BUFFER_BYTES = 262_144
#: What a worker sends when its answer needs a file.
SPILL = b"spill"
_ERRORS = 2


@contextmanager
def complaining_to(file: IO[bytes]) -> Iterator[None]:
    """Have what the engine says while it breaks off, and this process with it, go to the file of the job.

    Nobody but whoever asked can tell then why there is no answer.
    """
    kept = os.dup(_ERRORS)
    os.dup2(file.fileno(), _ERRORS)
    try:
        yield
    finally:
        os.dup2(kept, _ERRORS)
        os.close(kept)


class Sealed:
    """While it lasts, the process can open neither files nor sockets."""

    def __init__(self, sealed: bool) -> None:
        self._sealed = sealed

    def __enter__(self) -> Self:
        self.close()
        return self

    def __exit__(self, *_: object) -> None:
        self.open()

    def close(self) -> None:
        """Let nothing be opened from here on."""
        if self._sealed:
            self._set(1)  # what poll() needs; the one descriptor below it is taken

    def open(self) -> None:
        """Let things be opened again."""
        if self._sealed:
            self._set(None)

    @staticmethod
    def _set(most: int | None) -> None:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard if most is None else most, hard))


class Out:
    """What the work writes its answer to: a small one stays in memory, for a larger one a file is asked for."""

    def __init__(self, small: IO[bytes], connection: socket.socket, seal: Sealed) -> None:
        self._file, self._connection, self._seal = small, connection, seal
        self._spilled = False
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._spilled:
            self._file.close()
        else:
            self._file.flush()

    def write(self, data: bytes) -> int:
        """Write a piece of the answer. Raises OSError (EFBIG) beyond the limit on its size."""
        if not self._spilled and self.size + len(data) > _SMALL_BYTES:
            self._spill()
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Write what is buffered."""
        self._file.flush()

    def seek(self, offset: int) -> int:
        """Go back to a place in the answer, its start as a rule."""
        return self._file.seek(offset)

    def truncate(self) -> int:
        """Forget what is written from here on."""
        self.size = self._file.truncate()
        return self.size

    def _spill(self) -> None:
        self._connection.send(SPILL)
        self._seal.open()
        _, (descriptor, *_), _, _ = socket.recv_fds(self._connection, len(SPILL), 1)
        self._seal.close()
        self._file.flush()
        self._file.seek(0)
        begun, self._file = self._file, os.fdopen(descriptor, "wb", _BUFFER_BYTES)
        self._spilled = True
        shutil.copyfileobj(begun, self._file)
