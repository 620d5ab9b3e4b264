"""Rows of any source → records: each value is read, or is a problem at its place; a row is never lost for a field."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from g7graph.sources.eiti import values
from g7graph.sources.eiti.reading import Lost, Reading
from g7graph.sources.eiti.record import (
    NOT_STATED,
    Country,
    GfsCode,
    Organisation,
    Party,
    Period,
    Record,
    Revenue,
    Row,
    SummaryData,
)
from g7graph.sources.eiti.values import BadValue
from g7graph.sources.problem import Problem
from g7graph.vocab import fold

_SUMMARY = re.compile(r"([A-Z]{2})((?:19|20)\d{2})")
_SUMS = ("revenue_government_sum", "revenue_company_sum")
#: What few figures have: the column, and the field.
_NUMBERS = {"dollars": values.number, "rate": values.rate, "volume": values.number}
_TEXTS = {"gfs label": "gfs_label", "key": "key", "sector": "sector", "volume unit": "volume_unit"}
_MORE = _NUMBERS.keys() | _TEXTS.keys()
_DAYS = {"start", "end"}
#: What a source says of a figure by yes or no.
_YES_OR_NO = ("in kind", "levied on project", "reported by project")
_REMARKS = {"comment", "included", *_YES_OR_NO}
_AGENCY = ("agency", "government", "government entity")


def records(row: Row, fallback: str | None = None) -> list[Record | Problem]:
    """Make the records of a row, after the problems of its values; `fallback` is the country where it says none."""
    reading = Reading(row, fallback)
    try:
        made = _MAKERS[row.kind](reading)
    except Lost:
        made = []
    return [*reading.problems, *made]


def _country(reading: Reading) -> list[Record]:
    code = _country_of(reading)
    if code is None:
        reading.lose("no_country", "country")
    return [Country(reading.row.place, code, reading.text("label"))]


def _summary(reading: Reading) -> list[Record]:
    key = reading.text("summary") or reading.text("key")
    country, period = _country_of(reading, key), _period(reading, key)
    if country is None or period is None:
        reading.lose("no_summary", "summary")
    currency, rate = reading.read("currency", values.currency), reading.read("rate", values.rate)
    year = period.end[:4]
    sums = {name: reading.read(name, values.number) for name in _SUMS}
    totals = [
        Revenue(
            reading.row.place,
            is_payment=name == _SUMS[1],
            country=country,
            period=period,
            value=total,
            key=f"{country}{year}-{name.split('_')[1]}-sum",
            comments=(name,),
        )
        for name, total in sums.items()
        if total is not None
    ]
    return [SummaryData(reading.row.place, f"{country}{year}", country, period, currency, rate), *totals]


def _gfs_code(reading: Reading) -> list[Record]:
    code = _gfs(reading)
    if not code:
        reading.problems.clear()
        reading.lose("no_code", "gfs")
    parent = reading.read("parent", values.gfs)
    label = reading.text("label") or reading.text("gfs label")
    return [GfsCode(reading.row.place, code, label, parent, reading.text("comment"))]


def _organisation(reading: Reading) -> list[Record]:
    key, label = reading.text("key"), reading.text("label")
    year = reading.read("year", values.year) or _of_summary(reading.text("summary"))[1]
    if not (key and key.isdecimal()):
        reading.lose("no_number", "key")
    if not label:
        reading.lose("no_name", "label")
    if not year:
        reading.lose("no_year", "year")
    country = _country_of(reading, reading.text("summary")) or ""
    is_agency = (reading.text("type") or "").lower() in _AGENCY
    identification = _identification(reading, country)
    return [Organisation(reading.row.place, key, country, year, label, is_agency, identification)]


def _revenue(reading: Reading) -> list[Record]:
    summary = reading.text("summary")
    country = _country_of(reading, summary)
    if country is None:
        reading.lose("no_country", "country")
    value = _value(reading)
    company, agency = _parties(reading, country)
    gfs = _gfs(reading)
    figure = Revenue(
        reading.row.place,
        is_payment=company is not None,
        country=country,
        period=_period(reading, summary),
        value=value,
        currency=reading.read("currency", values.currency),
        gfs=gfs,
        stream=_open(reading, "stream"),
        company=company,
        agency=agency,
        project=_open(reading, "project"),
        summary=summary if summary and _SUMMARY.fullmatch(summary) else None,
        comments=_comments(reading, value),
    )
    return [figure if _MORE.isdisjoint(reading.row.values) else figure._replace(**_more(reading))]


def _more(reading: Reading) -> dict[str, Any]:
    """Read what few figures have."""
    given = reading.row.values
    numbers = {name: reading.read(name, how) for name, how in _NUMBERS.items() if name in given}
    return numbers | {ours: reading.text(name) for name, ours in _TEXTS.items() if name in given}


def _value(reading: Reading) -> Decimal | None:
    """Read the figure of a row; without one, which is not zero, the row is lost unless it says that there is none."""
    value = reading.given("value")
    if value is None:
        return None if reading.text("included") else reading.lose("no_value", "value")
    try:
        return values.amount(value)
    except BadValue as bad:
        reading.lose(bad.key, "value")


def _comments(reading: Reading, value: Decimal | None) -> tuple[str, ...]:
    """Return what the source remarks on a figure: its comment, its remarks in brackets, how it is included."""
    if not reading.comments and _REMARKS.isdisjoint(reading.row.values):
        return ()
    included = reading.text("included")
    is_plain = value is not None and included is not None and fold(included) == "included"
    said = [reading.text("comment"), *reading.comments, None if is_plain else included]
    said += [f"{name}: {reading.text(name)}" for name in _YES_OR_NO if reading.text(name)]
    return tuple(dict.fromkeys(filter(None, said)))


def _parties(reading: Reading, country: str) -> tuple[Party | None, Party | None]:
    """Return who pays and who receives; what EITI calls the organisation of a figure may be either."""
    has_company = "company" in reading.row.values or "company key" in reading.row.values
    agency_name = _open(reading, "agency")
    agency = Party(agency_name) if agency_name is not None else None
    if not has_company:
        return None, agency
    key = reading.text("company key")
    key = key if key and key.isdecimal() else None
    named = Party(reading.text("company") or NOT_STATED, _identification(reading, country), key)
    if (reading.text("type") or "").lower() in _AGENCY:
        return None, named
    return named, agency


def _identification(reading: Reading, country: str) -> str | None:
    found = reading.text("identification")
    if found and country == "PE" and not values.is_ruc(found):
        reading.problem("bad_ruc", "identification")
    return found


def _open(reading: Reading, name: str) -> str | None:
    """Return a value, NOT_STATED where the source has its column but leaves it open, None where it has none."""
    return (reading.text(name) or NOT_STATED) if name in reading.row.values else None


def _gfs(reading: Reading) -> str | None:
    """Read the GFS code; one that EITI's list does not have is kept, and pointed out."""
    if "gfs" not in reading.row.values:
        return None
    value = reading.row.values["gfs"]
    if reading.row.remarks.get("gfs"):
        reading.comments.append(f"gfs: {reading.row.remarks['gfs']}")
    if values.is_nothing(value):
        return NOT_STATED
    try:
        code = values.gfs(values.text(value))
    except BadValue as bad:
        reading.problem(bad.key, "gfs")
        return NOT_STATED
    if code not in values.gfs_list():
        reading.problem("unknown_gfs", "gfs")
    return code


