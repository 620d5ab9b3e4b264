"""Changes as a Linked Data Event Stream: members by time, in documents that lead to one another (LDES, TREE)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox

from g7graph import vocab
from g7graph.web.changes import STREAM, Change, Held, place, whole

#: Kind → the class that every change of it is in, whatever it is a version of.
_CLASSES = {"version": "prov:Entity", "change": "prov:Activity", "round": "g7:MonitoringRound"}
_DATE_TIME = ox.NamedNode(vocab.XSD + "dateTime")
_ANY_URI = ox.NamedNode(vocab.XSD + "anyURI")
#: What every member has: a client that reads one knows what to look for (`tree:shape`).
_SHAPE = f"""
<{STREAM}> tree:shape <{STREAM}#member> .
<{STREAM}#member> a sh:NodeShape ;
  sh:property [ sh:path dcterms:date ; sh:datatype xsd:dateTime ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path rdf:type ; sh:nodeKind sh:IRI ; sh:minCount 1 ] ,
    [ sh:path rdfs:label ; sh:nodeKind sh:Literal ; sh:uniqueLang true ] ,
    [ sh:path dcterms:description ; sh:nodeKind sh:Literal ; sh:uniqueLang true ] ,
    [ sh:path prov:generated ; sh:node <{STREAM}#graph> ] , [ sh:path prov:invalidated ; sh:node <{STREAM}#graph> ] .
<{STREAM}#graph> a sh:NodeShape ;
  sh:property [ sh:path dcterms:identifier ; sh:datatype xsd:anyURI ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def statements(held: Held, form: str) -> list[ox.Triple]:
    """Return the stream as far as a document holds it; its nodes are documents in the same format.

    What changes is not a version of another thing: a member is never said anew.
    """
    stream, node = ox.NamedNode(STREAM), ox.NamedNode(whole(place(form, held.archive)))
    said = [
        ox.Triple(stream, _term("rdf:type"), _term("ldes:EventStream")),
        ox.Triple(stream, _term("ldes:timestampPath"), _term("dcterms:date")),
        ox.Triple(stream, _term("tree:view"), ox.NamedNode(whole(place(form, 0)))),
        ox.Triple(node, _term("rdf:type"), _term("tree:Node")),
        *_shape(),
    ]
    if held.before:
        said += _relation(node, whole(place(form, held.before)), held.changes[-1])
    for change in held.changes:
        said += [ox.Triple(stream, _term("tree:member"), ox.NamedNode(change.iri)), *_member(change)]
    return said


@cache
def _shape() -> tuple[ox.Triple, ...]:
    prefixes = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in vocab.PREFIXES.items())
    return tuple(quad.triple for quad in ox.parse(prefixes + _SHAPE, format=ox.RdfFormat.TURTLE))


def _relation(node: ox.NamedNode, older: str, oldest: Change) -> list[ox.Triple]:
    """Lead from a document to the one before it, in which nothing is later than the oldest of this one."""
    relation = ox.BlankNode()
    return [
        ox.Triple(node, _term("tree:relation"), relation),
        ox.Triple(relation, _term("rdf:type"), _term("tree:LessThanOrEqualToRelation")),
        ox.Triple(relation, _term("tree:path"), _term("dcterms:date")),
        ox.Triple(relation, _term("tree:value"), _moment(oldest)),
        ox.Triple(relation, _term("tree:node"), ox.NamedNode(older)),
    ]


def _member(change: Change) -> Iterator[ox.Triple]:
    subject = ox.NamedNode(change.iri)
    yield ox.Triple(subject, _term("dcterms:date"), _moment(change))
    yield ox.Triple(subject, _term("rdf:type"), _term(_CLASSES[change.kind]))
    yield from (ox.Triple(subject, _term("rdfs:label"), label) for label in change.labels)
    yield from (ox.Triple(subject, _term("dcterms:description"), text) for text in change.texts)
    for one in change.graphs:
        left = ox.NamedNode(one.left)
        yield ox.Triple(subject, ox.NamedNode(one.how), left)
        yield ox.Triple(left, _term("dcterms:identifier"), ox.Literal(one.graph, datatype=_ANY_URI))


def _moment(change: Change) -> ox.Literal:
    return ox.Literal(change.when, datatype=_DATE_TIME)


def _term(name: str) -> ox.NamedNode:
    return ox.NamedNode(vocab.expand(name) or name)
