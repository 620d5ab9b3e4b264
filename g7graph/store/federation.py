"""Which other services a query may ask (SERVICE): those that the operator lists, at addresses that are public.

The engine would resolve a host's name again when it asks: it asks a relay of ours instead (`relay.py`).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EFBIG
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from g7graph.errors import QueryError, UsageError
from g7graph.store import guard
from g7graph.store.dataset import graphs_named

#: Returns the addresses of a host. Raises OSError where there are none.
Resolve = Callable[[str], Iterable[str]]

_ESCAPE = re.compile(r"\\[uU]")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_TRANSLATED = IPv6Network("64:ff9b::/96")
_LAST_FOUR_BYTES = 0xFFFFFFFF


def resolved(host: str) -> list[str]:
    """Return the addresses of a host."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})


@dataclass(frozen=True)
class Federation:
    """The services that queries may ask: URL prefixes; `private` ones, of our own networks, only where that is said."""

    prefixes: tuple[str, ...] = ()
    private: bool = False
    resolve: Resolve = resolved

    def __post_init__(self) -> None:
        """Raise UsageError for a prefix that is no HTTP URL."""
        for prefix in self.prefixes:
            if _place(prefix) is None:
                raise UsageError("bad_service", value=prefix)

    def check(self, text: str) -> list[str]:
        """Return the services that a query asks. Raises QueryError for one that it may not ask, and for LOAD.

        What stands in for a service otherwise than as an IRI is refused, and what can be read in two ways.
        """
        found = named(text)
        for iri, offset in found:
            if not self.allows(iri):
                line, column = guard.position(text, offset)
                key = "service_not_reached" if self.lists(iri) else "service_not_allowed"
                raise QueryError(key, detail=iri, line=line, column=column)
        return [iri for iri, _ in found]

    def lists(self, iri: str) -> bool:
        """Whether a service is one of those that the operator lists."""
        place = _place(iri)
        return place is not None and not _DOTS.search(place.path) and any(_within(place, one) for one in self.prefixes)

    def allows(self, iri: str) -> bool:
        """Whether a service is listed and every address of its host is public (or private ones may be asked)."""
        return bool(self.addresses(iri))

    def addresses(self, iri: str) -> list[str]:
        """Return the addresses of a service's host; none where it may not be asked."""
        if not self.lists(iri):
            return []
        try:
            found = list(self.resolve(urlsplit(iri).hostname or ""))
        except (OSError, UnicodeError):
            return []
        return found if self.private or all(map(is_public, found)) else []


#: No other service may be asked.
NONE = Federation()


@dataclass(frozen=True)
class Redirected:
    """A query whose services are asked elsewhere; `moves` are where each name ends in it, and in the query given."""

    text: str
    moves: tuple[tuple[int, int], ...]

    def offset(self, offset: int) -> int:
        """Return where an offset of it stands in the query that was given."""
        ends, ended = next((move for move in reversed(self.moves) if move[0] <= offset), (0, 0))
        return ended + offset - ends


def named(text: str) -> list[tuple[str, int]]:
    """Return the services that a query asks, each with the offset of its name.

    Raises QueryError for LOAD, and for a service that is named otherwise than by an IRI or can be read in two ways.
    """
    return [(iri, token.start) for token, iri in _named(text)]


def redirected(text: str, place: Callable[[str], str]) -> Redirected:
    """Have a query ask each of its services at another place. Raises QueryError as `named`."""
    parts, moves, done, length = [], [], 0, 0
    for token, iri in _named(text):
        parts += [text[done : token.start], f"<{place(iri)}>"]
        done = token.start + len(token.text)
        length += sum(map(len, parts[-2:]))
        moves.append((length, done))
    return Redirected("".join((*parts, text[done:])), tuple(moves))


def _named(text: str) -> list[tuple[guard.Token, str]]:
    outbound = sum(1 for _ in guard.outbound(text))
    names = list(_services(text)) if outbound and not _ESCAPE.search(text) else []
    if len(names) != outbound:
        guard.refuse_outbound(text)
    return list(zip(names, _iris(text, names), strict=True))


@contextmanager
def blamed(text: str, unmasked: Callable[[str], str]) -> Iterator[None]:
    """Have what fails while a query's services are asked told of them: which they are, where the first is named.

    Raises QueryError (`service_failed`) in place of what the engine raises; for a query that asks none, the same.
    `unmasked` says of services what the engine says of where it asked them.
    """
    try:
        yield
    except (OSError, RuntimeError, SyntaxError, ValueError, QueryError) as error:
        ours = error.key != "not_evaluated" if isinstance(error, QueryError) else getattr(error, "errno", 0) == EFBIG
        services = [] if ours else named(text)
        if not services:
            raise
        line, column = guard.position(text, services[0][1])
        names = ", ".join(sorted({iri for iri, _ in services}))
        said = error.detail if isinstance(error, QueryError) else str(error)
        raise QueryError("service_failed", detail=unmasked(said), line=line, column=column, service=names) from error


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, multicast or reserved.

    >>> [is_public(one) for one in ("9.9.9.9", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "64:ff9b::a00:1")]
    [True, False, False, False, False]
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(found)
    return found.is_global and not found.is_multicast and (inner is None or is_public(str(inner)))


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for, if any."""
    if isinstance(address, IPv4Address):
        return None
    if address in _TRANSLATED:
        return IPv4Address(int(address) & _LAST_FOUR_BYTES)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _services(text: str) -> Iterator[guard.Token]:
    """Yield what follows SERVICE or SERVICE SILENT, where it is an IRI or a prefixed name."""
    before = ""
    for token in guard.tokens(text):
        if before == "SERVICE" and token.kind in ("iri", "name"):
            yield token
        if not (before == "SERVICE" and token.word == "SILENT"):
            before = token.word


def _iris(text: str, names: list[guard.Token]) -> list[str]:
    """Resolve the names of services as the query's prologue says."""
    if not names:
        return []
    begun = next(
        (offset for word, offset in guard.words(text) if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")), 0
    )
    asked = text[:begun] + "\nSELECT * " + " ".join(f"FROM {token.text}" for token in names)
    found = graphs_named(asked, "about:blank")
    if len(found) != len(names):
        guard.refuse_outbound(text)
    return found


def _place(url: str) -> SplitResult | None:
    """Return the parts of a plain HTTP URL; None for anything else, and where a user is named."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = parts.scheme in _PORTS and parts.hostname and "@" not in parts.netloc and "\\" not in url and port != 0
    return parts if plain else None


def _within(place: SplitResult, prefix: str) -> bool:
    listed = urlsplit(prefix)
    same = (place.scheme, place.hostname, _port(place)) == (listed.scheme, listed.hostname, _port(listed))
    path, wanted = place.path or "/", listed.path or "/"
    asked = f"{path}?{place.query}" if place.query else path
    return same and asked.startswith(f"{wanted}?{listed.query}" if listed.query else wanted)


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
