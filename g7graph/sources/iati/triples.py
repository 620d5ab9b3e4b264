"""Records of IATI as statements of our vocabulary, in their order: an activity is a project, with results a plan too.

Things get IRIs below `id/<kind>/iati/`, made of the activity's identifier and the numbers of its results; what a
publisher calls them stays in `dcterms:identifier`, and IRIs it gives in `rdfs:seeAlso`.
"""

from __future__ import annotations

import re
from datetime import date

import pyoxigraph as ox

from g7graph import vocab
from g7graph.sources.iati import codes
from g7graph.sources.iati.figures import figures, round_of
from g7graph.sources.iati.record import (
    ACTUAL,
    BASELINE,
    KINDS,
    TARGET,
    Activity,
    Figure,
    Indicator,
    Link,
    Location,
    Organisation,
    Record,
    Result,
    Sector,
)
from g7graph.sources.iati.statements import (
    Statements,
    Thing,
    code,
    day,
    link,
    links,
    month,
    say,
    term,
    texts,
    thing,
    typed,
)
from g7graph.sources.problem import Place

_CODE = re.compile(r"[A-Za-z0-9.]{1,40}")
_KIND_CLASSES = {"process": "g7:ProcessIndicator", "performance": "g7:PerformanceIndicator"}
_STARTS, _ENDS = ("2", "1"), ("4", "3")  # ActivityDateType: actual before planned
_RELATED = {codes.PARENT: "dcterms:isPartOf", codes.CHILD: "dcterms:hasPart"}


class Writer:
    """Makes statements of records; an indicator's kind is that of the result before it."""

    def __init__(self) -> None:
        self._result = Result("", 0, {}, "")
        self._months: dict[str, set[date]] = {kind: set() for kind in KINDS}

    def statements(self, record: Record) -> Statements:
        """Yield the statements of a record."""
        if isinstance(record, Activity):
            yield from _activity(record)
            yield from self._dates(record.identifier)
        elif isinstance(record, Result):
            self._result = record
            yield from _result(record)
        else:
            yield from _indicator(record, self._result)
            for figure in record.figures:
                yield from self._month(record.activity, figure)

    def _month(self, identifier: str, figure: Figure) -> Statements:
        """Note the month of a figure; yield the round that an actual value is the first of."""
        if figure.end and (begin := figure.end.replace(day=1)) not in self._months[figure.kind]:
            self._months[figure.kind].add(begin)
            if figure.kind == ACTUAL:
                yield from round_of(thing("project", identifier), identifier, begin)

    def _dates(self, identifier: str) -> Statements:
        """Yield the months of a plan's baselines and targets, where all of them are of one."""
        for kind in (BASELINE, TARGET):
            if len(self._months[kind]) == 1:
                (found,) = self._months[kind]
                yield from say(thing("project", identifier), f"g7:{kind}Date", month(found))
        for months in self._months.values():
            months.clear()


def source(name: str, sha256: str) -> Statements:
    """Yield what the file is that was read: its name and the hash of its content."""
    file = thing("source-document", sha256)
    yield from typed(file, "g7:SourceDocument")
    yield from say(file, "dcterms:title", ox.Literal(name))
    yield from say(file, "dcterms:identifier", ox.Literal(f"sha256:{sha256}"))


def _activity(one: Activity) -> Statements:
    project = thing("project", one.identifier)
    yield from typed(project, "g7:Project")
    yield from texts(project, "rdfs:label", one.title)
    yield from texts(project, "rdfs:comment", one.description)
    yield from say(project, "dcterms:identifier", ox.Literal(one.identifier))
    yield from say(project, "dcterms:identifier", *(ox.Literal(ref) for _, ref in one.others))
    yield from say(project, "rdfs:seeAlso", link(one.uri))
    yield from say(project, "adms:status", code("ActivityStatus", one.status))
    dates = {kind: found for kind, found, _ in reversed(one.dates)}
    for predicate, kinds in (("schema:startDate", _STARTS), ("schema:endDate", _ENDS)):
        yield from say(project, predicate, day(next((dates[kind] for kind in kinds if kind in dates), None)))
    yield from say(project, "schema:addressCountry", *(ox.Literal(found) for found in one.countries))
    yield from say(project, "dcterms:subject", *map(_sector, one.sectors))
    for kind, identifier in one.related:
        yield from say(project, _RELATED.get(kind, "dcterms:relation"), thing("project", identifier))
    if one.reporter:
        yield from _organisation(project, "dcterms:publisher", one.reporter)
    for organisation in one.organisations:
        role = codes.ROLES.get(organisation.role)
        yield from _organisation(project, f"g7:{role}" if role else "dcterms:contributor", organisation)
    for number, location in enumerate(one.locations, 1):
        yield from _location(project, one.identifier, number, location)
    yield from _located(project, one.place)
    pages, others = _by_category(one.links)
    yield from links(project, "foaf:page", pages)
    yield from links(project, "rdfs:seeAlso", others)


