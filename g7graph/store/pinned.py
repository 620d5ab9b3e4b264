"""Folders that are read: whoever reads one keeps it, by whatever name it goes later, until it is read no more.

The engine opens its tables as it comes to them. A reader holds the folder itself, not its name, so that it never reads
the tables of a store that was put in its place; and nobody removes a folder that is held.
"""

from __future__ import annotations

import os
import shutil
import weakref
from contextlib import suppress
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")


class Pinned:
    """A folder held for reading until this is dropped; `path` leads to it. Raises OSError where it is being removed."""

    def __init__(self, folder: Path) -> None:
        import fcntl  # of Unix, as serving is

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        self._end = weakref.finalize(self, os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        self.path = str(_DESCRIPTORS / str(descriptor) if _DESCRIPTORS.is_dir() else folder)


def is_read(folder: Path) -> bool:
    """Whether some process, or this one, reads a folder."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def remove_unread(folder: Path) -> None:
    """Remove a folder, unless somebody reads it or there is none: whoever comes next may find it unread."""
    import fcntl

    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(descriptor)
