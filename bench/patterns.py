"""Patterns of statements: what framework.txt describes, compiled so that a million lines cost seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from g7graph import vocab

_BLOCKS = Path(__file__).with_name("framework.txt")
_HEADER = re.compile(r"\[(?P<name>[a-z-]+)\] (?P<graph>\S+)")
_TERM = re.compile(r'"[^"]*"(?:@[a-z]+|\^\^\S+)?|\S+')
_NUMBERS = {"=": "xsd:integer", "~": "xsd:decimal"}


@dataclass(frozen=True)
class Pattern:
    """Statements about one thing: the graph they stand in, the text with its fields, how many statements it makes."""

    graph: str
    text: str
    count: int


class Sink:
    """Where statements go: one N-Quads file, or the files of a framework's `data/ttl/`; counts them."""

    def __init__(self, target: TextIO | None, folder: Path | None, stack: ExitStack) -> None:
        self.count = 0
        self._target = target
        self._folder = folder
        self._stack = stack
        self._files: dict[str, TextIO] = {}
        self._patterns = {name: _ended(one, quads=folder is None) for name, one in read(_BLOCKS.read_text()).items()}

    def write(self, name: str, fields: Mapping[str, object]) -> None:
        """Fill a block's fields and write its statements."""
        pattern = self._patterns[name]
        file = self._target or self._file(pattern.graph.format_map(fields))
        file.write(pattern.text.format_map(fields))
        self.count += pattern.count

    def _file(self, graph: str) -> TextIO:
        if graph not in self._files:
            assert self._folder is not None
            path = self._folder / "data" / "ttl" / f"{graph}.ttl"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[graph] = self._stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        return self._files[graph]


@contextmanager
def quads(target: TextIO) -> Iterator[Sink]:
    """Write N-Quads with the named graphs of a framework."""
    with ExitStack() as stack:
        yield Sink(target, None, stack)


@contextmanager
def framework(folder: Path) -> Iterator[Sink]:
    """Write the root of a framework: `data/ttl/<graph>.ttl`, each line a statement of its own."""
    with ExitStack() as stack:
        yield Sink(None, folder, stack)


def read(text: str) -> dict[str, Pattern]:
    r"""Compile the blocks of a text such as framework.txt; the end of each statement stays a field.

    >>> pattern = read("[x] places\nplace:{key}\n    a g7:Place g7:Region\n")["x"]
    >>> pattern.graph, pattern.count
    ('places', 2)
    """
    patterns = {}
    for part in re.split(r"\n(?=\[)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip()):
        header, subject, *lines = part.strip().splitlines()
        found = _HEADER.fullmatch(header)
        assert found, header
        statements = [_statement(subject, predicate, each) for predicate, each in _pairs(lines)]
        patterns[found["name"]] = Pattern(found["graph"], "".join(statements), len(statements))
    return patterns


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        predicate, *objects = _TERM.findall(line)
        yield from ((predicate, each) for each in objects)


def _statement(subject: str, predicate: str, value: str) -> str:
    return f"{_term(subject)} {_term(predicate)} {_term(value)}{{end}}\n"


def _term(written: str) -> str:
    """Write a prefixed name, number, literal or field out in full."""
    if written.startswith("{"):
        return f"<{vocab.THING}{written}>"
    if written.startswith('"'):
        text, mark, datatype = written.partition("^^")
        return f"{text}{mark}{_term(datatype)}" if mark else text
    if written[0] in _NUMBERS:
        return f'"{written[1:]}"^^{_term(_NUMBERS[written[0]])}'
    if written == "a":
        return f"<{vocab.RDF_TYPE}>"
    prefix, _, local = written.partition(":")
    return f"<{vocab.PREFIXES[prefix]}{local}>"


def _ended(pattern: Pattern, *, quads: bool) -> Pattern:
    end = f" <{vocab.GRAPH}{pattern.graph}> ." if quads else " ."
    return Pattern(pattern.graph, pattern.text.replace("{end}", end), pattern.count)
