"""What IATI activities say of results: the reader gives these records, one writer makes XML of them, one statements.

Text is by language, as tagged or by the activity's default; "" where none is told. A missing value is None, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from g7graph.sources.problem import Place, Problem

Texts = Mapping[str, str]
NOWHERE = Place("")
BASELINE, TARGET, ACTUAL = KINDS = ("baseline", "target", "actual")


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and its role in an activity (OrganisationRole); its identifier and type where they are known."""

    name: Texts
    role: str = ""
    ref: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A place of an activity; figures refer to it by `ref`. `point` is latitude and longitude, WGS 84."""

    ref: str | None
    name: Texts
    geonames: str | None = None
    point: tuple[str, str] | None = None
    feature: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A document: its address, media type, title and category (DocumentCategory)."""

    url: str
    format: str
    title: Texts
    category: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A code in a vocabulary of results or indicators (99: the reporting organisation's own), with its address."""

    code: str
    vocabulary: str
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """A code of a vocabulary of sectors (SectorVocabulary), with the name the file gives it."""

    reference: Reference
    name: Texts


@dataclass(frozen=True, slots=True)
class Figure:
    """A baseline, target or actual value. A baseline has a year, with its day where given; the others a period."""

    kind: str
    value: Decimal | None = None
    year: int | None = None
    start: date | None = None
    end: date | None = None
    locations: tuple[str, ...] = ()
    dimensions: tuple[tuple[str, str], ...] = ()
    comment: Texts = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    place: Place = NOWHERE

    @property
    def is_part(self) -> bool:
        """Whether it says what part of a whole it is."""
        return bool(self.locations or self.dimensions)


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator with its figures, in their order; `number` and that of its result count from 1 in the activity."""

    activity: str
    result: int
    number: int
    title: Texts
    measure: str
    description: Texts = field(default_factory=dict)
    ascending: bool | None = None
    references: tuple[Reference, ...] = ()
    links: tuple[Link, ...] = ()
    figures: tuple[Figure, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Result:
    """A result of an activity and its type (ResultType), without its indicators, which follow it."""

    activity: str
    number: int
    title: Texts
    type: str
    description: Texts = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    links: tuple[Link, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Activity:
    """What an activity says beside its results, which come before it: they stand within."""

    identifier: str
    title: Texts
    description: Texts = field(default_factory=dict)
    reporter: Organisation | None = None
    uri: str | None = None
    hierarchy: int | None = None
    status: str | None = None
    organisations: tuple[Organisation, ...] = ()
    others: tuple[tuple[str, str], ...] = ()  # other identifiers: type and reference
    dates: tuple[tuple[str, date, Texts], ...] = ()  # type (ActivityDateType), day, what is said of it
    countries: tuple[str, ...] = ()
    locations: tuple[Location, ...] = ()
    sectors: tuple[Sector, ...] = ()
    related: tuple[tuple[str, str], ...] = ()  # type (RelatedActivityType) and identifier
    links: tuple[Link, ...] = ()
    place: Place = NOWHERE


Record = Activity | Result | Indicator
Reading = Iterator[Record | Problem]
