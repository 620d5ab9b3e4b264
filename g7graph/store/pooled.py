"""The store of a service: the same questions, answered by workers within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import pyoxigraph as ox

from g7graph.store import Asker, Question
from g7graph.store.answers import as_table, write
from g7graph.store.federation import NONE, Federation
from g7graph.store.local import LocalStore
from g7graph.store.pool import Pool
from g7graph.table import Table

_GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph"


class PooledStore:
    """A store asked through a pool."""

    def __init__(self, pool: Pool, *, union: bool, federation: Federation = NONE) -> None:
        self.pool = pool
        self.union = union
        self.federation = federation
        self._graphs: tuple[int, list[str]] = (0, [])

    @property
    def version(self) -> str:
        """The version of the edition that is served now."""
        return self.pool.edition.version

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        with self.pool.run({"text": text, "form": "json"}) as out:
            return as_table(ox.parse_query_results(out.read(), format=ox.QueryResultsFormat.JSON))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        with self.pool.run({"text": text, "form": "nt"}) as out:
            return [quad.triple for quad in ox.parse(out.read(), format=ox.RdfFormat.N_TRIPLES)]

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""
        number = self.pool.edition.number
        if self._graphs[0] != number:
            rows = self.table(_GRAPHS).rows
            self._graphs = number, [graph.value for (graph,) in rows if isinstance(graph, ox.NamedNode)]
        return self._graphs[1]

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        """Answer a stranger's question in one of FORMS; see `Service.answer`."""
        datasets = {"default_graphs": question.default_graphs, "named_graphs": question.named_graphs}
        abroad = bool(self.federation.check(question.text))
        return self.pool.run({"text": question.text, "form": form, **datasets}, asker, abroad=abroad)


def answered(store: LocalStore, job: Mapping[str, Any], out: IO[bytes]) -> None:
    """Do a pooled store's job on the store that a worker has. Raises QueryError as the store does."""
    answer = store.query(job["text"], default_graphs=job.get("default_graphs"), named_graphs=job.get("named_graphs"))
    write(answer, job["form"], out)
