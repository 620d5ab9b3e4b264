"""Which edition of the dataset a copy is of: what the data says of itself, and a hash of its content."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from g7graph.store import Store
from g7graph.table import text


@dataclass(frozen=True)
class Edition:
    """The version and the date (ISO 8601) that the dataset gives itself, empty where it does not; `data` is a hash."""

    version: str
    date: str
    data: str

    @property
    def name(self) -> str:
        """What the edition is called: its version, else its hash."""
        return self.version or self.data


@cache
def query(name: str) -> str:
    """Return the text of a query beside this module."""
    return (resources.files(__package__) / "queries" / f"{name}.rq").read_text(encoding="utf-8")


def edition(store: Store, data: str) -> Edition:
    """Read the edition of a dataset: of several, the first that has a version."""
    rows = store.table(query("edition")).rows
    version, date = rows[0] if rows else (None, None)
    return Edition(text(version), text(date), data)
