"""The tables as one workbook: a sheet each, and before them one that says what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from g7graph import i18n
from g7graph.dumps.about import About
from g7graph.dumps.rows import Rows
from g7graph.exports.workbook import MOST_ROWS, Sheet
from g7graph.exports.workbook import write as write_sheets
from g7graph.table import Value

_README = "README"
_COLUMNS = ("table", "column", "type", *i18n.LANGUAGES, "property")
_WIDTHS = (14, 18, 12, 50, 50, 50, 50)


def write(tables: Sequence[Rows], about: About, path: Path) -> bool:
    """Write the workbook; return whether there can be one: a sheet holds only so many rows."""
    if any(table.count > MOST_ROWS for table in tables):
        return False
    readme = Sheet(_README, _COLUMNS, list(_readme(tables, about)), _WIDTHS)
    sheets = (Sheet(one.schema.name, one.schema.names, one, one.widths) for one in tables)
    with path.open("wb") as out:
        write_sheets([readme, *sheets], out)
    return True


def _readme(tables: Sequence[Rows], about: About) -> Iterator[Sequence[Value]]:
    """Yield what the dataset is, then each table with its columns."""
    for texts in (about.titles, about.descriptions):
        yield ("", "", "", *(texts.get(lang) for lang in i18n.LANGUAGES), about.iri)
    for name, value in (("version", about.version), ("modified", about.modified), ("license", about.license)):
        yield ("", name, "", value, None, None, None)
    for table in tables:
        schema = table.schema
        for texts in (schema.titles, schema.descriptions):
            yield (schema.name, "", "", *(texts.get(lang) for lang in i18n.LANGUAGES), schema.kind)
        for field in schema.fields:
            titles = (field.titles.get(lang) for lang in i18n.LANGUAGES)
            yield (schema.name, field.name, field.type, *titles, field.property)
