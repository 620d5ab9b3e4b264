"""The tables as Parquet, each column of its type, read from the CSV a piece at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from g7graph.dumps.rows import Rows
from g7graph.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

_ARROW = {"integer": "int64", "decimal": "double", "boolean": "bool", "date": "date32"}


def write(table: Rows, path: Path) -> None:
    """Write a table: int64, double (decimals too), bool, date32, else string; unknown is null.

    Raises UsageError where pyarrow (extra `parquet`) is missing.
    """
    try:
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError as missing:
        raise UsageError("needs_extra", package="pyarrow", extra="parquet") from missing
    schema = _schema(table)
    rows = pyarrow.csv.open_csv(
        table.path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True
        ),
    )
    with pyarrow.parquet.ParquetWriter(path, schema) as out:
        for batch in rows:
            out.write_batch(batch)


def _schema(table: Rows) -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [(field.name, pa.type_for_alias(_ARROW.get(field.type, "string"))) for field in table.schema.fields]
    )
