"""The listings of hubs, kept beside a store on disk: an SQLite file that all who read the store share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from g7graph.errors import StoreError
from g7graph.pointing import PAGE, Listing
from g7graph.store import stamp

_SUFFIX = ".pointing"
_TABLES = """
CREATE TABLE data (version TEXT);
CREATE TABLE hub (thing TEXT PRIMARY KEY, total INTEGER, properties TEXT);
CREATE TABLE page (thing TEXT, number INTEGER, lines BLOB, PRIMARY KEY (thing, number)) WITHOUT ROWID;
"""


def keep(folder: Path, version: str, found: Iterable[tuple[str, Listing]]) -> None:
    """Keep listings for a version of the store in a folder, in place of those that are kept. Raises StoreError."""
    path = stamp.beside(folder, _SUFFIX)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(fresh)) as database, database:
            _write(database, version, found)
    except sqlite3.Error as error:
        fresh.unlink(missing_ok=True)
        raise StoreError("store_local", path=fresh, detail=error) from error
    fresh.replace(path)


def _write(database: sqlite3.Connection, version: str, found: Iterable[tuple[str, Listing]]) -> None:
    database.executescript(_TABLES)
    database.execute("INSERT INTO data VALUES (?)", (version,))
    for thing, listing in found:
        properties = "\n".join(sorted(listing.properties))
        database.execute("INSERT INTO hub VALUES (?, ?, ?)", (thing, listing.total, properties))
        numbers = range(1, -(-listing.total // PAGE) + 1)
        pages = ((thing, number, listing.pages.get(number)) for number in numbers)
        database.executemany("INSERT INTO page VALUES (?, ?, ?)", pages)


class HubsOnDisk:
    """The listings of hubs that are kept for a version of a store; none where those of another are, or of none.

    Nor where the file cannot be read: then what points to a hub is put in order for whoever asks first.
    """

    def __init__(self, folder: Path, version: str) -> None:
        path = stamp.beside(folder, _SUFFIX)
        self._database = _opened(path, version) if path.is_file() else None

    def get(self, thing: str) -> Listing | None:
        """Return the listing of a thing, its pages to be read as they are asked for."""
        if self._database is None:
            return None
        text = "SELECT total, properties FROM hub WHERE thing = ?"
        found = self._database.execute(text, (thing,)).fetchone()
        return Listing(found[0], frozenset(found[1].split("\n")), _Pages(self._database, thing)) if found else None


@dataclass(frozen=True)
class _Pages:
    """The pages of a listing, each read when it is asked for."""

    database: sqlite3.Connection
    thing: str

    def get(self, number: int) -> bytes | None:
        """Return a page, counted from 1; None where there is no such page."""
        text = "SELECT lines FROM page WHERE thing = ? AND number = ?"
        found = self.database.execute(text, (self.thing, number)).fetchone()
        return found[0] if found else None


def _opened(path: Path, version: str) -> sqlite3.Connection | None:
    """Open listings for reading, in whichever thread, one at a time; None for those of another version."""
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    with suppress(sqlite3.Error):
        database = sqlite3.connect(address, uri=True, check_same_thread=False)
        if database.execute("SELECT version FROM data").fetchall() == [(version,)]:
            return database
        database.close()
    return None
