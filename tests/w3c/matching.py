"""Whether two bags of rows are the same up to the names of their blank nodes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

#: A term as a tuple that compares as the suite compares terms; a blank node is `("blank", its name)`.
Term = tuple[str, ...]
Row = tuple[Term, ...]
Colours = Mapping[Term, int]
BLANK = "blank"
_MOST_TRIES = 2_000


class Undecided(Exception):
    """Too many ways to pair the blank nodes: whether the rows are the same is not known."""


def same(expected: Sequence[Row], got: Sequence[Row]) -> bool:
    """Whether a renaming of blank nodes makes one bag of rows the other. Raises Undecided after too many tries."""
    if len(expected) != len(got):
        return False
    return _paired(expected, got, {}, {}, [_MOST_TRIES])


def _paired(
    expected: Sequence[Row], got: Sequence[Row], left: dict[Term, int], right: dict[Term, int], tries: list[int]
) -> bool:
    """Refine both sides' colours; where nodes still look alike, try one of them with each of its counterparts."""
    if tries[0] <= 0:
        raise Undecided
    tries[0] -= 1
    left, right = _refined(expected, left), _refined(got, right)
    if _painted(expected, left) != _painted(got, right):
        return False
    alike = defaultdict(list)
    for node, colour in left.items():
        alike[colour].append(node)
    several = [(len(nodes), colour) for colour, nodes in alike.items() if len(nodes) > 1]
    if not several:
        return True
    colour = min(several)[1]
    chosen, own = alike[colour][0], hash((colour, "chosen"))
    partners = [node for node, its in right.items() if its == colour]
    return any(_paired(expected, got, left | {chosen: own}, right | {node: own}, tries) for node in partners)


def _refined(rows: Sequence[Row], colours: Colours) -> dict[Term, int]:
    """Give each blank node a colour from the rows it stands in, until no more of them can be told apart."""
    now = {term: colours.get(term, 0) for row in rows for term in row if term[0] == BLANK}
    count = 0
    while len(set(now.values())) > count:
        count = len(set(now.values()))
        seen: dict[Term, list[int]] = {node: [] for node in now}
        for row in rows:
            painted = tuple(now.get(term, term) for term in row)
            for place, term in enumerate(row):
                if term in seen:
                    seen[term].append(hash((place, painted)))
        now = {node: hash((now[node], tuple(sorted(found)))) for node, found in seen.items()}
    return now


def _painted(rows: Sequence[Row], colours: Colours) -> Counter[tuple[object, ...]]:
    return Counter(tuple(colours.get(term, term) for term in row) for row in rows)
