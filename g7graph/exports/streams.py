"""Ordered statements as Turtle, N-Quads, TriG, JSON-LD and RDF/XML, packed: the bytes of `graphs`, in little memory."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from g7graph import vocab
from g7graph.exports.characters import Allowed
from g7graph.exports.graphs import can_be_named, namespaces_sorted, prefixes_sorted
from g7graph.exports.ordered import LITERAL

GZIP = "application/gzip"
_LEVEL = 6
_HEAD_BYTES = 1 << 16
_MOST_SEEN = 10_000
_SPACES = sorted((re.escape(f"<{space}".encode()) for space in vocab.PREFIXES.values()), key=len, reverse=True)
_SHORT = re.compile(b"(" + b"|".join(_SPACES) + rb")[^/<>]*>")
#: What follows a literal of which the type is not said → the namespace of that type.
_UNSAID = {b'" ': f"<{vocab.XSD}".encode(), b'"@': f"<{vocab.STANDARD['rdf']}".encode()}
#: What only RDF 1.2 has: a triple as a term, a language with a direction.
_NEWER = re.compile(rb'<<\(|"@[A-Za-z0-9-]+--')


@dataclass(frozen=True)
class Traits:
    """What statements ask of a format: prefixes that shorten an IRI, RDF 1.2, predicates that XML cannot name."""

    prefixes: frozenset[bytes]
    is_newer: bool
    has_nameless: bool


@dataclass(frozen=True)
class Part:
    """A dataset, or a graph of it: canonical N-Quads, the same by graph and subject, N-Triples by subject."""

    lines: Path
    quads: Path
    triples: Path
    graphs: tuple[bytes, ...]

    @cached_property
    def traits(self) -> Traits:
        """What its statements ask of a format."""
        return traits(self.triples)

    def prefixes(self, *, graphs: bool) -> dict[str, str]:
        """Return the project's prefixes that are in use, those of the names of graphs too or not."""
        spaces = self.traits.prefixes | set(_SHORT.findall(b" ".join(self.graphs)) if graphs else ())
        return {prefix: space for prefix, space in vocab.PREFIXES.items() if f"<{space}".encode() in spaces}


@dataclass(frozen=True)
class Form:
    """A way to write a part; `write` returns whether it can be written so."""

    extension: str
    media_type: str
    write: Callable[[Part, IO[bytes]], bool]


class Headed:
    """A file whose first bytes are changed on their way, once they are whole."""

    def __init__(self, out: IO[bytes] | Allowed, change: Callable[[bytes], bytes]) -> None:
        self._out, self._change = out, change
        self._held: bytes | None = b""

    def write(self, chunk: bytes) -> int:
        """Write a piece; the head waits until there is enough of it."""
        if self._held is None:
            self._out.write(chunk)
            return len(chunk)
        self._held += chunk
        if len(self._held) >= _HEAD_BYTES:
            self.flush()
        return len(chunk)

    def flush(self) -> None:
        """Write what is held."""
        if self._held is not None:
            held, self._held = self._held, None
            self._out.write(self._change(held))
        self._out.flush()


@contextmanager
def packed(target: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing with gzip: same content, same bytes (no name, no time)."""
    with target.open("wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as out:
        yield cast(IO[bytes], out)


def turtle(triples: Iterator[ox.Triple], out: IO[bytes], prefixes: Iterable[str]) -> None:
    """Write Turtle as its statements come, with some of the project's prefixes; none of it is held in memory."""
    wanted = {prefix: vocab.PREFIXES[prefix] for prefix in prefixes}
    _by_engine(triples, Headed(out, prefixes_sorted), ox.RdfFormat.TURTLE, wanted)


def traits(path: Path) -> Traits:
    """Look through lines of N-Triples, by subject, for what they ask of a format.

    A prefix is in use that shortens an IRI of some statement, or a literal's type, which may go without saying.
    """
    found: set[bytes] = set()
    predicates: set[bytes] = set()
    seen: set[bytes] = set()  # what was looked at already: of many IRIs only a beginning differs in nothing
    is_newer = False
    with path.open("rb") as source:
        for line in source:
            subject, predicate, rest = line.split(b" ", 2)
            predicates.add(predicate)
            for sign in (_sign(subject), _sign(rest)):
                if sign not in seen:
                    seen.add(sign)
                    found |= _spaces(sign)
                    is_newer = is_newer or _NEWER.search(sign) is not None
            if len(seen) > _MOST_SEEN:
                seen.clear()
    found |= _spaces(b" ".join(predicates))
    has_nameless = not all(can_be_named(predicate[1:-1].decode()) for predicate in predicates)
    return Traits(frozenset(found), is_newer, has_nameless)


def _sign(term: bytes) -> bytes:
    r"""Return what tells the prefix of a term, the same for many: the beginning of an IRI, the type of a literal.

    >>> _sign(b"<http://x/a/b> .\n"), _sign(b'"12"^^<http://x/t> .\n')
    (b'<http://x/a/>', b'"^^<http://x/t> .\n')
    """
    if term.startswith(b"<<"):
        return LITERAL.sub(b'"', term)
    if term.startswith(b"<"):
        return term[: max(term.rfind(b"/"), term.rfind(b"#")) + 1] + b">"
    return term[term.rfind(b'"') :] if term.startswith(b'"') else b""


def _spaces(signs: bytes) -> set[bytes]:
    """Return the namespaces that have a prefix, of what tells them."""
    unsaid = {space for mark, space in _UNSAID.items() if mark in signs}
    return {*_SHORT.findall(signs), *unsaid}


def _nquads(part: Part, out: IO[bytes]) -> bool:
    with part.lines.open("rb") as source:
        shutil.copyfileobj(source, out)
    return True


def _trig(part: Part, out: IO[bytes]) -> bool:
    _by_engine(_read(part.quads), Headed(out, prefixes_sorted), ox.RdfFormat.TRIG, part.prefixes(graphs=True))
    return True


def _jsonld(part: Part, out: IO[bytes]) -> bool:
    if part.traits.is_newer:
        return False
    _by_engine(_read(part.quads), Headed(out, bytes), ox.RdfFormat.JSON_LD, part.prefixes(graphs=True))
    return True


def _turtle(part: Part, out: IO[bytes]) -> bool:
    _by_engine(_triples(part), Headed(out, prefixes_sorted), ox.RdfFormat.TURTLE, part.prefixes(graphs=False))
    return True


def _rdfxml(part: Part, out: IO[bytes]) -> bool:
    if part.traits.has_nameless:
        return False
    named = Headed(Allowed(out), namespaces_sorted)
    _by_engine(_triples(part), named, ox.RdfFormat.RDF_XML, part.prefixes(graphs=False))
    return True


def _read(path: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)


def _triples(part: Part) -> Iterator[ox.Triple]:
    return (quad.triple for quad in _read(part.triples))


def _by_engine(
    statements: Iterator[ox.Quad] | Iterator[ox.Triple], out: Headed, form: ox.RdfFormat, prefixes: dict[str, str]
) -> None:
    ox.serialize(statements, cast(IO[bytes], out), format=form, prefixes=prefixes)
    out.flush()


#: JSON-LD has no words for RDF 1.2, RDF/XML none for some predicates: what they cannot say they do not write.
FORMS = (
    Form("nq", "application/n-quads", _nquads),
    Form("trig", "application/trig", _trig),
    Form("ttl", "text/turtle", _turtle),
    Form("jsonld", "application/ld+json", _jsonld),
    Form("rdf", "application/rdf+xml", _rdfxml),
)
