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
GRAPH = BASE + "graph/"
QUERY = BASE + "query/"
DERIVED = GRAPH + "derived/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

#: Kinds of things, the first segment below ``id/``; each is a Turtle prefix of its own, so that
#: `indicator:4.4` needs no escape.
KINDS = (
    "action-plan agency alliance assessment change community company dataset dialogue-case discrepancy "
    "disaggregation entity erratum figure government indicator information-system mapping "
    "measurement objective organisation passage place progress project purpose responsibility result "
    "round source-document topic writer "
).split()

#: Code lists, likewise the first segment below ``id/``.
SCHEMES = (
    "agency-kind agency-role axis company-relation compliance-measure direction discrepancy-kind "
    "government-level indicator-kind measure passage-kind place-level purpose-kind rank reported round-status "
    "stage standing status unit value-basis version "
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
    "role": "http://www.w3.org/ns/dx/prof/role/",
    "schema": "https://schema.org/",
    "sdg": "http://metadata.un.org/sdg/ontology#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "vann": "http://purl.org/vocab/vann/",
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
    "eiti-organisation": "https://eiti.org/api/v2.0/organisation/",
    "geonames": "https://sws.geonames.org/",
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
    fitting = [(len(space), prefix, space) for prefix, space in PREFIXES.items() if iri.startswith(space)]
    if not fitting:
        return iri
    _, prefix, space = max(fitting)
    return f"{prefix}:{iri.removeprefix(space)}"


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
