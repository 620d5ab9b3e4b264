"""What is known of things beside their names: for agreement with what is wanted, and to extend people's tables."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from pyoxigraph import Literal, NamedNode

from g7graph import i18n, matching, vocab
from g7graph.store import Store
from g7graph.table import Term, python
from g7graph.web.asks import ask
from g7graph.web.names import Names
from g7graph.web.reconciliation.batch import Extension, Query, Wanted
from g7graph.web.reconciliation.candidates import Agreement, Candidate
from g7graph.web.reconciliation.index import Index, addressed

#: By thing and property.
Values = Mapping[tuple[str, str], Sequence[Term]]
_PIECE = 500
_LONGEST = 1000
_NO_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_MOMENT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def known(store: Store, things: Iterable[str], properties: Iterable[str]) -> Values:
    """Read what some things have for some properties."""
    found: dict[tuple[str, str], list[Term]] = defaultdict(list)
    wanted, asked = [NamedNode(one) for one in things], [NamedNode(one) for one in properties]
    for start in range(0, len(wanted) if asked else 0, _PIECE):
        for thing, property_, value in ask(
            store, "reconcile-values", thing=wanted[start : start + _PIECE], property=asked
        ).rows:
            if isinstance(thing, NamedNode) and isinstance(property_, NamedNode) and value is not None:
                found[thing.value, property_.value].append(value)
    return found


def agreements(
    candidates: Iterable[Candidate], query: Query, values: Values, names: Names, index: Index
) -> dict[str, Agreement]:
    """Return, for each candidate, how what is known of it agrees with what a query wants."""
    return {one.entity.iri: _agreement(one.entity.iri, query, values, names, index) for one in candidates}


def _agreement(iri: str, query: Query, values: Values, names: Names, index: Index) -> Agreement:
    entity = index.things[iri]
    lies_in = [NamedNode(one) for one in entity.around]
    told = [
        (one, lies_in if one.property in index.placing else values.get((iri, one.property), ())) for one in query.wanted
    ]
    agreed = [one for one, terms in told if any(_fits(term, one, names, index) for term in terms)]
    codes = {property_ for property_, _ in entity.codes}
    return Agreement(sum(1 for _, terms in told if terms), len(agreed), any(one.property in codes for one in agreed))


def _fits(term: Term, wanted: Wanted, names: Names, index: Index) -> bool:
    return any(_is(term, value, names, index) for value in wanted.values if value)


def _is(term: Term, wanted: str, names: Names, index: Index) -> bool:
    """Whether a value is what somebody wrote for it: as a code, a number, a name, or what it lies in."""
    if isinstance(term, Literal):
        return _same_code(term.value, wanted) or _is_named(wanted, [term.value])
    iri = term.value if isinstance(term, NamedNode) else ""
    if iri in addressed(wanted):
        return True
    entity = index.things.get(iri)
    if entity is None:
        called = [names[iri].label, names[iri].code] if iri in names else []
        return _same_code(re.split(r"[/#]", iri)[-1], wanted) or _is_named(wanted, called)
    return any(
        one.iri in addressed(wanted)
        or any(_same_code(code, wanted) for _, code in one.codes)
        or any(matching.likeness(matching.read(wanted), name, index.slight).is_safe for name in one.names)
        for one in (entity, *index.surroundings(entity))
    )


def _is_named(wanted: str, texts: Iterable[str]) -> bool:
    given = matching.read(wanted)
    return any(matching.likeness(given, matching.read(text)).is_safe for text in texts if text)


def _same_code(known_: str, wanted: str) -> bool:
    """Whether two codes are the same, or the same number: spreadsheets drop zeros at the beginning."""
    one, other = matching.code(known_), matching.code(wanted)
    return one == other or (one.isdecimal() and other.isdecimal() and one.lstrip("0") == other.lstrip("0"))


def extended(asked: Extension, index: Index, store: Store, lang: str) -> dict[str, object]:
    """Return what things have for properties, as the API has it; nothing for things that are not known."""
    things = {given: _iri(given, index) for given in asked.ids}
    properties = [property_ for property_, _ in asked.properties]
    values = known(store, filter(None, things.values()), properties)
    names = Names(store, (term for terms in values.values() for term in terms), lang)
    rows = {
        given: {
            vocab.curie(property_): [
                _cell(term, names) for term in in_language(values.get((iri, property_), ()), lang)[:most]
            ]
            for property_, most in asked.properties
        }
        for given, iri in things.items()
    }
    meta = [{"id": vocab.curie(iri), "name": index.properties[iri].label(lang)} for iri in properties]
    return {"meta": meta, "rows": rows}


def _iri(given: str, index: Index) -> str:
    """Return the IRI of an identifier, empty for what cannot be one: things that are not matched have values, too."""
    entity = index.thing(given)
    if entity:
        return entity.iri
    iri = given if given.startswith(vocab.THING) else vocab.THING + given
    return "" if _NO_IRI.search(iri) or len(iri) > _LONGEST else iri


def in_language(terms: Sequence[Term], lang: str) -> list[Term]:
    """Return values, of texts in several languages those in the language of the reader."""
    languages = {one.language for one in terms if isinstance(one, Literal) and one.language}
    chosen = next((one for one in (lang, i18n.DEFAULT, *sorted(languages)) if one in languages), None)
    return [one for one in terms if not (isinstance(one, Literal) and one.language) or one.language == chosen]


def _cell(term: Term, names: Names) -> dict[str, object]:
    if isinstance(term, NamedNode) and term.value.startswith(vocab.THING):
        return {"id": term.value.removeprefix(vocab.THING), "name": names[term.value].label}
    if isinstance(term, NamedNode):
        return {"str": term.value}
    value = python(term)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, date)):
        return {"date": term.value} if _MOMENT.fullmatch(term.value) else {"str": term.value}
    if isinstance(value, date):
        return {"date": f"{value.isoformat()}T00:00:00"}
    if isinstance(value, int):
        return {"int": value}
    return {"float": float(value)} if math.isfinite(value) else {"str": term.value}
