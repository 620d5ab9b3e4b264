"""What clients ask: batches of queries and data extensions, read from JSON and bounded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from g7graph import vocab
from g7graph.web.reconciliation.index import Index
from g7graph.web.refusals import Refused, UnknownTerm

MOST_QUERIES = 50
MOST_CHARACTERS = 500
MOST_PROPERTIES = 20
MOST_IDS = 200
MOST_CANDIDATES = 50
USUAL_CANDIDATES = 10
_DIGITS = 6
#: How types are meant: `should` prefers them, `any` and `all` demand one or all of them.
STRICTNESS = ("any", "should", "all")


@dataclass(frozen=True)
class Wanted:
    """What somebody knows of a thing beside its name: a property, and values of which one should fit."""

    property: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A name to match, or what is known instead of it; `types` are IRIs."""

    text: str = ""
    types: tuple[str, ...] = ()
    strict: str = STRICTNESS[0]
    limit: int = USUAL_CANDIDATES
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Extension:
    """Which properties to tell of which things; `settings` are those of each property."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, int | None], ...]


def queries(text: str, index: Index) -> dict[str, Query]:
    """Read a batch of queries. Raises Refused, which says of which query what is wrong."""
    batch = _parsed(text)
    if not isinstance(batch, dict):
        raise Refused("reconcile_no_batch")
    if len(batch) > MOST_QUERIES:
        raise Refused("reconcile_many", count=len(batch), limit=MOST_QUERIES)
    return {key: _query(key, one, index) for key, one in batch.items()}


def extension(text: str, index: Index) -> Extension:
    """Read a data extension query. Raises Refused likewise."""
    asked = _parsed(text)
    if not isinstance(asked, dict) or not _is_texts(asked.get("ids")) or not isinstance(asked.get("properties"), list):
        raise Refused("reconcile_no_extension")
    if len(asked["ids"]) > MOST_IDS:
        raise Refused("reconcile_many", count=len(asked["ids"]), limit=MOST_IDS)
    if len(asked["properties"]) > MOST_PROPERTIES:
        raise Refused("reconcile_many", count=len(asked["properties"]), limit=MOST_PROPERTIES)
    return Extension(tuple(dict.fromkeys(asked["ids"])), tuple(_extended(one, index) for one in asked["properties"]))


def term(given: object, known: Iterable[str], kind: str) -> str:
    """Return the IRI of a type or a property that is known. Raises UnknownTerm, with the nearest that are."""
    listed = list(known)
    found = named(given, listed)
    if found is None:
        raise UnknownTerm(kind, str(given)[:MOST_CHARACTERS], map(vocab.curie, listed))
    return found


def named(given: object, known: Iterable[str]) -> str | None:
    """Return the one of some IRIs that is given by prefixed name, IRI, or name in the vocabulary; None for no such."""
    meant = (vocab.expand(given), given, vocab.G7 + given) if isinstance(given, str) else ()
    return next((iri for iri in known if iri in meant), None)


def _query(key: str, given: object, index: Index) -> Query:
    if not isinstance(given, dict):
        raise Refused("reconcile_no_query", query=key)
    text, wanted = given.get("query", ""), given.get("properties", [])
    if not isinstance(text, str) or not isinstance(wanted, list) or not (text.strip() or wanted):
        raise Refused("reconcile_no_query", query=key)
    if len(text) > MOST_CHARACTERS or len(wanted) > MOST_PROPERTIES:
        raise Refused("reconcile_long", query=key, limit=MOST_CHARACTERS, properties=MOST_PROPERTIES)
    strict = given.get("type_strict") or STRICTNESS[0]
    if strict not in STRICTNESS:
        raise _bad(key, "type_strict", " | ".join(STRICTNESS))
    listed = given.get("type") or []
    types = [listed] if isinstance(listed, str) else listed
    if not _is_texts(types) or len(types) > MOST_PROPERTIES:
        raise _bad(key, "type", "string | [string]")
    return Query(
        text.strip(),
        tuple(term(_bare(one), index.types, "type") for one in types),
        strict,
        _limit(key, given.get("limit")),
        tuple(_wanted(key, one, index) for one in wanted),
    )


def _bare(type_: object) -> object:
    return type_.get("id") if isinstance(type_, dict) else type_


def _limit(key: str, given: object) -> int:
    if given is None:
        return USUAL_CANDIDATES
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise _bad(key, "limit", f"1 … {MOST_CANDIDATES}")
    return min(given, MOST_CANDIDATES)


def _wanted(key: str, given: object, index: Index) -> Wanted:
    if not isinstance(given, dict) or "v" not in given or "pid" not in given:
        raise _bad(key, "properties", '[{"pid": string, "v": value | [value]}]')
    values = given["v"] if isinstance(given["v"], list) else [given["v"]]
    found = tuple(_value(key, one) for one in values)
    if len(found) > MOST_PROPERTIES or any(len(one) > MOST_CHARACTERS for one in found):
        raise Refused("reconcile_long", query=key, limit=MOST_CHARACTERS, properties=MOST_PROPERTIES)
    return Wanted(term(given["pid"], index.properties, "property"), found)


def _value(key: str, given: object) -> str:
    """Return a value as text: of a thing its identifier, of a number without what only says that it is one."""
    if isinstance(given, dict) and isinstance(given.get("id"), str):
        return str(given["id"])
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, float) and given.is_integer():
        return str(int(given))
    if not isinstance(given, (str, int, float)):
        raise _bad(key, "properties", '[{"pid": string, "v": value | [value]}]')
    return str(given).strip()


def _extended(given: object, index: Index) -> tuple[str, int | None]:
    if not isinstance(given, dict) or "id" not in given:
        raise Refused("reconcile_no_extension")
    property_ = term(given["id"], index.properties, "property")
    settings = given.get("settings") or {}
    most = settings.get("limit") if isinstance(settings, dict) else None
    if most in (None, "", "0", 0):  # OpenRefine sends what stands in its form
        return property_, None
    written = str(most)
    if isinstance(most, bool) or not written.isascii() or not written.isdecimal() or len(written) > _DIGITS:
        raise _bad(property_, "settings.limit", "0 …")
    return property_, int(written)


def _is_texts(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def _parsed(text: str) -> Any:
    try:
        found = json.loads(text, parse_constant=_refused)
        json.dumps(found, ensure_ascii=False).encode()  # halves of characters are none
    except (ValueError, RecursionError):
        raise Refused("reconcile_no_json") from None
    return found


def _refused(name: str) -> NoReturn:
    raise ValueError(name)


def _bad(query: str, member: str, expected: str) -> Refused:
    return Refused("reconcile_bad_member", query=query, member=member, expected=expected)
