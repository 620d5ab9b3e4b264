"""What the pages ask the store: `.rq` files beside this module, with `VALUES` slots as saved queries have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from pyoxigraph import Literal, NamedNode

from g7graph import run
from g7graph.store import Store
from g7graph.table import Table


@cache
def text(name: str) -> str:
    """Return the text of a page's query."""
    return (resources.files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def fill(name: str, values: Mapping[str, Iterable[NamedNode | Literal]]) -> str:
    """Return the text of a page's query with its slots filled by serialised terms."""
    return run.filled(text(name), values)


def ask(store: Store, name: str, **values: Iterable[NamedNode | Literal]) -> Table:
    """Run a page's query into a table; each keyword fills the slot of its name."""
    return store.table(fill(name, values))
