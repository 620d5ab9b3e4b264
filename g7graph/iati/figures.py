"""The results of a plan as IATI writes them: indicators with baselines, and periods with targets and actual values.

IATI counts in days: a month begins on its first and ends on its last. A target and an actual value of different months
are of different periods, which begin with the plan's baseline month.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from g7graph import i18n
from g7graph.iati.answers import Answers, Row, key
from g7graph.sources.iati import codes
from g7graph.sources.iati.record import ACTUAL, BASELINE, Figure, Indicator, Reference, Result
from g7graph.table import Value

_DIMENSIONS = ("agency", "government", "level", "stage")
_TYPES = {"Objective": codes.OBJECTIVE, "Result": codes.RESULT}

Results = list[tuple[Result, list[Indicator]]]


def first_day(month: str) -> date:
    """Return the first day of a month, or year.

    >>> first_day("2013-06"), first_day("2013")
    (datetime.date(2013, 6, 1), datetime.date(2013, 1, 1))
    """
    year, _, number = month.partition("-")
    return date(int(year), int(number or 1), 1)


def last_day(month: str) -> date:
    """Return the last day of a month, or year.

    >>> last_day("2014-02"), last_day("2014")
    (datetime.date(2014, 2, 28), datetime.date(2014, 12, 31))
    """
    year, _, number = month.partition("-")
    place = int(year), int(number or 12)
    return date(*place, monthrange(*place)[1])


def results(answers: Answers, plan: Row, activity: str, left: Counter[str]) -> Results:
    """Return the results and objectives of a plan with their indicators; `left` counts the figures without a value."""
    indicators, figures = defaultdict(list), defaultdict(list)
    for row in answers.rows("indicators"):
        indicators[row["result"]].append(row)
    for row in answers.rows("figures"):
        figures[row["indicator"]].append(row)
    found: Results = []
    for row in answers.rows("results"):
        if row["plan"] == plan["plan"]:
            number = len(found) + 1
            own = [
                _indicator(answers, one, (activity, number, place), _figures(answers, one, figures, plan, left))
                for place, one in enumerate(indicators[row["result"]], 1)
            ]
            found.append((_result(answers, row, activity, number), own))
    return found


def _result(answers: Answers, row: Row, activity: str, number: int) -> Result:
    """Return a result; it has no reference: where it has one its indicators may not (standard ruleset of 2.03)."""
    iri = str(row["result"])
    return Result(
        activity,
        number,
        answers.names[iri],
        _TYPES[key(str(row["class"]))],
        links=answers.passages(iri, codes.RESULTS_DOCUMENT),
    )


def _indicator(answers: Answers, row: Row, where: tuple[str, int, int], figures: tuple[Figure, ...]) -> Indicator:
    iri, ascending = str(row["indicator"]), row["ascending"]
    unit = answers.names.get(str(row["unit"]), {})
    return Indicator(
        *where,
        answers.names[iri],
        codes.OUR_MEASURES.get(key(str(row["measure"])), ""),
        description={lang: i18n.text("iati.unit", lang, unit=unit[lang]) for lang in i18n.LANGUAGES if lang in unit},
        ascending=None if ascending is None else bool(ascending),
        references=(Reference(str(row["code"]), codes.OWN, iri),),
        links=answers.passages(iri, codes.RESULTS_DOCUMENT),
        figures=figures,
    )


def _figures(
    answers: Answers, indicator: Row, rows: dict[Value, list[Row]], plan: Row, left: Counter[str]
) -> tuple[Figure, ...]:
    """Return the figures of an indicator: baselines, then by period, the whole before its parts."""
    found = []
    is_qualitative = key(str(indicator["measure"])) == "qualitative"
    for row in rows[indicator["indicator"]]:
        value = row["value"]
        if is_qualitative == (value is None):
            found.append((_order(row), _figure(answers, row, plan)))
        else:
            left["parts" if row["figure"] != row["whole"] else "words"] += 1
    return tuple(figure for _, figure in sorted(found, key=lambda one: one[0]))


def _order(row: Row) -> tuple[bool, str, bool, str, bool, str]:
    kind, figure, whole = str(row["kind"]), str(row["figure"]), str(row["whole"])
    return kind != BASELINE, str(row["date"]), kind == ACTUAL, whole, figure != whole, figure


def _figure(answers: Answers, row: Row, plan: Row) -> Figure:
    iri, kind, month = str(row["figure"]), str(row["kind"]), str(row["date"])
    details, end = answers.details[iri], last_day(month)
    begun = first_day(str(plan["baselineDate"] or month))
    return Figure(
        kind,
        Decimal(str(row["value"])) if row["value"] is not None else None,
        year=end.year if kind == BASELINE else None,
        start=None if kind == BASELINE else min(begun, first_day(month)),
        end=end,
        locations=tuple(key(place) for place in details["place"]),
        dimensions=tuple((name, key(value)) for name in _DIMENSIONS for value in details[name]),
        comment=answers.said(iri),
        links=answers.passages(iri, codes.RESULTS_DOCUMENT),
    )


def figures_of(found: Results) -> Iterator[Figure]:
    """Yield every figure of some results."""
    return (figure for _, indicators in found for one in indicators for figure in one.figures)
