"""Which things a name may stand for: found by codes and names, scored from 0 to 100, each score with its reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from g7graph import matching
from g7graph.matching import Likeness, Name
from g7graph.web.reconciliation.batch import Query
from g7graph.web.reconciliation.index import Entity, Index, addressed

#: How many names that are alike are looked at more closely; how many things are kept for a query.
_LOOKED_AT = 25
_KEPT = 60
_LEAST_ALIKE = 50
_WHOLE = 100.0
#: A name may be as written, or lack its zeros: spreadsheets drop those at the beginning of a number.
_WITHOUT_ZEROS = 95.0
#: What is taken away: the kind that is said is another, the kind is not said, a part of the text is not explained, a
#: type that was asked for is not borne.
_OTHER_KIND, _NO_KIND, _UNEXPLAINED, _OTHER_TYPE = 30.0, 6.0, 20.0, 25.0
_LATER = 75.0
_CODE_AGREES = 95.0
_HALF = 50.0
_OF_PROPERTIES = 0.2
_LEAST_SCORE = 30.0
#: How much better than the next a candidate must be to be taken without a person looking.
_AHEAD = 5.0


@dataclass(frozen=True)
class Agreement:
    """How what is known of a thing agrees with what is wanted: of so many that are known so many; codes among them."""

    known: int = 0
    agreed: int = 0
    by_code: bool = False


@dataclass(frozen=True)
class Candidate:
    """A thing that may be meant: how likely, from 0 to 100, why, and whether it may be taken without a person.

    `has_code`: one of its codes was given, which no namesake has.
    """

    entity: Entity
    score: float
    is_safe: bool
    features: Mapping[str, float | bool]
    has_code: bool = False
    match: bool = False


@dataclass(frozen=True)
class _Read:
    """What is asked, read once: the text as a whole, its parts, the codes that it may be."""

    whole: Name
    parts: tuple[Name, ...]
    codes: tuple[str, ...]


def found(query: Query, index: Index) -> list[Candidate]:
    """Return what a query may mean by its text, the best first."""
    read = _read(query.text)
    allowed = _allowed(query, index)
    scored = [_scored(index.things[iri], read, query, index) for iri in _looked_at(read, query, index, allowed)]
    return _sorted(scored)[:_KEPT]


def decided(candidates: Iterable[Candidate], query: Query, agreements: Mapping[str, Agreement]) -> list[Candidate]:
    """Return the candidates with what is known beside their names, the best first; one at most is a match."""
    found = _sorted(_weighed(one, query, agreements.get(one.entity.iri, Agreement())) for one in candidates)
    found = [one for one in found if one.score >= _LEAST_SCORE]
    if found:
        best, *others = found
        near = [one for one in others if one.is_safe and one.score > best.score - _AHEAD]
        rivals = [one for one in near if one.has_code or not best.has_code]
        found[0] = replace(best, match=best.is_safe and not rivals)
    return found[: query.limit]


def _read(text: str) -> _Read:
    whole = matching.read(text)
    parts = tuple(map(matching.read, matching.parts(text)))
    codes = [text, *([whole.own[0]] if len(whole.own) == 1 else [])]
    return _Read(whole, parts if len(parts) > 1 else (), tuple(dict.fromkeys(filter(None, map(matching.code, codes)))))


def _allowed(query: Query, index: Index) -> set[str] | None:
    """Return the things that bear the types that are demanded; None where any may be."""
    if not query.types or query.strict == "should":
        return None
    fits = all if query.strict == "all" else any
    return {iri for iri, one in index.things.items() if fits(type_ in one.types for type_ in query.types)}


def _looked_at(read: _Read, query: Query, index: Index, allowed: Collection[str] | None) -> list[str]:
    """Return the things to look at more closely: of the codes, of just this name, of names that are alike."""
    found = {iri for code in (*read.codes, *_wanted_codes(query)) for iri in _by_code(code, index)}
    thing = index.thing(query.text)
    found |= {thing.iri} if thing else set()
    names = [pair for pair in index.words if allowed is None or pair[1] in allowed]
    choices = [words for words, _ in names]
    for given in {one for one in (read.whole, *read.parts) if one.own}:
        found |= index.exact(given)
        for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio):
            alike = process.extract(
                " ".join(given.own), choices, scorer=scorer, limit=_LOOKED_AT, score_cutoff=_LEAST_ALIKE
            )
            found |= {names[place][1] for _, _, place in alike}
    return sorted(found if allowed is None else found & set(allowed))


def _by_code(code: str, index: Index) -> Iterable[str]:
    return (iri for one in {code, *_with_zeros(code)} for iri, _ in index.codes.get(one, ()))


def _with_zeros(code: str) -> list[str]:
    """Return what a number may have been before a spreadsheet took it for one: with one zero more at its beginning."""
    return [f"0{code}"] if code.isdecimal() else []


def _wanted_codes(query: Query) -> Iterable[str]:
    return (matching.code(value) for one in query.wanted for value in one.values)


def _scored(entity: Entity, read: _Read, query: Query, index: Index) -> Candidate:
    """Score a thing by the text of a query."""
    by_code = _code_score(entity, read, query)
    by_name, features, is_safe = _name_score(entity, read, query, index)
    if by_code:
        features = {**features, "code": True}
    typed = [type_ in entity.types for type_ in query.types]
    fits = not typed or (all(typed) if query.strict == "all" else any(typed))
    if typed:
        features = {**features, "type": fits}
    score = max(by_code - (_OTHER_KIND if features.get("kind") is False else 0), by_name) - (0 if fits else _OTHER_TYPE)
    is_safe = (is_safe or bool(by_code)) and fits and features.get("kind") is not False
    return Candidate(entity, max(score, 0), is_safe, features, has_code=bool(by_code))


def _code_score(entity: Entity, read: _Read, query: Query) -> float:
    if entity.iri in addressed(query.text):
        return _WHOLE
    own = {code for _, code in entity.codes}
    if any(code in own for code in read.codes):
        return _WHOLE
    return _WITHOUT_ZEROS if any(one in own for code in read.codes for one in _with_zeros(code)) else 0


def _name_score(
    entity: Entity, read: _Read, query: Query, index: Index
) -> tuple[float, Mapping[str, float | bool], bool]:
    """Return the score of the name that is most alike, why it is that, and whether it is safe."""
    kinds = index.kinds_of(entity)
    is_typed = any(type_ in entity.types for type_ in query.types)
    best: tuple[float, Mapping[str, float | bool], bool] = (0.0, {"name": 0.0}, False)
    for given, beside in _mains(read, entity, index):
        likes, kind_of, is_later = _likest(given, entity, index)
        score = likes.share * _WHOLE
        features: dict[str, float | bool] = {"name": round(score, 1), "exact": likes.share == 1}
        if given.kinds:
            features["kind"] = given.kinds <= kinds
            score -= 0 if features["kind"] else _OTHER_KIND
        score -= _NO_KIND if kind_of - given.kinds and not is_typed else 0
        if beside is not None:
            features["beside"] = beside
            score -= 0 if beside else _UNEXPLAINED
        if is_later:
            features["later"] = True
            score = min(score, _LATER)
        is_safe = likes.is_safe and features.get("kind") is not False and beside is not False and not is_later
        best = max(best, (max(score, 0.0), features, is_safe), key=lambda one: (one[0], one[2]))
    return best


def _mains(read: _Read, entity: Entity, index: Index) -> Iterable[tuple[Name, bool | None]]:
    """Yield what may be the name proper, and whether what stands beside it is explained: the whole, then each part."""
    yield read.whole, None
    for place, part in enumerate(read.parts):
        if not part.own:
            continue
        others = [one for number, one in enumerate(read.parts) if number != place]
        kinds = {kind for one in others if not one.own for kind in one.kinds}
        beside = all(_explained(one, entity, index) for one in others)
        yield replace(part, kinds=part.kinds | kinds), beside


def _explained(part: Name, entity: Entity, index: Index) -> bool:
    """Whether a part is another name of the thing, of what it lies in, or says nothing of its own."""
    if all(word in index.slight for word in part.own):
        return True
    return any(
        matching.likeness(part, name, index.slight).is_safe
        for one in (entity, *index.surroundings(entity))
        for name in one.names
    )


def _likest(given: Name, entity: Entity, index: Index) -> tuple[Likeness, frozenset[str], bool]:
    """Return how alike the most alike name is, the kinds that it says, and whether it is of another that came later."""
    likes = [(matching.likeness(given, name, index.slight), name, later) for name, later in entity.names.items()]
    like, name, later = max(
        likes,
        key=lambda one: (one[0].share, one[0].is_safe, not one[2], len(given.kinds & one[1].kinds), -len(one[1].kinds)),
        default=(Likeness(0), Name(()), False),
    )
    return like, name.kinds, later


def _weighed(candidate: Candidate, query: Query, agreement: Agreement) -> Candidate:
    """Return a candidate with what is known beside its name."""
    if not agreement.known:
        return candidate if query.text else replace(candidate, score=0, is_safe=False)
    share = agreement.agreed / agreement.known
    features = {**candidate.features, "properties": round(share, 2)}
    if not query.text:
        is_safe = agreement.by_code and share == 1
        return replace(
            candidate, score=share * _WHOLE, is_safe=is_safe, features={"properties": round(share, 2)}, has_code=is_safe
        )
    score = candidate.score * (1 - _OF_PROPERTIES) + share * _WHOLE * _OF_PROPERTIES
    is_safe = candidate.is_safe and share == 1
    has_code = candidate.has_code or (agreement.by_code and share == 1)
    if has_code and share == 1 and candidate.score >= _HALF:
        score, is_safe = max(score, _CODE_AGREES), True
    return replace(candidate, score=score, is_safe=is_safe, features=features, has_code=has_code)


def _sorted(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda one: (-one.score, not one.has_code, not one.is_safe, one.entity.iri))
