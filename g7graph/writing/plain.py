"""Other people's RDF that takes changes: the store is its own truth, and nothing says what is valid."""

from __future__ import annotations

import hashlib
import pickle

from g7graph.store.change import Change, Outcome
from g7graph.store.local import LocalStore
from g7graph.store.update import applied


class Plain:
    """A store of plain RDF."""

    def __init__(self, store: LocalStore) -> None:
        self.store = store

    def apply(self, change: Change) -> Outcome:
        """Make a change, whole or not at all; see `Writer.apply`."""
        created = applied(self.store.inner, change, union=False)
        self.store.version = hashlib.sha256(self.store.version.encode() + pickle.dumps(change)).hexdigest()[:16]
        return Outcome(created, self.store.version)
