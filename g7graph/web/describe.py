"""What a page says about a thing: its properties, how it was measured, the passages behind it, what points to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, cast

from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.table import Term, Value, python, text
from g7graph.web.cells import Cell, cell
from g7graph.web.context import reader
from g7graph.web.description import Parts
from g7graph.web.names import TELLING, Labels, Name, best

_TYPE, _QUOTE, _INDICATOR = vocab.RDF_TYPE, vocab.G7 + "quote", vocab.G7 + "indicator"
_MEASUREMENTS = tuple(vocab.G7 + name for name in ("Actual", "Baseline", "Target"))
_MEASURED = ("version", "round", "date", "standing", "value", "inProcess")
_TARGET, _KIND, _CONFIDENCE, _WHY = (
    vocab.expand(name) or name
    for name in ("owl:annotatedTarget", "owl:annotatedProperty", "sssom:confidence", "rdfs:comment")
)
_RATIOS, _FIGURES = ("progress", "attainment", "elapsed"), ("baseline", "actual", "target")
_FIRST = tuple(
    vocab.STANDARD[prefix] + name
    for prefix, name in (("skos", "notation"), ("rdfs", "label"), ("skos", "prefLabel"), ("skos", "definition"))
)

#: The same names are asked for on many pages.
_folded = lru_cache(maxsize=5_000)(vocab.fold)
#: Values by property.
_Grouped = dict[str, list[Term]]


@dataclass(frozen=True)
class Property:
    """A property with its values: those to read first, and the same in other languages."""

    name: Cell
    values: list[Cell]
    others: list[Cell] = field(default_factory=list)


class Passage(NamedTuple):
    """A passage of the source (`cell` says where), what it says, where it stands, the project's own translation."""

    cell: Cell
    quote: str
    lang: str
    section: str
    locator: str
    translation: str = ""


@dataclass(frozen=True)
class Standing:
    """How an indicator stands in a round: what was derived, and the record of it; what is not known is None."""

    record: Cell
    round: Cell
    status: Cell
    key: str
    ratios: dict[str, Value]
    figures: list[Cell]
    formula: str


@dataclass(frozen=True)
class Link:
    """A link to other people's data: how exact it is, what it leads to, why, how far to trust it, its record."""

    kind: Cell
    target: Cell
    relation: Cell
    confidence: Cell
    why: str
    record: Cell


@dataclass(frozen=True)
class Thing:
    """All that the page of a thing says."""

    iri: str
    name: Name
    types: list[Cell]
    quote: Cell | None
    properties: list[Property]
    standings: list[Standing]
    measurements: list[list[Cell]]
    links: list[Link]
    passages: list[Passage]
    incoming: list[Property]


def shown(parts: Parts, iri: str) -> Thing:
    """Return what a page says of a thing."""
    return _Page(parts, iri).thing()


