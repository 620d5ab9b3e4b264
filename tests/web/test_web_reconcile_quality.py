"""How well messy names are matched: a labelled list made by hand, a part of which nobody tuned anything by.

A match is what the service takes without a person looking (`match: true`); what is not to be matched has no key.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from g7graph.web.reconciliation.batch import MOST_QUERIES

NAMES = Path(__file__).resolve().parent.parent / "data" / "reconcile" / "names.csv"


@dataclass(frozen=True)
class Tried:
    """A name, what it should be matched to, what it was, and what came first."""

    name: str
    key: str
    match: str
    first: str


def rows(part: str) -> list[dict[str, str]]:
    with NAMES.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["part"] == part]


def tried(client: FlaskClient, part: str) -> Iterator[Tried]:
    listed = rows(part)
    for start in range(0, len(listed), MOST_QUERIES):
        some = listed[start : start + MOST_QUERIES]
        queries: dict[str, dict[str, object]] = {
            str(n): {"query": row["name"], "type": row["type"] or []} for n, row in enumerate(some)
        }
        answer = client.post("/reconcile", data={"queries": json.dumps(queries)}).json
        assert answer is not None
        for n, row in enumerate(some):
            found = answer[str(n)]["result"]
            match = next((one["id"] for one in found if one["match"]), "")
            yield Tried(row["name"], row["key"], match, found[0]["id"] if found else "")


@pytest.mark.parametrize(("part", "floors"), [("tuning", (0.99, 0.98, 0.99)), ("held-out", (0.99, 0.9, 0.95))])
def test_messy_names_are_matched(
    real: FlaskClient, capsys: pytest.CaptureFixture[str], part: str, floors: tuple[float, ...]
) -> None:
    found = list(tried(real, part))
    known = [one for one in found if one.key]
    matched = [one for one in found if one.match]
    right = [one for one in matched if one.match == one.key]
    figures = (
        len(right) / len(matched),
        len(right) / len(known),
        sum(one.first == one.key for one in known) / len(known),
    )
    with capsys.disabled():
        print(f"\n{part}: {len(found)} names, {len(known)} known; ", end="")  # noqa: T201 - the figures are the point
        print("precision {:.3f}, recall {:.3f}, first {:.3f}".format(*figures))  # noqa: T201
    assert figures[0] >= floors[0], [one for one in matched if one.match != one.key]
    assert figures[1] >= floors[1], [one for one in known if one.match != one.key]
    assert figures[2] >= floors[2], [one for one in known if one.first != one.key]


def test_the_list_is_long_and_has_names_that_are_nobodys() -> None:
    listed = [*rows("tuning"), *rows("held-out")]
    assert len(listed) >= 150
    assert sum(not row["key"] for row in listed) >= 40
    names = sorted((row["name"], row["type"]) for row in listed)
    assert [name for name, same in groupby(names) if len([*same]) > 1] == []
