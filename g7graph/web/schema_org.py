"""The dataset as schema.org says it in JSON-LD, for search engines of datasets."""

from __future__ import annotations

from typing import Any

from g7graph.exports.manifest import Dump
from g7graph.web.catalogue import Catalogue
from g7graph.web.distributions import address

Json = dict[str, Any]

_LONGEST = 5000  # characters of a description that are read


def dataset(found: Catalogue, lang: str) -> Json | None:
    """Describe a dataset as schema.org/Dataset, with its files as DataDownloads; what is not known is left out.

    None for one without name or description, which no search engine takes.
    """
    said, iri = found.reading, found.dataset
    told = {
        "name": said.text(iri, "dcterms:title", lang),
        "description": said.text(iri, "dcterms:description", lang)[:_LONGEST],
        "url": f"{found.root}/dataset",
        "version": said.text(iri, "dcat:version", lang),
        "license": next(iter(said.iris(iri, "dcterms:license")), ""),
        "datePublished": said.text(iri, "dcterms:issued", lang),
        "dateModified": said.text(iri, "dcterms:modified", lang),
        "keywords": said.texts(iri, "dcat:keyword", lang),
        "inLanguage": lang,
        "creator": [_agent(found, one) for one in said.iris(iri, "dcterms:creator")],
        "publisher": [_agent(found, one) for one in said.iris(iri, "dcterms:publisher")],
        "temporalCoverage": _coverage(found),
        "spatialCoverage": [_place(found, one, lang) for one in said.iris(iri, "dcterms:spatial")],
        "isBasedOn": [_work(found, one, lang) for one in said.iris(iri, "prov:wasDerivedFrom")],
        "includedInDataCatalog": [_catalog(found, one, lang) for one in said.having("dcat:dataset", iri)],
        "distribution": [_download(found, dump) for dump in found.files],
        "isAccessibleForFree": True,
    }
    known = {name: value for name, value in told.items() if value}
    if not {"name", "description"} <= set(known):
        return None
    return {"@context": "https://schema.org/", "@type": "Dataset", "@id": iri, "identifier": iri, **known}


def _agent(found: Catalogue, iri: str) -> Json:
    homepages = found.reading.iris(iri, "foaf:homepage")
    named = {"@type": "Organization", "@id": iri, "name": found.reading.text(iri, "foaf:name", "")}
    return {**named, "url": homepages[0]} if homepages else named


def _coverage(found: Catalogue) -> list[str]:
    """Return the periods covered as intervals of ISO 8601."""
    periods = found.reading.iris(found.dataset, "dcterms:temporal")
    edges = [[found.reading.text(one, f"dcat:{edge}Date", "") for edge in ("start", "end")] for one in periods]
    return ["/".join(edge or ".." for edge in one) for one in edges if any(one)]


def _place(found: Catalogue, iri: str, lang: str) -> Json:
    name = found.reading.text(iri, "skos:prefLabel", lang) or found.reading.text(iri, "rdfs:label", lang)
    return {"@type": "Place", "@id": iri, "name": name}


def _work(found: Catalogue, iri: str, lang: str) -> Json:
    return {"@type": "CreativeWork", "@id": iri, "name": found.reading.text(iri, "dcterms:title", lang)}


def _catalog(found: Catalogue, iri: str, lang: str) -> Json:
    return {"@type": "DataCatalog", "@id": iri, "name": found.reading.text(iri, "dcterms:title", lang)}


def _download(found: Catalogue, dump: Dump) -> Json:
    told = {"name": dump.name, "contentUrl": address(dump, found.root), "encodingFormat": dump.media_type}
    return {"@type": "DataDownload", **told, "contentSize": f"{dump.bytes} B", "sha256": dump.sha256}
