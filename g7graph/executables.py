"""Queries as data: each one a SHACL executable with its text, and the prefixes that editors complete.

Described as sib-swiss/sparql-examples does, so that editors which look for examples and prefixes at an endpoint find
them. A parameter's slot, `VALUES ?name { UNDEF }`, restricts nothing: every text runs as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.queries import LEVELS, Library, SavedQuery, Texts, in_languages
from g7graph.store import guard

GRAPH = vocab.DERIVED + "queries"
#: What is said of all queries together, and of the prefixes.
INDEX = vocab.QUERY
#: Form → the class of such queries and the property of their text; SHACL has none for DESCRIBE.
_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
    "DESCRIBE": ("sh:SPARQLExecutable", "spex:describe"),
}
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ENDPOINT = ox.NamedNode(vocab.BASE + "sparql")
_ANY_URI = ox.NamedNode(vocab.XSD + "anyURI")


def load(store: ox.Store, library: Library) -> None:
    """Describe a framework's queries in their graph of a store."""
    graph = ox.NamedNode(GRAPH)
    store.bulk_extend(ox.Quad(one.subject, one.predicate, one.object, graph) for one in _all(library))


def index(library: Library) -> Iterator[ox.Triple]:
    """Yield what is said of the queries together: which there are, and every prefix of the project."""
    whole = ox.NamedNode(INDEX)
    yield from _said(whole, "rdf:type", [_node("prov:Collection")])
    yield from _said(whole, "rdfs:label", _literals(i18n.catalogue("queries")["all"], ""))
    yield from _said(whole, "prov:hadMember", [ox.NamedNode(vocab.query(path)) for path in library.by_path])
    for prefix, namespace in sorted(vocab.PREFIXES.items()):
        declared = ox.NamedNode(f"{INDEX}#prefix-{prefix}")
        yield from _said(whole, "sh:declare", [declared])
        yield from _said(declared, "rdf:type", [_node("sh:PrefixDeclaration")])
        yield from _said(declared, "sh:prefix", [ox.Literal(prefix)])
        yield from _said(declared, "sh:namespace", [ox.Literal(namespace, datatype=_ANY_URI)])


def described(path: str, query: SavedQuery) -> Iterator[ox.Triple]:
    """Yield what is said of a query, whose IRI has that path below `query/`."""
    subject = ox.NamedNode(vocab.query(path))
    form, _ = guard.first_word(query.text, _FORMS.__contains__)
    kind, text = _FORMS[form or "SELECT"]
    yield from _said(subject, "rdf:type", map(_node, ("sh:SPARQLExecutable", kind)))
    yield from _said(subject, "rdfs:label", _literals(_label(query), query.name))
    yield from _said(subject, "rdfs:comment", _literals(_comment(query), query.name))
    yield from _said(subject, "schema:keywords", map(ox.Literal, sorted({query.topic, *query.tags} - {""})))
    yield from _said(subject, "schema:target", [_ENDPOINT])
    yield from _said(subject, "sh:prefixes", [ox.NamedNode(INDEX)])
    yield from _said(subject, "sh:severity", [_node(f"sh:{one}") for one in LEVELS if one == query.header.get("level")])
    yield from _said(subject, text, [ox.Literal(query.body)])


def _all(library: Library) -> Iterator[ox.Triple]:
    yield from index(library)
    for path, query in library.by_path.items():
        yield from described(path, query)


def _label(query: SavedQuery) -> Texts:
    """Return what a query asks; a check says what is wrong with what it finds."""
    return query.summary or in_languages(query.header.get("problem"))


def _comment(query: SavedQuery) -> Texts:
    """Return what a query asks and what is to be known of its answer; for a check, what to do about it."""
    more = query.description or in_languages(query.header.get("solution"))
    return {lang: _sentences(label, more.get(lang, "")) for lang, label in _label(query).items()}


def _sentences(first: str, more: str) -> str:
    """Join two texts; the first ends with a full stop where more follows.

    >>> _sentences("Progress", "One row each.")
    'Progress. One row each.'
    """
    rest = " ".join(more.split())
    return f"{first.rstrip('.')}. {rest}" if rest else first


def _literals(texts: Texts, name: str) -> list[ox.Literal]:
    """Return a text in its languages; a query that says nothing of itself is called by its name."""
    tagged = [(text, lang) for lang, text in sorted(texts.items()) if _LANGUAGE.fullmatch(lang)]
    return [ox.Literal(text, language=lang) for text, lang in tagged] or [ox.Literal(name)]


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(vocab.expand(name) or name)


def _said(subject: ox.NamedNode, name: str, values: Iterable[ox.NamedNode | ox.Literal]) -> Iterator[ox.Triple]:
    return (ox.Triple(subject, _node(name), value) for value in values)
