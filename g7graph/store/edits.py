"""Edits of a text, and where a place in the edited text was in the original."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """A part of a text and what stands for it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Edited:
    """A text with its edits made, which are in order and do not overlap."""

    original: str
    edits: tuple[Edit, ...]

    @property
    def text(self) -> str:
        """The text as edited."""
        parts, done = [], 0
        for edit in self.edits:
            parts += [self.original[done : edit.start], edit.text]
            done = edit.end
        return "".join((*parts, self.original[done:]))

    def offset(self, edited: int) -> int:
        """Return the offset in the original of one in the edited text.

        >>> Edited("abc", (Edit(1, 1, "--"),)).offset(4)
        2
        """
        moved = 0
        for edit in self.edits:
            begin = edit.start + moved
            if edited < begin:
                break
            if edited < begin + len(edit.text):
                return edit.start
            moved += len(edit.text) - (edit.end - edit.start)
        return edited - moved
