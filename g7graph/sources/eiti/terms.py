"""The terms of the triples that records make, as N-Triples writes them; the engine escapes and checks each."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from functools import lru_cache

import pyoxigraph as ox

from g7graph import vocab
from g7graph.sources.eiti.record import Period
from g7graph.sources.eiti.values import plain

_XSD = vocab.STANDARD["xsd"]
_DECIMAL = f"^^<{_XSD}decimal>"


@lru_cache(maxsize=8192)
def iri(address: str) -> str:
    """Write an IRI. Raises ValueError for what is none."""
    return str(ox.NamedNode(address))


@lru_cache(maxsize=8192)
def name(curie: str) -> str:
    """Write the IRI of a prefixed name."""
    return iri(vocab.expand(curie) or curie)


@lru_cache(maxsize=8192)
def thing(kind: str, key: str) -> str:
    """Write the IRI of a thing of ours."""
    return iri(vocab.thing(kind, key))


@lru_cache(maxsize=8192)
def text(value: str, lang: str = "") -> str:
    """Write a text, in a language or none."""
    return str(ox.Literal(value, language=lang) if lang else ox.Literal(value))


def observation(key: str) -> str:
    """Write the IRI of an observation, which is met once."""
    return str(ox.NamedNode(vocab.thing("observation", key)))


@lru_cache(maxsize=64)
def numbered(source: str) -> str:
    """Write the IRI of a source's observations, up to the number of the line."""
    return observation(f"{source}-")[:-1]


def typed(value: str, datatype: str) -> str:
    """Write a value of a datatype of XML Schema."""
    return str(ox.Literal(value, datatype=ox.NamedNode(_XSD + datatype)))


def once(value: str) -> str:
    """Write a text that is met once, and is not worth keeping."""
    return str(ox.Literal(value))


def decimal(number: Decimal) -> str:
    """Write a number, which has nothing to escape."""
    return f'"{plain(number)}"{_DECIMAL}'


@lru_cache(maxsize=8192)
def moment(value: str) -> str:
    """Write a year or a day.

    >>> moment("2013")
    '"2013"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    return typed(value, "date" if "-" in value else "gYear")


@lru_cache(maxsize=8192)
def period(given: Period) -> str:
    """Write the IRI of a period."""
    return thing("period", given.key)


def key_of(label: str) -> str:
    """Make a key of a name; letters that are not Latin stay.

    >>> key_of("Compañía Minera Antamina S.A."), key_of("ხე 2")
    ('compania-minera-antamina-s-a', 'ხე-2')
    """
    plain = unicodedata.normalize("NFKD", label)
    is_latin = all(one.isascii() for one in plain if one.isalnum() and not unicodedata.combining(one))
    return (vocab.slug(label) if is_latin else "") or "-".join(label.casefold().replace("/", " ").split())
