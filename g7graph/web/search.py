"""Search: the things that words stand for, by codes, labels, definitions and passages in any language, best first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyoxigraph as ox
from flask import Blueprint, Response, request
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Asker, Question
from g7graph.store.answers import as_table
from g7graph.table import Table, python
from g7graph.web import answer, asks, formats
from g7graph.web.cells import Cell, cell
from g7graph.web.context import address, language, site
from g7graph.web.names import Names
from g7graph.web.refusals import NotAcceptable, Refused
from g7graph.web.snippets import Piece, snippet
from g7graph.web.visitor import Visitor

blueprint = Blueprint("search", __name__)

OFFERED = (formats.JSON, formats.HTML)
MOST_CHARACTERS = 200
MOST_WORDS = 8
#: Things that are counted and can be paged through; `search.rq` asks for one more.
MOST_FOUND = 1000
SHOWN = 20
MOST_PAGES = MOST_FOUND // SHOWN


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its name, what it is, and the text in which the words stand."""

    thing: Cell
    kinds: tuple[str, ...]
    snippet: tuple[Piece, ...]
    lang: str
    is_exact: bool


@dataclass(frozen=True)
class Found:
    """What was found, a page of it; `whole` where there is no more than what is counted.

    `ignored` are the words after the first ones, which were not looked for.
    """

    query: str
    page: int
    total: int = 0
    whole: bool = True
    ignored: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // SHOWN))


@blueprint.get("/search")
@blueprint.get("/search.<extension>")
def search(extension: str | None = None) -> Response:
    """Answer with a page of what was found, its neighbours as `Link` headers (RFC 8288)."""
    form = next((one for one in OFFERED if one.name == extension), None)
    if extension and form is None:
        raise NotAcceptable(OFFERED)
    chosen = answer.negotiated(OFFERED, extension=form)
    result = found(request.args.get("q", ""), _page(request.args.get("page", "")))
    path = f"search.{extension}" if extension else "search"
    around = {relation: address(path, q=result.query, page=str(page)) for relation, page in _around(result).items()}
    if chosen is formats.HTML:
        response = answer.page("search.html", found=result, around=around, shown=SHOWN, longest=MOST_CHARACTERS)
    else:
        body = json.dumps(_said(result, around), ensure_ascii=False, indent=1) + "\n"
        response = Response(body, content_type=chosen.media_type, headers={"Content-Language": language()})
    response.headers["Link"] = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in around.items())
    return response


def found(query: str, page: int = 1) -> Found:
    """Search for whoever sent this request, within the limits on a query. Raises Refused for a text that is too long.

    A page after the last is empty.
    """
    if len(query) > MOST_CHARACTERS:
        raise Refused("long_search", limit=MOST_CHARACTERS)
    words = list(dict.fromkeys(filter(None, map(vocab.fold, query.split()))))
    words, ignored = words[:MOST_WORDS], tuple(words[MOST_WORDS:])
    things = _things(words, vocab.fold(query)) if words else []
    first = (page - 1) * SHOWN
    hits = _hits(things[first : min(first + SHOWN, MOST_FOUND)], words)
    return Found(query, page, min(len(things), MOST_FOUND), len(things) <= MOST_FOUND, ignored, hits)


def _page(given: str) -> int:
    """Return the number of a page, the first where none is given. Raises Refused for what is none."""
    page = int(given) if given.isascii() and given.isdecimal() else 0
    if given and not 1 <= page <= MOST_PAGES:
        raise Refused("bad_page", value=given, limit=MOST_PAGES)
    return page or 1


def _around(result: Found) -> dict[str, int]:
    """Return the pages that one leads to, by relation."""
    pages = {"first": 1, "prev": result.page - 1, "next": result.page + 1, "last": result.pages}
    return {relation: page for relation, page in pages.items() if 1 <= page <= result.pages}


def _said(result: Found, around: dict[str, str]) -> dict[str, object]:
    return {
        "query": result.query,
        "total": result.total,
        "whole": result.whole,
        "ignored": list(result.ignored),
        "page": result.page,
        "pages": result.pages,
        "hits": [said(hit) for hit in result.hits],
        "links": around,
    }


def said(hit: Hit) -> dict[str, object]:
    """Return a hit as JSON has it."""
    snippet_ = "".join(piece.text for piece in hit.snippet)
    return {
        "iri": hit.thing.iri,
        "url": hit.thing.href,
        "label": hit.thing.text,
        "code": hit.thing.code,
        "kinds": list(hit.kinds),
        "exact": hit.is_exact,
        "snippet": snippet_,
        "snippetLanguage": hit.lang,
    }


def _things(words: Sequence[str], whole: str) -> list[tuple[NamedNode, bool]]:
    """Return the things that have all the words, best first, and whether one of their texts is just these words."""
    values = {"word": [*map(Literal, words)], "whole": [Literal(whole)], "words": [Literal(len(words))]}
    rows = _asked(asks.fill("search", values)).rows
    return [(thing, python(distance) == 0) for thing, distance in rows if isinstance(thing, NamedNode)]


def _asked(text: str) -> Table:
    visitor = Visitor(request.environ)
    with site().store.answer(Question(text), "json", Asker(visitor.name, gone=visitor.gone)) as out:
        return as_table(ox.parse_query_results(out.read(), format=ox.QueryResultsFormat.JSON))


def _hits(things: Sequence[tuple[NamedNode, bool]], words: Sequence[str]) -> tuple[Hit, ...]:
    """Read what is shown of some things."""
    said = asks.ask(site().store, "search-texts", thing=[thing for thing, _ in things]).rows if things else ()
    texts: dict[str, list[Literal]] = {}
    types: dict[str, list[NamedNode]] = {}
    for thing, _, value in said:
        if thing is not None and isinstance(value, Literal):
            texts.setdefault(thing.value, []).append(value)
        elif thing is not None and isinstance(value, NamedNode):
            types.setdefault(thing.value, []).append(value)
    kinds = [one for of_thing in types.values() for one in of_thing]
    names = Names(site().store, [*(thing for thing, _ in things), *kinds], language())
    hits = []
    for thing, is_exact in things:
        shown = cell(thing, names)
        kinds_ = types.get(thing.value, [])
        called = [names[one.value].label for one in [one for one in kinds_ if one.value in names] or kinds_[:1]]
        others = [one for one in texts.get(thing.value, ()) if one.value not in (shown.text, shown.code)]
        pieces, lang = snippet(others, words, language(), shown.text)
        hits.append(Hit(shown, tuple(called), pieces, lang, is_exact))
    return tuple(hits)
