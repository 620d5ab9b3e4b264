"""Workers: processes that evaluate one query at a time, so that a runaway can be ended and its memory given back.

The engine cannot be interrupted, a process can. A nursery, forked from a parent that has loaded the data, keeps a fixed
number of workers alive, which share the loaded pages and a listening socket. A worker takes a connection with an open
file: the file holds the job, then the answer, unless that is large, when it asks for another file; the connection says
how it went. Whoever asked hangs up to end the work.
"""

from __future__ import annotations

import errno
import faulthandler
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from g7graph.errors import UsageError
from g7graph.store import memory
from g7graph.store.lifeline import heed_no_end
from g7graph.store.limits import Limits, room
from g7graph.store.outlet import Out, Sealed, complaining_to
from g7graph.store.seal import without_sockets

#: Does a job, writing its answer to the file. Raises UsageError, which reaches whoever asked.
Work = Callable[[Mapping[str, Any], IO[bytes]], object]

_HUNG_UP = select.POLLRDHUP if hasattr(select, "POLLRDHUP") else select.POLLHUP
_GRACE_SECONDS = 2.0
_MESSAGE_BYTES = 64
_PAUSE_SECONDS = 0.5
_BREATH_SECONDS = 0.01
_QUICK_SECONDS = 0.1
_LAST_OF_ALL = 19
_GROWN_BYTES = 100_000_000
_ALONE_BYTES = 6_000_000
_REST_SECONDS = 1.0
_GROWN_BYTES_ON_DISK = 40_000_000  # the engine keeps blocks that the system's cache of files has, too
_BUFFER_BYTES = 262_144
_FIRST_TO_END = Path("/proc/self/oom_score_adj")


@dataclass(frozen=True)
class Post:
    """Where workers take connections: how many of them, and what they may open while they work.

    Those that are `sealed` open no sockets, and no files but for those of a store that lies `on_disk`: the engine opens
    its tables as it comes to them.
    Where they are `patient`, work that takes long gives way to everything else on the machine.
    """

    listener: socket.socket
    workers: int
    sealed: bool
    patient: bool = True
    on_disk: bool = False


def nurse(posts: list[Post], ends: tuple[int, ...], prepare: Callable[[], Work], limits: Limits) -> NoReturn:
    """Keep the workers of each post alive until one of the ends can be read; then let them finish. Never returns."""
    heed_no_end()
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    alive: dict[int, tuple[Post, float]] = {}
    wanted = [post for post in posts for _ in range(post.workers)]
    poll = select.poll()
    for descriptor in (*ends, woken):
        poll.register(descriptor, select.POLLIN)
    while True:
        for post in wanted:
            alive[_fork(post, ends, prepare, limits)] = (post, time.monotonic())
        wanted = []
        if any(descriptor in ends for descriptor, _ in poll.poll()):
            break
        os.read(woken, 1024)
        for pid, failed in _ended():
            post, born = alive.pop(pid)
            if time.monotonic() - born < _PAUSE_SECONDS:  # what cannot even start is not tried without pause
                time.sleep(_PAUSE_SECONDS if failed else _BREATH_SECONDS)
            wanted.append(post)
    for post in posts:
        post.listener.close()
    os._exit(0)


