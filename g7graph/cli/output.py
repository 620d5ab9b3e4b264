"""What the command line prints: tables for a terminal or for a pipe, bytes to a file or to the standard output."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from pyoxigraph import NamedNode

from g7graph.cli.speech import Refused
from g7graph.errors import UsageError
from g7graph.table import Table, Term, text
from g7graph.vocab import curie

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

NUMERIC = ("integer", "decimal", "double", "float")
#: Characters that would steer a terminal; data never may.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BUFFER_BYTES = 262_144  # what is written is much, in small pieces


def show(table: Table) -> None:
    """Print a table: with rules and colours on a terminal, plain columns into a pipe."""
    from rich.console import Console

    console = Console()
    if console.is_terminal:
        draw(table, console)
    else:
        click.echo(plain(table), nl=False)


def draw(table: Table, console: Console) -> None:
    """Draw a table on a terminal; long texts are folded, never cut."""
    from rich import box
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD, header_style="bold")
    for column in table.columns:
        drawn.add_column(Text(column.name), justify="right" if column.type in NUMERIC else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(cell(term)) for term in row))
    console.print(drawn)


def plain(table: Table) -> str:
    """Write a table as columns of text, two spaces between them.

    >>> from g7graph.table import Column, Literal
    >>> print(plain(Table((Column("code"), Column("actual", "integer")), ((Literal("4.4"), Literal(43)),))), end="")
    code  actual
    4.4       43
    """
    rows = [table.names, *(tuple(map(cell, row)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [column.type in NUMERIC for column in table.columns]
    lines = (
        "  ".join(
            word.rjust(width) if is_number else word.ljust(width)
            for word, width, is_number in zip(row, widths, right, strict=True)
        )
        for row in rows
    )
    return "".join(line.rstrip() + "\n" for line in lines)


def cell(term: Term | None) -> str:
    """Return what a person reads of a term, on one line; IRIs are shortened."""
    said = curie(term.value) if isinstance(term, NamedNode) else text(term)
    return _CONTROL.sub("\ufffd", " ".join(said.split()))


def refuse_terminal(binary: bool, output: Path | None, name: str) -> None:
    """Raise Refused where bytes that are no text would go to a terminal."""
    if binary and output is None and on_terminal():
        raise Refused("binary_terminal", name=name)


def on_terminal() -> bool:
    """Whether the standard output is a terminal."""
    return sys.stdout.isatty()


def write(content: bytes, output: Path | None) -> None:
    """Write to a file, else to the standard output."""
    if output is None:
        click.echo(content, nl=False)
    else:
        output.write_bytes(content)


def form_of(output: Path | None, known: Sequence[str]) -> str:
    """Return the format that the name of a file says, the first known where it says none. Raises UsageError."""
    said = output.suffix.lstrip(".") if output else ""
    if said and said not in known:
        raise UsageError("unknown_format", name=said, nearest=known)
    return said or known[0]


@contextmanager
def opened(output: Path | None) -> Iterator[IO[bytes]]:
    """Open a file that takes its place when it is whole, else the standard output.

    What is no regular file (a pipe, a device) is written to as it is, and a link goes on leading where it did.
    """
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    if output.exists() and not output.is_file():
        with output.open("wb", _BUFFER_BYTES) as out:
            yield out
        return
    output = output.resolve() if output.is_symlink() else output
    beside = output.with_name(output.name + ".new")
    try:
        with beside.open("wb", _BUFFER_BYTES) as out:
            yield out
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on the standard error, seen on a terminal only."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar
