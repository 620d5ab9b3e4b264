"""A SPARQL service over HTTP: what is sent to it and what comes back."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.w3c.data import Dataset

_SECONDS_TO_ANSWER = 60
_MOST_BYTES = 50_000_000


class ServerError(Exception):
    """A server that does not start, does not answer or does not take the data of a case."""


@dataclass(frozen=True)
class Response:
    """What came back: the media type without its parameters, the other headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def succeeded(self) -> bool:
        """Whether it did what was asked."""
        return 200 <= self.status < 300

    def said(self) -> str:
        """The status and the start of the text."""
        text = " ".join(self.body[:2000].decode("utf-8", "replace").split())
        return f"{self.status} {text[:160]}".strip()


@dataclass(frozen=True)
class Service:
    """Where a service takes queries, updates and graphs; `token` is sent as a bearer with every request."""

    query: str
    update: str
    graph_store: str
    token: str | None = None
    read_only: bool = False

    def send(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send one request, nothing followed. Raises ServerError where no answer comes."""
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS_TO_ANSWER)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = dict(headers or {}) | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        try:
            connection.request(method, target, body, sent)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, found, answer.read(_MOST_BYTES))
        except (OSError, http.client.HTTPException) as error:
            raise ServerError(f"no answer to {method} {url}: {error!r}") from error
        finally:
            connection.close()

    def change(self, text: str) -> Response:
        """Send an update by direct POST."""
        return self.send("POST", self.update, text.encode(), {"Content-Type": "application/sparql-update"})

    def ask(self, text: str, accept: str) -> Response:
        """Send a query by direct POST."""
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.send("POST", self.query, text.encode(), headers)

    def load(self, dataset: Dataset) -> None:
        """Leave the service with this dataset and nothing else. Raises ServerError."""
        answer = self.change(dataset.update())
        if not answer.succeeded:
            raise ServerError(f"the data of the case was not taken: {answer.said()}")
