"""The namespaces of the project and the only place where IRIs are minted.

Plain strings: the serving path never loads an RDF library for a name.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

BASE = "https://w3id.org/g7graph/"
ONTOLOGY = BASE + "ontology"
G7 = ONTOLOGY + "#"
SHAPES = BASE + "shapes#"
THING = BASE + "id/"
DOCUMENT = BASE + "doc/"
GRAPH = BASE + "graph/"
QUERY = BASE + "query/"
DATASET = BASE + "dataset"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
DERIVED = GRAPH + "derived/"
XSD = "http://www.w3.org/2001/XMLSchema#"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
RDF_JSON = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

#: Kinds of things, the first segment below ``id/``; each is a Turtle prefix of its own, so that
#: `indicator:4.4` needs no escape.
KINDS = (
    "action-plan agency alliance assessment attribute change checksum code-list community company data-service dataset "
    "dataset-version dialogue-case dimension disaggregation discrepancy entity erratum extractive-project figure "
    "government import indicator information-system mapping measurement objective observation organisation passage "
    "payee payer period place progress project purpose requirement responsibility result round slice source-document "
    "stream topic writer"
).split()

#: Code lists, likewise the first segment below ``id/``.
SCHEMES = (
    "agency-kind agency-role axis breakdown company-relation compliance-measure direction discrepancy-kind "
    "government-level indicator-kind measure measure-type passage-kind place-level purpose-kind rank reported "
    "round-status stage standing status unit value-basis version "
).split()

STANDARD = {
    "adms": "http://www.w3.org/ns/adms#",
    "cids": "https://ontology.commonapproach.org/cids#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rp": "http://resourceprojects.org/def/",
    "role": "http://www.w3.org/ns/dx/prof/role/",
    "schema": "https://schema.org/",
    "sdg": "http://metadata.un.org/sdg/ontology#",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-code": "http://purl.org/linked-data/sdmx/2009/code#",
    "sdmx-concept": "http://purl.org/linked-data/sdmx/2009/concept#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wgs84": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "xsd": XSD,
}

#: In what a service says of itself, never in the data: of queries and changes.
SERVED = {
    "ldes": "https://w3id.org/ldes#",
    "spex": "https://purl.expasy.org/sparql-examples/ontology#",
    "tree": "https://w3id.org/tree#",
}

#: Links to other people's data.
EXTERNAL = {
    "currency": "http://publications.europa.eu/resource/authority/currency/",
    "eiti-country": "https://eiti.org/api/v2.0/implementing_country/",
    "eiti-gfs": "https://eiti.org/api/v2.0/gfs_code/",
    "eiti-organisation": "https://eiti.org/api/v2.0/organisation/",
    "eiti-summary": "https://eiti.org/api/v2.0/summary_data/",
    "geonames": "https://sws.geonames.org/",
    "ror": "https://ror.org/",
    "sdg-target": "http://metadata.un.org/sdg/",
    "wikidata": "http://www.wikidata.org/entity/",
}

PREFIXES: dict[str, str] = {
    **STANDARD,
    **SERVED,
    **EXTERNAL,
    "g7": G7,
    "g7sh": SHAPES,
    "graph": GRAPH,
    "id": THING,
    "query": QUERY,
    **{name: f"{THING}{name}/" for name in (*KINDS, *SCHEMES)},
}

#: Namespace → prefix; each namespace ends with a slash or a hash.
_SPACES = {space: prefix for prefix, space in PREFIXES.items()}


def thing(kind: str, key: str) -> str:
    """Mint the IRI of a thing or a concept.

    >>> thing("indicator", "4.4")
    'https://w3id.org/g7graph/id/indicator/4.4'
    """
    return f"{THING}{kind}/{quote(key, safe='-._~/')}"


def graph(path: str) -> str:
    """Mint the IRI of a named graph.

    >>> graph("derived/progress")
    'https://w3id.org/g7graph/graph/derived/progress'
    """
    return GRAPH + quote(path, safe="-._~/")


def described(kind: str, name: str) -> str:
    """Mint the IRI of what only the description of the dataset speaks of: a file, a checksum.

    >>> described("dump", "dataset.nq")
    'https://w3id.org/g7graph/dataset#dump/dataset.nq'
    """
    return f"{DATASET}#{kind}/{quote(name, safe='-._~/:')}"


def counted(kind: str, name: str) -> str:
    """Mint the IRI of a part of the dataset that only its statistics speak of, so that it leads to them.

    >>> counted("class", "g7:Indicator")
    'https://w3id.org/g7graph/.well-known/void#class/g7:Indicator'
    """
    return f"{BASE}.well-known/void#{kind}/{quote(name, safe='-._~/:')}"


def query(path: str) -> str:
    """Mint the IRI of a query.

    >>> query("derive/status")
    'https://w3id.org/g7graph/query/derive/status'
    """
    return QUERY + quote(path, safe="-._~/")


def local_path(iri: str) -> str | None:
    """Return the path of an IRI below the base, None for somebody else's.

    >>> local_path("https://w3id.org/g7graph/id/result/4")
    'id/result/4'
    """
    return iri.removeprefix(BASE) if iri.startswith(BASE) else None


def curie(iri: str) -> str:
    """Shorten an IRI by the longest prefix that fits, else return it as it is.

    >>> curie("https://w3id.org/g7graph/id/result/4")
    'result:4'
    """
    end = len(iri)
    while end := max(iri.rfind("/", 0, end), iri.rfind("#", 0, end), -1) + 1:
        if iri[:end] in _SPACES:
            return f"{_SPACES[iri[:end]]}:{iri[end:]}"
        end -= 1
    return iri


def expand(curie: str) -> str | None:
    """Return the IRI of a prefixed name, None where the prefix is not known.

    >>> expand("result:4")
    'https://w3id.org/g7graph/id/result/4'
    """
    prefix, colon, local = curie.partition(":")
    space = PREFIXES.get(prefix)
    return space + local if colon and space is not None else None


def fold(text: str) -> str:
    """Fold case, accents and punctuation away, for comparing names people type.

    >>> fold("Áncash, Huaráz")
    'ancash huaraz'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain.casefold()))


def slug(text: str) -> str:
    """Make the key of a thing from its name.

    >>> slug("Baños del Inca")
    'banos-del-inca'
    """
    return fold(text).replace(" ", "-")
