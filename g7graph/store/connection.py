"""HTTP to a remote service: bounded in time, ended when nobody waits for it, never redirected elsewhere."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import IO, Any, Self
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPHandler,
    HTTPPasswordMgrWithPriorAuth,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
    parse_http_list,
    parse_keqv_list,
)

from g7graph.errors import Limited

_SLICE_SECONDS = 0.05
_CONNECT_SECONDS = 10.0
#: What Virtuoso repeats of the request, a line for each graph: more than a client takes.
_ECHOES = (b"x-sparql-default-graph:", b"x-sparql-named-graph:")


class Watch:
    """Ends a request, by its socket, when it takes too long or whoever asked is gone; to be used in a `with`."""

    def __init__(self, seconds: float, gone: Callable[[], bool] = lambda: False) -> None:
        self.seconds = seconds
        self._gone = gone
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._over = threading.Event()
        self._ended = ""

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    @property
    def left(self) -> float:
        """The seconds that are left, some even when there are none: 0 would be no limit to a socket."""
        return max(self._end - time.monotonic(), _SLICE_SECONDS)

    def connected(self, connection: socket.socket) -> None:
        """Take a socket to end the request by."""
        self._sockets.append(connection)
        if self._ended:
            self._shut()

    def check(self) -> None:
        """Raise Limited where the request was ended, or is over its time."""
        if not self._ended and time.monotonic() > self._end:
            self._ended = "too_long"
        if self._ended == "too_long":
            raise Limited.too_long(self.seconds)
        if self._ended:
            raise Limited(self._ended)

    def _watch(self) -> None:
        while not self._over.wait(_SLICE_SECONDS):
            if time.monotonic() > self._end:
                self._ended = "too_long"
            elif self._gone():
                self._ended = "client_gone"
            if self._ended:
                self._shut()
                return

    def _shut(self) -> None:
        for connection in self._sockets:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS too is ended below its own layer


class Access:
    """What a service asks of whoever comes: a user and a password, or a token; never shown."""

    def __init__(self, url: str, *, user: str = "", password: str = "", token: str = "") -> None:
        self._passwords = HTTPPasswordMgrWithPriorAuth()
        self._challenge = _Challenge()
        self._named = bool(user)
        self._token = token
        if user:
            self._passwords.add_password(None, url, user, password)

    def opener(self, watch: Watch) -> OpenerDirector:
        """Return what sends one request."""
        handlers: list[Any] = [_Http(watch), _Https(watch), _Straight()]
        if self._named:
            handlers += [_Digest(self._passwords, self._challenge), _Basic(self._passwords)]
        return build_opener(*handlers)

    def sign(self, request: Request) -> None:
        """Give a request its token, if there is one."""
        if self._token:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")


class _Challenge:
    """What a service last asked to be signed (RFC 7616), and how often it was."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, str] = {}
        self._count = 0

    def learn(self, said: dict[str, str]) -> None:
        """Remember a challenge, which is answered once now."""
        with self._lock:
            self._said, self._count = said, 1

    def next(self) -> tuple[dict[str, str], int]:
        """Return the challenge, if any, and how often it was answered before."""
        with self._lock:
            self._count += 1
            return self._said, self._count - 1


class _Basic(HTTPBasicAuthHandler):
    """Sends the password unasked once the service has asked for it this way, and only then."""

    def http_error_401(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any) -> Any:
        answer = _again(fp, lambda: super(_Basic, self).http_error_401(req, fp, code, msg, headers))
        if answer is not None and isinstance(self.passwd, HTTPPasswordMgrWithPriorAuth):
            self.passwd.update_authenticated(req.full_url, is_authenticated=True)
        return answer

    def http_response(self, req: Request, response: HTTPResponse) -> HTTPResponse:  # noqa: ARG002 - as it is called
        return response

    https_response = http_response


class _Digest(HTTPDigestAuthHandler):
    """Answers the challenge that a service sends, and those requests that follow before they are challenged."""

    def __init__(self, passwords: HTTPPasswordMgrWithPriorAuth, challenge: _Challenge) -> None:
        super().__init__(passwords)
        self._challenge = challenge

    def http_request(self, req: Request) -> Request:
        """Sign a request as the last challenge asked."""
        said, count = self._challenge.next()
        if said and not req.has_header("Authorization"):
            self.last_nonce, self.nonce_count = said.get("nonce"), count
            signature = self.get_authorization(req, said)
            if signature:
                req.add_unredirected_header("Authorization", f"Digest {signature}")
        return req

    https_request = http_request

    def retry_http_digest_auth(self, req: Request, auth: str) -> Any:
        """Send a request again as a challenge asks."""
        self._challenge.learn(parse_keqv_list(list(filter(None, parse_http_list(auth.partition(" ")[2])))))
        return super().retry_http_digest_auth(req, auth)

    def http_error_401(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any) -> Any:
        return _again(fp, lambda: super(_Digest, self).http_error_401(req, fp, code, msg, headers))


def _again(refusal: IO[bytes], send: Callable[[], Any]) -> Any:
    """Send a request once more, if it can be; the refusal is not read any more then."""
    with ExitStack() as opened:
        opened.callback(refusal.close)
        answer = send()
        if answer is None:
            opened.pop_all()
        return answer


class _Straight(HTTPRedirectHandler):
    """Follows no redirect: what we send is for the service that the operator named."""

    def redirect_request(self, *_: object) -> None:
        return None


class _Reader(io.BufferedReader):
    """Reads an answer without the lines that only repeat the request."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        while line.lower().startswith(_ECHOES):
            line = super().readline(size)
        return line


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = _Reader(sock.makefile("rb", buffering=0))


class _Connection(HTTPConnection):
    response_class = _Response

    def __init__(self, *args: Any, watch: Watch, **more: Any) -> None:
        super().__init__(*args, **more)
        self._watch = watch

    def connect(self) -> None:
        self.timeout = min(self._watch.left, _CONNECT_SECONDS)
        super().connect()
        self.sock.settimeout(self._watch.left)
        self._watch.connected(self.sock)


class _SecureConnection(HTTPSConnection):
    response_class = _Response

    def __init__(self, *args: Any, watch: Watch, **more: Any) -> None:
        super().__init__(*args, **more)
        self._watch = watch

    def connect(self) -> None:
        self.timeout = min(self._watch.left, _CONNECT_SECONDS)
        super().connect()
        self.sock.settimeout(self._watch.left)
        self._watch.connected(self.sock)


class _Http(HTTPHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_Connection, watch=self._watch), req)


class _Https(HTTPSHandler):
    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(partial(_SecureConnection, watch=self._watch), req)
