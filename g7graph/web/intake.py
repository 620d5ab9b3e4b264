"""What comes in is bounded: the length of headers that an answer is negotiated by, the time that a body may take.

While a body arrives, its request has a thread of the server to itself. A watch ends those that take too long and,
where too many are slow, those that have been slow for longest: it shuts the connection down for reading, so that
whoever sends is still told why. Which connection that is has to be guessed among those of its address (`Reading.end`).
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Protocol

from flask import Flask, request
from werkzeug.exceptions import ClientDisconnected, LengthRequired, RequestHeaderFieldsTooLarge, RequestTimeout
from werkzeug.exceptions import NotImplemented as NotImplementedByServer
from werkzeug.wsgi import get_content_length

from g7graph.web.connections import Connection
from g7graph.web.refusals import Refused
from g7graph.web.visitor import came_by, named

#: The most bytes that a body may have.
MOST_BYTES = 1_000_000
_NEGOTIATED_BY = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH")
_MOST_CHARACTERS = 64_000
_CHUNKED = "chunked"
#: Host and port (RFC 3986 §3.2.2) but for the comma, by which the server joins several.
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+)(?::[0-9]*)?")
_READS = ("GET", "HEAD")
_SECONDS = 30.0
_SLOW_SECONDS = 0.5
_MOST_SLOW = 32  # of the 128 threads of a front
_MOST_OF_ONE = 8
_LOOK_SECONDS = 0.25
_WAIT_SECONDS = 0.1
_STEP_SECONDS = 0.002
_SLACK_SECONDS = 0.3


class Body(Protocol):
    """What a server hands a body over as."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, fewer at the end."""
        ...


def register(app: Flask) -> None:
    """Bound what comes in to an application."""
    watch = Watch(_SECONDS)

    def bound() -> None:
        long = [name for name in _NEGOTIATED_BY if len(request.environ.get(name, "")) > _MOST_CHARACTERS]
        if long:
            request.environ.update(dict.fromkeys(long, ""))  # the refusal is negotiated, too
            raise RequestHeaderFieldsTooLarge
        if request.environ.get("HTTP_TRANSFER_ENCODING", _CHUNKED).strip().lower() != _CHUNKED:  # RFC 9112 §6.1
            raise NotImplementedByServer
        host = request.environ.get("HTTP_HOST", "")
        needs_host = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1"  # RFC 9112 §3.2; HTTP/1.0 does not
        if not _HOST.fullmatch(host) and (host or needs_host):
            raise Refused("bad_host", value=host)
        if request.method in _READS and request.environ.get("HTTP_IF_MATCH", "").strip() == "*":
            del request.environ["HTTP_IF_MATCH"]  # what is read is there, or 404 (RFC 9110 §13.1.1)
        if "wsgi.input" in request.environ:
            request.environ["wsgi.input"] = _Whole(request.environ, watch)

    app.before_request(bound)


def require_length() -> None:
    """Raise LengthRequired for a body that does not say how long it is: one that was cut would pass for whole."""
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired


@dataclass(eq=False)
class Reading:
    """A body that is being read: for whom, since when, whether it is over or was cut."""

    environ: Mapping[str, Any]
    begun: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)
    cut: bool = False

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.begun

    def end(self, slow: list[Reading]) -> None:
        """Shut down the connection that it comes by, for reading; if it is another's of `slow`, that one ends instead.

        It is of the same address, nothing was sent on it since data came, and if none came any more, that was when the
        reading began. Where there are several, they are tried until a reading ends: whoever sends slowly may lose
        others of its own connections. Those come last that were answered as soon as data came (the kernel's clock is
        coarse): they are more likely at rest.
        """
        self.cut = True
        order = sorted(
            self._candidates(),
            key=lambda one: (one.answered and one.sent == one.received, abs(one.received - self.seconds)),
        )
        for one in order:
            one.end(socket.SHUT_RD)
            if _any_over(slow):
                break
        self.cut = self.over.is_set()

    def _candidates(self) -> list[Connection]:
        waits = "HTTP_EXPECT" in self.environ  # an interim answer (100 Continue) was sent
        found = came_by(self.environ, self.seconds)
        return [
            one for one in found if one.sent >= one.received or (waits and one.sent > self.seconds - _SLACK_SECONDS)
        ]


def _any_over(slow: list[Reading]) -> bool:
    end = time.monotonic() + _WAIT_SECONDS
    while not (found := any(one.over.is_set() for one in slow)) and time.monotonic() < end:
        time.sleep(_STEP_SECONDS)
    return found


class Watch:
    """Watches the bodies that are being read; its thread lives while there are any."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._now: list[Reading] = []
        self._on = False

    @contextmanager
    def reading(self, environ: Mapping[str, Any]) -> Iterator[Reading]:
        """Watch over a body while it is read."""
        one = Reading(environ)
        with self._lock:
            self._now.append(one)
            if not self._on:
                threading.Thread(target=self._look, daemon=True).start()
                self._on = True
        try:
            yield one
        finally:
            one.over.set()
            with self._lock:
                self._now.remove(one)

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                slow = [one for one in self._now if one.seconds > _SLOW_SECONDS and not one.cut]
                self._on = bool(self._now)
                if not self._on:
                    return
            for one in self._overdue(slow):
                if one.over.is_set():  # it ended in the place of another
                    continue
                one.end([other for other in slow if not other.over.is_set() and _address(other) == _address(one)])

    def _overdue(self, slow: list[Reading]) -> list[Reading]:
        """Return those that are to end: too slow, too many in all, too many of one client; the oldest come first."""
        newest_first = sorted(slow, key=lambda one: one.seconds)
        of_one: Counter[str] = Counter()
        found = []
        for place, one in enumerate(newest_first):
            name = named(_address(one))
            of_one[name] += 1
            if one.seconds > self._seconds or place >= _MOST_SLOW or of_one[name] > _MOST_OF_ONE:
                found.append(one)
        return found[::-1]


def _address(one: Reading) -> str:
    return str(one.environ.get("REMOTE_ADDR") or "")


class _Whole:
    """A body that is read whole when it is first asked for, and watched meanwhile."""

    def __init__(self, environ: Mapping[str, Any], watch: Watch) -> None:
        self._environ, self._watch = dict(environ), watch
        self._body: Body = environ["wsgi.input"]
        self._read: BytesIO | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes. Raises RequestTimeout where they took too long, ClientDisconnected where some lack."""
        if self._read is None:
            self._read = BytesIO(self._all())
        return self._read.read(size)

    def _all(self) -> bytes:
        length = get_content_length(self._environ)
        with self._watch.reading(self._environ) as one:
            data = self._body.read(MOST_BYTES + 1 if length is None else length)
        if one.cut:
            raise RequestTimeout
        if length is not None and len(data) < length:  # the server does not say that the client went away
            raise ClientDisconnected
        return data
