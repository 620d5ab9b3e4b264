"""Activity files → statements, a tally of what was read, and each problem as it is met."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from g7graph.sources.iati import triples
from g7graph.sources.iati.read import read
from g7graph.sources.iati.record import KINDS, Indicator, Record
from g7graph.sources.iati.statements import Statements
from g7graph.sources.problem import Problem


@dataclass
class Tally:
    """What was read, by kind; the problems, and those by which something was lost; what is no matter of results."""

    read: Counter[str] = field(default_factory=Counter)
    problems: int = 0
    lost: int = 0
    left: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind of thing that is read."""
        return {kind: self.read[kind] for kind in ("activity", "result", "indicator", *KINDS)}

    def take(self, one: Record | Problem) -> None:
        """Count a record or a problem."""
        if isinstance(one, Problem):
            self.problems += 1
            self.lost += one.lost
            return
        self.read[type(one).__name__.lower()] += 1
        if isinstance(one, Indicator):
            self.read.update(figure.kind for figure in one.figures)


def imported(paths: Iterable[Path], tally: Tally, told: Callable[[Problem], object]) -> Statements:
    """Yield the statements of files in their order; `told` is told each problem. Raises OSError as opening does."""
    for path in paths:
        with path.open("rb") as file:
            yield from triples.source(path.name, hashlib.file_digest(file, "sha256").hexdigest())
            file.seek(0)
            writer = triples.Writer()
            for one in read(file, path.name, tally.left):
                tally.take(one)
                if isinstance(one, Problem):
                    told(one)
                else:
                    yield from writer.statements(one)
