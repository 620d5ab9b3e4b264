"""The TCP connections of this process as the kernel sees them: whose they are, and when something last went over them.

A WSGI application is not told which connection a request came by. The kernel knows when data last arrived on each.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import termios
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
_ESTABLISHED = 1
_INFO_BYTES = 160
_TIMES = (44, 52)  # offsets in Linux' struct tcp_info of the milliseconds since data went or came
_SEGMENTS_HEARD, _SEGMENTS_SENT = 152, 156  # of the numbers of segments with data that came, and that went
_SEGMENT_BYTES = 4
_MILLISECONDS = 1000
_LOOK_SECONDS = 0.01
_MOST_LOOKS = 5000

Peer = tuple[str, int]


@dataclass(frozen=True)
class Connection:
    """An open connection: its descriptor, address and port of the peer, seconds since data went out and came in.

    Where no data went yet (`answered` is false), `sent` counts from its beginning; so does `received`, where none came
    (`heard` is false).
    """

    descriptor: int
    peer: Peer
    sent: float
    received: float
    answered: bool
    heard: bool = True

    @property
    def is_open(self) -> bool:
        """Whether it is still there; its descriptor may be another connection's by now."""
        now = _connection(self.descriptor)
        return now is not None and now.peer == self.peer

    @property
    def unsent(self) -> int:
        """How many bytes the peer has not taken yet."""
        count = bytearray(4)
        with suppress(OSError):
            fcntl.ioctl(self.descriptor, termios.TIOCOUTQ, count)
        return int.from_bytes(count, "little")

    def is_to(self, port: int) -> bool:
        """Whether it is with a port of ours, and not one that this process opened elsewhere."""
        try:
            found = socket.socket(fileno=self.descriptor)
        except OSError:
            return False
        try:
            return bool(found.getsockname()[1] == port)
        except OSError:
            return False
        finally:
            found.detach()

    def end(self, how: int = socket.SHUT_RDWR) -> None:
        """Shut it down."""
        if not self.is_open:
            return
        found = socket.socket(fileno=self.descriptor)
        try:
            with suppress(OSError):
                found.shutdown(how)
        finally:
            found.detach()


def connections() -> list[Connection]:
    """Return the open connections; none where the kernel does not say."""
    if not DESCRIPTORS.is_dir():
        return []
    found = (_connection(int(name)) for name in os.listdir(DESCRIPTORS))  # noqa: PTH208 - names only, and many
    return [one for one in found if one]


def _connection(descriptor: int) -> Connection | None:
    try:
        found = socket.socket(fileno=descriptor)  # finds out the family: an IPv6 address is longer
    except OSError:
        return None
    try:
        info = found.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        address = found.getpeername()
        sent, received = (struct.unpack_from("I", info, place)[0] / _MILLISECONDS for place in _TIMES)
        heard, answered = (any(info[at : at + _SEGMENT_BYTES]) for at in (_SEGMENTS_HEARD, _SEGMENTS_SENT))
    except (OSError, struct.error):
        return None
    finally:
        found.detach()
    if info[0] != _ESTABLISHED:
        return None
    return Connection(descriptor, (address[0], address[1]), sent, received, answered, heard)


def drop_untaken(port: int, milliseconds: int) -> None:
    """Have the kernel end a connection to our port whose client takes nothing of what is sent for so long.

    It is set on what listens as soon as it does, for connections inherit it, and on those that came before.
    """
    if DESCRIPTORS.is_dir() and hasattr(socket, "TCP_USER_TIMEOUT"):
        threading.Thread(target=_drop_untaken, args=(port, milliseconds), daemon=True).start()


def _drop_untaken(port: int, milliseconds: int) -> None:
    for _ in range(_MOST_LOOKS):
        if any([_set_untaken(int(name), port, milliseconds) for name in os.listdir(DESCRIPTORS)]):  # noqa: C419, PTH208
            return
        time.sleep(_LOOK_SECONDS)


def _set_untaken(descriptor: int, port: int, milliseconds: int) -> bool:
    """Set it where a descriptor is a socket of our port; return whether it listens there."""
    try:
        found = socket.socket(fileno=descriptor)
    except OSError:
        return False
    try:
        if found.family == socket.AF_UNIX or found.getsockname()[1] != port:
            return False
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
        return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except OSError:
        return False
    finally:
        found.detach()
