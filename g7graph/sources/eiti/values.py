"""Text and cells of EITI data → amounts, periods, currencies, codes; what cannot be read raises BadValue."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import resources

from g7graph.sources.eiti.record import Period
from g7graph.vocab import fold

#: What templates and people write where there is nothing.
_NOTHING = {"", "na", "n a", "none", "null", "nil", "not available", "not applicable", "not stated", "unknown"}
#: Error values of spreadsheets (ECMA-376, part 1, §18.17.3).
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
_NOT_STATED = re.compile(r"not (?:stated|available|applicable|reported)\b", re.IGNORECASE)
#: What templates have where something is to be filled in.
_PLACEHOLDER = re.compile(r"<.*>")
_REMARK = re.compile(r"(?P<value>.+?)\s*\((?P<remark>[^()]*(?:\([^()]*\)[^()]*)*)\)", re.DOTALL)
_AMOUNT = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][+-]?\d{1,2})?|[+-]?\.\d+")
_YEARS = re.compile(r"((?:19|20)\d{2})(?:\s*[-–/]\s*((?:19|20)\d{2}))?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_GFS = re.compile(r"(?<![A-Za-z0-9])\d{2,7}E\d{0,3}(?![A-Za-z0-9])")
_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_RUC_DIGITS = 11
_SIGNS = {"us": "USD", "us dollar": "USD", "us dollars": "USD", "s": "PEN", "nuevos soles": "PEN", "soles": "PEN"}
_MOST_DIGITS = 30


class BadValue(ValueError):
    """A value that cannot be read: a message key of `locale/sources.toml`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def text(value: object) -> str:
    """Return a value as text, white space trimmed and made single; numbers without a needless fraction."""
    if isinstance(value, str):
        return " ".join(value.split())
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_nothing(value: object) -> bool:
    """Whether a value says that there is none.

    >>> is_nothing(" N/A "), is_nothing(0)
    (True, False)
    """
    if isinstance(value, str):
        return not value[:1].isdigit() and _says_nothing(value)
    return value is None


def is_error(value: str) -> bool:
    """Whether a text is what a spreadsheet shows in place of a value.

    >>> is_error("#N/A"), is_error("# 5")
    (True, False)
    """
    return value[:1] == "#" and value.strip() in _ERRORS


@lru_cache(maxsize=1 << 14)
def _says_nothing(value: str) -> bool:
    stripped = value.strip()
    if is_error(stripped):
        return False
    return fold(value) in _NOTHING or bool(_NOT_STATED.match(stripped) or _PLACEHOLDER.fullmatch(stripped))


@lru_cache(maxsize=1 << 15)
def said(value: str) -> str | None:
    """Return a text as it is read, None for none; texts are few beside the rows that repeat them."""
    return None if is_nothing(value) else text(value)


@lru_cache(maxsize=1 << 15)
def said_with_remark(value: str) -> tuple[str | None, str]:
    """Return a text without what stands in brackets after it, None for none, and that."""
    bare, remark = without_remark(value)
    return None if is_nothing(bare) else text(bare), remark


def without_remark(value: object) -> tuple[object, str]:
    """Separate what stands in brackets after a value.

    >>> without_remark("USD (inferred)")
    ('USD', 'inferred')
    """
    if not isinstance(value, str) or ")" not in value:
        return value, ""
    found = _REMARK.fullmatch(value.strip())
    return (found["value"], found["remark"]) if found else (value, "")


def amount(value: object) -> Decimal:
    """Read an amount: a number, or text with a decimal point, thousands perhaps set apart by commas.

    >>> amount("1,072,711,021.50")
    Decimal('1072711021.50')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise BadValue("bad_amount")
    written = value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else str(value)
    if not _AMOUNT.fullmatch(written):
        raise BadValue("bad_amount")
    try:
        number = Decimal(written.replace(",", ""))
    except InvalidOperation as error:
        raise BadValue("bad_amount") from error
    if number.adjusted() > _MOST_DIGITS:
        raise BadValue("bad_amount")
    return number


def number(value: object) -> Decimal:
    """Read a number that is not the figure itself: without it the figure stands."""
    try:
        return amount(value)
    except BadValue as bad:
        raise BadValue("bad_number") from bad


def rate(value: object) -> Decimal:
    """Read a rate of exchange, which is more than nothing."""
    found = number(value)
    if found <= 0:
        raise BadValue("bad_rate")
    return found


def plain(number: Decimal) -> str:
    """Write a number as xsd:decimal in its canonical form (XML Schema 1.1, part 2, §3.3.3.2).

    >>> plain(Decimal("1.50E+3")), plain(Decimal("0.10")), plain(Decimal("-0"))
    ('1500', '0.1', '0')
    """
    digits = f"{number:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits in ("-0", "") else digits


@lru_cache(maxsize=4096)
def period(value: object) -> Period:
    """Read a year, years, a day, or days: `2013`, `2008-2013`, `2013-12-31`."""
    if isinstance(value, (date, datetime)):
        day = value.isoformat()[:10]
        return Period(day, day)
    written = text(value)
    if found := _DAY.fullmatch(written):
        return Period(found[1], found[1])
    years = _YEARS.fullmatch(written)
    if not years or (years[2] and years[2] < years[1]):
        raise BadValue("bad_period")
    return Period(years[1], years[2] or years[1])


def year(value: object) -> str:
    """Read one year."""
    found = period(value)
    if found.start[:4] != found.end[:4]:
        raise BadValue("bad_period")
    return found.end[:4]


@lru_cache(maxsize=1024)
def currency(value: str) -> str:
    """Read a currency: its ISO 4217 code, or how reports write the dollar and the sol."""
    code = _SIGNS.get(fold(value), value.strip().upper())
    if code not in _currencies():
        raise BadValue("unknown_currency")
    return code


@lru_cache(maxsize=1024)
def country(value: str) -> str:
    """Read a country: its ISO 3166-1 code of two or three letters, or its English name."""
    found = _countries().get(fold(value))
    if found is None:
        raise BadValue("unknown_country")
    return found


@lru_cache(maxsize=4096)
def gfs(value: str) -> str:
    """Read the GFS code that stands in a text: `1415E1`, or `Royalties (1415E1)`, or the end of its address."""
    found = _GFS.findall(value.strip().upper())
    if len(set(found)) != 1:
        raise BadValue("bad_gfs")
    return str(found[0])


@lru_cache(maxsize=1)
def gfs_list() -> dict[str, str]:
    """Return EITI's GFS codes, each with the code above it, empty for those on top."""
    return {code: "".join(above) for code, *above in map(str.split, _lines("gfs"))}


def is_ruc(value: str) -> bool:
    """Whether a number can be a RUC: eleven digits, the last of which checks the others (SUNAT, modulo 11).

    >>> is_ruc("20209133394"), is_ruc("20209133395")
    (True, False)
    """
    if len(value) != _RUC_DIGITS or not (value.isascii() and value.isdigit()):
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(value[:10], _WEIGHTS, strict=True))
    return (11 - weighted % 11) % 10 == int(value[10])


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return name or code, folded → the code of two letters."""
    lines = (line.split("\t") for line in _lines("countries"))
    return {fold(name): names[0] for names in lines for name in names}


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(code for line in _lines("currencies") for code in line.split())


def _lines(name: str) -> list[str]:
    found = resources.files("g7graph.sources.eiti") / "lists" / f"{name}.txt"
    return [line for line in found.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
