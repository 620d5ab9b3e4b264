"""The rules of the vocabulary in words: what the SHACL shapes ask of the things of a class, each by its own message.

The shapes stand in no graph of the store; their files are read once, when a page first needs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from pyoxigraph import Literal

from g7graph import vocab
from g7graph.graph import parse
from g7graph.project import GraphFile, Project
from g7graph.web.facts import Facts
from g7graph.web.names import best

_WARNING = vocab.STANDARD["sh"] + "Warning"
#: What a node shape may say without asking anything of its own.
_SILENT = {
    vocab.STANDARD["sh"] + name for name in ("message", "property", "severity", "targetClass", "targetSubjectsOf")
} | {vocab.RDF_TYPE}
_OF_SHAPES = ("sh:and", "sh:or", "sh:xone")


@dataclass(frozen=True)
class Count:
    """How many values are asked for; `most` is None where any number may be."""

    least: int = 0
    most: int | None = None

    def both(self, other: Count) -> Count:
        """Return what keeps to both.

        >>> Count(1).both(Count(0, 1))
        Count(least=1, most=1)
        """
        limits = [one for one in (self.most, other.most) if one is not None]
        return Count(max(self.least, other.least), min(limits, default=None))

    def __str__(self) -> str:
        if self.most is None:
            return f"≥ {self.least}"
        return f"{self.least}" if self.least == self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True)
class Rule:
    """What a shape asks of the things of a class, or of those that have a property (`target`).

    `path` is the property it is about, empty where it looks at more than one; `kinds` are the datatypes, classes, code
    lists or codes that values are taken from.
    """

    shape: str
    target: str
    path: str
    count: Count
    kinds: tuple[str, ...]
    messages: tuple[Literal, ...]
    is_warning: bool

    def text(self, lang: str) -> str:
        """Return what it asks, in a language."""
        return best(self.messages, lang) if self.messages else vocab.curie(self.shape)


class Rules:
    """The rules of a framework."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.all = tuple(sorted(rules, key=lambda one: (one.target, one.shape)))
        self._by_target: dict[str, list[Rule]] = {}
        self._by_path: dict[str, list[Rule]] = {}
        for one in self.all:
            self._by_target.setdefault(one.target, []).append(one)
            self._by_path.setdefault(one.path, []).append(one)

    @classmethod
    def read(cls, project: Project) -> Rules:
        """Read the rules of a framework's shapes. Raises DataError for a file that does not parse."""
        files = [GraphFile(path, vocab.graph("shapes")) for path in project.shape_files()]
        return cls(_rules(Facts(quad.triple for file in files for quad in parse(file))))

    def on(self, target: str) -> list[Rule]:
        """Return the rules on the things of a class, or on those that have a property."""
        return self._by_target.get(target, [])

    def about(self, path: str) -> list[Rule]:
        """Return the rules about a property, whoever has it."""
        return self._by_path.get(path, [])

    def count(self, targets: Sequence[str], path: str) -> Count:
        """Return how many values of a property the things of some classes at once have."""
        return reduce(Count.both, (one.count for one in self.about(path) if one.target in targets), Count())


def _rules(shapes: Facts) -> Iterator[Rule]:
    for shape in shapes.subjects("rdf:type", vocab.STANDARD["sh"] + "NodeShape"):
        targets = shapes.nodes(shape, "sh:targetClass", "sh:targetSubjectsOf")
        asking = [shape] if shapes.predicates(shape) - _SILENT else []
        parts = shapes.nodes(shape, "sh:property")
        about = {target: [one for one in parts if target in shapes.nodes(one, "sh:path")] for target in targets}
        each_has_its_own = all(about.values())  # of many properties the same is asked, of each by a part of the shape
        for target in targets:
            for one in [*asking, *(about[target] if each_has_its_own else parts)]:
                yield _rule(shapes, one, target)


def _rule(shapes: Facts, shape: str, target: str) -> Rule:
    path = next(iter(shapes.nodes(shape, "sh:path")), "")
    least = max(shapes.number(shape, name) or 0 for name in ("sh:minCount", "sh:qualifiedMinCount"))
    if shapes.values(shape, "sh:hasValue"):
        least = max(least, 1)
    return Rule(
        shape=shape,
        target=target,
        path="" if path.startswith("_:") else path,
        count=Count(least, shapes.number(shape, "sh:maxCount")),
        kinds=tuple(dict.fromkeys(_kinds(shapes, shape, nested=True))),
        messages=tuple(shapes.literals(shape, "sh:message")),
        is_warning=_WARNING in shapes.nodes(shape, "sh:severity"),
    )


def _kinds(shapes: Facts, shape: str, *, nested: bool) -> Iterator[str]:
    yield from shapes.nodes(shape, "sh:datatype", "sh:class", "sh:hasValue")
    for name in ("sh:in", *(_OF_SHAPES if nested else ())):
        for one in (item for head in shapes.nodes(shape, name) for item in shapes.items(head)):
            yield from [one] if name == "sh:in" else _kinds(shapes, one, nested=False)
