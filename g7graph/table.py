"""A table of RDF terms: what a query answers, whatever the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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


_INT64 = 2**63
_REAL = ("decimal", "double", "float")
#: What a column holds by the type its header promises; text for the rest.
_PROMISED = {"integer": "integer", "boolean": "boolean", "date": "date", **dict.fromkeys(_REAL, "number")}
_DTYPES = {
    "boolean": "boolean",
    "integer": "Int64",
    "number": "Float64",
    "date": "datetime64[s]",
    "text": "string",
    "several": "object",
}


@dataclass(frozen=True)
class Column:
    """A column: its name, the type its header promises (iri, string, integer, decimal, date …), its unit if it has one.

    A unit is a code of UCUM (`%`, `{indicator}`) or of ISO 4217 (`PEN`); `?unit`: the column that says it row by row.
    A `scheme` is the key of the code list whose keys it holds.
    """

    name: str
    type: str = "string"
    unit: str = ""
    scheme: str = ""


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
        """Return the rows as a pandas DataFrame (extra `pandas`), each column of the dtype of its kind.

        boolean, Int64, Float64 (decimals too: `records` has them exact), datetime64[s], string; object where the values
        are of several kinds. What is not known is missing.
        """
        try:
            import pandas as pd
        except ImportError as missing:
            raise UsageError("needs_extra", package="pandas", extra="pandas") from missing
        rows = self.records()
        return pd.DataFrame({one.name: _series(one, [row[one.name] for row in rows]) for one in self.columns})

    def __len__(self) -> int:
        return len(self.rows)


def kind_of(column: Column, values: Sequence[Value]) -> str:
    """Return the kind of all the values of a column: boolean, integer (of 64 bits), number, date, else text.

    What is not known counts for nothing; where nothing is known, it is what the header promises.
    """
    known = [value for value in values if value is not None]
    if not known:
        return _PROMISED.get(column.type, "text")
    if all(isinstance(value, bool) for value in known):
        return "boolean"
    if all(isinstance(value, (int, Decimal, float)) and not isinstance(value, bool) for value in known):
        if _PROMISED.get(column.type) == "number" or not all(isinstance(value, int) for value in known):
            return "number"
        return "integer" if all(-_INT64 <= value < _INT64 for value in known if isinstance(value, int)) else "text"
    return "date" if all(isinstance(value, date) for value in known) else "text"


def _series(column: Column, values: list[Value]) -> pd.Series[Any]:
    import pandas as pd

    kind = kind_of(column, values)
    if kind == "text" and not all(value is None or isinstance(value, str) for value in values):
        kind = "several"
    return pd.Series(values, dtype=_DTYPES[kind])


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
