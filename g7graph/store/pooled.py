"""The store of a service: the same questions, answered by workers within limits, our own by the data where they are."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, cast

import pyoxigraph as ox

from g7graph.errors import Limited, QueryError
from g7graph.store import Asker, Question
from g7graph.store.answers import as_table, write
from g7graph.store.federation import NONE, Federation, blamed
from g7graph.store.local import LocalStore
from g7graph.store.order import by_kind
from g7graph.store.pool import Pool
from g7graph.store.spent import SPENT
from g7graph.table import Table

#: What is found out once of each edition; to count statements is to go through all of them.
_FOUND: Mapping[str, Callable[[LocalStore], Any]] = {"graphs": LocalStore.graphs, "size": LocalStore.size}


class PooledStore:
    """A store asked through a pool; the service's own questions go to `near`, while it has the data that are served."""

    def __init__(
        self, pool: Pool, *, union: bool, federation: Federation = NONE, near: LocalStore | None = None
    ) -> None:
        self.pool = pool
        self._near, self._one_at_a_time = near, threading.Lock()
        self.union = union
        self.federation = federation
        self._known: dict[str, tuple[int, Any]] = {}

    @property
    def version(self) -> str:
        """The version of the edition that is served now."""
        return self.pool.edition.version

    @contextmanager
    def near(self) -> Iterator[LocalStore | None]:
        """Lend the data in this process to one at a time, while they are those that are served; others get None.

        They ask the workers: whatever is asked, not more than one thread of this process evaluates.
        """
        near = self._near
        if near is None or near.version != self.version or not self._one_at_a_time.acquire(blocking=False):
            yield None
            return
        try:
            with SPENT.within("eval"):
                yield near
        finally:
            self._one_at_a_time.release()

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        with self.near() as near:
            if near:
                return near.table(text)
        with self.pool.run({"text": text, "form": "json"}) as out:
            return as_table(ox.parse_query_results(out.read(), format=ox.QueryResultsFormat.JSON))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        with self.near() as near:
            if near:
                return near.triples(text)
        with self.pool.run({"text": text, "form": "nt"}) as out:
            return [quad.triple for quad in ox.parse(out.read(), format=ox.RdfFormat.N_TRIPLES)]

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""
        return cast(list[str], self._found("graphs"))

    def size(self) -> int:
        """Return how many statements there are, of all graphs together."""
        return cast(int, self._found("size"))

    def responds(self) -> bool:
        """Whether a worker answers, though our own questions may need none."""
        with self.pool.run({"text": "ASK {}", "form": "json"}) as out:
            return bool(out.read())

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        """Answer a stranger's question in one of FORMS; see `Service.answer`."""
        job = {"form": form, "default_graphs": question.default_graphs, "named_graphs": question.named_graphs}
        try:
            return self.asked({"text": question.text, **job}, question.text, asker)
        except QueryError as error:
            if error.key != "not_sorted":
                raise
            return self.asked({"text": by_kind(question.text), **job}, question.text, asker)

    def asked(self, job: Mapping[str, Any], text: str, asker: Asker) -> IO[bytes]:
        """Have a job done for a stranger; where its query asks other services, by a worker that can reach them.

        Raises QueryError for a service that may not be asked, Limited as a pool does.
        """
        services = self.federation.check(text)
        try:
            return self.pool.run(job, asker, abroad=bool(services))
        except Limited as error:
            if services and error.key == "too_long":
                names = ", ".join(sorted(set(services)))
                raise Limited("service_slow", limit=error.values["limit"], service=names) from error
            raise

    def _found(self, what: str) -> Any:
        """Return the graphs, or the size, of the edition that is served."""
        number = self.pool.edition.number
        known, found = self._known.get(what, (0, None))
        if known == number:
            return found
        with self.near() as near:
            found = _FOUND[what](near) if near else None
        if found is None:
            with self.pool.run({"find": what}) as out:
                found = json.load(out)
        self._known[what] = number, found
        return found


def answered(store: LocalStore, job: Mapping[str, Any], out: IO[bytes]) -> None:
    """Do a pooled store's job on the store that a worker has. Raises QueryError as the store does."""
    if "find" in job:
        out.write(json.dumps(_FOUND[job["find"]](store)).encode())
        return
    datasets = {name: job.get(name) for name in ("default_graphs", "named_graphs")}
    with blamed(job["text"], store.unmasked):
        ask = partial(store.query, job["text"], **datasets)
        write(ask(), job["form"], out, ask)
