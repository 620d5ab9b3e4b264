"""The dashboard: how far each axis, objective, result and indicator is; every figure is of a saved query."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from g7graph import run, vocab
from g7graph.web import answer, formats, links, runs, schema_org
from g7graph.web.asks import ask, fill
from g7graph.web.catalogue import catalogue
from g7graph.web.citation import citation
from g7graph.web.context import address, language, site
from g7graph.web.names import Names, best

blueprint = Blueprint("dashboard", __name__)

#: The states in the order of the bars: key, column of the summaries, sign for those who do not see colours.
STATES = (
    ("exceeded", "exceeded", "★"),
    ("achieved", "achieved", "✓"),
    ("on-track", "onTrack", "▲"),
    ("behind", "behind", "▼"),
    ("in-progress", "inProgress", "…"),
    ("not-reported", "notReported", "–"),
)
_SUMMARIES = ("axis-progress", "objective-progress", "result-progress")
_LISTED = "indicator-progress"
#: The saved queries that the dashboard shows.
QUERIES = (*_SUMMARIES, _LISTED)
_SCHEME = vocab.THING + "status"
_SEE_OTHER = 303
#: The page, and the forms of the description of the dataset.
OFFERED = (formats.HTML, *formats.GRAPHS)
_DOWNLOADS = ("csv", "xlsx", "json")
#: Rows of a table; of more there is a page that begins with these.
_ROWS = 500


@dataclass(frozen=True)
class Beginning:
    """The first rows of a saved query, and how many there are."""

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class Word:
    """What a status is called and what it means."""

    label: str
    definition: str


@dataclass(frozen=True)
class Segment:
    """A part of a stacked bar, in per cent of its width."""

    state: str
    count: int
    start: float
    width: float


@dataclass(frozen=True)
class Summary:
    """A row of a summary: an axis, an objective or a result with its indicators by state."""

    iri: str
    code: str
    label: str
    indicators: int
    segments: list[Segment]

    @property
    def number(self) -> str:
        """The number that the document gives it: 4 of `result-4`, none for an axis."""
        last = self.code.rpartition("-")[2]
        return last if last.isdecimal() else ""


@blueprint.get("/")
def home() -> Response:
    """Answer with the dashboard, of the round asked for or the latest; who asks for RDF is led to the catalogue."""
    chosen = answer.negotiated(OFFERED)
    if chosen is not formats.HTML:
        return Response(status=_SEE_OTHER, headers={"Location": address(f"dataset.{chosen.name}")})
    elapsed = elapsed_by_round()
    round_ = request.args.get("round") or next(iter(elapsed), "")
    listed = {name: beginning(name) for name in QUERIES}
    summaries = {name: [summary(row) for row in listed[name].rows] for name in _SUMMARIES}
    response = answer.page(
        "dashboard.html",
        title=title(),
        rounds=list(elapsed),
        round=round_,
        elapsed=elapsed.get(round_),
        summaries=summaries,
        totals=totals(summaries["axis-progress"]),
        groups=grouped(listed[_LISTED].rows, [*summaries["objective-progress"], *summaries["result-progress"]]),
        listed=listed,
        states=STATES,
        words=words(),
        downloads=downloads,
        citation=citation(),
        linked=schema_org.dataset(catalogue(), language()),
    )
    response.headers.add("Link", ", ".join([*links.described("dataset", formats.GRAPHS), *links.licences()]))
    return response


def elapsed_by_round() -> dict[str, Decimal]:
    """Return how much of the plan's time had passed at each approved round that progress is known of, latest first."""
    store = site().store
    rounds = [(key, one) for one, key in ask(store, "rounds").rows if key and isinstance(one, NamedNode)]
    shares = [(key.value, run.fact(store, fill("elapsed", {"round": [one]}))) for key, one in rounds]
    return {key: Decimal(share.value) for key, share in shares if share is not None}


def beginning(name: str) -> Beginning:
    """Return the first rows of a saved query; there are none where the framework does not have it."""
    asked = site().library.saved.get(name)
    if asked is None or site().project.is_plain:
        return Beginning([], 0)
    values = {key: value for key, value in request.args.items() if value and key != "lang" and asked.param(key)}
    table, total = runs.beginning(asked, _ROWS, values)
    return Beginning(table.records(), total)


def summary(row: dict[str, Any]) -> Summary:
    """Make a stacked bar of a row of `axis-progress` and its like."""
    total = int(row["indicators"] or 0)
    segments, start = [], 0.0
    for state, column, _ in STATES:
        count = int(row[column] or 0)
        width = 100 * count / total if total else 0.0
        if count:
            segments.append(Segment(state, count, round(start, 3), round(width, 3)))
        start += width
    return Summary(str(row["node"]), str(row["code"]), str(row["label"]), total, segments)


def totals(axes: list[Summary]) -> dict[str, int]:
    """Return how many indicators are in each state; every indicator is of one axis."""
    counted = dict.fromkeys((state for state, _, _ in STATES), 0)
    for segment in (segment for one in axes for segment in one.segments):
        counted[segment.state] += segment.count
    return counted


def grouped(rows: list[dict[str, Any]], parents: list[Summary]) -> list[tuple[Summary | None, list[dict[str, Any]]]]:
    """Put the indicators below their objective or result, in the order of the document."""
    known = {one.code: one for one in parents}
    groups: list[tuple[Summary | None, list[dict[str, Any]]]] = []
    for row in rows:
        parent = known.get(str(row["parent"]))
        if not groups or groups[-1][0] is not parent:
            groups.append((parent, []))
        groups[-1][1].append({**row, "share": share(row)})
    return groups


def share(row: dict[str, Any]) -> Decimal | None:
    """Return what the bar of an indicator shows: progress, attainment where there is no baseline."""
    measured = row["progress"] if row["progress"] is not None else row["attainment"]
    return None if measured is None else Decimal(measured)


def words() -> dict[str, Word]:
    """Return how the code list of statuses calls and defines each; the key where it does not know it."""
    said: dict[str, list[tuple[Literal, str]]] = {}
    for key, label, definition in ask(site().store, "concepts", scheme=[NamedNode(_SCHEME)]).rows:
        if key is not None and isinstance(label, Literal):
            said.setdefault(key.value, []).append((label, definition.value if definition else ""))
    return {state: _word(state, said.get(state, [])) for state, _, _ in STATES}


def _word(state: str, said: list[tuple[Literal, str]]) -> Word:
    if not said:
        return Word(state, "")
    label = best([label for label, _ in said], language())
    return Word(label, next(definition for known, definition in said if known.value == label))


def title() -> tuple[str, str]:
    """Return what the alliance and its plan are called."""
    rows = ask(site().store, "framework").rows
    names = Names(site().store, (term for row in rows for term in row), language())
    alliance, plan = rows[0] if rows else (None, None)
    return (names[alliance.value].label if alliance else "g7graph", names[plan.value].label if plan else "")


def downloads(name: str) -> list[tuple[str, str]]:
    """Return the addresses of a saved query's tables, with the parameters of this page."""
    asked = site().library.saved.get(name)
    given = {key: value for key, value in request.args.items() if asked and asked.param(key) and key != "lang"}
    return [(form, address(f"api/queries/{name}.{form}", **given)) for form in _DOWNLOADS] if asked else []
