"""What EITI data say, whichever form they come in: readers give these records, one writer makes triples of them.

A reader is a function of a file (or an address) that yields records and problems in the order of the source, and
never holds more than one row of it. Text is as in the source, white space trimmed; None is what is not given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from g7graph.sources.problem import Place, Problem


@dataclass(frozen=True, slots=True)
class SummaryData:
    """A country's summary data of a year: its period, sectors, currency and rate (units of it to one US dollar)."""

    place: Place
    country: str
    year: int
    start: date | None = None
    end: date | None = None
    currency: str | None = None
    rate: Decimal | None = None
    sectors: tuple[str, ...] = ()
    government_total: Decimal | None = None
    company_total: Decimal | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class GfsCode:
    """A code of EITI's classification of revenues (after GFSM 2001): its label and the code above it."""

    place: Place
    code: str
    label: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A reporting company or a receiving agency as it stands in a country's data of a year.

    `key` is EITI's own number where the source has one; `identification` identifies it at home (in Peru the RUC).
    """

    place: Place
    country: str
    year: int | None
    label: str
    kind: str  # company | agency
    key: str | None = None
    identification: str | None = None
    sectors: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revenue:
    """A figure: what a government received (no company), or what a company paid, of a stream in a year.

    `value` is in `currency`; `rate` is units of it to one US dollar. `company`, `agency` and `project` are names or
    EITI's numbers as the source refers to them. `basis` says who disclosed it.
    """

    place: Place
    country: str
    year: int | None
    value: Decimal
    currency: str | None
    basis: str  # government | company
    gfs: str | None = None
    stream: str | None = None
    company: str | None = None
    agency: str | None = None
    project: str | None = None
    rate: Decimal | None = None
    key: str | None = None
    in_kind_volume: Decimal | None = None
    in_kind_unit: str | None = None
    included: str | None = None
    comment: str | None = None


Record = SummaryData | GfsCode | Organisation | Revenue
Reading = Iterator[Record | Problem]
