"""The SPARQL 1.1 Protocol as it comes in: the query and its graphs, by GET, by form and by direct POST."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf

from flask import request
from werkzeug.datastructures import MultiDict

from g7graph.errors import UnknownName
from g7graph.store import Question, Store, guard
from g7graph.web.refusals import Refused

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FROM = re.compile(r"FROM\s+(?:NAMED\s+)?<([^<>\s]*)>", re.IGNORECASE)
_FORMS = {"SELECT": "table", "ASK": "table", "CONSTRUCT": "graph", "DESCRIBE": "graph"}


@dataclass(frozen=True)
class Asked:
    """A query as the protocol carries it (SPARQL 1.1 Protocol §2.1), and what else came with it."""

    question: Question
    options: MultiDict[str, str] = field(default_factory=MultiDict)

    @property
    def text(self) -> str:
        """The text of the query."""
        return self.question.text

    @property
    def seconds(self) -> float | None:
        """How long the client would wait at most (`timeout=`). Raises Refused for what is no number of seconds."""
        given = self.options.get("timeout")
        if given is None:
            return None
        try:
            seconds = float(given)
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < inf:
            raise Refused("bad_timeout", value=given)
        return seconds


def read() -> Asked | None:
    """Read the query of the request, None where it has none. Raises Refused for what is no query."""
    if request.mimetype == _UPDATE or "update" in request.values:
        raise Refused("read_only")
    if request.method != "POST":
        return _one(request.args)
    if request.mimetype == _QUERY:
        return _asked(_decoded(request.get_data()), request.args)
    if request.mimetype != _FORM:
        raise Refused("no_media_type", expected=f"{_FORM}, {_QUERY}")
    asked = _one(request.form)
    if asked is None:
        raise Refused("no_query")
    return asked


def refuse_foreign(asked: Asked, store: Store) -> None:
    """Raise UnknownName for a graph that is not here: nothing is ever fetched, and none passes for an empty one."""
    question = asked.question
    wanted = [*(question.default_graphs or ()), *(question.named_graphs or ())]
    for word, offset in guard.words(asked.text):
        found = _FROM.match(asked.text, offset) if word == "FROM" else None
        if found and ":" in found[1]:
            wanted.append(found[1])
    known = store.graphs() if wanted else []
    for iri in wanted:
        if iri not in known:
            raise UnknownName("graph", iri, known)


def form_of(text: str) -> str:
    """Return what a query gives, `table` or `graph`; a table where it cannot be told.

    >>> form_of("PREFIX select: <http://x/> DESCRIBE select:a")
    'graph'
    """
    return next((_FORMS[word] for word, _ in guard.words(text) if word in _FORMS), "table")


def _one(given: MultiDict[str, str]) -> Asked | None:
    texts = given.getlist("query")
    if len(texts) > 1:
        raise Refused("many_queries")
    return _asked(texts[0], given) if texts and texts[0].strip() else None


def _asked(text: str, given: MultiDict[str, str]) -> Asked:
    default, named = given.getlist("default-graph-uri"), given.getlist("named-graph-uri")
    if not default and not named:
        return Asked(Question(text), given)
    return Asked(Question(text, tuple(default), tuple(named)), given)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not_utf8", position=error.start) from error
