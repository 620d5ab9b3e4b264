"""A table of RDF terms: what a query answers, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from g7graph.errors import UsageError
from g7graph.vocab import XSD

if TYPE_CHECKING:
    import pandas as pd

Term = NamedNode | BlankNode | Literal
Value = str | int | float | Decimal | bool | date | None

_PYTHON: dict[str, Callable[[str], Value]] = {
    XSD + "integer": int,
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "float": float,
    XSD + "boolean": lambda text: text in ("true", "1"),
    XSD + "date": date.fromisoformat,
}


@dataclass(frozen=True)
class Column:
    """A column: its name and the type its header promises (iri, string, integer, decimal, date …)."""

    name: str
    type: str = "string"


@dataclass(frozen=True)
class Table:
    """Columns and rows; a cell is an RDF term, or None where nothing is known (never zero)."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Term | None, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def records(self) -> list[dict[str, Value]]:
        """Return the rows as dictionaries of Python values."""
        return [dict(zip(self.names, map(python, row), strict=True)) for row in self.rows]

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame (extra `pandas`)."""
        try:
            import pandas as pd
        except ImportError as missing:
            raise UsageError("needs_extra", package="pandas", extra="pandas") from missing
        return pd.DataFrame(self.records(), columns=list(self.names))

    def __len__(self) -> int:
        return len(self.rows)


def python(term: Term | None) -> Value:
    """Return the Python value of a term: numbers, booleans and dates by datatype, else its text.

    >>> python(Literal("0.7963", datatype=NamedNode(XSD + "decimal")))
    Decimal('0.7963')
    """
    if not isinstance(term, Literal):
        return None if term is None else term.value
    convert = _PYTHON.get(term.datatype.value)
    try:
        return convert(term.value) if convert else term.value
    except (ValueError, ArithmeticError):
        return term.value


def text(term: Term | Triple | None) -> str:
    """Return what a term says, bare: the IRI or the lexical form; empty for nothing."""
    if term is None:
        return ""
    return str(term) if isinstance(term, Triple) else term.value
