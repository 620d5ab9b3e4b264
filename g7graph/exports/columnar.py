"""Tables as Parquet: each column of one type, for pandas, DuckDB, Arrow."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from g7graph.errors import UsageError
from g7graph.table import Column, Table, Value, python

if TYPE_CHECKING:
    import pyarrow as pa

_INT64 = 2**63
_REAL = ("decimal", "double", "float")


def parquet(table: Table) -> bytes:
    """Write a Parquet file: int64, double (decimals too), bool, date32, else string; unknown is null.

    A column whose values are of several kinds is text. Raises UsageError where pyarrow (extra `parquet`) is missing.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise UsageError("needs_extra", package="pyarrow", extra="parquet") from missing
    rows = [[python(term) for term in row] for row in table.rows]
    arrays = [_array(column, [row[number] for row in rows]) for number, column in enumerate(table.columns)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, names=list(table.names)), out)
    return out.getvalue()


def _array(column: Column, values: list[Value]) -> pa.Array:
    import pyarrow as pa

    known = [value for value in values if value is not None]
    kind = _kind(column.type, known) if known else _promised(column.type)
    if kind == "string":
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if kind == "double":
        return pa.array([None if value is None else float(value) for value in values], pa.float64())  # type: ignore[arg-type]  # _kind saw numbers only
    return pa.array(values, pa.type_for_alias(kind))


def _kind(promised: str, known: Sequence[Value]) -> str:
    """Return the Arrow type that holds every value as it is."""
    if all(isinstance(value, bool) for value in known):
        return "bool"
    if all(isinstance(value, (int, Decimal, float)) and not isinstance(value, bool) for value in known):
        whole = promised not in _REAL and all(isinstance(value, int) for value in known)
        within = whole and all(-_INT64 <= value < _INT64 for value in known if isinstance(value, int))
        return "int64" if within else "string" if whole else "double"
    return "date32" if all(isinstance(value, date) for value in known) else "string"


def _promised(promised: str) -> str:
    """Return the Arrow type of a column that has no values, by its header."""
    return {"integer": "int64", "boolean": "bool", "date": "date32", **dict.fromkeys(_REAL, "double")}.get(
        promised, "string"
    )
