"""What is found beforehand, kept beside a store on disk: an SQLite file that all who read the store share."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from g7graph.beforehand import Beforehand, Found
from g7graph.errors import StoreError
from g7graph.pointing import PAGE, Listing
from g7graph.portion import Pages, Portion, unpacked
from g7graph.result import Materialised
from g7graph.store import stamp

_SUFFIX = ".beforehand"
_TABLES = """
CREATE TABLE data (version TEXT);
CREATE TABLE hub (thing TEXT PRIMARY KEY, total INTEGER, properties TEXT);
CREATE TABLE page (thing TEXT, number INTEGER, lines BLOB, PRIMARY KEY (thing, number)) WITHOUT ROWID;
CREATE TABLE said (thing TEXT PRIMARY KEY, most INTEGER, passages INTEGER);
CREATE TABLE portion (thing TEXT, number INTEGER, packed BLOB, PRIMARY KEY (thing, number)) WITHOUT ROWID;
CREATE TABLE answer (query TEXT PRIMARY KEY, packed BLOB, hash TEXT, rows INTEGER);
"""


def keep(folder: Path, version: str, found: Found) -> None:
    """Keep what is found for a version of the store in a folder, in place of what is kept. Raises StoreError."""
    path = stamp.beside(folder, _SUFFIX)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh)) as database, database:
            database.executescript(_TABLES)
            database.execute("INSERT INTO data VALUES (?)", (version,))
            for thing, listing in found.hubs:
                _list(database, thing, listing)
            for thing, pages in found.said:
                _say(database, thing, pages)
            for text, answer in found.answers:
                row = (text, answer.packed, answer.hash, answer.rows)
                database.execute("INSERT INTO answer VALUES (?, ?, ?, ?)", row)
    except sqlite3.Error as error:
        fresh.unlink(missing_ok=True)
        raise StoreError("store_local", path=fresh, detail=error) from error
    fresh.replace(path)


def _list(database: sqlite3.Connection, thing: str, listing: Listing) -> None:
    properties = "\n".join(sorted(listing.properties))
    database.execute("INSERT INTO hub VALUES (?, ?, ?)", (thing, listing.total, properties))
    numbers = range(1, -(-listing.total // PAGE) + 1)
    pages = ((thing, number, listing.pages.get(number)) for number in numbers)
    database.executemany("INSERT INTO page VALUES (?, ?, ?)", pages)


def _say(database: sqlite3.Connection, thing: str, pages: Pages) -> None:
    database.execute("INSERT INTO said VALUES (?, ?, ?)", (thing, pages.values, pages.passages))
    rows = ((thing, number, packed) for number, packed in enumerate(pages.packed, 1))
    database.executemany("INSERT INTO portion VALUES (?, ?, ?)", rows)


def on_disk(folder: Path, version: str) -> Beforehand:
    """Open what is kept for a version of a store; there is nothing where it is of another version, or not kept.

    Nor where the file cannot be read: then it is found for whoever asks first.
    """
    path = stamp.beside(folder, _SUFFIX)
    database = _opened(path, version) if path.is_file() else None
    return Beforehand(_Hubs(database), partial(_said, database), _Answers(database)) if database else Beforehand()


@dataclass(frozen=True)
class _Hubs:
    database: sqlite3.Connection

    def get(self, thing: str, /) -> Listing | None:
        """Return the listing of a thing, its pages to be read as they are asked for."""
        text = "SELECT total, properties FROM hub WHERE thing = ?"
        found = _row(self.database, text, thing)
        return Listing(found[0], frozenset(found[1].split("\n")), _Pages(self.database, thing)) if found else None


@dataclass(frozen=True)
class _Pages:
    database: sqlite3.Connection
    thing: str

    def get(self, number: int, /) -> bytes | None:
        """Return a page, counted from 1; None where there is no such page."""
        text = "SELECT lines FROM page WHERE thing = ? AND number = ?"
        found = self.database.execute(text, (self.thing, number)).fetchone()
        return found[0] if found else None


def _said(database: sqlite3.Connection, thing: str, number: int) -> Portion | None:
    text = "SELECT most, passages, packed FROM said JOIN portion USING (thing) WHERE thing = ? AND number = ?"
    found = _row(database, text, thing, number)
    return unpacked(*found) if found else None


@dataclass(frozen=True)
class _Answers:
    database: sqlite3.Connection

    def get(self, text: str, /) -> Materialised | None:
        """Return the answer of a query whose text has all its values."""
        found = _row(self.database, "SELECT packed, hash, rows FROM answer WHERE query = ?", text)
        return Materialised(*found) if found else None


def _row(database: sqlite3.Connection, text: str, *values: str | int) -> tuple[Any, ...] | None:
    """Return the first row; None also where the file is damaged: what was found can be found again."""
    with suppress(sqlite3.Error):
        found: tuple[Any, ...] | None = database.execute(text, values).fetchone()
        return found
    return None


def _opened(path: Path, version: str) -> sqlite3.Connection | None:
    """Open a database for reading, in whichever thread, one at a time; None for one of another version."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with suppress(sqlite3.Error):
        database = sqlite3.connect(address, uri=True, check_same_thread=False)
        if database.execute("SELECT version FROM data").fetchall() == [(version,)]:
            return database
        database.close()
    return None
