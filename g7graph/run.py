"""Running a saved query: values people type become terms, terms fill the slots, the store answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from g7graph import i18n, vocab
from g7graph.errors import BadParameter
from g7graph.queries import Param, SavedQuery, slot
from g7graph.store import Answer, Engine, Store
from g7graph.table import Table

_NAMES = Path(__file__).with_name("names.rq")


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
    for name in values:
        if query.param(name) is None:
            known = [param.name for param in query.params]
            raise BadParameter("unknown_parameter", query=query.name, parameter=name, known=known)
    text = query.text
    for param in query.params:
        given = values.get(param.name) or (lang if param.type == "lang" else param.default)
        if given:
            filled = f"VALUES ?{param.name} {{ {_term(store, query, param, given)} }}"
            text = slot(param.name).sub(lambda _, filled=filled: filled, text)  # type: ignore[misc]
    return text


def candidates(store: Store, kind: str) -> dict[str, str]:
    """Return what a parameter of a kind may be: each key, notation and label, folded → IRI."""
    wanted = str(Literal(vocab.thing(kind, "")))
    names: dict[str, str] = {}
    for thing, name in store.table(slot("prefix").sub(f"VALUES ?prefix {{ {wanted} }}", _NAMES.read_text())).rows:
        if thing is not None and name is not None:
            key = thing.value.rpartition("/")[2]
            for known in (key, f"{kind}-{key}", name.value):
                names.setdefault(vocab.fold(known), thing.value)
    return names


def _term(store: Store, query: SavedQuery, param: Param, given: str) -> str:
    if param.type == "iri":
        return str(NamedNode(_iri(store, query, param, given)))
    if param.type == "lang" and given not in i18n.LANGUAGES:
        raise _bad(query, param, given, i18n.LANGUAGES)
    if param.type == "integer":
        if not given.lstrip("+-").isdecimal():
            raise _bad(query, param, given, ("1",))
        return str(Literal(int(given)))
    return str(Literal(given))


def _iri(store: Store, query: SavedQuery, param: Param, given: str) -> str:
    known = {name: iri for kind in reversed(param.kind.split()) for name, iri in candidates(store, kind).items()}
    iri = given if "://" in given else vocab.expand(given) or known.get(vocab.fold(given), "")
    if iri not in known.values():
        keys = {iri.rpartition("/")[2] for iri in known.values()}
        label = _nearest_by_label(given, known)
        raise _bad(query, param, given, {label} if label else keys)
    return iri


def _nearest_by_label(given: str, known: Mapping[str, str]) -> str | None:
    from difflib import get_close_matches

    like = get_close_matches(vocab.fold(given), known, 1)
    return known[like[0]].rpartition("/")[2] if like else None


def _bad(query: SavedQuery, param: Param, value: str, known: object) -> BadParameter:
    return BadParameter(
        "bad_value",
        query=query.name,
        parameter=param.name,
        value=value,
        known=known,  # type: ignore[arg-type]
    )
