"""A row as its values are read one by one; what cannot be is a problem at its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from g7graph.sources.eiti import values
from g7graph.sources.eiti.record import Row
from g7graph.sources.eiti.values import BadValue
from g7graph.sources.problem import Problem

_T = TypeVar("_T")
_SHOWN = 80


class Lost(Exception):
    """A row that cannot be read for want of a value; the problem is noted."""


@dataclass(slots=True)
class Reading:
    """The values of a row as they are read, with what could not be and what the source remarks."""

    row: Row
    #: The country of sources that do not say theirs.
    fallback: str | None = None
    problems: list[Problem] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def given(self, name: str) -> object:
        """Return a value without what stands in brackets after it, which is kept as a comment; None for none."""
        value = self.row.values.get(name)
        if not isinstance(value, str):
            return None if value is None or values.is_nothing(value) else value
        is_number = value[:1].isdigit() and ")" not in value  # each another: not worth keeping
        found, remark = (value, "") if is_number else values.said_with_remark(value)
        if remark or name in self.row.remarks:
            both = "; ".join(filter(None, (self.row.remarks.get(name), remark)))
            self.comments.append(f"{name}: {both}")
        return found

    def text(self, name: str) -> str | None:
        """Return a value as text, None for none."""
        value = self.row.values.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            if values.is_error(value):
                self.problem("cell_error", name)
                return None
            return values.said(value)
        return None if values.is_nothing(value) else values.text(value)

    def read(self, name: str, how: Callable[[str], _T]) -> _T | None:
        """Read a value; where that fails it is a problem, and None."""
        if name not in self.row.values:
            return None
        value = self.given(name)
        if value is None:
            return None
        try:
            return how(value if isinstance(value, str) else values.text(value))
        except BadValue as bad:
            self.problem(bad.key, name)
            return None

    def problem(self, key: str, name: str, *, lost: bool = False, **said: object) -> None:
        """Note that a value cannot be read as it should be."""
        shown = values.text(self.row.values.get(name))[:_SHOWN]
        self.problems.append(Problem(self.row.at(name), key, {"column": name, "value": shown, **said}, lost))

    def lose(self, key: str, name: str) -> NoReturn:
        """Note that the whole row cannot be read for want of a value, and leave it."""
        self.problem(key, name, lost=True)
        raise Lost
