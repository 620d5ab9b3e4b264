"""A file of candidates: identifiers of others with their names, a CSV that any spreadsheet writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from g7graph import vocab
from g7graph.linking.rows import Row, rows
from g7graph.linking.things import CLASSES, REGISTERS, Thing
from g7graph.sources.problem import Problem

_NEEDED = ("id", "label")


def read(path: Path) -> Iterator[Thing | Problem]:
    """Read candidates: columns `id` (an address or a prefixed name) and `label`; others where known.

    These are `kind`, the registers, and `within`, the name of the place that a place lies in.

    Raises DataError for a file without these columns or that is no text.
    """
    for row in rows(path, _NEEDED):
        yield row if isinstance(row, Problem) else _candidate(row)


def _candidate(row: Row) -> Thing | Problem:
    iri = address(row.cells["id"])
    if not iri:
        return row.problem("link_address", "id")
    if not row.cells["label"]:
        return row.problem("link_empty", "label")
    kind = row.cells.get("kind", "")
    if kind and kind not in CLASSES:
        return row.problem("link_choice", "kind", known=", ".join(CLASSES))
    known = {register: row.cells[register] for register in REGISTERS if row.cells.get(register)}
    return Thing(iri, kind, (row.cells["label"],), known, within=row.cells.get("within", ""))


def address(said: str) -> str:
    """Return the web address that is said, or that a prefixed name stands for; nothing where it is neither.

    >>> address("wikidata:Q419"), address("Q419")
    ('http://www.wikidata.org/entity/Q419', '')
    """
    iri = vocab.expand(said) or said
    is_web = iri.startswith(("http://", "https://")) and not any(sign in iri for sign in '<>"{}|^`\\ ')
    return iri if is_web else ""
