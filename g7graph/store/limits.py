"""What one query of a stranger may take."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from g7graph.errors import Limited


@dataclass(frozen=True)
class Limits:
    """Limits on a query, and on how many are evaluated or wait.

    `together` queries are evaluated at a time, of one client at most `per_client`; `waiting` more may wait, each for
    `waiting_seconds`. `own` workers are kept for the service's own pages and saved queries, which never wait behind
    strangers, and `abroad` for queries that ask other services.
    """

    seconds: float = 30.0
    answer_bytes: int = 200_000_000
    memory_bytes: int = 1_000_000_000
    query_characters: int = 50_000
    together: int = 4
    per_client: int = 3
    waiting: int = 64
    waiting_seconds: float = 10.0
    own: int = 2
    abroad: int = 0


@contextmanager
def room() -> Iterator[None]:
    """Tell of a disk without room for an answer as of a limit: others take it as long as theirs are being sent."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise Limited("no_room") from error
