"""XML read as it comes: elements with their lines, no more of them held than are open or waited for.

A document type is refused, and with it every entity: IATI has none, and they are how a small file becomes a huge one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

_BLOCK = 1 << 16
_DEEPEST = 64
_MOST_CHARACTERS = 8_000_000
_MOST_ELEMENTS = 200_000
_LONGEST_TAG = 1_000_000


class Refused(Exception):
    """A file that is not read further: a message key of `locale/sources.toml`, its values, and the line."""

    def __init__(self, key: str, line: int, **values: object) -> None:
        super().__init__(key)
        self.key, self.line, self.values = key, line, values


@dataclass(slots=True, eq=False)
class Element:
    """An element: its name, attributes, line (from 1), path with positions among those of its name, text, children."""

    name: str
    attributes: dict[str, str]
    line: int
    path: str
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Its own text, white space trimmed."""
        return "".join(self.texts).strip()

    def find(self, name: str) -> Element | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]


@dataclass(frozen=True, slots=True)
class Event:
    """An element that begins, with its attributes, or that ends, whole; and the one that it stands in."""

    element: Element
    parent: Element | None
    ends: bool

    def forget(self) -> None:
        """Let go of an element that has been read."""
        if self.parent:
            self.parent.children.remove(self.element)


def events(file: IO[bytes]) -> Iterator[Event]:
    """Yield each element as it begins and as it ends; whoever is done with one forgets it.

    Raises Refused where the file is no well-formed XML, or is made to grow.
    """
    reader = _Reader()
    while block := file.read(_BLOCK):
        yield from reader.fed(block, final=False)
    yield from reader.fed(b"", final=True)


class _Reader:
    """Builds elements from what expat tells."""

    def __init__(self) -> None:
        self._found: list[Event] = []
        self._open: list[Element] = []
        self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def fed(self, block: bytes, *, final: bool) -> Iterator[Event]:
        """Parse a block; what was found before an error is yielded before it is raised."""
        problem: Refused | None = None
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            path = self._open[-1].path if self._open else "/"
            problem = Refused("iati_not_xml", error.lineno, detail=expat.ErrorString(error.code), path=path)
        except LookupError as error:  # an encoding that nobody knows
            problem = Refused("iati_not_xml", self._parser.CurrentLineNumber, detail=error, path="/")
        except Refused as error:
            problem = error
        found, self._found = self._found, []
        yield from found
        if problem:
            raise problem
        self._fed += len(block)
        self._refuse_large()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else None
        if len(self._open) >= _DEEPEST:
            raise Refused("iati_too_large", self._parser.CurrentLineNumber, path=self._open[-1].path)
        counts = parent.counts if parent else {}
        counts[name] = counts.get(name, 0) + 1
        path = f"{parent.path}/{name}[{counts[name]}]" if parent else f"/{name}"
        element = Element(name, attributes, self._parser.CurrentLineNumber, path)
        if parent:
            parent.children.append(element)
        self._open.append(element)
        self._found.append(Event(element, parent, ends=False))

    def _end(self, _: str) -> None:
        element = self._open.pop()
        self._found.append(Event(element, self._open[-1] if self._open else None, ends=True))

    def _characters(self, text: str) -> None:
        element = self._open[-1]
        if not (element.counts and text.isspace()):  # what stands between the children of a long element
            element.texts.append(text)

    def _doctype(self, *_: object) -> None:
        raise Refused("iati_doctype", self._parser.CurrentLineNumber)

    def _refuse_large(self) -> None:
        """Raise Refused where what is held of an open element is more than any activity needs."""
        in_tag = self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG
        for element in self._open:
            characters = sum(map(len, element.texts))
            if in_tag or characters > _MOST_CHARACTERS or len(element.children) > _MOST_ELEMENTS:
                raise Refused("iati_too_large", element.line, path=element.path)
