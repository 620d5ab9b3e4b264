"""What the tests of the EITI importer share: sources read to triples and problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from g7graph import vocab
from g7graph.sources.eiti.importer import Import
from g7graph.sources.eiti.source import Source
from g7graph.sources.problem import Problem

PREFIXES = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in vocab.PREFIXES.items())


@dataclass(frozen=True)
class Imported:
    """What came of sources: the store, its problems as `place: key`, the problems themselves, the counts."""

    store: ox.Store
    problems: list[Problem]
    counts: Counter[str]

    @property
    def told(self) -> list[str]:
        """Return the problems as place and key; columns, fields and sheets that are not read aside."""
        return [f"{one.place}: {one.key}" for one in self.problems if one.key not in UNREAD]

    def rows(self, text: str) -> list[tuple[str, ...]]:
        """Ask the triples; IRIs as prefixed names."""
        found = self.store.query(PREFIXES + text)
        assert isinstance(found, ox.QuerySolutions)
        return [tuple(vocab.curie(getattr(term, "value", "-")) for term in row) for row in found]


UNREAD = {"repeated_column", "unread_column", "unread_field", "unread_sheet", "unread_table", "partly_read"}


def imported(sources: Iterable[Source], *, country: str = "") -> Imported:
    """Import sources."""
    problems: list[Problem] = []
    run = Import("imported/eiti/test", problems.append, country=country)
    store = ox.Store()
    store.load("".join(run.read(sources)), format=ox.RdfFormat.N_TRIPLES)
    assert all(problem.text(lang) for problem in problems for lang in ("es", "en", "fr"))
    return Imported(store, problems, run.counts)


def of_text(folder: Path, name: str, text: str, *, country: str = "") -> Imported:
    """Import one file with some text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return imported([Source(name, path)], country=country)


FIGURES = """SELECT ?entry ?value ?currency ?gfs ?period WHERE {
  ?o dimension:entry ?entry ; sdmx-measure:obsValue ?value ; dimension:gfs ?gfs ; dimension:reporting-period ?period .
  OPTIONAL { ?o sdmx-attribute:currency ?currency }
} ORDER BY ?entry"""
