"""The description of a thing: its statements, what it takes in whole, what points to it, what all of it is called.

It is read in a few questions, whatever there is to say: by a worker, which hands it over written, or by whoever
answers, where the data is at hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import chain

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad

from g7graph import exports, vocab
from g7graph.beforehand import Beforehand
from g7graph.pointing import PAGE, Listing
from g7graph.portion import SOURCES, Portion, portion
from g7graph.web.asks import Asked, ask
from g7graph.web.listings import Listings
from g7graph.web.names import unlabelled
from g7graph.web.namings import Naming, Namings
from g7graph.web.tombstones import Tombstone, tombstone

#: What a page is made of; every other form is written where the description is read.
PARTS = "parts"
#: What a page shows of what it takes in; it would take longer to read the rest than all else.
_SHOWN = (
    *("quote", "translation", "section", "locator", "indicator", "round", "version", "date", "standing", "value"),
    *("inProcess", "status", "statusFormula", "progress", "attainment", "elapsed", "baseline", "actual", "target"),
    "roundStatus",
)
_INDICATOR = vocab.G7 + "indicator"
_LABEL = vocab.STANDARD["rdfs"] + "label"
_LINKED = vocab.STANDARD["owl"] + "annotatedSource"
#: What a page shows of the record of a link.
_OF_LINKS = tuple(
    NamedNode(vocab.expand(name) or name)
    for name in (
        "owl:annotatedProperty",
        "owl:annotatedTarget",
        "g7:companyRelation",
        "sssom:confidence",
        "rdfs:comment",
    )
)
_TYPE = NamedNode(vocab.RDF_TYPE)
_IN_SCHEME = NamedNode(vocab.STANDARD["skos"] + "inScheme")
_ENTITIES = NamedNode(vocab.STANDARD["void"] + "entities")
_ON_PAGES = frozenset((_TYPE, NamedNode(_LABEL), *(NamedNode(vocab.G7 + name) for name in _SHOWN), *_OF_LINKS))
_NQUADS = ox.RdfFormat.N_QUADS


@dataclass(frozen=True)
class Description:
    """What is said of a thing and of its parts, a page of what points to it, names of all that is mentioned."""

    said: list[Quad]
    incoming: list[Quad] = field(default_factory=list)
    called: list[Naming] = field(default_factory=list)

    def statements(self) -> list[Quad]:
        """Return what is published of it: names of all that is mentioned but properties, made where there are none.

        Labels are not made for what only points to it: of a hub they would be half of what is said.
        """
        own = {term for quad in self.said for term in (quad.subject, quad.object)}
        mentioned = own | {quad.subject for quad in self.incoming}
        called = [quad for one in self.called if one.thing in mentioned for quad in one.said]
        told = [*self.said, *self.incoming, *called]
        return [*told, *unlabelled(own, told)]

    def parts(self, lang: str) -> Parts:
        """Return what a page for readers of a language is made of."""
        return Parts(self.said, self.incoming, {one.thing.value: one.chosen(lang) for one in self.called if one.said})


@dataclass(frozen=True)
class Parts:
    """What a page is made of: a description whose names are chosen for its readers: thing → label and code."""

    said: list[Quad]
    incoming: list[Quad]
    names: Mapping[str, Sequence[str]]

    def write(self) -> bytes:
        """Return them as they go from a worker to whoever makes the page."""
        statements = [(ox.serialize(part, format=_NQUADS) or b"").decode() for part in (self.said, self.incoming)]
        return json.dumps([*statements, self.names], ensure_ascii=False).encode()

    @classmethod
    def read(cls, written: bytes) -> Parts:
        """Read what was written so."""
        said, incoming, names = json.loads(written)
        return cls([*ox.parse(said, format=_NQUADS)], [*ox.parse(incoming, format=_NQUADS)], names)


@dataclass(frozen=True)
class About:
    """What the headers of a document tell: classes, licences, which page it is, or that the thing is gone.

    `total` is how many statements point to it; `values` and `passages` how many the property has that has most of them.
    """

    known: bool
    types: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    number: int = 1
    total: int = 0
    values: int = 0
    passages: int = 0
    gone: Tombstone | None = None

    @property
    def pages(self) -> int:
        """How many pages there are; one at least."""
        return max(-(-self.total // PAGE), Portion([], self.values, self.passages).pages)

    def write(self) -> bytes:
        """Return it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> About:
        """Read such a line."""
        values = json.loads(line)
        gone = values.pop("gone")
        return cls(**values, gone=Tombstone(**gone) if gone else None)


