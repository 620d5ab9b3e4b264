"""How the data use the vocabulary: how often each term, and one thing that does; counted once for a state of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from g7graph.errors import Limited
from g7graph.store import Store
from g7graph.table import Term, python, text
from g7graph.web.asks import ask
from g7graph.web.cells import Cell, cell
from g7graph.web.context import language
from g7graph.web.entries import Use
from g7graph.web.names import Names, best
from g7graph.web.once import Once

_LETTERS = 160
#: The limits that a query goes beyond because of the data, not because others ask at the time.
_BEYOND = ("too_long", "too_much")


@dataclass(frozen=True)
class Counted:
    """How often a term is used, and the first thing, by its IRI, that does."""

    count: int
    first: NamedNode


class Usage:
    """The uses counted last."""

    def __init__(self) -> None:
        self._once = Once[dict[str, Counted] | None]()

    def of(self, store: Store, classes: Iterable[str], properties: Iterable[str]) -> dict[str, Counted] | None:
        """Count the uses of terms.

        None where the data are too large to be counted within the limits: that is not tried again for the same data.
        """

        def counted() -> dict[str, Counted] | None:
            try:
                return {**_counted(store, "class-uses", classes), **_counted(store, "property-uses", properties)}
            except Limited as error:
                if error.key not in _BEYOND:
                    raise
                return None

        return self._once.get(store.version, counted)


def uses(store: Store, counted: dict[str, Counted]) -> dict[str, Use]:
    """Describe the uses of terms: the thing of each, and what a property says of it."""
    things = sorted({one.first for one in counted.values()}, key=str)
    said: dict[tuple[Term | None, str], list[Term]] = {}
    for thing, property_, value in ask(store, "values", thing=things).rows:
        if value is not None:
            said.setdefault((thing, text(property_)), []).append(value)
    chosen = {iri: _chosen(said.get((one.first, iri), [])) for iri, one in counted.items()}
    names = Names(store, [*things, *chosen.values()], language())
    return {
        iri: Use(
            one.count, cell(one.first, names), None if (value := chosen[iri]) is None else _cut(cell(value, names))
        )
        for iri, one in counted.items()
    }


def _cut(shown: Cell) -> Cell:
    """Cut a long text; the thing's own page has it whole."""
    return shown if len(shown.text) <= _LETTERS else shown._replace(text=shown.text[:_LETTERS].rstrip() + "…")


def _counted(store: Store, query: str, terms: Iterable[str]) -> dict[str, Counted]:
    rows = ask(store, query, term=[NamedNode(one) for one in terms]).rows
    return {
        term.value: Counted(int(str(python(count))), NamedNode(first.value))
        for term, count, first in rows
        if term is not None and count is not None and first is not None
    }


def _chosen(values: list[Term]) -> Term | None:
    """Return the value to show: the text in the language of the reader, else the first."""
    texts = [one for one in values if isinstance(one, Literal) and one.language]
    if texts:
        shown = best(texts, language())
        return next(one for one in texts if one.value == shown)
    return min(values, key=str, default=None)
