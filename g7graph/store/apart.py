"""Work done apart: in a forked process that ends with it, where what it opens would not survive a fork of this one."""

from __future__ import annotations

import os
import pickle
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from g7graph.errors import G7Error

T = TypeVar("T")
_LOOK_SECONDS = 1.0

#: Pipes on which this process still has to tell: what it forks meanwhile lets go of them, or would keep its parent
#: waiting for the word of one that has ended.
_saying: set[int] = set()


def apart(work: Callable[[], T]) -> T:
    """Do work in a forked process; return what it returned. Raises the error that it raised.

    Raises SystemExit where the process was ended. It ends itself when this one has.
    """
    said, say = os.pipe()
    parent = os.getpid()
    pid = forked()
    if pid == 0:
        os.close(said)
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
        with telling(say) as tell:
            tell(work())
        os._exit(0)
    os.close(say)
    told: T = heard(said, pid)
    os.waitpid(pid, 0)
    return told


def forked() -> int:
    """Fork; the child leaves the state of other threads alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


@contextmanager
def telling(say: int) -> Iterator[Callable[[object], None]]:
    """Let a forked process tell its parent what came of its work: a value, or the error that ended it."""
    told = False
    _saying.add(say)
    with os.fdopen(say, "wb") as out:
        try:
            yield lambda value: pickle.dump(value, out)
            out.flush()
            told = True
        except G7Error as error:
            pickle.dump(error, out)
            out.flush()
            os._exit(1)
        except BrokenPipeError:  # nobody is there to be told
            os._exit(1)
        finally:
            _saying.discard(say)
            if not told:
                traceback.print_exc()
                os._exit(1)


def heard(said: int, pid: int) -> Any:
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


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _let_go() -> None:
    for say in _saying:
        os.close(say)
    _saying.clear()


os.register_at_fork(after_in_child=_let_go)
