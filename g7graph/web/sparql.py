"""The SPARQL endpoint: answers and updates, in the standard formats, an editor for browsers, its own description."""

from __future__ import annotations

import re
from itertools import islice
from typing import IO

import pyoxigraph as ox
from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from g7graph import i18n
from g7graph.errors import QueryError
from g7graph.store import guard
from g7graph.store.change import Change, Kind
from g7graph.store.pooled import PooledStore
from g7graph.table import Column, Table
from g7graph.web import answer, asks, formats, graphs
from g7graph.web.conditions import condition
from g7graph.web.context import language, site
from g7graph.web.protocol import Asked, Updated, form_of, is_update, read, refuse_foreign
from g7graph.web.refusals import Refused
from g7graph.web.tokens import writing
from g7graph.web.visitor import visiting

blueprint = Blueprint("sparql", __name__)

SHOWN = 500
_NO_CONTENT = 204

#: Functions whose answer is another one each time: it is not kept.
_CHANGING = re.compile("NOW|RAND|(?:STR)?UUID|BNODE|SERVICE", re.IGNORECASE)
#: The same where it may be an IRI: `?a<RAND()&&?b>1`.
_CHANGING_IN_ANGLES = re.compile(rf"<[^<>\s]*(?:{_CHANGING.pattern})\(", re.IGNORECASE)
_CONSTRUCT = re.compile("CONSTRUCT", re.IGNORECASE)
_BLANK = re.compile(r"\[|_:")


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def endpoint() -> Response:
    """Answer a query or make an update; without one, the editor to browsers and the service description to others."""
    if is_update():
        return updated()
    asked = read()
    return queried(asked) if isinstance(asked, Asked) else without_query()


def updated() -> Response:
    """Make an update."""
    apply, who = writing()
    sent = read()
    if not isinstance(sent, Updated):
        raise Refused("many_queries")
    apply(Change(Kind.UPDATE, who, sent.text, sent.using, sent.using_named, condition=condition()))
    return Response(status=_NO_CONTENT)


def queried(asked: Asked) -> Response:
    """Answer a query."""
    refuse_foreign(asked, site().store)
    offered = formats.GRAPHS if form_of(asked.text) == "graph" else formats.RESULTS
    chosen = answer.negotiated((*offered, formats.HTML), asked=asked.options.get("format"))
    if chosen is formats.HTML:
        return shown(asked)
    response = answer.file(answered(asked, chosen.name), chosen)
    if _changes(asked.text):
        response.headers["Cache-Control"] = "no-store"
    return response


def _changes(text: str) -> bool:
    """Whether a query may have another answer each time: by such a function, or by blank nodes that it makes."""
    if guard.has_word(text, _CHANGING) or _CHANGING_IN_ANGLES.search(text):
        return True
    return bool(_BLANK.search(text)) and guard.has_word(text, _CONSTRUCT)


def answered(asked: Asked, form: str) -> IO[bytes]:
    """Have the store answer for whoever sent this request, within the limits."""
    return site().store.answer(asked.question, form, visiting(request.environ, asked.seconds))


def shown(asked: Asked) -> Response:
    """Answer with a page: the editor and, below it, the first rows; what is left out is said."""
    graph = form_of(asked.text) == "graph"
    with answered(asked, "nt" if graph else "json") as out:
        rows, more = _triples(out) if graph else _rows(out)
    offered = formats.GRAPHS if graph else formats.RESULTS
    return answer.page("sparql.html", query=asked.text, table=rows, more=more, shown=SHOWN, offered=offered)


def example() -> str:
    """Return the query that the editor begins with; it asks for labels in the language of the page."""
    return asks.text("example").replace('"es"', f'"{language()}"')


def without_query() -> Response:
    """Answer a request without a query: the editor, or the service description (SPARQL 1.1 SD)."""
    chosen = answer.negotiated((*formats.GRAPHS, formats.HTML))
    if chosen is formats.HTML:
        return answer.page("sparql.html", query=example(), table=None, offered=formats.RESULTS)
    return answer.graph(description(), chosen)


def description() -> list[ox.Triple]:
    """Describe the service: languages, features, formats, limits, its graphs, what classes are said of."""
    store, writable = site().store, site().writer is not None
    service = [NamedNode(f"{request.root_url.rstrip('/')}/sparql")]
    text = asks.fill(
        "service",
        {
            "service": service,
            "graph": [NamedNode(iri) for iri in store.graphs()],
            "union": [Literal(store.union)],
            "federated": [Literal(isinstance(store, PooledStore) and bool(store.federation.prefixes))],
            "writable": [Literal(writable)],
            "limits": [Literal(_limits(lang, writable), language=lang) for lang in i18n.LANGUAGES],
        },
    )
    return [
        *store.triples(text),
        *graphs.told(store.graphs()),
        *store.triples(asks.fill("partitions", {"service": service})),
    ]


def _limits(lang: str, writable: bool) -> str:
    said = i18n.text("web.updates_too" if writable else "web.queries_only", lang)
    return f"{said} {i18n.text('web.limits', lang, **vars(site().limits))}"


def _rows(out: IO[bytes]) -> tuple[Table, bool]:
    found = ox.parse_query_results(out, format=ox.QueryResultsFormat.JSON)
    if isinstance(found, ox.QueryBoolean):
        return Table((Column("answer", "boolean"),), ((Literal(bool(found)),),)), False
    if not isinstance(found, ox.QuerySolutions):
        raise QueryError("no_table")
    columns = tuple(Column(variable.value) for variable in found.variables)
    rows = [tuple(row[n] for n in range(len(columns))) for row in islice(found, SHOWN + 1)]
    return Table(columns, tuple(rows[:SHOWN])), len(rows) > SHOWN


def _triples(out: IO[bytes]) -> tuple[Table, bool]:
    rows = [tuple(quad.triple) for quad in islice(ox.parse(out, format=ox.RdfFormat.N_TRIPLES), SHOWN + 1)]
    columns = tuple(Column(name) for name in ("subject", "predicate", "object"))
    return Table(columns, tuple(rows[:SHOWN])), len(rows) > SHOWN
