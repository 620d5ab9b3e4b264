"""Graphs as bytes: Turtle, JSON-LD, N-Triples, N-Quads, TriG, RDF/XML; same statements, same bytes.

The engine writes; before, statements are sorted and blank nodes named by RDFC-1.0, so that they do not move between
runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TypeVar, cast

import pyoxigraph as ox

from g7graph import vocab
from g7graph.errors import UsageError
from g7graph.exports import characters

Statements = Iterable[ox.Triple] | Iterable[ox.Quad]

_Statement = TypeVar("_Statement", ox.Triple, ox.Quad)

_TYPE = f"<{vocab.RDF_TYPE}>".encode()
#: The type between a subject and how its object begins; what sorts before all predicates, and stands in no N-Triples.
_TYPED, _BEGINS, _FIRST = b" " + _TYPE, (b" <", b" _", b' "'), b" \0"
_NAMESPACES = re.compile(rb"(?<=<rdf:RDF)[^>]*")
_PREFIX_LINES = re.compile(rb"(?:@prefix [^\n]*\n)*")
_NC_NAME_END = re.compile(r"[^\W\d][\w.\-]*$")


def turtle(statements: Statements) -> bytes:
    """Write Turtle with those of the project's prefixes that are in use; graph names are left out."""
    return prefixes_sorted(_written(_triples(statements), ox.RdfFormat.TURTLE))


def trig(statements: Statements) -> bytes:
    """Write TriG with those of the project's prefixes that are in use."""
    return prefixes_sorted(_written(_quads(statements), ox.RdfFormat.TRIG))


def ntriples(statements: Statements) -> bytes:
    """Write canonical N-Triples, its lines sorted; graph names are left out."""
    return _lines_sorted(_written(_triples(statements), ox.RdfFormat.N_TRIPLES))


def nquads(statements: Statements) -> bytes:
    """Write canonical N-Quads (RDFC-1.0 §5), its lines sorted."""
    return _lines_sorted(_written(_quads(statements), ox.RdfFormat.N_QUADS))


def jsonld(statements: Statements) -> bytes:
    """Write expanded JSON-LD 1.1, which needs no context; named graphs stay apart."""
    return _written(_quads(statements), ox.RdfFormat.JSON_LD)


def rdfxml(statements: Statements) -> bytes:
    """Write RDF/XML; graph names are left out.

    Raises UsageError where a predicate cannot be an XML name (RDF/XML §4: "not all graphs can be serialised").
    """
    triples = _triples(statements)
    if not all(can_be_named(triple.predicate.value) for triple in triples):
        raise UsageError("unknown_format", name="rdf", nearest=("ttl", "jsonld", "nt", "nq", "trig"))
    return namespaces_sorted(characters.allowed(_written(triples, ox.RdfFormat.RDF_XML)))


def _triples(statements: Statements) -> list[ox.Triple]:
    return _in_order([one.triple if isinstance(one, ox.Quad) else one for one in statements])


def _quads(statements: Statements) -> list[ox.Quad]:
    return _in_order([one if isinstance(one, ox.Quad) else ox.Quad(*one) for one in statements])


def _in_order(statements: list[_Statement]) -> list[_Statement]:
    """Name the blank nodes, drop what is said twice, sort by graph and subject with the type first."""
    written = _plain(statements)
    if b"_:" in written:
        found = canonical(ox.Quad(*one) for one in statements)
        statements = [quad if isinstance(statements[0], ox.Quad) else quad.triple for quad in found]
        written = _plain(statements)
    if isinstance(next(iter(statements), None), ox.Quad):
        unique = dict(zip(written.split(b"\n")[:-1], statements, strict=True))
        return [unique[line] for line in sorted(unique, key=lambda line: (_graph(unique[line]), _key(line)))]
    for begin in _BEGINS:  # all lines at once: a call for each takes half as long again
        written = written.replace(_TYPED + begin, _FIRST + begin)
    unique = dict(zip(written.split(b"\n")[:-1], statements, strict=True))
    return [unique[line] for line in sorted(unique)]


