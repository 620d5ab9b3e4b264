"""The access log: one JSON object per line, written by each process in one piece.

What people ask is theirs: a query stands in it as a hash, other parameters not at all, no header but the bounded name
of the program that asks, and the client's address as far as the operator wants it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import time
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qs, quote

from g7graph.web.metrics import Happened

#: How much of a client's address is written.
FULL, NETWORK, NONE = ADDRESSES = ("full", "network", "none")
STANDARD_ERROR = "-"
_STANDARD_ERROR = 2
_LOOK_SECONDS = 1.0
_MOST_PATH, _MOST_AGENT, _MOST_METHOD = 1000, 200, 20  # a line stays below 4096 bytes, which a pipe takes whole
_NETWORK_BITS = {4: 24, 6: 48}
_MODE = 0o640


class Log:
    """Where requests are written down: `-` is standard error, else a file, made anew when it is moved away."""

    def __init__(self, place: str, address: str = NETWORK) -> None:
        """Open the log. Raises OSError where it cannot be written."""
        self._place, self._address = place, address
        self._file = _STANDARD_ERROR if place == STANDARD_ERROR else _opened(place)
        self._looked = time.monotonic()

    def write(self, one: Happened, *, client: str, agent: str, query: str) -> bool:
        """Write down a request; `query` is its SPARQL text, if any. Return whether that could be done."""
        line: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": one.method[:_MOST_METHOD],
            "path": quote(one.path.encode("latin-1", "replace"))[:_MOST_PATH],
            "status": int(one.status[:3]),
            "bytes": one.size,
            "seconds": round(one.seconds, 6),
            "answer": one.outcome,
        }
        more = {
            "query": query and hash_of(query),
            "problem": one.problem,
            "cut": one.cut,
            "client": _shown(client, self._address),
            "agent": agent[:_MOST_AGENT],
        }
        line.update({name: value for name, value in more.items() if value})
        try:
            os.write(self._current(), json.dumps(line).encode() + b"\n")
        except OSError:
            return False
        return True

    def _current(self) -> int:
        """Return the file to write to; one that was moved away, to be packed, is left behind."""
        now = time.monotonic()
        if self._place != STANDARD_ERROR and now - self._looked > _LOOK_SECONDS:
            self._looked = now
            if not _is(self._place, self._file):
                fresh = _opened(self._place)
                os.dup2(fresh, self._file, inheritable=False)  # other threads may be writing to it
                os.close(fresh)
        return self._file


def hash_of(query: str) -> str:
    """Return what a query is known by in the log: 16 hexadecimal digits of the SHA-256 of its text."""
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:16]


def query_of(query_string: str) -> str:
    """Return the query that an address carries, empty where there is none.

    >>> query_of("format=csv&query=ASK+%7B%7D")
    'ASK {}'
    """
    try:
        return parse_qs(query_string, max_num_fields=100).get("query", [""])[0]
    except ValueError:  # more fields than any form of ours has
        return ""


@lru_cache(1024)
def _shown(client: str, address: str) -> str:
    """Return as much of an address as is to be written.

    >>> _shown("192.0.2.77", "network"), _shown("2001:db8:1:2::3", "network"), _shown("192.0.2.77", "none")
    ('192.0.2.0/24', '2001:db8:1::/48', '')
    """
    if address == NONE:
        return ""
    try:
        parsed = ipaddress.ip_address(client.partition("%")[0])
    except ValueError:  # not by TCP
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if address == FULL:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/{_NETWORK_BITS[parsed.version]}", strict=False))


def _opened(place: str) -> int:
    return os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE)


def _is(place: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(place), os.fstat(descriptor))  # noqa: PTH116 - by descriptor too
    except FileNotFoundError:
        return False
