"""The dataset of a remote service: its named graphs, how much is in them, and which of them a question is sent with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import pyoxigraph as ox

from g7graph import i18n
from g7graph.store import Asker, Question, guard
from g7graph.store.abilities import Abilities, probe
from g7graph.store.dataset import names_dataset
from g7graph.store.listing import Listing
from g7graph.table import Term, python

_MOST_GRAPHS = 2_000


class Rows(Protocol):
    """Asks a question of ours as it stands, for somebody or for nobody, and returns the rows of its answer."""

    def __call__(self, question: Question, asker: Asker | None = None) -> Sequence[Sequence[Term | None]]:
        """Ask."""


class RemoteDataset:
    """The graphs of a service whose `abilities` are asked for as late as can be.

    Where its default graph is to be the union of the named ones (`wants_union`) and is not, each question that names no
    dataset is sent with the graphs there are, as they were a few seconds ago at most.
    """

    def __init__(self, rows: Rows, abilities: Callable[[], Abilities], *, wants_union: bool) -> None:
        self._rows, self._abilities, self.wants_union = rows, abilities, wants_union
        self.listing = Listing(self._listed)

    @property
    def union(self) -> bool:
        """Whether the default graph is the union of the named graphs, by itself or by what is sent."""
        return self.wants_union and (self._abilities().union is True or bool(self.sent()))

    def size(self) -> int:
        """Return how many statements the default graph and the named ones have, but for those the engine keeps itself.

        A default graph that is the union has all; where the engine counts once what several graphs say, it may be less.
        """
        graphs, others = self.listing.get()
        among = tuple(graphs) if others and len(graphs) <= _MOST_GRAPHS else None
        named = self._counted("named-statements", among) if graphs else 0
        if self._abilities().union and others:
            return named
        default = self._counted("statements")
        return max(default, named) if self._abilities().union else default + named

    def sent(self, asker: Asker | None = None) -> tuple[str, ...] | None:
        """Return the graphs that a question without a dataset of its own is sent with; None where none are wanted.

        There are none where the engine's default graph has them all and no others, or they are too many.
        """
        if not self.wants_union:
            return None
        graphs, others = self.listing.get(asker)
        if (self._abilities().union and not others) or len(graphs) > _MOST_GRAPHS:
            return ()
        return tuple(graphs)

    def placed(self, question: Question, asker: Asker) -> Question:
        """Give a question without a dataset of its own the union of the graphs, where the engine does not."""
        given = question.default_graphs is not None or question.named_graphs is not None
        graphs = None if given or names_dataset(question.text) else self.sent(asker)
        if graphs is None:
            return question
        names = any(word == "GRAPH" for word, _ in guard.words(question.text))
        return replace(question, default_graphs=graphs, named_graphs=graphs if names else ())

    def said(self, lang: str) -> str:
        """Say in a language which graphs queries see that name none."""
        count = len(self.listing.get().names)
        if self._abilities().union:
            return i18n.text("store.union_own", lang)
        if not self.wants_union:
            return i18n.text("store.union_unwanted", lang, count=count)
        key = "union_none" if not count else "union_sent" if count <= _MOST_GRAPHS else "union_many"
        return i18n.text(f"store.{key}", lang, limit=_MOST_GRAPHS)

    def _listed(self, asker: Asker | None) -> Iterator[str]:
        rows = self._rows(Question(probe("listing" if self._abilities().lists else "graphs")), asker)
        return (graph.value for (graph,) in rows if isinstance(graph, ox.NamedNode))

    def _counted(self, name: str, among: tuple[str, ...] | None = None) -> int:
        ((count,),) = self._rows(Question(probe(name), named_graphs=among))
        return int(str(python(count)))
