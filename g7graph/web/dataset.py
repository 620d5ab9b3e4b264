"""The dataset's own page and description: DCAT at `/dataset`, the same with VoID's counts at `/.well-known/void`."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response
from pyoxigraph import NamedNode

from g7graph import vocab
from g7graph.exports.manifest import Dump
from g7graph.web import answer, distributions, formats, graphs, schema_org
from g7graph.web.catalogue import Catalogue, catalogue
from g7graph.web.cells import Cell, cell
from g7graph.web.citation import citation
from g7graph.web.context import language, link, site
from g7graph.web.names import Names
from g7graph.web.refusals import NotAcceptable
from g7graph.web.statistics import statistics

blueprint = Blueprint("dataset", __name__)

_OFFERED = (*formats.GRAPHS, formats.HTML)
#: What the page lists, in this order; its words are `fact_<name>`.
FACTS = {
    "version": "dcat:version",
    "issued": "dcterms:issued",
    "modified": "dcterms:modified",
    "licence": "dcterms:license",
    "publisher": "dcterms:publisher",
    "contact": "dcat:contactPoint",
    "period": "dcterms:temporal",
    "place": "dcterms:spatial",
    "languages": "dcterms:language",
    "themes": "dcat:theme",
    "axes": "dcterms:subject",
    "source": "prov:wasDerivedFrom",
    "provenance": "dcterms:provenance",
    "standards": "dcterms:conformsTo",
    "identifier": "dcterms:identifier",
}


@dataclass(frozen=True)
class Part:
    """A version, a round, a service: what it is called, what is said of it, when it appeared or where it is."""

    iri: str
    title: str
    description: str
    when: str = ""
    where: str = ""


@dataclass(frozen=True)
class Download:
    """A file to download: where, what it holds."""

    dump: Dump
    where: str
    title: str


@blueprint.get("/dataset")
@blueprint.get("/dataset.<extension>")
def dataset(extension: str | None = None) -> Response:
    """Answer with the description of the dataset: a page for people, or DCAT in RDF."""
    form = next((one for one in _OFFERED if one.name == extension), None)
    if extension and form is None:
        raise NotAcceptable(_OFFERED)
    chosen = answer.negotiated(_OFFERED, extension=form)
    found = catalogue()
    response = _page(found) if chosen is formats.HTML else answer.graph(_said(found), chosen)
    return answer.alternates(response, "dataset", _OFFERED)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """Answer with the description of the dataset and the counts of what is served (VoID §7.2)."""
    chosen = answer.negotiated(formats.GRAPHS)
    found = catalogue()
    document = NamedNode(vocab.BASE + ".well-known/void")
    about = [
        ox.Triple(document, NamedNode(vocab.RDF_TYPE), NamedNode(vocab.STANDARD["void"] + "DatasetDescription")),
        ox.Triple(document, NamedNode(vocab.STANDARD["foaf"] + "primaryTopic"), NamedNode(found.dataset)),
    ]
    counted = statistics(site().store, found.dataset)
    return answer.alternates(answer.graph([*_said(found), *about, *counted], chosen), ".well-known/void", ())


def _said(found: Catalogue) -> list[ox.Triple]:
    return [*found.statements, *graphs.subsets(found.dataset)]


def _page(found: Catalogue) -> Response:
    lang, said = language(), found.reading
    return answer.page(
        "dataset.html",
        title=said.text(found.dataset, "dcterms:title", lang),
        description=said.text(found.dataset, "dcterms:description", lang),
        iri=found.dataset,
        described=bool(found.reading.values(found.dataset, "dcterms:title")),
        facts=_facts(found),
        triples=site().store.size(),
        versions=_parts(found, said.iris(found.dataset, "dcat:hasVersion"), newest_first=True),
        rounds=_parts(found, _in_series(found)),
        services=_parts(found, said.having("dcat:servesDataset", found.dataset)),
        downloads=_downloads(found),
        offered=formats.GRAPHS,
        citation=citation(),
        linked=schema_org.dataset(found, lang),
    )


def _facts(found: Catalogue) -> list[tuple[str, list[Cell]]]:
    """Return what the description says in short: the key of each fact with its values, each name once."""
    values = {fact: found.reading.values(found.dataset, name) for fact, name in FACTS.items()}
    names = Names(site().store, [value for many in values.values() for value in many], language())
    cells = {fact: {one.text: one for one in (cell(value, names) for value in many)} for fact, many in values.items()}
    return [(fact, list(shown.values())) for fact, shown in cells.items() if shown]


def _in_series(found: Catalogue) -> list[str]:
    series = found.reading.things("dcat:DatasetSeries")
    return [one for each in series for one in found.reading.having("dcat:inSeries", each)]


def _parts(found: Catalogue, iris: list[str], *, newest_first: bool = False) -> list[Part]:
    lang, said = language(), found.reading
    parts = [
        Part(
            iri,
            said.text(iri, "dcterms:title", lang),
            said.text(iri, "dcterms:description", lang),
            when=said.text(iri, "dcterms:issued", lang),
            where=next(map(found.here, said.iris(iri, "dcat:endpointURL")), ""),
        )
        for iri in iris
    ]
    return sorted(parts, key=lambda one: (one.when, one.iri), reverse=newest_first)


def _downloads(found: Catalogue) -> list[Download]:
    lang = language()
    return [
        Download(one, link(vocab.BASE + f"dumps/{one.name}") or "", distributions.title(one, lang))
        for one in found.files
    ]