class Describer:
    """Describes the things of a store, for one who asks at a time, and keeps what takes long to find.

    What was found `beforehand` is not looked for again.
    """

    def __init__(self, store: Asked, beforehand: Beforehand | None = None) -> None:
        self._store, self._beforehand = store, beforehand or Beforehand()
        self._listings, self._namings = Listings(self._beforehand.hubs), Namings()

    def describe(self, iri: str, number: int, form: str, lang: str) -> tuple[About, Parts | bytes]:
        """Return what the headers tell, and the description in one of the graph formats; nothing of what is unknown.

        In the form PARTS it is what a page for readers of `lang` is made of.
        """
        about, description = self._read(iri, number, form == PARTS)
        if description is None:
            return about, b""
        return about, description.parts(lang) if form == PARTS else exports.document(form, description.statements())

    def written(self, iri: str, number: int, form: str, lang: str) -> bytes:
        """Return the same as one piece, which `read` takes apart."""
        about, body = self.describe(iri, number, form, lang)
        return about.write() + (body.write() if isinstance(body, Parts) else body)

    def coded(self, scheme: str) -> bytes:
        """Return what is said of a code list, its codes and what takes them, and how many things carry each code.

        In N-Triples; the numbers are `void:entities`.
        """
        rows = ask(self._store, "code-list", scheme=[NamedNode(scheme)]).rows
        said = [ox.Triple(*row) for row in rows]  # type: ignore[arg-type]  # the three of a statement
        codes = [one.subject for one in said if (one.predicate, one.object) == (_IN_SCHEME, NamedNode(scheme))]
        hubs = {code: self._beforehand.hubs.get(code.value) for code in codes if isinstance(code, NamedNode)}
        others = [code for code, hub in hubs.items() if hub is None]
        counted = ask(self._store, "code-uses", code=others).rows if others else ()
        counts = [*((code, ox.Literal(hub.uses)) for code, hub in hubs.items() if hub), *counted]
        said += [ox.Triple(code, _ENTITIES, count) for code, count in counts]  # type: ignore[arg-type]  # as above
        return ox.serialize(said, format=ox.RdfFormat.N_TRIPLES) or b""

    def _read(self, iri: str, number: int, on_page: bool) -> tuple[About, Description | None]:
        thing = NamedNode(iri)
        page = self._beforehand.said(iri, number) or portion(self._store.statements([thing]), number)
        if not (page.values or page.passages):
            return About(known=False), None
        own = [(quad.predicate, quad.object) for quad in page.said]
        listing = self._listings.of(self._store, thing, number)
        parts = self._parts(thing, own, listing)
        taken = self._store.statements(parts)
        said = [*page.said, *(quad for quad in taken if not on_page or quad.predicate in _ON_PAGES)]
        incoming = list(listing.page(thing, number))
        about = About(
            known=True,
            types=sorted(one.value for name, one in own if name == _TYPE and isinstance(one, NamedNode)),
            licences=self._licences,
            number=number,
            total=listing.total,
            values=page.values,
            passages=page.passages,
            gone=tombstone(own),
        )
        return about, Description(said, incoming, self._called(said, incoming, {thing, *parts}))

    @cached_property
    def _licences(self) -> list[str]:
        """The licences of the dataset."""
        return [text.value for (text,) in ask(self._store, "licence").rows if isinstance(text, NamedNode)]

    def _parts(self, thing: NamedNode, own: Iterable[tuple[object, object]], listing: Listing) -> list[NamedNode]:
        """Return what is taken in whole: passages behind a thing, measurements of an indicator, links' records.

        Of the rounds in which an indicator was measured, those that nobody has approved.

        An engine may look long for measurements of what is no indicator.
        """
        found = [value for name, value in own if name in SOURCES]
        for name, property_ in (("measured", _INDICATOR), ("mapped", _LINKED)):
            if property_ in listing.properties:
                found += [part for (part,) in ask(self._store, name, thing=[thing]).rows]
        return [part for part in dict.fromkeys(found) if isinstance(part, NamedNode) and part != thing]

    def _called(self, said: list[Quad], incoming: list[Quad], known: set[NamedNode]) -> list[Naming]:
        """Return the names and codes of what is mentioned and not `known`."""
        terms: set[object] = {quad.predicate for quad in chain(said, incoming)}
        terms.update(quad.object for quad in said)
        terms.update(quad.subject for quad in incoming)
        others = [term for term in terms - known if isinstance(term, NamedNode)]
        return self._namings.of(self._store, others)


def read(written: bytes, form: str) -> tuple[About, Parts | bytes]:
    """Read what a describer has `written` in a form."""
    line, _, body = written.partition(b"\n")
    about = About.read(line)
    return about, Parts.read(body) if form == PARTS and about.known else body
