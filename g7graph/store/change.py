"""What a write asks for: one change of the data, whichever way it came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from g7graph.errors import UsageError


class Kind(Enum):
    """What a change does: an update by SPARQL, or an operation of the Graph Store Protocol on one graph."""

    UPDATE = "update"
    REPLACE = "replace"
    MERGE = "merge"
    DROP = "drop"


@dataclass(frozen=True)
class Document:
    """RDF as it came in: its bytes, its format (a name of `answers.GRAPHS`), the base of its relative IRIs."""

    body: bytes
    form: str
    base: str


@dataclass(frozen=True)
class Change:
    """A change and who asks for it.

    An update has its text and the graphs of `using-graph-uri` and `using-named-graph-uri` (None where none are given);
    the other kinds have a graph (None for the default graph) and, but for DROP, documents.
    """

    kind: Kind
    who: str
    text: str = ""
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None
    graph: str | None = None
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a change: whether its graph is new, and the version of the data that has it."""

    created: bool
    version: str


class Writer(Protocol):
    """What takes changes, one at a time: each is made whole, or not at all."""

    def apply(self, change: Change) -> Outcome:
        """Make a change that is seen by every question asked after.

        Raises QueryError for an update that does not parse or is not allowed, UnknownName for a graph to drop that is
        not here, DataError for a document that does not parse, Rejected for data that has violations.
        """


class Rejected(UsageError):
    """A change whose data would have violations; `findings` are told as `g7graph validate` tells them."""

    def __init__(self, findings: list[dict[str, object]]) -> None:
        super().__init__("rejected", count=len(findings))
        self.findings = findings