def _ended() -> list[tuple[int, bool]]:
    """Return the workers that have ended, and whether they failed: one that a limit or its asker ended did not."""
    found: list[tuple[int, bool]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if not pid:
            return found
        found.append((pid, os.waitstatus_to_exitcode(status) > 0))


def _fork(post: Post, ends: tuple[int, ...], prepare: Callable[[], Work], limits: Limits) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        faulthandler.disable()  # what a limit ends is told as a problem, not as a stack
        if post.sealed:
            without_sockets()
        _Worker(post, ends, prepare, limits).run()
        code = 0
    finally:
        if code:
            traceback.print_exc()
        os._exit(code)


def _called(listener: int, ends: tuple[int, ...]) -> Callable[[float | None], list[int]]:
    """Return what waits until somebody calls or an end can be read, for so many seconds, and tells which.

    Where the kernel can, a call wakes one of the workers that wait for it, not all.
    """
    if hasattr(select, "epoll"):
        calls = select.epoll()
        calls.register(listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        for end in ends:
            calls.register(end, select.EPOLLIN)
        return lambda seconds: [descriptor for descriptor, _ in calls.poll(seconds)]
    poll = select.poll()
    for descriptor in (listener, *ends):
        poll.register(descriptor, select.POLLIN)
    return lambda seconds: [descriptor for descriptor, _ in poll.poll(seconds and seconds * 1000)]


class _Worker:
    """One worker: its main thread watches the connection, another evaluates (with random numbers of its own).

    It prepares for its work when the first comes: some of them are seldom needed, and an open store takes memory.
    """

    def __init__(self, post: Post, ends: tuple[int, ...], prepare: Callable[[], Work], limits: Limits) -> None:
        self.post, self.ends, self.limits = post, ends, limits
        self.most = 0
        self._prepare = prepare
        self._called = _called(post.listener.fileno(), ends)
        with suppress(OSError):  # of all our processes, where memory runs out, one that is replaced shall end
            _FIRST_TO_END.write_text("500")

    @cached_property
    def work(self) -> Work:
        """What does the work, within limits from then on."""
        work = self._prepare()
        self.most = memory.resident() + (_GROWN_BYTES_ON_DISK if self.post.on_disk else _GROWN_BYTES)
        self._confine()
        return work

    def run(self) -> None:
        """Take connections until an end can be read and nobody waits any more, or the memory has grown.

        Work makes pages of the data one's own, only by reading them: who has too many of these ends when nobody calls,
        and the next one shares them all again.
        """
        rested = True
        while True:
            called = self._called(None if rested else _REST_SECONDS)
            rested = not called
            if rested and not self.post.on_disk and memory.alone() > _ALONE_BYTES:
                return
            if rested:
                continue
            ended = any(end in called for end in self.ends)
            try:
                connection, _ = self.post.listener.accept()
            except BlockingIOError:  # another worker was first
                if ended:
                    return
                continue
            connection.setblocking(True)
            with connection:
                self._serve(connection)
            if self.most and memory.resident() > self.most:
                return

    def _serve(self, connection: socket.socket) -> None:
        try:
            message, descriptors, _, _ = socket.recv_fds(connection, _MESSAGE_BYTES, 1)
        except ConnectionResetError:
            return
        if not descriptors:  # who asked was gone before it began
            return
        seconds = float(message)
        answered = threading.Event()
        with os.fdopen(descriptors[0], "r+b", _BUFFER_BYTES) as file:
            file.seek(0)
            try:
                connection.send(str(os.getpid()).encode())
            except OSError:  # who asked has gone while it waited
                return
            thread = threading.Thread(target=self._evaluate, args=(self.work, connection, file, answered), daemon=True)
            thread.start()
            poll = select.poll()
            poll.register(connection, _HUNG_UP)
            if not poll.poll(_QUICK_SECONDS * 1000):
                self._step_back(thread)
                poll.poll((seconds + _GRACE_SECONDS) * 1000)
            if not answered.is_set():
                os._exit(0)
            thread.join()

    def _step_back(self, thread: threading.Thread) -> None:
        """Let everybody else go first where a stranger's work takes long; the next work has a thread of its own."""
        if self.post.patient and thread.native_id and sys.platform == "linux":  # elsewhere it would be for good
            with suppress(ProcessLookupError):  # it ends just now
                os.setpriority(os.PRIO_PROCESS, thread.native_id, _LAST_OF_ALL)

    def _evaluate(self, work: Work, connection: socket.socket, file: IO[bytes], answered: threading.Event) -> None:
        message: dict[str, object] = {"failed": True}
        try:
            message = self._done(work, connection, file)
        finally:
            if "failed" in message:
                traceback.print_exc()
            answered.set()
            try:
                connection.send(json.dumps(message, default=str).encode())
            except OSError:
                os._exit(0)  # nobody waits for it any more

    def _done(self, work: Work, connection: socket.socket, file: IO[bytes]) -> dict[str, object]:
        """Do a job; return what is told of it. Raises what the work should not raise."""
        try:
            job = json.load(file)
            file.seek(0)
            file.truncate()
            sealed = self.post.sealed and not self.post.on_disk
            with complaining_to(file), room(), Sealed(sealed) as seal, Out(file, connection, seal) as out:
                work(job, cast(IO[bytes], out))
        except UsageError as error:
            return {"kind": type(error).__name__, "key": error.key, **error.values}
        except MemoryError:
            return {"limited": "too_much"}
        except OSError as error:
            if error.errno != errno.EFBIG:
                raise
            return {"limited": "too_large"}
        return {"size": out.size}

    def _confine(self) -> None:
        """Set what the kernel enforces: size of an answer, and memory beyond today's."""
        import resource

        most = {resource.RLIMIT_FSIZE: self.limits.answer_bytes, resource.RLIMIT_CORE: 0}
        if memory.address_space():
            most[resource.RLIMIT_AS] = memory.address_space() + self.limits.memory_bytes
        for what, value in most.items():
            resource.setrlimit(what, (value, value))
