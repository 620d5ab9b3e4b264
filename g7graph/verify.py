"""Whether a run of a saved query that was cited is still the same: run again on data at hand, row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyoxigraph as ox

from g7graph import citation, i18n, result, run
from g7graph.citation import Citation
from g7graph.errors import BadParameter
from g7graph.queries import Library
from g7graph.store import Engine
from g7graph.table import Table

#: What the address of an answer may say beside the parameters of its query.
_OURS = ("format", "lang", "page", "page-size", "explain")


@dataclass(frozen=True)
class Again:
    """A run as it is today: how it is cited; its table, if it gives one; else why it cannot be run."""

    citation: Citation
    table: Table | None = None
    refusal: BadParameter | None = None


def again(store: Engine, library: Library, cited: Citation) -> Again:
    """Run a cited query again. Raises UnknownName where it is not there, BadParameter where it never took a value."""
    query = library[cited.query]
    values = {name: value for name, value in cited.values.items() if name not in _OURS or query.param(name)}
    try:
        given = run.terms(store, query, values, lang=i18n.DEFAULT)
    except BadParameter as refusal:
        now = Citation(query.name, query.version, citation.edition(store), "", cited.values)
        if cited.changes(now) == ("result",):
            raise
        return Again(now, refusal=refusal)
    answer = store.query(run.filled(query.text, {name: [term] for name, term in given.items()}))
    resolved = {**given, **run.defaults(store, library, query, given)}
    if isinstance(answer, ox.QueryTriples):
        return Again(citation.cited(store, query, resolved, result.hash_of_graph(answer)))
    kept = result.canonical(answer)
    return Again(citation.cited(store, query, resolved, result.hash_of(kept)), result.table_of(kept))


def differences(before: Table, after: Table) -> tuple[Table, Table]:
    """Return the rows that are in one table alone: those that are gone, those that are new."""
    counts, others = Counter(before.rows), Counter(after.rows)
    gone, new = counts - others, others - counts
    return Table(before.columns, tuple(gone.elements())), Table(after.columns, tuple(new.elements()))
