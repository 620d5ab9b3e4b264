"""Asks other services in the engine's place, at the very address that was checked.

The engine resolves a host's name by itself, so that whoever answers for the name could lead it elsewhere after a check.
The relay listens on this machine alone, at a path that nobody else knows.
"""

from __future__ import annotations

import errno
import hmac
import os
import re
import secrets
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from g7graph.store.fetching import has_end
from g7graph.store.limits import Limits

#: Returns the addresses at which a service may be asked; none where it may not be.
Addresses = Callable[[str], Iterable[str]]

_CONNECT_SECONDS = 10.0
_CHUNK_BYTES = 65_536
_IN_MEMORY_BYTES = 1_000_000
_MOST_BYTES = Limits().answer_bytes  # in a worker, at most what its own answer may have
_PASSED_ON = ("Accept", "Content-Type", "User-Agent")
_PASSED_BACK = ("Content-Type", "Content-Encoding")


class Relay:
    """Listens from when it is made, until the process ends; `addresses` is asked anew for each request."""

    def __init__(self, addresses: Addresses) -> None:
        self._secret = secrets.token_urlsafe()
        handler = type("_Handler", (_Handler,), {"addresses": staticmethod(addresses), "secret": self._secret})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._place = f"http://127.0.0.1:{self._server.server_address[1]}/{self._secret}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, service: str) -> str:
        """Return where a service is asked by way of the relay."""
        return self._place + quote(service, safe="")

    def unmasked(self, message: str) -> str:
        """Return what is said of the relay as said of the services."""
        return re.sub(re.escape(self._place) + r"([\w.~%-]+)", lambda found: unquote(found[1]), message)


class _Handler(BaseHTTPRequestHandler):
    """Passes a request on to the service that its path names, and the answer back when it is whole.

    The engine would give the rows that it has of one that breaks off, or wait for its end without end.
    """

    protocol_version = "HTTP/1.1"
    addresses: Addresses
    secret: str

    def do_POST(self) -> None:
        """Ask a service what the engine asks."""
        _, secret, service = [*self.path.split("/", 2), "", ""][:3]
        if not hmac.compare_digest(secret, self.secret):
            self.close_connection = True
            self._refuse(HTTPStatus.NOT_FOUND, "")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with SpooledTemporaryFile(_IN_MEMORY_BYTES) as whole:
            try:
                with self._asked(unquote(service), body) as answer:
                    _copy(answer, cast(IO[bytes], whole))
            except (OSError, HTTPException, ValueError) as error:
                self._refuse(HTTPStatus.BAD_GATEWAY, str(error) or type(error).__name__)
                return
            self._pass_back(answer, cast(IO[bytes], whole))

    def log_message(self, *_: Any) -> None:
        """Say nothing: what is asked of others is not for a log."""

    def _asked(self, service: str, body: bytes) -> HTTPResponse:
        parts = urlsplit(service)
        connection = _connected(service, list(self.addresses(service)))
        headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        connection.request("POST", target, body, headers | {"Accept-Encoding": "identity", "Connection": "close"})
        return connection.getresponse()

    def _pass_back(self, answer: HTTPResponse, whole: IO[bytes]) -> None:
        self.close_connection = True
        self.send_response_only(answer.status, answer.reason)
        for name in _PASSED_BACK:
            if answer.headers[name]:
                self.send_header(name, " ".join(answer.headers[name].split()))
        self.send_header("Content-Length", str(whole.tell()))
        self.end_headers()
        whole.seek(0)
        with suppress(OSError):  # the engine has given up
            shutil.copyfileobj(whole, self.wfile)

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        body = detail.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _copy(answer: HTTPResponse, whole: IO[bytes]) -> None:
    """Copy an answer to its end. Raises OSError, HTTPException, ValueError where it breaks off or is too large."""
    is_measured = answer.chunked or answer.length is not None
    while chunk := answer.read1(_CHUNK_BYTES):
        whole.write(chunk)
        if whole.tell() > _MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    if answer.length or not (is_measured or has_end(whole, answer.headers.get("Content-Type", ""))):
        raise ConnectionError(f"{whole.tell()} bytes, and no end")


def _connected(service: str, addresses: list[str]) -> HTTPConnection:
    """Connect to the first of the addresses that answers. Raises OSError where none does, or there is none."""
    parts = urlsplit(service)
    host, secure = parts.hostname or "", parts.scheme == "https"
    connection = HTTPSConnection(host, parts.port) if secure else HTTPConnection(host, parts.port)
    failed: OSError = ConnectionError(f"{host}: no address that may be asked")
    for address in addresses:
        try:
            reached = socket.create_connection((address, connection.port), _CONNECT_SECONDS)
            connection.sock = (
                ssl.create_default_context().wrap_socket(reached, server_hostname=host) if secure else reached
            )
        except OSError as error:
            failed = error
        else:
            connection.sock.settimeout(None)  # the query has a limit of its own
            return connection
    raise failed
