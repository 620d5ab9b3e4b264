"""All that is made of a framework's tables: CSV, Parquet, a workbook, a database, and what describes them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from g7graph.dumps import database, described, parquet, rows, schema, workbook
from g7graph.dumps.about import About
from g7graph.dumps.folder import Folder
from g7graph.exports.manifest import Dump
from g7graph.queries import Library
from g7graph.store.local import LocalStore

FOLDER = "tables"
_CSV, _JSON = "text/csv", "application/json"
_PARQUET = "application/vnd.apache.parquet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SQLITE = "application/vnd.sqlite3"
#: What says how a file of these formats is written: ECMA-376 (ISO/IEC 29500), the projects' own pages.
_STANDARDS = {
    _PARQUET: "https://parquet.apache.org/docs/file-format/",
    _XLSX: "https://ecma-international.org/publications-and-standards/standards/ecma-376/",
    _SQLITE: "https://www.sqlite.org/fileformat2.html",
}
_CSVM = "application/csvm+json"
_PACKAGE = "application/vnd.datapackage+json"
#: As CSV on the Web looks for it beside any CSV file (Tabular Data Model §5.3), and Data Package names it.
CSVW_NAME, _PACKAGE_NAME, _DATASETTE_NAME = "csv-metadata.json", "datapackage.json", "metadata.json"


def write(store: LocalStore, library: Library, about: About, folder: Folder) -> Iterator[Dump]:
    """Write the tables to a folder and yield what was written.

    Without pyarrow there is no Parquet; without a table nothing.
    """
    found = schema.schemas(library)
    if not found:
        return
    place = folder.path / FOLDER
    place.mkdir()
    written = []
    for one in found:
        folder.told(f"{FOLDER}/{one.name}")
        written.append(rows.write(store, one, place / f"{one.name}.csv"))
    folder.told(f"{FOLDER}/tables.sqlite")
    tables = database.write(written, place / "tables.sqlite")
    sheets = [
        folder.listed(table.path, f"table/{table.schema.name}", _CSV, conforms_to=described.CSVW) for table in tables
    ]
    yield from sheets
    if has_parquet():
        for table in tables:
            folder.told(f"{FOLDER}/{table.schema.name}.parquet")
            path = table.path.with_suffix(".parquet")
            parquet.write(table, path)
            yield _listed(folder, path, f"table/{table.schema.name}", _PARQUET)
    yield _listed(folder, place / "tables.sqlite", FOLDER, _SQLITE)
    folder.told(f"{FOLDER}/tables.xlsx")
    if workbook.write(tables, about, place / "tables.xlsx"):
        yield _listed(folder, place / "tables.xlsx", FOLDER, _XLSX)
    for name, content, media_type, standard in (
        (CSVW_NAME, described.csvw(tables, about), _CSVM, described.CSVW),
        (_PACKAGE_NAME, described.package(tables, about, sheets), _PACKAGE, described.PACKAGE),
        (_DATASETTE_NAME, described.datasette(tables, about, "tables"), _JSON, None),
    ):
        (place / name).write_bytes(content)
        yield folder.listed(place / name, FOLDER, media_type, conforms_to=standard)


def _listed(folder: Folder, path: Path, part: str, media_type: str) -> Dump:
    return folder.listed(path, part, media_type, conforms_to=_STANDARDS[media_type])


def has_parquet() -> bool:
    """Whether what writes Parquet is installed (extra `parquet`)."""
    return find_spec("pyarrow") is not None
