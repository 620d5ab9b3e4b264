"""Things, types and properties as the API tells of them, in the language of the request."""

from __future__ import annotations

from g7graph.web.context import language
from g7graph.web.reconciliation.candidates import Candidate
from g7graph.web.reconciliation.index import Entity, Index, Kind

Json = dict[str, object]
_APART = " · "


def candidate(one: Candidate, index: Index) -> Json:
    """Tell of a candidate, with the reasons for its score."""
    return {
        **entity(one.entity, index),
        "type": types(one.entity, index),
        "score": round(one.score, 1),
        "match": one.match,
        "features": [{"id": name, "value": value} for name, value in one.features.items()],
    }


def entity(one: Entity, index: Index) -> Json:
    """Tell what a thing is called and what tells it from namesakes."""
    return {"id": one.key, "name": one.label(language()), "description": description(one, index)}


def types(one: Entity, index: Index) -> list[Json]:
    """Tell the types of a thing, the one that fewest have first."""
    return [{"id": kind.key, "name": kind.label(language())} for kind in _types(one, index)]


def kind(one: Kind) -> Json:
    """Tell of a type or a property."""
    lang = language()
    meaning = one.definition(lang)
    return {"id": one.key, "name": one.label(lang), **({"description": meaning} if meaning else {})}


def type_(one: Kind, index: Index) -> Json:
    """Tell of a type, with those that it is a kind of."""
    broader = [kind(index.types[iri]) for iri in one.broader if iri in index.types]
    return {**kind(one), **({"broader": broader} if broader else {})}


def description(one: Entity, index: Index) -> str:
    """Say what a thing is and what it lies in."""
    lang = language()
    kinds = [kind.label(lang) for kind in _types(one, index)[:1]]
    around = ", ".join(other.label(lang) for other in index.surroundings(one))
    return _APART.join(filter(None, [*kinds, around]))


def _types(one: Entity, index: Index) -> list[Kind]:
    return [kind for iri, kind in reversed(index.types.items()) if iri in one.types]
