"""Decisions as statements: the record of each link, the link itself where it was accepted, linksets for new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.linking.reasons import comment
from g7graph.linking.review import Decision
from g7graph.linking.suggest import key
from g7graph.linking.things import Known, ask
from g7graph.store.local import LocalStore
from g7graph.table import text

_DATE, _DECIMAL = (ox.NamedNode(vocab.XSD + name) for name in ("date", "decimal"))
_IS = ox.NamedNode(vocab.RDF_TYPE)
_Statement = tuple[str, str, ox.NamedNode | ox.Literal]


def changed(store: LocalStore, decisions: Iterable[Decision], known: Known) -> dict[str, list[ox.Triple]]:
    """Return the graphs that decisions change, each with all that it then says.

    A link goes into the linkset that leads to its source; what was decided of the pair before is replaced.
    """
    sets = {text(to): text(graph) for graph, to in ask(store, "linksets").rows}
    before = {
        (text(one), text(other)): (text(record), text(predicate), text(graph))
        for record, one, predicate, other, graph in ask(store, "mapped").rows
    }
    left: dict[str, set[ox.Triple]] = {}
    for one in decisions:
        record, old, home = before.get((one.subject, one.object), ("", "", ""))
        graph = home or sets.get(one.source) or vocab.graph(f"links/{one.source.rpartition('/')[2]}")
        said = left.setdefault(graph, _triples(store, graph))
        if not said:
            said |= {*_linkset(store, graph, one.source, known)}
        said -= {triple for triple in said if text(triple.subject) == record}
        if old:
            said -= {ox.Triple(ox.NamedNode(one.subject), ox.NamedNode(old), ox.NamedNode(one.object))}
        said |= {*_said_of(one, record or vocab.thing("mapping", key(one.subject, one.object)))}
    return {graph: sorted(said, key=str) for graph, said in sorted(left.items())}


def _triples(store: LocalStore, graph: str) -> set[ox.Triple]:
    return {quad.triple for quad in store.inner.quads_for_pattern(None, None, None, ox.NamedNode(graph))}


def _said_of(one: Decision, record: str) -> Iterator[ox.Triple]:
    owl, sssom, predicate = vocab.STANDARD["owl"], vocab.STANDARD["sssom"], vocab.expand(one.predicate) or ""
    said: list[_Statement] = [
        (record, vocab.RDF_TYPE, ox.NamedNode(sssom + "Mapping")),
        (record, owl + "annotatedSource", ox.NamedNode(one.subject)),
        (record, owl + "annotatedProperty", ox.NamedNode(predicate)),
        (record, owl + "annotatedTarget", ox.NamedNode(one.object)),
        (record, sssom + "confidence", ox.Literal(f"{one.confidence:f}", datatype=_DECIMAL)),
        (record, sssom + "mapping_justification", _expanded(one.row["mapping_justification"])),
        (record, sssom + "reviewer_label", ox.Literal(one.reviewer)),
        (record, sssom + "review_date", ox.Literal(one.reviewed.isoformat(), datatype=_DATE)),
        (record, vocab.STANDARD["dcterms"] + "source", ox.NamedNode(one.source)),
        *(
            (record, vocab.STANDARD["rdfs"] + "comment", ox.Literal(comment(one.row, lang), language=lang))
            for lang in i18n.LANGUAGES
        ),
    ]
    if one.relation:
        said.append((record, vocab.G7 + "companyRelation", ox.NamedNode(vocab.thing("company-relation", one.relation))))
    if one.accepted:
        said.append((one.subject, predicate, ox.NamedNode(one.object)))
    else:
        said.append((record, sssom + "predicate_modifier", ox.NamedNode(sssom + "NegatedPredicate")))
    yield from _as_triples(said)


def _expanded(curie: str) -> ox.NamedNode:
    return ox.NamedNode(vocab.expand(curie) or curie)


def _linkset(store: LocalStore, graph: str, source: str, known: Known) -> Iterator[ox.Triple]:
    """Say what a new graph is: a linkset from our dataset to the source, which is called as the data call it."""
    void, dcterms = vocab.STANDARD["void"], vocab.STANDARD["dcterms"]
    dataset = ox.NamedNode(void + "Dataset")
    titles = store.inner.quads_for_pattern(ox.NamedNode(source), ox.NamedNode(dcterms + "title"), None, None)
    title = min((quad.object.value for quad in titles if isinstance(quad.object, ox.Literal)), default=source)
    said: list[_Statement] = [
        (graph, vocab.RDF_TYPE, ox.NamedNode(void + "Linkset")),
        (graph, vocab.RDF_TYPE, ox.NamedNode(vocab.STANDARD["sssom"] + "MappingSet")),
        (graph, void + "objectsTarget", ox.NamedNode(source)),
        (graph, dcterms + "license", ox.NamedNode(vocab.LICENCE)),
        *((graph, void + "subjectsTarget", ox.NamedNode(one)) for one in known.datasets),
        *(
            (graph, dcterms + said, ox.Literal(i18n.text(f"linking.{key}", lang, source=title), language=lang))
            for said, key in (("title", "linkset"), ("description", "linkset_records"))
            for lang in i18n.LANGUAGES
        ),
    ]
    if next(store.inner.quads_for_pattern(ox.NamedNode(source), _IS, dataset, None), None) is None:
        said.append((source, vocab.RDF_TYPE, dataset))
    yield from _as_triples(said)


def _as_triples(said: Iterable[_Statement]) -> Iterator[ox.Triple]:
    for subject, property_, value in said:
        yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(property_), value)
