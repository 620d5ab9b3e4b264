"""The embedded store: pyoxigraph, in memory or on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyoxigraph as ox

from g7graph.errors import QueryError
from g7graph.store import Answer, guard
from g7graph.store.answers import as_table, as_triples
from g7graph.table import Table

_SYNTAX = re.compile(r"error at (?P<line>\d+):(?P<column>\d+): (?P<detail>.*)", re.DOTALL)
_SNIPPET = 30
_CLASS = re.compile(r"\[[^\]]*\](?:\s*\|\s*\[[^\]]*\])*")


class LocalStore:
    """A pyoxigraph store with the rules of the service: union default graph unless the query names its own."""

    def __init__(self, inner: ox.Store, *, version: str, union: bool = True, in_memory: bool = True) -> None:
        self.inner = inner
        self.in_memory = in_memory
        self.version = version
        self.union = union

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
    ) -> Answer:
        """Evaluate a query; the graphs given, if any, replace the store's own dataset. Nothing outside is ever asked.

        The answer is to be consumed and dropped in this same thread. Raises QueryError for a query that does not
        parse or is not allowed here.
        """
        guard.refuse_outbound(text)
        given = default_graphs is not None or named_graphs is not None
        try:
            return self.inner.query(
                text,
                use_default_graph_as_union=self.union and not given and not guard.names_dataset(text),
                default_graph=[ox.NamedNode(iri) for iri in default_graphs or ()] if given else None,
                named_graphs=[ox.NamedNode(iri) for iri in named_graphs or ()] if given else None,
            )
        except SyntaxError as error:
            raise _syntax_error(str(error), text) from error
        except (OSError, ValueError, RuntimeError) as error:
            raise QueryError("not_evaluated", detail=str(error)) from error

    def table(self, text: str) -> Table:
        """Evaluate SELECT or ASK into a table."""
        return as_table(self.query(text))

    def triples(self, text: str) -> list[ox.Triple]:
        """Evaluate CONSTRUCT or DESCRIBE into a list."""
        return as_triples(self.query(text))

    def graphs(self) -> list[str]:
        """List the named graphs, sorted."""
        return sorted(graph.value for graph in self.inner.named_graphs() if isinstance(graph, ox.NamedNode))


def _syntax_error(message: str, text: str) -> QueryError:
    found = _SYNTAX.match(message)
    if not found:
        return QueryError("syntax", detail=message, line=1, column=1)
    line, column = int(found["line"]), int(found["column"])
    lines = text.splitlines() or [""]
    near = lines[min(line, len(lines)) - 1][max(column - 1, 0) :][:_SNIPPET].strip()
    detail = f"{_readable(found['detail'])} · «{near}»" if near else _readable(found["detail"])
    return QueryError("syntax", detail=detail, line=line, column=column)


def _readable(detail: str) -> str:
    """Drop the character classes of the engine's grammar: people look for words, not code point ranges.

    >>> _readable("expected one of ABS, AVG, ['0'..='9'], [_]")
    'expected one of ABS, AVG'
    """
    kept = [part.strip() for part in _CLASS.sub("", detail.replace("\\n", " ")).split(",")]
    readable = ", ".join(part for part in kept if part)
    return readable if readable not in ("", "expected", "expected one of") else "unexpected text"
