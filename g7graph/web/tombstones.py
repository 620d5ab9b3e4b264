"""Tombstones: what is said of a thing that is here no more — since when, why, and what took its place.

A thing that was withdrawn has `prov:invalidatedAtTime` and, in `skos:changeNote`, the reason; one that was renamed has
`dcterms:isReplacedBy`, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from g7graph import vocab

_INVALIDATED = vocab.STANDARD["prov"] + "invalidatedAtTime"
_REPLACED_BY = vocab.STANDARD["dcterms"] + "isReplacedBy"
_REASON = vocab.STANDARD["skos"] + "changeNote"


@dataclass(frozen=True)
class Tombstone:
    """When a thing was withdrawn (ISO 8601), why, by language, and the IRI of what took its place, if anything did."""

    when: str
    reasons: Mapping[str, str] = field(default_factory=dict)
    replacement: str = ""


def tombstone(said: Iterable[tuple[object, object]]) -> Tombstone | None:
    """Return the tombstone among what is said of a thing, property and value; None where it has none."""
    when, reasons, replacements = "", {}, []
    for property_, value in said:
        if not isinstance(property_, NamedNode):
            continue
        if property_.value == _INVALIDATED and isinstance(value, Literal):
            when = value.value
        elif property_.value == _REASON and isinstance(value, Literal):
            reasons[value.language or ""] = value.value
        elif property_.value == _REPLACED_BY and isinstance(value, NamedNode):
            replacements.append(value.value)
    return Tombstone(when, reasons, min(replacements, default="")) if when else None
