"""What the workers of a service do: evaluate queries, and write their answers in the form asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import IO, Any

from g7graph import exports, run
from g7graph.queries import Library
from g7graph.store.answers import RESULTS, write
from g7graph.store.federation import Federation
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore, answered
from g7graph.store.worker import Work


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
    query, values, lang, form = library[job["query"]], job["values"], job["lang"], job["form"]
    if form in RESULTS:
        write(run.answer(store, query, values, lang=lang), form, out)
    else:
        out.write(exports.TABLES[form].write(run.table(store, query, values, lang=lang)))
