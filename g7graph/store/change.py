"""What a write asks for: one change of the data, whichever way it came."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from g7graph.errors import UsageError

_STATE_DIGITS = 12


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


def state_of(version: str) -> str:
    """Return what tells a version of the data in few letters, 12 hexadecimal digits of SHA-256: an `ETag` begins so."""
    return hashlib.sha256(version.encode()).hexdigest()[:_STATE_DIGITS]


@dataclass(frozen=True)
class Condition:
    """What must hold for a change to be made, and the headers that `said` so (RFC 9110 §13.1.1, §13.1.2).

    `states` are those of which the data must have one (None: any), `not_states` those that it must not have, `there` is
    whether the graph may be there or not.
    """

    said: str = ""
    states: frozenset[str] | None = None
    not_states: frozenset[str] = frozenset()
    there: frozenset[bool] = frozenset((True, False))

    def require(self, version: str | None, *, there: bool) -> None:
        """Raise Unmet where it does not hold: of the version that the data has, of whether the graph is `there`.

        Data of a version that nobody knows (None) is in none of the states.
        """
        state = None if version is None else state_of(version)
        as_known = (self.states is None or state in self.states) and not (there and state in self.not_states)
        if not as_known or there not in self.there:
            raise Unmet("unmet", condition=self.said)


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
    condition: Condition = Condition()


@dataclass(frozen=True)
class Outcome:
    """What became of a change: whether its graph is new, and the version of the data that has it."""

    created: bool
    version: str


class Writer(Protocol):
    """What takes changes, one at a time: each is made whole, or not at all."""

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:
        """Make a change that is seen by every question asked after; not where who asked is `gone` before it begins.

        Raises QueryError for an update that does not parse or is not allowed, UnknownName for a graph to drop that is
        not here, Unmet for a condition that does not hold, DataError for a document that does not parse, Rejected for
        data that has violations, StoreError where the data cannot be written now, Limited where many changes wait.
        """


class Unmet(UsageError):
    """A change that was to be made only in a state that the data is not in."""


class Rejected(UsageError):
    """A change whose data would have violations; `findings` are told as `g7graph validate` tells them."""

    def __init__(self, findings: list[dict[str, object]]) -> None:
        super().__init__("rejected", count=len(findings))
        self.findings = findings
