"""Pages of a table: which one is asked for, and where the others are (RFC 8288). Without a page the answer is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request

from g7graph.errors import BadParameter
from g7graph.queries import SavedQuery
from g7graph.web.context import again
from g7graph.web.refusals import Elsewhere

PAGE, SIZE = "page", "page-size"
#: How many rows a page has where only its number is given, and how many at most.
USUAL = 100
MOST = 10_000
#: The highest number that a page may have.
LAST = 1_000_000
_NUMBER = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True)
class Page:
    """A page by its number, from 1, and how many rows it has; no page but the whole table where it has no size."""

    number: int = 1
    size: int | None = None

    @property
    def first(self) -> int:
        """The place of its first row in the table, from 0."""
        return (self.number - 1) * (self.size or 0)

    def last(self, rows: int) -> int:
        """Return the number of the last page of a table; an empty one has one page.

        >>> Page(1, 10).last(20), Page(1, 10).last(21), Page(1, 10).last(0), Page().last(5)
        (2, 3, 1, 1)
        """
        return max(1, -(-rows // self.size)) if self.size else 1

    def others(self, rows: int) -> dict[str, int]:
        """Return the other pages by their relation to this one.

        >>> Page(2, 10).others(25)
        {'first': 1, 'prev': 1, 'next': 3, 'last': 3}
        """
        return others(self.number, self.last(rows))


def others(number: int, last: int) -> dict[str, int]:
    """Return the pages that one leads to, by their relation to it."""
    near = {"prev": number - 1, "next": number + 1}
    inside = {relation: one for relation, one in near.items() if 1 <= one <= last}
    return {"first": 1, **inside, "last": last}


def asked(query: SavedQuery, *, usual: int | None = None) -> Page:
    """Return the page that the request asks of a query; of `usual` size where it says nothing.

    Raises BadParameter for what is no number of a page or size, with the nearest.
    """
    own = [name for name in (PAGE, SIZE) if query.param(name) is not None]
    given = {name: request.args.get(name, "") for name in (PAGE, SIZE) if name not in own}
    if not any(given.values()):
        return Page(1, usual)
    number = _number(query, PAGE, given.get(PAGE) or "1", LAST)
    return Page(number, _number(query, SIZE, given.get(SIZE) or str(usual or USUAL), MOST))


def links(page: Page, rows: int) -> dict[str, str]:
    """Return the addresses of the other pages of an answer. Raises Elsewhere where this one is beyond the last."""
    found = {relation: again(PAGE, str(number)) for relation, number in page.others(rows).items()}
    if page.number > page.last(rows):
        last = str(page.last(rows))
        raise Elsewhere("no_page", header(found), page=page.number, last=last, rows=rows, nearest=(last,))
    return found


def header(found: dict[str, str]) -> str:
    """Write links as a `Link` header."""
    return ", ".join(f'<{target}>; rel="{relation}"' for relation, target in found.items())


def _number(query: SavedQuery, name: str, given: str, most: int) -> int:
    if _NUMBER.fullmatch(given) and 1 <= int(given) <= most:
        return int(given)
    is_large = _NUMBER.fullmatch(given[:7]) is not None and given.isdecimal() and int(given[:7]) > 0
    raise BadParameter(
        "bad_value", query=query.name, parameter=name, value=given, known=(str(most) if is_large else "1",)
    )
