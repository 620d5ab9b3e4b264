"""A remote service as SPARQLWrapper asks it: queries, updates, the Graph Store Protocol; its errors as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request

from SPARQLWrapper import INSERT, POST, SPARQLWrapper

from g7graph import i18n
from g7graph.errors import G7Error, Limited, QueryError, StoreError
from g7graph.store.address import Address
from g7graph.store.complaint import complaint, is_of_text, understood
from g7graph.store.connection import Access, Watch
from g7graph.store.dialect import form_of

_LATE = re.compile(r"tim(?:e[ -]?out|ed out)|time limit|S1T", re.IGNORECASE)
_ECHO = re.compile(r"\s*\n\s*SPARQL query:.*", re.DOTALL)
_MESSAGE_BYTES = 20_000
_SMALL_BYTES = 10_000
_MESSAGE_CHARACTERS = 500
_BAD_REQUEST, _NOT_FOUND, _SERVER_ERROR = 400, 404, 500
_LATE_STATUS = (408, 500, 503, 504)
_INCOMPLETE = "X-SQL-State"
_CUT = "X-SPARQL-MaxRows"


class CutShort(Limited):
    """An answer of which the engine gives the first rows only."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__("too_large", limit=rows)

    def text(self, lang: str = i18n.DEFAULT) -> str:
        """Return the message in a language."""
        return i18n.text("store.cut_short", lang, **self.values)


