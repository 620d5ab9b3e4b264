"""In front of the application: validators (`ETag`, 304), answers kept while the data is the same, codings. WSGI only.

An answer depends on the data, the program and the request line with the headers it is negotiated by; all of these
together, hashed, are its `ETag`, so that a 304 needs neither the store nor the application.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from g7graph.store.change import state_of
from g7graph.web import codings
from g7graph.web.codings import Coding
from g7graph.web.headers import OPEN, VARY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]
#: What an answer depends on beside the data and the program; None for a header that was not sent.
Key = tuple[str | None, ...]

_KEPT_BYTES = 2_000_000  # in each of the processes that answer
_KEPT_MOST = 1_000_000
_WORTH_PACKING = 500
_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/n-", "application/trig", "image/svg+xml")
_COMPRESSIBLE_ENDS = ("+json", "+xml")
_DEPENDS_ON = (
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
_REST_DIGITS = 20  # of what else than the state of the data an `ETag` tells
_MATCH = "HTTP_IF_MATCH"
#: Where the application finds the `ETag` that its answer would have, if it is asked to compare it.
TAG = "g7graph.tag"
_AS_IT_IS = "no-transform"  # RFC 9111 §5.2.2.6
_ANY = "*"  # whatever there is (RFC 9110 §13.1.2)
_ASCII = "".join(map(chr, range(128)))
#: What else a 304 says (RFC 9110 §15.4.5): who has the answer has its other headers.
_NOT_MODIFIED = [("Vary", VARY), ("Cache-Control", "no-cache"), *OPEN]


@dataclass(frozen=True)
class Answer:
    """An answer as it is sent; one that is `kept` has its body whole, in one piece."""

    status: str
    headers: Headers
    body: Iterable[bytes]

    @cached_property
    def size(self) -> int:
        """The bytes of the body of one that is kept."""
        return sum(map(len, self.body))

    def header(self, name: str) -> str:
        """Return the value of a header, empty where it has none."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")

    def with_header(self, name: str, value: str) -> Answer:
        """Return the answer with a header set, or dropped where the value is empty."""
        rest = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        return Answer(self.status, [*rest, (name, value)] if value else rest, self.body)


class Cached:
    """A WSGI application in front of another.

    `version` tells what its answers are of now: the version of the data, a space, what else they are made of. Without
    one (a remote store: nobody knows when it changes) nothing is kept.
    """

    def __init__(self, application: WSGIApplication, version: Callable[[], str]) -> None:
        self.application = application
        self.version = version
        self.kept = Kept()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, with 304 where the client has it already, else from the application."""
        method = environ["REQUEST_METHOD"]
        asked = _as_get(environ) if method == "HEAD" else environ
        answer = self.at_hand(asked) or self._fresh(asked)
        start_response(answer.status, answer.headers)
        if method == "HEAD":
            _close(answer.body)
            return []
        return answer.body

    def at_hand(self, environ: WSGIEnvironment) -> Answer | None:
        """Return the answer to a GET that is kept, 304 where the client has it; None where it has to be made."""
        key = self._key(environ)
        if key is None or _MATCH in environ:
            return None
        kept = self.kept.get(key)
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known:
            tag = kept.header("ETag") if kept else _tag(key)
            if _has(known, tag) or (kept and known.strip() == _ANY):
                return _not_modified(tag)
        return kept

    def _fresh(self, environ: WSGIEnvironment) -> Answer:
        key = self._key(environ)
        if key and _MATCH in environ:
            environ = {**environ, TAG: _tag(key)}
        answer = _made(self.application, environ, _coding(environ))
        if key is None or not answer.status.startswith("200") or "no-store" in answer.header("Cache-Control"):
            return answer
        if _AS_IT_IS in answer.header("Cache-Control"):  # its validators too: what it depends on is not the data alone
            return answer
        if self.version() != key[0]:  # the data changed meanwhile: nobody knows which it is of
            return answer
        answer = answer.with_header("ETag", _tag(key))
        if isinstance(answer.body, list):
            self.kept.put(key, answer)
        if environ.get("HTTP_IF_NONE_MATCH", "").strip() == _ANY:
            _close(answer.body)
            return _not_modified(_tag(key))
        return answer

    def _key(self, environ: WSGIEnvironment) -> Key | None:
        """Return all that the answer to a GET depends on; None where it may depend on more."""
        version = self.version() if environ["REQUEST_METHOD"] == "GET" else ""
        if not version:
            return None
        coding = _coding(environ)
        return (version, coding.name if coding else None, *map(environ.get, _DEPENDS_ON))


class Kept:
    """The answers used last, up to a number of bytes."""

    def __init__(self, most: int = _KEPT_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Answer | None:
        """Return an answer and move it to the end of those to drop."""
        try:
            self._answers.move_to_end(key)
        except KeyError:
            return None
        return self._answers.get(key)  # None where another thread has dropped it meanwhile

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer, dropping those not used for longest."""
        with self._lock:
            if key in self._answers:
                return
            self._answers[key] = answer
            self._bytes += answer.size
            while self._bytes > self._most:
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= oldest.size

    def __len__(self) -> int:
        return len(self._answers)


