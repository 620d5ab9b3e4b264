"""In front of the cache: every request is timed, counted and, where the operator wants it, logged. WSGI only."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from g7graph.store.heard import HEARD
from g7graph.store.spent import SPENT
from g7graph.web.log import Log, query_of
from g7graph.web.metrics import HIT, MADE, NOT_MODIFIED, Happened, Metrics

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from g7graph.web.cache import Answer

Headers = list[tuple[str, str]]
#: Where the application says what became of a request: the key of the problem it ended in, the text of its query.
PROBLEM, QUERY = "g7graph.problem", "g7graph.query"
_SEEN = "g7graph.seen"
_FAILED = "500 INTERNAL SERVER ERROR"


class _Seen:
    """What is seen of one request; it stands in for `start_response`."""

    status = _FAILED
    headers: Headers = []  # noqa: RUF012 - replaced, never changed
    made = False
    problem = ""
    query = ""

    def __init__(self) -> None:
        self.begun = time.perf_counter()

    def __call__(self, status: str, headers: Headers, _: Any = None) -> Any:
        self.status, self.headers = status, headers


class Made:
    """Below the cache: what passes here is made anew; to read, all that is asked for it may take so many `seconds`."""

    def __init__(self, application: WSGIApplication, seconds: float) -> None:
        self.application, self.seconds = application, seconds

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the application answer, and say that it did."""
        reads = environ["REQUEST_METHOD"] == "GET"
        SPENT.clear(self.seconds if reads else math.inf)
        try:
            with HEARD.within(kept=reads):
                body = self.application(environ, start_response)
        finally:
            SPENT.most = math.inf  # what the thread does next is no part of this
        seen = environ.get(_SEEN) or _Seen()
        seen.made, seen.problem, seen.query = True, environ.get(PROBLEM, ""), environ.get(QUERY, "")
        return body


class Watched:
    """Above the cache: what passes here is all there is. `at_hand` returns the answers that need not be made."""

    def __init__(
        self,
        application: WSGIApplication,
        metrics: Metrics,
        log: Log | None = None,
        at_hand: Callable[[WSGIEnvironment], Answer | None] = lambda _: None,
    ) -> None:
        self.application, self.metrics, self.log, self.at_hand = application, metrics, log, at_hand

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and take note of it when the answer has been given."""
        kept = self.at_hand(environ) if self.log is None else None
        if kept:  # most are: nothing more is done for them
            start_response(kept.status, kept.headers)
            self.metrics.count_kept(environ["PATH_INFO"], environ["REQUEST_METHOD"], kept.status, kept.size)
            return kept.body
        seen = environ[_SEEN] = _Seen()
        try:
            body = self.application(environ, seen)
        except BaseException:
            self.note(environ, seen, 0)
            raise
        timed = [*seen.headers, ("Server-Timing", _timing(seen))] if seen.made else seen.headers
        start_response(seen.status, timed)
        if not isinstance(body, list):
            return _Sent(body, partial(self.note, environ, seen))
        self.note(environ, seen, _size(body))
        return body

    def note(self, environ: WSGIEnvironment, seen: _Seen, size: int, cut: bool = False) -> None:
        """Count and log a request whose answer has been given."""
        seconds = time.perf_counter() - seen.begun
        outcome = MADE if seen.made else NOT_MODIFIED if seen.status.startswith("304") else HIT
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        one = Happened(path, method, seen.status, outcome, seconds, size, seen.problem, cut)
        self.metrics.count(one)
        if self.log:
            query = seen.query or query_of(environ.get("QUERY_STRING", ""))
            client, agent = environ.get("REMOTE_ADDR") or "", environ.get("HTTP_USER_AGENT", "")
            if not self.log.write(one, client=client, agent=agent, query=query):
                self.metrics.lost()


class _Sent:
    """A body that is counted as it is sent."""

    def __init__(self, body: Iterable[bytes], note: Callable[[int, bool], None]) -> None:
        self._body, self._pieces, self._note = body, iter(body), note
        self._size, self._whole, self._closed = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._whole = True
            raise
        self._size += len(piece)
        return piece

    def close(self) -> None:
        """Close the body; one that was not sent to its end was cut."""
        if self._closed:
            return
        self._closed = True
        try:
            close = getattr(self._body, "close", None)
            if close:
                close()
        finally:
            self._note(self._size, not self._whole)


def _timing(seen: _Seen) -> str:
    """Return a `Server-Timing` header: milliseconds waited for a worker, worked by it, and in all."""
    SPENT.enter()  # a limit that was passed left its phase open
    spent = {**SPENT.seconds, "total": time.perf_counter() - seen.begun}
    return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in spent.items())


def _size(body: list[bytes]) -> int:
    return len(body[0]) if len(body) == 1 else sum(map(len, body))
