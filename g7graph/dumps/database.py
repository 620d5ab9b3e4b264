"""The tables as an SQLite file: types, keys, indexes, full text of what is long; same rows, same bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from g7graph.dumps.rows import Rows
from g7graph.dumps.schema import Field, Schema

_AFFINITIES = {"integer": "INTEGER", "boolean": "INTEGER", "decimal": "NUMERIC"}
_SETTINGS = (
    "PRAGMA page_size = 4096",
    "PRAGMA journal_mode = OFF",  # a file that is not finished is thrown away
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",  # rows come before those they refer to
)
_TRUTH = {"true": 1, "false": 0}
_LONG = 200  # characters: from there on people search for words


def write(tables: Sequence[Rows], path: Path) -> list[Rows]:
    """Write the tables; return them with the keys and references that their rows keep to, which those of all do.

    A key that two rows share, or a reference to nothing, is what `validate` finds; the rows are all there still.
    """
    kept = list(tables)
    while True:
        kept = [replace(table, schema=_known(table.schema, kept)) for table in kept]
        path.unlink(missing_ok=True)
        held = _filled(kept, path)
        if held == kept:
            return kept
        kept = held


def _filled(tables: list[Rows], path: Path) -> list[Rows]:
    """Fill a new file; return the tables without the keys and references that their rows break."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.execute("BEGIN")
        held = [_with_rows(connection, table, tables) for table in tables]
        connection.execute("COMMIT")
        if held != tables:
            return held
        broken = {(row[0], row[3]) for row in connection.execute("PRAGMA foreign_key_check")}
        if broken:
            return [replace(table, schema=_without(connection, table.schema, broken)) for table in tables]
        for table in tables:
            _index(connection, table)
        connection.execute("VACUUM")
    return tables


def _known(schema: Schema, tables: Sequence[Rows]) -> Schema:
    """Drop references to tables that are not there, or that have no key of one field."""
    keyed = {table.schema.name for table in tables if len(table.schema.key) == 1}
    fields = tuple(field if field.refers in keyed else replace(field, refers="") for field in schema.fields)
    return replace(schema, fields=fields)


def _with_rows(connection: sqlite3.Connection, table: Rows, tables: Sequence[Rows]) -> Rows:
    schema = table.schema
    connection.execute(_create(schema, tables))
    marks = ", ".join("?" * len(schema.fields))
    try:
        connection.executemany(f"INSERT INTO {_quoted(schema.name)} VALUES ({marks})", _values(table))  # noqa: S608 - names of ours, quoted
    except sqlite3.IntegrityError:
        return replace(table, schema=replace(schema, key=()))
    return table


def _values(table: Rows) -> Iterator[list[str | int | None]]:
    truths = [field.type == "boolean" for field in table.schema.fields]
    for row in table.written():
        yield [
            None if not cell else _TRUTH[cell] if is_truth else cell for cell, is_truth in zip(row, truths, strict=True)
        ]


def _create(schema: Schema, tables: Sequence[Rows]) -> str:
    keys = {table.schema.name: table.schema.key for table in tables}
    lines = [f"{_quoted(field.name)} {_type(field)}" for field in schema.fields]
    if schema.key:
        lines.append(f"PRIMARY KEY ({', '.join(map(_quoted, schema.key))})")
    lines += [
        f"FOREIGN KEY ({_quoted(field.name)}) REFERENCES {_quoted(field.refers)} ({_quoted(keys[field.refers][0])})"
        for field in schema.fields
        if len(keys.get(field.refers, ())) == 1
    ]
    return f"CREATE TABLE {_quoted(schema.name)} (\n  " + ",\n  ".join(lines) + "\n)"


def _type(field: Field) -> str:
    return _AFFINITIES.get(field.type, "TEXT")


def _without(connection: sqlite3.Connection, schema: Schema, broken: set[tuple[str, int]]) -> Schema:
    """Drop the references that some row breaks; a reference is known by its number."""
    numbers = connection.execute(f"PRAGMA foreign_key_list({_quoted(schema.name)})").fetchall()
    names = {row[3] for row in numbers if (schema.name, row[0]) in broken}
    fields = tuple(replace(field, refers="") if field.name in names else field for field in schema.fields)
    return replace(schema, fields=fields)


def _index(connection: sqlite3.Connection, table: Rows) -> None:
    """Index what refers to other tables, and the words of what is long."""
    schema = table.schema
    name = schema.name
    for field in schema.fields:
        if field.refers:
            index = _quoted(f"{name}-{field.name}")
            connection.execute(f"CREATE INDEX {index} ON {_quoted(name)} ({_quoted(field.name)})")
    pairs = zip(schema.fields, table.widths, strict=True)
    long = [_quoted(field.name) for field, width in pairs if field.type == "string" and width >= _LONG]
    if not long:
        return
    words, columns = _quoted(f"{name}_fts"), ", ".join(long)
    options = f"content={_quoted(name)}, tokenize='unicode61 remove_diacritics 2'"
    connection.execute(f"CREATE VIRTUAL TABLE {words} USING fts5 ({columns}, {options})")
    connection.execute(f"INSERT INTO {words} (rowid, {columns}) SELECT rowid, {columns} FROM {_quoted(name)}")  # noqa: S608 - as above


def _quoted(name: str) -> str:
    """Write an identifier.

    >>> _quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'
