"""Work that needs a deep stack, in a thread that has one.

The engine's parser calls itself for each part of a path and each bracket, and a server's threads have 2 MB only:
beyond, the process ends, and with it the service.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

#: Eight times what the longest query takes that a service hears; what is not used costs no memory.
_BYTES = 64 * 1024 * 1024


def deep(work: Callable[[], T]) -> T:
    """Do work on a stack of its own; return what it returned. Raises what it raised.

    >>> deep(lambda: 1)
    1
    """
    threading.stack_size(_BYTES)  # left so: to put it back, while others begin threads, would need a lock over forks
    with ThreadPoolExecutor(1) as one:
        return one.submit(work).result()
