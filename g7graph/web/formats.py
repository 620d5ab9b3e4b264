"""The formats on offer, made from the one table of `exports`."""

from __future__ import annotations

from g7graph import exports
from g7graph.store import answers
from g7graph.web.negotiate import Format

_UTF8 = "; charset=utf-8"
#: Other media types, and the short names that SPARQLWrapper puts in `format=`.
_ALIASES = {
    "json": ("application/json",),
    "xml": ("application/xml", "text/xml"),
    "jsonld": ("application/json", "json-ld", "json"),
    "rdf": ("application/xml", "text/xml", "rdf+xml", "xml"),
    "nt": ("text/plain",),
    "ttl": ("application/x-turtle", "text/n3", "turtle", "n3"),
}


def _offer(name: str, media_type: str) -> Format:
    textual = media_type.startswith("text/")
    return Format(name, media_type + (_UTF8 if textual else ""), (media_type, *_ALIASES.get(name, ())))


HTML = Format("html", "text/html" + _UTF8, ("text/html", "application/xhtml+xml"))
JSON = Format("json", "application/json")
QUERY = Format("rq", "application/sparql-query", ("text/plain",))
TEXT = Format("txt", "text/plain" + _UTF8, ("text/plain",))
XML = Format("xml", "application/xml", ("application/xml", "text/xml"))
PROBLEM = Format("json", "application/problem+json", ("application/json",))

#: The first is what a client gets that does not mind.
TABLES = tuple(
    _offer(name, exports.TABLES[name].media_type) for name in ("json", *sorted({*exports.TABLES} - {"json"}))
)
GRAPHS = tuple(_offer(name, exports.GRAPHS[name].media_type) for name in ("ttl", *sorted({*exports.GRAPHS} - {"ttl"})))

#: What the formats of graphs are called.
NAMES = {
    "ttl": "Turtle",
    "jsonld": "JSON-LD",
    "nq": "N-Quads",
    "nt": "N-Triples",
    "rdf": "RDF/XML",
    "trig": "TriG",
}

#: What the engine writes of an answer as it comes, whatever its size.
RESULTS = tuple(one for one in TABLES if one.name in answers.RESULTS)
