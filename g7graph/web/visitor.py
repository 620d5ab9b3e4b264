"""Who asks, and whether they are still there.

A WSGI application is not told that its client has hung up. The kernel knows: the request came by one of this process's
TCP connections with that address, on which data arrived just now. When none of those is open any more, nobody is left
to read the answer. Where that cannot be seen (a proxy that keeps its connections, another system) nobody is ever gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from typing import Any

from g7graph.store import Asker
from g7graph.web.connections import Connection, connections

_JUST_NOW_SECONDS = 1.0
_NETWORK_BYTES = 8


class Visitor:
    """The client of a request."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.address = str(environ.get("REMOTE_ADDR") or "")
        self._open = came_by(environ)

    @property
    def name(self) -> str:
        """The name that a client's queries are counted by: an IPv4 address, a /64 network of IPv6."""
        return named(self.address)

    def gone(self) -> bool:
        """Whether the connection that the request came by is closed."""
        return bool(self._open) and not any(one.is_open for one in self._open)


def visiting(environ: Mapping[str, Any], seconds: float | None = None) -> Asker:
    """Return who sent a request, as a store knows them, who would wait so many seconds at most."""
    visitor = Visitor(environ)
    return Asker(visitor.name, seconds, visitor.gone)


def named(address: str) -> str:
    """Return the name that what comes from an address is counted by.

    >>> named("192.0.2.7"), named("2001:db8:1:2:3::4")
    ('192.0.2.7', '20010db800010002')
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:  # not by TCP
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or parsed.packed[:_NETWORK_BYTES].hex())


def address_of(environ: Mapping[str, Any]) -> str:
    """Return the address that a request's connection is with: the client's, or that of the proxy in front."""
    behind = environ.get("werkzeug.proxy_fix.orig", environ)
    return str(behind.get("REMOTE_ADDR") or "")


def came_by(environ: Mapping[str, Any], ago: float = 0.0) -> list[Connection]:
    """Return the connections that a request may have come by: its data arrived just now, or so many seconds ago."""
    address = address_of(environ)
    if not address:
        return []
    return [one for one in connections() if one.peer[0] == address and one.received < _JUST_NOW_SECONDS + ago]
