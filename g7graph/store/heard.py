"""What a remote service said while one request was answered: the same question is not put to it again."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

MOST_BYTES = 20_000_000  # in each thread that answers


class Heard(threading.local):
    """The answers that this thread was given, by what was asked; none is kept outside a request."""

    def __init__(self) -> None:
        self._answers: dict[Hashable, bytes] | None = None
        self._left = 0

    @contextmanager
    def within(self, *, kept: bool) -> Iterator[None]:
        """Answer a request; answers are `kept` where it changes nothing."""
        self._answers, self._left = {} if kept else None, MOST_BYTES
        try:
            yield
        finally:
            self._answers = None

    def get(self, asked: Hashable) -> bytes | None:
        """Return the answer that was given, if any."""
        return self._answers.get(asked) if self._answers else None

    def put(self, asked: Hashable, answer: bytes) -> None:
        """Keep an answer as long as there is room."""
        if self._answers is not None and len(answer) <= self._left:
            self._answers[asked] = answer
            self._left -= len(answer)


#: What this thread has heard.
HEARD = Heard()
