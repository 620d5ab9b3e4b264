"""What EITI data say, whichever form they come in: readers give rows, rows make these records, records make triples.

Text is as in the source, white space trimmed; None is what is not given. Where the source does not break a figure down,
a dimension is absent from its row; where it does but leaves it open, the dimension is NOT_STATED. What there is one of
for each figure is a named tuple, which is made several times as fast as a data class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from g7graph.sources.problem import Place

#: On a dimension that the source has, and says nothing on.
NOT_STATED = ""


class Row(NamedTuple):
    """What a source says together, by names of ours (`columns.py`); of a workbook, each name's cell."""

    kind: str  # summary | gfs | organisation | country | revenue
    place: Place
    values: Mapping[str, object]
    cells: Mapping[str, str] = MappingProxyType({})
    #: What the heading of a column says of all that is in it: name of ours → words of the source.
    remarks: Mapping[str, str] = MappingProxyType({})

    def at(self, name: str) -> Place:
        """Return where a value stands."""
        return self.place._replace(cell=self.cells[name]) if name in self.cells else self.place


class Period(NamedTuple):
    """The time that figures are of: years, or days, as the source gives them (ISO 8601)."""

    start: str
    end: str

    @property
    def key(self) -> str:
        """The key of its IRI."""
        if self.start == self.end:
            return self.start
        is_year = (self.start[4:], self.end[4:]) == ("-01-01", "-12-31") and self.start[:4] == self.end[:4]
        return self.start[:4] if is_year else f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO 3166-1 code of two letters."""

    place: Place
    code: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryData:
    """A country's summary data of a period: its currency and rate (units of it to one US dollar)."""

    place: Place
    key: str
    country: str
    period: Period
    currency: str | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class GfsCode:
    """A code of EITI's classification of revenues (after GFSM 2001): its label and the code above it."""

    place: Place
    code: str
    label: str | None = None
    parent: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A reporting company, or a receiving agency, as it stands in a country's data of a year, with EITI's number."""

    place: Place
    key: str
    country: str
    year: str
    label: str
    is_agency: bool = False
    identification: str | None = None


class Party(NamedTuple):
    """Who pays or receives: by EITI's number where the source has one, else by identification and name."""

    label: str = NOT_STATED
    identification: str | None = None
    key: str | None = None


class Revenue(NamedTuple):
    """A figure: what a government received, or what a company paid, of a stream in a period.

    `value` is in `currency` (None: the source says that there is no figure); `rate` is units of it to one US dollar,
    `dollars` the figure in US dollars where the source gives that too. None on a dimension: not broken down by it.
    """

    place: Place
    is_payment: bool
    country: str
    period: Period | None
    value: Decimal | None
    currency: str | None = None
    rate: Decimal | None = None
    dollars: Decimal | None = None
    gfs: str | None = None
    gfs_label: str | None = None
    stream: str | None = None
    company: Party | None = None
    agency: Party | None = None
    project: str | None = None
    sector: str | None = None
    volume: Decimal | None = None
    volume_unit: str | None = None
    summary: str | None = None
    key: str | None = None
    comments: tuple[str, ...] = ()


Record = Country | SummaryData | GfsCode | Organisation | Revenue
