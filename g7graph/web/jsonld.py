"""The JSON-LD context: the terms of the vocabulary, what their values are, and the prefixes (JSON-LD 1.1 §9.15)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response

from g7graph import __version__, vocab
from g7graph.store import Store
from g7graph.table import text
from g7graph.web import answer, formats
from g7graph.web.asks import ask
from g7graph.web.context import address, site

blueprint = Blueprint("jsonld", __name__)

CONTEXT = tuple(one for one in formats.GRAPHS if one.name == "jsonld")
_LATEST = "context.jsonld"
_VERSIONED = f"context/{__version__}.jsonld"
_LANGUAGES = {"@container": "@language"}
_LINK = {"@type": "@id"}
#: What a thing is, where somebody writes it as a property: classes are named as terms are.
_TYPE = {"rdf:type": {"@type": "@vocab"}}
#: Terms of other vocabularies whose values are texts in several languages, or links.
_TEXTS = (
    "dcterms:description dcterms:title rdfs:comment rdfs:label skos:altLabel skos:changeNote skos:definition "
    "skos:example skos:prefLabel skos:scopeNote"
).split()
_LINKS = (
    "dcterms:isPartOf dcterms:license dcterms:source dcterms:spatial foaf:homepage foaf:page owl:sameAs "
    "prov:hadPrimarySource prov:wasAssociatedWith prov:wasDerivedFrom prov:wasGeneratedBy qb:dataSet rdfs:isDefinedBy "
    "rdfs:seeAlso skos:exactMatch skos:inScheme skos:topConceptOf"
).split()
_LANG_STRING = vocab.STANDARD["rdf"] + "langString"
_OBJECT_PROPERTY = vocab.STANDARD["owl"] + "ObjectProperty"
#: Datatypes of which a value has one form, so that it can go without saying; numbers are of several types.
_PLAIN = tuple(vocab.XSD + name for name in ("anyURI", "date", "dateTime", "gYear", "gYearMonth"))

Term = str | dict[str, str]


@dataclass
class _Read:
    types: set[str] = field(default_factory=set)
    ranges: set[str] = field(default_factory=set)


@blueprint.get(f"/{_LATEST}")
def latest() -> Response:
    """Answer with the context; `Link` has the address of this version of it."""
    return _answered(f'<{address(_VERSIONED)}>; rel="bookmark"; type="application/ld+json"')


@blueprint.get(f"/{_VERSIONED}")
def versioned() -> Response:
    """Answer with the context of this version of the vocabulary; `Link` has the address of the latest."""
    return _answered(f'<{address(_LATEST)}>; rel="latest-version"; type="application/ld+json"')


def _answered(link: str) -> Response:
    (chosen,) = CONTEXT
    answer.negotiated(CONTEXT)
    body = json.dumps({"@context": context(site().store)}, indent=1) + "\n"
    return Response(body, content_type=chosen.media_type, headers={"Link": link})


def context(store: Store) -> Mapping[str, object]:
    """Make the context from the vocabulary that a store holds; with other people's RDF it has no terms of ours.

    The names of the vocabulary stand alone (`indicator`, `Indicator`), so that the prefixes of the same names
    (`indicator:`) are left out: `id:` shortens those IRIs. Terms of other vocabularies keep their prefix.
    """
    read: dict[str, _Read] = {}
    for term, type_, range_ in ask(store, "context").rows:
        one = read.setdefault(text(term).removeprefix(vocab.G7), _Read())
        one.types.add(text(type_))
        one.ranges |= {text(range_)} - {""}
    bare = {name: space for name, space in vocab.PREFIXES.items() if name not in (*vocab.KINDS, *vocab.SCHEMES)}
    terms = {name if name not in bare else f"g7:{name}": _term(f"g7:{name}", one) for name, one in read.items()}
    others = {**dict.fromkeys(_TEXTS, _LANGUAGES), **dict.fromkeys(_LINKS, _LINK), **_TYPE}
    known = {name: {"@id": name, **how} for name, how in others.items()}
    return {"@version": 1.1, **dict(sorted(bare.items())), **dict(sorted({**known, **terms}.items()))}


def _term(name: str, read: _Read) -> Term:
    """Define a term: links as IRIs, texts by language, what has one datatype without it; the rest says its own."""
    if _OBJECT_PROPERTY in read.types:
        return {"@id": name, **_LINK}
    if read.ranges == {_LANG_STRING}:
        return {"@id": name, **_LANGUAGES}
    datatypes = [one for one in _PLAIN if read.ranges == {one}]
    return {"@id": name, "@type": vocab.curie(datatypes[0])} if datatypes else name
