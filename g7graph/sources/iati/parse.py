"""An element of an activity file → the record it is; what it does not say as it should is noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from g7graph.sources.iati import codes, values
from g7graph.sources.iati.elements import Element
from g7graph.sources.iati.record import (
    ACTUAL,
    BASELINE,
    TARGET,
    Activity,
    Figure,
    Indicator,
    Link,
    Location,
    Organisation,
    Reference,
    Result,
    Sector,
    Texts,
)
from g7graph.sources.iati.values import Notes

_QUALITATIVE = ("3", "4", "5")


def activity(element: Element, identifier: str, notes: Notes) -> Activity:
    """Read what an activity says beside its results."""
    said = element.attributes
    return Activity(
        identifier=identifier,
        title=values.texts(element.find("title"), notes),
        description=values.descriptions(element.all("description"), notes),  # general, objectives, target groups
        reporter=next((_organisation(one, "", notes) for one in element.all("reporting-org")), None),
        uri=said.get("linked-data-uri"),
        hierarchy=values.whole(element, "hierarchy", notes),
        status=next((one.attributes.get("code") for one in element.all("activity-status")), None),
        organisations=tuple(_organisation(one, _role(one, notes), notes) for one in element.all("participating-org")),
        others=tuple(_pairs(element.all("other-identifier"), ("type", "ref"), notes)),
        dates=tuple(_dates(element.all("activity-date"), notes)),
        countries=tuple(code for one in element.all("recipient-country") if (code := values.said(one, "code", notes))),
        locations=tuple(_location(one, notes) for one in element.all("location")),
        sectors=tuple(_sectors(element.all("sector"), notes)),
        related=tuple(_pairs(element.all("related-activity"), ("type", "ref"), notes)),
        links=_links(element, notes),
        place=notes.place(element),
    )


def result(element: Element, activity_id: str, number: int, notes: Notes) -> Result:
    """Read a result without its indicators."""
    return Result(
        activity=activity_id,
        number=number,
        title=values.title(element, notes),
        type=values.code(element, "type", codes.TYPES, notes),
        description=values.texts(element.find("description"), notes),
        references=tuple(_references(element, "vocabulary-uri", notes)),
        links=_links(element, notes),
        place=notes.place(element),
    )


def indicator(element: Element, activity_id: str, numbers: tuple[int, int], notes: Notes) -> Indicator:
    """Read an indicator with its figures; `numbers` are that of its result and its own."""
    measure = values.code(element, "measure", codes.MEASURES, notes)
    baselines = (_baseline(one, measure, notes) for one in element.all("baseline"))
    periods = (figure for one in element.all("period") for figure in _period(one, measure, notes))
    return Indicator(
        activity=activity_id,
        result=numbers[0],
        number=numbers[1],
        title=values.title(element, notes),
        measure=measure,
        description=values.texts(element.find("description"), notes),
        ascending=values.truth(element, "ascending", notes),
        references=tuple(_references(element, "indicator-uri", notes)),
        links=_links(element, notes),
        figures=(*baselines, *periods),
        place=notes.place(element),
    )


def _baseline(element: Element, measure: str, notes: Notes) -> Figure:
    day = values.day(element, notes) if "iso-date" in element.attributes else None
    year = values.whole(element, "year", notes)
    if year is None and day is None:
        notes.add(element, "iati_no_attribute", name="year")
    return _figure(element, BASELINE, measure, notes, year=year or (day.year if day else None), end=day)


def _period(element: Element, measure: str, notes: Notes) -> Iterator[Figure]:
    start, end = (values.bound(element, name, notes) for name in ("period-start", "period-end"))
    if start and end and start > end:
        notes.add(element, "iati_period_order", start=start, end=end)
    for kind in (TARGET, ACTUAL):
        for one in element.all(kind):
            yield _figure(one, kind, measure, notes, start=start, end=end)


def _figure(  # noqa: PLR0913 - a figure and its dates
    element: Element,
    kind: str,
    measure: str,
    notes: Notes,
    *,
    year: int | None = None,
    start: date | None = None,
    end: date | None = None,
) -> Figure:
    comment = dict(values.texts(element.find("comment"), notes))
    written = element.attributes.get("value", "").strip()
    value = values.number(written)
    if written and value is None and measure in _QUALITATIVE:
        comment.setdefault(notes.lang, written)
    elif written and value is None:
        notes.add(element, "iati_bad_value", value=written)
    return Figure(
        kind,
        value,
        year,
        start,
        end,
        locations=tuple(ref for one in element.all("location") if (ref := values.said(one, "ref", notes))),
        dimensions=tuple(_pairs(element.all("dimension"), ("name", "value"), notes)),
        comment=comment,
        links=_links(element, notes),
        place=notes.place(element),
    )


def _role(element: Element, notes: Notes) -> str:
    return values.code(element, "role", codes.ROLES, notes)


def _organisation(element: Element, role: str, notes: Notes) -> Organisation:
    said = element.attributes
    found = Organisation(values.texts(element, notes), role, said.get("ref", "").strip() or None, said.get("type"))
    if not (found.ref or found.name):
        notes.add(element, "iati_no_name", lost=True)
    return found


def _location(element: Element, notes: Notes) -> Location:
    known = (one for one in element.all("location-id") if one.attributes.get("vocabulary") == codes.GEONAMES)
    point = element.find("point")
    pos = point.find("pos") if point else None
    feature = element.find("feature-designation")
    written = tuple(pos.text.split()) if pos else ()
    if pos and not (len(written) == 2 and all(values.number(one) is not None for one in written)):  # noqa: PLR2004 - a pair
        notes.add(pos, "iati_bad_value", value=pos.text)
        written = ()
    return Location(
        ref=element.attributes.get("ref"),
        name=values.texts(element.find("name"), notes),
        geonames=next((one.attributes.get("code") for one in known), None),
        point=(written[0], written[1]) if written else None,
        feature=feature.attributes.get("code") if feature else None,
    )


def _sectors(elements: Iterable[Element], notes: Notes) -> Iterator[Sector]:
    for one in elements:
        if code := values.said(one, "code", notes):
            vocabulary = one.attributes.get("vocabulary", codes.DAC)
            reference = Reference(code, vocabulary, one.attributes.get("vocabulary-uri"))
            yield Sector(reference, values.texts(one, notes))


def _links(element: Element, notes: Notes) -> tuple[Link, ...]:
    found = []
    for one in element.all("document-link"):
        categories = [category.attributes.get("code", "") for category in one.all("category")]
        if url := values.said(one, "url", notes):
            code = codes.WEB_PAGE if codes.WEB_PAGE in categories else next(iter(categories), "")
            found.append(Link(url, one.attributes.get("format", ""), values.texts(one.find("title"), notes), code))
    return tuple(found)


def _references(element: Element, uri: str, notes: Notes) -> Iterator[Reference]:
    for one in element.all("reference"):
        if code := values.said(one, "code", notes):
            yield Reference(code, one.attributes.get("vocabulary", ""), one.attributes.get(uri))


def _dates(elements: Iterable[Element], notes: Notes) -> Iterator[tuple[str, date, Texts]]:
    for one in elements:
        kind, day = values.said(one, "type", notes), values.day(one, notes)
        if kind and day:
            yield kind, day, values.texts(one, notes)


def _pairs(elements: Iterable[Element], names: tuple[str, str], notes: Notes) -> Iterator[tuple[str, str]]:
    for one in elements:
        first, second = (values.said(one, name, notes) for name in names)
        if first and second:
            yield first, second
