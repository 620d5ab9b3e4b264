"""What is wrong with the store, told to the operator on standard error: clients learn neither where it is nor why."""

from __future__ import annotations

import sys
import threading
import time

from g7graph import i18n
from g7graph.errors import G7Error, StoreError

_SECONDS = 60.0
_MOST = 20


class Trouble:
    """What was told of late: each thing is told once a minute, however many ask meanwhile, and no more than some."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[str] = set()
        self._until = 0.0

    def tell(self, error: G7Error, lang: str = i18n.DEFAULT) -> None:
        """Tell an error of the store, and the one that it came from; others are of those who ask."""
        for one in (error.__cause__, error):
            if isinstance(one, StoreError) and self._is_new(one.text(lang)):
                print(one.text(lang), file=sys.stderr, flush=True)  # noqa: T201

    def _is_new(self, text: str) -> bool:
        with self._lock:
            now = time.monotonic()
            if now >= self._until:
                self._told, self._until = set(), now + _SECONDS
            if text in self._told or len(self._told) >= _MOST:
                return False
            self._told.add(text)
            return True
