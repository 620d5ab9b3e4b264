"""What is found before anybody asks, of data too large to find it then.

What points to hubs, and what is said of things of which much is, in order and by pages; answers that take long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from typing import cast

from pyoxigraph import NamedNode, QueryResultsFormat, QuerySolutions

from g7graph import i18n
from g7graph.pointing import Hubs, Listing, hubs
from g7graph.portion import Pages, Portion, pages, unpacked
from g7graph.queries import Library
from g7graph.result import Answers, Materialised, Runner
from g7graph.store.local import LocalStore

#: Returns a page, counted from 1, of what is said of a thing; None where there is none that is known.
Said = Callable[[str, int], Portion | None]


def nothing(_: str, __: int) -> None:
    """Know nothing of what is said of things."""


@dataclass(frozen=True)
class Beforehand:
    """The listings of hubs, pages of what is said of things, answers of saved queries; none that nobody looked for."""

    hubs: Hubs = field(default_factory=dict[str, Listing])
    said: Said = nothing
    answers: Answers = field(default_factory=dict[str, Materialised])


@dataclass(frozen=True)
class Found:
    """The same as it is found, one after the other."""

    hubs: Iterable[tuple[str, Listing]] = ()
    said: Iterable[tuple[str, Pages]] = ()
    answers: Iterable[tuple[str, Materialised]] = ()

    def held(self) -> Beforehand:
        """Find all of it and hold it in memory."""
        known = dict(self.said)

        def said(thing: str, number: int) -> Portion | None:
            found = known.get(thing)
            if found is None or number > len(found.packed):
                return None
            return unpacked(found.values, found.passages, found.packed[number - 1])

        return Beforehand(dict(self.hubs), said, dict(self.answers))


def find(store: LocalStore, library: Library) -> Found:
    """Return what is to be found of a framework, which takes time as it is gone through.

    Raises QueryError then for a query that is to be materialised and gives no table.
    """

    def tsv(text: str) -> bytes:
        answer = store.inner.query(text, use_default_graph_as_union=True)
        return cast(QuerySolutions, answer).serialize(format=QueryResultsFormat.TSV) or b""

    return Found(hubs(tsv), _said(store), _answers(Runner(store, library)))


def _said(store: LocalStore) -> Iterator[tuple[str, Pages]]:
    for (thing,) in store.table((resources.files(__package__) / "much.rq").read_text(encoding="utf-8")).rows:
        if isinstance(thing, NamedNode):
            yield thing.value, pages(store.statements([thing]))


def _answers(runner: Runner) -> Iterator[tuple[str, Materialised]]:
    """Yield the answers of the queries whose header says that they are materialised, in each language.

    All other parameters are as they are by default.
    """
    for query in runner.library:
        if query.materialised:
            has_language = any(param.type == "lang" for param in query.params)
            for lang in i18n.LANGUAGES if has_language else (i18n.DEFAULT,):
                yield runner.materialise(query, lang)