def _coding(environ: WSGIEnvironment) -> Coding | None:
    accepted = environ.get("HTTP_ACCEPT_ENCODING")
    return codings.choose(accepted) if accepted else None


def _as_get(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return what a HEAD is answered by: a GET of the whole (RFC 9110 §14.2: parts are for GET)."""
    return {name: value for name, value in environ.items() if name != "HTTP_RANGE"} | {"REQUEST_METHOD": "GET"}


def _called(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    begun: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, _: Any = None) -> Any:
        begun[:] = [(status, headers)]

    query = environ.get("QUERY_STRING", "")
    if not query.isascii():  # bytes that should have been percent-encoded, which nobody promises to be UTF-8
        environ = {**environ, "QUERY_STRING": quote(query, safe=_ASCII, encoding="latin-1")}
    body = application(environ, start)
    status, headers = begun[0]
    return Answer(status, headers, body)


def _made(application: WSGIApplication, environ: WSGIEnvironment, coding: Coding | None) -> Answer:
    """Have the application answer; small bodies are made one piece, large ones stay streams."""
    answer = _called(application, environ)
    if _AS_IT_IS in answer.header("Cache-Control"):
        return answer
    length = int(answer.header("Content-Length") or _KEPT_MOST + 1)
    if length <= _WORTH_PACKING or not _compressible(answer.header("Content-Type")):
        coding = None
    if coding:
        answer = answer.with_header("Content-Encoding", coding.name).with_header("Content-Length", "")
    if length > _KEPT_MOST:
        return Answer(answer.status, answer.headers, coding.stream(answer.body)) if coding else answer
    body = b"".join(answer.body)
    _close(answer.body)
    body = coding.pack(body) if coding else body
    sized = answer.with_header("Content-Length", str(len(body))) if coding else answer
    return Answer(sized.status, sized.headers, [body])


def _compressible(media_type: str) -> bool:
    bare = media_type.partition(";")[0]
    return bare.startswith(_COMPRESSIBLE) or bare.endswith(_COMPRESSIBLE_ENDS)


def _not_modified(tag: str) -> Answer:
    return Answer("304 Not Modified", [("ETag", tag), *_NOT_MODIFIED], [])


def _tag(key: Key) -> str:
    """Return the `ETag`: the state of the data, by which conditions on changes know it, and all that the key says."""
    data = (key[0] or "").partition(" ")[0]
    written = "\n".join(part or "" for part in key)
    return f'"{state_of(data)}{hashlib.sha256(written.encode("utf-8", "surrogateescape")).hexdigest()[:_REST_DIGITS]}"'


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()


def _has(header: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names a tag (weak comparison, RFC 9110 §13.1.2)."""
    return tag in [one.strip().removeprefix("W/") for one in header.split(",")]
