"""What the workers of a service do: evaluate queries, and write their answers in the form asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import IO, Any

from g7graph import result
from g7graph.citation import Citation
from g7graph.queries import Library
from g7graph.result import Run, Told, Wanted
from g7graph.store.federation import Federation
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore, answered
from g7graph.store.worker import Work

_LENGTH_BYTES = 4


def pooled(store: LocalStore, library: Library, limits: Limits) -> PooledStore:
    """Fork workers over a store in memory, and return the store that asks them."""
    pool = Pool(limits)
    pool.publish(store.version, working(lambda: store, library, store.federation))
    return PooledStore(pool, union=store.union, federation=store.federation)


def working(opened: Callable[[], LocalStore], library: Library, federation: Federation) -> Callable[[], Work]:
    """Return what prepares a worker: it opens its store, if that is not shared with it."""

    def prepare() -> Work:
        store = opened()
        store.federation = federation
        return partial(_done, store, library)

    return prepare


def _done(store: LocalStore, library: Library, job: Mapping[str, Any], out: IO[bytes]) -> None:
    if "query" not in job:
        answered(store, job, out)
        return
    run = Run(library[job["query"]], job["values"], job["lang"])
    note(result.give(store, library, run, Wanted(**job["wanted"]), out), out)


def note(told: Told, out: IO[bytes]) -> None:
    """Write behind an answer what is told beside it, and how long that is."""
    written = json.dumps(asdict(told)).encode()
    out.write(written + len(written).to_bytes(_LENGTH_BYTES))


def noted(out: IO[bytes]) -> Told:
    """Return what is told beside an answer, and leave the answer alone in its file."""
    end = out.seek(-_LENGTH_BYTES, os.SEEK_END)
    size = end - int.from_bytes(out.read(_LENGTH_BYTES))
    out.seek(size)
    told = json.loads(out.read(end - size))
    out.truncate(size)
    out.seek(0)
    return Told(Citation(**told["citation"]), told["rows"])
