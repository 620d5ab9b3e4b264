"""What somebody may mean who types the beginning of a name: things, types, properties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from g7graph import vocab
from g7graph.web.reconciliation.index import Entity, Index, Kind

KINDS = ("entity", "type", "property")
#: Suggestions of one answer; `cursor` skips some.
SHOWN = 20
#: The highest number that a client may give.
MOST = 1_000_000


def things(prefix: str, index: Index, lang: str) -> list[Entity]:
    """Return the things that a prefix may mean, the likeliest first."""
    ranked = [
        (_rank(prefix, _identifiers(one), _called(one)), one.label(lang), one.key, one) for one in index.things.values()
    ]
    return [one for rank, _, _, one in sorted(ranked, key=lambda row: row[:3]) if rank < _NONE]


def kinds(prefix: str, listed: Iterable[Kind], lang: str) -> list[Kind]:
    """Return the types or properties that a prefix may mean, the likeliest first."""
    ranked = [
        (_rank(prefix, (one.key, one.iri), [label.value for label in one.labels] or [one.label(lang)]), place, one)
        for place, one in enumerate(listed)
    ]
    return [one for rank, _, one in sorted(ranked, key=lambda row: row[:2]) if rank < _NONE]


_NONE = 4


def _identifiers(one: Entity) -> Sequence[str]:
    return [one.key, one.iri, *(code for _, code in one.codes)]


def _called(one: Entity) -> Sequence[str]:
    return [*(label.value for label in one.labels), *one.others]


def _rank(prefix: str, identifiers: Iterable[str], texts: Iterable[str]) -> int:
    """Return how well a prefix fits: an identifier, the whole of a text, its beginning, the beginnings of its words."""
    wanted = vocab.fold(prefix)
    if not wanted:
        return 0 if not prefix.strip() else _NONE
    if prefix.strip().casefold() in {one.casefold() for one in identifiers}:
        return 0
    folded = [vocab.fold(one) for one in (*texts, *identifiers)]
    if wanted in folded:
        return 0
    if any(one.startswith(wanted) for one in folded):
        return 1
    words = [f" {word}" for word in wanted.split()]
    return 2 if any(all(word in f" {one}" for word in words) for one in folded) else _NONE
