"""What the workers of a service do: evaluate queries, and write their answers in the form asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import IO, Any

from pyoxigraph import NamedNode, Quad, QueryResultsFormat, QuerySolutions

from g7graph.beforehand import Beforehand
from g7graph.citation import Citation
from g7graph.queries import Library
from g7graph.result import Run, Runner, Told, Wanted
from g7graph.store import Answer
from g7graph.store.answers import as_table
from g7graph.store.federation import Federation, blamed
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore, answered
from g7graph.store.worker import Work
from g7graph.table import Table
from g7graph.web.description import Describer

_LENGTH_BYTES = 4
#: Statements of half a kilobyte or so: to read the engine's memory is to write to it, so that it is shared no more.
_NEAR = 100_000


def pooled(store: LocalStore, library: Library, limits: Limits) -> PooledStore:
    """Fork workers over a store in memory, and return the store that asks them."""
    pool = Pool(limits)
    store.settled()
    pool.publish(store.version, working(lambda: store, library, store.federation))
    return PooledStore(pool, union=store.union, federation=store.federation, near=near(store))


def near(store: LocalStore) -> LocalStore | None:
    """Return a store that whoever answers reads, too: in memory, and so small that each may come to hold it alone."""
    return store if store.in_memory and store.size() <= _NEAR else None


def working(
    opened: Callable[[], LocalStore],
    library: Library,
    federation: Federation,
    beforehand: Callable[[], Beforehand] = Beforehand,
) -> Callable[[], Work]:
    """Return what prepares a worker: it opens its store, and what was found beforehand, if these are not shared."""

    def prepare() -> Work:
        store = opened()
        store.federation = federation
        found = beforehand()
        return partial(_done, store, Runner(store, library, found.answers), Describer(Trusted(store), found))

    return prepare


@dataclass(frozen=True)
class Trusted:
    """A store as the service's own questions ask it: nothing has to be looked for in them that would be refused."""

    store: LocalStore

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""
        return self.store.union

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return as_table(self._answer(text))

    def tsv(self, text: str) -> bytes:
        """Evaluate SELECT into SPARQL 1.1 TSV."""
        answer = self._answer(text)
        assert isinstance(answer, QuerySolutions)  # noqa: S101 - our own queries are SELECTs
        return answer.serialize(format=QueryResultsFormat.TSV) or b""

    def statements(self, subjects: Sequence[NamedNode], properties: Sequence[NamedNode] = ()) -> list[Quad]:
        """Return the statements of some subjects in every graph; of some properties only, where they are given."""
        return self.store.statements(subjects, properties)

    def _answer(self, text: str) -> Answer:
        return self.store.inner.query(text, use_default_graph_as_union=self.store.union)


def _done(store: LocalStore, runner: Runner, describer: Describer, job: Mapping[str, Any], out: IO[bytes]) -> None:
    if "describe" in job:
        out.write(describer.written(job["describe"], job["page"], job["form"], job["lang"]))
    elif "codes" in job:
        out.write(describer.coded(job["codes"]))
    elif "query" not in job:
        answered(store, job, out)
    else:
        run = Run(runner.library[job["query"]], job["values"], job["lang"])
        with blamed(run.query.text, store.unmasked):
            note(runner.give(run, Wanted(**job["wanted"]), out), out)


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
