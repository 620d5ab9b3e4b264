"""A reviewed file: what a person decided of each proposal, and what cannot be taken, by line and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from g7graph import vocab
from g7graph.linking.candidates import address
from g7graph.linking.reasons import BY_HAND, JUSTIFICATIONS
from g7graph.linking.rows import Row, rows
from g7graph.linking.things import Known
from g7graph.sources.problem import Problem

NEEDED = (
    *("subject_id", "predicate_id", "object_id", "mapping_justification", "confidence", "object_source"),
    *("decision", "reviewer_label", "review_date"),
)
PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_ACCEPTED = frozenset("accepted accept aceptado aceptada acepta acepto accepte acceptee si yes oui".split())
_REJECTED = frozenset("rejected reject rechazado rechazada rechaza rechazo rejete rejetee no non".split())
_SAME = "same-company"


@dataclass(frozen=True)
class Decision:
    """What was decided of a pair; `row` has the rest as the file says it."""

    subject: str
    predicate: str
    object: str
    accepted: bool
    confidence: Decimal
    source: str
    reviewer: str
    reviewed: date
    relation: str = ""
    row: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pending:
    """A row that nobody has decided on yet."""


def read(path: Path, known: Known, today: date) -> Iterator[Decision | Pending | Problem]:
    """Read a reviewed file. Raises DataError for one without the columns needed or that is no text."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows(path, NEEDED):
        if isinstance(row, Problem):
            yield row
            continue
        decision = vocab.fold(row.cells["decision"])
        if not decision:
            yield Pending()
        elif decision not in _ACCEPTED | _REJECTED:
            yield row.problem("link_decision", "decision")
        else:
            read_row = _decision(row, known, today, accepted=decision in _ACCEPTED)
            pair = (read_row.subject, read_row.object) if isinstance(read_row, Decision) else ("", "")
            before = seen.setdefault(pair, row.line) if pair[0] else row.line
            yield read_row if before == row.line else row.problem("link_twice", "object_id", line=before)


def _decision(row: Row, known: Known, today: date, *, accepted: bool) -> Decision | Problem:
    """Return what a row decides, or the first thing that is wrong with it."""
    for check in _CHECKS:
        if problem := check(row, known):
            return problem
    reviewed = _day(row.cells["review_date"])
    if reviewed is None or reviewed > today:
        return row.problem("link_date", "review_date", today=today)
    cells = {name: row.cells.get(name, "") for name in _OPTIONAL} | row.cells
    return Decision(
        subject=address(cells["subject_id"]),
        predicate=cells["predicate_id"],
        object=address(cells["object_id"]),
        accepted=accepted,
        confidence=Decimal(cells["confidence"]),
        source=address(cells["object_source"]),
        reviewer=cells["reviewer_label"],
        reviewed=reviewed,
        relation=cells["company_relation"],
        row=cells,
    )


_OPTIONAL = (
    *("subject_label", "object_label", "subject_match_field", "match_string", "similarity_score"),
    *("company_relation", "comment"),
)


def _subject(row: Row, known: Known) -> Problem | None:
    return None if address(row.cells["subject_id"]) in known.things else row.problem("link_unknown", "subject_id")


def _predicate(row: Row, _: Known) -> Problem | None:
    is_one = row.cells["predicate_id"] in PREDICATES
    return None if is_one else row.problem("link_choice", "predicate_id", known=", ".join(PREDICATES))


def _object(row: Row, known: Known) -> Problem | None:
    iri = address(row.cells["object_id"])
    if not iri:
        return row.problem("link_address", "object_id")
    is_reporting = iri.startswith(vocab.EXTERNAL["eiti-organisation"])
    return row.problem("link_unknown", "object_id") if is_reporting and iri not in known.organisations else None


def _found(row: Row, _: Known) -> Problem | None:
    said = row.cells["mapping_justification"]
    if said not in JUSTIFICATIONS:
        return row.problem("link_choice", "mapping_justification", known=", ".join(JUSTIFICATIONS))
    if said == BY_HAND and not row.cells.get("comment"):
        return row.problem("link_why", "comment")
    return None


def _confidence(row: Row, _: Known) -> Problem | None:
    try:
        is_one = 0 <= Decimal(row.cells["confidence"]) <= 1
    except InvalidOperation:
        is_one = False
    return None if is_one else row.problem("link_confidence", "confidence")


def _source(row: Row, known: Known) -> Problem | None:
    said = address(row.cells["object_source"])
    return None if said in known.sources else row.problem("link_unknown", "object_source")


def _reviewer(row: Row, _: Known) -> Problem | None:
    return None if row.cells["reviewer_label"] else row.problem("link_empty", "reviewer_label")


def _relation(row: Row, known: Known) -> Problem | None:
    """Check what a company is to another: said of links to EITI's, where only the same company is an exact match."""
    said = row.cells.get("company_relation", "")
    codes = {code.rpartition("/")[2] for code in known.relations}
    wanted = codes if address(row.cells["object_id"]) in known.organisations else {""}
    if said not in wanted:
        return row.problem("link_relation", "company_relation", known=", ".join(sorted(codes)))
    if said and said != _SAME and row.cells["predicate_id"] == PREDICATES[0]:
        return row.problem("link_exact", "predicate_id", relation=said)
    return None


_CHECKS: tuple[Callable[[Row, Known], Problem | None], ...] = (
    *(_subject, _predicate, _object, _found, _confidence, _source, _reviewer, _relation),
)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