def _country_of(reading: Reading, summary: str | None = None) -> str | None:
    found = reading.read("country", values.country)
    return found or _of_summary(summary)[0] or reading.fallback


def _period(reading: Reading, summary: str | None = None) -> Period | None:
    """Read the period: days from a start to an end, else a period or year, else that of the summary data."""
    if not _DAYS.isdisjoint(reading.row.values):
        start, end = reading.read("start", values.period), reading.read("end", values.period)
        if start and end and start.start <= end.end:
            return Period(start.start, end.end)
        if start and end:
            reading.problem("period_order", "start", end=end.end)
        elif start or end:
            reading.problem("half_period", "start" if start else "end")
    found = reading.read("period", values.period) or reading.read("year", values.period)
    year = _of_summary(summary)[1]
    return found or (Period(year, year) if year else None)


def _of_summary(key: str | None) -> tuple[str | None, str | None]:
    """Return the country and the year that the key of summary data says: `PE2013`."""
    found = _SUMMARY.fullmatch(key) if key else None
    return (found[1], found[2]) if found else (None, None)


_MAKERS: dict[str, Callable[[Reading], list[Record]]] = {
    "country": _country,
    "gfs": _gfs_code,
    "organisation": _organisation,
    "revenue": _revenue,
    "summary": _summary,
}
