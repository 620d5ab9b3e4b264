"""Tables as Parquet: each column of one type, for pandas, DuckDB, Arrow."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from g7graph.errors import UsageError
from g7graph.table import Column, Table, Value, kind_of, python

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW = {"boolean": "bool", "integer": "int64", "date": "date32"}


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

    kind = kind_of(column, values)
    if kind == "text":
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    if kind == "number":
        return pa.array([None if value is None else float(value) for value in values], pa.float64())  # type: ignore[arg-type]  # numbers only
    return pa.array(values, pa.type_for_alias(_ARROW[kind]))
