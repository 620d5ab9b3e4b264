"""What validation finds: one record for every kind of problem."""

from __future__ import annotations

from dataclasses import dataclass

from g7graph.queries import LEVELS

VIOLATION, WARNING, INFO = SEVERITIES = LEVELS


@dataclass(frozen=True, order=True)
class Finding:
    """A problem: where (file, line, subject, path), which value, what to do, and the shape or rule that says so.

    IRIs are shortened (`indicator:4.4`); `line` is 0 where none is known.
    """

    severity: str
    file: str
    line: int
    subject: str
    path: str
    value: str
    message: str
    source: str


def in_order(found: list[Finding]) -> list[Finding]:
    """Sort by severity, then place; the same problem found twice stands once."""
    return sorted(set(found), key=lambda one: (SEVERITIES.index(one.severity), *_key(one)))


def _key(one: Finding) -> tuple[str | int, ...]:
    return one.file, one.line, one.subject, one.path, one.value, one.source, one.message
