"""The memory that a process takes, as the kernel tells it; zero where it does not."""

from __future__ import annotations

import os
import re
from pathlib import Path

_STATM = Path("/proc/self/statm")
_ROLLUP = Path("/proc/self/smaps_rollup")
_PRIVATE = re.compile(r"^Private_Dirty:\s+(\d+) kB$", re.MULTILINE)
_KILOBYTE = 1024


def address_space() -> int:
    """Return the bytes of the address space."""
    return _pages(0)


def resident() -> int:
    """Return the bytes that are in memory, shared ones too."""
    return _pages(1)


def alone() -> int:
    """Return the bytes that no other process shares."""
    found = _PRIVATE.search(_ROLLUP.read_text()) if _ROLLUP.exists() else None
    return int(found[1]) * _KILOBYTE if found else 0


def _pages(column: int) -> int:
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[column]) * os.sysconf("SC_PAGE_SIZE")
