"""Queries as every engine takes them: ours ask the same, without what some engines get wrong; the form of each."""

from __future__ import annotations

import re

from g7graph.store import guard

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_OPEN = re.compile(r"VALUES\s+\?\w+\s*\{\s*UNDEF\s*\}", re.IGNORECASE)
_AGGREGATE = re.compile(r"(ORDER\s+BY\s+)((?:AVG|COUNT|MAX|MIN|SUM)\([^()]*\))", re.IGNORECASE)
_STAR = re.compile(r"SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?\*", re.IGNORECASE)


def portable(text: str) -> str:
    """Return a query of ours that asks the same in less.

    An open slot says nothing, and joining with it is wrong and slow in Virtuoso; but `SELECT *` has its variable as a
    column. An aggregate to order by stands in parentheses, as SPARQL 1.1 allows and Virtuoso wants it.

    >>> portable("SELECT ?a { VALUES ?a { UNDEF } ?a ?b ?c } GROUP BY ?a ORDER BY MIN(?b)")
    'SELECT ?a {                     ?a ?b ?c } GROUP BY ?a ORDER BY (MIN(?b))'
    """
    if not _STAR.search(text):
        text = _OPEN.sub(lambda found: " " * len(found[0]), text)  # places in messages stay right
    return _AGGREGATE.sub(r"\1(\2)", text)


def form_of(text: str) -> str:
    """Return the form of a query: its first word that is one, SELECT where there is none."""
    return next((word for word, _ in guard.words(text) if word in _FORMS), "SELECT")
