"""The SPARQL 1.1 Protocol as it comes in: a query or an update and its graphs, by GET, by form and by direct POST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from g7graph.errors import QueryError, UnknownName
from g7graph.store import Question, Store, dataset, guard
from g7graph.store.spent import SPENT
from g7graph.web.context import site
from g7graph.web.refusals import Refused
from g7graph.web.watch import QUERY

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_FORMS = {"SELECT": "table", "ASK": "table", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
#: What names the graphs of a query, and those of an update (SPARQL 1.1 Protocol §2.1.4, §2.2.3).
_ASKED = ("default-graph-uri", "named-graph-uri")
_USING = ("using-graph-uri", "using-named-graph-uri")
_UTF8 = ("utf-8", "utf8", "us-ascii")
#: The most fields that a form may have.
MOST_FIELDS = 1000


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
        """How long the client would wait at most (`timeout=`)."""
        return seconds_of(self.options)


@dataclass(frozen=True)
class Updated:
    """An update as the protocol carries it (SPARQL 1.1 Protocol §2.2): its text and the dataset of its WHERE."""

    text: str
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None


def read() -> Asked | Updated | None:
    """Read the query or update of the request, None where it has none. Raises Refused for what is neither."""
    refuse_coded()
    if request.method != "POST":
        if "update" in request.args:
            raise Refused("update_by_get")
        _refuse_undecodable(request.query_string)
        return _one(request.args)
    if request.mimetype == _FORM:
        _refuse_undecodable(request.get_data())
        _refuse_undecodable(request.query_string)
        # What stands in the address is heard as well: nobody's limit or dataset is passed over.
        asked = _one(CombinedMultiDict([form(), request.args]))
        if asked is None:
            raise Refused("no_query")
        return asked
    if request.mimetype not in (_QUERY, _UPDATE):
        raise Refused("no_media_type", expected=f"{_FORM}, {_QUERY}, {_UPDATE}")
    if "query" in request.args or "update" in request.args:
        raise Refused("many_queries")
    text = _decoded(request.get_data())
    return _asked(text, request.args) if request.mimetype == _QUERY else _updated(text, request.args)


def seconds_of(options: MultiDict[str, str]) -> float | None:
    """Return how long a client would wait at most (`timeout=`). Raises Refused for what is no number of seconds."""
    given = options.get("timeout")
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < inf:
        raise Refused("bad_timeout", value=given)
    return seconds


def is_update() -> bool:
    """Whether the request is meant to change data, whatever else is wrong with it."""
    if request.mimetype == _UPDATE or "update" in request.args:
        return True
    return request.mimetype == _FORM and request.method == "POST" and "update" in form()


def refuse_coded() -> None:
    """Raise Refused for a body that is compressed, or in another character set than UTF-8."""
    refuse_coding(request.headers.get("Content-Encoding", ""), request.mimetype_params.get("charset", ""))


def refuse_coding(coding: str, charset: str) -> None:
    """Raise Refused for another coding than none, or another character set than UTF-8; empty where none is told."""
    if coding.strip().lower() not in ("", "identity"):
        raise Refused("coded", coding=coding)
    if charset.strip().lower() not in ("", *_UTF8):
        raise Refused("charset", charset=charset)


def refuse_foreign(asked: Asked, store: Store) -> None:
    """Raise UnknownName for a graph that is not here: in a framework none passes for an empty one.

    In other people's RDF a graph without statements is an empty one. Nothing is ever fetched.
    """
    if not store.union:
        return
    question = asked.question
    wanted = [*(question.default_graphs or ()), *(question.named_graphs or ())]
    if dataset.names_dataset(asked.text):
        wanted += dataset.graphs_named(asked.text, guard.BASE)
    known = store.graphs() if wanted else []
    for iri in wanted:
        if iri not in known:
            raise UnknownName("graph", iri, known)


def form_of(text: str) -> str:
    """Return what a query gives, `table` or `graph`; a table where it cannot be told.

    >>> form_of("PREFIX select: <http://x/> DESCRIBE select:a")
    'graph'
    """
    found, _ = guard.first_word(text, _FORMS.__contains__)
    return _FORMS.get(found, "table")


def form() -> MultiDict[str, str]:
    """Return the fields of a form. Raises RequestEntityTooLarge where they are many: each takes time to read."""
    if request.get_data().count(b"&") >= MOST_FIELDS:
        raise RequestEntityTooLarge
    return request.form


def _refuse_undecodable(fields: bytes) -> None:
    """Raise Refused for fields whose escapes are not UTF-8: they would be read as what nobody wrote."""
    if b"%" in fields:
        _decoded(unquote_to_bytes(fields))


def _one(given: MultiDict[str, str]) -> Asked | Updated | None:
    queries, updates = given.getlist("query"), given.getlist("update")
    if len(queries) + len(updates) > 1:
        raise Refused("many_queries")
    if updates:
        return _updated(updates[0], given)
    return _asked(queries[0], given) if queries else None


def _asked(text: str, given: MultiDict[str, str]) -> Asked:
    request.environ[QUERY] = text
    SPENT.limit(seconds_of(given))
    limit = site().limits.query_characters
    if len(text) > limit:  # before it is looked at, which takes time, too
        raise Refused("long_query", limit=limit)
    if not text.strip():
        raise QueryError("syntax", detail=" · ".join(_FORMS), line=1, column=1)
    guard.refuse_deep(text)
    if guard.kind_of(text) == "update":
        raise Refused("update_as_query")
    _refuse_others(given, _USING, _ASKED)
    default, named = (_all(given.getlist(name)) for name in _ASKED)
    if not default and not named:
        default, named = _repeated(text)
    if not default and not named:
        return Asked(Question(text), given)
    return Asked(Question(text, default or (), named or ()), given)


def _repeated(text: str) -> tuple[tuple[str, ...] | None, ...]:
    """Return the dataset that a query names by FROM, each graph once, if it names one twice; none otherwise."""
    found = dataset.named(text, guard.BASE) if dataset.names_dataset(text) else []
    if len({*found}) == len(found):
        return None, None
    return tuple(_all([iri for way, iri in found if way == wanted]) for wanted in ("FROM", "FROM NAMED"))


def _updated(text: str, given: MultiDict[str, str]) -> Updated:
    request.environ[QUERY] = text
    if guard.kind_of(text) == "query":
        raise Refused("query_as_update")
    _refuse_others(given, _ASKED, _USING)
    using, using_named = (_all(given.getlist(name)) for name in _USING)
    return Updated(text, using, using_named)


def _refuse_others(given: MultiDict[str, str], others: Sequence[str], expected: Sequence[str]) -> None:
    """Raise Refused for graphs named as only the other operation names them: all others would be read, or changed."""
    for name in others:
        if name in given:
            raise Refused("other_dataset", given=name, expected=", ".join(expected))


def _all(given: Sequence[str]) -> tuple[str, ...] | None:
    """Return the graphs that are given, each once: a dataset that has one twice is the same, not to every engine."""
    return tuple(dict.fromkeys(given)) or None


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not_utf8", position=error.start) from error
