"""How a case came out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.w3c.manifest import Case

PASSED, FAILED, NOT_APPLICABLE = "passed", "failed", "not applicable"


class Failure(Exception):
    """What was expected and what came instead."""


class NotApplicable(Exception):
    """Why a case says nothing about a server."""


@dataclass(frozen=True)
class Outcome:
    """A case with how it came out and why."""

    case: Case
    status: str
    why: str = ""