class Client:
    """Sends what is asked to a service, each request under a watch."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._accesses = {
            url: Access(url, user=address.user, password=address.password, token=address.token) for url in address.urls
        }

    def query(  # noqa: PLR0913 - what the protocol has
        self,
        text: str,
        accept: str,
        watch: Watch,
        *,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        milliseconds: int = 0,
    ) -> HTTPResponse:
        """Send a query; `milliseconds` tells the engine how long to work at most, where it takes that.

        Raises QueryError and Limited as a store does, StoreError for a service that does not answer; a part of an
        answer passes for none.
        """
        wrapper = _Wrapper(self, self.address.query, accept, watch)
        wrapper.setQuery(text)
        for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
            for graph in graphs:
                wrapper.addParameter(name, graph)
        if milliseconds:
            wrapper.addParameter("timeout", str(milliseconds))
        response: HTTPResponse = wrapper.query().response
        if response.headers.get(_INCOMPLETE):
            response.close()
            raise Limited.too_long(watch.seconds)
        cut = response.headers.get(_CUT)
        if cut:
            response.close()
            raise CutShort(int(cut) if cut.strip().isdecimal() else 0)
        return response

    def update(self, text: str, watch: Watch, *, using: Sequence[str] = (), using_named: Sequence[str] = ()) -> None:
        """Send an update. Raises as `query`."""
        wrapper = _Wrapper(self, self.address.update, "*/*", watch)
        wrapper.setQuery(text)
        wrapper.queryType = INSERT  # what any update is to SPARQLWrapper
        for name, graphs in (("using-graph-uri", using), ("using-named-graph-uri", using_named)):
            for graph in graphs:
                wrapper.addParameter(name, graph)
        wrapper.query().response.close()

    def graph(
        self, method: str, graph: str | None, watch: Watch, *, body: bytes | None = None, media_type: str = ""
    ) -> int:
        """Ask the graph store for a graph (None: the default one); return the status, 404 too. Raises as `query`."""
        mark = "&" if "?" in self.address.graphs else "?"
        which = "default" if graph is None else f"graph={quote(graph, safe='')}"
        request = Request(f"{self.address.graphs}{mark}{which}", data=body, method=method)  # noqa: S310 - http(s) only
        if media_type:
            request.add_header("Content-Type", media_type)
        try:
            with self.send(request, self.address.graphs, watch) as response:
                return response.status
        except StoreError as error:
            if error.values.get("status") == _NOT_FOUND:
                return _NOT_FOUND
            raise

    def send(self, request: Request, url: str, watch: Watch) -> HTTPResponse:
        """Send a request to one of the service's URLs."""
        access = self._accesses[url]
        if self.address.user and isinstance(request.data, bytes) and len(request.data) > _SMALL_BYTES:
            self._knock(url, access, watch)
        access.sign(request)
        try:
            response: HTTPResponse = access.opener(watch).open(request, timeout=watch.left)
        except HTTPError as error:
            with error:
                raise self._refused(error, watch) from None
        except (OSError, HTTPException, ValueError) as error:
            raise self.failed(error, watch) from None
        return response

    def _knock(self, url: str, access: Access, watch: Watch) -> None:
        """Learn how to be let in, before sending much: who is refused may not be read to the end."""
        try:
            access.opener(watch).open(url, timeout=watch.left).close()
        except HTTPError as error:
            error.close()  # what it says of an empty request is no matter
        except (OSError, HTTPException, ValueError) as error:
            raise self.failed(error, watch) from None

    def failed(self, error: Exception, watch: Watch) -> StoreError:
        """Return the error of a service that did not answer, or not to the end. Raises Limited where we ended it."""
        watch.check()
        said = getattr(error, "reason", error)
        sent = not isinstance(error, URLError)  # which tells of connecting and sending only
        return self.unexpected(getattr(said, "strerror", None) or str(said) or type(said).__name__, sent=sent)

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """Have a question of our own that is refused be a fault of the service, not of who asks."""
        try:
            yield
        except QueryError as error:
            raise self.unexpected(error) from error

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Have a small question of our own that is not answered in time be one, too."""
        try:
            with self.understanding():
                yield
        except Limited as error:
            if error.key != "too_long":
                raise
            raise self.unexpected(f"> {error.values['limit']} s") from error

    def unexpected(self, detail: object, status: int = 0, *, sent: bool = False) -> StoreError:
        """Return the error of a service that answered otherwise than a SPARQL 1.1 service does.

        Where it did not answer, what was `sent` may have been done.
        """
        shown, hidden = self.address.shown, self.address.hidden(str(detail))
        return StoreError("store_remote", url=shown, detail=hidden, status=status, sent=sent)

    def _refused(self, error: HTTPError, watch: Watch) -> G7Error:
        watch.check()
        try:
            body = error.read(_MESSAGE_BYTES).decode("utf-8", "replace")
        except (OSError, HTTPException, ValueError) as broken:
            return self.failed(broken, watch)
        html = body.lstrip()[:1] == "<"
        said = self.address.hidden("" if html else " ".join(_ECHO.sub("", body).split()))[:_MESSAGE_CHARACTERS]
        if error.code in _LATE_STATUS and _LATE.search(said):
            return Limited.too_long(watch.seconds)
        if error.code == _BAD_REQUEST or (error.code == _SERVER_ERROR and is_of_text(said)):
            return complaint(said or error.reason)
        return self.unexpected(f"{error.code} {error.reason}: {said}".rstrip(": "), error.code)


class _Wrapper(SPARQLWrapper):  # type: ignore[misc,unused-ignore]
    """SPARQLWrapper with connections of ours: its own take no end, no limit, and share their credentials."""

    def __init__(self, client: Client, url: str, accept: str, watch: Watch) -> None:
        self._client, self._accept, self._watch = client, accept, watch
        super().__init__(url)
        self.setMethod(POST)
        self.setOnlyConneg(onlyConneg=True)

    def _parseQueryType(self, query: str) -> str:  # noqa: N802 - the name is SPARQLWrapper's
        """Tell the form of a query by its words: SPARQLWrapper's pattern is misled by comments and prefixes."""
        return form_of(query)

    def _getAcceptHeader(self) -> str:  # noqa: N802
        return self._accept

    def _query(self) -> tuple[Any, str]:
        try:
            return self._client.send(self._createRequest(), self.endpoint, self._watch), self.returnFormat
        except QueryError as error:
            raise understood(error, self.queryString, updates=self.queryType == INSERT) from None
