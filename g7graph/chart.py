"""How the answer of a saved query is drawn: the `chart:` of its header, a list of small declarations.

Units are those of the columns (`units:`); values of two units are never drawn on one axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: bar: beside one another; stacked: on one another; line: along a category in order.
KINDS = ("bar", "stacked", "line")
_NUMBERS = ("integer", "decimal")
_NEEDED = ("category", "values")
_LISTS = (*_NEEDED, "series", "each")
_KEYS = {"kind", *_LISTS, "note", "title"}


@dataclass(frozen=True)
class Chart:
    """A chart: what its marks stand at (`category`), their sizes (`values`), what tells them apart (`series`).

    Several values of a unit are its series. Rows of the same `each` are one thing, drawn once; one that lacks any of
    it is not of this chart. A value whose row says something in the column `note` is marked.
    """

    kind: str
    category: tuple[str, ...]
    values: tuple[str, ...]
    series: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    note: str = ""
    title: Mapping[str, str] = field(default_factory=dict)


def read(part: list[Mapping[str, Any]]) -> tuple[Chart, ...]:
    """Read the declarations of a header in which nothing is wrong."""
    lists = [{key: _words(spec.get(key)) for key in _LISTS} for spec in part]
    return tuple(
        Chart(spec["kind"], **named, note=spec.get("note", ""), title=spec.get("title", {}))
        for spec, named in zip(part, lists, strict=True)
    )


def problem(spec: object, columns: Mapping[str, str]) -> tuple[str, str]:
    """Return the key at which a declaration is not as it should be, and what should be there; empty where it is.

    `columns` are those of the query, name → type.
    """
    if not isinstance(spec, dict) or not set(spec) <= _KEYS:
        return "chart", f"{{{', '.join(sorted(_KEYS))}}}"
    if spec.get("kind") not in KINDS:
        return "kind", f"kind: {' | '.join(KINDS)}"
    if not isinstance(spec.get("title", {}), dict):
        return "title", "title: {es: text, en: text, fr: text}"
    for key in (*_LISTS, "note"):
        known = [name for name, type_ in columns.items() if key != "values" or type_ in _NUMBERS]
        named = _words(spec.get(key) if key in _LISTS else str(spec.get(key, "")))
        if not named and key in _NEEDED:
            return "chart", f"{key}: {' | '.join(known)}"
        if other := [name for name in named if name not in known]:
            return key, f"{key}: {' | '.join(known)} (≠ {', '.join(other)})"
    return "", ""


def _words(given: object) -> tuple[str, ...]:
    """Return the names of columns, which are written as a list or, where there is one, by itself."""
    return tuple(map(str, given)) if isinstance(given, list) else (str(given),) if given else ()