def _sector(one: Sector) -> ox.Literal | None:
    found = one.reference
    return code("Sector", found.code) if found.vocabulary == codes.DAC else ox.Literal(found.code)


def _organisation(project: Thing, predicate: str, one: Organisation) -> Statements:
    key = one.ref or next(iter(one.name.values()), "")
    if not key:
        return
    agency = thing("agency", key)
    yield from say(project, predicate, agency)
    yield from typed(agency, "g7:Agency")
    yield from texts(agency, "rdfs:label", one.name)
    yield from say(agency, "g7:iatiId", ox.Literal(one.ref) if one.ref else None)
    yield from say(agency, "schema:additionalType", code("OrganisationType", one.type))


def _location(project: Thing, identifier: str, number: int, one: Location) -> Statements:
    place = thing("place", identifier, one.ref or str(number))
    yield from say(project, "g7:place", place)
    yield from typed(place, "g7:Place")
    yield from texts(place, "rdfs:label", one.name)
    yield from say(place, "schema:additionalType", code("LocationType", one.feature))
    yield from say(place, "skos:exactMatch", _geonames(one))
    for predicate, found in zip(("wgs84:lat", "wgs84:long"), one.point or (), strict=False):
        yield from say(place, predicate, ox.Literal(found, datatype=term("xsd:decimal")))


def _geonames(one: Location) -> Thing | None:
    return link(f"{vocab.EXTERNAL['geonames']}{one.geonames}/") if (one.geonames or "").isdecimal() else None


def _result(one: Result) -> Statements:
    plan = thing("project", one.activity)
    found = _node(one)
    kind, _ = codes.TYPES.get(one.type, ("Result", ""))
    yield from typed(plan, "g7:ActionPlan")
    yield from typed(found, f"g7:{kind}")
    yield from say(found, "g7:plan", plan)
    yield from say(found, "skos:notation", ox.Literal(f"{kind.lower()}-{one.number}"))
    yield from say(found, "g7:position", ox.Literal(one.number))
    yield from say(found, "schema:additionalType", code("ResultType", one.type))
    yield from _described(found, one)


def _indicator(one: Indicator, parent: Result) -> Statements:
    numbers = f"{one.result}.{one.number}"
    indicator = thing("indicator", one.activity, numbers)
    _, kind = codes.TYPES.get(parent.type, ("", ""))
    yield from typed(indicator, "g7:Indicator", *([_KIND_CLASSES[kind]] if kind else ()))
    yield from say(indicator, "g7:kind", term(f"indicator-kind:{kind}") if kind else None)
    yield from say(indicator, "g7:parent", _node(parent))
    yield from say(indicator, "skos:notation", ox.Literal(_notation(one, numbers)))
    yield from say(indicator, "g7:position", ox.Literal(one.number))
    if measure := codes.MEASURES.get(one.measure):
        yield from say(indicator, "g7:measure", term(f"measure:{measure}"))
        yield from say(indicator, "g7:unit", term("unit:percent") if measure == "percentage" else None)
    yield from say(indicator, "schema:additionalType", code("IndicatorMeasure", one.measure))
    if one.ascending is not None:
        yield from say(indicator, "g7:direction", term(f"direction:{'ascending' if one.ascending else 'descending'}"))
    yield from _described(indicator, one)
    yield from figures(indicator, (one.activity, numbers), one.figures)


def _node(one: Result) -> Thing:
    kind, _ = codes.TYPES.get(one.type, ("Result", ""))
    return thing(kind.lower(), one.activity, str(one.number))


def _notation(one: Indicator, numbers: str) -> str:
    """Return what the publisher calls an indicator where that can be a code, else its numbers."""
    own = (reference.code for reference in one.references if reference.vocabulary == codes.OWN)
    return next((found for found in own if _CODE.fullmatch(found)), numbers)


def _described(subject: Thing, one: Result | Indicator) -> Statements:
    """Yield titles, references and documents."""
    yield from texts(subject, "rdfs:label", one.title)
    yield from texts(subject, "rdfs:comment", one.description)
    yield from say(subject, "dcterms:identifier", *(ox.Literal(reference.code) for reference in one.references))
    if isinstance(one, Indicator):
        yield from say(subject, "rdfs:seeAlso", *(link(reference.uri) for reference in one.references))
    yield from _located(subject, one.place)
    yield from links(subject, "rdfs:seeAlso", one.links)


def _located(subject: Thing, place: Place) -> Statements:
    yield from say(subject, "g7:locator", ox.Literal(str(place)))


def _by_category(found: tuple[Link, ...]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return the web pages of an activity, and its other documents."""
    pages = tuple(one for one in found if one.category == codes.WEB_PAGE)
    return pages, tuple(one for one in found if one.category != codes.WEB_PAGE)
