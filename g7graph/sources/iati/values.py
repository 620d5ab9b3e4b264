"""What the attributes and narratives of an element say; where they do not say it as they should, it is noted."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from g7graph.sources.iati.elements import Element
from g7graph.sources.iati.record import Texts
from g7graph.sources.problem import Place, Problem

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_LANG = "xml:lang"
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_MOST_DIGITS = 30


@dataclass(slots=True)
class Notes:
    """Where what is read comes from, the language it has by default, and the problems met."""

    source: str
    lang: str = ""
    problems: list[Problem] = field(default_factory=list)

    def place(self, element: Element) -> Place:
        """Return where an element stands."""
        return Place(self.source, line=element.line, path=element.path)

    def add(self, element: Element, key: str, *, lost: bool = False, **values: object) -> None:
        """Note a problem of an element."""
        self.problems.append(Problem(self.place(element), key, values, lost))


def number(written: str) -> Decimal | None:
    """Return the number that a text is, None where it is none."""
    return Decimal(written) if len(written) <= _MOST_DIGITS and _NUMBER.fullmatch(written) else None


def title(element: Element, notes: Notes) -> Texts:
    """Return the title of an element; one that is not there is noted."""
    found = texts(element.find("title"), notes)
    if not found:
        notes.add(element, "iati_no_title")
    return found


def texts(element: Element | None, notes: Notes) -> Texts:
    """Return the narratives of an element by language; several of one language are its paragraphs."""
    return descriptions([element] if element else [], notes)


def descriptions(elements: Iterable[Element], notes: Notes) -> Texts:
    """Return the narratives of elements by language, as if they were one."""
    found: dict[str, str] = {}
    for one in (narrative for element in elements for narrative in element.all("narrative")):
        if text := "\n".join(" ".join(line.split()) for line in one.text.splitlines() if line.strip()):
            lang = one.attributes.get(_LANG, notes.lang).lower()
            found[lang] = f"{found[lang]}\n{text}" if lang in found else text
    return found


def said(element: Element, name: str, notes: Notes) -> str | None:
    """Return an attribute; one that is not there is noted."""
    value = element.attributes.get(name, "").strip()
    if not value:
        notes.add(element, "iati_no_attribute", name=name)
    return value or None


def code(element: Element, name: str, known: Collection[str], notes: Notes) -> str:
    """Return a code; one that its list does not have is noted, and left out."""
    value = said(element, name, notes)
    if value and value not in known:
        notes.add(element, "iati_unknown_code", name=name, value=value, known=", ".join(sorted(known)))
    return value if value and value in known else ""


def truth(element: Element, name: str, notes: Notes) -> bool | None:
    """Return what an attribute says, yes or no, None where it says neither."""
    value = element.attributes.get(name, "").strip()
    if value and value not in _TRUTHS:
        notes.add(element, "iati_unknown_code", name=name, value=value, known="true, false")
    return _TRUTHS.get(value)


def whole(element: Element, name: str, notes: Notes) -> int | None:
    """Return a whole number, None where there is none."""
    value = element.attributes.get(name, "").strip()
    if value and not re.fullmatch(r"[0-9]{1,6}", value):
        notes.add(element, "iati_bad_value", value=value)
        return None
    return int(value) if value else None


def bound(period: Element, name: str, notes: Notes) -> date | None:
    """Return the day that a period begins or ends."""
    bound = period.find(name)
    if bound is None:
        notes.add(period, "iati_no_element", name=name)
        return None
    return day(bound, notes)


def day(element: Element, notes: Notes) -> date | None:
    """Return the day of an element, None where there is none or it is none of the calendar."""
    written = said(element, "iso-date", notes)
    if written is None:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        notes.add(element, "iati_bad_date", value=written)
        return None
