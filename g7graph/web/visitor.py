"""Who asks: their address, and whether they are still there.

A WSGI application is not told that its client has hung up. The kernel knows: the request came by one of this process's
TCP connections with that address, on which data arrived just now. When none of those is open any more, nobody is left
to read the answer. Where that cannot be seen (a proxy that keeps its connections, another system) nobody is ever gone.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any

_DESCRIPTORS = Path("/proc/self/fd")
_ESTABLISHED = 1
_INFO_BYTES = 104
_LAST_RECEIVED = 52  # offset in Linux' struct tcp_info of the milliseconds since data last arrived
_JUST_NOW = 1000
_NETWORK_BYTES = 8

Connection = tuple[int, tuple[str, int]]


class Visitor:
    """The client of a request."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.address = str(environ.get("REMOTE_ADDR") or "")
        behind = environ.get("werkzeug.proxy_fix.orig", environ)
        self._open = _connections(str(behind.get("REMOTE_ADDR") or ""))

    @property
    def name(self) -> str:
        """The name that a client's queries are counted by: an IPv4 address, a /64 network of IPv6."""
        try:
            parsed = ip_address(self.address.partition("%")[0])
        except ValueError:  # not by TCP
            return self.address
        if isinstance(parsed, IPv4Address):
            return str(parsed)
        return str(parsed.ipv4_mapped or parsed.packed[:_NETWORK_BYTES].hex())

    def gone(self) -> bool:
        """Whether the connection that the request came by is closed."""
        return bool(self._open) and not any(_state(number)[:2] == (peer, _ESTABLISHED) for number, peer in self._open)


def _connections(address: str) -> list[Connection]:
    """Return this process's connections with an address on which data arrived just now."""
    if not _DESCRIPTORS.is_dir() or not address:
        return []
    found = []
    for name in os.listdir(_DESCRIPTORS):  # noqa: PTH208 - names only, and many
        peer, state, since = _state(int(name))
        if peer[0] == address and state == _ESTABLISHED and since < _JUST_NOW:
            found.append((int(name), peer))
    return found


def _state(descriptor: int) -> tuple[tuple[str, int], int, int]:
    """Return the peer of a TCP connection, its state, the milliseconds since data last arrived; 0 where it is none."""
    try:
        connection = socket.socket(fileno=descriptor)  # finds out the family: an IPv6 address is longer
    except OSError:
        return ("", 0), 0, 0
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
        peer = connection.getpeername()
        return (peer[0], peer[1]), info[0], struct.unpack_from("I", info, _LAST_RECEIVED)[0]
    except (OSError, struct.error):
        return ("", 0), 0, 0
    finally:
        connection.detach()
