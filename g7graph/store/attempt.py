"""Attempts: work on a change in a process of its own, of which the engine's part has the limits of a query.

The engine cannot be interrupted, and what is nested too deep takes its process along: a process can be spared.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, TypeVar, cast

from g7graph.errors import Limited, StoreError
from g7graph.store import memory
from g7graph.store.apart import apart
from g7graph.store.limits import Limits
from g7graph.store.outlet import complaining_to

T = TypeVar("T")


def attempted(work: Callable[[], T], limits: Limits) -> T:
    """Do work apart, a part of which is `limited`; return what it returned.

    Raises the error that it raised, Limited where a limit ended it, or what was more than a process can take.
    """
    try:
        return apart(work)
    except SystemExit as ended:
        if ended.code == -signal.SIGALRM:
            raise Limited.too_long(limits.seconds, "change_too_long") from ended
        if isinstance(ended.code, int) and ended.code < 0:
            raise _too_much(limits) from ended
        raise StoreError("worker_failed") from ended


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Have the kernel end this process, which works apart, where it takes longer or more memory than the limits."""
    import resource  # of Unix, as serving is

    faulthandler.disable()  # what a limit ends is told as a problem, not as a stack
    before = resource.getrlimit(resource.RLIMIT_AS)
    if memory.address_space():
        resource.setrlimit(resource.RLIMIT_AS, (memory.address_space() + limits.memory_bytes, before[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    with tempfile.TemporaryFile() as last_words:
        try:
            with complaining_to(cast(IO[bytes], last_words)):
                yield
        except MemoryError as error:
            raise _too_much(limits) from error
        except Exception:
            raise
        except BaseException:  # the engine gave up by itself: what it says of that is for the operator
            last_words.seek(0)
            print(last_words.read().decode("utf-8", "replace"), file=sys.stderr, flush=True)  # noqa: T201
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            resource.setrlimit(resource.RLIMIT_AS, before)


def _too_much(limits: Limits) -> Limited:
    return Limited("change_too_much", limit=limits.memory_bytes // 1_000_000)
