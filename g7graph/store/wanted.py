"""What may come at a place of a SPARQL text, as people write it: few signs and words, without the grammar's own."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from difflib import get_close_matches

#: What the engine is asked to expect where it expects the digit of a number.
DIGIT = "0"
#: How terms are shown, by a sign that begins them.
_TERMS = {"?": "?…", "<": "<…>", '"': '"…"'}
#: What begins a term, too, or stands before one.
_AT_TERMS = frozenset("$ ' ''' \"\"\" : [ << <<( _: + - . ! ^ a true false".split()) | {DIGIT}
_RARE = frozenset("{| ~ $ ' ''' \"\"\" : % \\ @ ^^ LATERAL VERSION <unreported>".split())
_OPERATORS = frozenset("!= && * + - / < <= = > >= || IN NOT".split())
_ORDER = ("}", ")", "]", ".", ";", ",", "{", "(", *_TERMS.values())
_PATHS = frozenset("* / |".split())
_MOST_SIGNS, _MOST_WORDS, _MOST_WORDS_ALONE = 8, 6, 16
_LIKE = 0.8
_BETWEEN = " · "


def wanted(signs: AbstractSet[str], words: AbstractSet[str], instead: str) -> str:
    """Return what may come `instead` of what stands there: the keyword that was meant, else what there is to choose.

    >>> wanted({"{"}, {"FROM", "WHERE"}, "WERE"), wanted({"{"}, {"FROM", "WHERE"}, "x")
    ('WHERE', '{ · FROM · WHERE')
    >>> wanted({"=", "<", "*", "/", "+", "-", "||", "&&"}, {"AS", "IN", "NOT"}, ")"), wanted({")", "&&"}, set(), "AND")
    ('AS', ') · &&')
    >>> wanted({"?", "$", "<", ":", '"', "'", "[", "(", "true", "{"}, set(), "}")
    '{ · ( · ?… · <…> · "…"'
    """
    meant = get_close_matches(instead.strip("@").upper(), {word.upper(): word for word in words}, 1, _LIKE)
    if meant:
        return meant[0]
    words = words - _RARE
    shown = _shown(signs)
    terms = not shown.isdisjoint(_TERMS.values())
    if not terms and (not instead.isidentifier() or len(shown) + len(words) > _MOST_SIGNS):  # AND may mean `&&`
        shown, words = shown - _OPERATORS, words - _OPERATORS
    if len(words) > (_MOST_WORDS if shown else _MOST_WORDS_ALONE):
        words = frozenset()
    return _BETWEEN.join((*sorted(shown, key=_rank), *sorted(words)))


def _shown(signs: AbstractSet[str]) -> AbstractSet[str]:
    """Return the signs to show; those of which each begins a term are few."""
    comparing = "=" in signs  # there `<` compares
    terms = {shown for sign, shown in _TERMS.items() if sign in signs and not (comparing and sign == "<")}
    signs = {sign for sign in signs if " " not in sign}
    if signs <= _RARE:
        return signs
    others = {sign for sign in signs if comparing or sign not in _TERMS} - _RARE
    if terms:
        return terms | (others - _AT_TERMS - (_PATHS if "|" in others else frozenset()))
    return {"0…9" if sign == DIGIT else sign for sign in others}


def _rank(sign: str) -> tuple[int, str]:
    return (_ORDER.index(sign) if sign in _ORDER else len(_ORDER)), sign
