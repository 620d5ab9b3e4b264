"""The pool: what the processes of a service share to reach the workers, and the edition of the data they serve.

An edition is the data as it stood after a change: its number, its version, and the workers that hold it. Publishing one
forks workers over the new data, then says its number in shared memory; whoever asks next asks the new workers, while
the old ones finish what they have begun. Workers live as long as the process that made the pool, also where another one
published them and has ended: another may take its place and publish.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import shutil
import signal
import socket
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from g7graph.errors import Limited, StoreError
from g7graph.store import Asker, call
from g7graph.store.apart import forked
from g7graph.store.lifeline import Lifeline
from g7graph.store.limits import Limits
from g7graph.store.place import made
from g7graph.store.spent import SPENT
from g7graph.store.turns import Turns
from g7graph.store.worker import Post, Work, nurse

_OPEN, _OWN, _ABROAD = "open", "own", "abroad"
_NURSERY, _RETIRED = "nursery", "retired"
_NUMBER_BYTES = 8
_BACKLOG = 1024  # more than there are threads that ask
_MESSAGE_BYTES = 262_144
_LOOK_SECONDS = 0.25
_TRIES = 3
#: Editions whose workers may be alive at a time: those of an earlier one finish what they do.
_TOGETHER = 3


@dataclass(frozen=True)
class Edition:
    """The data as it stood after a change: its number in this service, its version (a hash of the content)."""

    number: int = 0
    version: str = ""


class Pool:
    """The workers of a service, from whichever of its processes."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._folder, self._kept = made()
        (self._folder / "board").write_bytes(bytes(_NUMBER_BYTES))
        with (self._folder / "board").open("r+b") as file:
            self._board = mmap.mmap(file.fileno(), _NUMBER_BYTES)
        self._read = Edition()
        self._turns = Turns(self._folder, limits)
        self._lifeline = Lifeline()
        self._nurseries: list[_Nursery] = []
        #: What this process does where workers that it published end unasked: nobody else would replace them.
        self.lost: Callable[[], object] = _end_this
        self.close = weakref.finalize(
            self, _ended, self._folder, self._kept, os.getpid(), self._lifeline, self._nurseries
        )

    def publish(self, version: str, prepare: Callable[[], Work], *, on_disk: bool = False) -> Edition:
        """Fork workers, each of which calls `prepare` for its work, and have everybody ask them from now on.

        Where the data is `on_disk`, they may open files while they work.
        """
        edition = Edition(self.edition.number + 1, version)
        place = self._folder / str(edition.number)
        _retire(place)  # of a process that ended while it published
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        os.mkfifo(place / _RETIRED)
        retired = os.open(place / _RETIRED, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        posts = [
            Post(_listening(place / _OPEN), self.limits.together, sealed=True, on_disk=on_disk),
            Post(_listening(place / _OWN), self.limits.own, sealed=False, patient=False, on_disk=on_disk),
            Post(_listening(place / _ABROAD), self.limits.abroad, sealed=False),
        ]
        pid = _forked(posts, (self._lifeline.alive, retired), prepare, self.limits)
        nursery = _Nursery(pid, place, self.lost)
        (place / _NURSERY).write_text(str(pid))
        os.close(retired)
        for post in posts:
            post.listener.close()
        (place / "edition").write_text(json.dumps(asdict(edition)))
        (place / "edition").replace(self._folder / "edition")
        self._board[:] = edition.number.to_bytes(_NUMBER_BYTES, "little")
        for old in self._nurseries:
            old.is_retired = True
        for old_place in self._folder.iterdir():
            if old_place.name.isdigit() and int(old_place.name) < edition.number:
                _retire(old_place)
        self._nurseries.append(nursery)
        while len(self._nurseries) > _TOGETHER:
            self._nurseries.pop(0).wait()
        return edition

    @property
    def edition(self) -> Edition:
        """The edition that is served now."""
        number = int.from_bytes(self._board[:], "little")
        if number != self._read.number:
            self._read = Edition(**json.loads((self._folder / "edition").read_text()))
        return self._read

    def run(self, job: Mapping[str, Any], asker: Asker | None = None, *, abroad: bool = False) -> IO[bytes]:
        """Have a worker do a job; return the file of its answer, from its start. Without an asker it is our own.

        One that asks other services is done `abroad`, by a worker that can open sockets.

        Raises what the work raises, and Limited for what goes beyond a limit.
        """
        turn = self._turns.of(asker.client, asker.gone) if asker else nullcontext()
        with ExitStack() as opened:
            small = opened.enter_context(call.in_memory())
            small.write(json.dumps(dict(job)).encode())
            SPENT.enter("queue")
            with turn:
                large = self._asked(small, (_ABROAD if abroad else _OPEN) if asker else _OWN, asker or Asker())
            SPENT.enter()
            if large is None:
                opened.pop_all()  # who asked closes it
            out = large or small
            out.seek(0)
            return out

    def place(self, name: str) -> Path:
        """Return a path of the service's own, for what its processes share."""
        return self._folder / name

    @property
    def workers(self) -> int | None:
        """How many workers are alive; None where the kernel does not say."""
        try:
            pid = (self.place(str(self.edition.number)) / _NURSERY).read_text()
            return len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            return None

    def require_workers(self) -> None:
        """Raise StoreError where what keeps the workers ended unasked, and this process with it."""
        if any(nursery.is_lost for nursery in self._nurseries):
            raise StoreError("service_ended")

    def forked(self) -> None:
        """Tell a forked process that it only asks: the workers live as long as the process that published them."""
        self._nurseries.clear()
        self.close.detach()

    def _asked(self, small: IO[bytes], post: str, asker: Asker) -> IO[bytes] | None:
        """Have a worker do a job; return the file of a large answer, None where it is in the small one."""
        limits = self.limits
        seconds = min(asker.seconds or limits.seconds, limits.seconds)
        together = {_OPEN: limits.together, _OWN: limits.own, _ABROAD: limits.abroad}[post]
        for _ in range(_TRIES):
            connection = call.connected(self.place(str(self.edition.number)) / post)
            if connection is None:  # the edition was replaced meanwhile
                continue
            with connection:
                socket.send_fds(connection, [str(seconds).encode()], [small.fileno()])
                begun = call.received(connection, limits.waiting_seconds, asker.gone)
                if begun is None:
                    raise Limited("busy", limit=together)
                if begun:
                    SPENT.enter("eval")
                    return call.done(connection, int(begun), seconds, asker, limits, small=small)
        raise Limited("no_workers")


def _listening(place: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(place))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _forked(posts: list[Post], ends: tuple[int, ...], prepare: Callable[[], Work], limits: Limits) -> int:
    """Fork a nursery that lives until one of the ends can be read; return its process id."""
    pid = forked()
    if pid == 0:
        _nursed(posts, ends, prepare, limits)
    return pid


def _nursed(posts: list[Post], ends: tuple[int, ...], prepare: Callable[[], Work], limits: Limits) -> NoReturn:
    gc.freeze()  # or each worker would come to hold what is loaded alone, by looking for garbage in it
    try:
        nurse(posts, ends, prepare, limits)
    finally:
        os._exit(1)


def _retire(place: Path) -> None:
    """Tell the workers of an edition, whoever published it, to finish what they do and end."""
    try:
        end = os.open(place / _RETIRED, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # they have
        shutil.rmtree(place, ignore_errors=True)
        return
    with os.fdopen(end, "wb", buffering=0) as told, suppress(BrokenPipeError):  # they have just now
        told.write(b".")


def _end_this() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class _Nursery:
    """A nursery as the process sees it that forked it."""

    def __init__(self, pid: int, place: Path, lost: Callable[[], object]) -> None:
        self.pid = pid
        self.is_retired = self.is_lost = False
        self._place, self._lost = place, lost
        self._follower = threading.Thread(target=self._follow, daemon=True)
        self._follower.start()

    def wait(self) -> None:
        """Wait until it has ended."""
        self._follower.join()

    def _follow(self) -> None:
        os.waitpid(self.pid, 0)
        if not self.is_retired:
            self.is_lost = True
            self._lost()
            return
        shutil.rmtree(self._place, ignore_errors=True)


def _ended(folder: Path, kept: int, owner: int, lifeline: Lifeline, nurseries: list[_Nursery]) -> None:
    if os.getpid() == owner:
        for nursery in nurseries:
            nursery.is_retired = True
        lifeline.cut()
        for nursery in nurseries:
            nursery.wait()
        nurseries.clear()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(kept)
