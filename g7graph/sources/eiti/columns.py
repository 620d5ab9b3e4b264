"""What the headings of tables, fields of the API and labels of workbooks are called here; by words, not by position."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from g7graph.vocab import fold


@dataclass(frozen=True, slots=True)
class Heading:
    """What a heading means: our name, and what it says of all values below it."""

    name: str
    currency: str = ""
    remark: str = ""


def heading(written: str) -> Heading | None:
    """Return what a heading means, None where it is not known.

    >>> heading("value_usd_inferred")
    Heading(name='value', currency='USD', remark='inferred')
    """
    words = fold(written).split()
    is_inferred = words[-1:] == ["inferred"]
    words = words[:-1] if is_inferred else words
    is_dollars = words[-1:] == ["usd"] and words[:1] == ["value"]
    name = _names().get(" ".join(words[:-1] if is_dollars else words))
    if name is None:
        return None
    return Heading(name, "USD" if is_dollars else "", "inferred" if is_inferred else "")


def kind_of(names: frozenset[str]) -> str | None:
    """Return what a table with these columns is of, None where that cannot be told."""
    kinds = {
        "revenue": {"value"},
        "organisation": {"key", "label"},
        "gfs": {"gfs", "label"},
        "summary": {"summary", "year"},
    }
    return next((kind for kind, needed in kinds.items() if needed <= names), None)


@cache
def _names() -> dict[str, str]:
    """Return heading → name of ours."""
    listed = resources.files("g7graph.sources.eiti") / "lists" / "headings.toml"
    names = tomllib.loads(listed.read_text(encoding="utf-8"))
    return {written: name for name, headings in names.items() for written in headings}
