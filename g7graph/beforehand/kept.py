"""What is found beforehand, kept beside a store on disk: an SQLite file that all who read the store share.

Each row has a checksum: what is damaged is as if nobody had found it, and is found again for whoever asks.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from g7graph.beforehand import Beforehand, Found
from g7graph.errors import StoreError
from g7graph.pointing import PAGE, Listing
from g7graph.portion import Portion, unpacked
from g7graph.result import Materialised
from g7graph.store import stamp

_SUFFIX = ".beforehand"
_FRESH_SUFFIX = _SUFFIX + ".new"
#: Table → its columns, those of the key first.
_TABLES = {
    "hub": ("thing", "total", "properties", "uses"),
    "page": ("thing", "number", "lines"),
    "portion": ("thing", "number", "most", "passages", "packed"),
    "answer": ("query", "packed", "hash", "rows"),
}
_KEYS = {"hub": 1, "page": 2, "portion": 2, "answer": 1}

_Row = tuple[Any, ...]


def keep(folder: Path, version: str, found: Found) -> None:
    """Keep what is found for a version of the store in a folder, in place of what is kept. Raises StoreError."""
    prepare(folder, version, found)
    put(folder)


def prepare(folder: Path, version: str, found: Found) -> None:
    """Write what is found for a version of the store in a folder; what is kept stays as it is. Raises StoreError."""
    fresh = stamp.beside(folder, _FRESH_SUFFIX)
    try:
        fresh.unlink(missing_ok=True)
        with closing(sqlite3.connect(fresh)) as database, database:
            database.execute("PRAGMA journal_mode = OFF")  # a file that is not finished is not used
            for table, names in _TABLES.items():
                key = ", ".join(names[: _KEYS[table]])
                database.execute(f"CREATE TABLE {table} ({', '.join(names)}, sum, PRIMARY KEY ({key}))")
            for table, row in _rows(found):
                slots = ", ".join("?" * (len(row) + 1))
                database.execute(f"INSERT INTO {table} VALUES ({slots})", (*row, _sum(row)))  # noqa: S608
            # Last, so that a file that has its version has all else.
            database.execute("CREATE TABLE data (version, tables)")
            database.execute("INSERT INTO data VALUES (?, ?)", (version, str(_TABLES)))
    except BaseException as error:  # whoever is interrupted leaves nothing, either
        fresh.unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise StoreError("store_local", path=fresh, detail=error) from error
        raise


def put(folder: Path) -> None:
    """Put what was written in place of what is kept."""
    stamp.beside(folder, _FRESH_SUFFIX).replace(stamp.beside(folder, _SUFFIX))


def is_whole(folder: Path, version: str) -> bool:
    """Whether all that is to be kept for a version of a store is kept, and undamaged: it is read through."""
    database = _opened(stamp.beside(folder, _SUFFIX), version)
    if database is None:
        return False
    with closing(database), suppress(sqlite3.Error):
        sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sound and all(_sum(row[:-1]) == row[-1] for table in _TABLES for row in database.execute(_all(table)))
    return False


def _all(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608 - a name of ours


def _rows(found: Found) -> Iterator[tuple[str, _Row]]:
    for thing, listing in found.hubs:
        yield "hub", (thing, listing.total, "\n".join(sorted(listing.properties)), listing.uses)
        for number in range(1, -(-listing.total // PAGE) + 1):
            yield "page", (thing, number, listing.pages.get(number))
    for thing, pages in found.said:
        for number, packed in enumerate(pages.packed, 1):
            yield "portion", (thing, number, pages.values, pages.passages, packed)
    for text, answer in found.answers:
        yield "answer", (text, answer.packed, answer.hash, answer.rows)


def _sum(row: _Row) -> int:
    """Return the checksum of a row: CRC-32 of its values one after the other."""
    total = 0
    for value in row:
        total = zlib.crc32(value if isinstance(value, bytes) else f"{value}\0".encode(), total)
    return total


def on_disk(folder: Path, version: str) -> Beforehand:
    """Open what is kept for a version of a store; there is nothing where it is of another version, or not kept.

    Nor where the file cannot be read: then it is found for whoever asks first.
    """
    database = _opened(stamp.beside(folder, _SUFFIX), version)
    return Beforehand(_Hubs(database), partial(_said, database), _Answers(database)) if database else Beforehand()


@dataclass(frozen=True)
class _Hubs:
    database: sqlite3.Connection

    def get(self, thing: str, /) -> Listing | None:
        """Return the listing of a thing, its pages to be read as they are asked for."""
        found = _row(self.database, "hub", thing)
        if found is None:
            return None
        _, total, properties, uses = found
        return Listing(total, frozenset(properties.split("\n")), _Pages(self.database, thing), uses=uses)


@dataclass(frozen=True)
class _Pages:
    database: sqlite3.Connection
    thing: str

    def get(self, number: int, /) -> bytes | None:
        """Return a page, counted from 1; None where there is no such page."""
        found = _row(self.database, "page", self.thing, number)
        return found[2] if found else None


def _said(database: sqlite3.Connection, thing: str, number: int) -> Portion | None:
    found = _row(database, "portion", thing, number)
    return unpacked(*found[2:]) if found else None


@dataclass(frozen=True)
class _Answers:
    database: sqlite3.Connection

    def get(self, text: str, /) -> Materialised | None:
        """Return the answer of a query whose text has all its values."""
        found = _row(self.database, "answer", text)
        return Materialised(*found[1:]) if found else None


def _row(database: sqlite3.Connection, table: str, *key: str | int) -> _Row | None:
    """Return the row of a key; None also where it is damaged, or the file is: what was found can be found again."""
    where = " AND ".join(f"{name} = ?" for name in _TABLES[table][: len(key)])
    with suppress(sqlite3.Error):
        found: _Row | None = database.execute(f"{_all(table)} WHERE {where}", key).fetchone()
        if found and _sum(found[:-1]) == found[-1]:
            return found[:-1]
    return None


def _opened(path: Path, version: str) -> sqlite3.Connection | None:
    """Open a database for reading, in whichever thread, one at a time; None for one of another version, or none."""
    if not path.is_file():
        return None
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with suppress(sqlite3.Error):
        database = sqlite3.connect(address, uri=True, check_same_thread=False)
        with suppress(sqlite3.Error):
            if database.execute("SELECT version, tables FROM data").fetchall() == [(version, str(_TABLES))]:
                return database
        database.close()
    return None
