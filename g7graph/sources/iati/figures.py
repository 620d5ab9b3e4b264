"""The figures of an indicator as statements: measurements, and disaggregations where a part stands beside its whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby

import pyoxigraph as ox

from g7graph.sources.iati.record import ACTUAL, BASELINE, Figure
from g7graph.sources.iati.statements import (
    Statements,
    Thing,
    day,
    links,
    month,
    number,
    say,
    term,
    texts,
    thing,
    typed,
)

_CLASSES = {"baseline": "g7:Baseline", "target": "g7:Target", "actual": "g7:Actual"}


def figures(indicator: Thing, keys: tuple[str, str], found: tuple[Figure, ...]) -> Statements:
    """Yield the statements of an indicator's figures; `keys` are the activity's identifier and the indicator's number.

    Of one kind and period, the figure that is no part is the whole; those beside it break it down.
    """
    count = Counter[str]()
    for _, group in groupby(found, lambda one: (one.kind, one.start, one.end, one.year)):
        whole: Thing | None = None
        for one in _whole_first(list(group)):
            count[one.kind] += 1
            key = (*keys, f"{one.kind}-{count[one.kind]}")
            if whole and one.is_part:
                yield from _part(thing("disaggregation", *key), whole, one, keys[0])
            else:
                measured = thing("measurement", *key)
                yield from _measurement(measured, indicator, one, keys[0])
                whole = None if one.is_part else measured


def _whole_first(group: list[Figure]) -> Iterator[Figure]:
    yield from sorted(group, key=lambda one: one.is_part)


def _measurement(measured: Thing, indicator: Thing, one: Figure, activity: str) -> Statements:
    yield from typed(measured, "g7:Measurement", _CLASSES[one.kind])
    yield from say(measured, "g7:indicator", indicator)
    yield from say(measured, "g7:date", month(one.end, one.year))
    yield from say(measured, "g7:standing", term("standing:main"))
    if one.kind == ACTUAL:
        yield from say(measured, "g7:version", term("version:monitoring"))
        yield from say(measured, "g7:round", _round(activity, one.end) if one.end else None)
    else:
        yield from say(measured, "g7:version", term("version:plan"))
    if one.kind == BASELINE:
        yield from say(measured, "dcterms:date", day(one.end))
    else:
        yield from say(measured, "schema:startDate", day(one.start))
        yield from say(measured, "schema:endDate", day(one.end))
    yield from say(measured, "g7:basis", term("value-basis:stated") if one.value is not None else None)
    yield from _figure(measured, one, activity)


def _part(part: Thing, whole: Thing, one: Figure, activity: str) -> Statements:
    yield from typed(part, "g7:Disaggregation")
    yield from say(part, "g7:disaggregates", whole)
    yield from _figure(part, one, activity)


def _figure(subject: Thing, one: Figure, activity: str) -> Statements:
    yield from say(subject, "g7:value", number(one.value))
    yield from say(subject, "g7:place", *(thing("place", activity, ref) for ref in one.locations))
    if one.dimensions:
        written = "; ".join(f"{name}={value}" for name, value in one.dimensions)
        yield from say(subject, "g7:writtenAs", ox.Literal(written))
    yield from texts(subject, "rdfs:comment", one.comment)
    yield from say(subject, "g7:locator", ox.Literal(str(one.place)))
    yield from links(subject, "rdfs:seeAlso", one.links)


def round_of(plan: Thing, activity: str, day: date) -> Statements:
    """Yield the round of a month's actual values; what a publisher publishes is approved."""
    round_ = _round(activity, day)
    yield from typed(round_, "g7:MonitoringRound")
    yield from say(round_, "skos:notation", ox.Literal(f"{day:%Y-%m}"))
    yield from say(round_, "g7:date", month(day))
    yield from say(round_, "g7:plan", plan)
    yield from say(round_, "g7:roundStatus", term("round-status:approved"))


def _round(activity: str, day: date) -> Thing:
    return thing("round", activity, f"{day:%Y-%m}")
