"""What crawlers are told: which addresses there are, in which languages, since when, and what is not for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, current_app, request
from pyoxigraph import Literal
from werkzeug.exceptions import NotFound

from g7graph import i18n, vocab
from g7graph.table import text
from g7graph.web import arguments, routes
from g7graph.web.asks import ask
from g7graph.web.context import site
from g7graph.web.documents import IN_PATHS
from g7graph.web.formats import HTML, TEXT, XML

blueprint = Blueprint("sitemap", __name__)

#: More things than this are listed in parts; the protocol allows 50,000 addresses or 50 MB in a file.
MOST_THINGS = 20_000
_NAME = re.compile(arguments.PART_NAME)
_DIGITS = "0123456789abcdef"
_PAGES_PART = "pages"
_NOT_FOR_CRAWLERS = ("graph-store", "health", "metrics", "search", "sparql")
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_SAFE = IN_PATHS + "%"  # escapes are as they are
_XHTML = "http://www.w3.org/1999/xhtml"


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer with what robots may read (RFC 9309), and where the site map is."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {request.script_root}/{path}" for path in _NOT_FOR_CRAWLERS),
        f"Allow: {request.script_root}/",
        "",
        f"Sitemap: {request.root_url}sitemap.xml",
        "",
    ]
    return Response("\n".join(lines), content_type=TEXT.media_type)


@blueprint.get("/sitemap.xml")
def everything() -> Response:
    """Answer with all addresses; with the list of the parts where there are more things than one part holds."""
    begins = parts(int(text(ask(site().store, "things-count").rows[0][0])))
    if begins == [""]:
        return _urls([*_pages(), *_things("")])
    when = _when(changed())
    found = [f"{request.root_url}sitemap-{part}.xml" for part in (_PAGES_PART, *begins)]
    return _written("sitemapindex", [f"<sitemap><loc>{escape(one)}</loc>{when}</sitemap>\n" for one in found])


@blueprint.get("/sitemap-<part>.xml")
def some(part: str) -> Response:
    """Answer with a part: the pages, or the things whose hash begins so. Raises NotFound for a name of neither kind."""
    if part == _PAGES_PART:
        return _urls(_pages())
    if not _NAME.fullmatch(part):
        raise NotFound
    return _urls(_things(part))


def parts(things: int) -> list[str]:
    """Return how the hashes of each part begin, for a number of things.

    >>> parts(MOST_THINGS), len(parts(MOST_THINGS + 1)), len(parts(MOST_THINGS * 100))
    ([''], 16, 256)
    """
    begins = [""]
    while things > MOST_THINGS * len(begins):
        begins = [begin + digit for begin in begins for digit in _DIGITS]
    return begins


def changed() -> str:
    """Return when the data changed last, in W3C's profile of ISO 8601; empty where they do not say."""
    ((last,),) = ask(site().store, "changed").rows
    return last.value if isinstance(last, Literal) else ""


def _pages() -> list[str]:
    """Return the paths of the pages that have one address, of the saved queries and of the graphs."""
    rules = [rule for rule in current_app.url_map.iter_rules() if rule.endpoint in routes.ROUTES and not rule.arguments]
    paths = {rule.rule.removeprefix("/") for rule in rules if HTML in routes.ROUTES[rule.endpoint].offered}
    queries = [f"api/queries/{name}" for name in site().library.saved]
    graphs = [iri.removeprefix(vocab.BASE) for iri in site().store.graphs() if iri.startswith(vocab.GRAPH)]
    missing = () if any(site().project.shape_files()) else ("shapes",)
    return [*sorted(paths - {*_NOT_FOR_CRAWLERS, *missing}), *queries, *graphs]


def _things(begin: str) -> list[str]:
    """Return the paths of the documents about the things whose hash begins so, in order."""
    rows = ask(site().store, "things", begin=[Literal(begin)]).rows
    keys = (text(thing).removeprefix(vocab.THING) for (thing,) in rows)
    return sorted(f"doc/{quote(key, safe=_SAFE)}" for key in keys)


def _urls(paths: Iterable[str]) -> Response:
    """Write addresses, each with the same in every language; streamed, because a part can be large."""
    when, root = _when(changed()), request.root_url
    return _written("urlset", (_url(root + path, when) for path in paths))


def _url(where: str, when: str) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href={quoteattr(there)}/>'
        for lang, there in (*((lang, f"{where}?lang={lang}") for lang in i18n.LANGUAGES), ("x-default", where))
    )
    return f"<url><loc>{escape(where)}</loc>{when}{links}</url>\n"


def _when(changed_: str) -> str:
    return f"<lastmod>{escape(changed_)}</lastmod>" if changed_ else ""


def _written(root: str, lines: Iterable[str]) -> Response:
    def pieces() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">\n'
        yield from lines
        yield f"</{root}>\n"

    return Response(pieces(), content_type=XML.media_type)
