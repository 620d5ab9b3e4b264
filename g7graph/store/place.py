"""A temporary folder of a service's own, which goes with it; the next service removes those of killed ones.

Whoever lives holds a lock on a file in it, as do the processes that it forked; the kernel lets go of it when they end.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

_PREFIX = "g7graph-"
_OWNER = "owner"


def made() -> tuple[Path, int]:
    """Make a folder; return it with the descriptor that keeps it. Those that nobody keeps any more are removed."""
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    begun = folder / f"{_OWNER}.new"
    descriptor = os.open(begun, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    begun.rename(folder / _OWNER)  # from its first moment it is locked
    return folder, descriptor


def made_for(owner: object) -> Path:
    """Make a folder that goes with an object, or with this process; that of a process that it forks leaves it."""
    folder, kept = made()
    weakref.finalize(owner, _removed, folder, kept, os.getpid())
    return folder


def _removed(folder: Path, kept: int, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(kept)


def _sweep(parent: Path) -> None:
    """Remove our own folders whose lock nobody holds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # somebody else's, in use, or removed by another service that starts just now
            descriptor = os.open(folder / _OWNER, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(descriptor).st_uid == folder.lstat().st_uid == os.getuid():
                    shutil.rmtree(folder)
            finally:
                os.close(descriptor)
