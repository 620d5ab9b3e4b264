"""What is asked of a store once for a state of its data, and known until they change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_Found = TypeVar("_Found")


class Once(Generic[_Found]):
    """The answer to one question, with the version of the data that it is of."""

    def __init__(self) -> None:
        self._known: tuple[str, _Found] | None = None

    def get(self, version: str, asked: Callable[[], _Found]) -> _Found:
        """Return what is known of a version; without one nobody knows when the data change: it is asked each time."""
        known = self._known
        if not version or known is None or known[0] != version:
            self._known = known = version, asked()
        return known[1]
