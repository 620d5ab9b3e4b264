"""In front of the application: validators (`ETag`, 304), answers kept while the data is the same, and gzip. Pure WSGI.

An answer depends on the data, the program and the request line with the headers it is negotiated by; all of these
together, hashed, are its `ETag`, so that a 304 needs neither the store nor the application.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from g7graph.web.headers import OPEN, SAFE, VARY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]

_KEPT_BYTES = 16_000_000
_KEPT_MOST = 1_000_000
_WORTH_GZIP = 500
_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/n-", "application/trig", "image/svg+xml")
_NEGOTIATED = ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_HOST", "wsgi.url_scheme")
_ASKED = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")
_NOT_MODIFIED = [("Vary", VARY), ("Cache-Control", "no-cache"), *OPEN, *SAFE]


@dataclass(frozen=True)
class Answer:
    """An answer as it is sent; one that is `kept` has its body whole, in one piece."""

    status: str
    headers: Headers
    body: Iterable[bytes]

    def header(self, name: str) -> str:
        """Return the value of a header, empty where it has none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def with_header(self, name: str, value: str) -> Answer:
        """Return the answer with a header set, or dropped where the value is empty."""
        rest = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        return Answer(self.status, [*rest, (name, value)] if value else rest, self.body)


class Cached:
    """A WSGI application in front of another; `version` says what data and program its answers are of.

    Without a version (a remote store: nobody knows when it changes) nothing is kept.
    """

    def __init__(self, application: WSGIApplication, version: str) -> None:
        self.application = application
        self.version = version
        self.kept = Kept()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, with 304 where the client has it already, else from the application."""
        head = environ["REQUEST_METHOD"] == "HEAD"
        answer = self._answer({**environ, "REQUEST_METHOD": "GET"} if head else environ)
        start_response(answer.status, list(answer.headers))
        if head:
            _close(answer.body)
            return []
        return answer.body

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        zipped = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if environ["REQUEST_METHOD"] != "GET" or not self.version:
            return self._made(environ, zipped=zipped)
        tag = self._tag(environ, zipped=zipped)
        if _has(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
            return Answer("304 Not Modified", [("ETag", tag), *_NOT_MODIFIED], [])
        kept = self.kept.get(tag)
        if kept:
            return kept
        answer = self._made(environ, zipped=zipped)
        if not answer.status.startswith("200") or "no-store" in answer.header("Cache-Control"):
            return answer
        answer = answer.with_header("ETag", tag)
        if isinstance(answer.body, list):
            self.kept.put(tag, answer)
        return answer

    def _made(self, environ: WSGIEnvironment, *, zipped: bool) -> Answer:
        """Have the application answer; small bodies are made one piece, large ones stay streams."""
        answer = _called(self.application, environ)
        length = int(answer.header("Content-Length") or _KEPT_MOST + 1)
        zipped = zipped and length > _WORTH_GZIP and answer.header("Content-Type").startswith(_COMPRESSIBLE)
        if length > _KEPT_MOST:
            return _streamed(answer) if zipped else answer
        body = b"".join(answer.body)
        _close(answer.body)
        if zipped:
            body = gzip.compress(body, 6, mtime=0)
            answer = answer.with_header("Content-Encoding", "gzip").with_header("Content-Length", str(len(body)))
        return Answer(answer.status, answer.headers, [body])

    def _tag(self, environ: WSGIEnvironment, *, zipped: bool) -> str:
        asked = [str(environ.get(name, "")) for name in (*_ASKED, *_NEGOTIATED)]
        written = "\n".join([self.version, "gzip" if zipped else "", *asked])
        return f'"{hashlib.sha256(written.encode("utf-8", "surrogateescape")).hexdigest()[:32]}"'


class Kept:
    """The answers used last, up to a number of bytes."""

    def __init__(self, most: int = _KEPT_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tag: str) -> Answer | None:
        """Return an answer and move it to the end of those to drop."""
        with self._lock:
            answer = self._answers.get(tag)
            if answer:
                self._answers.move_to_end(tag)
            return answer

    def put(self, tag: str, answer: Answer) -> None:
        """Keep an answer, dropping those not used for longest."""
        with self._lock:
            if tag in self._answers:
                return
            self._answers[tag] = answer
            self._bytes += _size(answer)
            while self._bytes > self._most:
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= _size(oldest)

    def __len__(self) -> int:
        return len(self._answers)


def _size(answer: Answer) -> int:
    return sum(map(len, answer.body))


def _called(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    begun: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _: Any = None) -> Any:
        begun[:] = [(status, headers)]

    body = application(environ, start)
    status, headers = begun[0]
    return Answer(status, headers, body)


def _streamed(answer: Answer) -> Answer:
    """Compress a large body as it goes; its length is then not known."""
    headers = answer.with_header("Content-Encoding", "gzip").with_header("Content-Length", "").headers
    return Answer(answer.status, headers, _gzipped(answer.body))


def _gzipped(body: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    try:
        for chunk in body:
            if packed := packer.compress(chunk):
                yield packed
        yield packer.flush()
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()


def _takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` header allows gzip.

    >>> _takes_gzip("gzip;q=0, deflate"), _takes_gzip("br, gzip")
    (False, True)
    """
    for part in accepted.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _has(header: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names a tag (weak comparison, RFC 9110 §13.1.2)."""
    return tag in [one.strip().removeprefix("W/") for one in header.split(",")]
