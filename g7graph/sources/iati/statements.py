"""Statements and terms of what is imported: IRIs, texts by language, codes of IATI's lists, days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

import pyoxigraph as ox

from g7graph import vocab
from g7graph.sources.iati.record import Link, Texts

Statements = Iterator[ox.Triple]
Thing = ox.NamedNode
Term = ox.NamedNode | ox.Literal

_TAG = re.compile("[a-z]{1,8}(-[a-z0-9]{1,8})*")
_RECENT = 64
_TYPE = ox.NamedNode(vocab.RDF_TYPE)


@cache
def term(curie: str) -> ox.NamedNode:
    """Return what a prefixed name of our vocabulary or a standard one names. Raises ValueError for another prefix.

    >>> term("g7:value").value
    'https://w3id.org/g7graph/ontology#value'
    """
    expanded = vocab.expand(curie)
    if expanded is None:
        raise ValueError(curie)
    return ox.NamedNode(expanded)


@lru_cache(_RECENT)
def thing(kind: str, *parts: str) -> ox.NamedNode:
    """Return a thing that is imported, by the parts of its key.

    >>> thing("result", "XM-DAC-903-1/2", "3").value
    'https://w3id.org/g7graph/id/result/iati/XM-DAC-903-1%7C2/3'
    """
    return ox.NamedNode(vocab.thing(kind, "/".join(("iati", *(part.replace("/", "|") for part in parts)))))


def say(subject: Thing, predicate: str, *objects: Term | None) -> list[ox.Triple]:
    """Return a statement for each object that is known."""
    known = term(predicate)
    return [ox.Triple(subject, known, one) for one in objects if one is not None]


def typed(subject: Thing, *classes: str) -> list[ox.Triple]:
    """Return the classes of a thing."""
    return [ox.Triple(subject, _TYPE, term(one)) for one in classes]


def texts(subject: Thing, predicate: str, found: Texts) -> Statements:
    """Yield a text in each of its languages; a tag that is none is left out."""
    for lang, text in found.items():
        literal = ox.Literal(text, language=lang) if _TAG.fullmatch(lang) else ox.Literal(text)
        yield ox.Triple(subject, term(predicate), literal)


def code(codelist: str, value: str | None) -> ox.Literal | None:
    """Return a code of one of IATI's lists, as the alignment writes it: `ResultType/2`."""
    return ox.Literal(f"{codelist}/{value}") if value else None


def day(value: date | None) -> ox.Literal | None:
    """Return a day."""
    return _literal(value.isoformat(), "date") if value else None


def month(value: date | None, year: int | None = None) -> ox.Literal | None:
    """Return the month of a day; the year alone where no more is known."""
    if value:
        return _literal(f"{value:%Y-%m}", "gYearMonth")
    return _literal(f"{year:04}", "gYear") if year else None


def number(value: Decimal | None) -> ox.Literal | None:
    """Return a number as it is written: whole, or with its decimals."""
    if value is None:
        return None
    written = f"{value:f}"
    return _literal(written, "decimal" if "." in written else "integer")


def link(url: str | None) -> ox.NamedNode | None:
    """Return what an address names; None where it is none."""
    try:
        return ox.NamedNode(url) if url and ":" in url else None
    except ValueError:
        return None


def links(subject: Thing, predicate: str, found: tuple[Link, ...]) -> Statements:
    """Yield the documents of a thing, each with its title and media type."""
    documents = [(document, one) for one in found if (document := link(one.url))]
    yield from say(subject, predicate, *(document for document, _ in documents))
    for document, one in documents:
        yield from texts(document, "dcterms:title", one.title)
        yield from say(document, "dcterms:format", ox.Literal(one.format) if one.format else None)


def _literal(value: str, datatype: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(vocab.XSD + datatype))
