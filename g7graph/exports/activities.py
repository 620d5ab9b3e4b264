"""IATI 2.03 activity files: records → XML, in the order of the schema; same records, same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from g7graph import i18n
from g7graph.exports import characters
from g7graph.sources.iati import codes
from g7graph.sources.iati.record import (
    BASELINE,
    Activity,
    Figure,
    Indicator,
    Link,
    Location,
    Organisation,
    Reference,
    Result,
    Texts,
)

MEDIA_TYPE = "application/xml"
STANDARD = "https://iatistandard.org/en/iati-standard/203/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_WGS84 = "http://www.opengis.net/def/crs/EPSG/0/4326"

Results = Sequence[tuple[Result, Sequence[Indicator]]]


def xml(activities: Iterable[tuple[Activity, Results]], *, modified: str = "") -> bytes:
    """Write activities with their results; `modified` is the date of the data (YYYY-MM-DD), where it is known."""
    when = f"{modified}T00:00:00Z" if modified else None
    root = _element(None, "iati-activities", version=codes.VERSION, generated_datetime=when)
    for activity, results in activities:
        _activity(root, activity, results, when)
    indent(root, " ")
    return characters.allowed(tostring(root, "utf-8", xml_declaration=True).replace(b"'", b'"', 4) + b"\n")


def _activity(root: Element, one: Activity, results: Results, when: str | None) -> None:
    element = _element(
        root, "iati-activity", last_updated_datetime=when, hierarchy=one.hierarchy, linked_data_uri=one.uri
    )
    element.set(_LANG, i18n.DEFAULT)
    _element(element, "iati-identifier").text = one.identifier
    if one.reporter:
        _organisation(element, "reporting-org", one.reporter, secondary_reporter="1")
    _texts(element, "title", one.title)
    _texts(element, "description", one.description, type="1")
    for organisation in one.organisations:
        _organisation(element, "participating-org", organisation, role=organisation.role)
    for kind, ref in one.others:
        _element(element, "other-identifier", ref=ref, type=kind)
    _element(element, "activity-status", code=one.status)
    for kind, day, said in one.dates:
        _narratives(_element(element, "activity-date", type=kind, iso_date=day), said)
    for country in one.countries:
        _element(element, "recipient-country", code=country)
    for location in one.locations:
        _location(element, location)
    for sector in one.sectors:
        _narratives(_reference(element, sector.reference, "vocabulary-uri", tag="sector"), sector.name)
    _links(element, one.links)
    for kind, ref in one.related:
        _element(element, "related-activity", ref=ref, type=kind)
    for result, indicators in results:
        _result(element, result, indicators)


def _organisation(parent: Element, name: str, one: Organisation, **more: object) -> None:
    _narratives(_element(parent, name, ref=one.ref, type=one.type, **more), one.name)


def _location(parent: Element, one: Location) -> None:
    element = _element(parent, "location", ref=one.ref)
    if one.geonames:
        _element(element, "location-id", vocabulary=codes.GEONAMES, code=one.geonames)
    _texts(element, "name", one.name)
    if one.point:
        _element(_element(element, "point", srsName=_WGS84), "pos").text = " ".join(one.point)
    if one.feature:
        _element(element, "feature-designation", code=one.feature)


def _result(parent: Element, one: Result, indicators: Sequence[Indicator]) -> None:
    element = _element(parent, "result", type=one.type)
    _described(element, one)
    for reference in one.references:
        _reference(element, reference, "vocabulary-uri")
    for indicator in indicators:
        _indicator(element, indicator)


def _indicator(parent: Element, one: Indicator) -> None:
    ascending = None if one.ascending is None else int(one.ascending)
    element = _element(parent, "indicator", measure=one.measure, ascending=ascending)
    _described(element, one)
    for reference in one.references:
        _reference(element, reference, "indicator-uri")
    for (start, end), group in groupby(one.figures, lambda figure: (figure.start, figure.end)):
        figures = list(group)
        for figure in figures:
            if figure.kind == BASELINE:
                _figure(element, figure, year=figure.year, iso_date=end)
        if start and end:
            _period(element, figures)


def _period(parent: Element, figures: Sequence[Figure]) -> None:
    element = _element(parent, "period")
    _element(element, "period-start", iso_date=figures[0].start)
    _element(element, "period-end", iso_date=figures[0].end)
    for figure in figures:
        _figure(element, figure)


def _figure(parent: Element, one: Figure, **dates: object) -> None:
    value = None if one.value is None else f"{one.value:f}"
    element = _element(parent, one.kind, **dates, value=value)
    for ref in one.locations:
        _element(element, "location", ref=ref)
    for name, key in one.dimensions:
        _element(element, "dimension", name=name, value=key)
    if one.kind == BASELINE:
        _links(element, one.links)
    _texts(element, "comment", one.comment)
    if one.kind != BASELINE:
        _links(element, one.links)


def _described(element: Element, one: Result | Indicator) -> None:
    _texts(element, "title", one.title)
    _texts(element, "description", one.description)
    _links(element, one.links)


def _reference(parent: Element, one: Reference, uri: str, *, tag: str = "reference") -> Element:
    element = _element(parent, tag, vocabulary=one.vocabulary, code=one.code)
    if one.uri:
        element.set(uri, one.uri)
    return element


def _links(parent: Element, links: Iterable[Link]) -> None:
    for one in links:
        element = _element(parent, "document-link", url=one.url, format=one.format)
        _texts(element, "title", one.title)
        _element(element, "category", code=one.category)


def _texts(parent: Element, name: str, found: Texts, **attributes: object) -> None:
    """Write a text in its languages; nothing where there is none."""
    if found:
        _narratives(_element(parent, name, **attributes), found)


def _narratives(element: Element, found: Texts) -> None:
    for lang in sorted(found, key=lambda one: (one != i18n.DEFAULT, one)):
        narrative = _element(element, "narrative")
        if lang:
            narrative.set(_LANG, lang)
        narrative.text = found[lang]


def _element(parent: Element | None, tag: str, /, **attributes: Any) -> Element:
    """Add an element with those of its attributes that are known; an underscore in a name is a hyphen."""
    known = {key.replace("_", "-"): str(value) for key, value in attributes.items() if value is not None}
    return Element(tag, known) if parent is None else SubElement(parent, tag, known)
