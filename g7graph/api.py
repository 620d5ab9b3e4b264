"""The Python API: a framework's graph, its saved queries and its validation in one object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from g7graph import i18n, run
from g7graph.build import open_store
from g7graph.graph import dataset
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery
from g7graph.store import Store
from g7graph.table import Table

if TYPE_CHECKING:
    import rdflib

    from g7graph.validate.findings import Finding


class G7:
    """A results framework, read from `path` (see `Project.find`) or the alliance's own.

    >>> import g7graph
    >>> g7 = g7graph.load()
    >>> table = g7.query("indicator-progress", axis="efficiency")
    >>> [(row["code"], row["actual"]) for row in table.records() if row["code"] == "4.4"]
    [('4.4', 43)]
    """

    def __init__(self, path: Path | str | None = None, *, lang: str = i18n.DEFAULT) -> None:
        self.project = Project.find(Path(path) if path is not None else None)
        self.lang = lang

    @cached_property
    def store(self) -> Store:
        """The store in memory, with what is derived. Raises DataError for a file that does not parse."""
        return open_store(self.project)

    @cached_property
    def graph(self) -> rdflib.Dataset:
        """The files and the derived graphs as an rdflib Dataset whose default graph is the union."""
        import rdflib
        from pyoxigraph import NamedNode, RdfFormat, serialize

        from g7graph.derive import GRAPHS
        from g7graph.store.local import LocalStore

        found = dataset(self.project)
        if isinstance(self.store, LocalStore) and not self.project.is_plain:
            for graph in GRAPHS:
                quads = self.store.inner.quads_for_pattern(None, None, None, NamedNode(graph))
                derived = serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""
                found.graph(rdflib.URIRef(graph)).parse(data=derived, format="nt")
        return found

    @cached_property
    def library(self) -> Library:
        """Everything below the framework's `queries/`."""
        return Library.read(self.project.queries)

    @property
    def queries(self) -> Mapping[str, SavedQuery]:
        """The saved queries by name."""
        return self.library.saved

    def query(self, name: str, /, **params: object) -> Table:
        """Run a saved query; parameters are codes, labels or IRIs, whatever they are called.

        Raises UnknownName and BadParameter with the nearest that exist.
        """
        values = {key: str(value) for key, value in params.items() if value is not None}
        return run.table(self.store, self.library[name], values, lang=self.lang)

    def sparql(self, text: str) -> Table:
        """Run SELECT or ASK over the union of the graphs. Raises QueryError with line and column."""
        return self.store.table(text)

    def validate(self) -> list[Finding]:
        """Return the findings; see `g7graph.validate.validate`."""
        from g7graph.validate import validate

        return validate(self.project, lang=self.lang)
