"""Whether the service is well, for those who watch it; asking often costs the store next to nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar, cast

from flask import Blueprint, Flask, Response, current_app

from g7graph import __version__
from g7graph.errors import G7Error
from g7graph.store import Service
from g7graph.store.pooled import PooledStore

blueprint = Blueprint("health", __name__)

_EXTENSION = "g7graph.health"
_PATIENCE_SECONDS = 1.0
_READY_SECONDS = 1  # how long it is known that the store answers
_SIZE_SECONDS = 300  # how long the size of a store is known that does not say when it changes

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class State:
    """How the service is; what is not known yet, or not to be known, is None."""

    ready: bool
    version: str
    edition: int | None
    triples: int | None
    graphs: int | None
    workers: int | None


class Probe(Generic[_Found]):
    """Something asked of the store in the background, one at a time, and known until `expires` says otherwise.

    Why there is no answer, if it is known, is for the operator, to `tell`.
    """

    def __init__(
        self,
        asked: Callable[[], _Found],
        expires: Callable[[], object],
        tell: Callable[[G7Error], None] = lambda _: None,
    ) -> None:
        self._asked, self._expires, self._tell = asked, expires, tell
        self._lock = threading.Lock()
        self._known: object = None
        self._answer: Future[_Found] | None = None

    def get(self) -> _Found | None:
        """Return what is known, waiting for it only so long; None where the store does not answer."""
        with self._lock:
            answer, now = self._answer, self._expires()
            if answer is None or (answer.done() and now != self._known):
                answer, self._known = Future(), now
                self._answer = answer
                threading.Thread(target=_answered, args=(answer, self._asked), daemon=True).start()
        try:
            return answer.result(_PATIENCE_SECONDS)
        except G7Error as error:
            self._tell(error)
            return None
        except (TimeoutError, CancelledError):
            return None


class Health:
    """What is asked of a store, and how often."""

    def __init__(self, store: Service, tell: Callable[[G7Error], None]) -> None:
        self._store = store
        self._ready = Probe(self._responds, lambda: time.monotonic() // _READY_SECONDS, tell)
        self._size = Probe(self._measured, lambda: store.version or time.monotonic() // _SIZE_SECONDS)

    def state(self) -> State:
        """Return how the service is."""
        pool = self._store.pool if isinstance(self._store, PooledStore) else None
        ready = bool(self._ready.get())
        triples, graphs = (self._size.get() if ready else None) or (None, None)
        return State(
            ready=ready,
            version=self._store.version,
            edition=pool.edition.number if pool else None,
            triples=triples,
            graphs=graphs,
            workers=pool.workers if pool else None,
        )

    def _responds(self) -> bool:
        if isinstance(self._store, PooledStore):
            return self._store.responds()
        return bool(self._store.table("ASK {}").rows)

    def _measured(self) -> tuple[int, int]:
        return self._store.size(), len(self._store.graphs())


def attach(app: Flask, store: Service, tell: Callable[[G7Error], None]) -> None:
    """Give an application what tells how it is."""
    app.extensions[_EXTENSION] = Health(store, tell)


def state() -> State:
    """Return how the running application is."""
    return cast(Health, current_app.extensions[_EXTENSION]).state()


@blueprint.get("/health")
def health() -> Response:
    """Answer with status, versions of program and data, triples and graphs; 503 where the store does not answer."""
    found = state()
    said = {
        "status": "ok" if found.ready else "unavailable",
        "live": True,
        "ready": found.ready,
        "version": __version__,
        "data": found.version,
        "edition": found.edition,
        "triples": found.triples,
        "graphs": found.graphs,
    }
    status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
    body = json.dumps(said) + "\n"
    return Response(body, status, content_type="application/json", headers={"Cache-Control": "no-store"})


def _answered(answer: Future[_Found], asked: Callable[[], _Found]) -> None:
    try:
        answer.set_result(asked())
    except G7Error as error:
        answer.set_exception(error)
    finally:
        answer.cancel()  # whoever waits is not left waiting, whatever happened; one that is done stays as it is
