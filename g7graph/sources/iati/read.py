"""An activity file as it comes: results and indicators, then the activity they stand in; one at a time is held.

IATI 2.01 to 2.03 are read. What of an activity is no matter of results (budgets, transactions …) is counted by name, as
are attributes that are not read.
"""

from __future__ import annotations

from collections import Counter
from typing import IO

from g7graph.sources.iati import codes, parse
from g7graph.sources.iati.elements import Element, Event, Refused, events
from g7graph.sources.iati.record import Reading, Record
from g7graph.sources.iati.values import Notes
from g7graph.sources.problem import Place, Problem

ROOT, ACTIVITY, RESULT, INDICATOR = "iati-activities", "iati-activity", "result", "indicator"
_IDENTIFIER = "iati-identifier"
_TEXT = frozenset(["narrative"])
_LINK = frozenset("title category".split())
_FIGURE = frozenset("location dimension comment document-link".split())
#: What is read of each element; the rest is counted.
_READ = {
    ROOT: frozenset([ACTIVITY]),
    ACTIVITY: frozenset(
        "iati-identifier reporting-org title description participating-org other-identifier activity-status "
        "activity-date recipient-country location sector document-link related-activity result".split()
    ),
    RESULT: frozenset("title description document-link reference indicator".split()),
    INDICATOR: frozenset("title description document-link reference baseline period".split()),
    "period": frozenset("period-start period-end target actual".split()),
    "document-link": _LINK,
    "location": frozenset("location-id name point feature-designation".split()),
    "point": frozenset(["pos"]),
    **dict.fromkeys(("baseline", "target", "actual"), _FIGURE),
    **dict.fromkeys(
        "title description comment name sector reporting-org participating-org activity-date".split(), _TEXT
    ),
}
#: What is read of the attributes of each element, or tells nothing of results: when a file was written, the kind of a
#: description, the one system of coordinates there is. The rest is counted.
_ATTRIBUTES = {
    name: frozenset(attributes.split())
    for name, attributes in {
        ROOT: "version generated-datetime",
        ACTIVITY: "xml:lang hierarchy linked-data-uri last-updated-datetime",
        "reporting-org": "ref type",
        "participating-org": "ref type role",
        "other-identifier": "ref type",
        "activity-status": "code",
        "activity-date": "type iso-date",
        "recipient-country": "code",
        "location": "ref",
        "location-id": "vocabulary code",
        "point": "srsName",
        "feature-designation": "code",
        "sector": "code vocabulary vocabulary-uri",
        "document-link": "url format",
        "category": "code",
        "related-activity": "ref type",
        RESULT: "type",
        INDICATOR: "measure ascending",
        "reference": "code vocabulary vocabulary-uri indicator-uri",
        "baseline": "year iso-date value",
        "period-start": "iso-date",
        "period-end": "iso-date",
        "target": "value",
        "actual": "value",
        "dimension": "name value",
        "description": "type",
        "narrative": "xml:lang",
    }.items()
}


def read(file: IO[bytes], source: str, left: Counter[str]) -> Reading:
    """Yield the records of a file and its problems, in its order; `source` is what it is called.

    `left` counts the elements that are not read, by name. A file that cannot be read on ends with a problem: what
    stood before has been yielded.
    """
    reader = _Reader(source, left)
    try:
        for event in events(file):
            yield from reader.told(event)
            if reader.refused:
                return
    except Refused as error:
        values = {name: value for name, value in error.values.items() if name != "path"}
        yield Problem(Place(source, line=error.line, path=str(error.values.get("path", ""))), error.key, values)


class _Reader:
    """Follows the elements of a file: in which activity, result and indicator it is."""

    def __init__(self, source: str, left: Counter[str]) -> None:
        self.refused = False
        self._notes = Notes(source)
        self._left = left
        self._aside: Element | None = None
        self._identifier = ""
        self._numbers = [0, 0]
        self._told_result: Element | None = None
        self._seen: set[int] = set()  # hashes of the identifiers: the one thing that grows, 60 bytes an activity

    def told(self, event: Event) -> Reading:
        """Take an event; yield what is whole by it, after the problems met on the way."""
        record = self._ends(event) if event.ends else self._begins(event.element, event.parent)
        yield from self._notes.problems
        self._notes.problems.clear()
        if record:
            yield record

    def _begins(self, element: Element, parent: Element | None) -> Record | None:
        if parent is None:
            self._root(element)
        elif self._aside is None and element.name not in _READ.get(parent.name, ()):
            self._aside = element
            self._left[f"{parent.name}/{element.name}"] += 1
        elif self._aside is None:
            self._count_left(element)
            if element.name == ACTIVITY:
                self._notes.lang = element.attributes.get("xml:lang", "").lower()
                self._identifier, self._numbers = "", [0, 0]
            elif element.name == RESULT:
                self._result_begins(parent, element)
            elif element.name == INDICATOR:
                self._numbers[1] += 1
                return self._result(parent)
        return None

    def _count_left(self, element: Element) -> None:
        """Count what an element says that is not read: attributes, and codes of places other than GeoNames'."""
        known = _ATTRIBUTES.get(element.name, frozenset())
        for name in element.attributes.keys() - known if element.attributes else ():
            self._left[f"{element.name}/@{name}"] += 1
        if element.name == "location-id" and element.attributes.get("vocabulary") != codes.GEONAMES:
            self._left["location/location-id"] += 1

    def _ends(self, event: Event) -> Record | None:
        element = event.element
        if self._aside is not None:
            if element is self._aside:
                event.forget()
                self._aside = None
            return None
        if element.name not in (ACTIVITY, RESULT, INDICATOR):
            return None
        event.forget()
        if element.name == INDICATOR:
            numbers = (self._numbers[0], self._numbers[1])
            return parse.indicator(element, self._identifier, numbers, self._notes)
        if element.name == RESULT:
            return self._result(element)
        known = self._identifier or self._identified(element)
        return parse.activity(element, known, self._notes) if known else None

    def _result_begins(self, activity: Element, result: Element) -> None:
        """Count a result; without an identifier it is nobody's, and set aside."""
        self._identifier = self._identifier or self._identified(activity)
        if not self._identifier:
            self._aside = result
        self._numbers = [self._numbers[0] + 1, 0]

    def _result(self, element: Element) -> Record | None:
        """Return a result once: before its first indicator, else at its end."""
        if element is self._told_result:
            return None
        self._told_result = element
        return parse.result(element, self._identifier, self._numbers[0], self._notes)

    def _identified(self, activity: Element) -> str:
        """Return the identifier of an activity; nothing, noted once, where there is none or another has it."""
        found = activity.find(_IDENTIFIER)
        identifier = found.text if found else ""
        if "noted" in activity.counts:
            return ""
        if not identifier:
            self._notes.add(activity, "iati_no_identifier", lost=True)
        elif hash(identifier) in self._seen:
            self._notes.add(activity, "iati_twice", lost=True, identifier=identifier)
            identifier = ""
        self._seen.add(hash(identifier))
        if not identifier:
            activity.counts["noted"] = 1
        return identifier

    def _root(self, element: Element) -> None:
        version = element.attributes.get("version", "").strip()
        if element.name != ROOT:
            self._notes.add(element, "iati_wrong_root", lost=True, name=element.name)
        elif version and not version.startswith("2."):
            self._notes.add(element, "iati_version", lost=True, version=version)
        elif not version:
            self._notes.add(element, "iati_no_version")
        self.refused = any(problem.lost for problem in self._notes.problems)
