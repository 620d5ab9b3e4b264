"""What a page says about a thing: its properties, the passages behind it, what points to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Store
from g7graph.table import Table, Term, Value, python, text
from g7graph.web.asks import ask
from g7graph.web.cells import Cell, cell
from g7graph.web.context import language
from g7graph.web.names import Name, Names

MOST_INCOMING = 200
_QUOTE = vocab.G7 + "quote"
_TYPE = vocab.RDF_TYPE
_FIRST = tuple(
    vocab.STANDARD[prefix] + name
    for prefix, name in (("skos", "notation"), ("rdfs", "label"), ("skos", "prefLabel"), ("skos", "definition"))
)


@dataclass(frozen=True)
class Property:
    """A property with its values: those to read first, and the same in other languages."""

    name: Cell
    values: list[Cell]
    others: list[Cell] = field(default_factory=list)


@dataclass(frozen=True)
class Passage:
    """A passage of the source: what it says, where it stands, the project's own translation."""

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
class Thing:
    """All that the page of a thing says."""

    iri: str
    name: Name
    types: list[Cell]
    quote: Cell | None
    properties: list[Property]
    standings: list[Standing]
    measurements: list[list[Cell]]
    passages: list[Passage]
    incoming: list[Property]
    incoming_total: int
    incoming_shown: int


def described(store: Store, iri: NamedNode) -> Thing:
    """Read what a page says about a thing."""
    said = [(p, v) for p, v in ask(store, "thing", thing=[iri]).rows if isinstance(p, NamedNode) and v is not None]
    incoming = [row for row in ask(store, "incoming", thing=[iri]).rows if isinstance(row[0], NamedNode)]
    measured, derived = ask(store, "measurements", thing=[iri]), ask(store, "standings", thing=[iri])
    named = [iri, *_terms(said), *_terms(incoming), *_terms(measured.rows), *_terms(derived.rows)]
    names = Names(store, named, language())
    quotes = [cell(value, names) for property_, value in said if property_.value == _QUOTE]
    return Thing(
        iri=iri.value,
        name=names[iri.value],
        types=[cell(value, names) for property_, value in said if property_.value == _TYPE],
        quote=quotes[0] if quotes else None,
        properties=_properties([one for one in said if one[0].value not in (_TYPE, _QUOTE)], names),
        standings=[_standing(row, names) for row in derived.rows],
        measurements=[[cell(term, names) for term in row] for row in measured.rows],
        passages=_passages(ask(store, "evidence", thing=[iri])),
        incoming=_properties(incoming[:MOST_INCOMING], names),
        incoming_total=_count(store, iri) if len(incoming) > MOST_INCOMING else len(incoming),
        incoming_shown=min(len(incoming), MOST_INCOMING),
    )


def statements(store: Store, iri: NamedNode) -> list[ox.Quad]:
    """Read the statements of a thing and those that point to it, each in its graph."""
    quads = []
    for name in ("described",) if store.union else ("described", "described-default"):
        for graph, subject, property_, value in ask(store, name, thing=[iri]).rows:
            place = graph if isinstance(graph, NamedNode) else ox.DefaultGraph()
            quads.append(ox.Quad(subject, property_, value, place))  # type: ignore[arg-type]
    return quads


def _standing(row: Sequence[Term | None], names: Names) -> Standing:
    record, round_, status, progress, attainment, elapsed, *figures, formula = row
    return Standing(
        record=cell(record, names),
        round=cell(round_, names),
        status=cell(status, names),
        key=text(status).rpartition("/")[2],
        ratios={"progress": python(progress), "attainment": python(attainment), "elapsed": python(elapsed)},
        figures=[cell(figure) for figure in figures],
        formula=text(formula),
    )


def _terms(rows: Iterable[Sequence[object]]) -> Iterable[object]:
    return (term for row in rows for term in row)


def _count(store: Store, iri: NamedNode) -> int:
    ((total,),) = ask(store, "incoming-count", thing=[iri]).rows
    return int(str(python(total)))


def _properties(said: Iterable[Sequence[Term | None]], names: Names) -> list[Property]:
    """Group values by property: the labels first, then by the property's own label."""
    grouped: dict[str, list[Term | None]] = {}
    for property_, value in said:
        if property_ is not None:
            grouped.setdefault(property_.value, []).append(value)
    shown = [(_rank(iri, names), _property(iri, values, names)) for iri, values in grouped.items()]
    return [one for _, one in sorted(shown, key=lambda pair: pair[0])]


def _rank(iri: str, names: Names) -> tuple[int, str, str]:
    first = _FIRST.index(iri) if iri in _FIRST else len(_FIRST)
    return first, vocab.fold(names[iri].label), iri


def _property(iri: str, values: list[Term | None], names: Names) -> Property:
    lang = language()
    cells = sorted((cell(value, names) for value in values), key=lambda one: (bool(one.lang), one.code, one.text))
    mine = [one for one in cells if not one.lang or one.lang == lang]
    if not mine:
        mine = cells[:1]
    return Property(cell(NamedNode(iri), names), mine, [one for one in cells if one not in mine])


def _passages(rows: Table) -> list[Passage]:
    """Read the passages, one entry each, with the translation into the reader's language where there is one."""
    found: dict[str, Passage] = {}
    for passage, quote, section, locator, translation in rows.rows:
        if passage is None or not isinstance(quote, Literal):
            continue
        mine = isinstance(translation, Literal) and translation.language == language()
        if mine or passage.value not in found:
            found[passage.value] = Passage(
                cell=cell(passage),
                quote=quote.value,
                lang=quote.language or "es",
                section=section.value if section else "",
                locator=locator.value if locator else "",
                translation=translation.value if mine and translation else "",
            )
    return list(found.values())
