"""What the headings of tables, fields of the API and labels of workbooks are called here; by words, not by position."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
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


def headings(written: Sequence[object]) -> list[Heading | None]:
    """Return what the headings of a table mean, each meaning once: the first, and figures in the source's currency.

    Those in dollars beside them are called so.

    >>> [one and one.name for one in headings(["revenue", "original_revenue", "comment", "note"])]
    ['dollars', 'value', 'comment', None]
    """
    found = [heading(one) if isinstance(one, str) else None for one in written]
    folded = [fold(one) if isinstance(one, str) else "" for one in written]
    has_own = any(one and one.name == "value" and not one.currency for one in found)
    for place, one in enumerate(found):
        is_dollars = (one and (one.currency if has_own else "")) or (
            "original revenue" in folded and folded[place] == "revenue"
        )
        if one and one.name == "value" and is_dollars:
            found[place] = Heading("dollars", remark=one.remark)
    names = [one.name if one else "" for one in found]
    return [one if one and names.index(one.name) == place else None for place, one in enumerate(found)]


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
