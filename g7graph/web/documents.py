"""Documents about things: a worker describes them, and writes them in the form asked for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from g7graph import exports
from g7graph.store import Service
from g7graph.store.pooled import PooledStore
from g7graph.table import Table
from g7graph.web.description import About, Describer


def described(store: Service, iri: str, number: int, form: str) -> tuple[About, bytes]:
    """Return what the headers of a document tell, and the description of a thing with a page of what points to it.

    The form is that of a graph, or PARTS; of a thing of which nothing is said there is nothing to write.
    """
    if isinstance(store, PooledStore):
        with store.pool.run({"describe": iri, "page": number, "form": form}) as out:
            written = out.read()
    else:
        written = Describer(_Remote(store)).document(iri, number, form)
    line, _, body = written.partition(b"\n")
    return About.read(line), body


def quoted(key: str) -> str:
    """Return the key of a thing as it ends its IRI."""
    return quote(key, safe="-._~/")


@dataclass(frozen=True)
class _Remote:
    """A store elsewhere, whose TSV is not always that of the standard: ours is written from what it says."""

    store: Service

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""
        return self.store.union

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return self.store.table(text)

    def tsv(self, text: str) -> bytes:
        """Evaluate SELECT into SPARQL 1.1 TSV."""
        return exports.TABLES["tsv"].write(self.store.table(text))
