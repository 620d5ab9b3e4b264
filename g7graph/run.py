"""Running a saved query: values people type become terms, terms fill the slots, the store answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

from pyoxigraph import Literal, NamedNode

from g7graph import i18n, vocab
from g7graph.errors import BadParameter
from g7graph.queries import Library, Param, SavedQuery, slot
from g7graph.store import Answer, Engine, Store
from g7graph.table import Table, Term, python, text

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
#: What a slot is filled with.
Given = NamedNode | Literal
_MOST_FACTS = 100
_FACTS: WeakKeyDictionary[Store, tuple[str, dict[str, Term | None]]] = WeakKeyDictionary()
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Named:
    """What the things of a kind are called: each key, notation and label, folded → IRI; the notations as they are."""

    things: dict[str, str] = field(default_factory=dict)
    notations: set[str] = field(default_factory=set)


def answer(store: Engine, query: SavedQuery, values: Mapping[str, str], *, lang: str = i18n.DEFAULT) -> Answer:
    """Run a saved query of any form. Raises BadParameter as `bind`, QueryError as the store."""
    return store.query(bind(store, query, values, lang=lang))


def table(store: Store, query: SavedQuery, values: Mapping[str, str], *, lang: str = i18n.DEFAULT) -> Table:
    """Run a saved SELECT or ASK into a table whose columns have the types the header promises."""
    return typed(store.table(bind(store, query, values, lang=lang)), query)


def typed(found: Table, query: SavedQuery) -> Table:
    """Give a table's columns the types that the header of its query promises."""
    types = {column.name: column for column in query.columns}
    return replace(found, columns=tuple(types.get(column.name, column) for column in found.columns))


def bind(store: Store, query: SavedQuery, values: Mapping[str, str], *, lang: str = i18n.DEFAULT) -> str:
    """Return the text of a query with its slots filled; a value not given stays `UNDEF`.

    What is written into the text is always a serialised term, never what somebody typed.
    Raises BadParameter for a parameter the query does not have, or a value it does not take.
    """
    found = terms(store, query, values, lang=lang)
    return filled(query.text, {name: [term] for name, term in found.items()})


def terms(store: Store, query: SavedQuery, values: Mapping[str, str], *, lang: str = i18n.DEFAULT) -> dict[str, Given]:
    """Return the terms that a query's parameters are given. Raises BadParameter as `bind`."""
    for name in values:
        if query.param(name) is None:
            there = [param.name for param in query.params]
            raise BadParameter("unknown_parameter", query=query.name, parameter=name, known=there)
    given = [(param, value) for param in query.params if (value := _given(param, values, lang))]
    exact = {param.name: found for param, value in given if (found := _exact(store, param, value))}
    known = named(store, {kind for param, _ in given if param.name not in exact for kind in param.kind.split()})
    return {param.name: exact.get(param.name) or _term(query, param, value, known) for param, value in given}


def example(store: Store, query: SavedQuery) -> dict[str, str]:
    """Return the values of a query's example that these data have: another framework may have other axes and codes."""
    return {name: value for name, value in query.example.items() if _fits(store, query, name, value)}


def _fits(store: Store, query: SavedQuery, name: str, value: str) -> bool:
    try:
        terms(store, query, {name: value})
    except BadParameter:
        return False
    return True


def filled(text: str, given: Mapping[str, Iterable[Given]]) -> str:
    """Return a text whose slots are filled by terms, serialised."""
    for name, listed in given.items():
        written = f"VALUES ?{name} {{ {' '.join(map(str, listed))} }}"
        text = slot(name).sub(lambda _, written=written: written, text)  # type: ignore[misc]
    return text


def defaults(store: Store, library: Library, query: SavedQuery, given: Mapping[str, Given]) -> dict[str, Given]:
    """Return the terms that parameters not given have by default as a matter of the data, such as the latest round."""
    found: dict[str, Given] = {}
    for param in query.params:
        if param.default_query and param.name not in given:
            text = library.support[param.default_query].text
            term = fact(store, filled(text, {name: [term] for name, term in given.items()}))
            if isinstance(term, NamedNode | Literal):
                found[param.name] = term
    return found


