"""How an answer differs from the one expected, by the suite's rules."""

from __future__ import annotations

from collections import Counter

from tests.w3c.matching import BLANK, Row, Term, same
from tests.w3c.results import UNBOUND, Answer, Table, Triples


def difference(expected: Answer, got: Answer, *, lax: bool = False) -> str | None:
    """Say how an answer differs from the one expected, None where it does not. Raises Undecided.

    `lax`: as for REDUCED, a row may come less often than expected, but must come.
    """
    if isinstance(expected, Table) and isinstance(got, Table):
        return _tables(expected, got, lax=lax)
    if isinstance(expected, Triples) and isinstance(got, Triples):
        return _rows(list(expected.rows), list(got.rows), "triples")
    return None if expected is got or expected == got else f"expected {_form(expected)}, got {_form(got)}"


def _tables(expected: Table, got: Table, *, lax: bool) -> str | None:
    if expected.variables is not None and got.variables is not None and expected.variables != got.variables:
        return f"expected the variables {sorted(expected.variables)}, got {sorted(got.variables)}"
    names = sorted({name for row in (*expected.rows, *got.rows) for name in row})
    left, right = (_aligned(table, names, numbered=expected.ordered) for table in (expected, got))
    if lax:
        return _lax(left, right)
    return _rows(left, right, "rows in this order" if expected.ordered else "rows")


def _aligned(table: Table, names: list[str], *, numbered: bool) -> list[Row]:
    rows = [tuple(row.get(name, UNBOUND) for name in names) for row in table.rows]
    return [(("row", str(place)), *row) for place, row in enumerate(rows)] if numbered else rows


def _lax(expected: list[Row], got: list[Row]) -> str | None:
    most, found = Counter(expected), Counter(got)
    if set(most) == set(found) and all(found[row] <= most[row] for row in most):
        return None
    return f"expected each of {len(most)} rows at least once, got {_shown(got)}"


def _rows(expected: list[Row], got: list[Row], what: str) -> str | None:
    if same(expected, got):
        return None
    left, right = (Counter(tuple(map(_nameless, row)) for row in rows) for rows in (expected, got))
    missing, extra = list((left - right).elements()), list((right - left).elements())
    if not missing and not extra:
        return f"expected the blank nodes of {len(expected)} {what} in other places"
    return f"expected {len(expected)} {what}, got {len(got)}; missing {_shown(missing)}; not expected {_shown(extra)}"


def _nameless(one: Term) -> Term:
    """Return a term to be shown: which name a blank node has says nothing."""
    return (BLANK, "[]") if one[0] == BLANK else one


def _shown(rows: list[Row]) -> str:
    shown = "; ".join(" ".join(" ".join(part for part in one[1:] if part) or "–" for one in row) for row in rows[:2])
    return f"[{shown}{' …' if len(rows) > 2 else ''}]"


def _form(answer: Answer) -> str:
    if isinstance(answer, bool):
        return str(answer).lower()
    return f"{'a table' if isinstance(answer, Table) else 'a graph'} of {len(answer.rows)} rows"
