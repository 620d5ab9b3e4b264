"""Where a remote service is, and what it takes to be let in; no message shows more of it than its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from g7graph.errors import StoreError

_UPDATE = "G7GRAPH_STORE_UPDATE"
_GRAPHS = "G7GRAPH_STORE_GRAPHS"
_USER = "G7GRAPH_STORE_USER"
_PASSWORD = "G7GRAPH_STORE_PASSWORD"  # noqa: S105 - the name of a variable
_TOKEN = "G7GRAPH_STORE_TOKEN"  # noqa: S105
_VERSION = "G7GRAPH_STORE_VERSION"
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Address:
    """A service's URLs (query, update, graph store; empty where it has none), credentials, and its stated version."""

    query: str
    update: str = ""
    graphs: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    version: str = ""

    @classmethod
    def read(cls, url: str, environ: Mapping[str, str]) -> Address:
        """Read a query URL and the variables `G7GRAPH_STORE_…`; what is said in the URL of a user is taken out of it.

        Raises StoreError for what is no HTTP URL.

        >>> Address.read("http://me:secret@example.org/sparql", {}).query
        'http://example.org/sparql'
        """
        bare, user, password = _apart(url)
        return cls(
            query=bare,
            update=_apart(environ.get(_UPDATE, ""))[0],
            graphs=_apart(environ.get(_GRAPHS, ""))[0],
            user=environ.get(_USER, user),
            password=environ.get(_PASSWORD, password),
            token=environ.get(_TOKEN, ""),
            version=environ.get(_VERSION, ""),
        )

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs there are."""
        return tuple(url for url in (self.query, self.update, self.graphs) if url)

    @property
    def shown(self) -> str:
        """The query URL as a message to the operator gives it: without its own query, which may hold a key."""
        return urlunsplit(urlsplit(self.query)._replace(query="", fragment=""))

    def hidden(self, text: str) -> str:
        """Return somebody's text without our hosts and credentials.

        >>> Address("http://db.internal:8890/sparql").hidden("cannot reach db.internal:8890")
        'cannot reach …'
        """
        hosts = {part for url in self.urls for part in (urlsplit(url).netloc, urlsplit(url).hostname or "")}
        for secret in sorted({*hosts, self.user, self.password, self.token} - {""}, key=len, reverse=True):
            text = text.replace(secret, "…")
        return text


def _apart(url: str) -> tuple[str, str, str]:
    """Return a URL without its user and password, and these."""
    if not url:
        return "", "", ""
    parts = urlsplit(url)
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise StoreError("store_remote", url=parts.hostname or "?", detail="http(s)://…")
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")
