"""Plain tables (CSV, RFC 4180): payments, receipts, organisations, GFS codes and summary data, columns by heading."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import BinaryIO

from g7graph.sources.eiti import columns
from g7graph.sources.eiti.columns import Heading, kind_of
from g7graph.sources.eiti.record import Row
from g7graph.sources.eiti.source import Source
from g7graph.sources.problem import Place, Problem
from g7graph.vocab import fold

_LONGEST_LINE = 1 << 20
_REPLACED = "\ufffd"
_OTHER_SEPARATORS = ";\t|"
#: What a row of totals says in place of a stream or a company.
_TOTALS = {"total", "totals", "subtotal", "sub total", "grand total", "total general"}


class _TooLongError(Exception):
    """A line longer than any table's."""


def read(source: Source) -> Iterator[Row | Problem]:
    """Read a table row by row, never holding more than one."""
    with source.open() as file:
        reader = csv.reader(_lines(file), strict=True)
        try:
            headings = next(reader, [])
        except (csv.Error, _TooLongError) as error:
            yield Problem(Place(source.name, line=1), "bad_csv", {"detail": error})
            return
        known = columns.headings(headings)
        kind = kind_of(frozenset(one.name for one in known if one))
        if kind is None:
            written = ", ".join(headings)[:200]
            is_other = len(headings) == 1 and any(sign in written for sign in _OTHER_SEPARATORS)
            key = "empty_table" if not headings else "other_separator" if is_other else "no_columns"
            yield Problem(Place(source.name, line=1), key, {"value": written})
            return
        for written, one in zip(headings, known, strict=True):
            if one is None:
                key = "repeated_column" if columns.heading(written) else "unread_column"
                yield Problem(Place(source.name, line=1), key, {"value": written}, lost=False)
        yield from _rows(source, reader, kind, known)


def _lines(file: BinaryIO) -> Iterator[str]:
    with io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="") as text:
        while line := text.readline(_LONGEST_LINE):
            if len(line) == _LONGEST_LINE:
                raise _TooLongError
            yield line


def _rows(
    source: Source, reader: Iterator[list[str]], kind: str, known: Sequence[Heading | None]
) -> Iterator[Row | Problem]:
    """Yield the rows below the headings; one that is broken is a problem, and the next is read."""
    names = [one.name for one in known if one]
    is_read = [one is not None for one in known]
    currencies = [one.currency for one in known if one and one.currency]
    shared = {"currency": currencies[0]} if currencies else {}
    remarks = {one.name: one.remark for one in known if one and one.remark}
    width, name, ends = len(known), source.name, 1
    who = [at for at, one in enumerate(known) if kind == "revenue" and one and one.name in ("stream", "company")]
    while True:
        begins = ends + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            ends = reader.line_num  # type: ignore[attr-defined]  # of a csv.reader
            yield Problem(Place(name, line=begins), "bad_csv", {"detail": error})
            continue
        except _TooLongError:
            yield Problem(Place(name, line=begins), "line_too_long", {"most": _LONGEST_LINE})
            return
        if cells is None:
            return
        ends = reader.line_num  # type: ignore[attr-defined]
        if not cells:
            continue
        place = Place(name, "", "", begins)
        if len(cells) != width:
            yield Problem(place, "bad_width", {"count": len(cells), "expected": width})
        elif _REPLACED in "".join(cells):
            yield Problem(place, "not_utf8")
        elif any("otal" in cells[at].lower() and fold(cells[at]) in _TOTALS for at in who):
            yield Problem(place, "total_row", lost=False)
        else:
            yield Row(kind, place, shared | dict(zip(names, compress(cells, is_read), strict=True)), remarks=remarks)
