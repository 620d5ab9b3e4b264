"""A remote store: any SPARQL 1.1 service, through SPARQLWrapper."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO
from urllib.error import URLError

import pyoxigraph as ox

from g7graph.errors import QueryError, StoreError
from g7graph.store import Answer, Asker, Question, guard
from g7graph.store.answers import as_table, as_triples, write
from g7graph.table import Table

_TIMEOUT_SECONDS = 30


class RemoteStore:
    """A SPARQL service that is its own truth; the operator names it, a query never does."""

    union = False

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def version(self) -> str:
        """No version is known of somebody else's data: answers are not cached on it."""
        return ""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Send a query; see `Store.query`. Raises StoreError where the service does not answer.

        What is no query never leaves: SPARQLWrapper would send it as an update.
        """
        guard.refuse_update(text)
        guard.refuse_outbound(text)
        from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        client = SPARQLWrapper(self.url)
        client.setTimeout(_TIMEOUT_SECONDS)
        client.setMethod(POST)
        client.setQuery(text)
        for name, graphs in (("default-graph-uri", default_graphs), ("named-graph-uri", named_graphs)):
            for graph in graphs or ():
                client.addParameter(name, graph)
        tabular = client.queryType in ("SELECT", "ASK")
        client.setReturnFormat(JSON if tabular else N3)
        try:
            body = client.query().response.read()
        except QueryBadFormed as error:
            raise QueryError("syntax", detail=str(error), line=1, column=1) from error
        except (SPARQLWrapperException, URLError, OSError) as error:
            raise StoreError("store_remote", url=self.url, detail=error) from error
        return self._parsed(body, tabular=tabular)

    def _parsed(self, body: bytes, *, tabular: bool) -> Answer:
        try:
            if tabular:
                return ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
            graph = ox.Store()
            graph.load(body, ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            raise StoreError("store_remote", url=self.url, detail=error) from error
        return graph.query("CONSTRUCT WHERE { ?s ?p ?o }")

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return as_table(self.query(text))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        return as_triples(self.query(text))

    def answer(self, question: Question, form: str, asker: Asker) -> IO[bytes]:
        """Answer a stranger's question; see `Service.answer`."""
        with ExitStack() as opened:
            out = opened.enter_context(tempfile.TemporaryFile())
            datasets = {"default_graphs": question.default_graphs, "named_graphs": question.named_graphs}
            write(self.query(question.text, **datasets), form, out)
            out.seek(0)
            opened.pop_all()  # who asked closes it
            return out

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""
        table = self.table("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        return [row[0].value for row in table.rows if row[0] is not None]
