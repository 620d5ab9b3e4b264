"""What the pages ask the store: `.rq` files beside this module, with `VALUES` slots as saved queries have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad

from g7graph import run
from g7graph.table import Table


class Asks(Protocol):
    """What can be asked for a table."""

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""


class Stated(Protocol):
    """What can be asked for statements."""

    def statements(self, subjects: Sequence[NamedNode], properties: Sequence[NamedNode] = ()) -> list[Quad]:
        """Return the statements of some subjects in every graph; of some properties only, where they are given."""


class Asked(Asks, Stated, Protocol):
    """What a description is read from."""

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs."""

    def tsv(self, text: str) -> bytes:
        """Evaluate SELECT into SPARQL 1.1 TSV."""


@cache
def text(name: str) -> str:
    """Return the text of a page's query."""
    return (resources.files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def fill(name: str, values: Mapping[str, Iterable[NamedNode | Literal]]) -> str:
    """Return the text of a page's query with its slots filled by serialised terms."""
    return run.filled(text(name), values)


def ask(store: Asks, name: str, **values: Iterable[NamedNode | Literal]) -> Table:
    """Run a page's query into a table; each keyword fills the slot of its name."""
    return store.table(fill(name, values))
