"""How alike two names are, for proposals that a person looks at: more is let through than where nobody does."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz import fuzz

from g7graph.matching import Name, read

#: A government is not the place it governs; places of two levels are two places.
_GOVERNING = frozenset(("gobierno", "municipalidad"))
_LEVELS = frozenset(("distrito", "provincia", "region"))
_SET_WEIGHT = 0.6

_read = lru_cache(maxsize=10_000)(read)


def core(name: str) -> str:
    """Return the words that tell a name from others of its kind.

    >>> core("Cía. Minera Milpo S.A.A.")
    'milpo'
    """
    return " ".join(_read(name).own)


def similarity(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1, which is the same words.

    The words they share count, and so do those that only one of them has.

    >>> similarity("GORE Áncash", "Gobierno Regional de Ancash"), similarity("Áncash", "Gobierno Regional de Ancash")
    (1.0, 0.0)
    """
    first, second = _read(one), _read(other)
    if not first.own or not second.own or not _comparable(first, second):
        return 0.0
    if first.key == second.key:
        return 1.0
    shared, all_ = (ratio(first.key, second.key) for ratio in (fuzz.token_set_ratio, fuzz.token_sort_ratio))
    return min((_SET_WEIGHT * shared + (1 - _SET_WEIGHT) * all_) / 100, 0.99)


def _comparable(one: Name, other: Name) -> bool:
    """Whether what two names say of their kinds lets them be of one thing."""
    levels = one.kinds & _LEVELS, other.kinds & _LEVELS
    return one.kinds & _GOVERNING == other.kinds & _GOVERNING and (not all(levels) or bool(levels[0] & levels[1]))
