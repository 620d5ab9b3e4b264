"""Names as they are compared: without accents, legal forms and what every name of a kind has; abbreviations whole."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from g7graph import vocab

#: Abbreviation, folded → what it stands for.
_WHOLE = {
    "cia": "compania",
    "company": "compania",
    "corp": "corporacion",
    "corporation": "corporacion",
    "dist": "distrital",
    "gob": "gobierno",
    "gore": "gobierno regional",
    "gr": "gobierno regional",
    "min": "ministerio",
    "mun": "municipalidad",
    "muni": "municipalidad",
    "prov": "provincial",
    "reg": "regional",
    "soc": "sociedad",
}
#: Legal forms, with what stands between their letters folded away.
_LEGAL = re.compile(r"\b(?:s a a|s a c|s a|s r l|saa|sac|sa|srl|ltda|inc|sucursal (?:del )?peru)\b")
_JOINING = frozenset("de del el en la las los para por y".split())
#: What says of what kind something is, not which one it is.
_COMMON = frozenset(
    "compania corporacion departamento distrito empresa minera mineria minero peru provincia proyecto region "
    "sociedad".split()
)
_SET_WEIGHT = 0.6


def normal(name: str) -> str:
    """Return a name as it is compared with others.

    >>> normal("Cía. Minera Milpo S.A.A."), normal("GORE La Libertad")
    ('compania minera milpo', 'gobierno regional libertad')
    """
    folded = _LEGAL.sub(" ", vocab.fold(name))
    words = [_WHOLE.get(word, word) for word in folded.split() if word not in _JOINING]
    return " ".join(words)


def core(name: str) -> str:
    """Return what tells a normal name from others of its kind; all of it where nothing would be left.

    >>> core("compania minera milpo")
    'milpo'
    """
    return " ".join(word for word in name.split() if word not in _COMMON) or name


def similarity(one: str, other: str) -> float:
    """Return how alike two normal names are, from 0 to 1.

    The words they share count, and so do those that only one of them has.

    >>> similarity("minera barrick", "minera barrick misquichilca") > similarity("minera barrick", "minera milpo")
    True
    """
    one, other = core(one), core(other)
    return (
        _SET_WEIGHT * fuzz.token_set_ratio(one, other) + (1 - _SET_WEIGHT) * fuzz.token_sort_ratio(one, other)
    ) / 100