class _Page:
    """A description, by subject."""

    def __init__(self, parts: Parts, iri: str) -> None:
        self.iri, self.incoming = iri, parts.incoming
        self.lang, self.leads = reader().lang, reader().link
        self.names, self.said = Labels(self.lang), cast(dict[str, _Grouped], {})
        self.names.told(parts.names)
        for quad in parts.said:
            subject, name, value = quad.subject, quad.predicate.value, quad.object
            if name in TELLING:
                self.names.learn(subject, name, value)
            self.said.setdefault(text(subject), {}).setdefault(name, []).append(value)  # type: ignore[arg-type]

    def thing(self) -> Thing:
        quotes = self._all(self.iri, _QUOTE)
        own = {name: values for name, values in self.said[self.iri].items() if name not in (_TYPE, _QUOTE)}
        return Thing(
            iri=self.iri,
            name=self.names[self.iri],
            types=[self._cell(one) for one in self._all(self.iri, _TYPE)],
            quote=self._cell(quotes[0]) if quotes else None,
            properties=self._properties(own),
            standings=[self._standing(one) for one in self._standings()],
            measurements=[self._measurement(one) for one in self._measurements()],
            links=[self._link(one) for one in self._others(_TARGET)],
            passages=[self._passage(one) for one in self._others(_QUOTE)],
            incoming=self._properties(self._backwards()),
        )

    def _backwards(self) -> _Grouped:
        found: _Grouped = {}
        for quad in self.incoming:
            found.setdefault(quad.predicate.value, []).append(quad.subject)  # type: ignore[arg-type]
        return found

    def _others(self, property_: str) -> list[str]:
        """Return what is taken in that has a property."""
        return sorted(one for one, said in self.said.items() if property_ in said and one != self.iri)

    def _all(self, subject: str, property_: str) -> list[Term]:
        values = self.said.get(subject, {}).get(property_, [])
        return sorted(values, key=str) if len(values) > 1 else values

    def _one(self, subject: str, name: str) -> Term | None:
        values = self._all(subject, vocab.G7 + name)
        return values[0] if values else None

    def _of(self, *kinds: str) -> Iterator[str]:
        """Yield what is taken in of some classes that is about this indicator."""
        for subject, said in self.said.items():
            if self.iri in map(text, said.get(_INDICATOR, ())) and set(map(text, said.get(_TYPE, ()))).intersection(
                kinds
            ):
                yield subject

    def _measurements(self) -> list[str]:
        return sorted(self._of(*_MEASUREMENTS), key=lambda one: (text(self._one(one, "date")), one))

    def _measurement(self, subject: str) -> list[Cell]:
        kind = next(one for one in self._all(subject, _TYPE) if text(one) in _MEASUREMENTS)
        rest = [(self._round if name == "round" else self._cell)(self._one(subject, name)) for name in _MEASURED]
        return [self._cell(NamedNode(subject)), self._cell(kind), *rest]

    def _standings(self) -> list[str]:
        """Return the records of progress, that of the latest round first: the key of a round is its date."""
        found = sorted(
            one for one in self._of(vocab.G7 + "Progress") if self._one(one, "round") and self._one(one, "status")
        )
        return sorted(found, key=lambda one: text(self._one(one, "round")), reverse=True)

    def _standing(self, record: str) -> Standing:
        status = self._one(record, "status")
        figures = [self._one(text(self._one(record, name)), "value") for name in _FIGURES]
        return Standing(
            record=self._cell(NamedNode(record)),
            round=self._round(self._one(record, "round")),
            status=self._cell(status),
            key=text(status).rpartition("/")[2],
            ratios={name: python(self._one(record, name)) for name in _RATIOS},
            figures=[self._cell(figure) for figure in figures],
            formula=text(self._one(record, "statusFormula")),
        )

    def _round(self, term: Term | None) -> Cell:
        """Return a round, with its state where nobody has approved it: only of such ones is that taken in."""
        called, state = self._cell(term), self._one(text(term), "roundStatus")
        return called._replace(text=f"{called.text} ({self._cell(state).text})") if state else called

    def _link(self, record: str) -> Link:
        kind, target, confidence = (
            self._cell(next(iter(self._all(record, name)), None)) for name in (_KIND, _TARGET, _CONFIDENCE)
        )
        why = [one for one in self._all(record, _WHY) if isinstance(one, Literal)]
        relation = self._cell(self._one(record, "companyRelation"))
        said = best(why, self.lang) if why else ""
        return Link(kind, target, relation, confidence, said, self._cell(NamedNode(record)))

    def _passage(self, passage: str) -> Passage:
        quote = self._all(passage, _QUOTE)[0]
        translations = self._all(passage, vocab.G7 + "translation")
        mine = (one.value for one in translations if isinstance(one, Literal) and one.language == self.lang)
        section, locator = (text(self._one(passage, name)) for name in ("section", "locator"))
        return Passage(
            cell=Cell(locator or section or vocab.curie(passage), self.leads(passage), iri=passage),
            quote=text(quote),
            lang=(isinstance(quote, Literal) and quote.language) or "es",
            section=section,
            locator=locator,
            translation=next(mine, ""),
        )

    def _cell(self, term: Term | None) -> Cell:
        return cell(term, self.names, self.leads)

    def _properties(self, grouped: _Grouped) -> list[Property]:
        """Return properties with their values: the labels first, then by the property's own label."""
        found = [(self._rank(iri), self._property(iri, values)) for iri, values in grouped.items()]
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def _rank(self, iri: str) -> tuple[int, str, str]:
        first = _FIRST.index(iri) if iri in _FIRST else len(_FIRST)
        return first, _folded(self.names[iri].label), iri

    def _property(self, iri: str, values: list[Term]) -> Property:
        cells = sorted(map(self._cell, values), key=_cell_order) if len(values) > 1 else [*map(self._cell, values)]
        mine = [one for one in cells if not one.lang or one.lang == self.lang]
        others = [one for one in cells if one.lang and one.lang != self.lang]
        if not mine:
            mine, others = others[:1], others[1:]
        return Property(self._cell(NamedNode(iri)), mine, others)


def _collated(text: str) -> str:
    """Return what a text is sorted by: «Áncash» stands before «Tacna»."""
    return text.casefold() if text.isascii() else _folded(text)


def _cell_order(one: Cell) -> tuple[bool, str, str, str, str, str]:
    return bool(one.lang), one.code, _collated(one.text), one.text, one.iri, one.lang