def canonical(quads: Iterable[ox.Quad]) -> ox.Dataset:
    """Name the blank nodes by RDFC-1.0 and drop what is said twice."""
    dataset = ox.Dataset(quads)
    if any(isinstance(term, ox.BlankNode) for quad in dataset for term in _terms(quad)):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _plain(statements: Sequence[_Statement]) -> bytes:
    """Write statements as N-Triples or N-Quads: each is a line, in the order they are given."""
    form = ox.RdfFormat.N_QUADS if statements and isinstance(statements[0], ox.Quad) else ox.RdfFormat.N_TRIPLES
    return ox.serialize(statements, format=form) or b""


def _key(line: bytes) -> bytes:
    """Return what a line is sorted by: bytes of UTF-8 sort as the characters do, and a space before all of them.

    A second space puts the type before other predicates.
    """
    at = line.index(b" ") + 1
    return line[:at] + line[at + len(_TYPE) :] if line.startswith(_TYPE, at) else line


def _graph(statement: ox.Triple | ox.Quad) -> str:
    """Return the graph that a statement is in, nothing for the default graph."""
    named = isinstance(statement, ox.Quad) and not isinstance(statement.graph_name, ox.DefaultGraph)
    return str(statement.graph_name) if named else ""  # type: ignore[union-attr]


def _terms(statement: ox.Quad | ox.Triple) -> Iterator[object]:
    """Yield the terms, those inside triple terms too."""
    for term in statement:
        yield from _terms(term) if isinstance(term, ox.Triple) else (term,)


def _written(statements: list[ox.Triple] | list[ox.Quad], form: ox.RdfFormat) -> bytes:
    return ox.serialize(statements, format=form, prefixes=_in_use(statements)) or b""


def _in_use(statements: list[ox.Triple] | list[ox.Quad]) -> dict[str, str]:
    """Return the prefixes that shorten an IRI of these statements to a name that needs no escape for a slash."""
    terms = set(chain.from_iterable(statements))
    while triples := {term for term in terms if isinstance(term, ox.Triple)}:
        terms = terms - triples | set(chain.from_iterable(triples))
    iris = {term.value for term in terms if isinstance(term, ox.NamedNode)}
    iris |= {term.datatype.value for term in terms if isinstance(term, ox.Literal)}
    useful = set(map(_shortening, iris))
    return {prefix: space for prefix, space in vocab.PREFIXES.items() if prefix in useful}


@lru_cache(maxsize=5_000)  # documents mention the same
def _shortening(iri: str) -> str:
    """Return the prefix that shortens an IRI, empty where none does so well."""
    prefix, _, local = vocab.curie(iri).partition(":")
    return "" if "/" in local else prefix


def prefixes_sorted(written: bytes) -> bytes:
    """Sort the prefix lines it opens with, which the engine writes in no order; a blank line ends them."""
    end = cast(re.Match[bytes], _PREFIX_LINES.match(written)).end()
    lines = sorted(written[:end].splitlines(keepends=True))
    return b"".join((*lines, b"\n" if lines else b"", written[end:]))


def namespaces_sorted(document: bytes) -> bytes:
    """Sort the namespaces that RDF/XML opens with, which the engine writes in no order."""
    return _NAMESPACES.sub(lambda found: b"".join(b" " + one for one in sorted(found.group().split())), document, 1)


def can_be_named(predicate: str) -> bool:
    """Whether the end of an IRI can be the name of an XML element.

    >>> can_be_named("http://x/p"), can_be_named("http://x/1")
    (True, False)
    """
    return _NC_NAME_END.search(predicate) is not None


def _lines_sorted(written: bytes) -> bytes:
    return b"".join(sorted(written.splitlines(keepends=True)))
