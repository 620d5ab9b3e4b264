"""The tools: each asks what the site asks, by the same workers and within the same limits, and says if it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Literal, ParamSpec, TypeVar

from flask import Flask
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from g7graph import i18n, run
from g7graph.errors import G7Error, StoreError
from g7graph.mcp import said, shown
from g7graph.mcp.resolved import resolved, told
from g7graph.pointing import PAGE
from g7graph.portion import PASSAGES, VALUES
from g7graph.store import Question, guard
from g7graph.web import search, sparql
from g7graph.web.context import say, site
from g7graph.web.description import About
from g7graph.web.protocol import Asked, form_of, read, refuse_foreign
from g7graph.web.refusals import Refused

Language = Annotated[Literal["es", "en", "fr"], Field(description="Language of labels and messages.")]
Limit = Annotated[int, Field(ge=1, le=1000, description="How many rows at most; what is left out is said.")]

_P = ParamSpec("_P")
_T = TypeVar("_T")


def in_words(tool: Callable[_P, _T]) -> Callable[_P, _T]:
    """Have a tool fail in words in the language asked for; where the operator's store is, is nobody's business."""

    @wraps(tool)
    def called(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return tool(*args, **kwargs)
        except G7Error as error:
            lang = str(kwargs.get("lang", i18n.DEFAULT))
            away = isinstance(error, StoreError)
            raise ToolError(i18n.text("web.store_away", lang) if away else error.text(lang)) from error

    return called


class Tools:
    """The tools over an application; its methods may be called from several threads."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @in_words
    def list_queries(self, lang: Language = "en") -> said.Queries:
        """List the saved queries with their parameters, columns and an example: what `run_query` takes."""
        with self._asking(lang):
            queries = [shown.query(one, lang) for one in site().library]
            return {**shown.whole(), "queries": queries}

    @in_words
    def run_query(
        self,
        name: Annotated[str, Field(description="A name that `list_queries` gives.")],
        parameters: Annotated[
            dict[str, str | int], Field(description="Values by name; things by code, label or IRI.")
        ] = {},  # noqa: B006 - pydantic copies it
        lang: Language = "en",
        limit: Limit = 100,
    ) -> said.Rows:
        """Answer a saved query: figures of progress, agencies, places, evidence, discrepancies …, as a table."""
        with self._asking(lang):
            values = {key: str(value) for key, value in parameters.items()}
            text = run.bind(site().store, site().library[name], values, lang=lang)
            return _answered(Asked(Question(text)), limit)

    @in_words
    def search(
        self,
        text: Annotated[str, Field(max_length=search.MOST_CHARACTERS, description="Words, in any language and order.")],
        lang: Language = "en",
        page: Annotated[int, Field(ge=1, le=search.MOST_PAGES)] = 1,
    ) -> said.Hits:
        """Find things by codes, labels, definitions and passages; case and accents do not matter, best first."""
        with self._asking(lang):
            found = search.found(text, page)
            seen = min(found.total, page * search.SHOWN)
            note = say("mcp_found", shown=seen, total=found.total, page=page + 1) if seen < found.total else ""
            note = say("search_more", total=found.total) if not found.whole else note
            ignored = say("search_ignored", words=" ".join(found.ignored)) if found.ignored else ""
            notes = " ".join(filter(None, (note, ignored)))
            return {**shown.whole(notes), "total": found.total, "hits": [shown.hit(one) for one in found.hits]}

    @in_words
    def describe(
        self,
        thing: Annotated[str, Field(description="An IRI, a prefixed name (status:on-track), a code or a label.")],
        lang: Language = "en",
        page: Annotated[int, Field(ge=1, description="Of what points to the thing, and of long lists it has.")] = 1,
    ) -> said.Thing:
        """Say all that is known of a thing: properties, figures, the passages behind them, what points to it."""
        with self._asking(lang):
            one, about = told(resolved(thing), page)
            return {
                **shown.whole(_left(about)),
                "iri": one.iri,
                "code": one.name.code,
                "label": one.name.label,
                "kinds": [kind.text for kind in one.types],
                "properties": [shown.property_(each) for each in one.properties],
                "standings": [shown.standing(each) for each in one.standings],
                "passages": [shown.passage(each) for each in one.passages],
                "pointing_here": [shown.property_(each) for each in one.incoming],
            }

    @in_words
    def sparql(
        self,
        query: Annotated[str, Field(description="SPARQL 1.1: SELECT, ASK, CONSTRUCT or DESCRIBE.")],
        lang: Language = "en",
        limit: Limit = 100,
    ) -> said.Rows:
        """Answer a read-only SPARQL 1.1 query within the service's limits; updates are refused."""
        if guard.kind_of(query) == "update":
            raise Refused("read_only")
        sent = {"method": "POST", "data": query.encode(), "content_type": "application/sparql-query"}
        with self._asking(lang, **sent):
            asked = read()
            if not isinstance(asked, Asked):
                raise Refused("no_query")
            refuse_foreign(asked, site().store)
            return _answered(asked, limit)

    @contextmanager
    def _asking(self, lang: str, **sent: object) -> Iterator[None]:
        """Make what is done a request of the application, in a language."""
        with self._app.test_request_context("/sparql", query_string={"lang": lang}, **sent):
            yield


def _left(about: About) -> str:
    """Say what of a description is on other pages; nothing where this is the last."""
    number, notes = about.number, []
    if about.total > number * PAGE:
        notes.append(say("mcp_pointing", shown=number * PAGE, total=about.total, page=number + 1))
    if about.values > number * VALUES or about.passages > number * PASSAGES:
        notes.append(say("mcp_saying", page=number + 1))
    return " ".join(notes)


def _answered(asked: Asked, limit: int) -> said.Rows:
    """Have a query evaluated within the limits, and return the first rows of its answer."""
    is_graph = form_of(asked.text) == "graph"
    with sparql.answered(asked, "nt" if is_graph else "json") as out:
        return shown.graph(out, limit) if is_graph else shown.table(out, limit)
