"""How people write a name, made comparable: its own words, the words that only say of what kind it is. Pure.

Spreadsheets cut, turn around and misspell names («MD Jesús», «Cía. Minera Milpo S.A.A.», "Piura (provincia)"). Names
are compared by the words that tell a thing from others; what is done for administrative Spanish, English and French
is in the tables below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

#: Words that say of what kind a thing is, each under one name: a district municipality is distrito and municipalidad.
_KINDS = {
    "caso": "caso case cas",
    "distrito": "distrito district distrital dist distr",
    "empresa": "empresa entreprise company compania compagnie cia sociedad minera minero mining miniere minier",
    "gobierno": "gobierno government gouvernement gob",
    "indicador": "indicador indicator indicateur ind",
    "municipalidad": "municipalidad municipality municipalite municipio muni mun munic municip",
    "objetivo": "objetivo objective objectif obj",
    "provincia": "provincia province provincial provinciale prov",
    "proyecto": "proyecto project projet proy",
    "region": "region regional regionale reg departamento department departement dpto depto dep",
    "resultado": "resultado result resultat",
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
#: Abbreviations of several such words; they say nothing where nothing else is said.
_HEADS = {
    "gore": ("gobierno", "region"),
    "gr": ("gobierno", "region"),
    "md": ("municipalidad", "distrito"),
    "mp": ("municipalidad", "provincia"),
}
#: Words that tell nothing: articles, prepositions, legal forms, what a code is called.
_EMPTY = frozenset(
    "de del la las los el y e en para por con su of the and for with et le les du des d l pour avec "
    "sa saa sac srl eirl ltda ltd inc sucursal ruc ubigeo codigo code".split()
)
_INITIALS = re.compile(r"\b(?:[a-z]\.\s*)+[a-z]\b\.?")
_WORD = re.compile(r"([a-z]?\d+(?:\.\d+)*[a-z]?|[a-z0-9]+)(\.?)")
_PARTS = re.compile(r"[(),;/|]|\s[-–—]\s")
_ALIKE = 0.75
_SHORTENED = 0.95
_ALONE, _AMONG = 7, 5  # letters of a word with a slip that is still safe: alone, among others
_LONG, _TWO_SLIPS = 6, 9
_NEARLY = 0.9
#: Words and parts beyond which a text is no name that anybody gave in another way: what it takes to compare is bounded.
_MOST_WORDS, _MOST_PARTS = 40, 4


@dataclass(frozen=True)
class Name:
    """A name as it is compared: its own words, the kinds it says, which of its words are cut short by a point."""

    own: tuple[str, ...]
    kinds: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The same for names of the same words in another order."""
        return " ".join(sorted(self.own))

    @property
    def joined(self) -> str:
        """The same for names that are written with other spaces."""
        return "".join(self.own)


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, from 0 to 1, and whether they may be taken for the same without a person looking."""

    share: float
    is_safe: bool = False


def plain(text: str) -> str:
    """Return a text without accents and case; its punctuation stays.

    >>> plain("Cía. Áncash")
    'cia. ancash'
    """
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one)).casefold()


def read(text: str) -> Name:
    """Read a name.

    >>> name = read("Mun. Dist. de Jesús")
    >>> name.own, sorted(name.kinds)
    (('jesus',), ['distrito', 'municipalidad'])
    >>> read("Cía. Minera Milpo S.A.A.").own
    ('milpo',)
    """
    joined = _INITIALS.sub(lambda found: re.sub(r"[^a-z]", "", found[0]) + " ", plain(text))
    words = [(word, bool(point)) for word, point in _WORD.findall(joined) if word not in _EMPTY]
    heads = {word for word, _ in words if word in _HEADS} if len(words) > 1 else set()
    kinds = {kind for word in heads for kind in _HEADS[word]}
    said = {word: _kind(word) for word, _ in words if word not in heads}
    own = [(word, point) for word, point in words if word not in heads and not said[word]]
    kinds |= {kind for kind in said.values() if kind}
    return Name(
        tuple(word for word, _ in own),
        frozenset(kinds),
        frozenset(word for word, point in own if point and not word[-1].isdigit()),
    )


def parts(text: str) -> list[str]:
    """Cut a text where people put beside a name what explains it; one of many parts stays whole.

    >>> parts("Huaraz (Áncash) - Perú")
    ['Huaraz', 'Áncash', 'Perú']
    """
    found = [one.strip() for one in _PARTS.split(text) if one.strip()]
    return found if len(found) <= _MOST_PARTS else [text]


def variants(text: str) -> list[Name]:
    """Read the names that one label holds: with what is in brackets and without, an acronym there, what a dash ends.

    >>> [" ".join(one.own) for one in variants("Banco Interamericano de Desarrollo (BID)")]
    ['banco interamericano desarrollo bid', 'banco interamericano desarrollo', 'bid']
    """
    inside = re.findall(r"\(([^()]*)\)", text)
    outside = re.sub(r"\s*\([^()]*\)", "", text)
    acronyms = [one for one in inside if any(sum(map(str.isupper, word)) > 1 for word in one.split())]
    found = [text, outside, *acronyms, re.split(r"\s[-–—]\s", outside)[0]]
    return [one for one in dict.fromkeys(map(read, found)) if one.own]


def code(text: str) -> str:
    """Return what codes are compared by.

    >>> code(" pe-PIU")
    'pe-piu'
    """
    return "".join(plain(text).split())


def likeness(given: Name, known: Name, slight: Collection[str] = ()) -> Likeness:
    """Compare a name that was given with one that is known; `slight` are words that may lack or be added.

    >>> likeness(read("Min. de Enrgía y Minas"), read("Ministerio de Energía y Minas")).is_safe
    True
    >>> likeness(read("MINAM"), read("MINEM")).is_safe, likeness(read("Chinchao"), read("Chincha")).is_safe
    (False, False)
    """
    if not given.own or not known.own:
        return Likeness(0)
    if given.key == known.key or given.joined == known.joined:
        return Likeness(1, is_safe=True)
    if len(given.own) > _MOST_WORDS:
        return Likeness(0)
    is_alone = len(given.own) == 1
    pairs = _paired(given, known)
    rest = [one for one in (*given.own, *known.own) if one not in {word for pair in pairs for word in pair}]
    missing = [one for one in rest if one not in slight]
    sizes = len(given.own) + len(known.own) - (len(rest) - len(missing))
    share = min(2 * sum(pairs.values()) / sizes, 1) if sizes else 0
    close = [pair for pair in pairs if pair[0] != pair[1]]
    sure = not missing and all(_is_sure(*pair, given, is_alone=is_alone) for pair in close)
    nearly = len(known.own) >= _LONG and share >= _NEARLY and not any(map(_has_digit, missing))
    return Likeness(share, is_safe=bool(pairs) and ((sure and len(close) <= 1 + len(known.own) // 3) or nearly))


@lru_cache(maxsize=10_000)
def _kind(word: str) -> str:
    """Return the kind that a word says, with a slip in it where it is long; empty where it says none."""
    found = _KIND_OF.get(word, "")
    if found or len(word) < _ALONE or _has_digit(word):
        return found
    near = (one for one in _KIND_OF if len(one) > _ALONE and one[0] == word[0] and OSA.distance(one, word) == 1)
    return next((_KIND_OF[one] for one in near), "")


def _paired(given: Name, known: Name) -> dict[tuple[str, str], float]:
    """Pair the words of two names, each at most once, the most alike first."""
    found = [(_alike(one, other, given), one, other) for one in given.own for other in known.own]
    pairs: dict[tuple[str, str], float] = {}
    for share, one, other in sorted(found, key=lambda pair: -pair[0]):
        if share and not any(one == pair[0] or other == pair[1] for pair in pairs):
            pairs[one, other] = share
    return pairs


def _alike(one: str, other: str, given: Name) -> float:
    if one == other:
        return 1
    if one[0] != other[0] or _has_digit(one) or _has_digit(other):
        return 0
    if _shortens(one, other, given):
        return _SHORTENED
    share = OSA.normalized_similarity(one, other)
    return share if share >= _ALIKE else 0


def _shortens(one: str, other: str, given: Name) -> bool:
    """Whether a word is another cut short: «bco.» for «banco», "corp" for "corporation"."""
    if one in given.short:
        letters = iter(other)
        return len(one) > 1 and all(letter in letters for letter in one)
    return len(given.own) > 1 and len(one) > 2 and len(other) > len(one) + 2 and other.startswith(one)  # noqa: PLR2004


def _is_sure(one: str, other: str, given: Name, *, is_alone: bool) -> bool:
    """Whether a word is another, cut short or with a slip inside it: names that end otherwise are others' names."""
    if _shortens(one, other, given):
        return True
    least = min(len(one), len(other))
    if least < (_ALONE if is_alone else _AMONG):
        return False
    if f"{one}s" == other or one == f"{other}s":
        return not is_alone or least > _TWO_SLIPS
    is_inside = one[-1] == other[-1] or sorted(one) == sorted(other)
    return is_inside and OSA.distance(one, other) <= (1 if least < _TWO_SLIPS else 2)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def slight_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words of names that may be added to any other: of the country that all is about."""
    return frozenset(word for name in names for word in read(name).own)