def fact(store: Store, text: str) -> Term | None:
    """Return the first thing that a query finds, if any; it is asked once of each version of the data."""
    version = store.version
    if not version:  # nobody knows when a remote store changes
        return _first(store, text)
    known_of, known = _FACTS.get(store, ("", {}))
    if known_of != version or len(known) >= _MOST_FACTS:
        _FACTS[store] = version, (known := {})
    if text not in known:
        known[text] = _first(store, text)
    return known[text]


def _first(store: Store, text: str) -> Term | None:
    rows = store.table(text).rows
    return rows[0][0] if rows else None


def named(store: Store, kinds: Collection[str]) -> dict[str, Named]:
    """Return what the things of some kinds are called, by kind."""
    found = {kind: Named() for kind in kinds}
    if not found:
        return {}
    prefixes = [Literal(vocab.thing(kind, "")) for kind in sorted(kinds)]
    asked = filled(_text("names"), {"prefix": prefixes})
    for thing, name, is_notation in store.table(asked).rows:
        if thing is not None and name is not None:
            kind, _, key = thing.value.removeprefix(vocab.THING).partition("/")
            for called in (key, f"{kind}-{key}", name.value):
                found[kind].things.setdefault(vocab.fold(called), thing.value)
            if python(is_notation):
                found[kind].notations.add(name.value)
    return found


def _exact(store: Store, param: Param, given: str) -> Given | None:
    """Return what a value is by itself: a thing, by its IRI or key, or the notation of one; None where it is neither.

    So that most values are found without a look at what all things of a kind are called.
    """
    if param.type == "iri":
        candidates = [*_candidates(param, given)]
        asked = filled(_text("known"), {"thing": candidates})
        there = {text(thing) for (thing,) in store.table(asked).rows} if candidates else set()
        return next((one for one in candidates if one.value in there), None)
    if param.type == "string" and param.kind:
        prefixes = [Literal(vocab.thing(kind, "")) for kind in param.kind.split()]
        asked = filled(_text("coded"), {"notation": [Literal(given)], "prefix": prefixes})
        return Literal(given) if store.table(asked).rows else None
    return None


def _candidates(param: Param, given: str) -> Iterator[NamedNode]:
    """Yield the things of a parameter's kinds that a value may be the IRI or the key of."""
    kinds = param.kind.split()
    iri = given if "://" in given else vocab.expand(given)
    keys = ((kind, key) for kind in kinds for key in dict.fromkeys((given, given.removeprefix(f"{kind}-"))))
    for one in [iri] if iri else [vocab.thing(kind, key) for kind, key in keys]:
        if any(one.startswith(vocab.thing(kind, "")) for kind in kinds):
            with suppress(ValueError):  # no IRI
                yield NamedNode(one)


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def _given(param: Param, values: Mapping[str, str], lang: str) -> str | None:
    value = values.get(param.name)
    if param.type == "lang":
        return value.lower() if value else lang  # tags have no case (RFC 5646 §2.1.1)
    return value or param.default


def _term(query: SavedQuery, param: Param, given: str, known: Mapping[str, Named]) -> Given:
    kinds = [known[kind] for kind in param.kind.split()]
    if param.type == "iri":
        return NamedNode(_iri(query, param, given, kinds))
    if param.type == "lang" and given not in i18n.LANGUAGES:
        raise _bad(query, param, given, i18n.LANGUAGES)
    if param.type == "integer":
        if not _INTEGER.fullmatch(given):
            raise _bad(query, param, given, (query.example.get(param.name) or "1",))
        return Literal(int(given))
    if kinds and not any(given in one.notations for one in kinds):
        raise _bad(query, param, given, set().union(*(one.notations for one in kinds)))
    return Literal(given)


def _iri(query: SavedQuery, param: Param, given: str, kinds: Sequence[Named]) -> str:
    known = {name: iri for one in reversed(kinds) for name, iri in one.things.items()}
    iri = given if "://" in given else vocab.expand(given) or known.get(vocab.fold(given), "")
    if iri not in known.values():
        keys = {iri.rpartition("/")[2] for iri in known.values()}
        label = _nearest_by_label(given, known)
        raise _bad(query, param, given, {label} if label else keys)
    return iri


def _nearest_by_label(given: str, known: Mapping[str, str]) -> str | None:
    like = get_close_matches(vocab.fold(given), known, 1)
    return known[like[0]].rpartition("/")[2] if like else None


def _bad(query: SavedQuery, param: Param, value: str, known: Iterable[str]) -> BadParameter:
    return BadParameter("bad_value", query=query.name, parameter=param.name, value=value, known=known)
